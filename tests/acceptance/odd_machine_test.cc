// Machines as people have them: profile files that were pasted, proxies with a password, keys that
// expire while a job runs.
#include <filesystem>

#include "acceptance/acceptance_test.h"
#include "acceptance/process.h"

namespace er::acceptance {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class OddMachineTest : public AcceptanceTest {
 protected:
  OddMachineTest() { workspace.Write(JobRun("a", R"(workflow_name = "customers")")); }
};

TEST_F(OddMachineTest, AWholeProfileMayBeIndented) {
  workspace.WriteCredentials(
      "[default]\n  aws_access_key_id = AKIAEMULATOR00000000\n"
      "  aws_secret_access_key = emulator-secret-key\n");
  EXPECT_THAT(workspace.Apply(), Succeeds());
}

TEST_F(OddMachineTest, AProfileThatIsPastedWrongShowsNoKey) {
  workspace.Set("TF_LOG", "TRACE");
  for (const char* text : {
           "[default]\nregion = eu-west-1\naws_access_key_id = AKIA1\n  hunter2\n",
           "[default]\naws_access_key_id = AKIA1 aws_secret_access_key = hunter2\n",
           "[default]\nretry_mode = hunter2\n",
           "[default]\ncredential_process = hunter2\n",
       }) {
    workspace.WriteCredentials(text);
    const Outcome planned = workspace.Plan();
    EXPECT_THAT(planned, FailsWith("the profile \"default\"")) << text;
    EXPECT_THAT(planned.output, Not(HasSubstr("hunter2"))) << text;
  }
}

TEST_F(OddMachineTest, WhatCannotBeReadIsNotNeededWhereTheEnvironmentHasKeys) {
  std::filesystem::create_directories(folder_ + "/.aws/config");
  WriteFile(folder_ + "/.aws/credentials", "[default\n");
  EXPECT_THAT(workspace.Apply(), Succeeds());
}

TEST_F(OddMachineTest, AFailedProgramSaysWhy) {
  workspace.WriteCredentials(
      "[default]\ncredential_process = /bin/sh -c \"echo 'log in first' >&2; exit 3\"\n");
  EXPECT_THAT(workspace.Plan(), FailsWith("ended with exit status 3: log in first"));
}

TEST_F(OddMachineTest, AProxyThatIsNoneIsNamedWithoutItsPassword) {
  workspace.Set("HTTPS_PROXY", "http://user:hunter2?rest@proxy.example.com:3128");
  const Outcome planned = workspace.Plan();
  EXPECT_THAT(planned, FailsWith("HTTPS_PROXY"));
  EXPECT_THAT(planned.output, Not(HasSubstr("hunter2")));
}

// No proxy stands between two programs of a computer.
TEST_F(OddMachineTest, TheEmulatorIsReachedPastTheProxy) {
  workspace.Set("HTTP_PROXY", "http://user:hunter2@127.0.0.1:1");
  EXPECT_THAT(workspace.Apply(), Succeeds());
}

TEST_F(OddMachineTest, KeysThatExpireDuringTheWaitEndItAndTheNextApplyGoesOn) {
  emulator.SetConfig({{"job_duration", "1s"}});
  emulator.Fault({{"kind", "expired"}, {"operation", "GetIdMappingJob"}, {"times", 1}});
  const Outcome applied = workspace.Apply();
  EXPECT_THAT(applied, FailsWith("stay the same as long as Terraform runs"));
  EXPECT_THAT(applied, Says("Renew or correct the credentials, and apply again."));
  EXPECT_EQ(emulator.Calls("GetIdMappingJob"), 1);
  EXPECT_EQ(workspace.Attributes("a")["unfinished"], true);

  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_EQ(workspace.Attributes("a")["status"], "SUCCEEDED");
  EXPECT_EQ(emulator.Calls("StartIdMappingJob"), 1);
}

}  // namespace
}  // namespace er::acceptance
