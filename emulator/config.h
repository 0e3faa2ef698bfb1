// How the emulator behaves where the service's own behaviour varies or takes hours. Set by flags at
// the start and by POST /_emulator/config afterwards.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "emulator/message.h"

namespace er::emulator {

enum class JobStatus { kQueued, kRunning, kSucceeded, kFailed };
std::string Name(JobStatus status);  // QUEUED ...
inline bool IsFinal(JobStatus status) {
  return status == JobStatus::kSucceeded || status == JobStatus::kFailed;
}

// What becomes of a job: how long it runs, how it ends.
struct Fate {
  absl::Duration duration = absl::Seconds(30);
  JobStatus outcome = JobStatus::kSucceeded;
  std::string message = "The job failed because the emulator was told so";  // of a failed one
};

// What the service does with a start over the quota: its documentation does not say.
enum class RefusalMode { kConflict, kExceedsLimit, kQueued };

// What S3 does with a write that may only be done under a condition: looks at it; answers 501, as a
// compatible store that does not know conditions; writes as if there were none, as another.
enum class Conditions { kKept, kRefused, kIgnored };

struct Config {
  Fate fate{};
  absl::Duration queue_delay = absl::ZeroDuration();  // each job is QUEUED so long at least
  std::int64_t quota = 1;                             // unfinished jobs per account and Region
  RefusalMode refusal = RefusalMode::kConflict;
  absl::Duration list_lag = absl::ZeroDuration();    // List shows a job so long after its start
  absl::Duration clock_skew = absl::ZeroDuration();  // the service's time less the computer's
  std::string region{};                  // the only one that Entity Resolution serves; empty: any
  std::string account = "123456789012";  // of keys and jobs that name none
  Conditions put_conditions = Conditions::kKept;           // of S3's PutObject
  Conditions delete_conditions = Conditions::kKept;        // of S3's DeleteObject
  absl::Duration session_duration = absl::ZeroDuration();  // of a role's keys; zero: as asked
  std::int64_t workflow_quota = 10;                        // of each kind, per account and Region
  std::int64_t namespace_quota = 10;
  bool check_references = true;  // refuses what names a schema mapping or an ARN that is not there
  bool fills_in = false;         // reads tell what the service takes for what was left out
  bool reorders = false;         // reads tell lists the other way round, but for rules
  bool empty_description = false;                    // reads tell "" where there is no description
  absl::Duration role_delay = absl::ZeroDuration();  // a role is assumable so long after it is seen
  absl::Duration read_lag = absl::ZeroDuration();    // reads tell what was so long before
  absl::Duration usage_lag = absl::ZeroDuration();   // what was deleted uses others so long
};

// Members of `settings`, all optional: job_duration, outcome, message, queue_delay, quota, refusal,
// list_lag, clock_skew, region, account, put_conditions, delete_conditions, session_duration,
// workflow_quota, namespace_quota, check_references, fills_in, reorders, empty_description,
// role_delay, read_lag, usage_lag.
// Durations are texts ("1m30s", "inf"). On error nothing changed.
absl::Status Change(Config& config, const Json& settings);
Json ToJson(const Config& config);

// The same for job_duration, outcome and message only.
absl::Status Change(Fate& fate, const Json& settings);
Json ToJson(const Fate& fate);

// Parts that other settings have too. The message of an error says what was expected.
absl::StatusOr<absl::Duration> ReadDuration(const Json& value);
absl::StatusOr<JobStatus> ReadOutcome(const Json& value);

// An error that names the first member of `settings` that is not in `known`.
absl::Status OnlyMembers(const Json& settings, std::initializer_list<absl::string_view> known);

}  // namespace er::emulator
