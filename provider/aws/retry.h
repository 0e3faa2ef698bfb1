// When a call may be repeated, how long to wait before, and how often in all. The loop itself is
// call.h; the tables are those of the AWS SDKs' "standard" mode.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
#pragma once

#include <map>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "aws/error.h"
#include "base/mutex.h"

namespace er::aws {

// kAdaptive: as kStandard, and calls are paced by how often the service throttles them.
enum class RetryMode { kStandard, kAdaptive };

// standard or adaptive; "legacy" is read as standard. Nothing for any other word.
std::optional<RetryMode> ParseRetryMode(absl::string_view word);

struct RetryPolicy {
  int max_attempts = 3;  // the first one included
  RetryMode mode = RetryMode::kStandard;
};

bool IsThrottling(const Error& error);
bool IsExpiredToken(const Error& error);

// A code that a service gives for a request whose time is off, among other reasons.
bool MayBeClockSkew(const Error& error);

// A failure that may be gone the next time: no answer, a server's fault, an answer that cannot be
// read.
bool IsTransient(const Error& error);

// The wait before the `retry`th repetition, 1 for the first. `fraction` is from [0, 1);
// `retry_after` is what the service asked for.
absl::Duration Backoff(int retry, bool throttled, double fraction,
                       std::optional<absl::Duration> retry_after);

// Repetitions cost, successes pay back: it keeps a client from making a failing service worse. Each
// operation has a bucket of its own, so that a long wait whose polls fail leaves the other
// operations theirs. Safe for concurrent use.
class RetryQuota {
 public:
  // False where the operation has used up what it had. `timed_out` ones cost double.
  bool Take(const std::string& operation, bool timed_out);

  // Pays back a success, which had `retries` before it.
  void Refund(const std::string& operation, int retries);

 private:
  Mutex mutex_;
  std::map<std::string, int> spent_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace er::aws
