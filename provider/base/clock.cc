#include "base/clock.h"

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "absl/time/clock.h"

namespace er {
namespace {

class RealClock final : public Clock {
 public:
  explicit RealClock(double speed) : speed_(speed) {}

  absl::Time Now() override { return absl::Now(); }

  absl::Duration Elapsed() override {
    return absl::FromChrono(std::chrono::steady_clock::now() - start_) * speed_;
  }

  bool Sleep(absl::Duration duration, std::stop_token stop) override {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, absl::ToChronoNanoseconds(duration / speed_), [] { return false; });
    return !stop.stop_requested();
  }

 private:
  const double speed_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace

Clock& SystemClock(double speed) {
  static Clock* const clock = new RealClock(speed);  // never destroyed: threads may outlive main
  return *clock;
}

}  // namespace er
