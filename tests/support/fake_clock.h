// A clock that moves only when a test says so, or by itself to the next moment that somebody waits
// for.
//
//   FakeClock clock;                               // 2026-01-02T03:04:05Z; each wait jumps to its
//   end FakeClock clock(4);                            // time jumps when four threads wait
//   FakeClock clock(FakeClock::Mode::kWaits);      // time stands still ...
//   clock.Advance(absl::Minutes(5));               // ... until now
#pragma once

#include <algorithm>
#include <condition_variable>
#include <coroutine>
#include <functional>
#include <limits>
#include <list>
#include <mutex>
#include <stop_token>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "base/clock.h"

namespace er {

class FakeClock final : public Clock {
 public:
  enum class Mode { kJumps, kWaits };
  explicit FakeClock(Mode mode = Mode::kJumps)
      : threads_(mode == Mode::kJumps ? 1 : std::numeric_limits<int>::max()) {}

  // For a test of `threads` threads, each of which calls Leave() when it is done; others Join().
  explicit FakeClock(int threads) : threads_(threads) {}

  absl::Time Now() override { return kStart + Elapsed(); }

  absl::Duration Elapsed() override {
    std::lock_guard guard(mutex_);
    return elapsed_;
  }

  void NotifyAll(Signal& signal) override {
    std::lock_guard guard(mutex_);
    for (Waiter& waiter : waiters_) {
      if (waiter.signal == &signal) waiter.awake = true;
    }
    changed_.notify_all();
  }

  Task<bool> Pause(absl::Duration duration, std::stop_token stop) override {
    co_return Sleep(duration, std::move(stop));
  }

  bool Sleep(absl::Duration duration, std::stop_token stop) override {
    {
      std::lock_guard guard(mutex_);
      sleeps_.push_back(duration);
    }
    return Elapse(duration, std::move(stop));
  }

  // As Sleep(), for what is not under test: not among sleeps().
  bool Elapse(absl::Duration duration, std::stop_token stop = {}) {
    std::mutex mutex;
    Signal signal;
    std::unique_lock lock(mutex);
    Block(Elapsed() + duration, lock, signal, stop, [] { return false; });
    return !stop.stop_requested();
  }

  void Advance(absl::Duration duration) {
    std::lock_guard guard(mutex_);
    MoveTo(elapsed_ + duration);
  }

  // One more thread that waits, or is going to.
  void Join() {
    std::lock_guard guard(mutex_);
    ++threads_;
  }

  // One of the threads of this test waits no more.
  void Leave() {
    std::lock_guard guard(mutex_);
    --threads_;
    JumpIfAllWait();
    changed_.notify_all();
  }

  // Waits, in real time, until `count` threads wait for this clock.
  void AwaitSleepers(int count) {
    std::unique_lock guard(mutex_);
    changed_.wait(guard, [&] { return Waiting() >= count; });
  }

  // Each Sleep() and Pause() so far, in order.
  std::vector<absl::Duration> sleeps() {
    std::lock_guard guard(mutex_);
    return sleeps_;
  }

 private:
  // Each task of a test has a thread, which waits with it: so a task never changes its thread.
  bool Suspend(Wait& wait, std::coroutine_handle<> /*task*/) override {
    Block(wait.deadline, wait.lock, wait.signal, wait.stop, wait.done);
    return false;
  }

  struct Waiter {
    absl::Duration deadline;
    const Signal* signal = nullptr;
    bool awake = false;
  };

  bool Block(absl::Duration deadline, std::unique_lock<std::mutex>& lock, const Signal& signal,
             const std::stop_token& stop, const std::function<bool()>& done) {
    while (!done()) {
      {
        std::unique_lock guard(mutex_);
        if (stop.stop_requested() || elapsed_ >= deadline) return false;
        const auto self =
            waiters_.insert(waiters_.end(), Waiter{.deadline = deadline, .signal = &signal});
        lock.unlock();
        JumpIfAllWait();
        changed_.notify_all();
        changed_.wait(guard, stop, [&] { return self->awake; });
        waiters_.erase(self);
      }
      lock.lock();
    }
    return true;
  }

  int Waiting() const {
    return static_cast<int>(std::count_if(waiters_.begin(), waiters_.end(),
                                          [](const Waiter& waiter) { return !waiter.awake; }));
  }

  void JumpIfAllWait() {
    if (waiters_.empty() || Waiting() < threads_) return;
    absl::Duration next = absl::InfiniteDuration();
    for (const Waiter& waiter : waiters_) next = std::min(next, waiter.deadline);
    if (next != absl::InfiniteDuration()) MoveTo(next);
  }

  void MoveTo(absl::Duration elapsed) {
    elapsed_ = std::max(elapsed_, elapsed);
    for (Waiter& waiter : waiters_) {
      if (waiter.deadline <= elapsed_) waiter.awake = true;
    }
    changed_.notify_all();
  }

  static inline const absl::Time kStart =
      absl::FromCivil(absl::CivilSecond(2026, 1, 2, 3, 4, 5), absl::UTCTimeZone());

  std::mutex mutex_;
  std::condition_variable_any changed_;
  absl::Duration elapsed_;
  int threads_;
  std::list<Waiter> waiters_;
  std::vector<absl::Duration> sleeps_;
};

}  // namespace er
