#include "base/clock.h"

#include <time.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <coroutine>
#include <map>
#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "base/workers.h"

namespace er {
namespace {

// What waits forever waits for this long: a condition variable overflows with more.
constexpr absl::Duration kLongestWait = absl::Hours(24 * 365);

// Goes on while the computer sleeps: a lease runs out meanwhile.
absl::Duration SinceBoot() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return absl::DurationFromTimespec(now);
}

class RealClock final : public Clock {
 public:
  explicit RealClock(double speed) : speed_(speed) {}

  absl::Time Now() override { return absl::Now(); }

  absl::Duration Elapsed() override { return (SinceBoot() - start_) * speed_; }

  void NotifyAll(Signal& signal) override;

  bool Sleep(absl::Duration duration, std::stop_token stop) override {
    Mutex mutex;
    std::condition_variable_any changed;
    MutexLock lock(mutex);
    changed.wait_for(lock, stop, Real(duration), [] { return false; });
    return !stop.stop_requested();
  }

 private:
  std::chrono::nanoseconds Real(absl::Duration duration) const {
    return absl::ToChronoNanoseconds(std::min(duration, kLongestWait) / speed_);
  }

  bool Suspend(Wait& wait, std::coroutine_handle<> task) override;
  // Lists the wait and releases its lock. False if it has been woken since.
  bool Park(Wait& wait);
  // On the thread of a worker: the task goes on, or waits again.
  void GoOn(Wait& wait);
  // Lets a task go on, if it waits still. With the mutex held.
  void Wake(Wait& wait) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Wakes those whose time has come, for as long as the process lives.
  void Watch();

  const double speed_;
  const absl::Duration start_ = SinceBoot();
  // Guards what follows, the clock's part of each wait, and the lists of all signals. Taken after
  // the mutexes of those who wait.
  Mutex mutex_;
  std::condition_variable earlier_;
  std::multimap<absl::Duration, Wait*> by_deadline_ ABSL_GUARDED_BY(mutex_);
  bool watched_ ABSL_GUARDED_BY(mutex_) = false;
};

bool RealClock::Suspend(Wait& wait, std::coroutine_handle<> task) {
  wait.task = task;
  do {
    if (Park(wait)) return true;  // from here on, it may be gone
    wait.on_stop.reset();
    wait.Lock();
  } while (!wait.IsOver());
  return false;
}

bool RealClock::Park(Wait& wait) {
  {
    const MutexLock guard(mutex_);
    wait.suspended = wait.awake = false;
    wait.place = wait.signal.waits.insert(wait.signal.waits.end(), &wait);
    wait.timer = by_deadline_.end();
    if (wait.deadline < absl::InfiniteDuration()) {
      wait.timer = by_deadline_.emplace(wait.deadline, &wait);
      if (!std::exchange(watched_, true)) std::thread([this] { Watch(); }).detach();
      if (wait.timer == by_deadline_.begin()) earlier_.notify_one();
    }
  }
  // Calls it at once if the stop was requested before.
  wait.on_stop.emplace(wait.stop, [this, &wait] {
    const MutexLock guard(mutex_);
    Wake(wait);
  });
  wait.Unlock();
  const MutexLock guard(mutex_);
  wait.suspended = !wait.awake;
  return wait.suspended;
}

void RealClock::GoOn(Wait& wait) {
  wait.on_stop.reset();
  wait.Lock();
  if (wait.IsOver() || !Suspend(wait, wait.task)) wait.task.resume();
}

void RealClock::Wake(Wait& wait) {
  if (std::exchange(wait.awake, true)) return;
  wait.signal.waits.erase(wait.place);
  if (wait.timer != by_deadline_.end()) by_deadline_.erase(wait.timer);
  if (wait.suspended) ProcessWorkers().Do([this, &wait] { GoOn(wait); });
}

void RealClock::NotifyAll(Signal& signal) {
  const MutexLock guard(mutex_);
  for (auto next = signal.waits.begin(); next != signal.waits.end();) {
    Wait& wait = **next++;
    if (wait.done()) Wake(wait);
  }
}

void RealClock::Watch() {
  MutexLock guard(mutex_);
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
  Mutex mutex;
  Signal signal;
  MutexLock lock(mutex);
  co_await WaitUntil(Elapsed() + duration, lock, signal, stop, [] { return false; });
  co_return !stop.stop_requested();
}

Clock& SystemClock(double speed) {
  static Clock* const clock = new RealClock(speed);  // never destroyed: threads may outlive main
  return *clock;
}

}  // namespace er
