#include "run/describe_invocation.h"

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "base/utf8.h"
#include "resource/describe.h"

namespace er::run {

using resource::Advice;
using resource::Error;
using resource::Reason;

namespace {

std::string Job(const RunName& run) {
  return absl::StrCat("Job ", run.job_id, " of ", run.kind->workflow_title, " \"", run.workflow,
                      "\" in ", run.region);
}

// "ID Mapping Job", as it stands in a summary.
std::string Title(const RunName& run) { return resource::TitleCase(run.kind->title); }

}  // namespace

std::string RecordCounts(const schema::Attribute& metrics, const Value& value) {
  std::vector<std::string> counts;
  for (const schema::Attribute& metric : metrics.attributes) {
    const Value& count = value[metric.name];
    if (!count.IsNumber() || count.AsNumber().text() == "0") continue;
    counts.push_back(
        absl::StrCat(absl::StrReplaceAll(metric.name, {{"_", " "}}), " ", count.AsNumber().text()));
  }
  return absl::StrJoin(counts, ", ");
}

std::string WaitingFor(const schema::JobKind& kind, const std::string& workflow,
                       const std::string& job_id) {
  return absl::StrCat("Waiting for job ", job_id, " of ", kind.workflow_title, " \"", workflow,
                      "\"");
}

std::string StartedJob(const std::string& job_id) { return absl::StrCat("Started job ", job_id); }

std::string FoundStartedJob(const std::string& job_id) {
  return absl::StrCat("Found the job that was started: ", job_id);
}

std::string AdoptedJob(const std::string& job_id) {
  return absl::StrCat("Adopted the running job ", job_id);
}

std::string TookUpEarlierJob(const std::string& job_id) {
  return absl::StrCat("Took up job ", job_id, " of an earlier invocation that did not see its end");
}

std::string EarlierJobHasEnded(const std::string& job_id) {
  return absl::StrCat("Job ", job_id, " of an earlier invocation has ended meanwhile");
}

std::string StillWaiting(const std::string& status, absl::Duration waited,
                         const std::string& counts) {
  return absl::StrCat(status.empty() ? "Status not known yet" : status, " (",
                      resource::Shown(absl::Trunc(waited, absl::Seconds(1))), " waited",
                      counts.empty() ? "" : "; ", counts, ")");
}

std::string HowItEnded(const RunName& run, const std::string& status, const std::string& counts) {
  return absl::StrCat("Job ", run.job_id, " ended: ", status, counts.empty() ? "" : "; ", counts);
}

Diagnostic InvocationCutShort(const RunName& run, const std::string& status,
                              absl::Duration time_out, const Awaited& awaited) {
  std::string summary = absl::StrCat("Unable to Wait for the ", Title(run));
  std::string why = absl::StrCat("asking how it goes has kept failing: ", Reason(awaited.status),
                                 Advice(awaited.status, run.kind->get->name));
  const std::string known = status.empty() ? "going on, as far as is known" : status;
  if (absl::IsCancelled(awaited.status)) {
    summary = absl::StrCat("Interrupted While Waiting for the ", Title(run));
    why = absl::StrCat("is ", known, ".");
  } else if (absl::IsDeadlineExceeded(awaited.status)) {
    summary = absl::StrCat("Timeout While Waiting for the ", Title(run));
    why = absl::StrCat("is still ", known, " after ", resource::Shown(time_out),
                       ", all that timeout allows.");
  }
  return Error(summary,
               absl::StrCat(Job(run), " was started, and ", why,
                            "\n\nThe job goes on and is billed. Invoke the action again with the "
                            "same arguments to go on waiting for it: as long as it runs, no other "
                            "job is started."));
}

Diagnostic InvokedJobNotFound(const RunName& run, const absl::Status& why,
                              const std::string& journal, const std::string& note) {
  std::string detail = absl::StrCat(
      Job(run),
      " was started by an earlier invocation or by this one, and the service has not known it for "
      "two minutes: ",
      Reason(why), "\n\nNo other job was started.");
  if (!note.empty()) {
    absl::StrAppend(&detail,
                    " Invoke the action again to look for it again. If its record has expired and "
                    "you want a new job, remove ",
                    note, " from ", journal, ".");
  }
  return Error(absl::StrCat(Title(run), " Not Found"), std::move(detail));
}

Diagnostic InvokedJobFailed(const RunName& run, const std::string& status,
                            const std::string& reason) {
  return Error(
      absl::StrCat(Title(run), " Failed"),
      absl::StrCat(Job(run), " was started and has ended as ", ToPrintable(status), ": ",
                   ServiceReason(reason),
                   "\n\nRecords it has processed are billed. Usual causes: the role that Entity "
                   "Resolution assumes may not read the input or write the output or use their KMS "
                   "keys, or the input does not fit the schema mapping. The next invocation starts "
                   "a new job."));
}

}  // namespace er::run
