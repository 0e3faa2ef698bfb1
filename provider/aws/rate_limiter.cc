#include "aws/rate_limiter.h"

#include <algorithm>
#include <cmath>

namespace er::aws {
namespace {

// The constants of the SDKs' adaptive mode.
constexpr double kLowestRate = 0.5;
constexpr double kFall = 0.7;
constexpr double kScale = 0.4;
constexpr double kSmoothing = 0.8;
constexpr absl::Duration kWindow = absl::Milliseconds(500);

}  // namespace

RateLimiter::RateLimiter(double rate, Clock& clock)
    : interval_(absl::Seconds(1) / rate),
      burst_(std::max(absl::ZeroDuration(), absl::Seconds(1) - interval_)),
      clock_(clock) {}

bool RateLimiter::Acquire(std::stop_token stop) {
  absl::Duration wait;
  {
    const MutexLock lock(mutex_);
    const absl::Duration now = clock_.Elapsed();
    next_ = std::max(next_, now - burst_);
    wait = next_ - now;
    next_ += interval_;
  }
  if (wait <= absl::ZeroDuration()) return !stop.stop_requested();
  return clock_.Sleep(wait, std::move(stop));
}

bool AdaptivePace::Acquire(std::stop_token stop) {
  absl::Duration wait;
  {
    const MutexLock lock(mutex_);
    if (!throttled_before_) return !stop.stop_requested();
    const absl::Duration now = clock_.Elapsed();
    next_ = std::max(next_, now);
    wait = next_ - now;
    next_ += absl::Seconds(1) / rate_;
  }
  return clock_.Sleep(wait, std::move(stop));
}

void AdaptivePace::Measure(absl::Duration now) {
  ++answers_;
  const absl::Duration passed = now - window_;
  if (passed < kWindow) return;
  const double current = answers_ / absl::ToDoubleSeconds(passed);
  measured_ = kSmoothing * current + (1 - kSmoothing) * measured_;
  answers_ = 0;
  window_ = now;
}

void AdaptivePace::Observe(bool throttled) {
  const MutexLock lock(mutex_);
  const absl::Duration now = clock_.Elapsed();
  Measure(now);
  if (throttled) {
    rate_at_fall_ = throttled_before_ ? std::min(measured_, rate_) : measured_;
    fall_ = now;
    rate_ = rate_at_fall_ * kFall;
    throttled_before_ = true;
  } else if (throttled_before_) {
    const double inflection = std::cbrt(rate_at_fall_ * (1 - kFall) / kScale);
    const double since = absl::ToDoubleSeconds(now - fall_) - inflection;
    rate_ = std::min(kScale * since * since * since + rate_at_fall_, 2 * measured_);
  }
  rate_ = std::max(rate_, kLowestRate);
}

}  // namespace er::aws
