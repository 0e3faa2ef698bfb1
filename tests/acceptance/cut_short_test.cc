// A wait that is cut short is resumed, not repeated: by whatever command comes next, and whatever
// was kept of the working folder.
#include "absl/strings/str_cat.h"
#include "acceptance/history_test.h"

namespace er::acceptance {
namespace {

using nlohmann::json;
using ::testing::Each;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kAddress[] = "entityresolution_id_mapping_job_run.a";

// ---- A wait that was interrupted: the run is in the state, and the next apply updates it.

class InterruptedTest : public HistoryTest {};

TEST_F(InterruptedTest, TheDataFolderIsLost) {
  ApplyAndInterrupt();
  std::filesystem::remove_all(workspace.folder() + "/.terraform");
  ExpectSettled(1);
}

// Terraform exits at once, with the create under way, and tells the plugin to end as if all were
// done.
TEST_F(InterruptedTest, ItIsInterruptedTwice) {
  for (int time = 0; time < 3; ++time) {
    Process apply = ApplyUntilItWaits();
    const std::vector<pid_t> plugins = apply.Children(kProvider);
    apply.Interrupt();
    absl::SleepFor(absl::Milliseconds(1));  // or the two would be one
    apply.Interrupt();
    EXPECT_EQ(Workspace::Await(apply).code, 1);
    AwaitDeath(plugins);
  }
  ExpectSettled(1);
}

TEST_F(InterruptedTest, TheNextApplyIsKilled) {
  ApplyAndInterrupt();
  ApplyAndKill();
  EXPECT_EQ(JobOf("a"), Job(1));
  ExpectSettled(1);
}

TEST_F(InterruptedTest, ItIsTaintedByHand) {
  ApplyAndInterrupt();
  EXPECT_THAT(workspace.Run({"taint", kAddress}), Succeeds());
  EXPECT_THAT(ExpectSettled(1), Says("Took Up an ID Mapping Job"));
}

TEST_F(InterruptedTest, ItIsTaintedByHandAndTheReplacementComesFirst) {
  Configure(kCreateFirst);
  ApplyAndInterrupt();
  EXPECT_THAT(workspace.Run({"taint", kAddress}), Succeeds());
  ExpectSettled(1);
}

TEST_F(InterruptedTest, ItIsReplacedByName) {
  ApplyAndInterrupt();
  const Outcome planned = workspace.Plan({absl::StrCat("-replace=", kAddress)});
  EXPECT_THAT(planned, Says("starts no other"));
  EXPECT_THAT(planned, Says("To start a new"));
  EXPECT_THAT(ExpectSettled(1, {absl::StrCat("-replace=", kAddress)}),
              Says("Took Up an ID Mapping Job"));
}

TEST_F(InterruptedTest, ItIsReplacedByNameAndTheReplacementComesFirst) {
  Configure(kCreateFirst);
  ApplyAndInterrupt();
  ExpectSettled(1, {absl::StrCat("-replace=", kAddress)});
}

TEST_F(InterruptedTest, ItIsReplacedByNameAndKilledAndAppliedAgain) {
  ApplyAndInterrupt();
  ApplyAndKill(workspace, {absl::StrCat("-replace=", kAddress)});
  ExpectSettled(1);
}

TEST_F(InterruptedTest, ItIsRemovedFromTheStateAndThePlanWarns) {
  emulator.SetConfig({{"quota", 2}});
  ApplyAndInterrupt();
  EXPECT_THAT(workspace.Plan(), Says("Unfinished"));
  EXPECT_THAT(workspace.Run({"state", "rm", kAddress}), Succeeds());
  const Outcome planned = workspace.Plan();
  EXPECT_THAT(planned, Says("ID Mapping Job of the Same Settings"));
  EXPECT_THAT(planned, Says(Job(1)));
  ExpectSettled(workspace, 2);
  EXPECT_EQ(JobOf("a"), Job(2));
}

TEST_F(InterruptedTest, ItIsRemovedFromTheStateAtOnce) {
  emulator.SetConfig({{"quota", 2}});
  ApplyAndInterrupt();
  EXPECT_THAT(workspace.Run({"state", "rm", kAddress}), Succeeds());
  EXPECT_THAT(workspace.Plan(), Says("ID Mapping Job of the Same Settings"));
  ExpectSettled(workspace, 2);
}

TEST_F(InterruptedTest, TriggersChangeAndChangeBack) {
  emulator.SetConfig({{"quota", 5}});
  Configure("triggers = { v = \"1\" }\n");
  ApplyAndInterrupt();
  Configure("triggers = { v = \"2\" }\n");
  EndJobs();
  EXPECT_THAT(workspace.Apply(), Succeeds());
  Configure("triggers = { v = \"1\" }\n");
  ExpectSettled(3);
  EXPECT_EQ(JobOf("a"), Job(3));
}

TEST_F(InterruptedTest, ItIsMovedToAnotherName) {
  ApplyAndInterrupt();
  workspace.Write(Customers("", "b") + absl::StrCat("moved {\n  from = ", kAddress,
                                                    "\n  to = "
                                                    "entityresolution_id_mapping_job_run.b\n}\n"));
  ExpectSettled(1);
  EXPECT_EQ(JobOf("b"), Job(1));
}

// Terraform destroys the one and creates the other: the job goes over.
TEST_F(InterruptedTest, ItIsCalledOtherwise) {
  ApplyAndInterrupt();
  workspace.Write(Customers("", "b"));
  EndJobs();
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
  EXPECT_THAT(emulator.Jobs(), SizeIs(1));
  EXPECT_EQ(JobOf("b"), Job(1));
}

TEST_F(InterruptedTest, ALikeRunIsAddedAndEachHasItsOwn) {
  emulator.SetConfig({{"quota", 5}});
  ApplyAndInterrupt();
  workspace.Write(Customers() + Customers("", "b"));
  ExpectSettled(2);
  EXPECT_EQ(JobOf("a"), Job(1));
  EXPECT_EQ(JobOf("b"), Job(2));
}

TEST_F(InterruptedTest, ALikeRunIsAddedAndAloneApplied) {
  emulator.SetConfig({{"quota", 5}});
  ApplyAndInterrupt();
  workspace.Write(Customers() + Customers("", "b"));
  emulator.SetConfig({{"job_duration", "20ms"}});
  EXPECT_THAT(workspace.Apply({"-target=entityresolution_id_mapping_job_run.b"}), Succeeds());
  EXPECT_EQ(JobOf("b"), Job(2));
  ExpectSettled(2);
  EXPECT_EQ(JobOf("a"), Job(1));
}

TEST_F(InterruptedTest, WaitingIsNoLongerAskedFor) {
  ApplyAndInterrupt();
  Configure("wait_for_completion = false\n");
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_EQ(workspace.Attributes("a")["unfinished"], false);
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
  EXPECT_THAT(emulator.Jobs(), SizeIs(1));
}

// What was known of a run is never lost again: outputs and times, while there is nothing new.
TEST_F(InterruptedTest, TheNextApplyIsInterruptedBeforeItHasSeenAnything) {
  ApplyAndInterrupt();
  EXPECT_THAT(workspace.Apply({"-refresh-only"}), Succeeds());
  const json before = workspace.Attributes("a");
  ASSERT_TRUE(before["start_time"].is_string());
  ASSERT_THAT(before["outputs"], SizeIs(1));
  emulator.Fault(
      {{"kind", "slow"}, {"operation", "GetIdMappingJob"}, {"delay", "1m"}, {"times", 0}});
  const int looks = emulator.Calls("GetIdMappingJob");
  Process apply = workspace.StartApply({"-refresh=false"});
  emulator.AwaitCalls("GetIdMappingJob", looks + 1);
  apply.Interrupt();
  EXPECT_EQ(Workspace::Await(apply).code, 1);
  EXPECT_EQ(workspace.Attributes("a"), before);
  emulator.Ask("DELETE", "faults");
  ExpectSettled(1);
}

TEST_F(InterruptedTest, TheRecordIsPurgedAndWhatIsKnownStays) {
  Configure(kShort);
  ApplyAndInterrupt();
  EXPECT_THAT(workspace.Apply({"-refresh-only"}), Succeeds());
  const json before = workspace.Attributes("a");
  EndJobs();
  emulator.Purge();
  EXPECT_EQ(workspace.Apply({"-refresh=false"}).code, 1);
  EXPECT_EQ(workspace.Attributes("a"), before);
  EXPECT_THAT(emulator.Jobs(), SizeIs(1));
}

TEST_F(InterruptedTest, TheRecordIsPurgedAfterTheStateKnewTheEnd) {
  ApplyAndInterrupt();
  EndJobs();
  EXPECT_THAT(workspace.Apply({"-refresh-only"}), Succeeds());
  EXPECT_EQ(workspace.Attributes("a")["unfinished"], true);
  const json before = workspace.Attributes("a");
  emulator.Purge();
  ExpectSettled(1);
  EXPECT_EQ(workspace.Attributes("a")["metrics"], before["metrics"]);
}

TEST_F(InterruptedTest, NobodyMayLookAfterTheStateKnewTheEnd) {
  ApplyAndInterrupt();
  EndJobs();
  EXPECT_THAT(workspace.Apply({"-refresh-only"}), Succeeds());
  emulator.Fault({{"kind", "access-denied"}, {"operation", "GetIdMappingJob"}, {"times", 0}});
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_EQ(workspace.Attributes("a")["unfinished"], false);
  EXPECT_EQ(workspace.Attributes("a")["status"], "SUCCEEDED");
}

// ---- Signals.

TEST_F(InterruptedTest, BySigtermToTheTerraformAlone) {
  Process apply = ApplyUntilItWaits();
  apply.Signal(SIGTERM);
  EXPECT_THAT(Workspace::Await(apply), FailsWith("Interrupted While Waiting"));
  EXPECT_FALSE(workspace.IsTainted("a"));
  ExpectSettled(1);
}

TEST_F(InterruptedTest, BySigtermToThePluginAloneNothingThatDependsOnItStarts) {
  workspace.Write(Customers() + R"(
    resource "terraform_data" "after" {
      input = entityresolution_id_mapping_job_run.a.job_id
    })");
  Process apply = ApplyUntilItWaits();
  for (const pid_t plugin : apply.Children(kProvider)) kill(plugin, SIGTERM);
  EXPECT_THAT(Workspace::Await(apply), FailsWith("Provider Ended While Waiting"));
  EXPECT_TRUE(workspace.IsTainted("a"));
  EXPECT_TRUE(workspace.Attributes("terraform_data.after").is_null());
  ExpectSettled(1);
}

TEST_F(InterruptedTest, BySigtermToThePluginAloneInAnUpdate) {
  workspace.Write(Customers() + R"(
    resource "terraform_data" "after" {
      input = entityresolution_id_mapping_job_run.a.job_id
    })");
  ApplyAndInterrupt();
  Process apply = ApplyUntilItWaits();
  for (const pid_t plugin : apply.Children(kProvider)) kill(plugin, SIGTERM);
  EXPECT_EQ(Workspace::Await(apply).code, 1);
  EXPECT_TRUE(workspace.Attributes("terraform_data.after").is_null());
  EXPECT_EQ(workspace.Attributes("a")["unfinished"], true);
  ExpectSettled(1);
}

TEST_F(InterruptedTest, Twice) {
  Process apply = ApplyUntilItWaits();
  apply.Interrupt();
  apply.Interrupt();
  EXPECT_EQ(Workspace::Await(apply).code, 1);
  ExpectSettled(1);
}

// Terraform stands still while the interrupt is answered, and goes then.
TEST_F(InterruptedTest, AndKilledBeforeTheStateIsSaved) {
  Process apply = ApplyUntilItWaits();
  apply.Signal(SIGSTOP);
  for (const pid_t plugin : apply.Children(kProvider)) kill(plugin, SIGTERM);
  AwaitDeath(apply.Children(kProvider));
  Kill(apply);
  EXPECT_TRUE(workspace.Attributes("a").is_null());
  ExpectSettled(1);
}

// ---- A job whose end nobody waits for.

using UnwaitedTest = HistoryTest;

TEST_F(UnwaitedTest, AFailedJobIsToldByThePlanAndReplacedWhenItIsToBeWaitedFor) {
  Configure("wait_for_completion = false\n");
  EXPECT_THAT(workspace.Apply(), Succeeds());
  emulator.Finish(Job(1), "FAILED", "The role may not read.");
  EXPECT_THAT(workspace.Plan(), Says("The role may not read."));
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_EQ(workspace.Attributes("a")["status"], "FAILED");
  EXPECT_THAT(emulator.Jobs(), SizeIs(1));
  Configure("wait_for_completion = true\n");
  EXPECT_THAT(workspace.Plan(), Plans("1 to add, 0 to change, 1 to destroy"));
  ExpectSettled(2);
}

TEST_F(UnwaitedTest, ARunningJobIsWaitedForWhenThatIsAskedFor) {
  Configure("wait_for_completion = false\n");
  EXPECT_THAT(workspace.Apply(), Succeeds());
  Configure("wait_for_completion = true\n");
  Process apply = ApplyUntilItWaits();
  EndJobs();
  EXPECT_THAT(Workspace::Await(apply), Succeeds());
  ExpectSettled(1);
}

TEST_F(UnwaitedTest, AKillRightAfterTheStart) {
  Configure("wait_for_completion = false\n");
  emulator.Fault({{"kind", "slow"}, {"operation", "GetIdMappingJob"}, {"delay", "1m"}});
  Process apply = workspace.StartApply();
  emulator.AwaitCalls("GetIdMappingJob", 1);
  Kill(apply);
  EXPECT_TRUE(workspace.Attributes("a").is_null());
  EndJobs();
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_THAT(emulator.Jobs(), SizeIs(1));
  EXPECT_EQ(JobOf("a"), Job(1));
}

// ---- What the service says of a job that has ended otherwise than this version knows.

using StrangeEndTest = HistoryTest;

TEST_F(StrangeEndTest, AnUnknownStatusWithAnEndTimeIsAnEnd) {
  const json cancelled = {{"status", "CANCELLED"}, {"endTime", 1795600000}};
  for (const char* operation : {"GetIdMappingJob", "ListIdMappingJobs"}) {
    emulator.Fault(
        {{"kind", "altered"}, {"operation", operation}, {"times", 0}, {"members", cancelled}});
  }
  const Outcome applied = workspace.Apply();
  EXPECT_THAT(applied, FailsWith("ID Mapping Job Failed"));
  EXPECT_THAT(applied, Says("CANCELLED"));
  EXPECT_TRUE(workspace.IsTainted("a"));
  EXPECT_EQ(workspace.Attributes("a")["status"], "CANCELLED");
  emulator.Ask("DELETE", "faults");
  ExpectSettled(2);
  EXPECT_EQ(JobOf("a"), Job(2));
}

// A record that is told of while it is written: what runs has not failed.
TEST_F(StrangeEndTest, ARunningJobWithAnEndTimeIsWaitedFor) {
  emulator.Fault({{"kind", "altered"},
                  {"operation", "GetIdMappingJob"},
                  {"times", 5},
                  {"members", {{"status", "RUNNING"}, {"endTime", 1795600000}}}});
  Process apply = ApplyUntilItWaits();
  emulator.AwaitCalls("GetIdMappingJob", 7);
  EndJobs();
  EXPECT_THAT(Workspace::Await(apply), Succeeds());
  ExpectSettled(1);
}

TEST_F(StrangeEndTest, AnUnknownStatusWithoutAnEndTimeIsWaitedFor) {
  emulator.Fault({{"kind", "altered"},
                  {"operation", "GetIdMappingJob"},
                  {"times", 5},
                  {"members", {{"status", "PAUSED"}}}});
  Process apply = ApplyUntilItWaits();
  emulator.AwaitCalls("GetIdMappingJob", 7);
  EndJobs();
  EXPECT_THAT(Workspace::Await(apply), Succeeds());
  ExpectSettled(1);
}

}  // namespace
}  // namespace er::acceptance
