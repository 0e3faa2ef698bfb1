// What a person is told of an invocation of an action: lines while it goes on, and how it ended.
// The texts about what comes before the start are those of runs (describe.h).
#pragma once

#include <string>

#include "absl/time/time.h"
#include "run/describe.h"
#include "run/job_watch.h"
#include "schema/schema.h"
#include "value/diagnostic.h"
#include "value/value.h"

namespace er::run {

// "input records 17, unique records 12": what a job counts and has counted something of, in the
// order of the attribute `metrics`, whose value this is.
std::string RecordCounts(const schema::Attribute& metrics, const Value& value);

// Lines, while it goes on.
inline constexpr char kLookingForEarlier[] =
    "Looking for a minute for the job of an earlier invocation, whose start had no answer";
inline constexpr char kLookingForLost[] =
    "The answer to the start was lost; looking for its job for a minute";
inline constexpr char kSettlingOther[] =
    "Waiting until it is certain what became of another process's start";
inline constexpr char kTryingAgain[] = "The service does not take the start now; trying again";
std::string WaitingFor(const schema::JobKind& kind, const std::string& workflow,
                       const std::string& job_id);
std::string StartedJob(const std::string& job_id);
std::string FoundStartedJob(const std::string& job_id);
std::string AdoptedJob(const std::string& job_id);
std::string TookUpEarlierJob(const std::string& job_id);
std::string EarlierJobHasEnded(const std::string& job_id);
// `status` and `counts`: empty where they are not known.
std::string StillWaiting(const std::string& status, absl::Duration waited,
                         const std::string& counts);
std::string HowItEnded(const RunName& run, const std::string& status, const std::string& counts);

// The wait ended before the job did, for the reason that `awaited` has.
Diagnostic InvocationCutShort(const RunName& run, const std::string& status,
                              absl::Duration time_out, const Awaited& awaited);
// `journal` and `note`: where the job is noted; empty: nowhere.
Diagnostic InvokedJobNotFound(const RunName& run, const absl::Status& why,
                              const std::string& journal, const std::string& note);
Diagnostic InvokedJobFailed(const RunName& run, const std::string& status,
                            const std::string& reason);

}  // namespace er::run
