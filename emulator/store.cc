#include "emulator/store.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "emulator/digest.h"

namespace er::emulator {

Scope Home(const Config& config) {
  return {.account = config.account, .region = config.region.empty() ? "us-east-1" : config.region};
}

std::string JobTitle(const Kind& kind) {
  std::string title(kind.title);
  return title.replace(title.rfind(' '), std::string::npos, " job");
}

std::variant<const Job*, Error> Store::StartJob(const Start& start, absl::Time now) {
  Advance(now);
  const Thing* workflow = things_.Find(*start.kind, start.scope, start.workflow);
  if (workflow == nullptr) {
    return NotFound(absl::StrCat("There is no ", start.kind->title, " ", start.workflow));
  }
  if (Unfinished(*start.kind, start.scope) >= config_.quota) {
    const std::string job = JobTitle(*start.kind);
    switch (config_.refusal) {
      case RefusalMode::kConflict:
        return Error{
            .code = 400,
            .name = "ConflictException",
            .message = absl::StrCat("Another ", job, " is running in this account and Region")};
      case RefusalMode::kExceedsLimit:
        return Error{.code = 402,
                     .name = "ExceedsLimitException",
                     .message = absl::StrCat("The quota of concurrent ", job, "s is exceeded"),
                     .extra = {{"quotaName", absl::StrCat("Concurrent ", job, "s")},
                               {"quotaValue", config_.quota}}};
      case RefusalMode::kQueued:
        break;
    }
  }

  const auto number = static_cast<std::int64_t>(jobs_.size()) + 1;
  Job& job = jobs_.emplace_back();
  job.number = number;
  job.id = Sha256Hex(absl::StrCat("job ", number, " of ", seed_)).substr(0, 32);
  job.kind = start.kind;
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

const Job* Store::FindJob(const Kind& kind, const Scope& scope, absl::string_view workflow,
                          absl::string_view id, absl::Time now) {
  Advance(now);
  const auto found = std::find_if(jobs_.begin(), jobs_.end(), [&](const Job& job) {
    return job.id == id && job.kind == &kind && job.workflow == workflow && job.scope == scope &&
           !job.gone;
  });
  return found == jobs_.end() ? nullptr : &*found;
}

std::vector<const Job*> Store::ListJobs(const Kind& kind, const Scope& scope,
                                        absl::string_view workflow, std::int64_t before,
                                        std::size_t limit, absl::Time now) {
  Advance(now);
  std::vector<const Job*> listed;
  for (auto job = jobs_.rbegin(); job != jobs_.rend() && listed.size() < limit; ++job) {
    if (job->number < before && job->kind == &kind && job->workflow == workflow &&
        job->scope == scope && !job->gone && job->listed <= now) {
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

bool Store::IsBusy(const Kind& kind, const Scope& scope, absl::string_view workflow,
                   absl::Time now) {
  Advance(now);
  return std::any_of(unfinished_.begin(), unfinished_.end(), [&](const Job* job) {
    return job->kind == &kind && job->workflow == workflow && job->scope == scope;
  });
}

void Store::ForgetJobs(const Kind& kind, const std::optional<Scope>& scope,
                       absl::string_view workflow, absl::Time now) {
  Advance(now);
  for (Job& job : jobs_) {
    if (job.kind != &kind || job.workflow != workflow) continue;
    if (scope.has_value() && job.scope != *scope) continue;
    job.gone = true;
    if (!IsFinal(job.status)) EndAt(now, job);
  }
  Advance(now);
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
            return other->kind == job->kind && other->scope == job->scope &&
                   other->status == JobStatus::kRunning;
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

std::int64_t Store::Unfinished(const Kind& kind, const Scope& scope) const {
  return std::count_if(unfinished_.begin(), unfinished_.end(),
                       [&](const Job* job) { return job->kind == &kind && job->scope == scope; });
}

Json Store::DefaultOutput(const Thing& workflow) const {
  const auto output = workflow.definition.find("outputSourceConfig");
  const std::string role = workflow.definition.value("roleArn", "");
  if (output == workflow.definition.end() || role.empty()) return nullptr;
  Json of_job = Json::array();
  for (const Json& source : *output) {
    Json& target = of_job.emplace_back(Json{{"roleArn", role}});
    for (const char* member : {"outputS3Path", "KMSArn"}) {
      if (source.contains(member)) target[member] = source[member];
    }
  }
  return of_job;
}

}  // namespace er::emulator
