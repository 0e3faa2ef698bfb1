// What the provider makes of a state that it is shown: the one in the state file, the one that is
// to be imported, the one of another type. An answer without content means "the object is gone" to
// Terraform, which then plans another run: it must never come by accident.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "protocol/provider_under_test.h"
#include "support/value_printing.h"

namespace er {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Stub = tfplugin6::Provider::Stub;

constexpr char kJobId[] = "0123456789abcdef0123456789abcdef";

class ProviderUpgrade : public testing::Test {
 protected:
  tfplugin6::UpgradeResourceState::Response Upgrade(const std::string& json,
                                                    std::int64_t version = 0) {
    tfplugin6::UpgradeResourceState::Request request;
    request.set_type_name(kRunType);
    request.set_version(version);
    request.mutable_raw_state()->set_json(json);
    return provider_.Call(&Stub::UpgradeResourceState, request);
  }

  Value Upgraded(const std::string& json) {
    const auto response = Upgrade(json);
    EXPECT_EQ(ToText(response.diagnostics()), "");
    return FromMessage(response.upgraded_state(), kRunType);
  }

  // What is told; and nothing else may come with it.
  std::string Refusal(const std::string& json, std::int64_t version = 0) {
    const auto response = Upgrade(json, version);
    EXPECT_FALSE(response.has_upgraded_state());
    return ToText(response.diagnostics());
  }

  ProviderUnderTest provider_;
};

TEST_F(ProviderUpgrade, GivesBackWhatIsThere) {
  const Value state = Upgraded(R"({
    "workflow_name": "customers",
    "job_id": "0123456789abcdef0123456789abcdef",
    "wait_for_completion": true,
    "triggers": {"input": "v1"},
    "metrics": {
      "input_records": 12345678901234567890123,
      "total_records_processed": 0.1
    },
    "outputs": [{"role_arn": "r", "output_s3_path": "s3://b/", "kms_arn": null}],
    "output_source_config": [
      {"role_arn": "r", "output_s3_path": "s3://b/", "kms_arn": null}
    ],
    "timeouts": {"create": "4h", "update": null, "delete": null}
  })");
  EXPECT_EQ(state["workflow_name"], Value("customers"));
  EXPECT_EQ(state["job_id"], Value(kJobId));
  EXPECT_EQ(state["wait_for_completion"], Value(true));
  EXPECT_EQ(state["triggers"], Value(Value::Map{{"input", "v1"}}));
  EXPECT_EQ(state["metrics"]["input_records"], Value(*Number::Parse("12345678901234567890123")));
  EXPECT_EQ(state["metrics"]["total_records_processed"], Value(*Number::Parse("0.1")));
  ASSERT_EQ(state["output_source_config"].AsList().size(), 1U);
  EXPECT_EQ(state["output_source_config"].AsList()[0]["kms_arn"], Value::Null());
  EXPECT_EQ(state["timeouts"]["create"], Value("4h"));
}

TEST_F(ProviderUpgrade, FillsInWhatIsMissing) {
  EXPECT_EQ(Upgraded("{}"), schema::EmptyObject(SchemaOf(kRunType)))
      << "a list of blocks is empty, not null";
  EXPECT_EQ(Upgraded(R"({"output_source_config": null, "timeouts": null})"),
            schema::EmptyObject(SchemaOf(kRunType)));
  const Value state = Upgraded(R"({"metrics": {}, "output_source_config": [{}]})");
  EXPECT_EQ(state["metrics"]["input_records"], Value::Null());
  EXPECT_EQ(state["output_source_config"].AsList()[0]["role_arn"], Value::Null());
}

TEST_F(ProviderUpgrade, ReadsNumbersAndBoolsThatAreText) {
  const Value state =
      Upgraded(R"({"wait_for_completion": "true", "metrics": {"input_records": "12"}})");
  EXPECT_EQ(state["wait_for_completion"], Value(true));
  EXPECT_EQ(state["metrics"]["input_records"], Value(Number(std::int64_t{12})));
}

TEST_F(ProviderUpgrade, DropsWhatItDoesNotKnow) {
  EXPECT_EQ(Upgraded(R"({"workflow_name": "customers", "colour": {"deep": [1, 2]}})"),
            RunConfig({{"workflow_name", "customers"}}));
}

TEST_F(ProviderUpgrade, RefusesTheStateOfANewerProvider) {
  EXPECT_THAT(Refusal("{}", 1), StartsWith("error: State of Another Version of the Provider: "));
  EXPECT_THAT(Refusal("{}", -1), StartsWith("error: State of Another Version of the Provider: "));
}

TEST_F(ProviderUpgrade, RefusesWhatIsNoState) {
  for (const char* json :
       {"null", "[]", "1", "\"x\"", "{", "{\"workflow_name\": 1}", "{\"triggers\": [1]}",
        "{\"outputs\": {}}", "{}{}", "\xff", "{\"metrics\": {\"input_records\": \"many\"}}"}) {
    EXPECT_THAT(Refusal(json), StartsWith("error: State That Cannot Be Read: ")) << json;
  }
  EXPECT_THAT(Refusal(""), StartsWith("error: State in an Unknown Form: "));
}

TEST_F(ProviderUpgrade, RefusesFlatmaps) {
  tfplugin6::UpgradeResourceState::Request request;
  request.set_type_name(kRunType);
  (*request.mutable_raw_state()->mutable_flatmap())["workflow_name"] = "customers";
  const auto response = provider_.Call(&Stub::UpgradeResourceState, request);
  EXPECT_FALSE(response.has_upgraded_state());
  EXPECT_THAT(ToText(response.diagnostics()), HasSubstr("has no JSON"));
}

TEST_F(ProviderUpgrade, RefusesTypesThatItDoesNotHave) {
  tfplugin6::UpgradeResourceState::Request request;
  request.set_type_name("entityresolution_nothing");
  request.mutable_raw_state()->set_json("{}");
  const auto response = provider_.Call(&Stub::UpgradeResourceState, request);
  EXPECT_FALSE(response.has_upgraded_state());
  EXPECT_THAT(ToText(response.diagnostics()),
              HasSubstr("no resource type \"entityresolution_nothing\""));
}

TEST_F(ProviderUpgrade, MovesNothing) {
  tfplugin6::MoveResourceState::Request request;
  request.set_source_type_name("null_resource");
  request.set_source_provider_address("terraform.io/builtin/terraform");
  request.mutable_source_state()->set_json("{}");
  request.set_target_type_name(kRunType);
  const auto response = provider_.Call(&Stub::MoveResourceState, request);
  EXPECT_FALSE(response.has_target_state());
  EXPECT_EQ(ToText(response.diagnostics()),
            "error: Unable to Move Resource State: The state of a null_resource of "
            "terraform.io/builtin/terraform cannot become that of "
            "entityresolution_id_mapping_job_run: nothing can be moved to this type. "
            "Import it instead.\n");
}

}  // namespace
}  // namespace er
