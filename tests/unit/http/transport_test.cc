#include "http/transport.h"

#include <gtest/gtest.h>

#include "base/status.h"

namespace er::http {
namespace {

TEST(ResponseTest, HeaderIsTheFirstOfItsName) {
  const Response response{.headers = {{"a", "1"}, {"a", "2"}, {"b", "3"}}};
  EXPECT_EQ(response.Header("a"), "1");
  EXPECT_EQ(response.Header("b"), "3");
  EXPECT_EQ(response.Header("c"), "");
}

TEST(DeliveryTest, SurvivesContext) {
  const absl::Status failure = WithDelivery(absl::UnavailableError("no route"), Delivery::kUnsent);
  EXPECT_EQ(DeliveryOf(WithContext(failure, "calling")), Delivery::kUnsent);
}

TEST(DeliveryTest, IsUnknownWhereNobodySaid) {
  EXPECT_EQ(DeliveryOf(absl::UnavailableError("reset")), Delivery::kUnknown);
}

TEST(DeliveryTest, CanBeTakenBack) {
  const absl::Status unsent = WithDelivery(absl::UnavailableError("x"), Delivery::kUnsent);
  EXPECT_EQ(DeliveryOf(WithDelivery(unsent, Delivery::kUnknown)), Delivery::kUnknown);
}

}  // namespace
}  // namespace er::http
