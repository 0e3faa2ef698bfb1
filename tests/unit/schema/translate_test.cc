#include "schema/translate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/value_printing.h"

namespace er::schema {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

const ArnScope kScope{.partition = "aws",
                      .service = "entityresolution",
                      .region = "eu-west-1",
                      .account = "123456789012"};

// A workflow of two levels, as the service has them.
const Schema& Workflow() {
  static const Schema* const workflow = new Schema{
      .attributes = {
          {.name = "workflow_name", .required = true, .member = "workflowName"},
          {.name = "description", .optional = true, .member = "description"},
          {.name = "inputs",
           .nesting = Nesting::kList,
           .attributes =
               {{.name = "source", .required = true, .member = "inputSourceARN"},
                {.name = "normalize",
                 .type = Type::Bool(),
                 .optional = true,
                 .member = "applyNormalization"},
                {.name = "schema_name", .optional = true, .computed = true, .member = "schemaName"},
                {.name = "schema_arn",
                 .optional = true,
                 .computed = true,
                 .arn = {.type = "schemamapping"},
                 .member = "schemaName"}},
           .required = true,
           .member = "inputSourceConfig"},
          {.name = "techniques",
           .nesting = Nesting::kSingle,
           .attributes = {{.name = "rules",
                           .nesting = Nesting::kList,
                           .attributes = {{.name = "keys",
                                           .type = Type::List(Type::String()),
                                           .required = true,
                                           .member = "matchingKeys"}},
                           .optional = true,
                           .member = "rules"},
                          {.name = "configuration",
                           .optional = true,
                           .format = Format::kJson,
                           .member = "providerConfiguration"}},
           .optional = true,
           .member = "idMappingTechniques"},
          {.name = "outputs",
           .type = Type::List(Type::List(Type::String())),
           .required = true,
           .member = "outputs"},
          {.name = "arn", .computed = true, .member = "workflowArn"},
          {.name = "created_at",
           .computed = true,
           .format = Format::kTimestamp,
           .member = "createdAt"},
          {.name = "reason", .computed = true, .member = "errorDetails.errorMessage"},
          {.name = "own", .optional = true},
          {.name = "place",
           .nesting = Nesting::kList,
           .attributes = {{.name = "s3_path", .required = true, .member = "s3Path"},
                          {.name = "deep",
                           .nesting = Nesting::kSingle,
                           .attributes = {{.name = "a", .optional = true, .member = "a"}},
                           .is_block = true,
                           .optional = true,
                           .member = "deep"}},
           .is_block = true,
           .optional = true,
           .member = "place"}}};
  return *workflow;
}

const Operation kCreate{.name = "CreateWorkflow",
                        .input = {"workflowName", "description", "inputSourceConfig",
                                  "idMappingTechniques", "outputs", "place"},
                        .output = {"workflowArn", "createdAt", "errorDetails"}};

Value WorkflowWith(Value::Map parts) {
  Value workflow = EmptyObject(Workflow());
  for (auto& [name, value] : parts) workflow.AsMap()[name] = value;
  return workflow;
}

TEST(ToMembers, NamesEverythingAsTheServiceDoesAtAnyDepth) {
  const Value workflow = WorkflowWith(
      {{"workflow_name", "wf"},
       {"inputs", Value::List{Value::Map{{"source", "arn:a"},
                                         {"normalize", false},
                                         {"schema_name", "s"},
                                         {"schema_arn", Value::Unknown()}},
                              Value::Map{{"source", "arn:b"},
                                         {"normalize", Value::Null()},
                                         {"schema_name", Value::Null()},
                                         {"schema_arn",
                                          "arn:aws:entityresolution:eu-west-1:"
                                          "123456789012:schemamapping/t"}}}},
       {"techniques", Value::Map{{"rules", Value::List{Value::Map{{"keys", Value::List{"k"}}}}},
                                 {"configuration", R"({"a": [1]})"}}},
       {"outputs", Value::List{Value::List{"x", "y"}}},
       {"own", "mine"},
       {"place",
        Value::List{Value::Map{{"s3_path", "s3://b/"}, {"deep", Value::Map{{"a", "1"}}}}}}});
  EXPECT_EQ(ToMembers(Workflow(), kCreate, workflow), json::parse(R"({
    "workflowName": "wf",
    "inputSourceConfig": [
      {"inputSourceARN": "arn:a", "applyNormalization": false, "schemaName": "s"},
      {"inputSourceARN": "arn:b", "schemaName": "t"}],
    "idMappingTechniques": {"rules": [{"matchingKeys": ["k"]}],
                            "providerConfiguration": {"a": [1]}},
    "outputs": [["x", "y"]],
    "place": [{"s3Path": "s3://b/", "deep": {"a": "1"}}]})"));
}

TEST(ToMembers, LeavesOutWhatSaysNothing) {
  const Value workflow =
      WorkflowWith({{"workflow_name", "wf"},
                    {"description", ""},
                    {"inputs", Value::List{Value::Map{{"source", ""}, {"schema_name", ""}}}},
                    {"techniques", Value::Map{{"rules", Value::List{}}, {"configuration", "{}"}}},
                    {"outputs", Value::List{}},
                    {"arn", Value::Unknown()}});
  EXPECT_EQ(ToMembers(Workflow(), kCreate, workflow), json::parse(R"({
    "workflowName": "wf", "inputSourceConfig": [{"inputSourceARN": ""}], "outputs": []})"))
      << "what is required is sent, empty as it is";
}

TEST(ToMembers, SendsWhatTheOperationTakesAndNoMore) {
  const Value workflow = WorkflowWith({{"workflow_name", "wf"}, {"description", "d"}});
  const Operation get{.name = "GetWorkflow", .input = {"workflowName"}};
  EXPECT_EQ(ToMembers(Workflow(), get, workflow), json::parse(R"({"workflowName": "wf"})"));
}

// GetProviderService takes the ARN of what people know by its name.
TEST(ToMembers, MakesAnArnOfANameWhereTheServiceWantsOne) {
  const std::vector<Attribute> attributes = {
      {.name = "provider", .required = true, .member = "provider"},
      {.name = "service",
       .required = true,
       .arn = {.type = "providerservice", .below = "provider", .in_api = true},
       .member = "service"}};
  ArnScope scope = kScope;
  scope.account = "";
  const std::string arn = "arn:aws:entityresolution:eu-west-1::providerservice/ramp/id";
  for (const std::string& service : {std::string("id"), arn}) {
    EXPECT_EQ(ToMembers(attributes, Value::Map{{"provider", "ramp"}, {"service", service}},
                        scope)["service"],
              arn);
  }
}

TEST(Arn, IsReadAndWritten) {
  const std::string text = "arn:aws-cn:entityresolution:cn-north-1:123456789012:idnamespace/a/b";
  const std::optional<Arn> arn = ParseArn(text);
  ASSERT_TRUE(arn.has_value());
  EXPECT_EQ(arn->scope.partition, "aws-cn");
  EXPECT_EQ(arn->scope.region, "cn-north-1");
  EXPECT_EQ(arn->scope.account, "123456789012");
  EXPECT_EQ(arn->type, "idnamespace");
  EXPECT_EQ(arn->name, "a/b");
  EXPECT_EQ(ToText(*arn), text);
  for (const char* other :
       {"", "a", "arn:aws:s3:::bucket", "arn:aws:sns:r:1:topic", "xrn:a:b:c:d:e/f"}) {
    EXPECT_FALSE(ParseArn(other).has_value()) << other;
  }
}

TEST(FromMember, ReadsAnyDepth) {
  const json answer = json::parse(R"({
    "inputSourceConfig": [{"inputSourceARN": "arn:a", "applyNormalization": true,
                           "schemaName": "s", "added": 1}]})");
  const absl::StatusOr<Value> inputs =
      FromMember(*Workflow().FindAttribute("inputs"), answer, kScope);
  ASSERT_TRUE(inputs.ok()) << inputs.status();
  EXPECT_EQ(
      *inputs,
      Value(Value::List{Value::Map{
          {"source", "arn:a"},
          {"normalize", true},
          {"schema_name", "s"},
          {"schema_arn", "arn:aws:entityresolution:eu-west-1:123456789012:schemamapping/s"}}}));
}

TEST(FromMember, MakesTextOfADocument) {
  const absl::StatusOr<Value> techniques = FromMember(
      *Workflow().FindAttribute("techniques"),
      json::parse(R"({"idMappingTechniques": {"providerConfiguration": {"b": 1, "a": "ä"}}})"));
  ASSERT_TRUE(techniques.ok()) << techniques.status();
  EXPECT_EQ((*techniques)["configuration"], Value(R"({"a":"ä","b":1})"));
}

TEST(FromMember, TakesWhatIsEmptyForWhatWasLeftOut) {
  const json answer = json::parse(R"({"description": "", "outputs": [], "workflowArn": ""})");
  EXPECT_EQ(*FromMember(*Workflow().FindAttribute("description"), answer), Value::Null());
  EXPECT_EQ(*FromMember(*Workflow().FindAttribute("outputs"), answer), Value(Value::List{}))
      << "it is required";
  EXPECT_EQ(*FromMember(*Workflow().FindAttribute("arn"), answer), Value(""))
      << "nobody could have left it out";
}

TEST(FromMember, SaysWhatHasAnotherForm) {
  const json answer = json::parse(R"({"inputSourceConfig": [{"inputSourceARN": 7}],
                                      "createdAt": "today", "outputs": [1]})");
  EXPECT_THAT(FromMember(*Workflow().FindAttribute("inputs"), answer).status().message(),
              HasSubstr("inputSourceARN is number, not a text"));
  EXPECT_THAT(FromMember(*Workflow().FindAttribute("created_at"), answer).status().message(),
              HasSubstr("createdAt is string, not a time"));
  EXPECT_THAT(FromMember(*Workflow().FindAttribute("outputs"), answer).status().message(),
              HasSubstr("outputs is number, not a list"));
}

TEST(FromAnswer, SetsWhatTheServiceDecides) {
  Value workflow = WorkflowWith({{"workflow_name", "wf"}, {"arn", Value::Unknown()}});
  const absl::Status status = FromAnswer(Workflow(), kCreate, json::parse(R"({
      "workflowName": "other", "workflowArn": "arn:1", "createdAt": 1.5,
      "errorDetails": {"errorMessage": "m"}})"),
                                         workflow.AsMap());
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(workflow["workflow_name"], Value("wf"));
  EXPECT_EQ(workflow["arn"], Value("arn:1"));
  EXPECT_EQ(workflow["created_at"], Value("1970-01-01T00:00:01.5Z"));
  EXPECT_EQ(workflow["reason"], Value("m"));
}

TEST(FillUnknown, TakesOnlyWhatIsUnknownFromTheAnswer) {
  Value workflow = WorkflowWith({{"workflow_name", "wf"},
                                 {"description", Value::Null()},
                                 {"arn", Value::Unknown()},
                                 {"created_at", Value::Unknown()}});
  const absl::Status status = FillUnknown(
      Workflow().attributes,
      json::parse(R"({"workflowName": "x", "description": "filled in", "workflowArn": "arn:1"})"),
      kScope, workflow.AsMap());
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(workflow["workflow_name"], Value("wf"));
  EXPECT_EQ(workflow["description"], Value::Null());
  EXPECT_EQ(workflow["arn"], Value("arn:1"));
  EXPECT_EQ(workflow["created_at"], Value::Null());
}

TEST(FillUnknown, SaysInTheOtherWayWhatIsConfigured) {
  const std::string arn = "arn:aws:entityresolution:eu-west-1:123456789012:schemamapping/t";
  Value workflow = WorkflowWith(
      {{"inputs",
        Value::List{
            Value::Map{{"source", "arn:a"}, {"schema_name", "s"}, {"schema_arn", Value::Unknown()}},
            Value::Map{
                {"source", "arn:b"}, {"schema_name", Value::Unknown()}, {"schema_arn", arn}}}}});
  ASSERT_TRUE(FillUnknown(Workflow().attributes, json::object(), kScope, workflow.AsMap()).ok());
  EXPECT_EQ(workflow["inputs"].AsList()[0]["schema_arn"],
            Value("arn:aws:entityresolution:eu-west-1:123456789012:schemamapping/s"));
  EXPECT_EQ(workflow["inputs"].AsList()[1]["schema_name"], Value("t"));
}

TEST(FillUnknown, FindsElementsWhereverTheServiceHasThem) {
  const std::vector<Attribute> attributes = {
      {.name = "parts",
       .nesting = Nesting::kList,
       .attributes = {{.name = "name", .required = true, .member = "name"},
                      {.name = "id", .computed = true, .member = "id"}},
       .required = true,
       .member = "parts"}};
  Value object =
      Value::Map{{"parts", Value::List{Value::Map{{"name", "a"}, {"id", Value::Unknown()}},
                                       Value::Map{{"name", "b"}, {"id", "2"}},
                                       Value::Map{{"name", "c"}, {"id", Value::Unknown()}}}}};
  ASSERT_TRUE(FillUnknown(attributes, json::parse(R"({"parts": [
      {"name": "C", "id": "3"}, {"name": "b", "id": "2"}, {"name": "a", "id": "1"}]})"),
                          {}, object.AsMap())
                  .ok());
  EXPECT_EQ(object["parts"].AsList()[0]["id"], Value("1"));
  EXPECT_EQ(object["parts"].AsList()[2]["id"], Value::Null()) << "what it says is told nowhere";
}

}  // namespace
}  // namespace er::schema
