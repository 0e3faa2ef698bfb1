// Taking turns: of those who want to run a job at the same time, as many go as the service allows,
// and the others wait in the order in which they came.
// https://docs.aws.amazon.com/general/latest/gr/entity-resolution.html: one job per account and
// Region.
#pragma once

#include <deque>
#include <mutex>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/task.h"
#include "resource/until.h"

namespace er::run {

// Safe for concurrent use; must outlive its turns.
class Turns {
 public:
  // Gives the turn on when it goes.
  class Turn {
   public:
    Turn() = default;
    Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)) {}
    Turn& operator=(Turn&& other) noexcept {
      std::swap(turns_, other.turns_);
      return *this;
    }
    ~Turn() {
      if (turns_ != nullptr) turns_->GiveBack();
    }

   private:
    friend class Turns;
    explicit Turn(Turns* turns) : turns_(turns) {}
    Turns* turns_ = nullptr;
  };

  // `notice` is logged for each who has to wait; empty: nothing is.
  Turns(Clock& clock, int at_once, std::string notice = "")
      : clock_(clock), at_once_(at_once), notice_(std::move(notice)) {}

  // Waits for a turn, first come, first served. kCancelled or kDeadlineExceeded when `until` ends
  // first.
  Task<absl::StatusOr<Turn>> Take(const resource::Until& until);

  // A turn at once, for whose job is running already: others wait although it never queued.
  Turn TakeOver();

 private:
  void GiveBack();

  Clock& clock_;
  const int at_once_;
  const std::string notice_;
  std::mutex mutex_;
  Clock::Signal changed_;
  int taken_ = 0;
  std::deque<const resource::Until*>
      queue_;  // whose turn is next, by the address of what they brought along
};

}  // namespace er::run
