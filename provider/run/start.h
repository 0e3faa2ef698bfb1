// Starting a job exactly once: the one place where StartIdMappingJob is sent.
//
// The call has no client token, so an answer that is lost leaves open whether there is a job now.
// Such a call is never simply repeated: the jobs that the service lists are compared with those it
// listed before.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/task.h"
#include "resource/until.h"
#include "run/journal.h"
#include "run/runs.h"

namespace er::run {

// What to do when another job is running already.
enum class OnConflict { kWait, kAdopt, kFail };

struct StartRequest {
  std::string workflow{};
  nlohmann::json members{};  // of StartIdMappingJob
  OnConflict on_conflict = OnConflict::kWait;
};

struct StartResult {
  enum class Kind {
    kStarted,     // this call started the job
    kFound,       // so did it, and its answer was lost: the job was found in the list
    kAdopted,     // it was running already, and on_conflict says to take it up
    kNotStarted,  // no job was started; `status` says why
    kBusy,        // nor was one here: `jobs` is running, and on_conflict says to fail
    kUnknown,  // whether a job was started could not be found out; `jobs` are those that it may be
  };
  Kind kind = Kind::kNotStarted;
  absl::Status status{};
  std::string job_id{};
  nlohmann::json answer = nlohmann::json::object();  // of StartIdMappingJob, or of GetIdMappingJob
  std::vector<std::string> jobs{};
};

// Starts a job of `request.workflow`, waiting for others as `request.on_conflict` says. `note` may
// be null; what it says of an attempt by a process that died is settled first.
//
// The job that is returned is claimed for this run in `runs`.
Task<StartResult> StartOnce(Runs& runs, Region& region, Journal::Note* note,
                            const StartRequest& request, const resource::Until& until);

// How long the list is compared before a job that it does not show counts as not started: it may
// lag.
inline constexpr absl::Duration kReconcileWindow = absl::Minutes(1);

}  // namespace er::run
