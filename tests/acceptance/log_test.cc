// What goes to Terraform's log.
#include "absl/strings/str_cat.h"
#include "acceptance/acceptance_test.h"

namespace er::acceptance {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class LogTest : public AcceptanceTest {
 protected:
  std::string LogOfApply(const std::string& level) {
    workspace.Set("TF_LOG", level);
    workspace.Set("TF_LOG_PATH", workspace.folder() + "/terraform.log");
    EXPECT_THAT(workspace.Apply(), Succeeds());
    return ReadFile(workspace.folder() + "/terraform.log");
  }
};

TEST_F(LogTest, EachPollAndTheEndIsALineAtInfo) {
  emulator.SetConfig({{"job_duration", "100ms"}});
  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  const std::string log = LogOfApply("INFO");
  EXPECT_THAT(log, testing::ContainsRegex("\\[INFO\\] .*Waiting for the job"));
  for (const std::string field : {"status=RUNNING", "waited=", "next_poll_in="}) {
    EXPECT_THAT(log, HasSubstr(field));
  }
  EXPECT_THAT(log, HasSubstr(emulator.JobIds()[0]));
  EXPECT_THAT(log, testing::ContainsRegex("\\[INFO\\] .*The job has ended: .*status=SUCCEEDED"));
}

TEST_F(LogTest, NothingSecretIsInItAtAnyLevel) {
  const std::string secret = "a-secret-key-of-this-test";
  const std::string token = "a-session-token-of-this-test";
  emulator.Ask("POST", "credentials",
               {{"accept",
                 {{{"access_key", "AKIALOGTEST000000000"},
                   {"secret_key", secret},
                   {"session_token", token}}}}});
  workspace.WriteCredentials(absl::StrCat("[default]\naws_access_key_id = AKIALOGTEST000000000\n",
                                          "aws_secret_access_key = ", secret,
                                          "\naws_session_token = ", token, "\n"));
  emulator.Fault({{"kind", "500-after"}, {"operation", "StartIdMappingJob"}});
  emulator.Fault({{"kind", "expired"}, {"operation", "GetIdMappingJob"}});
  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  const std::string log = LogOfApply("TRACE");
  EXPECT_THAT(log, HasSubstr("StartIdMappingJob"));
  // Terraform itself may print the environment of what it starts, but not these.
  EXPECT_THAT(log, Not(HasSubstr(secret)));
  EXPECT_THAT(log, Not(HasSubstr(token)));

  workspace.Set("AWS_ACCESS_KEY_ID", "AKIALOGTEST000000000");
  workspace.Set("AWS_SECRET_ACCESS_KEY", "wrong-" + secret);
  workspace.Set("AWS_SESSION_TOKEN", token);
  workspace.Write(JobRun("b", R"(workflow_name = "customers")"));
  const Outcome refused = workspace.Apply();
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.text, Not(HasSubstr(secret)));
  EXPECT_THAT(refused.text, Not(HasSubstr(token)));
}

}  // namespace
}  // namespace er::acceptance
