// A create that timed out is resumed, not repeated, by whatever command comes next, and whatever
// was kept of the working folder: the run is in the state, tainted, and its replacement takes it
// up.
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

}  // namespace
}  // namespace er::acceptance
