#include "aws/retry.h"

#include <gtest/gtest.h>

namespace er::aws {
namespace {

using absl::Milliseconds;
using absl::Seconds;

TEST(BackoffTest, DoublesUpToTwentySeconds) {
  EXPECT_EQ(Backoff(1, false, 0.5, {}), Milliseconds(500));
  EXPECT_EQ(Backoff(2, false, 0.5, {}), Seconds(1));
  EXPECT_EQ(Backoff(5, false, 0.5, {}), Seconds(8));
  EXPECT_EQ(Backoff(6, false, 0.5, {}), Seconds(10));
  EXPECT_EQ(Backoff(1000, false, 0.5, {}), Seconds(10));
  EXPECT_EQ(Backoff(3, false, 0, {}), Seconds(0));
}

TEST(BackoffTest, AThrottledCallWaitsLonger) {
  EXPECT_EQ(Backoff(1, true, 0.5, {}), Seconds(1));
  EXPECT_EQ(Backoff(2, true, 0.5, {}), Seconds(2));
}

TEST(BackoffTest, ObeysTheServiceWithinFiveSeconds) {
  EXPECT_EQ(Backoff(1, false, 0.5, Milliseconds(1500)), Milliseconds(1500));
  EXPECT_EQ(Backoff(1, false, 0.5, Milliseconds(10)), Milliseconds(500));
  EXPECT_EQ(Backoff(1, false, 0.5, absl::Hours(1)), Milliseconds(5500));
  EXPECT_EQ(Backoff(1, false, 0.5, Seconds(-3)), Milliseconds(500));
}

TEST(RetryTablesTest, KnowThrottling) {
  for (const char* code :
       {"Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException",
        "RequestThrottled", "TooManyRequestsException", "ProvisionedThroughputExceededException",
        "TransactionInProgressException", "RequestLimitExceeded", "BandwidthLimitExceeded",
        "LimitExceededException", "SlowDown", "PriorRequestNotComplete", "EC2ThrottledException"}) {
    EXPECT_TRUE(IsThrottling({.code = code, .http_status = 400})) << code;
  }
  EXPECT_TRUE(IsThrottling({.http_status = 429}));
  EXPECT_FALSE(IsThrottling({.code = "ConflictException", .http_status = 400}));
}

TEST(RetryTablesTest, KnowWhatIsTransient) {
  for (const int code : {0, 200, 408, 500, 502, 503, 504}) {
    EXPECT_TRUE(IsTransient({.http_status = code})) << code;
  }
  for (const char* code : {"RequestTimeout", "RequestTimeoutException", "IDPCommunicationError"}) {
    EXPECT_TRUE(IsTransient({.code = code, .http_status = 400})) << code;
  }
  for (const int code : {400, 403, 404, 409, 501, 505}) {
    EXPECT_FALSE(IsTransient({.http_status = code})) << code;
  }
  EXPECT_FALSE(IsTransient({.code = "ValidationException", .http_status = 400}));
}

TEST(RetryTablesTest, KnowWhatIsExpiredAndWhatMayBeTheClock) {
  for (const char* code : {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}) {
    EXPECT_TRUE(IsExpiredToken({.code = code})) << code;
    EXPECT_FALSE(MayBeClockSkew({.code = code})) << code;
  }
  for (const char* code : {"InvalidSignatureException", "SignatureDoesNotMatch", "AuthFailure",
                           "RequestTimeTooSkewed", "AccessDeniedException"}) {
    EXPECT_TRUE(MayBeClockSkew({.code = code})) << code;
    EXPECT_FALSE(IsExpiredToken({.code = code})) << code;
  }
}

TEST(RetryModeTest, Parses) {
  EXPECT_EQ(ParseRetryMode("Standard"), RetryMode::kStandard);
  EXPECT_EQ(ParseRetryMode("legacy"), RetryMode::kStandard);
  EXPECT_EQ(ParseRetryMode("adaptive"), RetryMode::kAdaptive);
  EXPECT_FALSE(ParseRetryMode("often"));
}

TEST(RetryQuotaTest, AHundredRetriesThenNone) {
  RetryQuota quota;
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(quota.Take("Get", false)) << i;
  EXPECT_FALSE(quota.Take("Get", false));
}

TEST(RetryQuotaTest, TimeOutsCostDouble) {
  RetryQuota quota;
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(quota.Take("Get", true)) << i;
  EXPECT_FALSE(quota.Take("Get", true));
}

TEST(RetryQuotaTest, SuccessPaysBack) {
  RetryQuota quota;
  while (quota.Take("Get", false)) {
  }
  quota.Refund("Get", 1);
  EXPECT_TRUE(quota.Take("Get", false));
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(quota.Take("Get", false));
    quota.Refund("Get", 0);
  }
  EXPECT_TRUE(quota.Take("Get", false));
}

// terraform-provider-awscc#3295: polls that failed for a while used up what every call had.
TEST(RetryQuotaTest, AWaitLeavesTheOtherOperationsTheirs) {
  RetryQuota quota;
  while (quota.Take("GetIdMappingJob", false)) {
  }
  EXPECT_TRUE(quota.Take("StartIdMappingJob", false));
}

}  // namespace
}  // namespace er::aws
