// Lets so many calls a second through and makes the others wait, first come, first served.
#pragma once

#include <stop_token>

#include "absl/time/time.h"
#include "base/clock.h"
#include "base/mutex.h"

namespace er::aws {

// Safe for concurrent use.
class RateLimiter {
 public:
  // `rate` calls a second, and as many at once after a pause of a second. `clock` must outlive this
  // object.
  RateLimiter(double rate, Clock& clock);

  // Waits for its turn. Returns false, at once, when `stop` is requested before it has come.
  bool Acquire(std::stop_token stop);

 private:
  const absl::Duration interval_;
  const absl::Duration burst_;
  Clock& clock_;
  Mutex mutex_;
  // When the next call may go out if calls had come evenly; behind the present after a pause.
  absl::Duration next_ ABSL_GUARDED_BY(mutex_) = -absl::InfiniteDuration();
};

// The pace of retry mode "adaptive": none until the service throttles a call, then a rate that
// falls with each throttled call and rises again along a cubic curve.
// Safe for concurrent use.
class AdaptivePace {
 public:
  explicit AdaptivePace(Clock& clock) : clock_(clock) {}

  bool Acquire(std::stop_token stop);  // as RateLimiter's
  void Observe(bool throttled);        // after each answer

 private:
  void Measure(absl::Duration now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Clock& clock_;
  Mutex mutex_;
  bool throttled_before_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Duration next_ ABSL_GUARDED_BY(mutex_);

  double rate_ ABSL_GUARDED_BY(mutex_) = 0;      // calls a second that may go out
  double measured_ ABSL_GUARDED_BY(mutex_) = 0;  // calls a second that were answered, smoothed
  int answers_ ABSL_GUARDED_BY(mutex_) = 0;      // since window_
  absl::Duration window_ ABSL_GUARDED_BY(mutex_);
  double rate_at_fall_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Duration fall_;
};

}  // namespace er::aws
