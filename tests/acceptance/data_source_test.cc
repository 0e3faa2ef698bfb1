// The data sources.
#include <algorithm>

#include "acceptance/acceptance_test.h"

namespace er::acceptance {
namespace {

using nlohmann::json;
using ::testing::SizeIs;

using DataSourceTest = AcceptanceTest;

TEST_F(DataSourceTest, AJobHasAllThatARunHas) {
  workspace.Write(JobRun("a", R"(workflow_name = "customers")") + R"(
    data "entityresolution_id_mapping_job" "a" {
      workflow_name = "customers"
      job_id        = entityresolution_id_mapping_job_run.a.job_id
    })");
  EXPECT_THAT(workspace.Apply(), Succeeds());
  const json run = workspace.Attributes("a");
  const json data = workspace.Attributes("data.entityresolution_id_mapping_job.a");
  for (const char* name : {"id", "job_id", "workflow_name", "job_type", "status", "start_time",
                           "end_time", "metrics", "error_message", "outputs", "region"}) {
    EXPECT_EQ(data[name], run[name]) << name;
  }
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
}

TEST_F(DataSourceTest, JobsComeFromAllPagesNewestFirst) {
  emulator.SetConfig({{"quota", 1000}});
  for (int i = 0; i < 120; ++i) emulator.StartAsSomebodyElse("customers");
  std::vector<std::string> newest_first = emulator.JobIds();
  std::reverse(newest_first.begin(), newest_first.end());
  workspace.Write(R"(
    data "entityresolution_id_mapping_jobs" "all" {
      workflow_name = "customers"
    })");
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_GT(emulator.Calls("ListIdMappingJobs"), 1);

  std::vector<std::string> listed;
  const json data = workspace.Attributes("data.entityresolution_id_mapping_jobs.all");
  for (const json& job : data["jobs"]) {
    listed.push_back(job["job_id"]);
  }
  EXPECT_EQ(listed, newest_first);
}

TEST_F(DataSourceTest, JobsMayBeFilteredByStatus) {
  emulator.SetConfig({{"job_duration", "inf"}, {"quota", 10}});
  const std::string failed = emulator.StartAsSomebodyElse("customers");
  const std::string running = emulator.StartAsSomebodyElse("customers");
  emulator.Finish(failed, "FAILED", "no");
  workspace.Write(R"(
    data "entityresolution_id_mapping_jobs" "running" {
      workflow_name = "customers"
      status        = "RUNNING"
    }
    data "entityresolution_id_mapping_jobs" "succeeded" {
      workflow_name = "customers"
      status        = "SUCCEEDED"
    })");
  EXPECT_THAT(workspace.Apply(), Succeeds());
  const json jobs = workspace.Attributes("data.entityresolution_id_mapping_jobs.running")["jobs"];
  ASSERT_THAT(jobs, SizeIs(1));
  EXPECT_EQ(jobs[0]["job_id"], running);
  EXPECT_TRUE(jobs[0]["end_time"].is_null());
  EXPECT_EQ(workspace.Attributes("data.entityresolution_id_mapping_jobs.succeeded")["jobs"],
            json::array());
}

TEST_F(DataSourceTest, WhatIsNotThereIsAnError) {
  workspace.Write(R"(
    data "entityresolution_id_mapping_job" "a" {
      workflow_name = "customers"
      job_id        = "0123456789abcdef0123456789abcdef"
    })");
  EXPECT_THAT(workspace.Plan(), FailsWith("Unable to Read ID Mapping Job"));
  workspace.Write(R"(
    data "entityresolution_id_mapping_jobs" "a" {
      workflow_name = "nobody"
    })");
  EXPECT_THAT(workspace.Plan(), FailsWith("Unable to Read ID Mapping Jobs"));
}

}  // namespace
}  // namespace er::acceptance
