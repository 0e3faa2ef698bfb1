#include "run/settings.h"

#include <nlohmann/json.hpp>
#include <ostream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "unit/run/printing.h"

namespace er::run {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr char kArn[] = "arn:aws:entityresolution:eu-west-1:123456789012:idmappingworkflow/wf";

const Surroundings kAround{.kind = "id_mapping", .region = "eu-west-1", .account = "123456789012"};

Value Output(Value path, Value role = Value::Null(), Value key = Value::Null()) {
  return Value::Map{{"output_s3_path", std::move(path)},
                    {"role_arn", std::move(role)},
                    {"kms_arn", std::move(key)}};
}

// A run of the workflow `wf`, changed so.
Value RunOf(Value::Map change = {}) {
  Value::Map run{{"workflow_name", "wf"},     {"region", Value::Null()},
                 {"job_type", Value::Null()}, {"output_source_config", Value::Null()},
                 {"outputs", Value::Null()},  {"triggers", Value::Null()}};
  for (auto& [name, value] : change) run[name] = std::move(value);
  return run;
}

// ------------------------------------------------------------------------------------ the same

// The run that was, what its job was told to be, and the run that is asked for.
struct Row {
  const char* name;
  Value::Map had;
  Value::Map asked;
  std::vector<std::string> differences;
  Value::Map told{};
  Surroundings around = kAround;  // when it is asked for

  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

class Sameness : public testing::TestWithParam<Row> {};

TEST_P(Sameness, IsAsDefined) {
  const Row& row = GetParam();
  const Settings had = SettingsOf(RunOf(row.had), kAround);
  const Settings asked = SettingsOf(RunOf(row.asked), row.around);
  const Told told = ToldOf(RunOf(row.told));
  EXPECT_EQ(Differences(asked, had, told), row.differences);
  EXPECT_EQ(IsSame(asked, had, told), row.differences.empty());
  // A note says the same as what it was made of.
  EXPECT_EQ(Differences(ToSettings(ToJson(asked)), ToSettings(ToJson(had)), ToTold(ToJson(told))),
            row.differences);
}

const Value kNull = Value::Null();
const char kRole[] = "arn:aws:iam::123456789012:role/writer";
const char kKey[] = "arn:aws:kms:eu-west-1:123456789012:key/1";

Value Outputs(Value path, Value role = Value::Null(), Value key = Value::Null()) {
  return Value::List{Output(std::move(path), std::move(role), std::move(key))};
}

const Row kSpelledOtherwise[] = {
    {"WorkflowByArn", {}, {{"workflow_name", kArn}}, {}},
    {"WorkflowByNameAgain", {{"workflow_name", kArn}}, {}, {}},
    {"RegionNamed", {}, {{"region", "eu-west-1"}}, {}},
    {"RegionLeftOut", {{"region", "eu-west-1"}}, {}, {}},
    {"RegionOfTheRunNotOfTheProvider",
     {{"region", "us-east-1"}},
     {{"region", "us-east-1"}},
     {},
     {},
     {.kind = "id_mapping", .region = "eu-central-1", .account = "123456789012"}},
    {"TriggersEmpty", {}, {{"triggers", Value::Map{}}}, {}},
    {"TriggersLeftOut", {{"triggers", Value::Map{}}}, {}, {}},
    {"OutputEmpty", {}, {{"output_source_config", Value::List{}}}, {}},
    {"OutputOfNulls", {}, {{"output_source_config", Outputs(kNull)}}, {}},
    {"OutputOfEmptyTexts", {}, {{"output_source_config", Outputs("", "", "")}}, {}},
    {"SlashAtItsEnd",
     {{"output_source_config", Outputs("s3://b/out")}},
     {{"output_source_config", Outputs("s3://b/out/")}},
     {}},
    {"NoSlashAtItsEnd",
     {{"output_source_config", Outputs("s3://b/out/")}},
     {{"output_source_config", Outputs("s3://b/out")}},
     {}},
    {"KeyEmptyForNull",
     {{"output_source_config", Outputs("s3://b/out", kRole)}},
     {{"output_source_config", Outputs("s3://b/out", kRole, "")}},
     {}},
};

const Row kSame[] = {
    {"Nothing", {}, {}, {}},
    {"AllOfIt",
     {{"job_type", "BATCH"},
      {"output_source_config", Outputs("s3://b/out", kRole, kKey)},
      {"triggers", Value::Map{{"a", "1"}, {"b", "2"}}}},
     {{"triggers", Value::Map{{"b", "2"}, {"a", "1"}}},
      {"output_source_config", Outputs("s3://b/out", kRole, kKey)},
      {"job_type", "BATCH"}},
     {}},
    {"AnyJobType", {{"job_type", "BATCH"}}, {}, {}},
    {"TheJobTypeThatTheServiceChose", {}, {{"job_type", "BATCH"}}, {}, {{"job_type", "BATCH"}}},
    {"TheWorkflowsOwnOutput",
     {},
     {{"output_source_config", Outputs("s3://b/own", kRole)}},
     {},
     {{"outputs", Outputs("s3://b/own/", kRole)}}},
    {"AnAccountThatIsNotKnown",
     {{"workflow_name", kArn}},
     {},
     {},
     {},
     {.kind = "id_mapping", .region = "eu-west-1"}},
    {"TheAccountOfTheCaller", {}, {{"workflow_name", kArn}}, {}},
};

const Row kOther[] = {
    {"AnotherWorkflow", {}, {{"workflow_name", "wf2"}}, {"workflow_name"}},
    {"ItsNameInOtherCase", {}, {{"workflow_name", "WF"}}, {"workflow_name"}},
    {"AWorkflowOfAnotherAccount",
     {},
     {{"workflow_name", "arn:aws:entityresolution:eu-west-1:999999999999:idmappingworkflow/wf"}},
     {"workflow_name"}},
    {"AnotherCaller",
     {},
     {},
     {"workflow_name"},
     {},
     {.kind = "id_mapping", .region = "eu-west-1", .account = "999999999999"}},
    {"AnotherKind",
     {},
     {},
     {"workflow_name"},
     {},
     {.kind = "matching", .region = "eu-west-1", .account = "123456789012"}},
    {"AnotherRegion", {}, {{"region", "eu-west-2"}}, {"region"}},
    {"AnotherRegionOfTheProvider",
     {},
     {},
     {"region"},
     {},
     {.kind = "id_mapping", .region = "eu-west-2", .account = "123456789012"}},
    {"AnotherJobType", {{"job_type", "BATCH"}}, {{"job_type", "INCREMENTAL"}}, {"job_type"}},
    {"AnotherJobTypeThanTheServiceChose",
     {},
     {{"job_type", "INCREMENTAL"}},
     {"job_type"},
     {{"job_type", "BATCH"}}},
    {"AJobTypeBeforeTheServiceHasSaidIt", {}, {{"job_type", "BATCH"}}, {"job_type"}},
    {"AnOutput", {}, {{"output_source_config", Outputs("s3://b/out")}}, {"output_source_config"}},
    {"NoOutput", {{"output_source_config", Outputs("s3://b/out")}}, {}, {"output_source_config"}},
    {"AnotherPath",
     {{"output_source_config", Outputs("s3://b/out")}},
     {{"output_source_config", Outputs("s3://b/Out")}},
     {"output_source_config"}},
    {"AnotherRole",
     {{"output_source_config", Outputs("s3://b/out", kRole)}},
     {{"output_source_config", Outputs("s3://b/out", "arn:aws:iam::123456789012:role/other")}},
     {"output_source_config"}},
    {"AKey",
     {{"output_source_config", Outputs("s3://b/out", kRole)}},
     {{"output_source_config", Outputs("s3://b/out", kRole, kKey)}},
     {"output_source_config"}},
    {"ASecondOutput",
     {{"output_source_config", Outputs("s3://b/out")}},
     {{"output_source_config", Value::List{Output("s3://b/out"), Output("s3://b/two")}}},
     {"output_source_config"}},
    {"AnotherOutputThanTheWorkflowsOwn",
     {},
     {{"output_source_config", Outputs("s3://b/other", kRole)}},
     {"output_source_config"},
     {{"outputs", Outputs("s3://b/own", kRole)}}},
    {"ATrigger", {}, {{"triggers", Value::Map{{"a", "1"}}}}, {"triggers"}},
    {"NoTrigger", {{"triggers", Value::Map{{"a", "1"}}}}, {}, {"triggers"}},
    {"AnotherTrigger",
     {{"triggers", Value::Map{{"a", "1"}}}},
     {{"triggers", Value::Map{{"a", "2"}}}},
     {"triggers"}},
    {"ATriggerOfAnotherName",
     {{"triggers", Value::Map{{"a", "1"}}}},
     {{"triggers", Value::Map{{"b", "1"}}}},
     {"triggers"}},
    {"AnEmptyTrigger", {}, {{"triggers", Value::Map{{"a", ""}}}}, {"triggers"}},
    {"ATriggerThatIsNull",
     {{"triggers", Value::Map{{"a", ""}}}},
     {{"triggers", Value::Map{{"a", kNull}}}},
     {"triggers"}},
    {"TriggersThatOnlyReadAlike",
     {{"triggers", Value::Map{{"a", "1\",\"b\":\"2"}}}},
     {{"triggers", Value::Map{{"a", "1"}, {"b", "2"}}}},
     {"triggers"}},
    {"AllOfIt",
     {{"job_type", "BATCH"}},
     {{"workflow_name", "wf2"},
      {"region", "eu-west-2"},
      {"job_type", "INCREMENTAL"},
      {"output_source_config", Outputs("s3://b/out")},
      {"triggers", Value::Map{{"a", "1"}}}},
     {"workflow_name", "region", "job_type", "output_source_config", "triggers"}},
};

std::string NameOf(const testing::TestParamInfo<Row>& row) { return row.param.name; }
INSTANTIATE_TEST_SUITE_P(SpelledOtherwise, Sameness, testing::ValuesIn(kSpelledOtherwise), NameOf);
INSTANTIATE_TEST_SUITE_P(Same, Sameness, testing::ValuesIn(kSame), NameOf);
INSTANTIATE_TEST_SUITE_P(Other, Sameness, testing::ValuesIn(kOther), NameOf);

// While the service has said nothing, what was left open may be whatever is asked for now.
TEST(SettingsTest, WhatWasLeftOpenMayBeTheSame) {
  const Settings open = SettingsOf(RunOf(), kAround);
  const auto asked = [](Value::Map change) {
    return SettingsOf(RunOf(std::move(change)), kAround);
  };
  EXPECT_TRUE(MayBeSame(asked({{"job_type", "BATCH"}}), open));
  EXPECT_TRUE(MayBeSame(asked({{"output_source_config", Outputs("s3://b/out")}}), open));
  EXPECT_FALSE(MayBeSame(asked({{"triggers", Value::Map{{"a", "1"}}}}), open));
  EXPECT_FALSE(MayBeSame(asked({{"region", "eu-west-2"}}), open));
  EXPECT_FALSE(MayBeSame(asked({{"workflow_name", "wf2"}}), open));
  const Settings said =
      asked({{"job_type", "BATCH"}, {"output_source_config", Outputs("s3://b/out")}});
  EXPECT_TRUE(MayBeSame(said, said));
  EXPECT_FALSE(MayBeSame(asked({{"job_type", "INCREMENTAL"}}), said));
  EXPECT_FALSE(MayBeSame(asked({{"job_type", "BATCH"}}), said));  // another output
}

TEST(SettingsTest, WhatTheServiceTellsIsWhatAStateSaysOfIt) {
  const json job{
      {"jobId", "01"},
      {"jobType", "BATCH"},
      {"outputSourceConfig",
       {{{"outputS3Path", "s3://b/out/"}, {"roleArn", kRole}, {"KMSArn", nullptr}, {"x", 1}}}}};
  EXPECT_EQ(ToldOf(job),
            ToldOf(RunOf({{"job_type", "BATCH"}, {"outputs", Outputs("s3://b/out", kRole)}})));
  for (const json& nothing : {json::object(), json{{"jobType", 7}, {"outputSourceConfig", "x"}},
                              json{{"outputSourceConfig", {1, nullptr, json::object()}}}}) {
    EXPECT_EQ(ToldOf(nothing), Told{}) << nothing;
  }
}

TEST(SettingsTest, ATriggerIsNotWrittenDown) {
  const Settings settings =
      SettingsOf(RunOf({{"triggers", Value::Map{{"password", "hunter2"}}}}), kAround);
  const std::string text = ToJson(settings).dump();
  EXPECT_THAT(text, Not(HasSubstr("hunter2")));
  EXPECT_THAT(text, Not(HasSubstr("password")));
  EXPECT_EQ(settings.triggers.size(), 64u);
}

TEST(SettingsTest, WhatIsUnknownCountsAsLeftOut) {
  EXPECT_EQ(SettingsOf(RunOf({{"region", Value::Unknown()},
                              {"job_type", Value::Unknown()},
                              {"output_source_config", Value::Unknown()},
                              {"triggers", Value::Unknown()}}),
                       kAround),
            SettingsOf(RunOf(), kAround));
}

TEST(SettingsTest, ComeBackFromTheirText) {
  const Settings settings{.kind = "k",
                          .region = "r",
                          .account = "a",
                          .workflow = "w",
                          .job_type = "j",
                          .output = "o",
                          .triggers = "t"};
  const Told told{.job_type = "j", .output = "o"};
  EXPECT_EQ(ToSettings(ToJson(settings)), settings);
  EXPECT_EQ(ToTold(ToJson(told)), told);
  EXPECT_EQ(ToJson(Settings{}), json::object());
  for (const json& text : {json(), json(1), json::array({1}), json{{"kind", 1}, {"output", {}}}}) {
    EXPECT_EQ(ToSettings(text), Settings{}) << text;
    EXPECT_EQ(ToTold(text), Told{}) << text;
  }
}

TEST(SettingsTest, AWorkflowIsKnownByItsNameOrItsArn) {
  const auto parts = [](const std::string& text) {
    const WorkflowName name = ToWorkflowName(text);
    return std::vector<std::string>{name.region, name.account, name.name};
  };
  EXPECT_THAT(parts("wf"), ElementsAre("", "", "wf"));
  EXPECT_THAT(parts(kArn), ElementsAre("eu-west-1", "123456789012", "wf"));
  EXPECT_THAT(parts("arn:aws-cn:entityresolution:cn-north-1:1:idmappingworkflow/a/b:c"),
              ElementsAre("cn-north-1", "1", "a/b:c"));
  // No ARN; the service says what it thinks of them.
  EXPECT_THAT(parts("arn:aws:wf"), ElementsAre("", "", "arn:aws:wf"));
  EXPECT_THAT(parts(""), ElementsAre("", "", ""));
}

// --------------------------------------------------------------------------------- jobs as asked

struct Job {
  const char* name;
  Value::Map asked;
  json job;
  bool is_as_asked;

  friend void PrintTo(const Job& job, std::ostream* out) { *out << job.name; }
};

class AsAsked : public testing::TestWithParam<Job> {};

TEST_P(AsAsked, IsTold) {
  EXPECT_EQ(IsAsAsked(SettingsOf(RunOf(GetParam().asked), kAround), GetParam().job),
            GetParam().is_as_asked)
      << GetParam().job;
}

json WithOutput(json output) { return {{"outputSourceConfig", json::array({std::move(output)})}}; }

const Value::Map kAskedOutput{{"output_source_config", Outputs("s3://b/out", kRole)}};

INSTANTIATE_TEST_SUITE_P(
    Each, AsAsked,
    testing::Values(
        Job{"NothingAskedNothingTold", {}, json::object(), true},
        Job{"NothingAsked",
            {},
            {{"jobType", "INCREMENTAL"}, {"outputSourceConfig", {{{"outputS3Path", "s3://b/x"}}}}},
            true},
        Job{"ItsType", {{"job_type", "BATCH"}}, {{"jobType", "BATCH"}}, true},
        Job{"AnotherType", {{"job_type", "BATCH"}}, {{"jobType", "INCREMENTAL"}}, false},
        Job{"ATypeThatIsNotTold", {{"job_type", "BATCH"}}, json::object(), true},
        Job{"ATypeThatIsNoText", {{"job_type", "BATCH"}}, {{"jobType", 7}}, true},
        Job{"ItsOutput", kAskedOutput,
            WithOutput({{"outputS3Path", "s3://b/out"}, {"roleArn", kRole}}), true},
        Job{"ItsOutputWithASlash", kAskedOutput,
            WithOutput({{"outputS3Path", "s3://b/out/"}, {"roleArn", kRole}}), true},
        Job{"WhatTheServiceAdds", kAskedOutput,
            WithOutput({{"outputS3Path", "s3://b/out"},
                        {"roleArn", kRole},
                        {"KMSArn", kKey},
                        {"applyNormalization", true}}),
            true},
        Job{"WhatTheServiceDoesNotTell", kAskedOutput, WithOutput({{"outputS3Path", "s3://b/out"}}),
            true},
        Job{"WhatItTellsAsNull", kAskedOutput,
            WithOutput({{"outputS3Path", "s3://b/out"}, {"roleArn", nullptr}}), true},
        Job{"NoOutputTold", kAskedOutput, json::object(), true},
        Job{"AnOutputThatIsNoList", kAskedOutput, {{"outputSourceConfig", "x"}}, true},
        Job{"AnotherPath", kAskedOutput,
            WithOutput({{"outputS3Path", "s3://b/other"}, {"roleArn", kRole}}), false},
        Job{"AnotherRole", kAskedOutput,
            WithOutput({{"outputS3Path", "s3://b/out"}, {"roleArn", "arn:aws:iam::1:role/x"}}),
            false},
        Job{"FewerOutputs", kAskedOutput, {{"outputSourceConfig", json::array()}}, false},
        Job{"MoreOutputs",
            kAskedOutput,
            {{"outputSourceConfig",
              {{{"outputS3Path", "s3://b/out"}}, {{"outputS3Path", "s3://b/more"}}}}},
            true},
        Job{"AnOutputThatIsNoObject", kAskedOutput, WithOutput("s3://b/out"), true}),
    [](const auto& row) { return row.param.name; });

// Of a note that somebody has damaged.
TEST(SettingsTest, NoJobIsAsAskedWhereThatCannotBeRead) {
  const json job = WithOutput({{"outputS3Path", "s3://b/out"}});
  for (const char* output : {"[", "7", "{}", "text"}) {
    EXPECT_FALSE(IsAsAsked({.output = output}, job)) << output;
  }
}

}  // namespace
}  // namespace er::run
