// What a person is told of each outcome: what was attempted, on what, why it failed, what happened
// to the money, and what to do next. Every text about a run stands here and nowhere else;
// tests/golden/diagnostics holds them.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "run/note.h"
#include "schema/schema.h"
#include "value/diagnostic.h"

namespace er::run {

// What is spoken of.
struct RunName {
  const schema::JobKind* kind = nullptr;  // lives as long as the process
  std::string workflow{};
  std::string region{};
  std::string job_id{};  // empty: there is none, or it is not known
};

// A failed job's reason as a sentence that may follow a colon: whatever is in it, a terminal obeys
// nothing of it.
std::string ServiceReason(const std::string& reason);

// Create: no job was started.
Diagnostic NotStarted(const RunName& run, const absl::Status& why);
Diagnostic NotStartedBusy(const RunName& run, const std::vector<std::string>& jobs,
                          const absl::Status& why);
Diagnostic NotStartedInterrupted(const RunName& run);
Diagnostic NotStartedInTime(const RunName& run, absl::Duration time_out);
// Create: whether a job was started is not known; `jobs` are those that it may be. `note`: the name
// of the note that says so in the journal at `journal`; empty: there is no journal.
Diagnostic StartUnknown(const RunName& run, const std::vector<std::string>& jobs,
                        const absl::Status& why, const std::string& journal,
                        const std::string& note);
// Create: the job is not new.
enum class TakenUpFrom {
  kEarlier,  // an apply that did not see its end
  kClosed,   // an apply that came to its end, whose state may not have been uploaded
  kRunning,  // it was running already, and on_conflict says to adopt it
};
Diagnostic TookUp(const RunName& run, TakenUpFrom from);
// Create, update: another process has the run by now.
Diagnostic TakenOver(const RunName& run, const absl::Status& why);
// Update: the job of the state is another's.
Diagnostic TakenByAnother(const RunName& run);
Diagnostic HeldByAnother(const RunName& run, const absl::Status& why);
// Create, update: the job was started.
Diagnostic JobFailed(const RunName& run, const std::string& status, const std::string& reason);
Diagnostic JobNotFound(const RunName& run, const absl::Status& why, const std::string& journal,
                       const std::string& note);
// `last`: of the last look at the job, if that failed.
Diagnostic WaitTimedOut(const RunName& run, const std::string& status, absl::Duration time_out,
                        const absl::Status& last, bool is_create);
Diagnostic WaitInterrupted(const RunName& run, const std::string& status);
Diagnostic PluginEnds(const RunName& run, const std::string& status, bool is_create);
Diagnostic WaitGivenUp(const RunName& run, const absl::Status& why, bool is_create);
Diagnostic AnswerUnreadable(const RunName& run, const absl::Status& why);
Diagnostic NotReadBack(const RunName& run, const absl::Status& why);
// The journal.
Diagnostic JournalUnusable(const RunName& run, const std::string& journal, const absl::Status& why);
Diagnostic NoJournal(const RunName& run, const std::string& journal, const absl::Status& why);
Diagnostic JournalLeft(const RunName& run, const std::string& journal, const absl::Status& why);
Diagnostic JournalUnread(const std::string& journal, const absl::Status& why);
Diagnostic ReplacementNotNoted(const RunName& run, const std::string& journal,
                               const absl::Status& why);
Diagnostic UnnamedState(const std::string& journal);
Diagnostic OldNote(const schema::JobKind& kind, const Note& note);
// Plan. `sent_at`: InfinitePast where it is not known.
Diagnostic WillTakeUp(const RunName& run, absl::Time sent_at, bool is_replacement);
Diagnostic StartedBefore(const RunName& run, absl::Time sent_at);
Diagnostic WillGoOn(const RunName& run);
Diagnostic HasFailedUnseen(const RunName& run, const std::string& reason);
Diagnostic ImportDiffers(const RunName& run, const std::vector<std::string>& attributes);
Diagnostic OtherRegion(const std::string& workflow, const std::string& region);
// Delete.
Diagnostic ForgotRunning(const RunName& run, const std::string& status);
Diagnostic NotLeft(const RunName& run, const std::string& journal, const absl::Status& why);
Diagnostic NotEndedBeforeDelete(const RunName& run, const absl::Status& why);
// Read, import, data sources.
Diagnostic UnableToRead(const RunName& run, const absl::Status& why);
Diagnostic WorkflowGone(const RunName& run);
// `why` says which part of it is wrong.
Diagnostic InvalidImportId(const schema::JobKind& kind, const std::string& id,
                           const std::string& why);
Diagnostic NothingToImport(const RunName& run, const absl::Status& why);

}  // namespace er::run
