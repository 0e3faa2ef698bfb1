// What makes two runs the same: not their spelling, neither for a plan nor after an apply that was
// cut short.
#include "absl/strings/str_cat.h"
#include "acceptance/history_test.h"

namespace er::acceptance {
namespace {

using ::testing::SizeIs;

constexpr char kArn[] =
    "arn:aws:entityresolution:eu-west-1:123456789012:idmappingworkflow/customers";

// A run as it was asked for at first, and the same in other words.
struct Spelling {
  const char* name;
  std::string before;
  std::string after;

  friend std::ostream& operator<<(std::ostream& out, const Spelling& test) {
    return out << test.name;
  }
};

std::string Output(const std::string& path) {
  return absl::StrCat("output_source_config {\n role_arn = \"arn:aws:iam::123456789012:role/r\"\n",
                      " output_s3_path = \"", path, "\"\n}\n");
}

// `told`: also those that are the same only by what the service has told of the job.
std::vector<Spelling> Spellings(bool told) {
  const std::string plain = "workflow_name = \"customers\"\n";
  const std::string arn = absl::StrCat("workflow_name = \"", kArn, "\"\n");
  // What the workflow writes to anyway.
  const std::string own =
      "output_source_config {\n"
      " role_arn = \"arn:aws:iam::123456789012:role/entityresolution-emulator\"\n"
      " output_s3_path = \"s3://entityresolution-emulator/customers/\"\n}\n";
  const std::string region = "region = \"eu-west-1\"\n";
  const std::string bare = Output("s3://bucket/out");
  const std::string slash = Output("s3://bucket/out/");
  std::vector<Spelling> spellings = {
      {"NameAndArn", plain, arn},
      {"ArnAndName", arn, plain},
      {"TheSlashOfAnOutput", plain + bare, plain + slash},
      {"NoTriggersAndEmptyOnes", plain, plain + "triggers = {}\n"},
      {"EmptyTriggersAndNone", plain + "triggers = {}\n", plain},
      {"TheRegionThatItHad", plain, plain + region},
      {"AllOfThat", plain + bare, arn + slash + "triggers = {}\n" + region}};
  if (told) {
    spellings.push_back({"ItsOwnOutput", plain, plain + own});
    spellings.push_back({"TheJobTypeThatItHad", plain, plain + "job_type = \"BATCH\"\n"});
    spellings.push_back({"AllAtOnce", plain, arn + own + "triggers = {}\n" + region});
  }
  return spellings;
}

class SameRunTest : public HistoryTest, public testing::WithParamInterface<Spelling> {
 protected:
  void Write(const std::string& body, const std::string& more = "") {
    workspace.Write(JobRun("a", absl::StrCat(body, more)));
  }
};

// One that dies before the service has told anything of its job.
class KilledRunTest : public SameRunTest {};

TEST_P(SameRunTest, IsNotReplacedWhenItHasFinished) {
  emulator.SetConfig({{"job_duration", "20ms"}});
  Write(GetParam().before);
  EXPECT_THAT(workspace.Apply(), Succeeds());
  Write(GetParam().after);
  const Outcome applied = workspace.Apply();
  EXPECT_THAT(applied, Succeeds());
  EXPECT_THAT(applied, Says("0 added"));
  EXPECT_THAT(applied, Says("0 destroyed"));
  ExpectSettled(1);
}

TEST_P(SameRunTest, IsTakenUpAfterATimeOut) {
  Write(GetParam().before, kShort);
  ApplyAndTimeOut();
  Write(GetParam().after, kShort);
  EXPECT_THAT(workspace.Plan(), Says("Takes Up an ID Mapping Job"));
  EXPECT_THAT(ExpectSettled(1), Says("Took Up an ID Mapping Job"));
}

TEST_P(SameRunTest, IsTakenUpAfterATimeOutWhereTheReplacementComesFirst) {
  Write(GetParam().before, absl::StrCat(kShort, kCreateFirst));
  ApplyAndTimeOut();
  Write(GetParam().after, absl::StrCat(kShort, kCreateFirst));
  EXPECT_THAT(ExpectSettled(1), Says("Took Up an ID Mapping Job"));
}

TEST_P(KilledRunTest, IsTakenUp) {
  Write(GetParam().before);
  ApplyAndKill();
  Write(GetParam().after);
  EXPECT_THAT(workspace.Plan(), Says("Takes Up an ID Mapping Job"));
  EXPECT_THAT(ExpectSettled(1), Says("Took Up an ID Mapping Job"));
}

TEST_P(KilledRunTest, IsFoundWhereTheAnswerWasLostWithThePlugin) {
  emulator.Fault({{"kind", "slow"}, {"operation", "StartIdMappingJob"}, {"delay", "1m"}});
  Write(GetParam().before);
  Process apply = workspace.StartApply();
  emulator.AwaitJobs(1);
  Kill(apply);
  Write(GetParam().after);
  ExpectSettled(1);
}

TEST_P(SameRunTest, IsWaitedForAfterAnInterrupt) {
  Write(GetParam().before);
  ApplyAndInterrupt();
  Write(GetParam().after);
  ExpectSettled(1);
}

INSTANTIATE_TEST_SUITE_P(InOtherWords, SameRunTest, testing::ValuesIn(Spellings(true)),
                         [](const auto& test) { return std::string(test.param.name); });

INSTANTIATE_TEST_SUITE_P(InOtherWords, KilledRunTest, testing::ValuesIn(Spellings(false)),
                         [](const auto& test) { return std::string(test.param.name); });

// A run as it was asked for at first, and another.
class OtherRunTest : public SameRunTest {};

TEST_P(OtherRunTest, ReplacesAFinishedOneByANewJob) {
  emulator.SetConfig({{"job_duration", "20ms"}});
  Write(GetParam().before);
  EXPECT_THAT(workspace.Apply(), Succeeds());
  Write(GetParam().after);
  EXPECT_THAT(workspace.Plan(), Plans("1 to add, 0 to change, 1 to destroy"));
  ExpectSettled(2);
  EXPECT_EQ(JobOf("a"), Job(2));
}

TEST_P(OtherRunTest, StartsANewJobAfterAKillAndTheOldOneIsNotTakenUp) {
  emulator.SetConfig({{"quota", 2}});
  Write(GetParam().before);
  ApplyAndKill();
  Write(GetParam().after);
  EndJobs();
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_EQ(JobOf("a"), Job(2));
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
  EXPECT_THAT(emulator.Jobs(), SizeIs(2));
}

INSTANTIATE_TEST_SUITE_P(
    AskedFor, OtherRunTest,
    testing::Values(
        Spelling{"AnotherOutput", "workflow_name = \"customers\"\n",
                 "workflow_name = \"customers\"\n" + Output("s3://bucket/out/")},
        Spelling{"AnotherPath", "workflow_name = \"customers\"\n" + Output("s3://bucket/out/"),
                 "workflow_name = \"customers\"\n" + Output("s3://bucket/out2/")},
        Spelling{"AnotherTrigger", "workflow_name = \"customers\"\ntriggers = { v = \"1\" }\n",
                 "workflow_name = \"customers\"\ntriggers = { v = \"2\" }\n"},
        Spelling{"AnOutputNoMore", "workflow_name = \"customers\"\n" + Output("s3://bucket/out/"),
                 "workflow_name = \"customers\"\n"},
        Spelling{"ATriggerWhereThereWasNone", "workflow_name = \"customers\"\n",
                 "workflow_name = \"customers\"\ntriggers = { v = \"\" }\n"}),
    [](const auto& test) { return std::string(test.param.name); });

using ArnTest = HistoryTest;

TEST_F(ArnTest, OfAnotherAccountIsAnotherWorkflow) {
  emulator.SetConfig({{"job_duration", "20ms"}});
  const auto write = [&](const std::string& account) {
    workspace.Write(
        JobRun("a", absl::StrCat("workflow_name = \"arn:aws:entityresolution:eu-west-1:", account,
                                 ":idmappingworkflow/customers\"")));
  };
  write("123456789012");
  EXPECT_THAT(workspace.Apply(), Succeeds());
  write("210987654321");
  EXPECT_THAT(workspace.Plan(), Plans("1 to add, 0 to change, 1 to destroy"));
}

TEST_F(ArnTest, OfAnotherRegionIsAnotherWorkflow) {
  emulator.SetConfig({{"job_duration", "20ms"}});
  const auto write = [&](const std::string& region) {
    workspace.Write(JobRun(
        "a", absl::StrCat("region = \"", region, "\"\nworkflow_name = \"arn:aws:entityresolution:",
                          region, ":123456789012:idmappingworkflow/customers\"")));
  };
  write("eu-west-1");
  EXPECT_THAT(workspace.Apply(), Succeeds());
  write("us-east-1");
  EXPECT_THAT(workspace.Plan(), Plans("1 to add, 0 to change, 1 to destroy"));
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_THAT(emulator.Jobs(), SizeIs(2));
  EXPECT_EQ(emulator.Jobs()[1]["region"], "us-east-1");
}

TEST_F(ArnTest, OfAnotherRegionThanTheRunsIsRefusedBeforeAnythingIsAsked) {
  Configure("region = \"us-east-1\"");
  workspace.Write(
      JobRun("a", absl::StrCat("workflow_name = \"", kArn, "\"\nregion = \"us-east-1\"")));
  EXPECT_THAT(workspace.Run({"validate", "-no-color"}), FailsWith("Workflow of Another Region"));
  workspace.Write(JobRun("a", absl::StrCat("workflow_name = \"", kArn, "\"")));
  workspace.Set("AWS_REGION", "us-east-1");
  EXPECT_THAT(workspace.Plan(), FailsWith("Workflow of Another Region"));
  EXPECT_EQ(emulator.Calls(), 0);
}

}  // namespace
}  // namespace er::acceptance
