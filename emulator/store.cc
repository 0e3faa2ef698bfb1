#include "emulator/store.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "emulator/digest.h"

namespace er::emulator {
namespace {

bool IsVisible(const Workflow& workflow, const Scope& scope) {
  return !workflow.scope.has_value() || *workflow.scope == scope;
}

}  // namespace

Scope Home(const Config& config) {
  return {.account = config.account, .region = config.region.empty() ? "us-east-1" : config.region};
}

std::variant<const Job*, Error> Store::StartJob(const Start& start, absl::Time now) {
  Advance(now);
  const Workflow* workflow = FindWorkflow(start.scope, start.workflow);
  if (workflow == nullptr) {
    return NotFound(absl::StrCat("There is no ID mapping workflow ", start.workflow));
  }
  if (Unfinished(start.scope) >= config_.quota) {
    switch (config_.refusal) {
      case RefusalMode::kConflict:
        return Error{.code = 400,
                     .name = "ConflictException",
                     .message = "Another ID mapping job is running in this account and Region"};
      case RefusalMode::kExceedsLimit:
        return Error{
            .code = 402,
            .name = "ExceedsLimitException",
            .message = "The quota of concurrent ID mapping jobs is exceeded",
            .extra = {{"quotaName", "Concurrent ID mapping jobs"}, {"quotaValue", config_.quota}}};
      case RefusalMode::kQueued:
        break;
    }
  }

  const auto number = static_cast<std::int64_t>(jobs_.size()) + 1;
  Job& job = jobs_.emplace_back();
  job.number = number;
  job.id = Sha256Hex(absl::StrCat("job ", number, " of ", seed_)).substr(0, 32);
  job.scope = start.scope;
  job.workflow = start.workflow;
  job.type = !start.type.empty() ? start.type : workflow->IsIncremental() ? "INCREMENTAL" : "BATCH";
  job.output = !start.output.is_null() ? start.output : DefaultOutput(*workflow);
  job.origin = start.origin;
  job.fate = config_.fate;
  Change(job.fate, workflow->fate).IgnoreError();  // checked when the workflow was put
  job.start = now;
  job.listed = now + config_.list_lag + start.list_lag;
  unfinished_.push_back(&job);
  Advance(now);
  return &job;
}

const Job* Store::FindJob(const Scope& scope, absl::string_view workflow, absl::string_view id,
                          absl::Time now) {
  Advance(now);
  const auto found = std::find_if(jobs_.begin(), jobs_.end(), [&](const Job& job) {
    return job.id == id && job.workflow == workflow && job.scope == scope && !job.gone;
  });
  return found == jobs_.end() ? nullptr : &*found;
}

std::vector<const Job*> Store::ListJobs(const Scope& scope, absl::string_view workflow,
                                        std::int64_t before, std::size_t limit, absl::Time now) {
  Advance(now);
  std::vector<const Job*> listed;
  for (auto job = jobs_.rbegin(); job != jobs_.rend() && listed.size() < limit; ++job) {
    if (job->number < before && job->workflow == workflow && job->scope == scope && !job->gone &&
        job->listed <= now) {
      listed.push_back(&*job);
    }
  }
  return listed;
}

const std::deque<Job>& Store::AllJobs(absl::Time now) {
  Advance(now);
  return jobs_;
}

bool Store::FinishJob(absl::string_view id, JobStatus outcome, std::string message,
                      absl::Time now) {
  Advance(now);
  for (Job* job : unfinished_) {
    if (job->id != id) continue;
    job->fate.outcome = outcome;
    if (!message.empty()) job->fate.message = std::move(message);
    EndAt(now, *job);
    Advance(now);
    return true;
  }
  return false;
}

std::int64_t Store::Purge(absl::string_view workflow, absl::Time now) {
  Advance(now);
  std::int64_t purged = 0;
  for (Job& job : jobs_) {
    if (job.gone || !IsFinal(job.status)) continue;
    if (!workflow.empty() && job.workflow != workflow) continue;
    job.gone = true;
    ++purged;
  }
  return purged;
}

const Workflow& Store::PutWorkflow(Workflow workflow) {
  const auto same = std::find_if(workflows_.begin(), workflows_.end(), [&](const Workflow& other) {
    return other.name == workflow.name && other.scope == workflow.scope;
  });
  if (same == workflows_.end()) return workflows_.emplace_back(std::move(workflow));
  return *same = std::move(workflow);
}

const Workflow* Store::FindWorkflow(const Scope& scope, absl::string_view name) const {
  const auto found =
      std::find_if(workflows_.begin(), workflows_.end(), [&](const Workflow& workflow) {
        return workflow.name == name && IsVisible(workflow, scope);
      });
  return found == workflows_.end() ? nullptr : &*found;
}

std::vector<const Workflow*> Store::ListWorkflows(const Scope& scope) const {
  std::vector<const Workflow*> listed;
  for (const Workflow& workflow : workflows_) {
    if (IsVisible(workflow, scope)) listed.push_back(&workflow);
  }
  std::sort(listed.begin(), listed.end(),
            [](const Workflow* a, const Workflow* b) { return a->name < b->name; });
  return listed;
}

bool Store::IsBusy(const Scope& scope, absl::string_view workflow, absl::Time now) {
  Advance(now);
  return std::any_of(unfinished_.begin(), unfinished_.end(), [&](const Job* job) {
    return job->workflow == workflow && job->scope == scope;
  });
}

bool Store::DeleteWorkflow(const std::optional<Scope>& scope, absl::string_view name,
                           absl::Time now) {
  Advance(now);
  const auto is_it = [&](const Workflow& workflow) {
    return workflow.name == name && (!scope.has_value() || IsVisible(workflow, *scope));
  };
  if (std::erase_if(workflows_, is_it) == 0) return false;
  for (Job& job : jobs_) {
    if (job.workflow != name || (scope.has_value() && job.scope != *scope)) continue;
    job.gone = true;
    if (!IsFinal(job.status)) EndAt(now, job);
  }
  Advance(now);
  return true;
}

void Store::Advance(absl::Time now) {
  reached_ = std::min(reached_, now);  // time may be set back
  while (AdvanceOnce(now)) {
  }
  reached_ = now;
}

// The earliest thing that happens up to `now`: the end of a running job or, where the quota leaves
// room, the run of a queued one.
bool Store::AdvanceOnce(absl::Time now) {
  Job* next = nullptr;
  absl::Time moment = now;
  for (Job* job : unfinished_) {
    absl::Time then = job->end;
    if (job->status == JobStatus::kQueued) {
      const bool has_room =
          std::count_if(unfinished_.begin(), unfinished_.end(), [&](const Job* other) {
            return other->scope == job->scope && other->status == JobStatus::kRunning;
          }) < config_.quota;
      if (!has_room) continue;
      then = std::max(job->start + config_.queue_delay, reached_);  // when it became free
    }
    if (then <= moment && (next == nullptr || then < moment)) {
      next = job;
      moment = then;
    }
  }
  if (next == nullptr) return false;

  reached_ = moment;
  if (next->status == JobStatus::kQueued) {
    next->status = JobStatus::kRunning;
    next->run = moment;
    next->end = moment + next->fate.duration;
  } else {
    next->status = next->fate.outcome;
    std::erase(unfinished_, next);
  }
  return true;
}

void Store::EndAt(absl::Time now, Job& job) {
  job.status = JobStatus::kRunning;
  job.run = std::min(job.run, now);
  job.end = now;
}

std::int64_t Store::Unfinished(const Scope& scope) const {
  return std::count_if(unfinished_.begin(), unfinished_.end(),
                       [&](const Job* job) { return job->scope == scope; });
}

Json Store::DefaultOutput(const Workflow& workflow) const {
  const auto output = workflow.definition.find("outputSourceConfig");
  const std::string role = workflow.definition.value("roleArn", "");
  if (output == workflow.definition.end() || role.empty()) return nullptr;
  Json of_job = *output;
  for (Json& source : of_job) source["roleArn"] = role;
  return of_job;
}

}  // namespace er::emulator
