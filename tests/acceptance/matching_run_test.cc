// Runs of matching workflows: the same life as that of ID mapping, beside it.
#include "absl/strings/str_cat.h"
#include "acceptance/acceptance_test.h"

namespace er::acceptance {
namespace {

using nlohmann::json;
using ::testing::SizeIs;

constexpr char kType[] = "entityresolution_matching_job_run";

class MatchingRunTest : public AcceptanceTest {
 protected:
  MatchingRunTest() { PutWorkflow("people"); }

  void PutWorkflow(const std::string& name) {
    emulator.PutWorkflow(name, {{"kind", "matchingworkflow"}});
  }
  static std::string Matching(const std::string& name, const std::string& body) {
    return absl::StrCat("\nresource \"", kType, "\" \"", name, "\" {\n", body, "\n}\n");
  }
  json Attributes(const std::string& name) {
    return workspace.Attributes(absl::StrCat(kType, ".", name));
  }
};

TEST_F(MatchingRunTest, StartsOneJobAndRecordsIt) {
  workspace.Write(Matching("a", R"(workflow_name = "people")"));
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
  ASSERT_THAT(emulator.Jobs(), SizeIs(1));
  const json run = Attributes("a");
  EXPECT_EQ(run["status"], "SUCCEEDED");
  EXPECT_EQ(run["job_id"], emulator.JobIds()[0]);
  EXPECT_EQ(run["id"], absl::StrCat("people/", emulator.JobIds()[0]));
  EXPECT_THAT(run["metrics"], SizeIs(5));
  EXPECT_TRUE(run["metrics"]["match_ids"].is_number());

  EXPECT_THAT(workspace.Run({"state", "rm", absl::StrCat(kType, ".a")}), Succeeds());
  EXPECT_THAT(workspace.Run(
                  {"import", "-no-color", absl::StrCat(kType, ".a"), run["id"].get<std::string>()}),
              Succeeds());
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
  EXPECT_EQ(Attributes("a"), run);

  workspace.Write(Matching("a", R"(
    workflow_name = "people"
    triggers      = { input = "2" })"));
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_THAT(workspace.Destroy(), Succeeds());
}

TEST_F(MatchingRunTest, NewTriggersStartAnotherJob) {
  for (const char* input : {"1", "2"}) {
    workspace.Write(Matching("a", absl::StrCat(R"(
      workflow_name = "people"
      triggers      = { input = ")",
                                               input, R"(" })")));
    EXPECT_THAT(workspace.Apply(), Succeeds());
  }
  EXPECT_THAT(emulator.Jobs(), SizeIs(2));
}

// The service runs one of each kind at a time.
TEST_F(MatchingRunTest, RunsBesideARunOfIdMapping) {
  emulator.SetConfig({{"job_duration", "inf"}});
  workspace.Write(Matching("a", R"(workflow_name = "people")") +
                  JobRun("a", R"(workflow_name = "customers")"));
  Process apply = workspace.StartApply();
  emulator.AwaitJobs(2);
  for (const std::string& id : emulator.JobIds()) emulator.Finish(id);
  EXPECT_THAT(Workspace::Await(apply), Succeeds());
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
}

TEST_F(MatchingRunTest, RunsOfTheKindTakeTurns) {
  PutWorkflow("shops");
  emulator.SetConfig({{"job_duration", "300ms"}});
  workspace.Write(Matching("a", R"(workflow_name = "people")") +
                  Matching("b", R"(workflow_name = "shops")"));
  EXPECT_THAT(workspace.Apply(), Succeeds());
  const std::vector<json> jobs = emulator.Jobs();
  ASSERT_THAT(jobs, SizeIs(2));
  EXPECT_GE(jobs[1]["startTime"], jobs[0]["endTime"]);
}

TEST_F(MatchingRunTest, ALostAnswerStartsNoOther) {
  workspace.Write(Matching("a", R"(workflow_name = "people")"));
  emulator.Fault({{"kind", "cut-after"}, {"operation", "StartMatchingJob"}});
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_THAT(emulator.Jobs(), SizeIs(1));
  EXPECT_EQ(emulator.Calls("StartMatchingJob"), 1);
}

TEST_F(MatchingRunTest, AFailureIsToldInItsOwnWords) {
  emulator.SetConfig({{"outcome", "FAILED"}, {"message", "The input bucket cannot be read"}});
  workspace.Write(Matching("a", R"(workflow_name = "people")"));
  const Outcome applied = workspace.Apply();
  EXPECT_THAT(applied, FailsWith("Matching Job Failed"));
  EXPECT_THAT(applied, Says("The input bucket cannot be read"));
  EXPECT_THAT(applied, Says("matching workflow \"people\""));
}

TEST_F(MatchingRunTest, AnArnIsNoName) {
  workspace.Write(Matching("a", R"(workflow_name = "people")"));
  EXPECT_THAT(
      workspace.Run({"import", "-no-color", absl::StrCat(kType, ".a"),
                     "arn:aws:entityresolution:eu-west-1:123456789012:matchingworkflow/people/"
                     "0123456789abcdef0123456789abcdef"}),
      FailsWith("Invalid Import ID"));
  EXPECT_EQ(emulator.Calls("GetMatchingJob"), 0);
}

}  // namespace
}  // namespace er::acceptance
