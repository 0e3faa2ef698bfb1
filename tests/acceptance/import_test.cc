// Import: a job that was started elsewhere becomes a run, and nothing is started for it.
#include "absl/strings/str_cat.h"
#include "acceptance/acceptance_test.h"

namespace er::acceptance {
namespace {

using ::testing::SizeIs;

constexpr char kArn[] =
    "arn:aws:entityresolution:eu-west-1:123456789012:idmappingworkflow/customers";

class ImportTest : public AcceptanceTest {
 protected:
  // A job that has ended already.
  std::string NewJob(const nlohmann::json& more = nlohmann::json::object()) {
    nlohmann::json body = {{"workflow", "customers"}, {"region", "eu-west-1"}};
    body.update(more);
    emulator.SetConfig({{"job_duration", "inf"}});  // it ends when that is said
    const std::string id = emulator.Ask("POST", "jobs", body).value("jobId", "");
    emulator.Finish(id);
    return id;
  }

  // Nothing was started: the one job is the one that was there.
  void ExpectSettled() {
    EXPECT_THAT(workspace.Apply(), Succeeds());
    EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
    EXPECT_THAT(emulator.Jobs(), SizeIs(1));
  }
};

TEST_F(ImportTest, BringsAllThatTheServiceKnows) {
  const std::string id = NewJob();
  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  EXPECT_THAT(workspace.Import("a", "customers/" + id), Succeeds());
  const nlohmann::json run = workspace.Attributes("a");
  EXPECT_EQ(run["status"], "SUCCEEDED");
  EXPECT_EQ(run["job_type"], "BATCH");
  EXPECT_THAT(run["metrics"], SizeIs(15));
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
  ExpectSettled();
}

TEST_F(ImportTest, AConfigurationThatNamesTheOutputOfTheJobFits) {
  const std::string id = NewJob({{"outputSourceConfig",
                                  {{{"roleArn", "arn:aws:iam::123456789012:role/writer"},
                                    {"outputS3Path", "s3://bucket/out/"}}}}});
  workspace.Write(JobRun("a", R"(
    workflow_name = "customers"
    output_source_config {
      role_arn       = "arn:aws:iam::123456789012:role/writer"
      output_s3_path = "s3://bucket/out/"
    })"));
  EXPECT_THAT(workspace.Import("a", "customers/" + id), Succeeds());
  EXPECT_THAT(workspace.Plan(), Plans("0 to add, 1 to change, 0 to destroy"));
  ExpectSettled();
}

TEST_F(ImportTest, AConfigurationWithAnotherOutputIsRefusedAndStartsNothing) {
  const std::string id = NewJob();
  workspace.Write(JobRun("a", R"(
    workflow_name = "customers"
    output_source_config {
      role_arn       = "arn:aws:iam::123456789012:role/writer"
      output_s3_path = "s3://another/out/"
    })"));
  EXPECT_THAT(workspace.Import("a", "customers/" + id), Succeeds());
  EXPECT_THAT(workspace.Plan(), FailsWith("output_source_config is not what the job was started"));
  EXPECT_THAT(workspace.Apply(), FailsWith("An import never starts a job"));
  EXPECT_THAT(emulator.Jobs(), SizeIs(1));
}

TEST_F(ImportTest, TriggersOfTheConfigurationAreTakenOver) {
  const std::string id = NewJob();
  const auto write = [&](const std::string& trigger) {
    workspace.Write(JobRun("a", absl::StrCat(R"(
      workflow_name       = "customers"
      wait_for_completion = false
      triggers            = { input = ")",
                                             trigger, R"(" }
      timeouts {
        create = "2h"
      })")));
  };
  write("v1");
  EXPECT_THAT(workspace.Import("a", "customers/" + id), Succeeds());
  EXPECT_THAT(workspace.Plan(), Plans("0 to add, 1 to change, 0 to destroy"));
  ExpectSettled();

  write("v2");
  EXPECT_THAT(workspace.Plan(), Plans("1 to add, 0 to change, 1 to destroy"));
}

TEST_F(ImportTest, TheWorkflowMayBeAnArnInTheIdTheConfigurationOrBoth) {
  const std::string id = NewJob();
  const std::string name = R"(workflow_name = "customers")";
  const std::string arn = absl::StrCat("workflow_name = \"", kArn, "\"");
  workspace.Write(JobRun("both", arn) + JobRun("id", name) + JobRun("config", arn));
  EXPECT_THAT(workspace.Import("both", absl::StrCat(kArn, "/", id)), Succeeds());
  EXPECT_THAT(workspace.Import("id", absl::StrCat(kArn, "/", id)), Succeeds());
  EXPECT_THAT(workspace.Import("config", absl::StrCat("customers/", id)), Succeeds());
  EXPECT_THAT(workspace.Plan(), Plans("0 to add, 2 to change, 0 to destroy"));
  ExpectSettled();
}

TEST_F(ImportTest, ARunningJobIsWaitedForByTheNextApply) {
  emulator.SetConfig({{"job_duration", "inf"}});
  const std::string id = emulator.StartAsSomebodyElse("customers");
  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  EXPECT_THAT(workspace.Import("a", "customers/" + id), Succeeds());
  EXPECT_EQ(workspace.Attributes("a")["status"], "RUNNING");
  EXPECT_THAT(workspace.Plan(), Plans("0 to add, 1 to change, 0 to destroy"));

  Process apply = workspace.StartApply();
  const int polls = emulator.Calls("GetIdMappingJob");
  emulator.AwaitCalls("GetIdMappingJob", polls + 3);
  emulator.Finish(id);
  EXPECT_THAT(Workspace::Await(apply), Succeeds());
  EXPECT_EQ(workspace.Attributes("a")["status"], "SUCCEEDED");
  ExpectSettled();
}

TEST_F(ImportTest, AnotherRegionIsNamedAfterTheId) {
  const std::string id = NewJob({{"region", "us-east-1"}});
  workspace.Write(JobRun("a", R"(
    workflow_name = "customers"
    region        = "us-east-1")"));
  EXPECT_THAT(workspace.Import("a", absl::StrCat("customers/", id)),
              FailsWith("No Such ID Mapping Job"));
  EXPECT_THAT(workspace.Import("a", absl::StrCat("customers/", id, "@us-east-1")), Succeeds());
  EXPECT_EQ(workspace.Attributes("a")["region"], "us-east-1");
  ExpectSettled();
}

TEST_F(ImportTest, AnImportBlockWorksToo) {
  const std::string id = NewJob();
  workspace.Write(JobRun("a", R"(workflow_name = "customers")") +
                  absl::StrCat("import {\n  to = entityresolution_id_mapping_job_run.a\n",
                               "  id = \"customers/", id, "\"\n}\n"));
  ExpectSettled();
  EXPECT_EQ(workspace.Attributes("a")["job_id"], id);
}

TEST_F(ImportTest, AnIdThatIsNoneIsExplainedAndAsksNothing) {
  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  for (const char* id :
       {"customers", "customers/", "/0123456789abcdef0123456789abcdef", "customers/0123",
        "customers/0123456789ABCDEF0123456789ABCDEF", "customers/0123456789abcdef0123456789abcdef@",
        "arn:aws:entityresolution:eu-west-1:123456789012:matchingworkflow/customers/"
        "0123456789abcdef0123456789abcdef",
        " "}) {
    const Outcome imported = workspace.Import("a", id);
    EXPECT_THAT(imported, FailsWith("Invalid Import ID")) << id;
    EXPECT_THAT(imported, Says("WORKFLOW/JOB_ID")) << id;
  }
  EXPECT_EQ(emulator.Calls(), 0);
}

TEST_F(ImportTest, AJobThatIsNotThereIsAnError) {
  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  EXPECT_THAT(workspace.Import("a", "customers/0123456789abcdef0123456789abcdef"),
              FailsWith("No Such ID Mapping Job"));
  EXPECT_THAT(workspace.Import("a", "others/0123456789abcdef0123456789abcdef"),
              FailsWith("No Such ID Mapping Job"));
}

}  // namespace
}  // namespace er::acceptance
