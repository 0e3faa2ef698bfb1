// Two machines that share nothing but a bucket, and of which one vanishes: the journal in S3, held
// against what it promises, calls included.
#include "absl/strings/str_cat.h"
#include "acceptance/history_test.h"
#include "acceptance/state_server.h"

namespace er::acceptance {
namespace {

using nlohmann::json;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr char kBucket[] = "journal";

// What an apply costs that has no runs, and what each run adds.
constexpr int kCallsOfAProcess = 4;
constexpr int kCallsOfARun = 8;

class VanishedMachineTest : public HistoryTest {
 protected:
  VanishedMachineTest() {
    emulator.PutBucket(kBucket, {{"region", "eu-west-1"}});
    for (Workspace* machine : {&workspace, &second}) KeepJournalIn(*machine, "prod");
    second.Write(Customers());
  }

  void KeepJournalIn(Workspace& machine, const std::string& prefix) {
    machine.Set("TF_ENTITYRESOLUTION_JOURNAL", absl::StrCat("s3://", kBucket, "/", prefix));
    machine.Set("AWS_ENDPOINT_URL_S3", emulator.url());
  }

  static std::string NewMachine(const std::string& folder) {
    std::filesystem::create_directory(folder);
    return folder;
  }

  // The state is where both find it.
  void ShareState(const std::string& name = "prod") {
    const std::string backend =
        absl::StrCat("\"http\" {\n address = \"", states_.url(name), "\"\n}");
    workspace.UseBackend(backend);
    second.UseBackend(backend);
  }

  // The notes whose job may still be taken up.
  std::vector<json> NotesInBucket() { return Open(emulator.Notes(kBucket, "prod/")); }

  // As many calls of S3 as came to the bucket since the calls were last forgotten.
  int CallsOfS3() {
    int calls = 0;
    for (const char* operation : {"ListObjectsV2", "GetObject", "PutObject", "DeleteObject"}) {
      calls += emulator.Calls(operation);
    }
    return calls;
  }

  StateServer states_;
  Workspace second{NewMachine(folder_ + "/second"), emulator.url()};
};

// ---- What the first machine has started, the second finishes.

TEST_F(VanishedMachineTest, InMidWaitAndTheStateWithIt) {
  ApplyAndKill(workspace);
  const Outcome applied = ExpectSettled(second, 1);
  EXPECT_THAT(applied, Says("Took Up an ID Mapping Job"));
  EXPECT_EQ(emulator.Calls("StartIdMappingJob"), 1);
  EXPECT_THAT(NotesInBucket(), IsEmpty());
}

TEST_F(VanishedMachineTest, InMidWaitAndTheStateIsKept) {
  ShareState();
  ApplyAndKill(workspace);
  ExpectSettled(second, 1);
  EXPECT_EQ(second.Attributes("a")["job_id"], Job(1));
}

TEST_F(VanishedMachineTest, InMidPost) {
  emulator.Fault({{"kind", "slow"}, {"operation", "StartIdMappingJob"}, {"delay", "1m"}});
  Process apply = workspace.StartApply();
  emulator.AwaitCalls("StartIdMappingJob", 1);
  Kill(apply);
  ExpectSettled(second, 1);
  EXPECT_EQ(emulator.Calls("StartIdMappingJob"), 1);
}

TEST_F(VanishedMachineTest, InMidPostOfAStartThatNeverArrives) {
  emulator.Fault({{"kind", "500-before"}, {"operation", "StartIdMappingJob"}});
  Process apply = workspace.StartApply();
  emulator.AwaitCalls("StartIdMappingJob", 1);
  Kill(apply);
  EXPECT_THAT(emulator.Jobs(), IsEmpty());
  ExpectSettled(second, 1);
}

TEST_F(VanishedMachineTest, BetweenTheAnswerAndTheState) {
  Process apply = ApplyUntilItWaits(workspace);
  apply.Signal(SIGSTOP);
  EndJobs();
  while (NotesInBucket().at(0).at("state") != "ANSWERED") absl::SleepFor(absl::Milliseconds(5));
  Kill(apply);
  EXPECT_TRUE(workspace.Attributes("a").is_null());
  ExpectSettled(second, 1);
  EXPECT_EQ(emulator.Calls("StartIdMappingJob"), 1);
}

TEST_F(VanishedMachineTest, AfterATimeOutInTheMiddleOfTheReplacement) {
  ShareState();
  for (Workspace* machine : {&workspace, &second}) machine->Write(Customers(kShort));
  EXPECT_THAT(workspace.Apply(), FailsWith("Timeout While Waiting for the ID Mapping Job"));
  ApplyAndKill(second);  // the delete half came first
  ExpectSettled(workspace, 1);
}

TEST_F(VanishedMachineTest, TheUploadOfTheStateFailsAndTheRunnerGoes) {
  ShareState();
  Process apply = ApplyUntilItWaits(workspace);
  states_.RefuseUploads(true);
  EndJobs();
  EXPECT_THAT(Workspace::Await(apply), FailsWith("state"));
  states_.RefuseUploads(false);
  const Outcome applied = ExpectSettled(second, 1);
  EXPECT_THAT(applied, Says("Took Up an ID Mapping Job"));
}

TEST_F(VanishedMachineTest, OneAfterTheOther) {
  for (int turn = 0; turn < 2; ++turn) {
    ApplyAndKill(workspace);
    ApplyAndKill(second);
  }
  ExpectSettled(workspace, 1);
  EXPECT_EQ(emulator.Calls("StartIdMappingJob"), 1);
}

// ---- Both are alive.

// Stands still for longer than its lease, and wakes up when another has taken its run up.
TEST_F(VanishedMachineTest, TheFirstOnlySleeps) {
  Process first = ApplyUntilItWaits(workspace);
  const std::vector<pid_t> plugins = first.Children(kProvider);
  first.Signal(SIGSTOP);
  for (const pid_t plugin : plugins) kill(plugin, SIGSTOP);
  Process apply = ApplyUntilItWaits(second);
  for (const pid_t plugin : plugins) kill(plugin, SIGCONT);
  first.Signal(SIGCONT);
  EndJobs();
  EXPECT_THAT(Workspace::Await(apply), Succeeds());
  EXPECT_THAT(Workspace::Await(first),
              FailsWith("Another Process Has Taken Over This ID Mapping Job Run"));
  EXPECT_THAT(emulator.Jobs(), SizeIs(1));
  EXPECT_THAT(second.JobIds(), UnorderedElementsAre(Job(1)));
  EXPECT_THAT(workspace.JobIds(), IsEmpty());
}

// It sleeps in the moment before the start is sent.
TEST_F(VanishedMachineTest, TheFirstSleepsBeforeItSends) {
  emulator.Fault({{"kind", "slow"}, {"operation", "ListIdMappingJobs"}, {"delay", "1s"}});
  Process first = workspace.StartApply();
  emulator.AwaitCalls("ListIdMappingJobs", 1);
  const std::vector<pid_t> plugins = first.Children(kProvider);
  for (const pid_t plugin : plugins) kill(plugin, SIGSTOP);
  Process apply = ApplyUntilItWaits(second);
  for (const pid_t plugin : plugins) kill(plugin, SIGCONT);
  EndJobs();
  EXPECT_THAT(Workspace::Await(apply), Succeeds());
  Workspace::Await(first);
  EXPECT_LE(emulator.Jobs().size(), 2U) << "two states, a run each";
  std::vector<std::string> ids = workspace.JobIds();
  for (const std::string& id : second.JobIds()) ids.push_back(id);
  EXPECT_THAT(emulator.JobIds(), testing::UnorderedElementsAreArray(ids))
      << "none lost, none twice";
}

TEST_F(VanishedMachineTest, TwoConfigurationsShareABucket) {
  emulator.SetConfig({{"quota", 5}});
  KeepJournalIn(second, "other");
  Process first = ApplyUntilItWaits(workspace);
  Process apply = ApplyUntilItWaits(second);
  EndJobs();
  EXPECT_THAT(Workspace::Await(first), Succeeds());
  EXPECT_THAT(Workspace::Await(apply), Succeeds());
  EXPECT_THAT(emulator.Jobs(), SizeIs(2));
  EXPECT_NE(workspace.JobIds(), second.JobIds());
}

// The same prefix, but two states in backends: the scope tells them apart.
TEST_F(VanishedMachineTest, TwoStatesShareAPrefixAndOneIsKilled) {
  emulator.SetConfig({{"quota", 5}});
  workspace.UseBackend(absl::StrCat("\"http\" {\n address = \"", states_.url("one"), "\"\n}"));
  second.UseBackend(absl::StrCat("\"http\" {\n address = \"", states_.url("two"), "\"\n}"));
  ApplyAndKill(workspace);
  EndJobs();
  EXPECT_THAT(second.Apply(), Succeeds());
  EXPECT_THAT(emulator.Jobs(), SizeIs(2));
  ExpectSettled(workspace, 2);
  EXPECT_EQ(workspace.JobIds(), std::vector{Job(1)});
  EXPECT_EQ(second.JobIds(), std::vector{Job(2)});
}

// ---- A store that cannot do it starts nothing; one that fails later harms nothing.

class UnusableBucketTest : public VanishedMachineTest {
 protected:
  Outcome ExpectNothingStarted() {
    emulator.SetConfig({{"job_duration", "20ms"}});
    const Outcome applied = workspace.Apply();
    EXPECT_EQ(applied.code, 1);
    EXPECT_THAT(applied, Says("No job was started"));
    EXPECT_THAT(applied, Says(kBucket));
    EXPECT_THAT(emulator.Jobs(), IsEmpty());
    return applied;
  }
};

TEST_F(UnusableBucketTest, ThereIsNoSuchBucket) {
  emulator.DeleteBucket(kBucket);
  EXPECT_THAT(ExpectNothingStarted(), Says("NoSuchBucket"));
}

TEST_F(UnusableBucketTest, ItCannotBeReached) {
  workspace.Set("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1");
  ExpectNothingStarted();
}

TEST_F(UnusableBucketTest, ItMayNotBeListed) {
  emulator.Fault({{"kind", "access-denied"}, {"operation", "ListObjectsV2"}, {"times", 0}});
  EXPECT_THAT(ExpectNothingStarted(), Says("s3:ListBucket"));
}

TEST_F(UnusableBucketTest, ItMayNotBeWritten) {
  emulator.Fault({{"kind", "access-denied"}, {"operation", "PutObject"}, {"times", 0}});
  EXPECT_THAT(ExpectNothingStarted(), Says("s3:PutObject"));
}

TEST_F(UnusableBucketTest, ItRefusesConditions) {
  emulator.SetConfig({{"put_conditions", "refused"}});
  ExpectNothingStarted();
}

TEST_F(UnusableBucketTest, ItWritesAsIfThereWereNoConditions) {
  emulator.SetConfig({{"put_conditions", "ignored"}});
  EXPECT_THAT(ExpectNothingStarted(), Says("condition"));
}

TEST_F(UnusableBucketTest, NothingMayBeDeletedThereButTheRunIsRight) {
  emulator.Fault({{"kind", "access-denied"}, {"operation", "DeleteObject"}, {"times", 0}});
  EndJobs();
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
  EXPECT_THAT(emulator.Jobs(), SizeIs(1));
}

TEST_F(UnusableBucketTest, ItGoesWhileTheJobRuns) {
  Process apply = ApplyUntilItWaits(workspace);
  emulator.DeleteBucket(kBucket);
  EndJobs();
  const Outcome applied = Workspace::Await(apply);
  EXPECT_THAT(applied, Succeeds());
  EXPECT_EQ(workspace.JobIds(), std::vector{Job(1)});
  EXPECT_FALSE(workspace.IsTainted("a"));
}

// Answers of S3 that are lost, late or refused now and then change nothing.
TEST_F(VanishedMachineTest, TheBucketFailsNowAndThen) {
  EndJobs();
  emulator.Ask("POST", "faults",
               {{"random",
                 {{"seed", 11},
                  {"rate", 0.2},
                  {"operations", {"ListObjectsV2", "GetObject", "PutObject", "DeleteObject"}},
                  {"kinds", {"cut-before", "cut-after", "500-after", "503-before", "throttle"}}}}});
  for (int round = 0; round < 3; ++round) {
    workspace.Write(Customers(absl::StrCat("triggers = { round = \"", round, "\" }\n")));
    EXPECT_THAT(workspace.Apply(), Succeeds());
    EXPECT_THAT(emulator.Jobs(), SizeIs(static_cast<std::size_t>(round) + 1));
  }
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
}

// ---- What it costs.

TEST_F(VanishedMachineTest, ARunCostsEightCallsAtMostAndAProcessFour) {
  EndJobs();
  for (const int runs : {1, 10}) {
    workspace.Write(Customers(
        absl::StrCat("count = ", runs, "\ntriggers = { of = \"", runs, " ${count.index}\" }\n")));
    EXPECT_EQ(workspace.Plan({"-out=saved"}).code, 2);
    emulator.ForgetCalls();
    const absl::Time begin = absl::Now();
    EXPECT_THAT(workspace.Run({"apply", "-input=false", "-no-color", "saved"}), Succeeds());
    // A lease of three seconds, since the clock of the test is fast: renewed each second.
    const int renewals = static_cast<int>(absl::ToInt64Seconds(absl::Now() - begin)) + 1;
    const int calls = CallsOfS3();
    EXPECT_LE(calls, kCallsOfAProcess + kCallsOfARun * runs + renewals) << runs << " runs";
    RecordProperty(absl::StrCat("calls_of_s3_for_", runs), calls);
  }
}

TEST_F(VanishedMachineTest, APlanOfFinishedRunsReadsTheJournalOnce) {
  EndJobs();
  workspace.Write(Customers("count = 5\n"));
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
  emulator.ForgetCalls();
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
  EXPECT_EQ(emulator.Calls("ListObjectsV2"), 1);
}

// What has served goes, so that a bucket does not fill up.
TEST_F(VanishedMachineTest, NothingStaysInTheBucket) {
  EndJobs();
  for (int round = 0; round < 2; ++round) {
    workspace.Write(Customers(absl::StrCat("triggers = { round = \"", round, "\" }\n")));
    EXPECT_THAT(workspace.Apply(), Succeeds());
  }
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
  EXPECT_THAT(NotesInBucket(), IsEmpty());
}

}  // namespace
}  // namespace er::acceptance
