#include "value/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "any_value.h"
#include "support/value_printing.h"

namespace er {
namespace {

using ::testing::HasSubstr;

Type TypeOf(absl::string_view json) { return *Type::FromJson(json); }

Value Decimal(absl::string_view text) { return *Number::Parse(text); }

const char kString[] = R"("string")";
const char kNumber[] = R"("number")";
const char kBool[] = R"("bool")";
const char kDynamic[] = R"("dynamic")";
const char kStrings[] = R"(["list","string"])";
const char kMap[] = R"(["map","number"])";
const char kObject[] = R"(["object",{"a":"string","b":"number"}])";
const char kTuple[] = R"(["tuple",["string","bool"]])";

struct Example {
  std::string json;
  std::string type;
  Value value;
};

const Example kBothWays[] = {
    {"null", kString, Value::Null()},
    {"null", kObject, Value::Null()},
    {"null", kDynamic, Value::Null()},
    {R"("")", kString, ""},
    {R"("a\"\\\n\u0000")", kString, std::string("a\"\\\n\0", 5)},
    {"\"\xC3\xA9\"", kString, "\xC3\xA9"},
    {"true", kBool, true},
    {"false", kBool, false},
    {"0", kNumber, Decimal("0")},
    {"-1.5", kNumber, Decimal("-1.5")},
    {"0.1", kNumber, Decimal("0.1")},
    {"18446744073709551615", kNumber, Decimal("18446744073709551615")},
    {"12345678901234567890123", kNumber, Decimal("12345678901234567890123")},
    {"0.1234567890123456789012345", kNumber, Decimal("0.1234567890123456789012345")},
    {"[]", kStrings, Value::List{}},
    {R"(["a",null])", kStrings, Value::List{"a", Value::Null()}},
    {R"(["b","a"])", R"(["set","string"])", Value::List{"b", "a"}},
    {"{}", kMap, Value::Map{}},
    {R"({"":1,"k":null})", kMap, Value::Map{{"", Decimal("1")}, {"k", Value::Null()}}},
    {"[]", R"(["tuple",[]])", Value::List{}},
    {R"(["a",true])", kTuple, Value::List{"a", true}},
    {"{}", R"(["object",{}])", Value::Map{}},
    {R"({"a":"x","b":1})", kObject, Value::Map{{"a", "x"}, {"b", Decimal("1")}}},
    {R"({"a":null,"b":null})", kObject, Value::Map{{"a", Value::Null()}, {"b", Value::Null()}}},
    {R"({"value":"a","type":"string"})", kDynamic, Value::Dynamic(Type::String(), "a")},
    {R"({"value":null,"type":"string"})", kDynamic, Value::Dynamic(Type::String(), Value::Null())},
    {R"({"value":[],"type":["tuple",[]]})", kDynamic,
     Value::Dynamic(Type::Tuple({}), Value::List{})},
};

TEST(JsonTest, ReadsAState) {
  for (const Example& example : kBothWays) {
    const absl::StatusOr<Value> value =
        DecodeJson(example.json, TypeOf(example.type), ExtraAttributes::kRefuse);
    ASSERT_TRUE(value.ok()) << example.json << ": " << value.status();
    EXPECT_EQ(*value, example.value) << example.json;
  }
}

TEST(JsonTest, WritesAState) {
  for (const Example& example : kBothWays) {
    const absl::StatusOr<std::string> json = EncodeJson(example.value, TypeOf(example.type));
    ASSERT_TRUE(json.ok()) << example.json << ": " << json.status();
    EXPECT_EQ(*json, example.json);
  }
}

TEST(JsonTest, ReadsOtherFormsToo) {
  const Example rows[] = {
      {" {\n  \"b\": 1,\n  \"a\": \"x\"\n}\n", kObject,
       Value::Map{{"a", "x"}, {"b", Decimal("1")}}},
      {"{}", kObject, Value::Map{{"a", Value::Null()}, {"b", Value::Null()}}},
      {R"("caf\u00e9")", kString, "caf\xC3\xA9"},
      {"1e3", kNumber, Decimal("1000")},
      {"-0", kNumber, Decimal("0")},
      {"1.50", kNumber, Decimal("1.5")},
      {R"("10")", kNumber, Decimal("10")},
      {R"("0.10")", kNumber, Decimal("0.1")},
      {R"("true")", kBool, true},
      {R"("false")", kBool, false},
      {R"({"type":"number","value":"1"})", kDynamic, Value::Dynamic(Type::Number(), Decimal("1"))},
      {R"({"type":"dynamic","value":{"type":"bool","value":true}})", kDynamic,
       Value::Dynamic(Type::Bool(), true)},
  };
  for (const Example& row : rows) {
    const absl::StatusOr<Value> value =
        DecodeJson(row.json, TypeOf(row.type), ExtraAttributes::kRefuse);
    ASSERT_TRUE(value.ok()) << row.json << ": " << value.status();
    EXPECT_EQ(*value, row.value) << row.json;
  }
}

TEST(JsonTest, RefusesWhatDoesNotFit) {
  const struct {
    std::string json;
    const char* type;
    const char* message;
  } rows[] = {
      {"", kString, "not valid JSON"},
      {"\"a", kString, "not valid JSON"},
      {"\"a\" 1", kString, "not valid JSON at byte 5"},
      {"\"\xFF\"", kString, "not valid JSON"},
      {R"("\ud800")", kString, "not valid JSON"},
      {"1", kString, "not of type string"},
      {"{}", kString, "not of type string"},
      {"yes", kBool, "not valid JSON"},
      {R"("yes")", kBool, "not of type bool"},
      {"1", kBool, "not of type bool"},
      {"NaN", kNumber, "not valid JSON"},
      {"01", kNumber, "not valid JSON"},
      {R"("one")", kNumber, "not a decimal number"},
      {R"("1e5000")", kNumber, "too large"},
      {R"("Infinity")", kNumber, "not a finite number"},
      {"true", kNumber, "not of type number"},
      {"{}", kStrings, "not of type list of string"},
      {R"(["a",{}])", kStrings, "[1]: not of type string"},
      {"[]", kMap, "not of type map of number"},
      {R"({"k":true})", kMap, R"(["k"]: not of type number)"},
      {R"({"k":1,"k":2})", kMap, "the key \"k\" comes twice"},
      {R"(["a"])", kTuple, "a tuple of 2 is required, not of 1"},
      {R"({"a":[]})", kObject, "a: not of type string"},
      {R"({"c":1})", kObject, "c: there is no such attribute"},
      {R"("a")", kDynamic, "not an object of a type and a value"},
      {R"({"value":1})", kDynamic, "not an object of a type and a value"},
      {R"({"value":1,"type":"number","more":1})", kDynamic, "not an object of a type and a value"},
      {R"({"value":1,"type":"text"})", kDynamic, "not a type of Terraform"},
      {R"({"value":{},"type":"number"})", kDynamic, "not of type number"},
      {R"({"a":[{"b":{"k":7}}]})", R"(["object",{"a":["list",["object",{"b":["map","string"]}]]}])",
       R"(a[0].b["k"]: not of type string)"},
  };
  for (const auto& row : rows) {
    const absl::Status status =
        DecodeJson(row.json, TypeOf(row.type), ExtraAttributes::kRefuse).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << row.json;
    EXPECT_THAT(std::string(status.message()), HasSubstr(row.message)) << row.json;
  }
}

TEST(JsonTest, SaysNothingOfWhatItCouldNotRead) {
  const absl::Status status =
      DecodeJson(R"({"a":"hunter2)", TypeOf(kObject), ExtraAttributes::kRefuse).status();
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("hunter2")));
}

TEST(JsonTest, IgnoresAttributesThatAreGoneWhereAsked) {
  const absl::StatusOr<Value> value =
      DecodeJson(R"({"a":"x","gone":[{"deep":1}]})", TypeOf(kObject), ExtraAttributes::kIgnore);
  ASSERT_TRUE(value.ok()) << value.status();
  EXPECT_EQ(*value, Value(Value::Map{{"a", "x"}, {"b", Value::Null()}}));
}

TEST(JsonTest, RefusesAbsurdNesting) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  Type type = Type::String();
  for (int i = 0; i < 100; ++i) type = Type::List(std::move(type));
  EXPECT_TRUE(DecodeJson(nested(64), type, ExtraAttributes::kRefuse).ok());
  EXPECT_EQ(DecodeJson(nested(65), type, ExtraAttributes::kRefuse).status().message(),
            "nested too deeply");
  EXPECT_FALSE(DecodeJson(std::string(1 << 20, '['), type, ExtraAttributes::kRefuse).ok());
}

TEST(JsonTest, RefusesToWriteWhatJsonCannotSay) {
  const struct {
    Value value;
    const char* type;
    const char* message;
  } rows[] = {
      {Value::Unknown(), kString, "unknown"},
      {Value::List{Value::Unknown()}, kStrings, "[0]: unknown"},
      {Value::Dynamic(Type::String(), Value::Unknown()), kDynamic, "unknown"},
      {Decimal("Infinity"), kNumber, "not a finite number"},
      {Number(std::nan("")), kNumber, "not a finite number"},
      {"\xFF", kString, "not valid UTF-8"},
      {true, kString, "not of type string"},
      {"a", kDynamic, "not of type dynamic"},
      {Value::List{"a"}, kTuple, "a tuple of another length"},
      {Value::Map{{"c", "a"}}, kObject, "c: there is no such attribute"},
  };
  for (const auto& row : rows) {
    const absl::Status status = EncodeJson(row.value, TypeOf(row.type)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInternal) << row.message;
    EXPECT_THAT(std::string(status.message()), HasSubstr(row.message));
  }
}

TEST(JsonTest, WritesAMissingAttributeAsNull) {
  EXPECT_EQ(*EncodeJson(Value::Map{}, TypeOf(kObject)), R"({"a":null,"b":null})");
}

TEST(JsonTest, ReadsBackWhateverItWrites) {
  for (std::uint32_t seed = 0; seed < 2000; ++seed) {
    AnyValue any(seed, AnyValue::Kind::kState);
    const Type type = any.MakeType();
    const Value value = any.Make(type);
    const absl::StatusOr<std::string> json = EncodeJson(value, type);
    ASSERT_TRUE(json.ok()) << seed << ": " << json.status();
    const absl::StatusOr<Value> again = DecodeJson(*json, type, ExtraAttributes::kRefuse);
    ASSERT_TRUE(again.ok()) << seed << ": " << again.status();
    EXPECT_EQ(*again, value) << seed;
    for (std::size_t size = 0; size < json->size(); size += 1 + size / 16) {
      // A cut number is a number still; all else must not pass.
      const auto cut = DecodeJson(json->substr(0, size), type, ExtraAttributes::kRefuse);
      EXPECT_TRUE(!cut.ok() || cut->IsNumber()) << seed;
    }
  }
}

}  // namespace
}  // namespace er
