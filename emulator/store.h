// The workflows and jobs of the emulated service. No HTTP, no clock: each call is told what time it
// is, and jobs move on to what they are by then.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "emulator/config.h"
#include "emulator/message.h"

namespace er::emulator {

// An account in a Region: what a quota and a name hold for.
struct Scope {
  std::string account{};
  std::string region{};
  friend bool operator==(const Scope&, const Scope&) = default;
};

// Where what names no scope belongs.
Scope Home(const Config& config);

struct Workflow {
  std::string name{};
  std::optional<Scope> scope{};      // none: it is there for every account and in every Region
  Json definition = Json::object();  // the members of CreateIdMappingWorkflow, less the name
  absl::Time created{};
  Json fate = Json::object();  // of its jobs: settings that change the configured one

  bool IsIncremental() const { return definition.contains("incrementalRunConfig"); }
};

struct Job {
  std::int64_t number = 0;  // 1 for the first that was started, whatever became of it
  std::string id{};
  Scope scope{};
  std::string workflow{};
  std::string type{};
  Json output{};         // outputSourceConfig; null where neither job nor workflow has one
  std::string origin{};  // who started it: "api" or "console"

  JobStatus status = JobStatus::kQueued;
  Fate fate{};
  absl::Time start{};                        // accepted then
  absl::Time run = absl::InfiniteFuture();   // RUNNING since
  absl::Time end = absl::InfiniteFuture();   // finished, or will be
  absl::Time listed = absl::InfinitePast();  // List shows it from then on
  bool gone = false;                         // no longer on record: purged, or its workflow deleted
};

// Not safe for concurrent use. `config` must outlive it.
class Store {
 public:
  // Ids follow from `seed`.
  Store(const Config& config, std::uint64_t seed) : config_(config), seed_(seed) {}

  struct Start {
    Scope scope{};
    std::string workflow{};
    std::string type{};  // empty: by the workflow
    Json output{};       // null: by the workflow
    std::string origin{};
    absl::Duration list_lag = absl::ZeroDuration();  // beyond the configured one
  };
  // The job, or the refusal: no such workflow, over the quota.
  std::variant<const Job*, Error> StartJob(const Start& start, absl::Time now);

  // A job on record; nullptr where there is none.
  const Job* FindJob(const Scope& scope, absl::string_view workflow, absl::string_view id,
                     absl::Time now);

  // A workflow's jobs as List shows them: newest first, up to `limit` of those older than `before`
  // (a Job::number).
  std::vector<const Job*> ListJobs(const Scope& scope, absl::string_view workflow,
                                   std::int64_t before, std::size_t limit, absl::Time now);

  // Every job ever started, in order.
  const std::deque<Job>& AllJobs(absl::Time now);

  // Ends an unfinished job. False where there is none.
  bool FinishJob(absl::string_view id, JobStatus outcome, std::string message, absl::Time now);

  // Forgets finished jobs, of one workflow or (empty) of all. Returns how many.
  std::int64_t Purge(absl::string_view workflow, absl::Time now);

  // Adds, or replaces the one of the same name and scope.
  const Workflow& PutWorkflow(Workflow workflow);
  const Workflow* FindWorkflow(const Scope& scope, absl::string_view name) const;
  std::vector<const Workflow*> ListWorkflows(const Scope& scope) const;  // by name
  const std::vector<Workflow>& AllWorkflows() const { return workflows_; }
  bool IsBusy(const Scope& scope, absl::string_view workflow, absl::Time now);

  // Removes the workflow and forgets its jobs; a running one ends. False where there is none.
  bool DeleteWorkflow(const std::optional<Scope>& scope, absl::string_view name, absl::Time now);

 private:
  void Advance(absl::Time now);
  bool AdvanceOnce(absl::Time now);
  static void EndAt(absl::Time now, Job& job);  // by the next Advance()
  std::int64_t Unfinished(const Scope& scope) const;
  Json DefaultOutput(const Workflow& workflow) const;

  const Config& config_;
  const std::uint64_t seed_;
  std::vector<Workflow> workflows_;
  std::deque<Job> jobs_;                       // addresses stay
  std::vector<Job*> unfinished_;               // of jobs_, in order
  absl::Time reached_ = absl::InfinitePast();  // everything up to then has happened
};

}  // namespace er::emulator
