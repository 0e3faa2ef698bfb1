// Runs take turns: the service runs one job of an account and Region at a time.
#include "absl/strings/str_cat.h"
#include "acceptance/acceptance_test.h"

namespace er::acceptance {
namespace {

using nlohmann::json;
using ::testing::Combine;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::Values;

// Refusal mode, -parallelism, max_concurrent_jobs: with 1, the provider queues its own runs; with
// more, the service refuses them.
class TurnsTest : public AcceptanceTest,
                  public testing::WithParamInterface<std::tuple<const char*, int, int>> {};

TEST_P(TurnsTest, FiveRunsOfFiveWorkflowsSucceedInOneApply) {
  const auto [refusal, parallelism, at_once] = GetParam();
  emulator.SetConfig({{"refusal", refusal}});
  std::string configuration =
      absl::StrCat("provider \"entityresolution\" {\n  max_concurrent_jobs = ", at_once, "\n}\n");
  for (int i = 0; i < 5; ++i) {
    emulator.PutWorkflow(absl::StrCat("wf", i));
    configuration += JobRun(absl::StrCat("run", i), absl::StrCat("workflow_name = \"wf", i, "\""));
  }
  workspace.Write(configuration);
  EXPECT_THAT(workspace.Apply({absl::StrCat("-parallelism=", parallelism)}), Succeeds());
  EXPECT_THAT(emulator.Jobs(), SizeIs(5));
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(workspace.Attributes(absl::StrCat("run", i))["status"], "SUCCEEDED");
  }
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
}

std::string NameOf(const testing::TestParamInfo<TurnsTest::ParamType>& info) {
  std::string refusal = std::get<0>(info.param);
  std::erase(refusal, '-');
  return absl::StrCat(refusal, "Parallelism", std::get<1>(info.param), "AtOnce",
                      std::get<2>(info.param));
}

INSTANTIATE_TEST_SUITE_P(Own, TurnsTest,
                         Combine(Values("conflict", "exceeds-limit", "queued"), Values(1, 10, 50),
                                 Values(1)),
                         NameOf);
INSTANTIATE_TEST_SUITE_P(OfTheService, TurnsTest,
                         Combine(Values("conflict", "exceeds-limit", "queued"), Values(10),
                                 Values(5)),
                         NameOf);

class OnConflictTest : public AcceptanceTest {
 protected:
  OnConflictTest() {
    emulator.SetConfig({{"job_duration", "inf"}});
    other_ = emulator.StartAsSomebodyElse("customers");
  }

  std::string other_;  // a job that somebody else has started
};

TEST_F(OnConflictTest, WaitStartsWhenTheOtherHasEnded) {
  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  Process apply = workspace.StartApply();
  emulator.AwaitCalls("StartIdMappingJob", 1);
  EXPECT_THAT(emulator.Jobs(), SizeIs(1));
  emulator.SetConfig({{"job_duration", "20ms"}});
  emulator.Finish(other_);
  EXPECT_THAT(Workspace::Await(apply), Succeeds());
  ASSERT_THAT(emulator.Jobs(), SizeIs(2));
  EXPECT_EQ(workspace.Attributes("a")["job_id"], emulator.JobIds()[1]);
}

TEST_F(OnConflictTest, WaitEndsWithTheTimeOut) {
  workspace.Write(JobRun("a", R"(
    workflow_name = "customers"
    timeouts {
      create = "30s"
    })"));
  EXPECT_THAT(workspace.Apply(), FailsWith("Timeout Before the ID Mapping Job Was Started"));
  EXPECT_TRUE(workspace.Attributes("a").is_null());
  EXPECT_THAT(emulator.Jobs(), SizeIs(1));
  EXPECT_THAT(workspace.OpenNotes(), IsEmpty());
}

TEST_F(OnConflictTest, AdoptTakesUpTheJobOfTheSameWorkflow) {
  workspace.Write(JobRun("a", R"(
    workflow_name = "customers"
    on_conflict   = "adopt")"));
  Process apply = workspace.StartApply();
  emulator.AwaitCalls("GetIdMappingJob", 2);
  emulator.Finish(other_);
  const Outcome applied = Workspace::Await(apply);
  EXPECT_THAT(applied, Succeeds());
  EXPECT_THAT(applied, Says("Took Up an ID Mapping Job"));
  EXPECT_THAT(emulator.Jobs(), SizeIs(1));
  EXPECT_EQ(workspace.Attributes("a")["job_id"], other_);
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
}

TEST_F(OnConflictTest, AdoptWaitsWhereTheOtherJobIsNotWhatWasAsked) {
  workspace.Write(JobRun("a", R"(
    workflow_name = "customers"
    on_conflict   = "adopt"
    output_source_config {
      role_arn       = "arn:aws:iam::123456789012:role/writer"
      output_s3_path = "s3://another/out/"
    })"));
  Process apply = workspace.StartApply();
  emulator.AwaitCalls("StartIdMappingJob", 1);
  emulator.SetConfig({{"job_duration", "20ms"}});
  emulator.Finish(other_);
  EXPECT_THAT(Workspace::Await(apply), Succeeds());
  EXPECT_THAT(emulator.Jobs(), SizeIs(2));
  EXPECT_NE(workspace.Attributes("a")["job_id"], other_);
}

TEST_F(OnConflictTest, FailNamesTheRunningJob) {
  workspace.Write(JobRun("a", R"(
    workflow_name = "customers"
    on_conflict   = "fail")"));
  const Outcome applied = workspace.Apply();
  EXPECT_THAT(applied, FailsWith("Another ID Mapping Job Is Running"));
  EXPECT_THAT(applied, Says(absl::StrCat("customers/", other_)));
  EXPECT_THAT(applied, Says("No job was started"));
  EXPECT_TRUE(workspace.Attributes("a").is_null());
  EXPECT_THAT(emulator.Jobs(), SizeIs(1));
}

TEST_F(OnConflictTest, FailNamesTheRunningJobOfAnotherWorkflow) {
  emulator.PutWorkflow("mine");
  workspace.Write(JobRun("a", R"(
    workflow_name = "mine"
    on_conflict   = "fail")"));
  const Outcome applied = workspace.Apply();
  EXPECT_THAT(applied, FailsWith("Another ID Mapping Job Is Running"));
  EXPECT_THAT(applied, Says(absl::StrCat("customers/", other_)));
}

}  // namespace
}  // namespace er::acceptance
