#include "schema/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "support/value_printing.h"

namespace er::schema {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A thing that is named, may be colored, and is given an id and a state by the service.
const Schema& Thing() {
  static const Schema* const thing = new Schema{
      .attributes =
          {{.name = "name", .required = true, .replaces = true},
           {.name = "color", .optional = true, .computed = true, .replaces = true},
           {.name = "mode", .optional = true, .computed = true, .default_value = Value("slow")},
           {.name = "note", .optional = true},
           {.name = "id", .computed = true},
           {.name = "state", .computed = true, .is_volatile = true}},
      .blocks = {{.name = "place",
                  .nesting = Nesting::kList,
                  .attributes = {{.name = "street", .required = true}},
                  .replaces = true},
                 {.name = "timeouts",
                  .nesting = Nesting::kSingle,
                  .attributes = {{.name = "create", .optional = true}}}}};
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

// Terraform's merge: what the configuration says, and for what it leaves to the service what is
// there.
Value Proposed(const Value& prior, const Value& config) {
  Value proposed = config;
  for (const Attribute& attribute : Thing().attributes) {
    if (attribute.computed && config[attribute.name].IsNull()) {
      proposed.AsMap()[attribute.name] = prior[attribute.name];
    }
  }
  return proposed;
}

Plan PlanOf(const Value& prior, const Value& config) {
  return MakePlan(Thing(), prior, Proposed(prior, config), config);
}

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
  const Plan plan = MakePlan(Thing(), Red(), Value::Null(), Value::Null());
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
