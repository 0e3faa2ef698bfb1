// The jobs of the emulated service, and what has a name there. No HTTP, no clock: each call is told
// what time it is, and jobs move on to what they are by then.
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
#include "emulator/things.h"

namespace er::emulator {

// Where what names no scope belongs.
Scope Home(const Config& config);

struct Job {
  std::int64_t number = 0;  // 1 for the first that was started, whatever became of it
  std::string id{};
  const Kind* kind = nullptr;  // of the workflow
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

// "ID mapping job", of an ID mapping workflow.
std::string JobTitle(const Kind& kind);

// Not safe for concurrent use. `config` must outlive it.
class Store {
 public:
  // Ids follow from `seed`.
  Store(const Config& config, std::uint64_t seed) : config_(config), seed_(seed), things_(config) {}

  // The workflows, and what else has a name.
  Things& things() { return things_; }

  struct Start {
    const Kind* kind = &IdMappingWorkflows();
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
  const Job* FindJob(const Kind& kind, const Scope& scope, absl::string_view workflow,
                     absl::string_view id, absl::Time now);

  // A workflow's jobs as List shows them: newest first, up to `limit` of those older than `before`
  // (a Job::number).
  std::vector<const Job*> ListJobs(const Kind& kind, const Scope& scope, absl::string_view workflow,
                                   std::int64_t before, std::size_t limit, absl::Time now);

  // Every job ever started, in order.
  const std::deque<Job>& AllJobs(absl::Time now);

  // Ends an unfinished job. False where there is none.
  bool FinishJob(absl::string_view id, JobStatus outcome, std::string message, absl::Time now);

  // Forgets finished jobs, of one workflow or (empty) of all. Returns how many.
  std::int64_t Purge(absl::string_view workflow, absl::Time now);

  bool IsBusy(const Kind& kind, const Scope& scope, absl::string_view workflow, absl::Time now);

  // Forgets the jobs of a workflow that is deleted, in one scope or (none given) in all; those that
  // run end.
  void ForgetJobs(const Kind& kind, const std::optional<Scope>& scope, absl::string_view workflow,
                  absl::Time now);

 private:
  void Advance(absl::Time now);
  bool AdvanceOnce(absl::Time now);
  static void EndAt(absl::Time now, Job& job);  // by the next Advance()
  std::int64_t Unfinished(const Kind& kind, const Scope& scope) const;
  Json DefaultOutput(const Thing& workflow) const;

  const Config& config_;
  const std::uint64_t seed_;
  Things things_;
  std::deque<Job> jobs_;                       // addresses stay
  std::vector<Job*> unfinished_;               // of jobs_, in order
  absl::Time reached_ = absl::InfinitePast();  // everything up to then has happened
};

}  // namespace er::emulator
