// A wait that is cut short: by Ctrl-C, by a time-out, by the death of the plugin or of Terraform.
// The job is in the state or in the journal, and the next apply waits for it instead of starting
// another.
#include <signal.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "acceptance/acceptance_test.h"

namespace er::acceptance {
namespace {

using nlohmann::json;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kProvider[] = "terraform-provi";  // as much as /proc shows

class InterruptionTest : public AcceptanceTest {
 protected:
  InterruptionTest() { emulator.SetConfig({{"job_duration", "inf"}}); }

  // Ends the job and lets apply take it up; there is no other job.
  Outcome FinishAndApply() {
    const std::string id = emulator.JobIds().at(0);
    emulator.Finish(id);
    Outcome applied = workspace.Apply();
    EXPECT_THAT(applied, Succeeds());
    EXPECT_EQ(workspace.Attributes("a")["job_id"], id);
    EXPECT_EQ(workspace.Attributes("a")["status"], "SUCCEEDED");
    EXPECT_EQ(workspace.Attributes("a")["unfinished"], false);
    EXPECT_FALSE(workspace.IsTainted("a"));
    EXPECT_THAT(emulator.Jobs(), SizeIs(1));
    EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
    EXPECT_THAT(workspace.OpenNotes(), IsEmpty());
    return applied;
  }

  void AwaitDeath(const std::vector<pid_t>& processes) {
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    for (const pid_t process : processes) {
      while (kill(process, 0) == 0) {
        ASSERT_LT(absl::Now(), deadline) << "process " << process << " lives on";
        absl::SleepFor(absl::Milliseconds(5));
      }
    }
  }
};

TEST_F(InterruptionTest, CtrlCInMidWaitSavesTheJobUntaintedAndTheNextApplyWaitsForIt) {
  workspace.Write(JobRun("a", R"(workflow_name = "customers")") + R"(
    resource "terraform_data" "after" {
      input = entityresolution_id_mapping_job_run.a.job_id
    })");
  Process apply = workspace.StartApply();
  emulator.AwaitCalls("GetIdMappingJob", 2);
  const absl::Time interrupted = absl::Now();
  apply.Interrupt();
  const Outcome stopped = Workspace::Await(apply);
  EXPECT_LT(absl::Now() - interrupted, absl::Seconds(1));
  EXPECT_THAT(stopped, FailsWith("the next apply goes on waiting for it and starts no other"));
  EXPECT_THAT(stopped, Says(emulator.JobIds()[0]));
  EXPECT_EQ(workspace.Attributes("a")["job_id"], emulator.JobIds()[0]);
  EXPECT_EQ(workspace.Attributes("a")["status"], "RUNNING");
  EXPECT_EQ(workspace.Attributes("a")["unfinished"], true);
  EXPECT_FALSE(workspace.IsTainted("a"));
  EXPECT_TRUE(workspace.Attributes("terraform_data.after").is_null());

  EXPECT_THAT(workspace.Plan(), Plans("1 to add, 1 to change, 0 to destroy"));
  FinishAndApply();
}

TEST_F(InterruptionTest, CtrlCMayCutTheSecondWaitShortToo) {
  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  for (int attempt = 0; attempt < 3; ++attempt) {
    Process apply = workspace.StartApply();
    // Each apply refreshes what it finds in the state; the second look after that is a wait.
    emulator.AwaitCalls("GetIdMappingJob", 3);
    apply.Interrupt();
    EXPECT_EQ(Workspace::Await(apply).code, 1);
    EXPECT_FALSE(workspace.IsTainted("a"));
    emulator.ForgetCalls();
  }
  FinishAndApply();
}

TEST_F(InterruptionTest, AJobThatFailsBetweenInterruptAndApplyIsReplaced) {
  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  Process apply = workspace.StartApply();
  emulator.AwaitCalls("GetIdMappingJob", 2);
  apply.Interrupt();
  Workspace::Await(apply);

  emulator.Finish(emulator.JobIds()[0], "FAILED", "The role may not read.");
  emulator.SetConfig({{"job_duration", "20ms"}});
  EXPECT_THAT(workspace.Plan(), Plans("1 to add, 0 to change, 1 to destroy"));
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_EQ(workspace.Attributes("a")["job_id"], emulator.JobIds().at(1));
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
}

TEST_F(InterruptionTest, CtrlCWhileQueueingStartsNothingAndSaysSo) {
  emulator.PutWorkflow("others");
  workspace.Write(JobRun("first", R"(workflow_name = "others")") +
                  JobRun("second", R"(workflow_name = "customers")"));
  Process apply = workspace.StartApply();
  emulator.AwaitJobs(1);
  apply.Interrupt();
  const Outcome stopped = Workspace::Await(apply);
  EXPECT_THAT(stopped, FailsWith("Interrupted Before the ID Mapping Job Was Started"));
  EXPECT_THAT(emulator.Jobs(), SizeIs(1));
  EXPECT_EQ(workspace.Attributes("first").is_null(), !workspace.Attributes("second").is_null());
}

TEST_F(InterruptionTest, ATimedOutRunIsTaintedAndTakenUpByItsReplacement) {
  workspace.Write(JobRun("a", R"(
    workflow_name = "customers"
    timeouts {
      create = "30s"
    })"));
  EXPECT_THAT(workspace.Apply(), FailsWith("Timeout While Waiting for the ID Mapping Job"));
  EXPECT_TRUE(workspace.IsTainted("a"));
  EXPECT_EQ(workspace.Attributes("a")["unfinished"], true);
  EXPECT_THAT(workspace.Plan(), Plans("1 to add, 0 to change, 1 to destroy"));
  EXPECT_THAT(workspace.Apply(), FailsWith("Timeout While Waiting for the ID Mapping Job"))
      << "it is still the same job";
  EXPECT_THAT(FinishAndApply(), Says("Took Up an ID Mapping Job"));
}

TEST_F(InterruptionTest, ATimedOutRunIsTakenUpWhereTheReplacementComesFirst) {
  workspace.Write(JobRun("a", R"(
    workflow_name = "customers"
    timeouts {
      create = "30s"
    }
    lifecycle {
      create_before_destroy = true
    })"));
  EXPECT_THAT(workspace.Apply(), FailsWith("Timeout While Waiting for the ID Mapping Job"));
  EXPECT_TRUE(workspace.IsTainted("a"));
  FinishAndApply();
}

TEST_F(InterruptionTest, AnUpdateThatTimesOutDoesNotTaint) {
  workspace.Write(JobRun("a", R"(
    workflow_name = "customers"
    timeouts {
      update = "30s"
    })"));
  Process apply = workspace.StartApply();
  emulator.AwaitCalls("GetIdMappingJob", 2);
  apply.Interrupt();
  Workspace::Await(apply);
  EXPECT_THAT(workspace.Apply(), FailsWith("timeouts.update"));
  EXPECT_FALSE(workspace.IsTainted("a"));
  EXPECT_EQ(workspace.Attributes("a")["unfinished"], true);
  FinishAndApply();
}

TEST_F(InterruptionTest, APluginKilledBetweenTheStartAndItsAnswerIsTakenUp) {
  emulator.Fault({{"kind", "slow"}, {"operation", "StartIdMappingJob"}, {"delay", "1m"}});
  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  Process apply = workspace.StartApply();
  emulator.AwaitJobs(1);
  for (const pid_t plugin : apply.Children(kProvider)) kill(plugin, SIGKILL);
  EXPECT_EQ(Workspace::Await(apply).code, 1);
  EXPECT_TRUE(workspace.Attributes("a").is_null());
  EXPECT_THAT(workspace.OpenNotes(), SizeIs(1));
  FinishAndApply();
}

TEST_F(InterruptionTest, APluginKilledInMidWaitIsTakenUp) {
  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  Process apply = workspace.StartApply();
  emulator.AwaitCalls("GetIdMappingJob", 2);
  for (const pid_t plugin : apply.Children(kProvider)) kill(plugin, SIGKILL);
  EXPECT_EQ(Workspace::Await(apply).code, 1);
  EXPECT_TRUE(workspace.Attributes("a").is_null());
  FinishAndApply();
}

TEST_F(InterruptionTest, APluginKilledBeforeTheStartIsSentStartsAfresh) {
  emulator.Fault({{"kind", "slow-before"}, {"operation", "ListIdMappingJobs"}, {"delay", "1m"}});
  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  Process apply = workspace.StartApply();
  emulator.AwaitCalls("ListIdMappingJobs", 1);
  for (const pid_t plugin : apply.Children(kProvider)) kill(plugin, SIGKILL);
  EXPECT_EQ(Workspace::Await(apply).code, 1);
  EXPECT_THAT(emulator.Jobs(), IsEmpty());

  emulator.SetConfig({{"job_duration", "20ms"}});
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_THAT(emulator.Jobs(), SizeIs(1));
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
  EXPECT_THAT(workspace.OpenNotes(), IsEmpty());
}

TEST_F(InterruptionTest, AKilledTerraformTakesThePluginAlongAndTheJobIsTakenUp) {
  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  Process apply = workspace.StartApply();
  emulator.AwaitCalls("GetIdMappingJob", 2);
  const std::vector<pid_t> plugins = apply.Children(kProvider);
  EXPECT_THAT(plugins, SizeIs(1));
  apply.Signal(SIGKILL);
  EXPECT_EQ(Workspace::Await(apply).code, 128 + SIGKILL);
  AwaitDeath(plugins);
  FinishAndApply();
}

TEST_F(InterruptionTest, AKilledTerraformBetweenTheStartAndItsAnswer) {
  emulator.Fault({{"kind", "slow"}, {"operation", "StartIdMappingJob"}, {"delay", "1m"}});
  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  Process apply = workspace.StartApply();
  emulator.AwaitJobs(1);
  const std::vector<pid_t> plugins = apply.Children(kProvider);
  apply.Signal(SIGKILL);
  Workspace::Await(apply);
  AwaitDeath(plugins);
  FinishAndApply();
}

TEST_F(InterruptionTest, TwoRunsOfTheSameSettingsAreTakenUpEachByItsOwn) {
  emulator.SetConfig({{"quota", 2}});
  workspace.Write(R"(
    provider "entityresolution" {
      max_concurrent_jobs = 2
    })" + JobRun("a", R"(workflow_name = "customers")") +
                  JobRun("b", R"(workflow_name = "customers")"));
  Process apply = workspace.StartApply();
  emulator.AwaitJobs(2);
  const int polls = emulator.Calls("ListIdMappingJobs");
  emulator.AwaitCalls("ListIdMappingJobs", polls + 2);  // one list serves both
  for (const pid_t plugin : apply.Children(kProvider)) kill(plugin, SIGKILL);
  Workspace::Await(apply);
  for (const std::string& id : emulator.JobIds()) emulator.Finish(id);
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_THAT(emulator.Jobs(), SizeIs(2));
  EXPECT_NE(workspace.Attributes("a")["job_id"], workspace.Attributes("b")["job_id"]);
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
}

TEST_F(InterruptionTest, AReplacementThatIsAskedForStartsANewJobOfAFinishedRun) {
  emulator.SetConfig({{"job_duration", "20ms"}});
  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_THAT(workspace.Run({"taint", "entityresolution_id_mapping_job_run.a"}), Succeeds());
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_THAT(emulator.Jobs(), SizeIs(2));
}

}  // namespace
}  // namespace er::acceptance
