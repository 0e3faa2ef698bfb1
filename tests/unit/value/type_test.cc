#include "value/type.h"

#include <gtest/gtest.h>

#include <string>

#include "any_value.h"
#include "support/value_printing.h"

namespace er {
namespace {

Type Read(absl::string_view json) {
  const absl::StatusOr<Type> type = Type::FromJson(json);
  EXPECT_TRUE(type.ok()) << json << ": " << type.status();
  return type.ok() ? *type : Type::Dynamic();
}

TEST(TypeTest, HasTheJsonFormOfTheProtocol) {
  const struct {
    Type type;
    std::string json;
  } rows[] = {
      {Type::String(), R"("string")"},
      {Type::Number(), R"("number")"},
      {Type::Bool(), R"("bool")"},
      {Type::Dynamic(), R"("dynamic")"},
      {Type::List(Type::String()), R"(["list","string"])"},
      {Type::Set(Type::Number()), R"(["set","number"])"},
      {Type::Map(Type::Dynamic()), R"(["map","dynamic"])"},
      {Type::Tuple({}), R"(["tuple",[]])"},
      {Type::Tuple({Type::Object({{"a", Type::Number()}})}),
       R"(["tuple",[["object",{"a":"number"}]]])"},
      {Type::Object({}), R"(["object",{}])"},
      {Type::Object({{"b", Type::Bool()}, {"a", Type::List(Type::String())}}),
       R"(["object",{"a":["list","string"],"b":"bool"}])"},
      {Type::Object({{"caf\xC3\xA9 \"x\"", Type::Bool()}}),
       "[\"object\",{\"caf\xC3\xA9 \\\"x\\\"\":\"bool\"}]"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(row.type.ToJson(), row.json);
    EXPECT_EQ(Read(row.json), row.type);
  }
}

TEST(TypeTest, ReadsWhatIsOptionalAndDropsIt) {
  EXPECT_EQ(Read(R"(["object",{"a":"string","b":"bool"},["b"]])"),
            Type::Object({{"a", Type::String()}, {"b", Type::Bool()}}));
}

TEST(TypeTest, MayBePrettyPrinted) {
  EXPECT_EQ(Read(" [ \"list\" ,\n \"string\" ]\n"), Type::List(Type::String()));
}

TEST(TypeTest, RefusesEverythingElse) {
  for (const char* json : {"",
                           "null",
                           "true",
                           "7",
                           "{}",
                           "[]",
                           R"("text")",
                           R"("String")",
                           R"(["string"])",
                           R"(["list"])",
                           R"(["list","text"])",
                           R"(["list","string","string"])",
                           R"(["list",[]])",
                           R"(["tuple","string"])",
                           R"(["tuple",["text"]])",
                           R"(["tuple",[],[]])",
                           R"(["object",[]])",
                           R"(["object",{"a":"text"}])",
                           R"(["object",{"a":"string"},"a"])",
                           R"(["object",{"a":"string"},[7]])",
                           R"(["object",{"a":"string"},["b"]])",
                           R"(["object",{"a":"string"},[],[]])",
                           R"(["object",{"a":"string","a":"bool"}])",
                           R"(["union","string"])",
                           R"([["list"],"string"])",
                           R"("string" x)",
                           R"(["list","string")",
                           "\"str\xFFing\"",
                           "[\"object\",{\"\xFF\":\"string\"}]"}) {
    EXPECT_EQ(Type::FromJson(json).status().code(), absl::StatusCode::kInvalidArgument) << json;
  }
}

std::string Nested(std::size_t depth) {
  std::string json;
  for (std::size_t i = 0; i < depth; ++i) json += R"(["list",)";
  return json + R"("string")" + std::string(depth, ']');
}

TEST(TypeTest, RefusesAbsurdNesting) {
  EXPECT_TRUE(Type::FromJson(Nested(64)).ok());
  EXPECT_EQ(Type::FromJson(Nested(65)).status().message(), "nested too deeply");
  EXPECT_FALSE(Type::FromJson(Nested(200'000)).ok());
  EXPECT_FALSE(Type::FromJson(std::string(1 << 20, '[')).ok());
}

TEST(TypeTest, ReadsBackWhateverItWrites) {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    const Type type = AnyValue(seed, AnyValue::Kind::kPlan).MakeType();
    EXPECT_EQ(Read(type.ToJson()), type) << seed;
  }
}

TEST(TypeTest, IsEqualByStructure) {
  EXPECT_EQ(Type::List(Type::String()), Type::List(Type::String()));
  EXPECT_NE(Type::List(Type::String()), Type::Set(Type::String()));
  EXPECT_NE(Type::List(Type::String()), Type::List(Type::Bool()));
  EXPECT_NE(Type::Object({{"a", Type::Bool()}}), Type::Object({{"b", Type::Bool()}}));
  EXPECT_NE(Type::Tuple({Type::Bool()}), Type::Tuple({Type::Bool(), Type::Bool()}));
}

TEST(TypeTest, HasANameForPeople) {
  EXPECT_EQ(Type::String().FriendlyName(), "string");
  EXPECT_EQ(Type::List(Type::String()).FriendlyName(), "list of string");
  EXPECT_EQ(Type::Map(Type::Set(Type::Object({}))).FriendlyName(), "map of set of object");
  EXPECT_EQ(Type::Tuple({Type::String()}).FriendlyName(), "tuple");
  EXPECT_EQ(Type::Dynamic().FriendlyName(), "dynamic");
}

}  // namespace
}  // namespace er
