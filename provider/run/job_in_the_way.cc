#include "run/job_in_the_way.h"

namespace er::run {
namespace {

constexpr absl::Duration kBetweenRounds = absl::Minutes(1);

}  // namespace

std::optional<RunningJob> JobInTheWay::FindIn(const std::string& workflow,
                                              const resource::Until& until) {
  const absl::StatusOr<JobList> list = jobs_.List(workflow, 1, until.stop);
  if (!list.ok()) return std::nullopt;
  for (const JobSummary& job : list->jobs) {
    if (!job.ended) return RunningJob{.workflow = workflow, .id = job.id};
  }
  return std::nullopt;
}

std::optional<RunningJob> JobInTheWay::Find(const std::string& workflow,
                                            const resource::Until& until) {
  if (auto running = FindIn(workflow, until)) return running;
  {
    const MutexLock lock(mutex_);
    if (clock_.Elapsed() < next_round_) return std::nullopt;
    next_round_ = clock_.Elapsed() + kBetweenRounds;
  }
  // Whoever may start jobs need not be allowed to list workflows; then only its own is looked at.
  const absl::StatusOr<std::vector<std::string>> workflows = jobs_.ListWorkflows(until.stop);
  if (!workflows.ok()) return std::nullopt;
  for (const std::string& other : *workflows) {
    if (until.stop.stop_requested() || clock_.Elapsed() >= until.deadline) break;
    if (other == workflow) continue;
    if (auto running = FindIn(other, until)) return running;
  }
  return std::nullopt;
}

}  // namespace er::run
