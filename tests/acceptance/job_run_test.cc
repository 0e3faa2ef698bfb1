// The life of a run that nothing goes wrong with.
#include "absl/strings/str_cat.h"
#include "acceptance/acceptance_test.h"

namespace er::acceptance {
namespace {

using nlohmann::json;
using ::testing::Each;
using ::testing::SizeIs;

using JobRunTest = AcceptanceTest;

TEST_F(JobRunTest, CreateStartsOneJobAndRecordsAllThatTheServiceSaysOfIt) {
  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  EXPECT_THAT(workspace.Apply(), Succeeds());

  ASSERT_THAT(emulator.Jobs(), SizeIs(1));
  const json job = emulator.Jobs()[0];
  const json run = workspace.Attributes("a");
  EXPECT_EQ(run["job_id"], job["jobId"]);
  EXPECT_EQ(run["id"], "customers/" + job["jobId"].get<std::string>());
  EXPECT_EQ(run["status"], "SUCCEEDED");
  EXPECT_EQ(run["job_type"], "BATCH");
  EXPECT_EQ(run["region"], "eu-west-1");
  EXPECT_EQ(run["unfinished"], false);
  EXPECT_THAT(run["start_time"].get<std::string>(),
              testing::MatchesRegex("20[0-9-]+T[0-9:]+(\\.[0-9]+)?Z"));
  EXPECT_THAT(run["end_time"].get<std::string>(), testing::EndsWith("Z"));
  EXPECT_TRUE(run["error_message"].is_null());
  EXPECT_EQ(run["metrics"]["input_records"], job["metrics"]["inputRecords"]);
  EXPECT_EQ(run["metrics"]["mapped_target_records_removed"],
            job["metrics"]["mappedTargetRecordsRemoved"]);
  EXPECT_THAT(run["metrics"], SizeIs(15));
  EXPECT_THAT(run["metrics"], Each(testing::Not(json())));
  ASSERT_THAT(run["outputs"], SizeIs(1));
  EXPECT_EQ(run["outputs"][0]["output_s3_path"], job["outputSourceConfig"][0]["outputS3Path"]);
  EXPECT_EQ(run["output_source_config"], json::array());

  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
  EXPECT_THAT(workspace.OpenNotes(), SizeIs(0)) << "the state has been seen to know the run";
  EXPECT_THAT(emulator.Jobs(), SizeIs(1));
}

TEST_F(JobRunTest, JobTypeLeftOutIsTheOneTheServiceChose) {
  emulator.PutWorkflow("grown", {{"incremental", true}});
  workspace.Write(JobRun("a", R"(workflow_name = "grown")"));
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_EQ(workspace.Attributes("a")["job_type"], "INCREMENTAL");
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
}

TEST_F(JobRunTest, SendsWhatTheConfigurationSays) {
  workspace.Write(JobRun("a", R"(
    workflow_name = "arn:aws:entityresolution:eu-west-1:123456789012:idmappingworkflow/customers"
    job_type      = "BATCH"
    output_source_config {
      role_arn       = "arn:aws:iam::123456789012:role/writer"
      output_s3_path = "s3://elsewhere/mapped/"
      kms_arn        = "arn:aws:kms:eu-west-1:123456789012:key/0123"
    })"));
  EXPECT_THAT(workspace.Apply(), Succeeds());

  const json body = json::parse(emulator.CallsOf("StartIdMappingJob")[0]["body"].get<std::string>(),
                                nullptr, false);
  EXPECT_EQ(body, json::parse(R"({
    "jobType": "BATCH",
    "outputSourceConfig": [{
      "roleArn": "arn:aws:iam::123456789012:role/writer",
      "outputS3Path": "s3://elsewhere/mapped/",
      "KMSArn": "arn:aws:kms:eu-west-1:123456789012:key/0123"
    }]})"));
  EXPECT_EQ(workspace.Attributes("a")["outputs"],
            workspace.Attributes("a")["output_source_config"]);
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
}

TEST_F(JobRunTest, WithoutWaitingTheApplyEndsWhileTheJobRuns) {
  emulator.SetConfig({{"job_duration", "inf"}});
  workspace.Write(JobRun("a", R"(
    workflow_name       = "customers"
    wait_for_completion = false)"));
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_EQ(workspace.Attributes("a")["status"], "RUNNING");
  EXPECT_EQ(workspace.Attributes("a")["unfinished"], false);
  EXPECT_TRUE(workspace.Attributes("a")["end_time"].is_null());
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());

  emulator.Finish(emulator.JobIds()[0]);
  EXPECT_THAT(workspace.Apply({"-refresh-only"}), Succeeds());
  EXPECT_EQ(workspace.Attributes("a")["status"], "SUCCEEDED");
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
  EXPECT_THAT(emulator.Jobs(), SizeIs(1));
}

TEST_F(JobRunTest, AFailedJobThatNobodyWaitedForKeepsItsStatus) {
  emulator.SetConfig({{"outcome", "FAILED"}, {"message", "no"}});
  workspace.Write(JobRun("a", R"(
    workflow_name       = "customers"
    wait_for_completion = false)"));
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_THAT(workspace.Apply({"-refresh-only"}), Succeeds());
  EXPECT_EQ(workspace.Attributes("a")["status"], "FAILED");
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
}

TEST_F(JobRunTest, AFailedJobIsAnErrorWithTheReasonAndTheNextApplyStartsAnother) {
  ER_NEEDS(kTerraformData);
  emulator.SetConfig({{"outcome", "FAILED"}, {"message", "The input bucket is empty."}});
  workspace.Write(JobRun("a", R"(workflow_name = "customers")") +
                  R"(resource "terraform_data" "after" {
                       input = entityresolution_id_mapping_job_run.a.job_id
                     })");
  EXPECT_THAT(workspace.Apply(), FailsWith("The input bucket is empty."));
  EXPECT_TRUE(workspace.IsTainted("a"));
  EXPECT_EQ(workspace.Attributes("a")["status"], "FAILED");
  EXPECT_EQ(workspace.Attributes("a")["error_message"], "The input bucket is empty.");
  EXPECT_TRUE(workspace.Attributes("terraform_data.after").is_null()) << "a dependent went on";

  emulator.SetConfig({{"outcome", "SUCCEEDED"}});
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_EQ(workspace.Attributes("a")["job_id"], emulator.JobIds().at(1));
  EXPECT_FALSE(workspace.IsTainted("a"));
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
  EXPECT_THAT(emulator.Jobs(), SizeIs(2));
}

TEST_F(JobRunTest, ReplacementsStartANewJob) {
  const auto write = [&](const std::string& more) {
    workspace.Write(JobRun("a", absl::StrCat(R"(workflow_name = "customers")", "\n", more)));
  };
  emulator.PutWorkflow("customers", {{"incremental", true}});
  write(R"(triggers = { input = "v1" })");
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_THAT(workspace.Apply({"-replace=entityresolution_id_mapping_job_run.a"}), Succeeds());
  EXPECT_THAT(emulator.Jobs(), SizeIs(2));

  write(R"(triggers = { input = "v2" })");
  EXPECT_THAT(workspace.Plan(), Plans("1 to add, 0 to change, 1 to destroy"));
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_THAT(emulator.Jobs(), SizeIs(3));

  write("");
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_THAT(emulator.Jobs(), SizeIs(4));

  write(R"(job_type = "BATCH")");
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_THAT(emulator.Jobs(), SizeIs(5));
  EXPECT_EQ(workspace.Attributes("a")["job_id"], emulator.JobIds()[4]);
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
}

TEST_F(JobRunTest, ChangesThatTheServiceDoesNotReceiveStartNothing) {
  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  EXPECT_THAT(workspace.Apply(), Succeeds());
  const json before = workspace.Attributes("a");

  workspace.Write(JobRun("a", R"(
    workflow_name       = "customers"
    wait_for_completion = false
    on_conflict         = "fail"
    on_destroy          = "wait"
    timeouts {
      create = "90m"
      delete = "1h30m"
    })"));
  EXPECT_THAT(workspace.Plan(), Plans("0 to add, 1 to change, 0 to destroy"));
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_THAT(emulator.Jobs(), SizeIs(1));
  EXPECT_EQ(workspace.Attributes("a")["job_id"], before["job_id"]);
  EXPECT_EQ(workspace.Attributes("a")["metrics"], before["metrics"]);
  EXPECT_EQ(workspace.Attributes("a")["on_conflict"], "fail");
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
}

TEST_F(JobRunTest, WaitingCanBeAskedForLater) {
  emulator.SetConfig({{"job_duration", "inf"}});
  workspace.Write(JobRun("a", R"(
    workflow_name       = "customers"
    wait_for_completion = false)"));
  EXPECT_THAT(workspace.Apply(), Succeeds());

  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  Process apply = workspace.StartApply();
  const int polls = emulator.Calls("GetIdMappingJob");
  emulator.AwaitCalls("GetIdMappingJob", polls + 3);
  emulator.Finish(emulator.JobIds()[0]);
  EXPECT_THAT(Workspace::Await(apply), Succeeds());
  EXPECT_EQ(workspace.Attributes("a")["status"], "SUCCEEDED");
  EXPECT_THAT(emulator.Jobs(), SizeIs(1));
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
}

TEST_F(JobRunTest, DestroyForgetsAndAsksNothingOfTheService) {
  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  EXPECT_THAT(workspace.Apply(), Succeeds());
  emulator.ForgetCalls();
  EXPECT_THAT(workspace.Destroy({"-refresh=false"}), Succeeds());
  EXPECT_TRUE(workspace.Attributes("a").is_null());
  EXPECT_EQ(emulator.Calls(), 0);
}

TEST_F(JobRunTest, DestroyOfARunningJobWarnsThatItGoesOn) {
  emulator.SetConfig({{"job_duration", "inf"}});
  workspace.Write(JobRun("a", R"(
    workflow_name       = "customers"
    wait_for_completion = false)"));
  EXPECT_THAT(workspace.Apply(), Succeeds());
  const Outcome destroyed = workspace.Destroy();
  EXPECT_THAT(destroyed, Succeeds());
  EXPECT_THAT(destroyed, Says("it goes on and is billed"));
  EXPECT_THAT(destroyed, Says(emulator.JobIds()[0]));
}

TEST_F(JobRunTest, DestroyWaitsForTheEndIfAskedTo) {
  emulator.SetConfig({{"job_duration", "inf"}});
  workspace.Write(JobRun("a", R"(
    workflow_name       = "customers"
    wait_for_completion = false
    on_destroy          = "wait")"));
  EXPECT_THAT(workspace.Apply(), Succeeds());
  Process destroy = workspace.Start({"destroy", "-auto-approve", "-refresh=false"});
  const int polls = emulator.Calls("GetIdMappingJob");
  emulator.AwaitCalls("GetIdMappingJob", polls + 3);
  emulator.Finish(emulator.JobIds()[0]);
  EXPECT_THAT(Workspace::Await(destroy), Succeeds());
  EXPECT_TRUE(workspace.Attributes("a").is_null());
}

TEST_F(JobRunTest, DestroyThatWaitsInVainKeepsTheRun) {
  emulator.SetConfig({{"job_duration", "inf"}});
  workspace.Write(JobRun("a", R"(
    workflow_name       = "customers"
    wait_for_completion = false
    on_destroy          = "wait"
    timeouts {
      delete = "10s"
    })"));
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_THAT(workspace.Destroy(), FailsWith("The run stays in the state"));
  EXPECT_EQ(workspace.Attributes("a")["job_id"], emulator.JobIds()[0]);
}

TEST_F(JobRunTest, ASavedPlanIsApplied) {
  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  EXPECT_THAT(workspace.Plan({"-out=plan"}), Plans("1 to add"));
  EXPECT_THAT(emulator.Jobs(), SizeIs(0));
  EXPECT_THAT(workspace.Run({"apply", "-no-color", "plan"}), Succeeds());
  EXPECT_EQ(workspace.Attributes("a")["status"], "SUCCEEDED");
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
}

TEST_F(JobRunTest, ARunMayBeInAnotherRegionThanTheProviders) {
  workspace.Write(JobRun("a", R"(
    workflow_name = "customers"
    region        = "us-east-1")"));
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_EQ(emulator.Jobs()[0]["region"], "us-east-1");
  EXPECT_EQ(workspace.Attributes("a")["region"], "us-east-1");
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());

  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  EXPECT_THAT(workspace.Plan(), Plans("1 to add, 0 to change, 1 to destroy"));
}

TEST_F(JobRunTest, TwoConfigurationsOfTheProviderWorkSideBySide) {
  workspace.Write(R"(
    provider "entityresolution" {}
    provider "entityresolution" {
      alias  = "far"
      region = "ap-southeast-2"
    })" + JobRun("near", R"(workflow_name = "customers")") +
                  JobRun("far", R"(
    workflow_name = "customers"
    provider      = entityresolution.far)"));
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_EQ(workspace.Attributes("near")["region"], "eu-west-1");
  EXPECT_EQ(workspace.Attributes("far")["region"], "ap-southeast-2");
  EXPECT_THAT(emulator.Jobs(), SizeIs(2));
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
}

// Terraform 1.1 to 1.3 propose the prior block, and refuse a plan that has it.
TEST_F(JobRunTest, ABlockThatIsTakenOutOfTheConfigurationGoes) {
  workspace.Write(JobRun("a", R"(
    workflow_name = "customers"
    timeouts { create = "1h" })"));
  EXPECT_THAT(workspace.Apply(), Succeeds());
  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  EXPECT_THAT(workspace.Plan(), Plans("0 to add, 1 to change, 0 to destroy"));
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_TRUE(workspace.Attributes("a")["timeouts"].is_null());
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
}

}  // namespace
}  // namespace er::acceptance
