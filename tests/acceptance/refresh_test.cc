// Refresh: what it asks, and what it does with a job or a workflow that is gone.
#include "absl/strings/str_format.h"
#include "acceptance/acceptance_test.h"

namespace er::acceptance {
namespace {

using nlohmann::json;
using ::testing::SizeIs;

using RefreshTest = AcceptanceTest;

TEST_F(RefreshTest, AJobThatTheServiceHasForgottenStaysInTheState) {
  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  EXPECT_THAT(workspace.Apply(), Succeeds());
  const json before = workspace.Attributes("a");
  emulator.Purge();
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
  EXPECT_THAT(workspace.Apply({"-refresh-only"}), Succeeds());
  EXPECT_EQ(workspace.Attributes("a"), before);
}

TEST_F(RefreshTest, ARunWhoseWorkflowIsGoneIsRemovedWithAWarning) {
  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  EXPECT_THAT(workspace.Apply(), Succeeds());
  emulator.DeleteWorkflow("customers");
  EXPECT_THAT(workspace.Plan(), Plans("1 to add, 0 to change, 0 to destroy"));
  const Outcome refreshed = workspace.Apply({"-refresh-only"});
  EXPECT_THAT(refreshed, Succeeds());
  EXPECT_THAT(refreshed, Says("ID Mapping Workflow Is Gone"));
  EXPECT_TRUE(workspace.Attributes("a").is_null());
}

TEST_F(RefreshTest, AWorkflowThatCannotBeAskedForRemovesNothing) {
  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  EXPECT_THAT(workspace.Apply(), Succeeds());
  emulator.Fault({{"kind", "access-denied"}, {"times", 0}});
  EXPECT_THAT(workspace.Plan(), FailsWith("AccessDenied"));
  EXPECT_THAT(workspace.Apply({"-refresh-only"}), FailsWith("AccessDenied"));
  EXPECT_FALSE(workspace.Attributes("a").is_null());
}

TEST_F(RefreshTest, AThousandFinishedRunsCostAListPerWorkflowAndNoGet) {
  constexpr int kRuns = 1000;
  constexpr int kWorkflows = 10;
  for (int i = 0; i < kWorkflows; ++i) emulator.PutWorkflow(absl::StrFormat("wf%d", i));
  workspace.Write(JobRun("many", R"(
    count         = 1
    workflow_name = "wf${count.index % 10}")"));
  EXPECT_THAT(workspace.Apply(), Succeeds());

  // A state of many applies, made from that of one.
  const std::string path = workspace.folder() + "/terraform.tfstate";
  json state = json::parse(ReadFile(path));
  json& instances = state["resources"][0]["instances"];
  const json first = instances[0];
  for (int i = 1; i < kRuns; ++i) {
    json instance = first;
    const std::string workflow = absl::StrFormat("wf%d", i % kWorkflows);
    const std::string job_id = absl::StrFormat("%032x", i);
    instance["index_key"] = i;
    instance["attributes"]["workflow_name"] = workflow;
    instance["attributes"]["job_id"] = job_id;
    instance["attributes"]["id"] = workflow + "/" + job_id;
    instances.push_back(std::move(instance));
  }
  WriteFile(path, state.dump());
  workspace.Write(JobRun("many", R"(
    count         = 1000
    workflow_name = "wf${count.index % 10}")"));
  emulator.ForgetCalls();

  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
  EXPECT_LE(emulator.Calls("ListIdMappingJobs"), kWorkflows);
  EXPECT_LE(emulator.Calls(), kWorkflows) << "each workflow is asked for once";
  EXPECT_EQ(emulator.Calls("GetIdMappingJob"), 0);
}

}  // namespace
}  // namespace er::acceptance
