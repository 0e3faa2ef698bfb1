// The one door to time. Whoever waits or asks what time it is takes a Clock&, so that tests move
// time instead of sleeping. The fake is tests/support/fake_clock.h.
#pragma once

#include <coroutine>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <stop_token>
#include <utility>

#include "absl/time/time.h"
#include "base/mutex.h"
#include "base/task.h"

namespace er {

// Safe for concurrent use.
class Clock {
 public:
  struct Wait;

  // What tasks wait for besides time. Must outlive their waits.
  struct Signal {
    std::list<Wait*> waits{};  // the clock's own
  };

  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  // Wall time in UTC: for signatures and for comparison with the times of the service.
  virtual absl::Time Now() = 0;

  // Time since some fixed moment that never goes back: for time-outs and intervals.
  virtual absl::Duration Elapsed() = 0;

  // Waits, with `lock` released and no thread held, until `done` holds, until Elapsed() reaches
  // `deadline`, or until `stop` is requested; `lock` is held again then, by the thread on which the
  // task goes on. Awaiting it gives done().
  //
  // Whoever makes `done` true calls NotifyAll(signal) with the same mutex held. `done` is called
  // with it held, on any thread, and must not wait or use this clock but for Elapsed().
  Wait WaitUntil(absl::Duration deadline, MutexLock& lock, Signal& signal, std::stop_token stop,
                 std::function<bool()> done);
  virtual void NotifyAll(Signal& signal) = 0;

  // Waits for `duration` of Elapsed(), with no thread held. False, at once, when `stop` is
  // requested before it is over.
  virtual Task<bool> Pause(absl::Duration duration, std::stop_token stop);

  // The same for plain functions: the thread sleeps.
  virtual bool Sleep(absl::Duration duration, std::stop_token stop) = 0;

 private:
  // Lets `task` wait, with the lock released, and sees to it that it goes on when `wait` is over.
  // False if that is so at once; the lock is held then.
  virtual bool Suspend(Wait& wait, std::coroutine_handle<> task) = 0;
};

// One wait, awaited where it is made. It is no Task, whose end and whose caller may be on two
// threads: a mutex has to be released by the thread that took it.
struct [[nodiscard]] Clock::Wait {
  bool await_ready() const { return IsOver(); }
  bool await_suspend(std::coroutine_handle<> waiting) { return clock.Suspend(*this, waiting); }
  bool await_resume() const { return done(); }

  // The mutex is held by another scope, which is suspended meanwhile.
  void Lock() ABSL_NO_THREAD_SAFETY_ANALYSIS { lock.lock(); }
  void Unlock() ABSL_NO_THREAD_SAFETY_ANALYSIS { lock.unlock(); }

  bool IsOver() const { return done() || stop.stop_requested() || clock.Elapsed() >= deadline; }

  Clock& clock;
  absl::Duration deadline;
  MutexLock& lock;
  Signal& signal;
  std::stop_token stop;
  std::function<bool()> done;

  // The clock's own.
  std::coroutine_handle<> task{};
  bool suspended = false;
  bool awake = false;
  std::list<Wait*>::iterator place{};
  std::multimap<absl::Duration, Wait*>::iterator timer{};
  std::optional<std::stop_callback<std::function<void()>>> on_stop{};
};

inline Clock::Wait Clock::WaitUntil(absl::Duration deadline, MutexLock& lock, Signal& signal,
                                    std::stop_token stop, std::function<bool()> done) {
  return {.clock = *this,
          .deadline = deadline,
          .lock = lock,
          .signal = signal,
          .stop = std::move(stop),
          .done = std::move(done)};
}

// The computer's clock. `speed` divides every wait and multiplies Elapsed(): 1 outside tests. With
// 100, a program waits for "a minute" in 0.6 s while its wall time stays true. The first call
// decides the speed; the result lives as long as the process. Tasks go on in ProcessWorkers().
Clock& SystemClock(double speed = 1);

}  // namespace er
