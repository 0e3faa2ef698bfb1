// A clock that moves only when a test says so, or by itself to the next wake-up of a sleeper.
//
//   FakeClock clock;                  // 2026-01-02T03:04:05Z
//   clock.Advance(absl::Minutes(5));  // wakes whoever sleeps until then
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <vector>

#include "absl/time/time.h"
#include "base/clock.h"

namespace er {

class FakeClock final : public Clock {
 public:
  // kJumps: a sleeper moves the clock on by what it wanted to sleep, at once. For tests of one
  // thread. kWaits: a sleeper waits for Advance().
  enum class Mode { kJumps, kWaits };
  explicit FakeClock(Mode mode = Mode::kJumps) : mode_(mode) {}

  absl::Time Now() override { return kStart + Elapsed(); }

  absl::Duration Elapsed() override {
    std::lock_guard lock(mutex_);
    return elapsed_;
  }

  bool Sleep(absl::Duration duration, std::stop_token stop) override {
    std::unique_lock lock(mutex_);
    sleeps_.push_back(duration);
    if (mode_ == Mode::kJumps) {
      if (stop.stop_requested()) return false;
      elapsed_ += duration;
      return true;
    }
    const absl::Duration end = elapsed_ + duration;
    ++sleepers_;
    changed_.notify_all();
    changed_.wait(lock, stop, [&] { return elapsed_ >= end; });
    --sleepers_;
    return !stop.stop_requested();
  }

  void Advance(absl::Duration duration) {
    std::lock_guard lock(mutex_);
    elapsed_ += duration;
    changed_.notify_all();
  }

  // Waits, in real time, until `count` threads sleep.
  void AwaitSleepers(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return sleepers_ >= count; });
  }

  // Each Sleep() so far, in order.
  std::vector<absl::Duration> sleeps() {
    std::lock_guard lock(mutex_);
    return sleeps_;
  }

 private:
  static inline const absl::Time kStart =
      absl::FromCivil(absl::CivilSecond(2026, 1, 2, 3, 4, 5), absl::UTCTimeZone());

  const Mode mode_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  absl::Duration elapsed_;
  int sleepers_ = 0;
  std::vector<absl::Duration> sleeps_;
};

}  // namespace er
