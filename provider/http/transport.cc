#include "http/transport.h"

#include "absl/strings/cord.h"

namespace er::http {
namespace {

constexpr char kDeliveryPayload[] = "er/http/delivery";
constexpr char kUnsentText[] = "unsent";

}  // namespace

std::string Response::Header(absl::string_view name) const {
  for (const auto& [header, value] : headers) {
    if (header == name) return value;
  }
  return "";
}

Delivery DeliveryOf(const absl::Status& failure) {
  const absl::optional<absl::Cord> payload = failure.GetPayload(kDeliveryPayload);
  return payload.has_value() && *payload == kUnsentText ? Delivery::kUnsent : Delivery::kUnknown;
}

absl::Status WithDelivery(absl::Status failure, Delivery delivery) {
  // Unknown is also what a status says that nobody marked: a forgotten mark errs on the safe side.
  if (delivery == Delivery::kUnsent) {
    failure.SetPayload(kDeliveryPayload, absl::Cord(kUnsentText));
  } else {
    failure.ErasePayload(kDeliveryPayload);
  }
  return failure;
}

}  // namespace er::http
