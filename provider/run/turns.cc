#include "run/turns.h"

#include <algorithm>

#include "base/log.h"

namespace er::run {

Task<absl::StatusOr<Turns::Turn>> Turns::Take(const resource::Until& until) {
  std::unique_lock lock(mutex_);
  queue_.push_back(&until);
  const auto is_mine = [&] { return queue_.front() == &until && taken_ < at_once_; };
  if (!notice_.empty() && !is_mine()) {
    log::Info(notice_, {{"ahead", static_cast<std::int64_t>(queue_.size()) - 1}});
  }
  const bool mine = co_await clock_.WaitUntil(until.deadline, lock, changed_, until.stop, is_mine);
  queue_.erase(std::find(queue_.begin(), queue_.end(), &until));
  // After an interrupt nothing new begins, even for those whose turn has just come.
  const bool goes = mine && !until.stop.stop_requested();
  if (goes) ++taken_;
  clock_.NotifyAll(changed_);  // the next one is at the front now
  if (goes) co_return Turn(this);
  if (until.stop.stop_requested())
    co_return absl::CancelledError("interrupted while waiting for a turn");
  co_return absl::DeadlineExceededError("the time ran out while waiting for a turn");
}

Turns::Turn Turns::TakeOver() {
  std::lock_guard lock(mutex_);
  ++taken_;
  return Turn(this);
}

void Turns::GiveBack() {
  std::lock_guard lock(mutex_);
  --taken_;
  clock_.NotifyAll(changed_);
}

}  // namespace er::run
