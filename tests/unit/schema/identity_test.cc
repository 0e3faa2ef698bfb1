#include "schema/identity.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schema/loader.h"
#include "support/value_printing.h"

namespace er::schema {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kArn[] = "arn:aws:entityresolution:eu-west-1:123456789012:idmappingworkflow/wf";
constexpr char kJob[] = "0123456789abcdef0123456789abcdef";

const Schema& TypeNamed(absl::string_view name) {
  return *BuiltInCatalog().Find(Kind::kResource, name);
}
const Schema& JobRun() { return TypeNamed("entityresolution_id_mapping_job_run"); }
const Schema& Workflow() { return TypeNamed("entityresolution_id_mapping_workflow"); }
const Schema& Statement() { return TypeNamed("entityresolution_policy_statement"); }

std::vector<std::string> NamesOf(const Schema& schema) {
  std::vector<std::string> names;
  for (const Attribute& attribute : IdentityAttributes(schema)) names.push_back(attribute.name);
  return names;
}

TEST(Identity, HasWhatNamesTheObjectAndWhereItIs) {
  EXPECT_THAT(NamesOf(JobRun()), ElementsAre("workflow_name", "job_id", "account_id", "region"));
  EXPECT_THAT(NamesOf(Workflow()), ElementsAre("workflow_name", "account_id", "region"));
  EXPECT_THAT(NamesOf(Statement()), ElementsAre("arn", "statement_id")) << "the ARN says where";
}

TEST(Identity, IsAFunctionOfTheState) {
  EXPECT_EQ(IdentityOf(Workflow(), Value::Map{{"workflow_name", "wf"},
                                              {"workflow_arn", kArn},
                                              {"region", "eu-west-1"}}),
            Value(Value::Map{
                {"workflow_name", "wf"}, {"account_id", "123456789012"}, {"region", "eu-west-1"}}));
  EXPECT_EQ(IdentityOf(Statement(), Value::Map{{"arn", kArn}, {"statement_id", "a"}}),
            Value(Value::Map{{"arn", kArn}, {"statement_id", "a"}}));
  EXPECT_TRUE(IdentityOf(Workflow(), Value::Map{{"region", "eu-west-1"}}).IsNull());
  EXPECT_TRUE(IdentityOf(Workflow(), Value::Null()).IsNull());
  EXPECT_FALSE(
      IdentityOf(Workflow(), Value::Map{{"workflow_name", Value::Unknown()}}).IsWhollyKnown());
}

// The workflow may be rewritten in place; the id stays what it was.
TEST(Identity, OfARunDoesNotChangeWithTheSpellingOfItsWorkflow) {
  const auto identity = [](const char* workflow) {
    return IdentityOf(JobRun(), Value::Map{{"workflow_name", workflow},
                                           {"job_id", kJob},
                                           {"id", absl::StrCat("wf/", kJob)},
                                           {"region", "eu-west-1"}});
  };
  EXPECT_EQ(identity("wf"), identity(kArn));
  EXPECT_EQ(identity(kArn)["workflow_name"], Value("wf"));
}

std::string Refusal(const Schema& schema, Value::Map identity, const std::string& account = "") {
  Value::Map object;
  return std::string(FromIdentity(schema, std::move(identity), account, object).message());
}

TEST(Identity, SaysWhatToImport) {
  Value::Map object;
  EXPECT_TRUE(FromIdentity(JobRun(),
                           Value::Map{{"workflow_name", "wf"},
                                      {"job_id", kJob},
                                      {"account_id", "123456789012"},
                                      {"region", "us-east-1"}},
                           "123456789012", object)
                  .ok());
  EXPECT_EQ(object["workflow_name"], Value("wf"));
  EXPECT_EQ(object["job_id"], Value(kJob));
  EXPECT_EQ(object["region"], Value("us-east-1"));

  Value::Map statement;
  EXPECT_TRUE(
      FromIdentity(Statement(), Value::Map{{"arn", kArn}, {"statement_id", "a"}}, "", statement)
          .ok());
  EXPECT_EQ(statement["region"], Value("eu-west-1"));
}

TEST(Identity, ThatNamesNothingIsRefused) {
  EXPECT_EQ(Refusal(Workflow(), {{"region", "eu-west-1"}}), "workflow_name is missing");
  EXPECT_THAT(Refusal(Workflow(), {{"workflow_name", "no name"}}), HasSubstr("no name"));
  EXPECT_THAT(Refusal(Workflow(), {{"workflow_name", "wf"}, {"region", "eu"}}), HasSubstr("eu"));
  EXPECT_EQ(Refusal(Workflow(), {{"workflow_name", "wf"}, {"account_id", "2"}}, "1"),
            "it is of account 2, and the caller's is 1");
}

}  // namespace
}  // namespace er::schema
