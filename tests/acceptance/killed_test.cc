// What dies: the plugin, Terraform, or both, at each step of a create; and what the service shows,
// and does not show, to the apply that comes next.
#include <sys/stat.h>

#include <chrono>

#include "absl/strings/str_cat.h"
#include "acceptance/history_test.h"

namespace er::acceptance {
namespace {

using nlohmann::json;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class KilledTest : public HistoryTest {
 protected:
  // Terraform and the plugin die as soon as so many calls of `operation` have come.
  void KillAfter(const std::string& operation, int calls) {
    const int before = emulator.Calls(operation);
    Process apply = workspace.StartApply();
    emulator.AwaitCalls(operation, before + calls);
    Kill(apply);
  }

  // So much time passes over the journal, as far as files tell.
  void Age(absl::Duration age) {
    namespace fs = std::filesystem;
    const auto hours = std::chrono::hours(absl::ToInt64Hours(age));
    const std::string journal = workspace.folder() + "/.terraform/entityresolution-journal";
    for (const auto& entry : fs::recursive_directory_iterator(journal)) {
      if (entry.is_regular_file()) {
        fs::last_write_time(entry.path(), fs::last_write_time(entry.path()) - hours);
      }
    }
  }

  static json Slow(const std::string& kind, const std::string& operation,
                   const std::string& delay = "1m") {
    return {{"kind", kind}, {"operation", operation}, {"delay", delay}};
  }
};

// ---- At each step.

TEST_F(KilledTest, BeforeTheListIsMade) {
  emulator.Fault(Slow("slow-before", "ListIdMappingJobs"));
  KillAfter("ListIdMappingJobs", 1);
  EXPECT_THAT(workspace.OpenNotes(), IsEmpty());
  ExpectSettled(1);
}

// The start arrives, and is executed after its sender's death.
TEST_F(KilledTest, WhileTheStartIsOnItsWay) {
  emulator.Fault(Slow("slow-before", "StartIdMappingJob", "300ms"));
  KillAfter("StartIdMappingJob", 1);
  EXPECT_THAT(workspace.OpenNotes(), SizeIs(1));
  ExpectSettled(1);
}

TEST_F(KilledTest, WhileTheStartIsOnItsWayAndTheListIsLate) {
  emulator.SetConfig({{"list_lag", "300ms"}});
  emulator.Fault(Slow("slow-before", "StartIdMappingJob", "100ms"));
  KillAfter("StartIdMappingJob", 1);
  ExpectSettled(1);
}

// It never arrives: no job was started, and the next apply finds that out and starts one.
TEST_F(KilledTest, AfterAStartThatWasLostOnItsWay) {
  emulator.Fault({{"kind", "500-before"}, {"operation", "StartIdMappingJob"}});
  KillAfter("StartIdMappingJob", 1);
  EXPECT_THAT(emulator.Jobs(), IsEmpty());
  ExpectSettled(1);
}

TEST_F(KilledTest, BetweenTheStartAndItsAnswer) {
  emulator.Fault(Slow("slow", "StartIdMappingJob"));
  KillAfter("StartIdMappingJob", 1);
  ExpectSettled(1);
  EXPECT_EQ(emulator.Calls("StartIdMappingJob"), 1);
}

TEST_F(KilledTest, BetweenTheStartAndItsAnswerAndTheNextApplyToo) {
  emulator.Fault(Slow("slow", "StartIdMappingJob"));
  KillAfter("StartIdMappingJob", 1);
  KillAfter("ListIdMappingJobs", 3);  // while it looks for the job
  ExpectSettled(1);
  EXPECT_EQ(emulator.Calls("StartIdMappingJob"), 1);
}

TEST_F(KilledTest, WhileItLooksForTheJobOfALostAnswer) {
  emulator.Fault({{"kind", "cut-after"}, {"operation", "StartIdMappingJob"}});
  KillAfter("ListIdMappingJobs", 3);
  ExpectSettled(1);
  EXPECT_EQ(emulator.Calls("StartIdMappingJob"), 1);
}

TEST_F(KilledTest, WhileItLooksForAJobThatThereIsNot) {
  emulator.Fault({{"kind", "cut-before"}, {"operation", "StartIdMappingJob"}});
  KillAfter("ListIdMappingJobs", 3);
  EXPECT_THAT(emulator.Jobs(), IsEmpty());
  ExpectSettled(1);
}

TEST_F(KilledTest, InTheWaitManyTimes) {
  for (int apply = 0; apply < 5; ++apply) ApplyAndKill();
  ExpectSettled(1);
  EXPECT_EQ(emulator.Calls("StartIdMappingJob"), 1);
}

// The plugin has answered; Terraform, which stands still, has saved nothing when it dies.
TEST_F(KilledTest, BetweenTheAnswerAndTheState) {
  Process apply = ApplyUntilItWaits();
  apply.Signal(SIGSTOP);
  EndJobs();
  while (workspace.OpenNotes().at(0).at("state") != "ANSWERED") {
    absl::SleepFor(absl::Milliseconds(5));
  }
  Kill(apply);
  EXPECT_TRUE(workspace.Attributes("a").is_null());
  EXPECT_THAT(workspace.Plan(), Says("Takes Up an ID Mapping Job"));
  ExpectSettled(1);
}

TEST_F(KilledTest, InTheQueueBehindAnotherJob) {
  emulator.StartAsSomebodyElse("customers");
  KillAfter("StartIdMappingJob", 1);
  ExpectSettled(2);
  EXPECT_EQ(JobOf("a"), Job(2));
}

TEST_F(KilledTest, InTheQueueBehindAnotherRun) {
  workspace.Write(Customers() + Customers("", "b"));
  ApplyAndKill();
  EXPECT_THAT(emulator.Jobs(), SizeIs(1));
  ExpectSettled(2);
}

// What Terraform has saved is saved: only the run that was waiting is taken up.
TEST_F(KilledTest, AfterOneOfTwoLikeRunsWasSaved) {
  ER_NEEDS(kStateAtOnce);
  workspace.Write(Customers() +
                  Customers("depends_on = [entityresolution_id_mapping_job_run.a]\n", "b"));
  Process apply = ApplyUntilItWaits();
  emulator.Finish(Job(1));
  emulator.AwaitJobs(2);
  const int looks = emulator.Calls("GetIdMappingJob");
  emulator.AwaitCalls("GetIdMappingJob", looks + 2);
  Kill(apply);
  EXPECT_EQ(JobOf("a"), Job(1));
  ExpectSettled(2);
  EXPECT_EQ(JobOf("b"), Job(2));
}

// ---- By the commands that come next.

TEST_F(KilledTest, AndAppliedWithoutARefresh) {
  ApplyAndKill();
  ExpectSettled(1, {"-refresh=false"});
}

TEST_F(KilledTest, AndAppliedWithATarget) {
  ApplyAndKill();
  ExpectSettled(1, {"-target=entityresolution_id_mapping_job_run.a"});
}

TEST_F(KilledTest, AndAppliedFromAPlanOfBefore) {
  EXPECT_EQ(workspace.Plan({"-out=saved"}).code, 2);
  Process apply = workspace.Start({"apply", "-input=false", "-no-color", "saved"});
  emulator.AwaitCalls("GetIdMappingJob", 2);
  Kill(apply);
  EndJobs();
  EXPECT_THAT(workspace.Run({"apply", "-input=false", "-no-color", "saved"}), Succeeds());
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
  EXPECT_THAT(emulator.Jobs(), SizeIs(1));
}

TEST_F(KilledTest, AndPlannedManyTimes) {
  ApplyAndKill();
  for (int plan = 0; plan < 3; ++plan) {
    EXPECT_THAT(workspace.Plan(), Says("Takes Up an ID Mapping Job"));
  }
  EXPECT_EQ(workspace.Plan({"-destroy"}).code, 0) << "there is nothing in the state";
  ExpectSettled(1);
}

TEST_F(KilledTest, AndTheStateFileIsLost) {
  EXPECT_THAT(workspace.Plan(), Plans("1 to add"));
  ApplyAndKill();
  std::filesystem::remove(workspace.folder() + "/terraform.tfstate");
  ExpectSettled(1);
}

TEST_F(KilledTest, AndAlikeRunsAreAddedThatHaveJobsOfTheirOwn) {
  emulator.SetConfig({{"quota", 5}});
  ApplyAndKill();
  workspace.Write(Customers("count = 3\n"));
  ExpectSettled(3);
}

TEST_F(KilledTest, ThreeLikeRunsAndEachHasItsOwn) {
  emulator.SetConfig({{"quota", 5}});
  workspace.Write("provider \"entityresolution\" {\n  max_concurrent_jobs = 3\n}\n" +
                  Customers("count = 3\n"));
  Process apply = workspace.StartApply();
  emulator.AwaitJobs(3);
  const int polls = emulator.Calls("ListIdMappingJobs");
  emulator.AwaitCalls("ListIdMappingJobs", polls + 2);
  Kill(apply);
  ExpectSettled(3);
  EXPECT_THAT(workspace.JobIds(), UnorderedElementsAre(Job(1), Job(2), Job(3)));
}

TEST_F(KilledTest, ThreeLikeRunsInMidStart) {
  emulator.SetConfig({{"quota", 5}});
  workspace.Write("provider \"entityresolution\" {\n  max_concurrent_jobs = 3\n}\n" +
                  Customers("count = 3\n"));
  json fault = Slow("slow", "StartIdMappingJob");
  fault["after"] = 1;
  emulator.Fault(fault);
  KillAfter("StartIdMappingJob", 2);
  ExpectSettled(3);
}

TEST_F(KilledTest, AndImportedByABlockItIsNoOtherRuns) {
  ApplyAndKill();
  EndJobs();
  workspace.Write(Customers() + absl::StrCat("import {\n  to = "
                                             "entityresolution_id_mapping_job_run.a\n  id = "
                                             "\"customers/",
                                             Job(1), "\"\n}\n"));
  ExpectSettled(1);
}

TEST_F(KilledTest, AndImportedByCommandWhileALikeRunIsAdded) {
  ApplyAndKill();
  EndJobs();
  EXPECT_THAT(workspace.Import("a", "customers/" + Job(1)), Succeeds());
  workspace.Write(Customers() + Customers("", "b"));
  ExpectSettled(2);
  EXPECT_EQ(JobOf("a"), Job(1));
}

TEST_F(KilledTest, AndAppliedAfterADay) {
  ApplyAndKill();
  Age(absl::Hours(23));
  ExpectSettled(1);
}

// Whoever takes a note up holds it from then on.
TEST_F(KilledTest, AndKilledAgainADayLaterAndAppliedADayAfterThat) {
  ApplyAndKill();
  Age(absl::Hours(23));
  ApplyAndKill();
  Age(absl::Hours(23));
  ExpectSettled(1);
}

TEST_F(KilledTest, AndForgottenForTwoDaysTheOldJobIsNamed) {
  emulator.SetConfig({{"quota", 2}});
  ApplyAndKill();
  Age(absl::Hours(49));
  const Outcome applied = ExpectSettled(2);
  EXPECT_THAT(applied, Says("Old Note in the Journal Dropped"));
  EXPECT_THAT(applied, Says(Job(1)));
}

// ---- By what the service shows.

TEST_F(KilledTest, AndTheServiceDoesNotShowTheJobForAWhile) {
  ApplyAndKill();
  emulator.Fault({{"kind", "not-found"}, {"operation", "GetIdMappingJob"}, {"times", 12}});
  EXPECT_THAT(ExpectSettled(1), Says("Took Up an ID Mapping Job"));
}

TEST_F(KilledTest, AndTheServiceNeverShowsTheJobAgain) {
  ApplyAndKill();
  emulator.Fault({{"kind", "not-found"}, {"operation", "GetIdMappingJob"}, {"times", 0}});
  const Outcome applied = workspace.Apply();
  EXPECT_THAT(applied, FailsWith("ID Mapping Job Not Found"));
  EXPECT_THAT(applied, Says(Job(1)));
  EXPECT_THAT(applied, Says("import it")) << "a way out";
  EXPECT_THAT(applied, Says("note-")) << "the other way out";
  EXPECT_THAT(emulator.Jobs(), SizeIs(1));
  // It is found after all.
  emulator.Ask("DELETE", "faults");
  ExpectSettled(1);
}

TEST_F(KilledTest, AndTheNoteIsRemovedByHandAsTheErrorSaid) {
  emulator.SetConfig({{"quota", 2}});
  ApplyAndKill();
  emulator.Fault({{"kind", "not-found"}, {"operation", "GetIdMappingJob"}, {"times", 0}});
  const Outcome applied = workspace.Apply();
  const std::size_t begin = applied.text.find("note-");
  ASSERT_NE(begin, std::string::npos) << applied;
  const std::string note = applied.text.substr(begin, 21);
  EXPECT_EQ(std::filesystem::remove_all(workspace.folder() +
                                        "/.terraform/entityresolution-journal/" + note),
            3U);
  emulator.Ask("DELETE", "faults");
  ExpectSettled(2);
}

TEST_F(KilledTest, AndTheRecordIsPurged) {
  ApplyAndKill();
  EndJobs();
  emulator.Purge();
  EXPECT_THAT(workspace.Apply(), FailsWith("ID Mapping Job Not Found"));
  EXPECT_THAT(emulator.Jobs(), SizeIs(1));
}

TEST_F(KilledTest, AndTheJobFailsTheFailureIsReportedOnce) {
  ApplyAndKill();
  emulator.Finish(Job(1), "FAILED", "The role may not read.");
  EXPECT_THAT(workspace.Apply(), FailsWith("The role may not read."));
  EXPECT_TRUE(workspace.IsTainted("a"));
  ExpectSettled(2);
  EXPECT_EQ(JobOf("a"), Job(2));
}

TEST_F(KilledTest, AndNobodyMayLookAtTheJob) {
  Configure(kShort);
  ApplyAndKill();
  emulator.Fault({{"kind", "access-denied"}, {"operation", "GetIdMappingJob"}, {"times", 0}});
  EXPECT_THAT(workspace.Apply(), FailsWith("AccessDeniedException"));
  EXPECT_THAT(emulator.Jobs(), SizeIs(1));
  emulator.Ask("DELETE", "faults");
  ExpectSettled(1);
}

TEST_F(KilledTest, AndNobodyMayLookAtTheListInMidStart) {
  emulator.Fault(Slow("slow", "StartIdMappingJob"));
  KillAfter("StartIdMappingJob", 1);
  Configure(kShort);
  emulator.Fault({{"kind", "access-denied"}, {"operation", "ListIdMappingJobs"}, {"times", 0}});
  const Outcome applied = workspace.Apply();
  EXPECT_THAT(applied, FailsWith("Grant entityresolution:ListIdMappingJobs"));
  EXPECT_THAT(emulator.Jobs(), SizeIs(1));
  emulator.Ask("DELETE", "faults");
  Configure("");  // to make sure takes a minute
  ExpectSettled(1);
}

TEST_F(KilledTest, InMidStartAndSomebodyElseStartsOneMeanwhile) {
  emulator.SetConfig({{"quota", 5}});
  emulator.Fault({{"kind", "500-before"}, {"operation", "StartIdMappingJob"}});
  KillAfter("StartIdMappingJob", 1);
  // Of other settings: it is not what was asked for, and whether that was started nobody knows.
  emulator.Ask(
      "POST", "jobs",
      {{"workflow", "customers"},
       {"region", "eu-west-1"},
       {"jobType", "BATCH"},
       {"outputSourceConfig",
        {{{"roleArn", "arn:aws:iam::123456789012:role/r"}, {"outputS3Path", "s3://theirs/"}}}}});
  Configure(R"(
    output_source_config {
      role_arn       = "arn:aws:iam::123456789012:role/r"
      output_s3_path = "s3://ours/"
    })");
  EndJobs();
  EXPECT_THAT(workspace.Apply(), Succeeds()) << "another run than the one that was killed";
  EXPECT_THAT(emulator.Jobs(), SizeIs(2));
}

// ---- An answer that is lost, while everything lives.

class LostTest : public HistoryTest {
 protected:
  LostTest() {
    emulator.SetConfig({{"job_duration", "20ms"}});
    emulator.Fault({{"kind", "cut-after"}, {"operation", "StartIdMappingJob"}});
  }
};

TEST_F(LostTest, AndTheServiceTellsOfTheJobInItsOwnWords) {
  Configure(R"(
    output_source_config {
      role_arn       = "arn:aws:iam::123456789012:role/r"
      output_s3_path = "s3://bucket/out"
    })");
  emulator.Fault({{"kind", "altered"},
                  {"operation", "GetIdMappingJob"},
                  {"times", 0},
                  {"members",
                   {{"outputSourceConfig",
                     {{{"roleArn", "arn:aws:iam::123456789012:role/r"},
                       {"outputS3Path", "s3://bucket/out/"},
                       {"KMSArn", "arn:aws:kms:eu-west-1:123456789012:key/1"},
                       {"encryption", "its own"}}}}}}});
  ExpectSettled(1);
  EXPECT_EQ(emulator.Calls("StartIdMappingJob"), 1);
}

TEST_F(LostTest, AndTheServiceTellsLessThanWasAsked) {
  Configure(R"(
    job_type = "BATCH"
    output_source_config {
      role_arn       = "arn:aws:iam::123456789012:role/r"
      output_s3_path = "s3://bucket/out"
    })");
  emulator.Fault({{"kind", "altered"},
                  {"operation", "GetIdMappingJob"},
                  {"times", 1},
                  {"members", {{"outputSourceConfig", nullptr}, {"jobType", nullptr}}}});
  ExpectSettled(1);
  EXPECT_EQ(emulator.Calls("StartIdMappingJob"), 1);
}

// The job has started before it was sent, by the clocks of the service.
class SkewedTest : public LostTest, public testing::WithParamInterface<int> {};

TEST_P(SkewedTest, TheClockThatStampsJobsIsNotTheClockOfTheAnswers) {
  const double now = absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch());
  for (const char* operation : {"GetIdMappingJob", "ListIdMappingJobs"}) {
    emulator.Fault({{"kind", "altered"},
                    {"operation", operation},
                    {"times", 0},
                    {"members", {{"startTime", now + GetParam()}}}});
  }
  ExpectSettled(1);
  EXPECT_EQ(emulator.Calls("StartIdMappingJob"), 1);
}

INSTANTIATE_TEST_SUITE_P(BySeconds, SkewedTest, testing::Values(-50, -8, 8, 50),
                         [](const auto& test) {
                           return absl::StrCat(test.param < 0 ? "Behind" : "Ahead",
                                               std::abs(test.param));
                         });

// The lost job was imported meanwhile: it is that object's, and a replacement starts a new one.
TEST_F(LostTest, AndInterruptedAndItsJobIsImported) {
  emulator.SetConfig({{"job_duration", "inf"}, {"list_lag", "inf"}, {"quota", 5}});
  Process apply = workspace.StartApply();
  emulator.AwaitCalls("ListIdMappingJobs", 2);
  apply.Interrupt();
  EXPECT_THAT(Workspace::Await(apply), FailsWith("Unknown Whether an ID Mapping Job Was Started"));
  EndJobs();
  emulator.SetConfig({{"list_lag", "0s"}});
  EXPECT_THAT(workspace.Import("a", "customers/" + Job(1)), Succeeds());
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_THAT(emulator.Jobs(), SizeIs(1));
  const Outcome replaced = workspace.Apply({"-replace=entityresolution_id_mapping_job_run.a"});
  EXPECT_THAT(replaced, Succeeds());
  EXPECT_THAT(emulator.Jobs(), SizeIs(2));
  EXPECT_EQ(JobOf("a"), Job(2));
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
}

TEST_F(LostTest, AndInterruptedTheNextApplyFindsTheJob) {
  emulator.SetConfig({{"list_lag", "300ms"}});
  Process apply = workspace.StartApply();
  emulator.AwaitCalls("ListIdMappingJobs", 2);
  apply.Interrupt();
  Workspace::Await(apply);
  ExpectSettled(1);
}

TEST_F(LostTest, ForTheWholeOfTheTime) {
  Configure(kShort);
  emulator.SetConfig({{"list_lag", "500ms"}});
  EXPECT_THAT(workspace.Apply(), FailsWith("Unknown Whether an ID Mapping Job Was Started"));
  Configure("");
  ExpectSettled(1);
}

// ---- A disk that takes nothing.

TEST_F(KilledTest, NothingStaysBehindWhereNothingCanBeWritten) {
  workspace.RunProviderBy("trap '' XFSZ\nulimit -f 0\nexec $PROVIDER \"$@\"");
  EndJobs();
  const Outcome applied = workspace.Apply();
  EXPECT_THAT(applied, Succeeds());
  EXPECT_THAT(applied, Says("No Journal of ID Mapping Jobs"));
  const std::string journal = workspace.folder() + "/.terraform/entityresolution-journal";
  std::vector<std::string> left;
  for (const auto& entry : std::filesystem::directory_iterator(journal)) {
    if (entry.path().filename() != ".clock") left.push_back(entry.path().filename());
  }
  EXPECT_THAT(left, IsEmpty());
}

}  // namespace
}  // namespace er::acceptance
