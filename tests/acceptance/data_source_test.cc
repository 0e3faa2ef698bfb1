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

TEST_F(DataSourceTest, AMatchingJobIsFoundInItsWorkflowsJobs) {
  emulator.PutWorkflow("people", {{"kind", "matchingworkflow"}});
  emulator.SetConfig({{"job_duration", "inf"}});
  const json started =
      emulator.Ask("POST", "jobs",
                   {{"workflow", "people"}, {"kind", "matchingworkflow"}, {"region", "eu-west-1"}});
  emulator.Finish(started.value("jobId", ""));
  workspace.Write(R"(
    data "entityresolution_matching_jobs" "all" {
      workflow_name = "people"
    }
    data "entityresolution_matching_job" "last" {
      workflow_name = "people"
      job_id        = data.entityresolution_matching_jobs.all.jobs[0].job_id
    })");
  EXPECT_THAT(workspace.Apply(), Succeeds());
  const json job = workspace.Attributes("data.entityresolution_matching_job.last");
  EXPECT_EQ(job["job_id"], started["jobId"]);
  EXPECT_EQ(job["status"], "SUCCEEDED");
  EXPECT_THAT(job["metrics"], SizeIs(5));
  EXPECT_TRUE(job["metrics"]["match_ids"].is_number());
}

TEST_F(DataSourceTest, AProviderServiceIsNamedByItsNameOrItsArn) {
  workspace.Write(R"(
    data "entityresolution_provider_services" "emulated" {
      provider_name = "Emulated"
    }
    data "entityresolution_provider_service" "by_name" {
      provider_name         = "Emulated"
      provider_service_name = "Mapping"
    }
    data "entityresolution_provider_service" "by_arn" {
      provider_name         = "Emulated"
      provider_service_name = data.entityresolution_provider_service.by_name.provider_service_arn
    })");
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
  const json all = workspace.Attributes("data.entityresolution_provider_services.emulated");
  const std::string arn = "arn:aws:entityresolution:eu-west-1::providerservice/Emulated/Mapping";
  EXPECT_THAT(all["provider_service_summaries"], SizeIs(2));
  EXPECT_THAT(all["ids"], ::testing::Contains(arn));
  const json by_name = workspace.Attributes("data.entityresolution_provider_service.by_name");
  EXPECT_EQ(by_name["id"], arn);
  EXPECT_EQ(by_name["provider_component_schema"]["schemas"],
            (json{{"NAME", "PHONE"}, {"EMAIL_ADDRESS"}}));
  EXPECT_EQ(json::parse(by_name["provider_configuration_definition"].get<std::string>()),
            (json{{"clientId", "string"}, {"clientSecret", "string"}}));
  json by_arn = workspace.Attributes("data.entityresolution_provider_service.by_arn");
  by_arn["provider_service_name"] = by_name["provider_service_name"];
  EXPECT_EQ(by_arn, by_name);
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
