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
};

// Members of `settings`, all optional: job_duration, outcome, message, queue_delay, quota, refusal,
// list_lag, clock_skew, region, account, put_conditions, delete_conditions, session_duration.
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
