#include "managed/declared_resource.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "unit/managed/fixture.h"

namespace er::managed {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const Value kNull = Value::Null();

std::string Summary(const StateAnswer& answer) {
  return answer.diagnostics.empty() ? std::string() : answer.diagnostics.front().summary;
}
std::string Detail(const StateAnswer& answer) {
  return answer.diagnostics.empty() ? std::string() : answer.diagnostics.front().detail;
}

using CreateTest = DeclaredResourceTest;

TEST_F(CreateTest, IsPlannedAsFarAsItIsKnown) {
  const PlanAnswer plan = PlanTo(kNull, Config({{"tags", Value::Map{{"a", "1"}}}}));
  EXPECT_EQ(plan.planned["id"], Value("customers"));
  EXPECT_EQ(plan.planned["region"], Value("eu-west-1"));
  EXPECT_EQ(plan.planned["tags_all"], Value(Value::Map{{"a", "1"}}));
  EXPECT_TRUE(plan.planned["schema_arn"].IsUnknown());
  EXPECT_EQ(plan.planned["description"], kNull);
}

TEST_F(CreateTest, SendsWhatIsConfiguredAndNoMore) {
  const StateAnswer made = Apply(Config({{"tags", Value::Map{{"a", "1"}}}}));
  EXPECT_THAT(made.diagnostics, IsEmpty());
  EXPECT_EQ(service_.Sent("CreateSchemaMapping"), json::parse(R"({
    "schemaName": "customers", "tags": {"a": "1"},
    "mappedInputFields": [{"fieldName": "id", "type": "UNIQUE_ID"},
                          {"fieldName": "name", "type": "NAME", "matchKey": "name"}]})"));
  EXPECT_THAT(service_.Operations(), ElementsAre("CreateSchemaMapping", "GetSchemaMapping"));
  EXPECT_EQ(made.state["schema_arn"], Value(kArn));
  EXPECT_EQ(made.state["created_at"], Value("2026-01-02T03:04:05Z"));
  EXPECT_EQ(made.state["has_workflows"], Value(false));
}

TEST_F(CreateTest, SendsNoEmptyTags) {
  Apply(Config({{"tags", Value::Map{}}, {"description", ""}}));
  EXPECT_FALSE(service_.Sent("CreateSchemaMapping").contains("tags"));
  EXPECT_FALSE(service_.Sent("CreateSchemaMapping").contains("description"));
}

TEST_F(CreateTest, TakesNothingThatTheServiceFillsIn) {
  service_.retell = [](json& told) {
    told["description"] = "";
    for (json& field : told["mappedInputFields"]) field["hashed"] = false;
    std::reverse(told["mappedInputFields"].begin(), told["mappedInputFields"].end());
  };
  const StateAnswer made = Apply(Config());
  EXPECT_EQ(made.state["mapped_input_fields"], Config()["mapped_input_fields"]);
  EXPECT_EQ(made.state["description"], kNull);
  const StateAnswer read = Read(made);
  EXPECT_EQ(read.state, made.state);
  EXPECT_TRUE(IsEmptyPlan(read, Config()));
}

TEST_F(CreateTest, IsThereForOthersWhenItIsDone) {
  service_.late_reads = 5;
  const StateAnswer made = Apply(Config());
  EXPECT_THAT(made.diagnostics, IsEmpty());
  EXPECT_THAT(service_.calls, SizeIs(7));
}

TEST_F(CreateTest, SaysWhatItCouldNotReadBack) {
  service_.late_reads = 1000;
  const StateAnswer made = Apply(Config());
  EXPECT_EQ(Summary(made), "Schema Mapping Not Read Back");
  EXPECT_FALSE(HasError(made.diagnostics)) << "it must not be tainted";
  EXPECT_EQ(made.state["schema_arn"], Value(kArn));
  EXPECT_EQ(made.state["created_at"], kNull);
  EXPECT_GE(clock_.Elapsed(), absl::Minutes(2));
  EXPECT_LT(clock_.Elapsed(), absl::Minutes(5));
}

TEST_F(CreateTest, WaitsForNothingWhereReadingFailsForAnotherReason) {
  service_.faults["GetSchemaMapping"] = {{.code = "ThrottlingException"}};
  const StateAnswer made = Apply(Config());
  EXPECT_EQ(Summary(made), "Schema Mapping Not Read Back");
  EXPECT_EQ(clock_.Elapsed(), absl::ZeroDuration());
}

TEST_F(CreateTest, LeavesAloneWhatExists) {
  Apply(Config());
  service_.calls.clear();
  const StateAnswer again = Apply(Config());
  EXPECT_TRUE(again.state.IsNull());
  EXPECT_EQ(Summary(again), "Schema Mapping Already Exists");
  EXPECT_THAT(Detail(again), HasSubstr("`terraform import ADDRESS customers`"));
  EXPECT_THAT(service_.Operations(), ElementsAre("CreateSchemaMapping", "GetSchemaMapping"));
}

TEST_F(CreateTest, RecognisesItsOwnWhoseAnswerWasLost) {
  service_.faults["CreateSchemaMapping"] = {{.works = true}};
  service_.retell = [](json& told) {
    told["description"] = "";
    for (json& field : told["mappedInputFields"]) field["groupName"] = "filled in";
  };
  const StateAnswer made = Apply(Config());
  EXPECT_THAT(made.diagnostics, IsEmpty());
  EXPECT_EQ(made.state["schema_arn"], Value(kArn));
  EXPECT_THAT(service_.Operations(), ElementsAre("CreateSchemaMapping", "CreateSchemaMapping",
                                                 "GetSchemaMapping", "GetSchemaMapping"));
}

// Times without fractions may lie before what was done in the same second.
TEST_F(CreateTest, RecognisesItsOwnByTimesOfWholeSeconds) {
  service_.faults["CreateSchemaMapping"] = {{.works = true}};
  service_.on_lost = [&] { service_.things["customers"].created -= absl::Seconds(1); };
  EXPECT_THAT(Apply(Config()).diagnostics, IsEmpty());
}

TEST_F(CreateTest, IsSentAgainWhereItWasNotDone) {
  service_.faults["CreateSchemaMapping"] = {{}, {}};
  const StateAnswer made = Apply(Config());
  EXPECT_THAT(made.diagnostics, IsEmpty());
  EXPECT_THAT(service_.things, SizeIs(1));
}

// Somebody made the same long ago; our request never arrived.
TEST_F(CreateTest, DoesNotTakeAnOlderOneForItsOwn) {
  Apply(Config());
  clock_.Advance(absl::Minutes(1));
  service_.faults["CreateSchemaMapping"] = {{}};
  const StateAnswer made = Apply(Config());
  EXPECT_TRUE(made.state.IsNull());
  EXPECT_EQ(Summary(made), "Schema Mapping Already Exists");
}

// Somebody made another one in the same moment.
TEST_F(CreateTest, DoesNotTakeAnotherOneForItsOwn) {
  service_.faults["CreateSchemaMapping"] = {{}};
  service_.on_lost = [&] {
    service_.things["customers"] = {.definition = {{"mappedInputFields", json::array()}},
                                    .created = clock_.Now(),
                                    .updated = clock_.Now()};
  };
  const StateAnswer made = Apply(Config());
  EXPECT_TRUE(made.state.IsNull());
  EXPECT_EQ(Summary(made), "Schema Mapping Already Exists");
}

TEST_F(CreateTest, DoesNotTakeOneThatSaysMoreForItsOwn) {
  service_.faults["CreateSchemaMapping"] = {{}};
  service_.on_lost = [&] {
    const json fields = service_.Sent("CreateSchemaMapping")["mappedInputFields"];
    service_.things["customers"] = {
        .definition = {{"mappedInputFields", fields}, {"description", "of somebody else"}},
        .created = clock_.Now(),
        .updated = clock_.Now()};
  };
  EXPECT_EQ(Summary(Apply(Config())), "Schema Mapping Already Exists");
}

TEST_F(CreateTest, IsInDoubtWhereNothingCanBeFoundOut) {
  service_.faults["CreateSchemaMapping"] = std::deque<Fault>(1000);
  const StateAnswer made = Apply(Config());
  EXPECT_TRUE(made.state.IsNull());
  EXPECT_EQ(Summary(made), "Unknown Whether the Schema Mapping Was Created");
  EXPECT_GE(clock_.Elapsed(), absl::Minutes(5));
}

TEST_F(CreateTest, WaitsForAYoungRole) {
  const Fault young{.code = "AccessDeniedException",
                    .message = "Exception in assuming the passed role arn:aws:iam::1:role/r"};
  service_.faults["CreateSchemaMapping"] = std::deque<Fault>(20, young);
  const StateAnswer made = Apply(Config());
  EXPECT_THAT(made.diagnostics, IsEmpty());
  EXPECT_EQ(clock_.Elapsed(), absl::Seconds(40));
}

TEST_F(CreateTest, DoesNotWaitForARoleForever) {
  const Fault never{.code = "AccessDeniedException", .message = "role r cannot be assumed: assume"};
  service_.faults["CreateSchemaMapping"] = std::deque<Fault>(1000, never);
  const StateAnswer made = Apply(Config());
  EXPECT_EQ(Summary(made), "Unable to Create Schema Mapping");
  EXPECT_THAT(Detail(made), HasSubstr("trust policy"));
  EXPECT_EQ(clock_.Elapsed(), absl::Minutes(2));
}

// The word is in the ARN of every caller that has assumed a role.
TEST_F(CreateTest, FailsAtOnceWhereTheCallerMayNot) {
  service_.faults["CreateSchemaMapping"] = {
      {.code = "AccessDeniedException",
       .message =
           "User: arn:aws:sts::123456789012:assumed-role/ci/x is not authorized to perform"}};
  const StateAnswer made = Apply(Config());
  EXPECT_EQ(Summary(made), "Unable to Create Schema Mapping");
  EXPECT_THAT(Detail(made), HasSubstr("Grant entityresolution:CreateSchemaMapping"));
  EXPECT_EQ(clock_.Elapsed(), absl::ZeroDuration());
}

TEST_F(CreateTest, EndsWhenItsTimeIsUp) {
  service_.faults["CreateSchemaMapping"] = std::deque<Fault>(
      1000, {.code = "AccessDeniedException", .message = "assuming the passed role"});
  Apply(
      Config({{"timeouts", Value::Map{{"create", "10s"}, {"update", kNull}, {"delete", kNull}}}}));
  EXPECT_EQ(clock_.Elapsed(), absl::Seconds(10));
}

TEST_F(CreateTest, EndsWhenItIsInterrupted) {
  std::stop_source stop;
  stop.request_stop();
  const StateAnswer made = Apply(Config(), {}, stop.get_token());
  EXPECT_TRUE(made.state.IsNull());
  EXPECT_TRUE(HasError(made.diagnostics));
  EXPECT_THAT(service_.calls, IsEmpty());
}

using UpdateTest = DeclaredResourceTest;

TEST_F(UpdateTest, SendsTheWholeObject) {
  const StateAnswer made = Apply(Config({{"description", "d"}}));
  clock_.Advance(absl::Seconds(1));
  const Value config =
      Config({{"description", "d"},
              {"mapped_input_fields",
               Value::List{Field("id", "UNIQUE_ID"), Field("mail", "EMAIL_ADDRESS")}}});
  const StateAnswer updated = Apply(config, made);
  EXPECT_THAT(updated.diagnostics, IsEmpty());
  EXPECT_EQ(service_.Sent("UpdateSchemaMapping"), json::parse(R"({
    "schemaName": "customers", "description": "d",
    "mappedInputFields": [{"fieldName": "id", "type": "UNIQUE_ID"},
                          {"fieldName": "mail", "type": "EMAIL_ADDRESS"}]})"));
  EXPECT_NE(updated.state["updated_at"], made.state["updated_at"]);
  EXPECT_TRUE(IsEmptyPlan(Read(updated), config));
}

TEST_F(UpdateTest, TakesBackWhatIsLeftOut) {
  const StateAnswer made = Apply(Config({{"description", "d"}}));
  const StateAnswer updated = Apply(Config(), made);
  EXPECT_FALSE(service_.Sent("UpdateSchemaMapping").contains("description"));
  EXPECT_EQ(updated.state["description"], kNull);
}

TEST_F(UpdateTest, IsNotNeededForTheSameInOtherWords) {
  const StateAnswer made = Apply(Config());
  service_.calls.clear();
  const Value reordered =
      Config({{"mapped_input_fields",
               Value::List{Field("name", "NAME", "name"), Field("id", "UNIQUE_ID", "")}}});
  EXPECT_TRUE(IsEmptyPlan(made, reordered));
  // From null to "": Terraform shows it, and nothing is sent.
  const StateAnswer updated = Apply(Config({{"description", ""}}), made);
  EXPECT_EQ(updated.state["description"], Value(""));
  EXPECT_EQ(updated.state["updated_at"], made.state["updated_at"]);
  EXPECT_THAT(service_.calls, IsEmpty());
}

TEST_F(UpdateTest, SendsAnExplicitFalse) {
  const StateAnswer made = Apply(Config());
  const Value config =
      Config({{"mapped_input_fields",
               Value::List{Field("id", "UNIQUE_ID"), Field("name", "NAME", "name", false)}}});
  Apply(config, made);
  EXPECT_EQ(service_.Sent("UpdateSchemaMapping")["mappedInputFields"][1]["hashed"], false);
}

TEST_F(UpdateTest, OfTagsAloneTouchesNothingElse) {
  const StateAnswer made = Apply(Config({{"tags", Value::Map{{"a", "1"}, {"b", "2"}}}}));
  service_.calls.clear();
  const StateAnswer updated = Apply(Config({{"tags", Value::Map{{"b", "3"}, {"c", "4"}}}}), made);
  EXPECT_THAT(updated.diagnostics, IsEmpty());
  EXPECT_THAT(service_.Operations(), ElementsAre("UntagResource", "TagResource"));
  EXPECT_EQ(service_.Sent("UntagResource")["tagKeys"], json({"a"}));
  EXPECT_EQ(service_.Sent("TagResource")["tags"], json({{"b", "3"}, {"c", "4"}}));
  EXPECT_EQ(updated.private_data, made.private_data);
}

TEST_F(UpdateTest, NeverTakesTheOldObjectForTheNewOne) {
  const StateAnswer made = Apply(Config({{"description", "old"}}));
  service_.late_reads = 3;
  clock_.Advance(absl::Seconds(1));
  const Value config = Config({{"description", "new"}});
  const StateAnswer updated = Apply(config, made);
  EXPECT_EQ(updated.state["description"], Value("new"));
  EXPECT_NE(updated.state["updated_at"], made.state["updated_at"]);
  EXPECT_TRUE(IsEmptyPlan(Read(updated), config));
}

// In words of the service's own, of which only the time tells that they are new.
TEST_F(UpdateTest, KnowsTheNewObjectByItsTime) {
  service_.retell = [](json& told) {
    if (told.contains("description")) told["description"] = "reworded";
  };
  const StateAnswer made = Apply(Config({{"description", "a"}}));
  clock_.Advance(absl::Seconds(1));
  const Value config = Config({{"description", "b"}});
  const StateAnswer updated = Apply(config, made);
  EXPECT_THAT(clock_.Elapsed(), absl::Seconds(1)) << "there is nothing to wait for";
  EXPECT_TRUE(IsEmptyPlan(Read(updated), config));
}

TEST_F(UpdateTest, ThatIsRefusedChangesNothing) {
  const StateAnswer made = Apply(Config());
  service_.faults["UpdateSchemaMapping"] = {
      {.code = "ConflictException", .message = "it is used by workflow w"}};
  const StateAnswer updated = Apply(Config({{"description", "d"}}), made);
  EXPECT_EQ(updated.state, made.state);
  EXPECT_EQ(updated.private_data, made.private_data);
  EXPECT_EQ(Summary(updated), "Unable to Update Schema Mapping");
  EXPECT_THAT(Detail(updated),
              AllOf(HasSubstr("used by workflow w"), HasSubstr("another schema_name"),
                    HasSubstr("create_before_destroy")));
}

TEST_F(UpdateTest, TellsWhatOfItWasDone) {
  const StateAnswer made = Apply(Config());
  service_.faults["TagResource"] = {{.code = "ValidationException", .message = "no"}};
  const StateAnswer updated =
      Apply(Config({{"description", "d"}, {"tags", Value::Map{{"a", "1"}}}}), made);
  EXPECT_EQ(Summary(updated), "Unable to Tag Schema Mapping");
  EXPECT_EQ(updated.state["description"], Value("d"));
  EXPECT_EQ(updated.state["tags"], kNull);
}

using PlanTest = DeclaredResourceTest;

TEST_F(PlanTest, ReplacesForAnotherNameOrRegion) {
  const StateAnswer made = Apply(Config());
  EXPECT_THAT(PlanTo(made.state, Config({{"schema_name", "other"}})).replace,
              ElementsAre(Path("schema_name")));
  EXPECT_THAT(PlanTo(made.state, Config({{"region", "us-east-1"}})).replace,
              ElementsAre(Path("region")));
}

// The provider's Region is the configuration's word, too.
TEST_F(PlanTest, SaysThatItReplacesForTheProvidersRegion) {
  StateAnswer made = Apply(Config({{"region", "us-east-1"}}));
  const PlanAnswer plan = PlanTo(made.state, Config());
  EXPECT_THAT(plan.replace, ElementsAre(Path("region")));
  ASSERT_THAT(plan.diagnostics, SizeIs(1));
  EXPECT_THAT(plan.diagnostics[0].detail, HasSubstr("set region = \"us-east-1\""));
}

TEST_F(PlanTest, WarnsThatWhatIsUsedIsFixed) {
  StateAnswer made = Apply(Config());
  made.state.AsMap()["has_workflows"] = true;
  const PlanAnswer plan = PlanTo(made.state, Config({{"description", "d"}}));
  ASSERT_THAT(plan.diagnostics, SizeIs(1));
  EXPECT_EQ(plan.diagnostics[0].summary, "Schema Mapping Is in Use");
  EXPECT_EQ(plan.diagnostics[0].severity, Diagnostic::Severity::kWarning);
  EXPECT_THAT(PlanTo(made.state, Config({{"tags", Value::Map{{"a", "b"}}}})).diagnostics,
              IsEmpty());
  EXPECT_THAT(PlanTo(made.state, Config({{"schema_name", "new"}})).diagnostics, IsEmpty())
      << "another one takes its place";
}

TEST_F(PlanTest, MissesARegion) {
  resource::Session nowhere{{}};
  context_.session = &nowhere;
  const DeclaredResource resource(schema_, context_);
  const PlanAnswer plan =
      DeclaredResource(schema_, context_).Plan({.prior = kNull, .config = Config()});
  ASSERT_THAT(plan.diagnostics, SizeIs(1));
  EXPECT_EQ(plan.diagnostics[0].summary, "Missing Region");
}

TEST_F(PlanTest, LeavesOpenWhatTheProviderDoesNotKnowYet) {
  const DeclaredResource unbound(schema_, {.catalog = context_.catalog, .clock = &clock_});
  const StateAnswer made = Apply(Config());
  PlanAnswer plan = DeclaredResource(schema_, {.catalog = context_.catalog, .clock = &clock_})
                        .Plan({.prior = kNull, .config = Config()});
  EXPECT_TRUE(plan.planned["region"].IsUnknown());
  EXPECT_TRUE(plan.planned["tags_all"].IsUnknown());
  plan = DeclaredResource(schema_, {.catalog = context_.catalog, .clock = &clock_})
             .Plan({.prior = made.state, .config = Config()});
  EXPECT_EQ(plan.planned["region"], Value("eu-west-1"));
  EXPECT_THAT(plan.replace, IsEmpty());
}

TEST_F(PlanTest, CountsTheTagsOfAll) {
  TagRules rules;
  for (int i = 0; i < 200; ++i) rules.defaults[absl::StrCat("k", i)] = "v";
  SetTagRules(rules);
  EXPECT_THAT(PlanTo(kNull, Config()).diagnostics, IsEmpty());
  const PlanAnswer plan = PlanTo(kNull, Config({{"tags", Value::Map{{"a", "b"}}}}));
  ASSERT_THAT(plan.diagnostics, SizeIs(1));
  EXPECT_THAT(plan.diagnostics[0].detail, HasSubstr("201 tags"));
}

TEST_F(PlanTest, KeepsWhatIsUnknown) {
  const PlanAnswer plan = PlanTo(kNull, Config({{"schema_name", Value::Unknown()},
                                                {"tags", Value::Map{{"a", Value::Unknown()}}}}));
  EXPECT_TRUE(plan.planned["id"].IsUnknown());
  EXPECT_EQ(plan.planned["tags_all"], Value(Value::Map{{"a", Value::Unknown()}}));
}

using ReadTest = DeclaredResourceTest;

TEST_F(ReadTest, CostsTwoCalls) {
  const StateAnswer made = Apply(Config());
  service_.calls.clear();
  EXPECT_EQ(Read(made).state, made.state);
  EXPECT_THAT(service_.Operations(), ElementsAre("GetSchemaMapping", "ListTagsForResource"));
}

TEST_F(ReadTest, WhatGoesBetweenItsCallsIsForTheNext) {
  const StateAnswer made = Apply(Config());
  service_.faults["ListTagsForResource"] = {{.code = "ResourceNotFoundException"}};
  const StateAnswer read = Read(made);
  EXPECT_THAT(read.diagnostics, IsEmpty());
  EXPECT_EQ(read.state, made.state);
}

TEST_F(ReadTest, SeesWhatSomebodyElseChanged) {
  service_.retell = [](json& told) {
    for (json& field : told["mappedInputFields"]) field["hashed"] = false;
  };
  const StateAnswer made = Apply(Config());
  service_.things["customers"].definition["description"] = "theirs";
  StateAnswer read = Read(made);
  EXPECT_EQ(read.state["description"], Value("theirs"))
      << "also where the configuration sets nothing";
  EXPECT_EQ(read.state["mapped_input_fields"], made.state["mapped_input_fields"]);
  EXPECT_FALSE(IsEmptyPlan(read, Config()));
  const StateAnswer repaired = Apply(Config(), read);
  EXPECT_FALSE(service_.things["customers"].definition.contains("description"));
  EXPECT_TRUE(IsEmptyPlan(Read(repaired), Config()));
}

TEST_F(ReadTest, SeesWhatIsComputedEachTime) {
  StateAnswer read = Read(Apply(Config()));
  EXPECT_EQ(read.state["has_workflows"], Value(false));
  service_.has_workflows = true;
  read = Read(read);
  EXPECT_EQ(read.state["has_workflows"], Value(true));
  EXPECT_TRUE(IsEmptyPlan(read, Config())) << "it is no reason for a change";
  service_.has_workflows = false;
  EXPECT_EQ(Read(read).state["has_workflows"], Value(false));
}

TEST_F(ReadTest, DoesNotMindWhatThisVersionDoesNotKnow) {
  service_.retell = [](json& told) { told["mappedInputFields"][0]["hashed"] = false; };
  const StateAnswer made = Apply(Config());
  service_.retell = [](json& told) {
    told["mappedInputFields"][0]["hashed"] = false;
    told["mappedInputFields"][0]["added"] = 1;
  };
  EXPECT_EQ(Read(made).state, made.state);
}

// A service that catches up answers with what was.
TEST_F(ReadTest, IsNotMisledByAnOlderAnswer) {
  const StateAnswer made = Apply(Config({{"description", "old"}}));
  clock_.Advance(absl::Seconds(1));
  const StateAnswer updated = Apply(Config({{"description", "new"}}), made);
  service_.things["customers"].late_reads = 1;
  EXPECT_EQ(Read(updated).state, updated.state);
}

TEST_F(ReadTest, DropsWhatIsGone) {
  const StateAnswer made = Apply(Config());
  service_.things.clear();
  const StateAnswer read = Read(made);
  EXPECT_TRUE(read.state.IsNull());
  EXPECT_EQ(Summary(read), "Schema Mapping Is Gone");
  EXPECT_FALSE(HasError(read.diagnostics));
}

TEST_F(ReadTest, KeepsTheStateWhereItFails) {
  const StateAnswer made = Apply(Config());
  service_.faults["GetSchemaMapping"] = {{.code = "AccessDeniedException", .message = "no"}};
  const StateAnswer read = Read(made);
  EXPECT_EQ(read.state, made.state);
  EXPECT_EQ(read.private_data, made.private_data);
  EXPECT_EQ(Summary(read), "Unable to Read Schema Mapping");
}

TEST_F(ReadTest, TakesWhatItCanOfAnOddAnswer) {
  const StateAnswer made = Apply(Config());
  service_.retell = [](json& told) { told["mappedInputFields"] = "none"; };
  const StateAnswer read = Read(made);
  EXPECT_EQ(Summary(read), "Unexpected Answer from Entity Resolution");
  EXPECT_EQ(read.state, made.state);
}

TEST_F(ReadTest, SeesTagsOfOthersButForThoseToIgnore) {
  SetTagRules({.defaults = {{"team", "data"}},
               .ignored_keys = {"owner"},
               .ignored_prefixes = {"kubernetes.io/"}});
  const Value config = Config({{"tags", Value::Map{{"a", "1"}}}});
  const StateAnswer made = Apply(config);
  EXPECT_EQ(made.state["tags_all"], Value(Value::Map{{"a", "1"}, {"team", "data"}}));
  auto& tags = service_.things["customers"].tags;
  tags["owner"] = tags["kubernetes.io/x"] = tags["aws:cloudformation:stack"] = "theirs";
  EXPECT_TRUE(IsEmptyPlan(Read(made), config));
  tags["theirs"] = "x";
  const StateAnswer read = Read(made);
  EXPECT_EQ(read.state["tags"], Value(Value::Map{{"a", "1"}, {"theirs", "x"}}));
  Apply(config, read);
  EXPECT_EQ(service_.Sent("UntagResource")["tagKeys"], json({"theirs"}));
}

TEST_F(ReadTest, PutsADefaultTagBackThatSomebodyRemoved) {
  SetTagRules({.defaults = {{"team", "data"}}});
  const StateAnswer made = Apply(Config());
  service_.things["customers"].tags.clear();
  const StateAnswer read = Read(made);
  EXPECT_FALSE(IsEmptyPlan(read, Config()));
  Apply(Config(), read);
  EXPECT_EQ(service_.Sent("TagResource")["tags"], json({{"team", "data"}}));
}

using DeleteTest = DeclaredResourceTest;

TEST_F(DeleteTest, IsOneCall) {
  const StateAnswer made = Apply(Config());
  service_.calls.clear();
  const StateAnswer deleted = Delete(made);
  EXPECT_TRUE(deleted.state.IsNull());
  EXPECT_THAT(service_.Operations(), ElementsAre("DeleteSchemaMapping"));
}

TEST_F(DeleteTest, OfWhatIsGoneIsDone) {
  const StateAnswer made = Apply(Config());
  service_.faults["DeleteSchemaMapping"] = {{.code = "ResourceNotFoundException"}};
  EXPECT_TRUE(Delete(made).state.IsNull());
}

TEST_F(DeleteTest, WaitsForWhatIsUsedAMomentLonger) {
  const StateAnswer made = Apply(Config());
  const Fault used{.code = "ConflictException", .message = "it is used"};
  service_.faults["DeleteSchemaMapping"] = std::deque<Fault>(4, used);
  EXPECT_TRUE(Delete(made).state.IsNull());
  EXPECT_EQ(clock_.Elapsed(), absl::Seconds(1 + 2 + 4 + 8));
}

TEST_F(DeleteTest, GivesUpWhatGoesOnBeingUsed) {
  const StateAnswer made = Apply(Config());
  service_.faults["DeleteSchemaMapping"] =
      std::deque<Fault>(1000, {.code = "ConflictException", .message = "it is used by workflow w"});
  const StateAnswer deleted = Delete(made);
  EXPECT_EQ(deleted.state, made.state);
  EXPECT_EQ(Summary(deleted), "Schema Mapping Is in Use");
  EXPECT_THAT(Detail(deleted), HasSubstr("still in use after 2m"));
  EXPECT_EQ(clock_.Elapsed(), absl::Minutes(2));
}

TEST_F(DeleteTest, ThatIsRefusedForAnotherReasonFailsAtOnce) {
  const StateAnswer made = Apply(Config());
  service_.faults["DeleteSchemaMapping"] = {{.code = "ValidationException", .message = "no"}};
  const StateAnswer deleted = Delete(made);
  EXPECT_EQ(deleted.state, made.state);
  EXPECT_EQ(Summary(deleted), "Unable to Delete Schema Mapping");
}

TEST_F(DeleteTest, IsInterrupted) {
  const StateAnswer made = Apply(Config());
  std::stop_source stop;
  stop.request_stop();
  const StateAnswer deleted = Delete(made, stop.get_token());
  EXPECT_EQ(deleted.state, made.state);
  EXPECT_TRUE(HasError(deleted.diagnostics));
}

struct ImportId {
  std::string name;
  std::string id;
  std::string region;   // where it leads
  std::string refusal;  // what it is refused with; empty: it is not
};

void PrintTo(const ImportId& row, std::ostream* out) { *out << row.name; }

class ImportTest : public DeclaredResourceTest, public testing::WithParamInterface<ImportId> {};

TEST_P(ImportTest, IsByNameOrArn) {
  const StateAnswer imported = resource_->Import(GetParam().id, {});
  if (GetParam().refusal.empty()) {
    EXPECT_THAT(imported.diagnostics, IsEmpty());
    EXPECT_EQ(imported.state["schema_name"], Value("customers"));
    EXPECT_EQ(imported.state["id"], Value("customers"));
    EXPECT_EQ(imported.state["region"], Value(GetParam().region));
  } else {
    EXPECT_TRUE(imported.state.IsNull());
    EXPECT_EQ(Summary(imported), "Invalid Import ID");
    EXPECT_THAT(Detail(imported), HasSubstr(GetParam().refusal));
  }
  EXPECT_THAT(service_.calls, IsEmpty());
}

const ImportId kImportIds[] = {
    {"Name", "customers", "eu-west-1", ""},
    {"NameElsewhere", "customers@us-east-1", "us-east-1", ""},
    {"Arn", "arn:aws:entityresolution:eu-west-1:123456789012:schemamapping/customers", "eu-west-1",
     ""},
    {"ArnElsewhere", "arn:aws-cn:entityresolution:cn-north-1:123456789012:schemamapping/customers",
     "cn-north-1", ""},
    {"ArnOfAnotherKind", "arn:aws:entityresolution:eu-west-1:123456789012:idnamespace/customers",
     "", "the ARN of another thing"},
    {"ArnOfAnotherService", "arn:aws:glue:eu-west-1:123456789012:schemamapping/customers", "",
     "the ARN of another thing"},
    {"ArnOfAnotherAccount",
     "arn:aws:entityresolution:eu-west-1:210987654321:schemamapping/customers", "",
     "of account 210987654321"},
    {"NoName", "my customers", "", "must be letters, digits"},
    {"Empty", "", "", "must not be empty"},
    {"NoRegion", "customers@", "", "region must not be empty"},
    {"NoRegionEither", "customers@x", "", "must be the code of an AWS Region"},
};

INSTANTIATE_TEST_SUITE_P(Each, ImportTest, testing::ValuesIn(kImportIds),
                         [](const auto& test) { return test.param.name; });

TEST_F(DeclaredResourceTest, IsTheSameAfterAnImport) {
  SetTagRules({.defaults = {{"team", "data"}}});
  const Value config = Config({{"description", "d"}, {"tags", Value::Map{{"a", "1"}}}});
  const StateAnswer made = Apply(config);
  const StateAnswer read = Read(resource_->Import("customers", {}));
  EXPECT_EQ(read.state, made.state);
  EXPECT_TRUE(IsEmptyPlan(read, config));
}

TEST_F(DeclaredResourceTest, IsTheSameAfterAnImportThatFillsInWhatIsFalse) {
  Apply(Config());
  service_.retell = [](json& told) {
    for (json& field : told["mappedInputFields"]) field["hashed"] = false;
    std::reverse(told["mappedInputFields"].begin(), told["mappedInputFields"].end());
  };
  StateAnswer read = Read(resource_->Import("customers", {}));
  EXPECT_TRUE(IsEmptyPlan(read, Config()));
  // From the first update on, what the configuration says counts.
  read = Apply(Config({{"description", "d"}}), read);
  EXPECT_TRUE(IsEmptyPlan(Read(read), Config({{"description", "d"}})));
}

TEST_F(ReadTest, TakesNothingThatIsFilledInWhereNothingWasAgreedOnYet) {
  StateAnswer made = Apply(Config());
  made.private_data.clear();
  service_.retell = [](json& told) {
    for (json& field : told["mappedInputFields"]) field["hashed"] = false;
  };
  const StateAnswer read = Read(made);
  EXPECT_EQ(read.state, made.state);
  service_.things["customers"].definition["mappedInputFields"][0]["type"] = "NAME";
  EXPECT_NE(Read(read).state, made.state);
}

}  // namespace
}  // namespace er::managed
