// A turn for plain functions that ask something of a service or a store: those who want the same
// answer wait for the one who asks, and no mutex is held meanwhile. What waits for long is a task,
// and takes its turn of turns.h.
#pragma once

#include <stop_token>

#include "absl/time/time.h"
#include "base/clock.h"
#include "base/mutex.h"

namespace er::run {

// Safe for concurrent use; must outlive its turns.
class OneAtATime {
 public:
  class Turn {
   public:
    explicit Turn(OneAtATime& of) : of_(of) {}
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
      const MutexLock lock(of_.mutex_);
      of_.taken_ = false;
    }

   private:
    OneAtATime& of_;
  };

  explicit OneAtATime(Clock& clock) : clock_(clock) {}

  // Waits, the thread with it, until nobody else has the turn.
  Turn Take() {
    for (;;) {
      {
        const MutexLock lock(mutex_);
        if (!taken_) {
          taken_ = true;
          return Turn(*this);
        }
      }
      clock_.Sleep(absl::Milliseconds(5), std::stop_token());
    }
  }

 private:
  Clock& clock_;
  Mutex mutex_;
  bool taken_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace er::run
