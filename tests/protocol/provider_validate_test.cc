// What can be said against a configuration before anything is asked of AWS.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "protocol/provider_under_test.h"
#include "support/golden.h"

namespace er {
namespace {

using ::testing::HasSubstr;

Value Output(Value::Map parts) {
  parts.try_emplace("role_arn", "arn:aws:iam::123456789012:role/writer");
  parts.try_emplace("output_s3_path", "s3://bucket/out/");
  parts.try_emplace("kms_arn", Value::Null());
  return parts;
}

Value Timeouts(Value::Map parts) {
  for (const char* step : {"create", "update", "delete"}) parts.try_emplace(step, Value::Null());
  return parts;
}

// A run that is right but for `parts`.
Value RunBut(Value::Map parts) {
  parts.try_emplace("workflow_name", "customers");
  return RunConfig(std::move(parts));
}

Value RunWithOutput(Value::Map output) {
  return RunBut({{"output_source_config", Value::List{Output(std::move(output))}}});
}

struct BadConfig {
  std::string what;
  std::string type_name;
  Value config;
};

std::vector<BadConfig> BadConfigs() {
  const auto run = [](std::string what, Value config) {
    return BadConfig{std::move(what), kRunType, std::move(config)};
  };
  return {
      run("workflow_name is null", RunBut({{"workflow_name", Value::Null()}})),
      run("workflow_name is empty", RunBut({{"workflow_name", ""}})),
      run("workflow_name with a space", RunBut({{"workflow_name", "my workflow"}})),
      run("workflow_name that is the ARN of another thing",
          RunBut({{"workflow_name",
                   "arn:aws:entityresolution:eu-west-1:123456789012:matchingworkflow/customers"}})),
      run("job_type in lower case", RunBut({{"job_type", "batch"}})),
      run("job_type that is none", RunBut({{"job_type", "FULL"}})),
      run("job_type is empty", RunBut({{"job_type", ""}})),
      run("a trigger is null", RunBut({{"triggers", Value::Map{{"input", Value::Null()}}}})),
      run("on_conflict that is none", RunBut({{"on_conflict", "retry"}})),
      run("on_destroy that is none", RunBut({{"on_destroy", "Wait"}})),
      run("region that is none", RunBut({{"region", "Ireland"}})),
      run("region is empty", RunBut({{"region", ""}})),
      run("role_arn is null", RunWithOutput({{"role_arn", Value::Null()}})),
      run("role_arn is empty", RunWithOutput({{"role_arn", ""}})),
      run("role_arn is a name", RunWithOutput({{"role_arn", "writer"}})),
      run("role_arn of a user",
          RunWithOutput({{"role_arn", "arn:aws:iam::123456789012:user/somebody"}})),
      run("role_arn is too long",
          RunWithOutput({{"role_arn", absl::StrCat("arn:aws:iam::123456789012:role/",
                                                   std::string(600, 'a'))}})),
      run("output_s3_path is null", RunWithOutput({{"output_s3_path", Value::Null()}})),
      run("output_s3_path is a URL",
          RunWithOutput({{"output_s3_path", "https://bucket.s3.amazonaws.com/out/"}})),
      run("output_s3_path with a capital in the bucket",
          RunWithOutput({{"output_s3_path", "s3://Bucket/out/"}})),
      run("output_s3_path is too long",
          RunWithOutput(
              {{"output_s3_path", absl::StrCat("s3://bucket/", std::string(1100, 'a'))}})),
      run("kms_arn is an id", RunWithOutput({{"kms_arn", "1234abcd"}})),
      run("kms_arn is empty", RunWithOutput({{"kms_arn", ""}})),
      run("two blocks", RunBut({{"output_source_config", Value::List{Output({}), Output({})}}})),
      run("a timeout that is none", RunBut({{"timeouts", Timeouts({{"create", "4 hours"}})}})),
      run("a timeout without a unit", RunBut({{"timeouts", Timeouts({{"delete", "90"}})}})),
      run("a timeout of nothing", RunBut({{"timeouts", Timeouts({{"update", "0s"}})}})),
      run("three mistakes", RunBut({{"workflow_name", ""},
                                    {"on_conflict", "x"},
                                    {"timeouts", Timeouts({{"create", "x"}})}})),
      {"job_id is too short", kJobType,
       Block(kJobType, {{"workflow_name", "customers"}, {"job_id", "0123"}})},
      {"job_id in capitals", kJobType,
       Block(kJobType,
             {{"workflow_name", "customers"}, {"job_id", "0123456789ABCDEF0123456789ABCDEF"}})},
      {"status that is none", kJobsType,
       Block(kJobsType, {{"workflow_name", "customers"}, {"status", "DONE"}})},
      {"region of the provider that is none", "", Block("", {{"region", "eu_west_1"}})},
      {"endpoint that is no URL", "",
       Block("", {{"endpoints", Value::List{Value::Map{{"entityresolution", "localhost:4566"}}}}})},
      {"two blocks of endpoints", "",
       Block("", {{"endpoints", Value::List{Value::Map{{"entityresolution", Value::Null()}},
                                            Value::Map{{"entityresolution", Value::Null()}}}}})},
  };
}

TEST(ProviderValidate, SaysWhatIsWrongAndWhere) {
  ProviderUnderTest provider;
  std::string text;
  for (const BadConfig& bad : BadConfigs()) {
    const std::string told = provider.Validate(bad.type_name, bad.config);
    EXPECT_THAT(told, HasSubstr("error at ")) << bad.what;
    absl::StrAppend(&text, "## ", bad.what, "\n", told, "\n");
  }
  ExpectGolden("diagnostics/validation.txt", text);
}

TEST(ProviderValidate, LetsPassWhatIsRight) {
  ProviderUnderTest provider;
  EXPECT_EQ(provider.Validate("", Block("", {})), "");
  EXPECT_EQ(provider.Validate("", Block("", EmulatorArguments("http://127.0.0.1:1"))), "");
  EXPECT_EQ(provider.Validate(kRunType, RunBut({})), "");
  EXPECT_EQ(
      provider.Validate(
          kRunType,
          RunBut(
              {{"workflow_name",
                "arn:aws-cn:entityresolution:cn-north-1:123456789012:idmappingworkflow/customers"},
               {"job_type", "DELETE_ONLY"},
               {"triggers", Value::Map{{"input", ""}}},
               {"wait_for_completion", false},
               {"on_conflict", "adopt"},
               {"on_destroy", "wait"},
               {"region", "cn-north-1"},
               {"output_source_config",
                Value::List{Output({{"kms_arn", "arn:aws:kms:eu-west-1:123456789012:key/1"}})}},
               {"timeouts", Timeouts({{"create", "1h30m"}})}})),
      "");
  EXPECT_EQ(provider.Validate(kJobType,
                              Block(kJobType, {{"workflow_name", "customers"},
                                               {"job_id", "0123456789abcdef0123456789abcdef"}})),
            "");
  EXPECT_EQ(provider.Validate(kJobsType, Block(kJobsType, {{"workflow_name", "customers"},
                                                           {"status", "FAILED"}})),
            "");
}

// Terraform validates before it knows anything of other resources.
TEST(ProviderValidate, LetsPassWhatIsUnknown) {
  ProviderUnderTest provider;
  for (const char* type_name : {"", kRunType, kJobType, kJobsType}) {
    Value config = Block(type_name, {});
    for (const schema::Attribute& attribute : SchemaOf(type_name).attributes) {
      // A block as from a dynamic block.
      if (attribute.required || attribute.optional) {
        config.AsMap()[attribute.name] = Value::Unknown();
      }
    }
    EXPECT_EQ(provider.Validate(type_name, config), "") << type_name;
  }
}

// With prefix and length: ext type 12, as Terraform 1.6 and later sends it.
TEST(ProviderValidate, LetsPassWhatIsPartlyKnown) {
  ProviderUnderTest provider;
  const Value prefixed = Value::Unknown("\x82\x01\xc2\x02\xa4pre-");
  const Value counted = Value::Unknown(std::string("\x82\x01\xc2\x05\x01", 5));
  EXPECT_EQ(
      provider.Validate(kRunType, RunConfig({{"workflow_name", prefixed}, {"triggers", counted}})),
      "");
}

}  // namespace
}  // namespace er
