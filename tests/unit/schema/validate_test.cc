#include "schema/validate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "support/value_printing.h"

namespace er::schema {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::shared_ptr<const Pattern> Matching(const char* text) {
  return std::make_shared<const Pattern>(text);
}

Attribute Optional(const char* name, Limits limits = {}, Format format = Format::kText) {
  return {.name = name, .optional = true, .format = format, .limits = std::move(limits)};
}

const Schema& Thing() {
  static const Schema* const thing = new Schema{
      .attributes = {
          {.name = "name", .required = true},
          Optional("uri", {.pattern = Matching("s3://[a-z]+(/.*)?"),
                           .pattern_meaning = "an S3 location such as s3://bucket/",
                           .min_length = 8,
                           .max_length = 12}),
          Optional("role", {.pattern = Matching("arn:aws:iam::[0-9]{12}:role/[a-z]+"),
                            .pattern_meaning = "the ARN of a role"}),
          Optional("digits", {.pattern = Matching("[0-9]*"), .pattern_meaning = "digits"}),
          Optional("code", {.min_length = 1}),
          Optional("kind", {.one_of = {"BATCH", "SINGLE"}}),
          Optional("wait", {}, Format::kDuration),
          Optional("session", {.min = 900, .max = 43200}, Format::kDuration),
          {.name = "count",
           .type = Type::Number(),
           .optional = true,
           .limits = {.min = 1, .max = 10, .whole = true}},
          {.name = "rate", .type = Type::Number(), .optional = true, .limits = {.min = 0.01}},
          {.name = "accounts",
           .type = Type::Set(Type::String()),
           .optional = true,
           .limits = {.pattern = Matching("[0-9]+"), .pattern_meaning = "digits"}},
          {.name = "policies",
           .type = Type::List(Type::String()),
           .optional = true,
           .limits = {.max_length = 3}},
          {.name = "tags", .type = Type::Map(Type::String()), .optional = true},
          {.name = "secret",
           .optional = true,
           .sensitive = true,
           .limits = {.pattern = Matching("[a-z]+"), .pattern_meaning = "lower case"}},
          {.name = "owner",
           .nesting = Nesting::kSingle,
           .attributes = {{.name = "mail", .required = true}},
           .optional = true},
          {.name = "parts",
           .nesting = Nesting::kList,
           .attributes = {Optional("kind", {.one_of = {"A"}})},
           .optional = true},
          {.name = "colors",
           .nesting = Nesting::kSet,
           .attributes = {Optional("kind", {.one_of = {"A"}})},
           .optional = true},
          {.name = "steps",
           .nesting = Nesting::kList,
           .attributes = {Optional("name"), Optional("arn"), Optional("deep")},
           .min_items = 2,
           .max_items = 3,
           .optional = true,
           .exactly_one_of = {"name", "arn"}},
          {.name = "rule",
           .nesting = Nesting::kSingle,
           .attributes = {{.name = "kind",
                           .optional = true,
                           .needs = {{"SIMPLE", {"words"}}, {"HARD", {"words", "code"}}}},
                          {.name = "words",
                           .type = Type::List(Type::String()),
                           .max_items = 1,
                           .optional = true},
                          Optional("code"),
                          Optional("more")},
           .optional = true,
           .at_most_one_of = {"code", "more"}},
          Optional("document", {}, Format::kJson),
          {.name = "labels",
           .type = Type::Map(Type::String()),
           .max_items = 2,
           .key_limits =
               std::make_shared<const Limits>(Limits{.max_length = 5, .reserved_prefix = "aws:"}),
           .optional = true,
           .limits = {.max_length = 3}},
          {.name = "status", .computed = true},
          {.name = "place",
           .nesting = Nesting::kList,
           .attributes = {{.name = "street", .required = true, .limits = {.min_length = 1}},
                          Optional("code", {.max_length = 2})},
           .is_block = true,
           .max_items = 1},
          {.name = "step", .nesting = Nesting::kList, .is_block = true, .max_items = 2},
          {.name = "timeouts",
           .nesting = Nesting::kSingle,
           .attributes = {Optional("create", {}, Format::kDuration)},
           .is_block = true}}};
  return *thing;
}

// What is said against a thing with a name and `parts`.
Diagnostics MistakesIn(Value::Map parts) {
  Value config = EmptyObject(Thing());
  config.AsMap()["name"] = "a";
  for (auto& [name, value] : parts) config.AsMap()[name] = value;
  return Validate(Thing(), config);
}

Value Place(Value street) { return Value::Map{{"street", std::move(street)}}; }

struct Row {
  std::string name;
  Value::Map parts;
  std::string path;
  std::string summary;
  std::string detail;
};

void PrintTo(const Row& row, std::ostream* out) { PrintTo(Value(row.parts), out); }

class MistakeTest : public testing::TestWithParam<Row> {};

TEST_P(MistakeTest, IsToldWithItsPlace) {
  const Diagnostics diagnostics = MistakesIn(GetParam().parts);
  ASSERT_EQ(diagnostics.size(), 1U);
  EXPECT_EQ(diagnostics[0].severity, Diagnostic::Severity::kError);
  EXPECT_EQ(diagnostics[0].path.ToString(), GetParam().path);
  EXPECT_EQ(diagnostics[0].summary, GetParam().summary);
  EXPECT_EQ(diagnostics[0].detail, GetParam().detail);
}

const Row kRows[] = {
    {"RequiredNull",
     {{"name", Value::Null()}},
     "name",
     "Missing name",
     "name is required, but it is null."},
    {"Pattern",
     {{"uri", "http://x/"}},
     "uri",
     "Invalid uri",
     "\"http://x/\" must be an S3 location such as s3://bucket/."},
    {"PatternOnlyInPart",
     {{"digits", "12 "}},
     "digits",
     "Invalid digits",
     "\"12 \" must be digits."},
    {"PatternWithLineFeed",
     {{"digits", "12\n"}},
     "digits",
     "Invalid digits",
     "\"12\n\" must be digits."},
    {"TooShort",
     {{"uri", "s3://b"}},
     "uri",
     "Invalid uri",
     "\"s3://b\" has 6 characters; uri takes at least 8."},
    {"TooShortAndNoneAtAll",
     {{"uri", "bucket"}},
     "uri",
     "Invalid uri",
     "\"bucket\" must be an S3 location such as s3://bucket/."},
    {"TooLong",
     {{"uri", "s3://bucket/x"}},
     "uri",
     "Invalid uri",
     "\"s3://bucket/x\" has 13 characters; uri takes at most 12."},
    {"ArnOfAnotherThing",
     {{"role", "arn:aws:iam::123456789012:user/me"}},
     "role",
     "Invalid role",
     "\"arn:aws:iam::123456789012:user/me\" is the ARN of a \"user\" of iam. It must be the ARN of "
     "a role."},
    {"ArnThatIsMisspelled",
     {{"role", "arn:aws:iam::12:role/me"}},
     "role",
     "Invalid role",
     "\"arn:aws:iam::12:role/me\" must be the ARN of a role."},
    {"ArnWithoutAKind",
     {{"role", "arn:aws:s3:::bucket"}},
     "role",
     "Invalid role",
     "\"arn:aws:s3:::bucket\" must be the ARN of a role."},
    {"SecretArnOfAnotherThing",
     {{"secret", "arn:aws:iam::123456789012:user/me"}},
     "secret",
     "Invalid secret",
     "The value (sensitive) must be lower case."},
    {"EmptyWithPattern",
     {{"uri", ""}},
     "uri",
     "Invalid uri",
     "uri must not be empty. Leave the argument out, or set it to an S3 location such as "
     "s3://bucket/."},
    {"Empty",
     {{"code", ""}},
     "code",
     "Invalid code",
     "code must not be empty. Leave the argument out, or set it to a value."},
    {"NoneOf",
     {{"kind", "MANY"}},
     "kind",
     "Invalid kind",
     "\"MANY\" is none of the values that kind takes: BATCH, SINGLE."},
    {"NoneOfButForItsCase",
     {{"kind", "batch"}},
     "kind",
     "Invalid kind",
     "\"batch\" is none of the values that kind takes: BATCH, SINGLE. Did you mean \"BATCH\"?"},
    {"NoneOfEmpty",
     {{"kind", ""}},
     "kind",
     "Invalid kind",
     "kind must not be empty. Leave the argument out, or set it to BATCH, SINGLE."},
    {"EmptyButRequired",
     {{"place", Value::List{Place("")}}},
     "place[0].street",
     "Invalid place.street",
     "street must not be empty. Set it to a value."},
    {"TooShortADuration",
     {{"session", "5m"}},
     "session",
     "Invalid session",
     "\"5m\" is out of range; session takes from 15m to 12h."},
    {"TooSmallANumber",
     {{"count", Number(std::int64_t{0})}},
     "count",
     "Invalid count",
     "0 is no value for count. It must be a whole number from 1 to 10."},
    {"TooLargeANumber",
     {{"count", *Number::Parse("1e30")}},
     "count",
     "Invalid count",
     "1000000000000000000000000000000 is no value for count. It must be a whole number from 1 to "
     "10."},
    {"AFraction",
     {{"count", Number(1.5)}},
     "count",
     "Invalid count",
     "1.5 is no value for count. It must be a whole number from 1 to 10."},
    {"NotAboveZero",
     {{"rate", Number(std::int64_t{0})}},
     "rate",
     "Invalid rate",
     "0 is no value for rate. It must be a number of at least 0.01."},
    {"ATextOfASet",
     {{"accounts", Value::List{"1", "x"}}},
     "accounts",
     "Invalid accounts",
     "\"x\" must be digits."},
    {"ATextOfAList",
     {{"policies", Value::List{"a", "abcd"}}},
     "policies[1]",
     "Invalid policies",
     "\"abcd\" has 4 characters; policies takes at most 3."},
    {"NullElement",
     {{"tags", Value::Map{{"a", "x"}, {"b c", Value::Null()}}}},
     "tags[\"b c\"]",
     "Null Element in tags",
     "The element \"b c\" is null. Leave it out, or give it a value."},
    {"ReadOnly",
     {{"status", "DONE"}},
     "status",
     "Read-Only Attribute status",
     "status cannot be set: the service decides it. Remove it."},
    {"ReadOnlyAndUnknown",
     {{"status", Value::Unknown()}},
     "status",
     "Read-Only Attribute status",
     "status cannot be set: the service decides it. Remove it."},
    {"InAnObject",
     {{"owner", Value::Map{{"mail", Value::Null()}}}},
     "owner.mail",
     "Missing owner.mail",
     "mail is required, but it is null."},
    {"InAList",
     {{"parts", Value::List{Value::Map{{"kind", "A"}}, Value::Map{{"kind", "B"}}}}},
     "parts[1].kind",
     "Invalid parts.kind",
     "\"B\" is none of the values that kind takes: A."},
    {"InASet",
     {{"colors", Value::List{Value::Map{{"kind", "B"}}}}},
     "colors.kind",
     "Invalid colors.kind",
     "\"B\" is none of the values that kind takes: A."},
    {"InABlock",
     {{"place", Value::List{Place(Value::Null())}}},
     "place[0].street",
     "Missing place.street",
     "street is required, but it is null."},
    {"TooManyOfOneBlock",
     {{"place", Value::List{Place("a"), Place("b")}}},
     "place",
     "Too Many place Blocks",
     "There are 2 place blocks; at most 1 is allowed."},
    {"TooManyBlocks",
     {{"step", Value::List{Value::Map{}, Value::Map{}, Value::Map{}}}},
     "step",
     "Too Many step Blocks",
     "There are 3 step blocks; at most 2 are allowed."},
    {"TooFewElements",
     {{"steps", Value::List{Value::Map{{"name", "a"}}}}},
     "steps",
     "Too Few Elements in steps",
     "steps has 1 element; it takes at least 2."},
    {"TooManyElements",
     {{"rule", Value::Map{{"words", Value::List{"a", "b"}}}}},
     "rule.words",
     "Too Many Elements in words",
     "words has 2 elements; it takes at most 1."},
    {"TooManyEntries",
     {{"labels", Value::Map{{"a", "1"}, {"b", "2"}, {"c", "3"}}}},
     "labels",
     "Too Many Elements in labels",
     "labels has 3 elements; it takes at most 2."},
    {"KeyThatIsTooLong",
     {{"labels", Value::Map{{"abcdef", "1"}}}},
     "labels[\"abcdef\"]",
     "Invalid Key in labels",
     "\"abcdef\" has 6 characters; a key of labels takes at most 5."},
    {"KeyThatIsReserved",
     {{"labels", Value::Map{{"AWS:a", "1"}}}},
     "labels[\"AWS:a\"]",
     "Invalid Key in labels",
     "\"AWS:a\" begins with \"aws:\", which is reserved for AWS."},
    {"ATextOfAMap",
     {{"labels", Value::Map{{"a", "1234"}}}},
     "labels[\"a\"]",
     "Invalid labels",
     "\"1234\" has 4 characters; labels takes at most 3."},
    {"NullInAList",
     {{"policies", Value::List{"a", Value::Null()}}},
     "policies[1]",
     "Null Element in policies",
     "The element number 2 is null. Leave it out, or give it a value."},
    {"NoneOfTheTwo",
     {{"steps", Value::List{Value::Map{{"deep", "d"}}, Value::Map{{"name", "a"}}}}},
     "steps[0]",
     "Missing name or arn",
     "One of name, arn is required."},
    {"BothOfTheTwo",
     {{"steps",
       Value::List{Value::Map{{"arn", "a"}}, Value::Map{{"name", "a"}, {"arn", "arn:a"}}}}},
     "steps[1]",
     "Conflicting name and arn",
     "Only one of name, arn can be set: they say the same in different ways."},
    {"BothOfAtMostOne",
     {{"rule", Value::Map{{"code", "a"}, {"more", "b"}}}},
     "rule",
     "Conflicting code and more",
     "Only one of code, more can be set: they say the same in different ways."},
    {"ValueThatNeedsAnother",
     {{"rule", Value::Map{{"kind", "SIMPLE"}, {"code", "c"}}}},
     "rule.kind",
     "Missing words",
     "Where kind is \"SIMPLE\", words is required."},
    {"ValueThatNeedsOneOfTwo",
     {{"rule", Value::Map{{"kind", "HARD"}}}},
     "rule.kind",
     "Missing words or code",
     "Where kind is \"HARD\", words or code is required."},
    {"NoJson",
     {{"document", "{a: 1}"}},
     "document",
     "Invalid document",
     "document is not JSON. Write it with jsonencode({ ... })."},
    {"InASingleBlock",
     {{"timeouts", Value::Map{{"create", "soon"}}}},
     "timeouts.create",
     "Invalid timeouts.create",
     "\"soon\" is not a duration. Write it as in \"90m\", \"4h\" or \"1h30m\"."},
};

INSTANTIATE_TEST_SUITE_P(All, MistakeTest, testing::ValuesIn(kRows),
                         [](const auto& test) { return test.param.name; });

TEST(Validate, LetsPassWhatIsRight) {
  EXPECT_THAT(MistakesIn({{"uri", "s3://bucket/"},
                          {"digits", ""},
                          {"code", "x"},
                          {"kind", "SINGLE"},
                          {"wait", "90m"},
                          {"session", "15m"},
                          {"count", Number(std::int64_t{10})},
                          {"rate", Number(0.5)},
                          {"accounts", Value::List{"1", "22"}},
                          {"policies", Value::List{"abc", Value::Unknown()}},
                          {"tags", Value::Map{{"a", ""}}},
                          {"secret", "x"},
                          {"owner", Value::Map{{"mail", "m"}}},
                          {"parts", Value::List{Value::Map{{"kind", "A"}}}},
                          {"steps", Value::List{Value::Map{{"name", "a"}},
                                                Value::Map{{"arn", Value::Unknown()}}}},
                          {"rule", Value::Map{{"kind", "HARD"}, {"code", Value::Unknown()}}},
                          {"document", R"({"a": [1, null]})"},
                          {"labels", Value::Map{{"law:a", ""}}},
                          {"place", Value::List{Place("s")}},
                          {"timeouts", Value::Map{{"create", "4h"}}}}),
              IsEmpty());
}

// An expression that comes to nothing is as good as none.
TEST(Validate, LetsPassAnOptionalListOfNothing) {
  EXPECT_THAT(MistakesIn({{"steps", Value::List{}}, {"document", ""}}), IsEmpty());
}

TEST(Validate, LetsPassWhatIsLeftOut) { EXPECT_THAT(MistakesIn({}), IsEmpty()); }

// It is judged when it is known.
TEST(Validate, LetsPassWhatIsUnknown) {
  Value::Map unknown;
  for (const Attribute& attribute : Thing().attributes) {
    if (!attribute.computed) unknown[attribute.name] = Value::Unknown();
  }
  EXPECT_THAT(MistakesIn(unknown), IsEmpty());
  EXPECT_THAT(MistakesIn({{"tags", Value::Map{{"a", Value::Unknown()}}},
                          {"owner", Value::Map{{"mail", Value::Unknown()}}},
                          {"parts", Value::List{Value::Unknown()}},
                          {"place", Value::List{Place(Value::Unknown())}},
                          {"step", Value::List{Value::Unknown()}}}),
              IsEmpty());
}

TEST(Validate, CountsCharactersAndNotBytes) {
  EXPECT_THAT(MistakesIn({{"place", Value::List{Value::Map{{"street", "s"}, {"code", "äö"}}}}}),
              IsEmpty());
  EXPECT_EQ(
      MistakesIn({{"place", Value::List{Value::Map{{"street", "s"}, {"code", "äöü"}}}}}).size(),
      1U);
}

TEST(Validate, TellsAllMistakesAtOnce) {
  const Diagnostics diagnostics =
      MistakesIn({{"kind", "x"},
                  {"wait", "x"},
                  {"place", Value::List{Place(Value::Null()), Place(Value::Null())}}});
  std::vector<std::string> places;
  for (const Diagnostic& diagnostic : diagnostics) places.push_back(diagnostic.path.ToString());
  EXPECT_THAT(places, ElementsAre("kind", "wait", "place", "place[0].street", "place[1].street"));
}

TEST(Validate, MissesABlock) {
  const Schema schema{
      .attributes = {
          {.name = "place", .nesting = Nesting::kList, .is_block = true, .min_items = 1}}};
  const Diagnostics diagnostics = Validate(schema, EmptyObject(schema));
  ASSERT_EQ(diagnostics.size(), 1U);
  EXPECT_EQ(diagnostics[0].summary, "Missing place Block");
  EXPECT_EQ(diagnostics[0].path, Path("place"));
}

TEST(Validate, DoesNotShowASecret) {
  const Diagnostics diagnostics = MistakesIn({{"secret", "HUNTER2"}});
  ASSERT_EQ(diagnostics.size(), 1U);
  EXPECT_THAT(diagnostics[0].detail, Not(HasSubstr("HUNTER2")));
  EXPECT_EQ(diagnostics[0].detail, "The value (sensitive) must be lower case.");
}

// Terraform shows no element's place, and the element must not show itself.
TEST(Validate, SaysWhichElementOfASecretListIsWrong) {
  const Schema schema{.attributes = {{.name = "ids",
                                      .type = Type::List(Type::String()),
                                      .optional = true,
                                      .sensitive = true,
                                      .limits = {.max_length = 4}}}};
  const Diagnostics diagnostics =
      Validate(schema, Value::Map{{"ids", Value::List{"4711", "HUNTER2"}}});
  ASSERT_EQ(diagnostics.size(), 1U);
  EXPECT_EQ(diagnostics[0].detail,
            "Element number 2: The value (sensitive) has 7 characters; ids takes at most 4.");
  EXPECT_EQ(diagnostics[0].path, Path("ids").Index(1));
}

TEST(Validate, ShowsOnlyTheBeginningOfALongText) {
  const Diagnostics diagnostics = MistakesIn({{"kind", std::string(5'000'000, 'x')}});
  ASSERT_EQ(diagnostics.size(), 1U);
  EXPECT_LT(diagnostics[0].detail.size(), 400U);
}

TEST(Validate, MissesEverythingInNothing) {
  EXPECT_EQ(Validate(Thing(), Value::Null()).size(), 1U) << "the required name";
}

class DurationTest : public testing::TestWithParam<std::pair<const char*, bool>> {};

TEST_P(DurationTest, IsWhatGoTakesForOneAndAboveZero) {
  const auto& [text, is_right] = GetParam();
  EXPECT_EQ(MistakesIn({{"wait", text}}).empty(), is_right) << text;
}

INSTANTIATE_TEST_SUITE_P(
    All, DurationTest,
    testing::Values(std::pair("90m", true), std::pair("4h", true), std::pair("1h30m", true),
                    std::pair("1.5h", true), std::pair("30s", true), std::pair("250ms", true),
                    std::pair("1us", true), std::pair("", false), std::pair("90", false),
                    std::pair("0", false), std::pair("0s", false), std::pair("-1h", false),
                    std::pair("inf", false), std::pair("-inf", false), std::pair("1d", false),
                    std::pair("90 m", false), std::pair("m", false), std::pair("soon", false)));

}  // namespace
}  // namespace er::schema
