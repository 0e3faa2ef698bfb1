#include "schema/sameness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <ostream>
#include <string>

#include "support/value_printing.h"

namespace er::schema {
namespace {

using nlohmann::json;

// One of everything that a thing can say.
const Attribute& Thing() {
  static const Attribute* const thing = new Attribute{
      .name = "thing",
      .nesting = Nesting::kSingle,
      .attributes = {
          {.name = "name", .required = true, .member = "name"},
          {.name = "note", .optional = true, .member = "note"},
          {.name = "shiny", .type = Type::Bool(), .optional = true, .member = "shiny"},
          {.name = "size", .type = Type::Number(), .optional = true, .member = "size"},
          {.name = "words",
           .type = Type::List(Type::String()),
           .optional = true,
           .member = "words"},
          {.name = "steps",
           .type = Type::List(Type::String()),
           .ordered = true,
           .optional = true,
           .member = "steps"},
          {.name = "labels",
           .type = Type::Map(Type::String()),
           .optional = true,
           .member = "labels"},
          {.name = "options", .optional = true, .format = Format::kJson, .member = "options"},
          {.name = "rule", .optional = true, .format = Format::kJsonText, .member = "rule"},
          {.name = "of", .optional = true, .member = "of"},
          {.name = "of_arn", .optional = true, .arn = {.type = "thing"}, .member = "of"},
          {.name = "secret", .optional = true, .member = "details.secret"},
          {.name = "own", .optional = true},
          {.name = "part",
           .nesting = Nesting::kSingle,
           .attributes = {{.name = "a", .optional = true, .member = "a"}},
           .optional = true,
           .member = "part"},
          {.name = "parts",
           .nesting = Nesting::kList,
           .attributes = {{.name = "a", .required = true, .member = "a"},
                          {.name = "b", .type = Type::Bool(), .optional = true, .member = "b"}},
           .optional = true,
           .member = "parts"},
          {.name = "by_key",
           .nesting = Nesting::kMap,
           .attributes = {{.name = "a", .required = true, .member = "a"}},
           .optional = true,
           .member = "byKey"}}};
  return *thing;
}

struct Row {
  std::string name;
  Value::Map a;
  Value::Map b;
  bool is_same;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class SamenessTest : public testing::TestWithParam<Row> {};

TEST_P(SamenessTest, IsASentRequestAway) {
  const auto& [name, a, b, is_same] = GetParam();
  EXPECT_EQ(IsSame(Thing(), a, b), is_same);
  EXPECT_EQ(IsSame(Thing(), b, a), is_same);
  EXPECT_TRUE(IsSame(Thing(), a, a));
}

const Value kA = Value::Map{{"a", "1"}};
const Value kAShiny = Value::Map{{"a", "1"}, {"b", true}};
const Value kB = Value::Map{{"a", "2"}};

const Row kRows[] = {
    {"EmptyTextIsNothing", {{"note", ""}}, {}, true},
    {"EmptyListIsNothing", {{"words", Value::List{}}}, {}, true},
    {"EmptyMapIsNothing", {{"labels", Value::Map{}}}, {}, true},
    {"ObjectOfNothingIsNothing", {{"part", Value::Map{{"a", Value::Null()}}}}, {}, true},
    {"ObjectOfEmptyTextsIsNothing", {{"part", Value::Map{{"a", ""}}}}, {}, true},
    {"EmptyDocumentIsNothing", {{"options", " {} "}}, {}, true},
    {"FalseIsSomething", {{"shiny", false}}, {}, false},
    {"FalseIsNotTrue", {{"shiny", false}}, {{"shiny", true}}, false},
    {"ZeroIsSomething", {{"size", Number(std::int64_t{0})}}, {}, false},
    {"AnotherText", {{"note", "a"}}, {{"note", "b"}}, false},
    {"CaseCounts", {{"note", "a"}}, {{"note", "A"}}, false},
    {"OrderDoesNotCount",
     {{"words", Value::List{"a", "b", "a"}}},
     {{"words", Value::List{"b", "a", "a"}}},
     true},
    {"NumberOfElementsCounts",
     {{"words", Value::List{"a", "a"}}},
     {{"words", Value::List{"a"}}},
     false},
    {"OrderOfStepsCounts",
     {{"steps", Value::List{"a", "b"}}},
     {{"steps", Value::List{"b", "a"}}},
     false},
    {"EmptyTextOfAMapIsSomething",
     {{"labels", Value::Map{{"a", ""}}}},
     {{"labels", Value::Map{}}},
     false},
    {"JsonByMeaning",
     {{"options", R"({"a": 1.0, "b": ["\u0041"]})"}},
     {{"options", R"({ "b":["A"],"a":1 })"}},
     true},
    {"OrderInJsonCounts", {{"options", "[1,2]"}}, {{"options", "[2,1]"}}, false},
    {"NullInJsonCounts", {{"options", R"({"a":null})"}}, {{"options", "{}"}}, false},
    {"JsonTextByMeaning", {{"rule", R"({"a":1})"}}, {{"rule", R"({ "a": 1e0 })"}}, true},
    {"NoJson", {{"rule", "{"}}, {{"rule", "{ "}}, false},
    {"NameIsArn",
     {{"of", "x"}},
     {{"of_arn", "arn:aws:entityresolution:eu-west-1:123456789012:thing/x"}},
     true},
    {"NameAndArnAreName",
     {{"of", "x"}, {"of_arn", "arn:aws:entityresolution:eu-west-1:123456789012:thing/x"}},
     {{"of", "x"}},
     true},
    {"AnotherName",
     {{"of", "y"}},
     {{"of_arn", "arn:aws:entityresolution:eu-west-1:123456789012:thing/x"}},
     false},
    {"MemberOfAStructure", {{"secret", "a"}}, {{"secret", "b"}}, false},
    {"WhatTheServiceKnowsNothingOf", {{"own", "a"}}, {{"own", "b"}}, false},
    {"OrderOfObjectsDoesNotCount",
     {{"parts", Value::List{kA, kB}}},
     {{"parts", Value::List{kB, kA}}},
     true},
    {"PartOfAnObjectCounts",
     {{"parts", Value::List{kA, kB}}},
     {{"parts", Value::List{kAShiny, kB}}},
     false},
    {"KeysCount", {{"by_key", Value::Map{{"k", kA}}}}, {{"by_key", Value::Map{{"l", kA}}}}, false},
    {"UnknownIsNeverTheSame", {{"note", "a"}}, {{"note", Value::Unknown()}}, false},
};

INSTANTIATE_TEST_SUITE_P(All, SamenessTest, testing::ValuesIn(kRows),
                         [](const auto& test) { return test.param.name; });

TEST(Sameness, OfUnknownValuesIsNotKnown) {
  EXPECT_FALSE(IsSame(Thing(), Value::Unknown(), Value::Unknown()));
}

TEST(Canonical, HasOneFormForAllThatMeansTheSame) {
  EXPECT_EQ(Canonical(Thing(), json::parse(R"({
    "name": "", "note": "", "shiny": false, "size": 2.0, "words": ["b", "a"], "steps": ["b", "a"],
    "options": {"b": 1.0, "a": []}, "rule": "{ \"x\": 1 }", "details": {"secret": "s", "x": 1},
    "part": {"a": ""}, "parts": [{"a": "2"}, {"a": "1", "added": 1}], "added": {}})")),
            json::parse(R"({
    "name": "", "shiny": false, "size": 2, "words": ["a", "b"], "steps": ["b", "a"],
    "options": {"b": 1, "a": []}, "rule": {"x": 1}, "details": {"secret": "s"},
    "parts": [{"a": "1"}, {"a": "2"}]})"));
}

TEST(Canonical, DoesNotMindWhatHasAnotherForm) {
  const json odd = json::parse(R"({"name": 1, "words": "a", "part": [], "parts": {"a": 1}})");
  EXPECT_EQ(Canonical(Thing(), odd)["name"], 1);
}

struct Told {
  std::string name;
  std::string asked;
  std::string told;
  bool covers;
};

void PrintTo(const Told& told, std::ostream* out) { *out << told.name; }

class CoversTest : public testing::TestWithParam<Told> {};

TEST_P(CoversTest, LooksForAllThatWasAsked) {
  EXPECT_EQ(Covers(Thing(), json::parse(GetParam().asked), json::parse(GetParam().told)),
            GetParam().covers);
}

const Told kTold[] = {
    {"Same", R"({"name": "a"})", R"({"name": "a"})", true},
    {"Other", R"({"name": "a"})", R"({"name": "b"})", false},
    {"Less", R"({"name": "a", "note": "n"})", R"({"name": "a"})", false},
    {"FilledIn", R"({"name": "a"})", R"({"name": "a", "shiny": true, "note": "n"})", true},
    {"Added", R"({"name": "a"})", R"({"name": "a", "added": 1})", true},
    {"EmptyForNothing", R"({"name": "a", "note": ""})", R"({"name": "a"})", true},
    {"FilledInDeeply", R"({"parts": [{"a": "1"}, {"a": "2"}]})",
     R"({"parts": [{"a": "2", "b": true}, {"a": "1", "b": false}]})", true},
    {"MoreElements", R"({"words": ["a"]})", R"({"words": ["a", "b"]})", false},
    {"EachElementOnce", R"({"words": ["a", "a"]})", R"({"words": ["a", "b"]})", false},
    {"AnotherOrder", R"({"steps": ["a", "b"]})", R"({"steps": ["b", "a"]})", false},
    {"ByKey", R"({"byKey": {"k": {"a": "1"}}})", R"({"byKey": {"k": {"a": "1"}}})", true},
    {"ByAnotherKey", R"({"byKey": {"k": {"a": "1"}}})", R"({"byKey": {"l": {"a": "1"}}})", false},
    {"Structure", R"({"details": {"secret": "s"}})", R"({"details": {"secret": "s"}})", true},
    {"AnotherStructure", R"({"details": {"secret": "s"}})", R"({"details": {}})", false},
};

INSTANTIATE_TEST_SUITE_P(All, CoversTest, testing::ValuesIn(kTold),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace er::schema
