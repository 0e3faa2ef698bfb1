// What a person is told of each outcome: what was attempted, on what, why it failed, what happened
// to the money, and what to do next. Every text about a run stands here and nowhere else;
// tests/golden/diagnostics holds them.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "run/journal.h"
#include "value/diagnostic.h"

namespace er::run {

// What is spoken of.
struct RunName {
  std::string workflow{};
  std::string region{};
  std::string job_id{};  // empty: there is none, or it is not known
};

// Create: no job was started.
Diagnostic NotStarted(const RunName& run, const absl::Status& why);
Diagnostic NotStartedBusy(const RunName& run, const std::vector<std::string>& jobs,
                          const absl::Status& why);
Diagnostic NotStartedInterrupted(const RunName& run);
Diagnostic NotStartedInTime(const RunName& run, absl::Duration time_out);
// Create: whether a job was started is not known.
Diagnostic StartUnknown(const RunName& run, const std::vector<std::string>& jobs,
                        const absl::Status& why, bool has_journal);
// Create: the job is not new.
Diagnostic TookUp(const RunName& run, const std::string& whose);
// Create, update: the job was started.
Diagnostic JobFailed(const RunName& run, const std::string& reason);
Diagnostic WaitTimedOut(const RunName& run, const std::string& status, absl::Duration time_out,
                        bool is_create);
Diagnostic WaitInterrupted(const RunName& run, const std::string& status);
Diagnostic WaitGivenUp(const RunName& run, const absl::Status& why, bool is_create);
Diagnostic AnswerUnreadable(const RunName& run, const absl::Status& why);
Diagnostic NotReadBack(const RunName& run, const absl::Status& why);
Diagnostic OldNote(const Intent& note);
// Delete.
Diagnostic ForgotRunning(const RunName& run, const std::string& status);
Diagnostic NotEndedBeforeDelete(const RunName& run, const absl::Status& why);
// Read, import, data sources.
Diagnostic UnableToRead(const RunName& run, const absl::Status& why);
Diagnostic WorkflowGone(const RunName& run);
Diagnostic InvalidImportId(const std::string& id);
Diagnostic NothingToImport(const RunName& run, const absl::Status& why);

}  // namespace er::run
