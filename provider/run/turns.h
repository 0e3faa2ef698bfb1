// Taking turns: of those who want to run a job at the same time, as many go as the service allows,
// and the others wait in the order in which they came.
// https://docs.aws.amazon.com/general/latest/gr/entity-resolution.html: one job per account and
// Region.
#pragma once

#include <deque>
#include <list>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/mutex.h"
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
    Turn(Turn&& other) noexcept
        : turns_(std::exchange(other.turns_, nullptr)), job_id_(other.job_id_) {}
    Turn& operator=(Turn&& other) noexcept {
      std::swap(turns_, other.turns_);
      std::swap(job_id_, other.job_id_);
      return *this;
    }
    ~Turn() {
      if (turns_ != nullptr) turns_->GiveBack(job_id_);
    }

    // What it is used for, so that those who wait can say what for.
    void Has(const std::string& job_id) const;

   private:
    friend class Turns;
    Turn(Turns* turns, std::list<std::string>::iterator job_id) : turns_(turns), job_id_(job_id) {}
    Turns* turns_ = nullptr;
    std::list<std::string>::iterator job_id_{};
  };

  // `notice` is logged for each who has to wait, and again as often as a job is looked at, with the
  // jobs that have a turn and how many are ahead; empty: nothing is.
  Turns(Clock& clock, int at_once, std::string notice = "")
      : clock_(clock), at_once_(at_once), notice_(std::move(notice)) {}

  // Waits for a turn, first come, first served. kCancelled or kDeadlineExceeded when `until` ends
  // first. `who` is for the notice.
  Task<absl::StatusOr<Turn>> Take(const resource::Until& until, std::string who = "");

  // A turn at once, for whose job is running already: others wait although it never queued.
  Turn TakeOver(const std::string& job_id = "");

 private:
  // With the lock.
  void Notice(const resource::Until& until, const std::string& who, absl::Duration waited,
              absl::Duration pause) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void GiveBack(std::list<std::string>::iterator job_id);

  Clock& clock_;
  const int at_once_;
  const std::string notice_;
  Mutex mutex_;
  Clock::Signal changed_;
  std::list<std::string> taken_
      ABSL_GUARDED_BY(mutex_);  // the jobs of those who have a turn; empty: none yet
  std::deque<const resource::Until*> queue_
      ABSL_GUARDED_BY(mutex_);  // whose turn is next, by the address of what they brought along
};

}  // namespace er::run
