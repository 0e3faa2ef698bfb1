#include "aws/error.h"

#include <array>
#include <nlohmann/json.hpp>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "aws/retry.h"
#include "base/utf8.h"

namespace er::aws {
namespace {

constexpr char kPayload[] = "er/aws/error";

absl::StatusCode CodeOf(const Error& error) {
  if (error.http_status < 400) return absl::StatusCode::kUnavailable;
  if (IsThrottling(error)) return absl::StatusCode::kResourceExhausted;
  if (IsExpiredToken(error) || absl::StrContains(error.code, "Signature") ||
      error.code == "UnrecognizedClientException" || error.code == "InvalidClientTokenId" ||
      error.code == "AuthFailure" || error.code == "RequestTimeTooSkewed" ||
      error.code == "InvalidAccessKeyId" || error.code == "InvalidToken" ||
      error.http_status == 401) {
    return absl::StatusCode::kUnauthenticated;
  }
  if (error.code == "ConflictException" || error.code == "ExceedsLimitException") {
    return absl::StatusCode::kFailedPrecondition;
  }
  if (error.code == "ResourceNotFoundException") return absl::StatusCode::kNotFound;
  if (error.code == "ConditionalRequestConflict") return absl::StatusCode::kUnavailable;
  switch (error.http_status) {
    case 403:
      return absl::StatusCode::kPermissionDenied;
    case 404:
      return absl::StatusCode::kNotFound;
    case 409:
      return absl::StatusCode::kFailedPrecondition;
    case 412:
      return absl::StatusCode::kAborted;
    case 501:
      return absl::StatusCode::kUnimplemented;
    default:
      return error.http_status < 500 ? absl::StatusCode::kInvalidArgument
                                     : absl::StatusCode::kUnavailable;
  }
}

std::string Sentence(const Error& error) {
  std::string text = error.operation;
  if (!error.resource.empty()) absl::StrAppend(&text, " of ", ToValidUtf8(error.resource));
  if (!error.region.empty()) absl::StrAppend(&text, " in ", error.region);
  absl::StrAppend(&text, error.execution == Execution::kNotSent                ? " was not sent"
                         : error.http_status == 0                              ? " got no answer"
                         : error.http_status >= 400 && error.http_status < 500 ? " was refused"
                                                                               : " failed");
  if (!error.code.empty()) absl::StrAppend(&text, ": ", error.code);
  if (!error.message.empty()) absl::StrAppend(&text, ": ", ToValidUtf8(error.message));
  std::string details;
  const auto add = [&](absl::string_view detail) {
    absl::StrAppend(&details, details.empty() ? "" : ", ", detail);
  };
  if (error.http_status != 0) add(absl::StrCat("HTTP ", error.http_status));
  if (!error.request_id.empty()) add(absl::StrCat("request id ", error.request_id));
  if (error.attempts > 1) add(absl::StrCat(error.attempts, " attempts"));
  if (!details.empty()) absl::StrAppend(&text, " (", details, ")");
  return text;
}

}  // namespace

absl::Status ToStatus(const Error& error) { return ToStatus(error, CodeOf(error)); }

absl::Status ToStatus(const Error& error, absl::StatusCode code) {
  const nlohmann::json payload = {
      {"operation", error.operation},
      {"resource", error.resource},
      {"code", error.code},
      {"message", error.message},
      {"request_id", error.request_id},
      {"region", error.region},
      {"http_status", error.http_status},
      {"attempts", error.attempts},
      {"execution", static_cast<int>(error.execution)},
      {"lasting", error.lasting},
  };
  absl::Status status(code, Sentence(error));
  status.SetPayload(
      kPayload, absl::Cord(payload.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)));
  return status;
}

std::optional<Error> ErrorOf(const absl::Status& status) {
  const absl::optional<absl::Cord> cord = status.GetPayload(kPayload);
  if (!cord) return std::nullopt;
  // ToStatus() wrote it: the members are there and of their types.
  const nlohmann::json payload = nlohmann::json::parse(std::string(*cord));
  return Error{.operation = payload.at("operation"),
               .resource = payload.at("resource"),
               .code = payload.at("code"),
               .message = payload.at("message"),
               .request_id = payload.at("request_id"),
               .region = payload.at("region"),
               .http_status = payload.at("http_status"),
               .attempts = payload.at("attempts"),
               .execution = static_cast<Execution>(payload.at("execution").get<int>()),
               .lasting = payload.at("lasting")};
}

}  // namespace er::aws
