// What people are told of each outcome, word for word: tests/golden/diagnostics.
#include "run/describe.h"

#include "absl/strings/str_cat.h"
#include "aws/error.h"
#include "aws/settings.h"
#include "gtest/gtest.h"
#include "resource/describe.h"
#include "support/golden.h"

namespace er::run {
namespace {

using resource::InvalidConfiguration;
using resource::NoRegion;
using resource::NotConfigured;
using resource::UnableToConnect;

const RunName kRun{
    .workflow = "customers", .region = "eu-west-1", .job_id = "0123456789abcdef0123456789abcdef"};
const RunName kNoJob{.workflow = "customers", .region = "eu-west-1"};

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

struct Told {
  const char* name;
  Diagnostic diagnostic;
};

class Describe : public testing::TestWithParam<Told> {};

TEST_P(Describe, IsWordedAsAgreed) {
  const Diagnostic& diagnostic = GetParam().diagnostic;
  const bool is_error = diagnostic.severity == Diagnostic::Severity::kError;
  ExpectGolden(absl::StrCat("diagnostics/", GetParam().name, ".txt"),
               absl::StrCat(is_error ? "Error: " : "Warning: ", diagnostic.summary, "\n\n",
                            diagnostic.detail, "\n"));
}

const Intent kOldNote{.workflow = "customers",
                      .region = "eu-west-1",
                      .sent_at = absl::FromUnixSeconds(1767323045),
                      .job_id = "0123456789abcdef0123456789abcdef"};
const Intent kOldNoteWithoutJob{
    .workflow = "customers", .region = "eu-west-1", .sent_at = absl::FromUnixSeconds(1767323045)};

INSTANTIATE_TEST_SUITE_P(
    Outcomes, Describe,
    testing::Values(
        Told{"not_started_denied", NotStarted(kNoJob, kDenied)},
        Told{"not_started_unreachable", NotStarted(kNoJob, kUnsent)},
        Told{"not_started_no_such_workflow",
             NotStarted(kNoJob, Refused("ResourceNotFoundException", "Workflow not found", 404))},
        Told{"not_started_expired_token",
             NotStarted(kNoJob, Refused("ExpiredTokenException", "The token is expired", 403))},
        Told{"not_started_invalid",
             NotStarted(kNoJob, Refused("ValidationException", "Invalid outputS3Path", 400))},
        Told{"not_started_busy",
             NotStartedBusy(kNoJob, {"orders/fedcba9876543210fedcba9876543210"},
                            Refused("ConflictException", "A job is already running", 400))},
        Told{"not_started_busy_unknown_job",
             NotStartedBusy(kNoJob, {}, Refused("ExceedsLimitException", "Too many jobs", 402))},
        Told{"not_started_interrupted", NotStartedInterrupted(kNoJob)},
        Told{"not_started_in_time", NotStartedInTime(kNoJob, absl::Hours(4))},
        Told{"start_unknown", StartUnknown(kNoJob, {}, kLost, true)},
        Told{"start_unknown_without_journal", StartUnknown(kNoJob, {}, kLost, false)},
        Told{"start_several",
             StartUnknown(kNoJob,
                          {"0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"},
                          kLost, true)},
        Told{"took_up_earlier",
             TookUp(kRun, "was started by an earlier apply that did not see its end")},
        Told{"took_up_adopted", TookUp(kRun, "was running already, and on_conflict is \"adopt\"")},
        Told{"job_failed", JobFailed(kRun, "The input bucket cannot be read")},
        Told{"job_failed_without_reason", JobFailed(kRun, "")},
        Told{"wait_timed_out_create", WaitTimedOut(kRun, "RUNNING", absl::Minutes(90), true)},
        Told{"wait_timed_out_update", WaitTimedOut(kRun, "RUNNING", absl::Hours(4), false)},
        Told{"wait_interrupted", WaitInterrupted(kRun, "RUNNING")},
        Told{"wait_given_up", WaitGivenUp(kRun, kGetDenied, true)},
        Told{
            "answer_unreadable",
            AnswerUnreadable(kRun,
                             absl::InternalError("the answer's metrics is string, not an object"))},
        Told{"not_read_back", NotReadBack(kRun, kGetDenied)}, Told{"old_note", OldNote(kOldNote)},
        Told{"old_note_without_job", OldNote(kOldNoteWithoutJob)},
        Told{"forgot_running", ForgotRunning(kRun, "RUNNING")},
        Told{"not_ended_before_delete",
             NotEndedBeforeDelete(
                 kRun, absl::DeadlineExceededError("the time ran out while waiting for the job"))},
        Told{"unable_to_read", UnableToRead(kRun, kGetDenied)},
        Told{"unable_to_list", UnableToRead(kNoJob, kListDenied)},
        Told{"workflow_gone", WorkflowGone(kRun)}, Told{"invalid_import_id", InvalidImportId("x")},
        Told{"nothing_to_import",
             NothingToImport(kRun, Refused("ResourceNotFoundException", "Job not found", 404,
                                           "GetIdMappingJob"))},
        Told{
            "invalid_configuration",
            InvalidConfiguration(absl::InvalidArgumentError("max_retries must be a whole number"))},
        Told{"not_configured", NotConfigured()}, Told{"no_region", NoRegion()},
        Told{"unable_to_connect",
             UnableToConnect("eu-west-1", absl::UnauthenticatedError("no AWS credentials"))}),
    [](const auto& told) { return told.param.name; });

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
