#include "base/clock.h"

#include <algorithm>
#include <chrono>

#include "absl/time/clock.h"

namespace er {
namespace {

// What waits forever waits for this long: a condition variable overflows with more.
constexpr absl::Duration kLongestWait = absl::Hours(24 * 365);

class RealClock final : public Clock {
 public:
  explicit RealClock(double speed) : speed_(speed) {}

  absl::Time Now() override { return absl::Now(); }

  absl::Duration Elapsed() override {
    return absl::FromChrono(std::chrono::steady_clock::now() - start_) * speed_;
  }

  bool WaitUntil(absl::Duration deadline, std::unique_lock<std::mutex>& lock, Signal& signal,
                 std::stop_token stop, const std::function<bool()>& done) override {
    const absl::Duration wait = std::min(deadline - Elapsed(), kLongestWait) / speed_;
    return signal.wait_for(lock, stop, absl::ToChronoNanoseconds(wait), done);
  }

  void NotifyAll(Signal& signal) override { signal.notify_all(); }

 private:
  const double speed_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace

bool Clock::Sleep(absl::Duration duration, std::stop_token stop) {
  std::mutex mutex;
  Signal signal;
  std::unique_lock lock(mutex);
  WaitUntil(Elapsed() + duration, lock, signal, stop, [] { return false; });
  return !stop.stop_requested();
}

Clock& SystemClock(double speed) {
  static Clock* const clock = new RealClock(speed);  // never destroyed: threads may outlive main
  return *clock;
}

}  // namespace er
