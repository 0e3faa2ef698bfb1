#include "run/workflows.h"

namespace er::run {

absl::StatusOr<bool> Workflows::Exists(const std::string& workflow, std::stop_token stop) {
  Entry* entry = nullptr;
  {
    const MutexLock lock(mutex_);
    std::unique_ptr<Entry>& place = entries_[workflow];
    if (place == nullptr) place = std::make_unique<Entry>(clock_);
    entry = place.get();
  }
  const OneAtATime::Turn turn = entry->asking.Take();
  if (!entry->known) {
    const absl::Status status = jobs_.List(workflow, 1, stop).status();
    if (!status.ok() && !jobs_.IsGone(status)) return status;
    entry->known = true;
    entry->exists = status.ok();
  }
  return entry->exists;
}

}  // namespace er::run
