// What people are told of each outcome, word for word: tests/golden/diagnostics.
#include "run/describe.h"

#include <ostream>

#include "absl/strings/str_cat.h"
#include "aws/error.h"
#include "aws/settings.h"
#include "gtest/gtest.h"
#include "resource/describe.h"
#include "run/describe_invocation.h"
#include "support/golden.h"
#include "support/job_kinds.h"
#include "unit/run/printing.h"

namespace er::run {
namespace {

using resource::InvalidConfiguration;
using resource::NoRegion;
using resource::NotConfigured;
using resource::UnableToConnect;

const RunName kRun{.kind = &IdMapping(),
                   .workflow = "customers",
                   .region = "eu-west-1",
                   .job_id = "0123456789abcdef0123456789abcdef"};
const RunName kNoJob{.kind = &IdMapping(), .workflow = "customers", .region = "eu-west-1"};
const RunName kMatching{.kind = &Matching(), .workflow = "people", .region = "eu-west-1"};

absl::Status Refused(const std::string& code, const std::string& message, int http_status,
                     const std::string& operation = "StartIdMappingJob") {
  return aws::ToStatus({.operation = operation,
                        .code = code,
                        .message = message,
                        .request_id = "7f3c",
                        .region = "eu-west-1",
                        .http_status = http_status,
                        .execution = aws::Execution::kRefused});
}

const absl::Status kDenied = Refused("AccessDeniedException", "User is not authorized", 403);
const absl::Status kGetDenied =
    Refused("AccessDeniedException", "User is not authorized", 403, "GetIdMappingJob");
const absl::Status kListDenied =
    Refused("AccessDeniedException", "User is not authorized", 403, "ListIdMappingJobs");
const absl::Status kLost = aws::ToStatus({.operation = "StartIdMappingJob",
                                          .message = "the connection was reset",
                                          .region = "eu-west-1",
                                          .execution = aws::Execution::kUnknown});
const absl::Status kUnsent = aws::ToStatus({.operation = "StartIdMappingJob",
                                            .message = "the host could not be resolved",
                                            .region = "eu-west-1",
                                            .attempts = 3,
                                            .execution = aws::Execution::kNotSent});

const absl::Status kGone =
    Refused("ResourceNotFoundException", "Job not found", 404, "GetIdMappingJob");
const absl::Status kBucketDenied = aws::ToStatus({.operation = "PutObject",
                                                  .resource = "s3://bucket/journal/note-1.json",
                                                  .code = "AccessDenied",
                                                  .message = "Access Denied",
                                                  .request_id = "7f3c",
                                                  .region = "eu-west-1",
                                                  .http_status = 403,
                                                  .execution = aws::Execution::kRefused});
const absl::Time kThen = absl::FromUnixSeconds(1767323045);
constexpr char kJournal[] = ".terraform/entityresolution-journal";
constexpr char kNote[] = "note-0123456789abcdef";

struct Outcome {
  const char* name;
  Diagnostic diagnostic;
};

void PrintTo(const Outcome& outcome, std::ostream* out) { *out << outcome.name; }

class Describe : public testing::TestWithParam<Outcome> {};

TEST_P(Describe, IsWordedAsAgreed) {
  const Diagnostic& diagnostic = GetParam().diagnostic;
  const bool is_error = diagnostic.severity == Diagnostic::Severity::kError;
  ExpectGolden(absl::StrCat("diagnostics/", GetParam().name, ".txt"),
               absl::StrCat(is_error ? "Error: " : "Warning: ", diagnostic.summary, "\n\n",
                            diagnostic.detail, "\n"));
}

Note OldNoteOf(const std::string& job_id) {
  return {.settings = {.region = "eu-west-1", .workflow = "customers"},
          .job_id = job_id,
          .sent_at = kThen};
}

INSTANTIATE_TEST_SUITE_P(
    Outcomes, Describe,
    testing::Values(
        Outcome{"not_started_denied", NotStarted(kNoJob, kDenied)},
        Outcome{"not_started_unreachable", NotStarted(kNoJob, kUnsent)},
        Outcome{
            "not_started_no_such_workflow",
            NotStarted(kNoJob, Refused("ResourceNotFoundException", "Workflow not found", 404))},
        Outcome{"not_started_expired_token",
                NotStarted(kNoJob, Refused("ExpiredTokenException", "The token is expired", 403))},
        Outcome{"not_started_invalid",
                NotStarted(kNoJob, Refused("ValidationException", "Invalid outputS3Path", 400))},
        Outcome{"not_started_busy",
                NotStartedBusy(kNoJob, {"orders/fedcba9876543210fedcba9876543210"},
                               Refused("ConflictException", "A job is already running", 400))},
        Outcome{"not_started_busy_unknown_job",
                NotStartedBusy(kNoJob, {}, Refused("ExceedsLimitException", "Too many jobs", 402))},
        Outcome{"not_started_interrupted", NotStartedInterrupted(kNoJob)},
        Outcome{"not_started_in_time", NotStartedInTime(kNoJob, absl::Hours(4))},
        Outcome{"start_unknown", StartUnknown(kNoJob, {}, kLost, kJournal, kNote)},
        Outcome{"start_unknown_without_journal", StartUnknown(kNoJob, {}, kLost, "", "")},
        Outcome{"start_several", StartUnknown(kNoJob,
                                              {"0123456789abcdef0123456789abcdef",
                                               "fedcba9876543210fedcba9876543210"},
                                              kLost, kJournal, kNote)},
        Outcome{"start_one_unlike",
                StartUnknown(kNoJob, {"fedcba9876543210fedcba9876543210"}, kLost, kJournal, kNote)},
        Outcome{"took_up_earlier", TookUp(kRun, TakenUpFrom::kEarlier)},
        Outcome{"took_up_closed", TookUp(kRun, TakenUpFrom::kClosed)},
        Outcome{"took_up_adopted", TookUp(kRun, TakenUpFrom::kRunning)},
        Outcome{"taken_over", TakenOver(kRun, absl::AbortedError("note-1 has been replaced"))},
        Outcome{"taken_by_another", TakenByAnother(kRun)},
        Outcome{
            "held_by_another",
            HeldByAnother(kRun, absl::FailedPreconditionError(
                                    "another process is at work on it: see note-1 in journal"))},
        Outcome{"job_failed", JobFailed(kRun, "FAILED", "The input bucket cannot be read")},
        Outcome{"job_failed_without_reason", JobFailed(kRun, "FAILED", "")},
        Outcome{"job_ended_unknown", JobFailed(kRun, "STOPPED", "")},
        Outcome{"job_not_found_noted", JobNotFound(kRun, kGone, kJournal, kNote)},
        Outcome{"job_not_found_in_state", JobNotFound(kRun, kGone, kJournal, "")},
        Outcome{"wait_timed_out_create",
                WaitTimedOut(kRun, "RUNNING", absl::Minutes(90), absl::OkStatus(), true)},
        Outcome{"wait_timed_out_update",
                WaitTimedOut(kRun, "RUNNING", absl::Hours(4), absl::OkStatus(), false)},
        Outcome{"wait_timed_out_unseen",
                WaitTimedOut(kRun, "", absl::Minutes(20), kGetDenied, true)},
        Outcome{"plugin_ends", PluginEnds(kRun, "RUNNING", true)},
        Outcome{"journal_unusable", JournalUnusable(kNoJob, "s3://bucket/journal/", kBucketDenied)},
        Outcome{"no_journal",
                NoJournal(kNoJob, ".terraform/entityresolution-journal",
                          absl::UnavailableError("making note-1: No space left on device"))},
        Outcome{"journal_left", JournalLeft(kRun, "s3://bucket/journal/", kBucketDenied)},
        Outcome{"journal_unread", JournalUnread("s3://bucket/journal/", kBucketDenied)},
        Outcome{"not_left", NotLeft(kRun, "s3://bucket/journal/", kBucketDenied)},
        Outcome{"replacement_not_noted",
                ReplacementNotNoted(kRun, "s3://bucket/journal/", kBucketDenied)},
        Outcome{"unnamed_state", UnnamedState("s3://bucket/journal/")},
        Outcome{"will_take_up", WillTakeUp(kRun, kThen, false)},
        Outcome{"will_take_up_replacement", WillTakeUp(kRun, absl::InfinitePast(), true)},
        Outcome{"will_take_up_attempt", WillTakeUp(kNoJob, kThen, false)},
        Outcome{"started_before", StartedBefore(kRun, kThen)},
        Outcome{"will_go_on", WillGoOn(kRun)},
        Outcome{"has_failed_unseen", HasFailedUnseen(kRun, "The input bucket cannot be read")},
        Outcome{"import_differs", ImportDiffers(kRun, {"job_type", "output_source_config"})},
        Outcome{"other_region",
                OtherRegion("arn:aws:entityresolution:us-east-1:123456789012:idmappingworkflow/wf",
                            "eu-west-1")},
        Outcome{"wait_interrupted", WaitInterrupted(kRun, "RUNNING")},
        Outcome{"wait_given_up", WaitGivenUp(kRun, kGetDenied, true)},
        Outcome{
            "answer_unreadable",
            AnswerUnreadable(kRun,
                             absl::InternalError("the answer's metrics is string, not an object"))},
        Outcome{"not_read_back", NotReadBack(kRun, kGetDenied)},
        Outcome{"old_note", OldNote(IdMapping(), OldNoteOf(kRun.job_id))},
        Outcome{"old_note_without_job", OldNote(IdMapping(), OldNoteOf(""))},
        Outcome{"forgot_running", ForgotRunning(kRun, "RUNNING")},
        Outcome{"not_ended_before_delete",
                NotEndedBeforeDelete(kRun, absl::DeadlineExceededError(
                                               "the time ran out while waiting for the job"))},
        Outcome{"unable_to_read", UnableToRead(kRun, kGetDenied)},
        Outcome{"unable_to_list", UnableToRead(kNoJob, kListDenied)},
        Outcome{"workflow_gone", WorkflowGone(kRun)},
        Outcome{"invalid_import_id",
                InvalidImportId(IdMapping(), "x", "it has no slash and no job id after it")},
        Outcome{"invalid_import_id_matching",
                InvalidImportId(Matching(), "x", "it has no slash and no job id after it")},
        Outcome{"not_started_matching", NotStartedInTime(kMatching, absl::Minutes(20))},
        Outcome{"invocation_interrupted",
                InvocationCutShort(kRun, "RUNNING", absl::Hours(4),
                                   {.status = absl::CancelledError("interrupted")})},
        Outcome{"invocation_timed_out",
                InvocationCutShort(kRun, "RUNNING", absl::Hours(4),
                                   {.status = absl::DeadlineExceededError("the time ran out")})},
        Outcome{"invocation_given_up",
                InvocationCutShort(kRun, "", absl::Hours(4), {.status = kGetDenied})},
        Outcome{"invoked_job_not_found",
                InvokedJobNotFound(kRun,
                                   Refused("ResourceNotFoundException", "Job not found", 404,
                                           "GetIdMappingJob"),
                                   "s3://bucket/journal/", "note-0123456789abcdef")},
        Outcome{"invoked_job_failed",
                InvokedJobFailed(kRun, "FAILED", "Access denied to s3://bucket/in/")},
        Outcome{"nothing_to_import",
                NothingToImport(kRun, Refused("ResourceNotFoundException", "Job not found", 404,
                                              "GetIdMappingJob"))},
        Outcome{
            "invalid_configuration",
            InvalidConfiguration(absl::InvalidArgumentError("max_retries must be a whole number"))},
        Outcome{"not_configured", NotConfigured()}, Outcome{"no_region", NoRegion()},
        Outcome{"unable_to_connect",
                UnableToConnect("eu-west-1", absl::UnauthenticatedError("no AWS credentials"))}),
    [](const auto& told) { return told.param.name; });

TEST(Describe, AReasonOfTheServiceForgesNothing) {
  EXPECT_EQ(ServiceReason(""), "the service gives no reason.");
  EXPECT_EQ(ServiceReason("Denied."), "Denied.");
  EXPECT_EQ(ServiceReason("no\n\nError: forged\x1b[0m"), "no\\n\\nError: forged\\u001b[0m.");
  for (const Diagnostic& told :
       {JobFailed(kRun, "A\x1b[1m", "r\x1b[2m"), HasFailedUnseen(kRun, "\x1b"),
        InvokedJobFailed(kRun, "A\x1b[1m", "r\x1b[2m")}) {
    EXPECT_EQ(told.detail.find('\x1b'), std::string::npos) << told.detail;
  }
}

TEST(Describe, AMistakeInAnArgumentIsShownInItsPlace) {
  const auto path = [](const char* argument) {
    return InvalidConfiguration(aws::OfArgument(absl::InvalidArgumentError("no"), argument))
        .path.ToString();
  };
  EXPECT_EQ(path("profile"), "profile");
  EXPECT_EQ(path("assume_role.1.role_arn"), "assume_role[1].role_arn");
  EXPECT_EQ(path(""), "");
}

}  // namespace
}  // namespace er::run
