// One create, one job: whatever the network does to a call.
#include "absl/strings/str_replace.h"
#include "acceptance/acceptance_test.h"

namespace er::acceptance {
namespace {

using nlohmann::json;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct Case {
  const char* name;
  json fault;  // of StartIdMappingJob
  int starts;  // how often it is sent

  friend std::ostream& operator<<(std::ostream& out, const Case& test) { return out << test.name; }
};

class LostAnswerTest : public AcceptanceTest, public testing::WithParamInterface<Case> {};

TEST_P(LostAnswerTest, OneJobIsStartedAndReported) {
  json fault = GetParam().fault;
  fault["operation"] = "StartIdMappingJob";
  emulator.Fault(fault);
  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  EXPECT_THAT(workspace.Apply(), Succeeds());
  ASSERT_THAT(emulator.Jobs(), SizeIs(1));
  EXPECT_EQ(workspace.Attributes("a")["job_id"], emulator.JobIds()[0]);
  EXPECT_EQ(workspace.Attributes("a")["status"], "SUCCEEDED");
  EXPECT_EQ(emulator.Calls("StartIdMappingJob"), GetParam().starts);
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
  EXPECT_THAT(workspace.OpenNotes(), IsEmpty());
}

// What was executed is found in the list, and not sent again; what was not is sent once more.
INSTANTIATE_TEST_SUITE_P(
    Start, LostAnswerTest,
    testing::Values(Case{"CutBefore", {{"kind", "cut-before"}}, 2},
                    Case{"CutAfter", {{"kind", "cut-after"}}, 1},
                    Case{"ResetBefore", {{"kind", "cut-before"}, {"reset", true}}, 2},
                    Case{"ResetAfter", {{"kind", "cut-after"}, {"reset", true}}, 1},
                    Case{"HalfAnAnswer", {{"kind", "half"}}, 1},
                    Case{"Garbage", {{"kind", "garbage"}}, 1},
                    Case{"Http500Before", {{"kind", "500-before"}}, 2},
                    Case{"Http500After", {{"kind", "500-after"}}, 1},
                    Case{"Http502Before", {{"kind", "502-before"}}, 2},
                    Case{"Http502After", {{"kind", "502-after"}}, 1},
                    Case{"Http503Before", {{"kind", "503-before"}}, 2},
                    Case{"Http503After", {{"kind", "503-after"}}, 1},
                    Case{"Http504Before", {{"kind", "504-before"}}, 2},
                    Case{"Http504After", {{"kind", "504-after"}}, 1},
                    Case{"Throttled", {{"kind", "throttle"}, {"times", 2}}, 3},
                    Case{"Slow", {{"kind", "slow"}, {"delay", "200ms"}}, 1},
                    Case{"LateInTheList", {{"kind", "list-lag"}, {"delay", "500ms"}}, 1}),
    [](const auto& test) { return std::string(test.param.name); });

using StartTest = AcceptanceTest;

TEST_F(StartTest, AJobThatTheListShowsLateIsFoundAfterALostAnswer) {
  emulator.SetConfig({{"list_lag", "300ms"}});
  emulator.Fault({{"kind", "cut-after"}, {"operation", "StartIdMappingJob"}});
  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_THAT(emulator.Jobs(), SizeIs(1));
  EXPECT_EQ(emulator.Calls("StartIdMappingJob"), 1);
}

TEST_F(StartTest, JobsOfOthersAreNotMistakenForTheLostOne) {
  emulator.SetConfig({{"job_duration", "inf"}});
  const std::string before = emulator.StartAsSomebodyElse("customers");
  emulator.Finish(before);
  emulator.SetConfig({{"job_duration", "20ms"}});
  emulator.Fault({{"kind", "cut-after"}, {"operation", "StartIdMappingJob"}});
  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  EXPECT_THAT(workspace.Apply(), Succeeds());
  ASSERT_THAT(emulator.Jobs(), SizeIs(2));
  EXPECT_EQ(workspace.Attributes("a")["job_id"], emulator.JobIds()[1]);
}

TEST_F(StartTest, SeveralNewJobsAreNamedAndNothingMoreIsStarted) {
  emulator.SetConfig({{"quota", 10}});
  emulator.Fault({{"kind", "500-after"}, {"operation", "StartIdMappingJob"}});
  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  Process apply = workspace.StartApply();
  emulator.AwaitCalls("StartIdMappingJob", 1);  // the list before it was empty
  emulator.StartAsSomebodyElse("customers");
  const Outcome applied = Workspace::Await(apply);
  EXPECT_THAT(applied, FailsWith("Several New ID Mapping Jobs"));
  ASSERT_THAT(emulator.Jobs(), SizeIs(2));
  for (const std::string& id : emulator.JobIds()) EXPECT_THAT(applied, Says(id));
  EXPECT_TRUE(workspace.Attributes("a").is_null());
}

TEST_F(StartTest, AServiceThatCannotBeReachedStartsNothing) {
  workspace.Set("AWS_ENDPOINT_URL_ENTITYRESOLUTION", "http://127.0.0.1:1");
  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  const Outcome applied = workspace.Apply();
  EXPECT_THAT(applied, FailsWith("No job was started"));
  EXPECT_TRUE(workspace.Attributes("a").is_null());
  EXPECT_THAT(workspace.OpenNotes(), IsEmpty());
}

TEST_F(StartTest, ARefusalStartsNothingAndIsReported) {
  emulator.Fault({{"kind", "access-denied"}, {"operation", "StartIdMappingJob"}});
  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  EXPECT_THAT(workspace.Apply(), FailsWith("AccessDeniedException"));
  EXPECT_EQ(emulator.Calls("StartIdMappingJob"), 1);
  EXPECT_TRUE(workspace.Attributes("a").is_null());
  EXPECT_THAT(workspace.OpenNotes(), IsEmpty());

  workspace.Write(JobRun("a", R"(workflow_name = "nobody")"));
  EXPECT_THAT(workspace.Apply(), FailsWith("ResourceNotFoundException"));
  EXPECT_THAT(emulator.Jobs(), IsEmpty());
}

TEST_F(StartTest, AWorkflowThatIsDeletedInMidWaitEndsTheWaitAndTheJobIsInTheState) {
  emulator.SetConfig({{"job_duration", "inf"}});
  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  Process apply = workspace.StartApply();
  emulator.AwaitCalls("GetIdMappingJob", 2);
  emulator.DeleteWorkflow("customers");
  EXPECT_THAT(Workspace::Await(apply), FailsWith("There is no ID mapping workflow customers"));
  EXPECT_EQ(workspace.Attributes("a")["job_id"], emulator.JobIds()[0]);
}

struct PollCase {
  const char* name;
  json fault;  // of GetIdMappingJob

  friend std::ostream& operator<<(std::ostream& out, const PollCase& test) {
    return out << test.name;
  }
};

class FailedPollTest : public AcceptanceTest, public testing::WithParamInterface<PollCase> {};

TEST_P(FailedPollTest, DoesNotEndTheWait) {
  json fault = GetParam().fault;
  fault["operation"] = "GetIdMappingJob";
  fault["times"] = 5;
  emulator.SetConfig({{"job_duration", "1s"}});
  emulator.Fault(fault);
  // From there they can be fresh the next time, so that an expired one is no end either.
  workspace.WriteCredentials(
      "[default]\naws_access_key_id = AKIAEMULATOR00000000\n"
      "aws_secret_access_key = emulator-secret-key\n");
  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_EQ(workspace.Attributes("a")["status"], "SUCCEEDED");
  EXPECT_THAT(emulator.Jobs(), SizeIs(1));
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
}

INSTANTIATE_TEST_SUITE_P(Wait, FailedPollTest,
                         testing::Values(PollCase{"Cut", {{"kind", "cut-before"}}},
                                         PollCase{"HalfAnAnswer", {{"kind", "half"}}},
                                         PollCase{"Garbage", {{"kind", "garbage"}}},
                                         PollCase{"Http500", {{"kind", "500-before"}}},
                                         PollCase{"Http503", {{"kind", "503-before"}}},
                                         PollCase{"Throttled", {{"kind", "throttle"}}},
                                         PollCase{"Expired", {{"kind", "expired"}}}),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace er::acceptance
