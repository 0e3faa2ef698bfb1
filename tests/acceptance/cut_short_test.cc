// What is cut short is resumed, not repeated: by whatever command comes next, and whatever was kept
// of the working folder.
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

// ---- A create that timed out: the run is in the state, tainted, and its replacement takes it up.

class TimedOutTest : public HistoryTest {
 protected:
  TimedOutTest() { Configure(kShort); }
};

TEST_F(TimedOutTest, ThePlanTellsOneStoryAndTheApplyTheSame) {
  ApplyAndTimeOut();
  const Outcome planned = workspace.Plan();
  EXPECT_THAT(planned, Plans("1 to add, 0 to change, 1 to destroy"));
  EXPECT_THAT(planned, Says(absl::StrCat("Job ", Job(1))));
  EXPECT_THAT(planned, Says("The replacement takes it up and starts no other"));
  const Outcome applied = ExpectSettled(1);
  EXPECT_THAT(applied, Says("Took Up an ID Mapping Job"));
  EXPECT_THAT(applied, Not(Says("forgets")));
  EXPECT_EQ(emulator.Calls("StartIdMappingJob"), 1);
}

TEST_F(TimedOutTest, TheJournalIsLostAndTheReplacementIsKilledInItsWait) {
  ApplyAndTimeOut();
  LoseJournal();
  ApplyAndKill();
  if (Workspace::Lacks(Feature::kStateAtOnce).empty()) {
    EXPECT_TRUE(workspace.Attributes("a").is_null()) << "the delete half came first";
  }
  ExpectSettled(1);
  EXPECT_EQ(JobOf("a"), Job(1));
}

TEST_F(TimedOutTest, TheJournalIsLostAndTheReplacementIsKilledTwice) {
  ApplyAndTimeOut();
  LoseJournal();
  ApplyAndKill();
  ApplyAndKill();
  ExpectSettled(1);
}

TEST_F(TimedOutTest, TheJournalIsLostAndOnlyThePluginDiesInTheReplacement) {
  ApplyAndTimeOut();
  LoseJournal();
  Process apply = ApplyUntilItWaits();
  KillPlugin(apply);
  EXPECT_EQ(Workspace::Await(apply).code, 1);
  ExpectSettled(1);
}

TEST_F(TimedOutTest, TheWholeDataFolderIsLost) {
  ApplyAndTimeOut();
  std::filesystem::remove_all(workspace.folder() + "/.terraform");
  EXPECT_THAT(ExpectSettled(1), Says("Took Up an ID Mapping Job"));
}

TEST_F(TimedOutTest, TheWholeDataFolderIsLostAndTheReplacementComesFirst) {
  Configure(absl::StrCat(kShort, kCreateFirst));
  ApplyAndTimeOut();
  std::filesystem::remove_all(workspace.folder() + "/.terraform");
  EXPECT_THAT(ExpectSettled(1), Says("Took Up an ID Mapping Job"));
}

TEST_F(TimedOutTest, TheReplacementComesFirstAndIsKilledInItsWait) {
  Configure(absl::StrCat(kShort, kCreateFirst));
  ApplyAndTimeOut();
  ApplyAndKill();
  ExpectSettled(1);
}

TEST_F(TimedOutTest, TheReplacementComesFirstAndTimesOutThreeTimes) {
  Configure(absl::StrCat(kShort, kCreateFirst));
  for (int apply = 0; apply < 3; ++apply) ApplyAndTimeOut();
  // Terraform keeps what it replaces until a replacement has succeeded.
  EXPECT_THAT(workspace.JobIds(), Each(Job(1)));
  ExpectSettled(1);
}

TEST_F(TimedOutTest, TheJobFailsMeanwhileAndTheReplacementComesFirst) {
  Configure(absl::StrCat(kShort, kCreateFirst));
  ApplyAndTimeOut();
  emulator.Finish(Job(1), "FAILED", "The role may not read.");
  EXPECT_THAT(workspace.Apply({"-refresh-only"}), Succeeds());
  ExpectSettled(2);
  EXPECT_EQ(JobOf("a"), Job(2));
}

TEST_F(TimedOutTest, TheJobFailsMeanwhileAndNobodyRefreshes) {
  ApplyAndTimeOut();
  emulator.Finish(Job(1), "FAILED", "The role may not read.");
  ExpectSettled(2);
  EXPECT_EQ(JobOf("a"), Job(2));
}

// Without a look at the service, the replacement takes the job up and finds that it has failed.
TEST_F(TimedOutTest, TheJobFailsMeanwhileAndTheApplyDoesNotRefresh) {
  ApplyAndTimeOut();
  emulator.Finish(Job(1), "FAILED", "The role may not read.");
  emulator.SetConfig({{"job_duration", "20ms"}});
  EXPECT_THAT(workspace.Apply({"-refresh=false"}), FailsWith("ID Mapping Job Failed"));
  EXPECT_THAT(emulator.Jobs(), SizeIs(1));
  ExpectSettled(2);
}

TEST_F(TimedOutTest, ADestroyForgetsItAndALaterApplyStartsAnother) {
  ApplyAndTimeOut();
  const Outcome destroyed = workspace.Destroy();
  EXPECT_THAT(destroyed, Succeeds());
  EXPECT_THAT(destroyed, Says("Terraform forgets it"));
  EXPECT_THAT(workspace.OpenNotes(), IsEmpty());
  ExpectSettled(2);
  EXPECT_EQ(JobOf("a"), Job(2));
}

TEST_F(TimedOutTest, ADestroyWithoutARefreshForgetsItToo) {
  ApplyAndTimeOut();
  EXPECT_THAT(workspace.Destroy({"-refresh=false"}), Succeeds());
  EXPECT_THAT(workspace.OpenNotes(), IsEmpty());
  ExpectSettled(2);
}

// Its create half found it gone from the configuration.
TEST_F(TimedOutTest, TheBlockIsRemovedAndComesBack) {
  ApplyAndTimeOut();
  workspace.Write("");
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_THAT(workspace.OpenNotes(), IsEmpty());
  Configure(kShort);
  ExpectSettled(2);
}

TEST_F(TimedOutTest, ADestroyThatIsKilledForgetsNothingThatTheStateStillHas) {
  Configure(absl::StrCat(kShort, "on_destroy = \"wait\"\n"));
  ApplyAndTimeOut();
  Process destroy = workspace.Start({"destroy", "-auto-approve", "-input=false", "-no-color"});
  const int looks = emulator.Calls("GetIdMappingJob");
  emulator.AwaitCalls("GetIdMappingJob", looks + 3);
  Kill(destroy);
  EXPECT_EQ(JobOf("a"), Job(1));
  ExpectSettled(1);
}

TEST_F(TimedOutTest, ItIsUntaintedAndTheUpdateGoesOn) {
  ApplyAndTimeOut();
  EXPECT_THAT(workspace.Run({"untaint", kAddress}), Succeeds());
  EXPECT_THAT(workspace.Plan(), Plans("0 to add, 1 to change, 0 to destroy"));
  ExpectSettled(1);
}

TEST_F(TimedOutTest, TheReplacementIsAskedForByName) {
  ApplyAndTimeOut();
  EXPECT_THAT(workspace.Apply({absl::StrCat("-replace=", kAddress)}),
              FailsWith("Timeout While Waiting for the ID Mapping Job"));
  EXPECT_THAT(ExpectSettled(1, {absl::StrCat("-replace=", kAddress)}),
              Says("Took Up an ID Mapping Job"));
}

TEST_F(TimedOutTest, TheApplyNamesItAsItsTarget) {
  ApplyAndTimeOut();
  ExpectSettled(1, {absl::StrCat("-target=", kAddress)});
}

TEST_F(TimedOutTest, TheApplyDoesNotRefresh) {
  ApplyAndTimeOut();
  ExpectSettled(1, {"-refresh=false"});
}

TEST_F(TimedOutTest, APlanThatWasSavedIsApplied) {
  ApplyAndTimeOut();
  EXPECT_THAT(workspace.Plan({"-out=saved"}), Plans("1 to add, 0 to change, 1 to destroy"));
  EndJobs();
  EXPECT_THAT(workspace.Run({"apply", "-input=false", "-no-color", "saved"}), Succeeds());
  ExpectSettled(1);
}

TEST_F(TimedOutTest, PlansThatAreNotAppliedChangeNothing) {
  ApplyAndTimeOut();
  for (int plan = 0; plan < 3; ++plan) {
    EXPECT_THAT(workspace.Plan(), Plans("1 to add, 0 to change, 1 to destroy"));
  }
  EXPECT_EQ(workspace.Plan({"-destroy"}).code, 2);
  ExpectSettled(1);
}

TEST_F(TimedOutTest, ADestroyThatIsPlannedAndNotAppliedForgetsNothing) {
  ApplyAndTimeOut();
  EXPECT_EQ(workspace.Plan({"-destroy", "-out=saved"}).code, 2);
  ApplyAndKill();
  ExpectSettled(1);
}

TEST_F(TimedOutTest, OtherSettingsReplaceItAndLeaveTheOldJobBehind) {
  emulator.SetConfig({{"quota", 5}});
  const auto write = [&](const std::string& version) {
    Configure(absl::StrCat(kShort, "triggers = { v = \"", version, "\" }\n"));
  };
  write("1");
  ApplyAndTimeOut();
  write("2");
  ApplyAndTimeOut();
  write("1");
  ExpectSettled(3);
  EXPECT_EQ(JobOf("a"), Job(3));
}

// The first run is still there: Terraform destroys it only after a replacement has succeeded.
TEST_F(TimedOutTest, OtherSettingsReplaceItAndTheReplacementComesFirst) {
  emulator.SetConfig({{"quota", 5}});
  const auto write = [&](const std::string& version) {
    Configure(absl::StrCat(kShort, kCreateFirst, "triggers = { v = \"", version, "\" }\n"));
  };
  write("1");
  ApplyAndTimeOut();
  write("2");
  ApplyAndTimeOut();
  write("1");
  ExpectSettled(2);
  EXPECT_EQ(JobOf("a"), Job(1));
}

TEST_F(TimedOutTest, TheServiceHasForgottenTheJobByThen) {
  ApplyAndTimeOut();
  Configure("");
  EndJobs();
  emulator.Purge();
  const Outcome applied = workspace.Apply();
  EXPECT_THAT(applied, FailsWith("ID Mapping Job Not Found"));
  EXPECT_THAT(applied, Says(Job(1)));
  EXPECT_THAT(emulator.Jobs(), SizeIs(1)) << "nothing is started in its place";
}

TEST_F(TimedOutTest, TheStateKnewTheEndBeforeTheServiceForgotIt) {
  ApplyAndTimeOut();
  EndJobs();
  EXPECT_THAT(workspace.Apply({"-refresh-only"}), Succeeds());
  emulator.Purge();
  ExpectSettled(1);
}

TEST_F(TimedOutTest, TheWholeOfTheTimeWasSpentOnRefusals) {
  emulator.Fault({{"kind", "access-denied"}, {"operation", "GetIdMappingJob"}, {"times", 0}});
  const Outcome applied = workspace.Apply();
  EXPECT_THAT(applied, FailsWith("Timeout While Waiting for the ID Mapping Job"));
  EXPECT_THAT(applied, Says("AccessDeniedException"));
  EXPECT_THAT(applied, Says("entityresolution:GetIdMappingJob"));
  emulator.Ask("DELETE", "faults");
  ExpectSettled(1);
}

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
