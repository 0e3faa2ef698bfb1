#include "aws/retry.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"

namespace er::aws {
namespace {

constexpr int kQuota = 500;
constexpr int kRetryCost = 5;
constexpr int kTimeoutCost = 10;
constexpr absl::Duration kLongestBackoff = absl::Seconds(20);

template <typename T, typename... Candidates>
bool IsOneOf(const T& value, Candidates... candidates) {
  return ((value == candidates) || ...);
}

}  // namespace

std::optional<RetryMode> ParseRetryMode(absl::string_view word) {
  const std::string lower = absl::AsciiStrToLower(word);
  if (lower == "standard" || lower == "legacy") return RetryMode::kStandard;
  if (lower == "adaptive") return RetryMode::kAdaptive;
  return std::nullopt;
}

bool IsThrottling(const Error& error) {
  return error.http_status == 429 ||
         IsOneOf(error.code, "Throttling", "ThrottlingException", "ThrottledException",
                 "RequestThrottledException", "RequestThrottled", "TooManyRequestsException",
                 "ProvisionedThroughputExceededException", "TransactionInProgressException",
                 "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException",
                 "SlowDown", "PriorRequestNotComplete", "EC2ThrottledException");
}

bool IsExpiredToken(const Error& error) {
  return IsOneOf(error.code, "ExpiredToken", "ExpiredTokenException", "RequestExpired");
}

bool MayBeClockSkew(const Error& error) {
  return IsOneOf(error.code, "InvalidSignatureException", "SignatureDoesNotMatch", "AuthFailure",
                 "RequestTimeTooSkewed", "AccessDeniedException");
}

bool IsTransient(const Error& error) {
  return error.http_status < 300 || IsOneOf(error.http_status, 408, 500, 502, 503, 504) ||
         IsOneOf(error.code, "RequestTimeout", "RequestTimeoutException", "IDPCommunicationError",
                 "ConditionalRequestConflict");
}

absl::Duration Backoff(int retry, bool throttled, double fraction,
                       std::optional<absl::Duration> retry_after) {
  const absl::Duration base = absl::Seconds(throttled ? 2 : 1);
  const int doublings = std::clamp(retry - 1, 0, 10);
  const absl::Duration computed = fraction * std::min(base * (1 << doublings), kLongestBackoff);
  if (!retry_after) return computed;
  return std::clamp(*retry_after, computed, computed + absl::Seconds(5));
}

bool RetryQuota::Take(const std::string& operation, bool timed_out) {
  const int cost = timed_out ? kTimeoutCost : kRetryCost;
  const MutexLock lock(mutex_);
  int& spent = spent_[operation];
  if (spent + cost > kQuota) return false;
  spent += cost;
  return true;
}

void RetryQuota::Refund(const std::string& operation, int retries) {
  const MutexLock lock(mutex_);
  int& spent = spent_[operation];
  spent = std::max(0, spent - (retries == 0 ? 1 : kRetryCost));
}

}  // namespace er::aws
