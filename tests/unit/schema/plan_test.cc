#include "schema/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "support/value_printing.h"

namespace er::schema {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A thing that is named, may be colored, and is given an id and a state by the service.
const Schema& Thing() {
  static const Schema* const thing = new Schema{
      .attributes = {
          {.name = "name", .required = true, .replaces = true},
          {.name = "color", .optional = true, .computed = true, .replaces = true},
          {.name = "mode", .optional = true, .computed = true, .default_value = Value("slow")},
          {.name = "note", .optional = true},
          {.name = "id", .computed = true},
          {.name = "state", .computed = true, .is_volatile = true},
          {.name = "place",
           .nesting = Nesting::kList,
           .attributes = {{.name = "street", .required = true}},
           .is_block = true,
           .replaces = true},
          {.name = "timeouts",
           .nesting = Nesting::kSingle,
           .attributes = {{.name = "create", .optional = true}},
           .is_block = true}}};
  return *thing;
}

// The empty thing but for `parts`.
Value ThingWith(Value::Map parts) {
  Value thing = EmptyObject(Thing());
  for (auto& [name, value] : parts) thing.AsMap()[name] = value;
  return thing;
}

const Value& Red() {
  static const Value* const red = new Value(ThingWith(
      {{"name", "a"}, {"color", "red"}, {"mode", "slow"}, {"id", "1"}, {"state", "ready"}}));
  return *red;
}

Plan PlanOf(const Value& prior, const Value& config) { return MakePlan(Thing(), prior, config); }

TEST(Plan, LeavesToTheServiceWhatANewObjectDoesNotSay) {
  const Plan plan = PlanOf(Value::Null(), ThingWith({{"name", "a"}, {"note", "n"}}));
  EXPECT_EQ(plan.planned, ThingWith({{"name", "a"},
                                     {"note", "n"},
                                     {"color", Value::Unknown()},
                                     {"mode", "slow"},
                                     {"id", Value::Unknown()},
                                     {"state", Value::Unknown()}}));
  EXPECT_THAT(plan.replace, IsEmpty()) << "there is nothing to replace";
}

TEST(Plan, TakesWhatANewObjectSays) {
  const Value config = ThingWith({{"name", "a"},
                                  {"color", "red"},
                                  {"mode", "fast"},
                                  {"place", Value::List{Value::Map{{"street", "s"}}}},
                                  {"timeouts", Value::Map{{"create", "1h"}}}});
  const Value planned = PlanOf(Value::Null(), config).planned;
  for (const char* name : {"name", "color", "mode", "note", "place", "timeouts"}) {
    EXPECT_EQ(planned[name], config[name]) << name;
  }
}

TEST(Plan, KeepsWhatIsUnknownYet) {
  const Value config =
      ThingWith({{"name", Value::Unknown()},
                 {"color", Value::Unknown()},
                 {"mode", Value::Unknown()},
                 {"place", Value::List{Value::Map{{"street", Value::Unknown()}}}}});
  const Value planned = PlanOf(Value::Null(), config).planned;
  for (const char* name : {"name", "color", "mode", "place"}) {
    EXPECT_EQ(planned[name], config[name]) << name;
  }
}

TEST(Plan, OfWhatIsAlreadySoIsNoChange) {
  const Plan plan = PlanOf(Red(), ThingWith({{"name", "a"}}));
  EXPECT_EQ(plan.planned, Red());
  EXPECT_THAT(plan.replace, IsEmpty());
}

// A default that a newer version of the provider brings along shows as a change once.
TEST(Plan, FillsInADefaultThatTheStateLacks) {
  Value prior = Red();
  prior.AsMap()["mode"] = Value::Null();
  EXPECT_EQ(PlanOf(prior, ThingWith({{"name", "a"}})).planned["mode"], Value("slow"));
}

TEST(Plan, TakesADefaultBackWhenTheArgumentGoes) {
  Value prior = Red();
  prior.AsMap()["mode"] = "fast";
  const Plan plan = PlanOf(prior, ThingWith({{"name", "a"}}));
  EXPECT_EQ(plan.planned["mode"], Value("slow"));
  EXPECT_THAT(plan.replace, IsEmpty());
}

TEST(Plan, OfAnUpdateLetsOnlyTheVolatileChange) {
  const Plan plan = PlanOf(Red(), ThingWith({{"name", "a"}, {"note", "new"}}));
  Value expected = Red();
  expected.AsMap()["note"] = "new";
  expected.AsMap()["state"] = Value::Unknown();
  EXPECT_EQ(plan.planned, expected);
  EXPECT_THAT(plan.replace, IsEmpty());
}

TEST(Plan, OfAnObjectThatGoesIsItsAbsence) {
  const Plan plan = MakePlan(Thing(), Red(), Value::Null());
  EXPECT_EQ(plan.planned, Value::Null());
  EXPECT_THAT(plan.replace, IsEmpty());
}

struct Change {
  std::string name;
  Value::Map config;
  std::vector<Path> replace;
};

void PrintTo(const Change& change, std::ostream* out) { PrintTo(Value(change.config), out); }

class ReplaceTest : public testing::TestWithParam<Change> {};

TEST_P(ReplaceTest, IsAskedForByWhatChanged) {
  const Plan plan = PlanOf(Red(), ThingWith(GetParam().config));
  EXPECT_EQ(plan.replace, GetParam().replace);
  EXPECT_EQ(Replacements(Thing(), Red(), plan.planned), GetParam().replace);
}

const Change kChanges[] = {
    {"Nothing", {{"name", "a"}}, {}},
    {"Name", {{"name", "b"}}, {Path("name")}},
    {"NameThatIsUnknown", {{"name", Value::Unknown()}}, {Path("name")}},
    {"ComputedThatStays", {{"name", "a"}, {"color", "red"}}, {}},
    {"ComputedThatChanges", {{"name", "a"}, {"color", "blue"}}, {Path("color")}},
    {"Both", {{"name", "b"}, {"color", "blue"}}, {Path("name"), Path("color")}},
    {"InPlace", {{"name", "a"}, {"note", "new"}, {"mode", "fast"}}, {}},
    {"BlockThatComes",
     {{"name", "a"}, {"place", Value::List{Value::Map{{"street", "s"}}}}},
     {Path("place")}},
    {"BlockThatIsUnknown",
     {{"name", "a"}, {"place", Value::List{Value::Map{{"street", Value::Unknown()}}}}},
     {Path("place")}},
    {"Timeouts", {{"name", "a"}, {"timeouts", Value::Map{{"create", "1h"}}}}, {}},
};

INSTANTIATE_TEST_SUITE_P(All, ReplaceTest, testing::ValuesIn(kChanges),
                         [](const auto& test) { return test.param.name; });

// A thing of parts, each known to the service by a number; a set of holes; an owner.
const Schema& Machine() {
  static const Schema* const machine = new Schema{
      .attributes = {
          {.name = "parts",
           .nesting = Nesting::kList,
           .attributes = {{.name = "name", .required = true, .member = "name"},
                          {.name = "color",
                           .optional = true,
                           .computed = true,
                           .default_value = Value("red"),
                           .member = "color"},
                          {.name = "note", .optional = true, .member = "note"},
                          {.name = "number", .computed = true, .member = "number"}},
           .optional = true,
           .member = "parts"},
          {.name = "owner",
           .nesting = Nesting::kSingle,
           .attributes =
               {{.name = "name", .required = true, .replaces = true, .member = "name"},
                {.name = "mail", .optional = true, .member = "mail"},
                {.name = "seen", .computed = true, .is_volatile = true, .member = "seen"}},
           .optional = true,
           .member = "owner"},
          {.name = "holes",
           .nesting = Nesting::kSet,
           .attributes = {{.name = "size", .required = true, .replaces = true, .member = "size"}},
           .optional = true,
           .member = "holes"},
          {.name = "names",
           .type = Type::Set(Type::String()),
           .optional = true,
           .replaces = true,
           .member = "names"},
          {.name = "options", .optional = true, .format = Format::kJson, .member = "options"},
          {.name = "description", .optional = true, .member = "description"}}};
  return *machine;
}

Value MachineWith(Value::Map parts) {
  Value machine = EmptyObject(Machine());
  for (auto& [name, value] : parts) machine.AsMap()[name] = value;
  return machine;
}

Value Part(const char* name, Value number, Value color = "red", Value note = {}) {
  return Value::Map{{"name", name},
                    {"color", std::move(color)},
                    {"note", std::move(note)},
                    {"number", std::move(number)}};
}

const Value kNull = Value::Null();
const Value kUnknown = Value::Unknown();

TEST(NestedPlan, FillsInDefaultsAndLeavesTheRestToTheService) {
  const Plan plan = MakePlan(Machine(), Value::Null(),
                             MachineWith({{"parts", Value::List{Part("a", kNull, kNull)}}}));
  EXPECT_EQ(plan.planned["parts"], Value(Value::List{Part("a", kUnknown, "red")}));
}

TEST(NestedPlan, OfWhatIsAlreadySoIsNoChange) {
  const Value prior = MachineWith({{"parts", Value::List{Part("a", "1"), Part("b", "2")}}});
  const Value config =
      MachineWith({{"parts", Value::List{Part("a", kNull, kNull), Part("b", kNull, kNull, "")}}});
  EXPECT_EQ(MakePlan(Machine(), prior, config).planned, prior);
}

TEST(NestedPlan, KeepsTheOrderThatIsThere) {
  const Value prior = MachineWith({{"parts", Value::List{Part("a", "1"), Part("b", "2")}}});
  const Value config =
      MachineWith({{"parts", Value::List{Part("b", kNull, kNull), Part("a", kNull, kNull)}}});
  EXPECT_EQ(MakePlan(Machine(), prior, config).planned, prior);
}

TEST(NestedPlan, KnowsThePartsThatStayAndNotThoseThatChange) {
  const Value prior = MachineWith({{"parts", Value::List{Part("a", "1"), Part("b", "2")}}});
  const Value config =
      MachineWith({{"parts", Value::List{Part("new", kNull, kNull), Part("a", kNull, kNull),
                                         Part("b", kNull, kNull, "changed")}}});
  EXPECT_EQ(MakePlan(Machine(), prior, config).planned["parts"],
            Value(Value::List{Part("new", kUnknown), Part("a", "1"),
                              Part("b", kUnknown, "red", "changed")}));
}

TEST(NestedPlan, OfTwoAlikeOnlyOneIsTheOneThatIsThere) {
  const Value prior = MachineWith({{"parts", Value::List{Part("a", "1"), Part("b", "2")}}});
  const Value config =
      MachineWith({{"parts", Value::List{Part("a", kNull, kNull), Part("a", kNull, kNull)}}});
  EXPECT_EQ(MakePlan(Machine(), prior, config).planned["parts"],
            Value(Value::List{Part("a", "1"), Part("a", kUnknown)}));
}

TEST(NestedPlan, TakesAPartBackThatTheConfigurationLeavesOut) {
  const Value prior = MachineWith(
      {{"owner", Value::Map{{"name", "o"}, {"mail", "m"}, {"seen", "s"}}}, {"description", "d"}});
  const Value config =
      MachineWith({{"owner", Value::Map{{"name", "o"}, {"mail", kNull}, {"seen", kNull}}}});
  const Plan plan = MakePlan(Machine(), prior, config);
  EXPECT_EQ(plan.planned["owner"],
            Value(Value::Map{{"name", "o"}, {"mail", kNull}, {"seen", kUnknown}}));
  EXPECT_EQ(plan.planned["description"], kNull);
  EXPECT_THAT(plan.replace, IsEmpty());
}

// Where one of the two is missing, Terraform insists on what the configuration says.
TEST(NestedPlan, FollowsTheConfigurationFromNothingToNothing) {
  const Value prior = MachineWith({{"description", ""}, {"parts", Value::List{}}});
  EXPECT_EQ(MakePlan(Machine(), prior, MachineWith({})).planned, MachineWith({}));
  EXPECT_EQ(MakePlan(Machine(), MachineWith({}), prior).planned, prior);
}

TEST(NestedPlan, KeepsTheSpellingOfTheSameDocument) {
  const Value prior = MachineWith({{"options", R"({"a":1,"b":2})"}});
  const Value config = MachineWith({{"options", R"({ "b": 2, "a": 1 })"}});
  EXPECT_EQ(MakePlan(Machine(), prior, config).planned, prior);
  const Value other = MachineWith({{"options", R"({ "b": 3, "a": 1 })"}});
  EXPECT_EQ(MakePlan(Machine(), prior, other).planned, other);
}

TEST(NestedPlan, LetsTheVolatileInsideChange) {
  const Value prior =
      MachineWith({{"owner", Value::Map{{"name", "o"}, {"mail", kNull}, {"seen", "s"}}}});
  Value config =
      MachineWith({{"owner", Value::Map{{"name", "o"}, {"mail", kNull}, {"seen", kNull}}}});
  EXPECT_EQ(MakePlan(Machine(), prior, config).planned, prior);
  config.AsMap()["description"] = "d";
  EXPECT_EQ(MakePlan(Machine(), prior, config).planned["owner"]["seen"], kUnknown);
}

struct NestedChange {
  std::string name;
  Value::Map prior;
  Value::Map planned;
  std::vector<Path> replace;
};

void PrintTo(const NestedChange& change, std::ostream* out) { *out << change.name; }

class NestedReplaceTest : public testing::TestWithParam<NestedChange> {};

TEST_P(NestedReplaceTest, SaysWhatChangedAsDeepAsItIs) {
  EXPECT_EQ(Replacements(Machine(), MachineWith(GetParam().prior), MachineWith(GetParam().planned)),
            GetParam().replace);
}

Value Owner(const char* name) { return Value::Map{{"name", name}}; }
Value Hole(const char* size) { return Value::Map{{"size", size}}; }

const NestedChange kNestedChanges[] = {
    {"InAnObject",
     {{"owner", Owner("a")}},
     {{"owner", Owner("b")}},
     {Path("owner").Attribute("name")}},
    {"ObjectThatComes", {}, {{"owner", Owner("b")}}, {Path("owner")}},
    {"InASet",
     {{"holes", Value::List{Hole("1"), Hole("2")}}},
     {{"holes", Value::List{Hole("1"), Hole("3")}}},
     {Path("holes")}},
    {"OrderOfASetOfObjects",
     {{"holes", Value::List{Hole("1"), Hole("2")}}},
     {{"holes", Value::List{Hole("2"), Hole("1")}}},
     {}},
    {"OrderOfASet", {{"names", Value::List{"a", "b"}}}, {{"names", Value::List{"b", "a"}}}, {}},
    {"EmptySet", {{"names", Value::List{}}}, {}, {}},
    {"Set", {{"names", Value::List{"a"}}}, {{"names", Value::List{"b"}}}, {Path("names")}},
};

INSTANTIATE_TEST_SUITE_P(All, NestedReplaceTest, testing::ValuesIn(kNestedChanges),
                         [](const auto& test) { return test.param.name; });

// Sources, each with a mapping that has a name, by which the service knows it, and an ARN.
const Schema& Sources() {
  static const Schema* const sources = new Schema{
      .attributes = {
          {.name = "sources",
           .nesting = Nesting::kList,
           .attributes =
               {{.name = "table", .required = true, .member = "table"},
                {.name = "mapping", .optional = true, .computed = true, .member = "mapping"},
                {.name = "mapping_arn",
                 .optional = true,
                 .computed = true,
                 .arn = {.type = "mapping"},
                 .member = "mapping"},
                {.name = "hashed", .type = Type::Bool(), .optional = true, .member = "hashed"}},
           .required = true,
           .member = "sources"}}};
  return *sources;
}

Value Source(Value mapping, Value mapping_arn, Value hashed = {}) {
  return Value::Map{{"table", "t"},
                    {"mapping", std::move(mapping)},
                    {"mapping_arn", std::move(mapping_arn)},
                    {"hashed", std::move(hashed)}};
}
Value SourcesOf(Value::List sources) { return Value::Map{{"sources", std::move(sources)}}; }

const Value kArn = "arn:aws:er:eu-west-1:1:mapping/m";

TEST(PlanOfTwoWays, LeavesToTheServiceTheOneThatIsNotSaid) {
  const Value config = SourcesOf({Source("m", kNull)});
  EXPECT_EQ(MakePlan(Sources(), kNull, config).planned, SourcesOf({Source("m", kUnknown)}));
  const Value prior = SourcesOf({Source("m", kArn)});
  EXPECT_EQ(MakePlan(Sources(), prior, config).planned, prior);
}

TEST(PlanOfTwoWays, SeesAChangeOfTheOneThatIsSaid) {
  const Value prior = SourcesOf({Source("m", kArn)});
  EXPECT_EQ(MakePlan(Sources(), prior, SourcesOf({Source("other", kNull)})).planned,
            SourcesOf({Source("other", kUnknown)}));
  const Value other = "arn:aws:er:eu-west-1:1:mapping/other";
  EXPECT_EQ(MakePlan(Sources(), prior, SourcesOf({Source(kNull, other)})).planned,
            SourcesOf({Source(kUnknown, other)}));
  EXPECT_EQ(MakePlan(Sources(), prior, SourcesOf({Source(kNull, kArn)})).planned, prior);
}

// What was configured once, and is no longer, must not look like the service's own.
TEST(PlanOfTwoWays, TakesBackWhatIsSaidInNeither) {
  const Value config = SourcesOf({Source(kNull, kNull)});
  EXPECT_EQ(MakePlan(Sources(), SourcesOf({Source("m", kArn)}), config).planned, config);
  EXPECT_EQ(MakePlan(Sources(), kNull, config).planned, config);
}

TEST(PlanOfImported, LeavesAloneAFalseThatTheServiceFilledIn) {
  const Value filled_in =
      SourcesOf({Source("m", kArn, false), Source("n", "arn:aws:er:eu-west-1:1:mapping/n", true)});
  const Value config = SourcesOf({Source("n", kNull, true), Source("m", kNull)});
  EXPECT_EQ(MakePlanOfImported(Sources(), filled_in, config).planned, filled_in);
  EXPECT_NE(MakePlan(Sources(), filled_in, config).planned, filled_in);
}

TEST(PlanOfImported, SeesAnyOtherDifference) {
  const Value prior = SourcesOf({Source("m", kArn, false)});
  for (const Value& config :
       {SourcesOf({Source("other", kNull)}), SourcesOf({Source("m", kNull, true)})}) {
    EXPECT_EQ(MakePlanOfImported(Sources(), prior, config).planned,
              MakePlan(Sources(), prior, config).planned);
  }
  const Value without = SourcesOf({Source("m", kArn)});
  const Value config = SourcesOf({Source("m", kNull, false)});
  EXPECT_NE(MakePlanOfImported(Sources(), without, config).planned, without);
}

// Terraform plans a second time when the values are known, and refuses another plan then.
TEST(Plan, IsTheSameEachTime) {
  const Value config = ThingWith({{"name", "b"}, {"note", Value::Unknown()}});
  const Plan first = PlanOf(Red(), config);
  const Plan second = PlanOf(Red(), config);
  EXPECT_EQ(first.planned, second.planned);
  EXPECT_EQ(first.replace, second.replace);
}

}  // namespace
}  // namespace er::schema
