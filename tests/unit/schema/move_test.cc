#include "schema/move.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schema/loader.h"
#include "support/value_printing.h"

namespace er::schema {
namespace {

using ::testing::HasSubstr;

const Schema& TypeNamed(absl::string_view name) {
  return *BuiltInCatalog().Find(Kind::kResource, name);
}

Value MovedTo(absl::string_view name, absl::string_view json) {
  absl::StatusOr<Value> moved = Moved(TypeNamed(name), json);
  EXPECT_TRUE(moved.ok()) << moved.status();
  return moved.value_or(Value::Null());
}

TEST(Moved, TakesOverWhatHasTheSameName) {
  const Value state = MovedTo("entityresolution_schema_mapping", R"({
    "id": "people", "schema_name": "people", "description": "of the shop", "has_workflows": true,
    "schema_arn": "arn:aws:entityresolution:us-east-1:123456789012:schemamapping/people",
    "mapped_input_fields": [{"field_name": "id", "type": "UNIQUE_ID", "hashed": true}],
    "colour": {"deep": [1]}})");
  EXPECT_EQ(state["description"], Value("of the shop"));
  EXPECT_EQ(state["has_workflows"], Value(true));
  EXPECT_EQ(state["region"], Value("us-east-1")) << "its ARN tells it";
  const Value& field = state["mapped_input_fields"].AsList().at(0);
  EXPECT_EQ(field["hashed"], Value(true));
  EXPECT_EQ(field["match_key"], Value::Null());
  EXPECT_EQ(state["colour"], Value::Null());
  EXPECT_EQ(state["timeouts"], Value::Null());
}

TEST(Moved, MakesAMapOfASetOfPairs) {
  const auto tags = [](absl::string_view json) {
    return MovedTo("entityresolution_schema_mapping",
                   absl::StrCat(R"({"schema_name": "a", "tags": )", json, "}"))["tags"];
  };
  EXPECT_EQ(tags(R"([{"key": "a", "value": "b"}, {"key": "c", "value": "d"}])"),
            Value(Value::Map{{"a", "b"}, {"c", "d"}}));
  EXPECT_EQ(tags(R"({"a": "b"})"), Value(Value::Map{{"a", "b"}})) << "it is one already";
  EXPECT_EQ(tags("null"), Value::Null());
  EXPECT_EQ(tags("[1, {}]"), Value(Value::Map{})) << "what is no pair is none";
}

TEST(Moved, MakesTextOfAMapWhereOursIsJson) {
  const Value state = MovedTo("entityresolution_id_namespace", R"({
    "id_namespace_name": "shop", "type": "SOURCE",
    "id_mapping_workflow_properties": [{"id_mapping_type": "PROVIDER", "provider_properties": {
      "provider_configuration": {"client": "shop"},
      "provider_service_arn": "arn:aws:entityresolution:eu-west-1::providerservice/A/b"}}]})");
  const Value& properties = state["id_mapping_workflow_properties"].AsList().at(0);
  EXPECT_EQ(properties["provider_properties"]["provider_configuration"],
            Value(R"({"client":"shop"})"));
  EXPECT_EQ(properties["rule_based_properties"], Value::Null());
}

TEST(Moved, MakesOneObjectAndAListOfOneEachOther) {
  const auto techniques = [](absl::string_view json) {
    return MovedTo("entityresolution_matching_workflow",
                   absl::StrCat(R"({"workflow_name": "a", "resolution_techniques": )", json,
                                "}"))["resolution_techniques"];
  };
  EXPECT_EQ(techniques(R"([{"resolution_type": "ML_MATCHING"}])")["resolution_type"],
            Value("ML_MATCHING"));
  EXPECT_EQ(techniques("[{}, {}]"), Value::Null());
  const Value state = MovedTo("entityresolution_matching_workflow",
                              R"({"workflow_name": "a", "input_source_config": {}})");
  EXPECT_EQ(state["input_source_config"].AsList().size(), 1U);
}

TEST(Moved, LeavesToTheRefreshWhatDoesNotFit) {
  const Value state = MovedTo("entityresolution_schema_mapping", R"({
    "schema_name": "a", "description": {"text": "b"}, "has_workflows": "perhaps", "tags": 17,
    "mapped_input_fields": {"a": 1, "b": [2]}, "schema_arn": "no ARN"})");
  for (const char* name : {"description", "has_workflows", "tags", "region"}) {
    EXPECT_EQ(state[name], Value::Null()) << name;
  }
}

TEST(Moved, RefusesWhatIsNoStateOfTheObject) {
  for (const char* json : {"", "null", "[]", "{", "\"a\"", "\xff", "{}", R"({"schema_name": null})",
                           R"({"schema_name": 17.5e400})"}) {
    EXPECT_FALSE(Moved(TypeNamed("entityresolution_schema_mapping"), json).ok()) << json;
  }
  EXPECT_THAT(
      std::string(Moved(TypeNamed("entityresolution_schema_mapping"), "{}").status().message()),
      HasSubstr("what names the schema mapping"));
}

}  // namespace
}  // namespace er::schema
