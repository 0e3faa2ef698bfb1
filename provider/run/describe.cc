#include "run/describe.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "aws/error.h"
#include "aws/s3.h"
#include "base/utf8.h"
#include "resource/describe.h"
#include "schema/translate.h"

namespace er::run {
namespace {

using resource::Advice;
using resource::Error;
using resource::Reason;
using resource::Shown;
using resource::TitleCase;
using resource::Warning;
using resource::WithArticle;

constexpr absl::string_view kNothingStarted = "No job was started, and nothing is billed.";

std::string Workflow(const RunName& run) {
  return absl::StrCat(run.kind->workflow_title, " \"", run.workflow, "\" in ", run.region);
}

// "ID Mapping Job", as it stands in a summary.
std::string Title(const RunName& run) { return TitleCase(run.kind->title); }

// "an ID Mapping Job".
std::string ATitle(const RunName& run) { return WithArticle(Title(run)); }

std::string Job(const RunName& run) {
  return absl::StrCat("Job ", run.job_id, " of ", Workflow(run));
}

// " at 2026-01-02T03:04:05Z"; empty where the time is not known.
std::string At(absl::Time time) {
  return time == absl::InfinitePast() ? "" : absl::StrCat(" at ", schema::ToRfc3339(time));
}

// What usually helps where a bucket refuses.
std::string JournalAdvice(const absl::Status& why) {
  const std::optional<aws::Error> error = aws::ErrorOf(why);
  if (!error.has_value() || !absl::IsPermissionDenied(why)) return "";
  return absl::StrCat(" Grant ", aws::S3PermissionFor(error->operation), " to the caller.");
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

std::string ServiceReason(const std::string& reason) {
  if (reason.empty()) return "the service gives no reason.";
  return absl::StrCat(ToPrintable(reason), reason.back() == '.' ? "" : ".");
}

Diagnostic NotStarted(const RunName& run, const absl::Status& why) {
  return Error(absl::StrCat("Unable to Start ", Title(run)),
               absl::StrCat("Starting a job of ", Workflow(run), " failed: ", Reason(why), "\n\n",
                            kNothingStarted, Advice(why, run.kind->start->name)));
}

Diagnostic NotStartedBusy(const RunName& run, const std::vector<std::string>& jobs,
                          const absl::Status& why) {
  return Error(
      absl::StrCat("Another ", Title(run), " Is Running"),
      absl::StrCat("A job of ", Workflow(run), " was not started, because ",
                   jobs.empty() ? std::string("another job of this account and Region")
                                : absl::StrCat("job ", absl::StrJoin(jobs, ", ")),
                   " is running and on_conflict is \"fail\".",
                   why.ok() ? "" : absl::StrCat(" The service said: ", Reason(why)), "\n\n",
                   kNothingStarted,
                   " Apply again when that job has ended, or set on_conflict to \"wait\"."));
}

Diagnostic NotStartedInterrupted(const RunName& run) {
  return Error(absl::StrCat("Interrupted Before the ", Title(run), " Was Started"),
               absl::StrCat("The run of ", Workflow(run),
                            " was still waiting for other jobs to end when Terraform was "
                            "interrupted.\n\n",
                            kNothingStarted, " Apply again to start it."));
}

Diagnostic NotStartedInTime(const RunName& run, absl::Duration time_out) {
  return Error(absl::StrCat("Timeout Before the ", Title(run), " Was Started"),
               absl::StrCat("Other jobs were running for all of the ", Shown(time_out),
                            " that timeouts.create allows, so that the run of ", Workflow(run),
                            " had no turn: the service runs one ", run.kind->title,
                            " of an account and "
                            "Region at a time.\n\n",
                            kNothingStarted, " Apply again, or raise timeouts.create."));
}

Diagnostic StartUnknown(const RunName& run, const std::vector<std::string>& jobs,
                        const absl::Status& why, const std::string& journal,
                        const std::string& note) {
  const std::string import =
      absl::StrCat("import it with `terraform import ADDRESS ", run.workflow, "/JOB_ID`");
  std::string detail = absl::StrCat(run.kind->start->name, " for ", Workflow(run),
                                    " was sent, but its answer was lost, and ");
  if (!jobs.empty()) {
    absl::StrAppend(
        &detail, "the service lists ",
        jobs.size() == 1 ? "a new job that may or may not be the one it started: "
                         : "several new jobs that may be the one it started: ",
        absl::StrJoin(jobs, ", "),
        ". Other programs seem to start jobs of this workflow.\n\nNothing more was started. If one "
        "of them is the right one, ",
        import, note.empty() ? "." : absl::StrCat(", and remove ", note, " from ", journal, "."),
        note.empty() ? ""
                     : " If none of them is, remove that note alone; the next apply then starts "
                       "a job.");
    return Error(absl::StrCat("Several New ", Title(run), "s"), std::move(detail));
  }
  absl::StrAppend(&detail, "whether it started a job could not be found out: ", Reason(why),
                  Advice(why, run.kind->list.operation->name),
                  "\n\nA job may be running, and cost money. ");
  if (note.empty()) {
    absl::StrAppend(&detail,
                    "There is no journal, so look at the jobs of the workflow before the next "
                    "apply, and if there is a new one, ",
                    import, ".");
  } else {
    absl::StrAppend(&detail, "The journal remembers the attempt (", note, " in ", journal,
                    "): the next apply looks for that job first and starts another only if there "
                    "is none.");
  }
  return Error(absl::StrCat("Unknown Whether ", ATitle(run), " Was Started"), std::move(detail));
}

Diagnostic TookUp(const RunName& run, TakenUpFrom from) {
  std::string detail = absl::StrCat(Job(run), " ");
  switch (from) {
    case TakenUpFrom::kEarlier:
      absl::StrAppend(&detail, "was started by an earlier apply that did not see its end");
      break;
    case TakenUpFrom::kClosed:
      absl::StrAppend(
          &detail, "was started by an earlier apply, and no state has been seen to have it since");
      break;
    case TakenUpFrom::kRunning:
      absl::StrAppend(&detail, "was running already, and on_conflict is \"adopt\"");
      break;
  }
  absl::StrAppend(&detail, ". It is taken up as this run; no other job was started.");
  if (from == TakenUpFrom::kClosed) {
    absl::StrAppend(&detail,
                    " If you meant to start a new one, change triggers, or replace this "
                    "run now that it is in the state: `terraform apply -replace=ADDRESS`.");
  }
  return Warning(absl::StrCat("Took Up ", ATitle(run)), std::move(detail));
}

Diagnostic TakenOver(const RunName& run, const absl::Status& why) {
  return Error(
      absl::StrCat("Another Process Has Taken Over This ", Title(run), " Run"),
      absl::StrCat(
          "The run of ", Workflow(run), " is no longer this apply's: ", Reason(why),
          "\n\nNothing more was sent, and no other job was started here",
          run.job_id.empty() ? std::string() : absl::StrCat(". Job ", run.job_id, " goes on"),
          ". Let the other apply come to its end, and apply again."));
}

Diagnostic TakenByAnother(const RunName& run) {
  return Error(
      absl::StrCat(Title(run), " Belongs to Another Run"),
      absl::StrCat(Job(run),
                   " was taken up by another run of this apply, which has the same "
                   "settings.\n\nNothing was started here. Remove this run from the state "
                   "with `terraform state rm ADDRESS`; the next apply starts a job for it. "
                   "Different triggers keep such runs apart."));
}

Diagnostic HeldByAnother(const RunName& run, const absl::Status& why) {
  return Error(absl::StrCat(Title(run), " Is Being Waited For Elsewhere"),
               absl::StrCat(Job(run), " cannot be waited for here: ", Reason(why),
                            "\n\nNothing was started. Let the other apply come to its end, and "
                            "apply again."));
}

Diagnostic JobFailed(const RunName& run, const std::string& status, const std::string& reason) {
  return Error(
      absl::StrCat(Title(run), " Failed"),
      absl::StrCat(Job(run), " was started and has ",
                   status == "FAILED" ? std::string("failed")
                                      : absl::StrCat("ended as ", ToPrintable(status),
                                                     ", a status that this version of the provider "
                                                     "does not know"),
                   ": ", ServiceReason(reason),
                   "\n\nRecords it has processed are billed. Usual causes: the role that "
                   "Entity Resolution assumes may not read the input or write the output or "
                   "use their KMS keys, or the input does not fit the schema mapping. The "
                   "next apply starts a new job in its place."));
}

Diagnostic JobNotFound(const RunName& run, const absl::Status& why, const std::string& journal,
                       const std::string& note) {
  std::string detail =
      absl::StrCat(Job(run),
                   " was started by an earlier apply or by this one, and the service has "
                   "not known it for two minutes: ",
                   Reason(why), "\n\nNo other job was started.");
  if (note.empty()) {
    absl::StrAppend(&detail,
                    " It is in the state, marked as unfinished; apply again to look for it again. "
                    "If its record has expired and you want a new job, remove the run from the "
                    "state with `terraform state rm ADDRESS`.");
  } else {
    absl::StrAppend(&detail,
                    " Apply again to look for it again, or import it once it is there with "
                    "`terraform import ADDRESS ",
                    run.workflow, "/", run.job_id,
                    "`. If its record has expired and you want a new job, remove ", note, " from ",
                    journal, ".");
  }
  return Error(absl::StrCat(Title(run), " Not Found"), std::move(detail));
}

Diagnostic WaitTimedOut(const RunName& run, const std::string& status, absl::Duration time_out,
                        const absl::Status& last, bool is_create) {
  return Error(absl::StrCat("Timeout While Waiting for the ", Title(run)),
               absl::StrCat(Job(run), " was started and is still ",
                            status.empty() ? std::string("going on, as far as is known,") : status,
                            " after ", Shown(time_out), ", all that timeouts.",
                            is_create ? "create" : "update", " allows.",
                            last.ok() ? std::string()
                                      : absl::StrCat(" Asking how it goes failed: ", Reason(last),
                                                     Advice(last, run.kind->get->name)),
                            "\n\nThe job goes on and is billed. ", NextApply(is_create)));
}

Diagnostic WaitInterrupted(const RunName& run, const std::string& status) {
  return Warning(
      absl::StrCat("Interrupted While Waiting for the ", Title(run)),
      absl::StrCat(Job(run), " was started",
                   status.empty() ? std::string() : absl::StrCat(" and is ", status),
                   ".\n\nThe job goes on and is billed. It is in the state, marked as "
                   "unfinished; the next apply goes on waiting for it and starts no other."));
}

Diagnostic PluginEnds(const RunName& run, const std::string& status, bool is_create) {
  return Error(absl::StrCat("Provider Ended While Waiting for the ", Title(run)),
               absl::StrCat(Job(run), " was started",
                            status.empty() ? std::string() : absl::StrCat(" and is ", status),
                            ". The provider was told to end by a signal that Terraform did not "
                            "send.\n\nThe job goes on and is billed. ",
                            NextApply(is_create)));
}

Diagnostic WaitGivenUp(const RunName& run, const absl::Status& why, bool is_create) {
  return Error(absl::StrCat("Unable to Wait for the ", Title(run)),
               absl::StrCat(Job(run), " was started, but asking how it goes has kept failing: ",
                            Reason(why), Advice(why, run.kind->get->name),
                            "\n\nThe job goes on and is billed. ", NextApply(is_create)));
}

Diagnostic AnswerUnreadable(const RunName& run, const absl::Status& why) {
  return Warning("Unexpected Answer from Entity Resolution",
                 absl::StrCat("Part of what the service said about job ", run.job_id, " of ",
                              Workflow(run), " could not be read and is null in the state: ",
                              Reason(why), " Please report this as a bug in the provider."));
}

Diagnostic NotReadBack(const RunName& run, const absl::Status& why) {
  return Warning(absl::StrCat(Title(run), " Not Read Back"),
                 absl::StrCat(Job(run), " was started, but reading it failed: ", Reason(why),
                              Advice(why, run.kind->get->name),
                              " What is missing in the state is read at the next refresh."));
}

Diagnostic JournalUnusable(const RunName& run, const std::string& journal,
                           const absl::Status& why) {
  return Error(
      "Unable to Use the Journal",
      absl::StrCat("The run of ", Workflow(run), " was not started, because the journal at ",
                   journal, " cannot be used: ", Reason(why), JournalAdvice(why), "\n\n",
                   kNothingStarted,
                   " Without the journal, a job whose answer is lost could be started "
                   "twice. Mend it, or take the argument journal out of the provider "
                   "block."));
}

Diagnostic NoJournal(const RunName& run, const std::string& journal, const absl::Status& why) {
  return Warning(
      absl::StrCat("No Journal of ", Title(run), "s"),
      absl::StrCat("Nothing can be noted in ", journal, ": ", Reason(why),
                   "\n\nRuns go on without. But if this apply is killed, or an answer of "
                   "the service is lost for good, the next apply does not know of the "
                   "job and starts another. Set journal in the provider block to a "
                   "folder that can be written, or to s3://BUCKET/PREFIX."));
}

Diagnostic JournalLeft(const RunName& run, const std::string& journal, const absl::Status& why) {
  return Warning(
      "Journal Not Written",
      absl::StrCat("What became of job ", run.job_id, " of ", Workflow(run),
                   " could not be noted in ", journal, ": ", Reason(why), JournalAdvice(why),
                   "\n\nThe run is not touched by that: the state has the job."));
}

Diagnostic JournalUnread(const std::string& journal, const absl::Status& why) {
  return Warning(
      "Journal Not Read",
      absl::StrCat("The journal at ", journal, " cannot be used: ", Reason(why), JournalAdvice(why),
                   "\n\nThis plan cannot say whether a run takes up a job of an earlier "
                   "apply. The apply looks again, and starts nothing as long as a journal "
                   "that is configured cannot be used."));
}

Diagnostic ReplacementNotNoted(const RunName& run, const std::string& journal,
                               const absl::Status& why) {
  return Error(
      "Unable to Note the Replacement",
      absl::StrCat(Job(run),
                   " is to be taken up by the replacement, since no apply has seen its end. The "
                   "apply learns that from the journal at ",
                   journal, ", which cannot be used: ", Reason(why), JournalAdvice(why), "\n\n",
                   kNothingStarted,
                   " Without the note, the apply could start a second job beside the first. Mend "
                   "the journal and plan again, or wait until the job has ended."));
}

Diagnostic UnnamedState(const std::string& journal) {
  return Warning(
      "State Without a Name",
      absl::StrCat("What the backend's settings say does not name the state, so that the "
                   "journal at ",
                   journal,
                   " takes this working folder for it. A run that is begun here can only "
                   "be finished here: from another folder or machine, another job would "
                   "be started."));
}

Diagnostic OldNote(const schema::JobKind& kind, const Note& note) {
  const RunName run{.kind = &kind,
                    .workflow = note.settings.workflow,
                    .region = note.settings.region,
                    .job_id = note.job_id};
  return Warning(
      "Old Note in the Journal Dropped",
      absl::StrCat("An earlier apply that was cut short ",
                   note.job_id.empty() ? "may have started a job"
                                       : absl::StrCat("started job ", note.job_id),
                   " of ", Workflow(run), At(note.sent_at),
                   ". It is too long ago to be taken up, and is not in the state.",
                   note.job_id.empty()
                       ? std::string()
                       : absl::StrCat(" To keep it, import it with `terraform import ADDRESS ",
                                      run.workflow, "/", note.job_id, "`.")));
}

Diagnostic WillTakeUp(const RunName& run, absl::Time sent_at, bool is_replacement) {
  std::string detail;
  if (run.job_id.empty()) {
    detail = absl::StrCat("An earlier apply tried to start a job of ", Workflow(run), At(sent_at),
                          ", and whether it did is not known. The apply looks for that job first, "
                          "and starts one only if there is none.");
  } else {
    detail = absl::StrCat(
        Job(run), " was started by an earlier apply", At(sent_at), " that did not see its end. ",
        is_replacement ? "The replacement" : "The apply",
        " takes it up and starts no other. To start a new job instead, change triggers, or apply "
        "now and replace the run when it has ended: `terraform apply -replace=ADDRESS`.");
  }
  return Warning(absl::StrCat("Takes Up ", ATitle(run)), std::move(detail));
}

Diagnostic StartedBefore(const RunName& run, absl::Time sent_at) {
  return Warning(
      absl::StrCat(Title(run), " of the Same Settings"),
      absl::StrCat(Job(run), " was started by an earlier apply", At(sent_at),
                   " with the settings of this run, and no state that this plan has read shows "
                   "it.\n\nThe apply starts a new job. If the state was lost and this is its run, "
                   "import it instead: `terraform import ADDRESS ",
                   run.workflow, "/", run.job_id, "`."));
}

Diagnostic WillGoOn(const RunName& run) {
  return Warning(
      absl::StrCat(Title(run), " Run Is Unfinished"),
      absl::StrCat(Job(run),
                   " was started by an apply that did not see its end. The apply goes on "
                   "with that job and starts no other, also where this run is replaced by "
                   "the same with -replace. To start a new one, let this one end first."));
}

Diagnostic HasFailedUnseen(const RunName& run, const std::string& reason) {
  return Warning(
      absl::StrCat(Title(run), " Has Failed"),
      absl::StrCat(Job(run), " has failed: ", ServiceReason(reason),
                   " Since wait_for_completion is false, it is left at that. To start a new job, "
                   "replace the run: `terraform apply -replace=ADDRESS`."));
}

Diagnostic ImportDiffers(const RunName& run, const std::vector<std::string>& attributes) {
  Diagnostic diagnostic = Error(
      absl::StrCat("Imported ", Title(run), " Is Another Than Configured"),
      absl::StrCat(Job(run), " was imported, and the configuration asks for another: ",
                   absl::StrJoin(attributes, ", "), attributes.size() == 1 ? " is" : " are",
                   " not what the job was started with.\n\nAn import never starts a job. Write "
                   "into the configuration what `terraform state show ADDRESS` says, or, if "
                   "you want a new job in its place, take the imported one out of the state "
                   "with `terraform state rm ADDRESS`."));
  diagnostic.path = Path(attributes.front());
  return diagnostic;
}

Diagnostic OtherRegion(const std::string& workflow, const std::string& region) {
  Diagnostic diagnostic =
      Error("Workflow of Another Region",
            absl::StrCat("The workflow ", workflow, " is not in ", region,
                         ", where this run goes. Set region to the workflow's, or name a workflow "
                         "of ",
                         region, "."));
  diagnostic.path = Path("workflow_name");
  return diagnostic;
}

Diagnostic ForgotRunning(const RunName& run, const std::string& status) {
  return Warning(
      absl::StrCat(Title(run), " Still Running"),
      absl::StrCat(Job(run), " is ",
                   status.empty() ? std::string("not known to have ended") : status,
                   ". A job can be neither cancelled nor deleted: it goes on and is billed, "
                   "and Terraform forgets it. Set on_destroy to \"wait\" to wait for its end "
                   "before a destroy."));
}

Diagnostic NotLeft(const RunName& run, const std::string& journal, const absl::Status& why) {
  return Error(absl::StrCat("Unable to Replace the ", Title(run)),
               absl::StrCat(Job(run),
                            " is not finished and is to be taken up by the replacement, but that "
                            "could not be noted in the journal at ",
                            journal, ": ", Reason(why), JournalAdvice(why), "\n\n", kNothingStarted,
                            " The run stays in the state, since nothing else would know of its job "
                            "any more. Apply again."));
}

Diagnostic NotEndedBeforeDelete(const RunName& run, const absl::Status& why) {
  return Error(
      absl::StrCat(Title(run), " Still Running"),
      absl::StrCat(Job(run), " has not ended, and on_destroy is \"wait\": ", Reason(why),
                   "\n\nThe run stays in the state. Destroy it again, raise timeouts.delete, or "
                   "set on_destroy to \"forget\"."));
}

Diagnostic UnableToRead(const RunName& run, const absl::Status& why) {
  return Error(
      run.job_id.empty() ? absl::StrCat("Unable to Read ", Title(run), "s")
                         : absl::StrCat("Unable to Read ", Title(run)),
      absl::StrCat(
          "Reading ", run.job_id.empty() ? "the jobs" : absl::StrCat("job ", run.job_id), " of ",
          Workflow(run), " failed: ", Reason(why),
          Advice(why, run.job_id.empty() ? run.kind->list.operation->name : run.kind->get->name)));
}

Diagnostic WorkflowGone(const RunName& run) {
  return Warning(absl::StrCat(TitleCase(run.kind->workflow_title), " Is Gone"),
                 absl::StrCat("The ", Workflow(run), " no longer exists, so that its job ",
                              run.job_id, " is removed from the state."));
}

Diagnostic InvalidImportId(const schema::JobKind& kind, const std::string& id,
                           const std::string& why) {
  return Error(
      "Invalid Import ID",
      absl::StrCat("\"", id, "\" is not the ID of ", WithArticle(kind.title), " run: ", why,
                   ". Write it as WORKFLOW/JOB_ID, where WORKFLOW is the name ",
                   kind.workflow_arn.empty() ? "" : "or ARN ",
                   "of the workflow and JOB_ID has 32 "
                   "hexadecimal digits: `my-workflow/0123456789abcdef0123456789abcdef`. For "
                   "another Region than the provider's, append @REGION."));
}

Diagnostic NothingToImport(const RunName& run, const absl::Status& why) {
  return Error(absl::StrCat("No Such ", Title(run)),
               absl::StrCat("There is no job ", run.job_id, " of ", Workflow(run),
                            " to import, or the service has forgotten it: ", Reason(why),
                            Advice(why, run.kind->get->name)));
}

}  // namespace er::run
