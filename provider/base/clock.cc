#include "base/clock.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <coroutine>
#include <map>
#include <optional>
#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "base/workers.h"

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

  Task<bool> WaitUntil(absl::Duration deadline, std::unique_lock<std::mutex>& lock, Signal& signal,
                       std::stop_token stop, std::function<bool()> done) override;

  void NotifyAll(Signal& signal) override;

  bool Sleep(absl::Duration duration, std::stop_token stop) override {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::unique_lock lock(mutex);
    changed.wait_for(lock, stop, Real(duration), [] { return false; });
    return !stop.stop_requested();
  }

 private:
  friend struct Clock::Signal::Waiter;

  std::chrono::nanoseconds Real(absl::Duration duration) const {
    return absl::ToChronoNanoseconds(std::min(duration, kLongestWait) / speed_);
  }

  // Lets a task go on, if it waits still. With the mutex held.
  void Wake(Signal::Waiter& waiter);
  // Wakes those whose time has come, for as long as the process lives.
  void Watch();

  const double speed_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  // Guards what follows, each waiter, and the lists of all signals. Taken after the mutexes of
  // those who wait.
  std::mutex mutex_;
  std::condition_variable earlier_;
  std::multimap<absl::Duration, Signal::Waiter*> by_deadline_;
  bool watched_ = false;
};

}  // namespace

// A task that waits; it lives in the frame of WaitUntil().
struct Clock::Signal::Waiter {
  struct OnStop {
    Waiter& waiter;
    void operator()() const {
      const std::lock_guard guard(waiter.clock.mutex_);
      waiter.clock.Wake(waiter);
    }
  };

  bool await_ready() { return false; }

  bool await_suspend(std::coroutine_handle<> waiting) {
    task = waiting;
    {
      const std::lock_guard guard(clock.mutex_);
      place = signal.waiters.insert(signal.waiters.end(), this);
      timer = clock.by_deadline_.end();
      if (deadline < absl::InfiniteDuration()) {
        timer = clock.by_deadline_.emplace(deadline, this);
        if (!std::exchange(clock.watched_, true)) {
          std::thread([&clock = clock] { clock.Watch(); }).detach();
        }
        if (timer == clock.by_deadline_.begin()) clock.earlier_.notify_one();
      }
    }
    on_stop.emplace(stop, OnStop{*this});  // calls it at once if the stop was requested before
    lock.unlock();
    const std::lock_guard guard(clock.mutex_);
    suspended = !awake;
    return suspended;  // from here on, this may be gone
  }

  void await_resume() {
    on_stop.reset();
    lock.lock();
  }

  RealClock& clock;
  absl::Duration deadline;
  std::unique_lock<std::mutex>& lock;
  Signal& signal;
  std::stop_token stop;
  const std::function<bool()>& done;

  std::coroutine_handle<> task{};
  bool suspended = false;
  bool awake = false;
  std::list<Waiter*>::iterator place{};
  std::multimap<absl::Duration, Waiter*>::iterator timer{};
  std::optional<std::stop_callback<OnStop>> on_stop{};
};

namespace {

Task<bool> RealClock::WaitUntil(absl::Duration deadline, std::unique_lock<std::mutex>& lock,
                                Signal& signal, std::stop_token stop, std::function<bool()> done) {
  while (!done()) {
    if (stop.stop_requested() || Elapsed() >= deadline) co_return false;
    Signal::Waiter waiter{.clock = *this,
                          .deadline = deadline,
                          .lock = lock,
                          .signal = signal,
                          .stop = stop,
                          .done = done};
    co_await waiter;
  }
  co_return true;
}

void RealClock::Wake(Signal::Waiter& waiter) {
  if (std::exchange(waiter.awake, true)) return;
  waiter.signal.waiters.erase(waiter.place);
  if (waiter.timer != by_deadline_.end()) by_deadline_.erase(waiter.timer);
  if (waiter.suspended) ProcessWorkers().Do([task = waiter.task] { task.resume(); });
}

void RealClock::NotifyAll(Signal& signal) {
  const std::lock_guard guard(mutex_);
  for (auto next = signal.waiters.begin(); next != signal.waiters.end();) {
    Signal::Waiter& waiter = **next++;
    if (waiter.done()) Wake(waiter);
  }
}

void RealClock::Watch() {
  std::unique_lock guard(mutex_);
  for (;;) {
    const absl::Duration now = Elapsed();
    while (!by_deadline_.empty() && by_deadline_.begin()->first <= now) {
      Wake(*by_deadline_.begin()->second);
    }
    const absl::Duration next =
        by_deadline_.empty() ? absl::InfiniteDuration() : by_deadline_.begin()->first - now;
    earlier_.wait_for(guard, Real(next));
  }
}

}  // namespace

Task<bool> Clock::Pause(absl::Duration duration, std::stop_token stop) {
  std::mutex mutex;
  Signal signal;
  std::unique_lock lock(mutex);
  co_await WaitUntil(Elapsed() + duration, lock, signal, stop, [] { return false; });
  co_return !stop.stop_requested();
}

Clock& SystemClock(double speed) {
  static Clock* const clock = new RealClock(speed);  // never destroyed: threads may outlive main
  return *clock;
}

}  // namespace er
