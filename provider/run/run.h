// One create, update or delete of a job run under way: the order of its steps, and where the state
// of its note changes.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "base/task.h"
#include "resource/resource.h"
#include "resource/until.h"
#include "run/job_watch.h"
#include "run/private_data.h"
#include "run/runs.h"
#include "run/settings.h"
#include "run/start.h"
#include "run/take_up.h"
#include "schema/schema.h"
#include "value/diagnostic.h"
#include "value/value.h"

namespace er::run {

// A create that no state will know of: an action's. What it leaves unfinished is for the next
// invocation of the same settings, as long as the job runs.
struct Invocation {
  // Shows a line to the person who waits.
  std::function<void(const std::string& message)> progress{};
};

class Run {
 public:
  // All must outlive this. `step`: create, update or delete.
  Run(const schema::Schema& schema, Runs& runs, Region& region, resource::ApplyRequest request,
      const char* step, std::optional<Invocation> invocation = std::nullopt);

  Task<resource::StateAnswer> Create();
  Task<resource::StateAnswer> Update();
  Task<resource::StateAnswer> Delete();

 private:
  // Create, step by step; an answer ends it.
  using Ended = std::optional<resource::StateAnswer>;
  Task<Ended> Enter();
  Task<Ended> TakeUpEarlier(TakeUp& earlier);
  Task<Ended> SettleAttempt(const StartRequest& request);
  Task<Ended> Start(const StartRequest& request, const Turns::Turn& turn);
  StartRequest ToStart(const TakeUp& earlier);
  Ended NotStartedBecause(const StartResult& result);

  Task<resource::StateAnswer> Finish();
  Task<resource::StateAnswer> Wait();
  Task<resource::StateAnswer> ReadBack();
  void SayHowItEnded(const Awaited& awaited);
  void SayHowTheInvocationEnded(const Awaited& awaited);
  bool HasEndedMeanwhile(const std::string& job_id);
  void Report(const std::string& message) const;
  absl::Status SettleNote();

  // Update and delete.
  Settings PriorSettings(const PrivateData& plan) const;
  Task<absl::Status> HoldNote(bool is_mine, bool makes);
  Task<Ended> AwaitEndBeforeDelete(std::string& status);
  bool IsReplacedByAnother(const PrivateData& plan);
  Task<absl::StatusOr<bool>> LeaveToCreate(bool is_destroy);

  void Has(const std::string& job_id);
  // `operation` is the kind's start or get.
  void Fill(const schema::Operation& operation, const nlohmann::json& answer);
  void ReportJournal();
  resource::StateAnswer Nothing(const absl::Status& why);
  resource::StateAnswer NoObject();
  resource::StateAnswer Answered();

  const schema::JobKind& kind() const { return region_.jobs.kind(); }

  const schema::Schema& schema_;
  Runs& runs_;
  const Runs::Call call_{runs_};
  Region& region_;
  resource::ApplyRequest request_;
  const std::string step_;
  const absl::Duration time_out_;
  const resource::Until until_;
  const Settings settings_;
  Value state_;  // as far as it is known
  PrivateData private_{};
  Journal::Held* note_ = nullptr;
  bool taken_up_ = false;  // the job is an earlier apply's
  const std::optional<Invocation> invocation_;
  Diagnostics diagnostics_{};
};

}  // namespace er::run
