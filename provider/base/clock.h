// The one door to time. Whoever waits or asks what time it is takes a Clock&, so that tests move
// time instead of sleeping. The fake is tests/support/fake_clock.h.
#pragma once

#include <functional>
#include <list>
#include <mutex>
#include <stop_token>

#include "absl/time/time.h"
#include "base/task.h"

namespace er {

// Safe for concurrent use.
class Clock {
 public:
  // What tasks wait for besides time. Must outlive their waits.
  class Signal {
   public:
    struct Waiter;  // the clock's own

    std::list<Waiter*> waiters{};
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
  // `deadline`, or until `stop` is requested; `lock` is held again then. Returns done().
  //
  // Whoever makes `done` true calls NotifyAll(signal) with the same mutex held. `done` is called
  // with it held, on any thread, and must not wait or use this clock but for Elapsed().
  virtual Task<bool> WaitUntil(absl::Duration deadline, std::unique_lock<std::mutex>& lock,
                               Signal& signal, std::stop_token stop,
                               std::function<bool()> done) = 0;
  virtual void NotifyAll(Signal& signal) = 0;

  // Waits for `duration` of Elapsed(), with no thread held. False, at once, when `stop` is
  // requested before it is over.
  virtual Task<bool> Pause(absl::Duration duration, std::stop_token stop);

  // The same for plain functions: the thread sleeps.
  virtual bool Sleep(absl::Duration duration, std::stop_token stop) = 0;
};

// The computer's clock. `speed` divides every wait and multiplies Elapsed(): 1 outside tests. With
// 100, a program waits for "a minute" in 0.6 s while its wall time stays true. The first call
// decides the speed; the result lives as long as the process. Tasks go on in ProcessWorkers().
Clock& SystemClock(double speed = 1);

}  // namespace er
