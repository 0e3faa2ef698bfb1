#include "run/runs.h"

#include <algorithm>
#include <utility>

#include "base/status.h"

namespace er::run {

absl::StatusOr<Region*> Runs::ForRegion(const std::string& name) {
  // Held while connecting: those who come for the same Region would only ask for the same
  // credentials.
  std::lock_guard lock(mutex_);
  std::unique_ptr<Region>& region = regions_[name];
  if (region == nullptr) {
    ASSIGN_OR_RETURN(aws::Client* const client, session_.ClientFor(name));
    region =
        std::make_unique<Region>(name, *client, catalog_, clock_, options_.max_concurrent_jobs);
  }
  return region.get();
}

bool Runs::Claim(const std::string& job_id) {
  std::lock_guard lock(mutex_);
  const auto [claimed, is_new] = claimed_.insert(job_id);
  if (is_new) claims_.emplace_back(clock_.Now(), &*claimed);
  return is_new;
}

bool Runs::IsClaimed(const std::string& job_id) {
  std::lock_guard lock(mutex_);
  return claimed_.contains(job_id);
}

std::vector<std::string> Runs::ClaimedWithin(absl::Duration recent) {
  std::lock_guard lock(mutex_);
  const absl::Time since = clock_.Now() - recent;
  std::vector<std::string> ids;
  for (auto claim = claims_.rbegin(); claim != claims_.rend() && claim->first >= since; ++claim) {
    ids.push_back(*claim->second);
  }
  return ids;
}

void Runs::HandOver(Value run) {
  std::lock_guard lock(mutex_);
  handed_over_.push_back(std::move(run));
}

Value Runs::TakeHandedOver(const std::function<bool(const Value&)>& accepts) {
  std::lock_guard lock(mutex_);
  const auto found = std::find_if(handed_over_.begin(), handed_over_.end(), accepts);
  if (found == handed_over_.end()) return Value::Null();
  Value run = std::move(*found);
  handed_over_.erase(found);
  return run;
}

}  // namespace er::run
