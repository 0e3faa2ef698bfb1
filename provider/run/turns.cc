#include "run/turns.h"

#include <algorithm>

#include "absl/strings/str_join.h"
#include "base/log.h"
#include "run/job_watch.h"

namespace er::run {

void Turns::Turn::Has(const std::string& job_id) const {
  const MutexLock lock(turns_->mutex_);
  *job_id_ = job_id;
}

Task<absl::StatusOr<Turns::Turn>> Turns::Take(const resource::Until& until, std::string who) {
  MutexLock lock(mutex_);
  queue_.push_back(&until);
  const auto is_mine = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return queue_.front() == &until && taken_.size() < static_cast<std::size_t>(at_once_);
  };
  const absl::Duration since = clock_.Elapsed();
  bool mine = is_mine();
  while (!mine && !until.stop.stop_requested() && clock_.Elapsed() < until.deadline) {
    absl::Duration next = until.deadline;
    if (!notice_.empty() && log::IsOn(log::Level::kInfo)) {
      const absl::Duration waited = clock_.Elapsed() - since;
      const absl::Duration pause = PollInterval(waited);
      Notice(until, who, waited, pause);
      next = std::min(next, clock_.Elapsed() + pause);
    }
    mine = co_await clock_.WaitUntil(next, lock, changed_, until.stop, is_mine);
  }
  queue_.erase(std::find(queue_.begin(), queue_.end(), &until));
  clock_.NotifyAll(changed_);  // the next one is at the front now
  // After an interrupt nothing new begins, even for those whose turn has just come.
  if (until.stop.stop_requested()) {
    co_return absl::CancelledError("interrupted while waiting for a turn");
  }
  if (!mine) co_return absl::DeadlineExceededError("the time ran out while waiting for a turn");
  co_return Turn(this, taken_.emplace(taken_.end()));
}

void Turns::Notice(const resource::Until& until, const std::string& who, absl::Duration waited,
                   absl::Duration pause) const {
  const auto ahead = std::find(queue_.begin(), queue_.end(), &until) - queue_.begin();
  log::Info(notice_, {{"workflow_name", who},
                      {"running", absl::StrJoin(taken_, ",")},
                      {"ahead", static_cast<std::int64_t>(ahead)},
                      {"waited", Shown(waited)},
                      {"next_notice_in", Shown(pause)}});
}

Turns::Turn Turns::TakeOver(const std::string& job_id) {
  const MutexLock lock(mutex_);
  return {this, taken_.insert(taken_.end(), job_id)};
}

void Turns::GiveBack(std::list<std::string>::iterator job_id) {
  const MutexLock lock(mutex_);
  taken_.erase(job_id);
  clock_.NotifyAll(changed_);
}

}  // namespace er::run
