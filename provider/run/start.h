// Starting a job exactly once: the one place where StartIdMappingJob is sent.
//
// The call has no client token, so an answer that is lost leaves open whether there is a job now.
// Such a call is never simply repeated: the jobs that the service lists are compared with those it
// listed before.
#pragma once

#include <functional>
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
  Settings settings{};
  std::string workflow{};    // as the service is to be told
  nlohmann::json members{};  // of StartIdMappingJob
  OnConflict on_conflict = OnConflict::kWait;
  absl::Duration keep{};  // Note::keep
  // Whether a create of this run may take the note up: one that turns up while this waits for its
  // turn is taken up instead of a start.
  std::function<bool(const Look&, const Noted&)> may_take_up{};
  // Tells somebody who waits what for; none: nobody is told.
  std::function<void(const std::string& line)> report{};
};

struct StartResult {
  enum class Kind {
    kStarted,     // this call started the job
    kFound,       // so did it, and its answer was lost: the job was found in the list
    kAdopted,     // it was running already, and on_conflict says to take it up
    kNotStarted,  // no job was started; `status` says why
    kBusy,        // nor was one here: `jobs` is running, and on_conflict says to fail
    kUnknown,  // whether a job was started could not be found out; `jobs` are those that it may be
    kTakenOver,  // another process goes on with this run; `status` says more
    kTakeUp,     // a job of an earlier apply has turned up that this run is to take up
  };
  Kind kind = Kind::kNotStarted;
  absl::Status status{};
  std::string job_id{};
  nlohmann::json answer = nlohmann::json::object();  // of StartIdMappingJob, or of GetIdMappingJob
  std::vector<std::string> jobs{};
  Journal::Held* note = nullptr;  // where there is a job, or may be one
};

// Starts a job, waiting for others as `request.on_conflict` says. The job that is returned is
// claimed for this run in `runs`, and noted.
//
// `note`: of an attempt that Settle() has found not to have happened; null for a first one.
Task<StartResult> StartOnce(Runs& runs, Region& region, Journal::Held* note,
                            const StartRequest& request, const resource::Until& until);

// What became of the attempt of a process that has died: kFound, kNotStarted with an OK status,
// or kUnknown or kTakenOver.
Task<StartResult> Settle(Runs& runs, Region& region, Journal::Held* note,
                         const StartRequest& request, const resource::Until& until);

// How long the list is compared, from the first look on, before a job that it does not show counts
// as not started: it may lag, and the service may execute a call late that its caller has given up.
inline constexpr absl::Duration kReconcileWindow = absl::Minutes(1);

// How long after the time that a note says its start may have been executed.
inline constexpr absl::Duration kLongestAttempt = absl::Seconds(80);  // sent late, answered late

// Whether a job that started then can be what came of the attempt of `note`.
bool MayHaveStarted(const Note& note, absl::Time start);

}  // namespace er::run
