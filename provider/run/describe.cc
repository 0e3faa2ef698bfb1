#include "run/describe.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "resource/describe.h"
#include "schema/translate.h"

namespace er::run {
namespace {

using resource::Advice;
using resource::Error;
using resource::Reason;
using resource::Warning;

constexpr absl::string_view kNothingStarted = "No job was started, and nothing is billed.";

std::string Workflow(const RunName& run) {
  return absl::StrCat("ID mapping workflow \"", run.workflow, "\" in ", run.region);
}

std::string Job(const RunName& run) {
  return absl::StrCat("Job ", run.job_id, " of ", Workflow(run));
}

// "90m0s" is how the clock writes what the person wrote as 90m.
std::string Shown(absl::Duration duration) {
  std::string text = absl::FormatDuration(duration);
  for (const absl::string_view zero : {"m0s", "h0m"}) {
    if (text.size() > zero.size() &&
        text.compare(text.size() - zero.size(), zero.size(), std::string(zero)) == 0) {
      text.resize(text.size() - 2);
    }
  }
  return text;
}

// What happens to an unfinished run at the next apply.
std::string NextApply(bool is_create) {
  return is_create
             ? "The run is marked as unfinished in the state. Apply again to go on waiting for "
               "the same job: Terraform shows a replacement, but no other job is started."
             : "The run stays marked as unfinished in the state. Apply again to go on waiting "
               "for the same job.";
}

}  // namespace

Diagnostic NotStarted(const RunName& run, const absl::Status& why) {
  return Error("Unable to Start ID Mapping Job",
               absl::StrCat("Starting a job of ", Workflow(run), " failed: ", Reason(why), "\n\n",
                            kNothingStarted, Advice(why, "StartIdMappingJob")));
}

Diagnostic NotStartedBusy(const RunName& run, const std::vector<std::string>& jobs,
                          const absl::Status& why) {
  return Error(
      "Another ID Mapping Job Is Running",
      absl::StrCat("A job of ", Workflow(run), " was not started, because ",
                   jobs.empty() ? std::string("another job of this account and Region")
                                : absl::StrCat("job ", absl::StrJoin(jobs, ", ")),
                   " is running and on_conflict is \"fail\".",
                   why.ok() ? "" : absl::StrCat(" The service said: ", Reason(why)), "\n\n",
                   kNothingStarted,
                   " Apply again when that job has ended, or set on_conflict to \"wait\"."));
}

Diagnostic NotStartedInterrupted(const RunName& run) {
  return Error("Interrupted Before the ID Mapping Job Was Started",
               absl::StrCat("The run of ", Workflow(run),
                            " was still waiting for other jobs to end when Terraform was "
                            "interrupted.\n\n",
                            kNothingStarted, " Apply again to start it."));
}

Diagnostic NotStartedInTime(const RunName& run, absl::Duration time_out) {
  return Error("Timeout Before the ID Mapping Job Was Started",
               absl::StrCat("Other jobs were running for all of the ", Shown(time_out),
                            " that timeouts.create allows, so that the run of ", Workflow(run),
                            " had no turn: the service runs one ID mapping job of an account and "
                            "Region at a time.\n\n",
                            kNothingStarted, " Apply again, or raise timeouts.create."));
}

Diagnostic StartUnknown(const RunName& run, const std::vector<std::string>& jobs,
                        const absl::Status& why, bool has_journal) {
  std::string detail;
  if (jobs.empty()) {
    detail =
        absl::StrCat("StartIdMappingJob for ", Workflow(run),
                     " was sent, but its answer was lost, and whether it started a job could not "
                     "be found out: ",
                     Reason(why), "\n\nA job may be running, and cost money.");
  } else {
    detail = absl::StrCat(
        "StartIdMappingJob for ", Workflow(run),
        " was sent, but its answer was lost, and the service lists several new jobs "
        "that may be the one it started: ",
        absl::StrJoin(jobs, ", "),
        ". Other programs seem to start the same jobs.\n\nNothing more was started. ",
        "Import the right one with `terraform import ADDRESS ", run.workflow, "/JOB_ID`.");
    return Error("Several New ID Mapping Jobs", std::move(detail));
  }
  absl::StrAppend(&detail,
                  has_journal
                      ? " The journal remembers the attempt: the next apply looks for that job "
                        "first and starts another only if there is none."
                      : absl::StrCat(" There is no journal, so look at the jobs of the workflow "
                                     "before the next apply, and import a new one with "
                                     "`terraform import ADDRESS ",
                                     run.workflow, "/JOB_ID`."));
  return Error("Unknown Whether an ID Mapping Job Was Started", std::move(detail));
}

Diagnostic TookUp(const RunName& run, const std::string& whose) {
  return Warning("Took Up an ID Mapping Job",
                 absl::StrCat(Job(run), " ", whose,
                              ". It is taken up as this run; no other job was started."));
}

Diagnostic JobFailed(const RunName& run, const std::string& reason) {
  return Error(
      "ID Mapping Job Failed",
      absl::StrCat(Job(run), " was started and has failed: ",
                   reason.empty() ? "the service gives no reason" : reason,
                   reason.empty() || reason.back() != '.' ? "." : "",
                   "\n\nRecords it has processed are billed. Usual causes: the role that "
                   "Entity Resolution assumes may not read the input or write the output or "
                   "use their KMS keys, or the input does not fit the schema mapping. The "
                   "next apply starts a new job in its place."));
}

Diagnostic WaitTimedOut(const RunName& run, const std::string& status, absl::Duration time_out,
                        bool is_create) {
  return Error(
      "Timeout While Waiting for the ID Mapping Job",
      absl::StrCat(Job(run), " was started and is still ",
                   status.empty() ? std::string("going on") : status, " after ", Shown(time_out),
                   ", all that timeouts.", is_create ? "create" : "update",
                   " allows.\n\nThe job goes on and is billed. ", NextApply(is_create)));
}

Diagnostic WaitInterrupted(const RunName& run, const std::string& status) {
  return Warning(
      "Interrupted While Waiting for the ID Mapping Job",
      absl::StrCat(Job(run), " was started",
                   status.empty() ? std::string() : absl::StrCat(" and is ", status),
                   ".\n\nThe job goes on and is billed. It is in the state, marked as "
                   "unfinished; the next apply goes on waiting for it and starts no other."));
}

Diagnostic WaitGivenUp(const RunName& run, const absl::Status& why, bool is_create) {
  return Error("Unable to Wait for the ID Mapping Job",
               absl::StrCat(Job(run), " was started, but asking how it goes has kept failing: ",
                            Reason(why), Advice(why, "GetIdMappingJob"),
                            "\n\nThe job goes on and is billed. ", NextApply(is_create)));
}

Diagnostic AnswerUnreadable(const RunName& run, const absl::Status& why) {
  return Warning("Unexpected Answer from Entity Resolution",
                 absl::StrCat("Part of what the service said about job ", run.job_id, " of ",
                              Workflow(run), " could not be read and is null in the state: ",
                              Reason(why), " Please report this as a bug in the provider."));
}

Diagnostic NotReadBack(const RunName& run, const absl::Status& why) {
  return Warning("ID Mapping Job Not Read Back",
                 absl::StrCat(Job(run), " was started, but reading it failed: ", Reason(why),
                              Advice(why, "GetIdMappingJob"),
                              " What is missing in the state is read at the next refresh."));
}

Diagnostic OldNote(const Intent& note) {
  return Warning(
      "Old Note in the Journal Dropped",
      absl::StrCat("An earlier apply that was cut short ",
                   note.job_id.empty() ? "may have started a job"
                                       : absl::StrCat("started job ", note.job_id),
                   " of ID mapping workflow \"", note.workflow, "\" in ", note.region,
                   note.sent_at == absl::InfiniteFuture()
                       ? std::string()
                       : absl::StrCat(" at ", schema::ToRfc3339(note.sent_at)),
                   ". It is too long ago to be taken up, and is not in the state.",
                   note.job_id.empty()
                       ? std::string()
                       : absl::StrCat(" To keep it, import it with `terraform import ADDRESS ",
                                      note.workflow, "/", note.job_id, "`.")));
}

Diagnostic ForgotRunning(const RunName& run, const std::string& status) {
  return Warning(
      "ID Mapping Job Still Running",
      absl::StrCat(Job(run), " is ",
                   status.empty() ? std::string("not known to have ended") : status,
                   ". A job can be neither cancelled nor deleted: it goes on and is billed, "
                   "and Terraform forgets it. Set on_destroy to \"wait\" to wait for its end "
                   "before a destroy."));
}

Diagnostic NotEndedBeforeDelete(const RunName& run, const absl::Status& why) {
  return Error(
      "ID Mapping Job Still Running",
      absl::StrCat(Job(run), " has not ended, and on_destroy is \"wait\": ", Reason(why),
                   "\n\nThe run stays in the state. Destroy it again, raise timeouts.delete, or "
                   "set on_destroy to \"forget\"."));
}

Diagnostic UnableToRead(const RunName& run, const absl::Status& why) {
  return Error(
      run.job_id.empty() ? "Unable to Read ID Mapping Jobs" : "Unable to Read ID Mapping Job",
      absl::StrCat("Reading ", run.job_id.empty() ? "the jobs" : absl::StrCat("job ", run.job_id),
                   " of ", Workflow(run), " failed: ", Reason(why),
                   Advice(why, run.job_id.empty() ? "ListIdMappingJobs" : "GetIdMappingJob")));
}

Diagnostic WorkflowGone(const RunName& run) {
  return Warning("ID Mapping Workflow Is Gone",
                 absl::StrCat("The ", Workflow(run), " no longer exists, so that its job ",
                              run.job_id, " is removed from the state."));
}

Diagnostic InvalidImportId(const std::string& id) {
  return Error(
      "Invalid Import ID",
      absl::StrCat("\"", id,
                   "\" is not the ID of an ID mapping job run. Write it as WORKFLOW/JOB_ID, "
                   "where WORKFLOW is the name or ARN of the workflow and JOB_ID has 32 "
                   "hexadecimal digits: `my-workflow/0123456789abcdef0123456789abcdef`. For "
                   "another Region than the provider's, append @REGION."));
}

Diagnostic NothingToImport(const RunName& run, const absl::Status& why) {
  return Error("No Such ID Mapping Job",
               absl::StrCat("There is no job ", run.job_id, " of ", Workflow(run),
                            " to import, or the service has forgotten it: ", Reason(why),
                            Advice(why, "GetIdMappingJob")));
}

}  // namespace er::run
