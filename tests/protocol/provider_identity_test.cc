// What names an object for Terraform from 1.12 on: it comes with every answer, and never changes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acceptance/emulator_process.h"
#include "protocol/provider_under_test.h"
#include "protocol/typed.h"
#include "support/value_printing.h"

namespace er {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Stub = tfplugin6::Provider::Stub;

constexpr char kMapping[] = "entityresolution_schema_mapping";

class ProviderIdentity : public testing::Test {
 protected:
  ProviderIdentity() {
    emulator_.PutWorkflow("customers");
    EXPECT_EQ(provider_.Configure(EmulatorArguments(emulator_.url())), "");
  }
  ~ProviderIdentity() override { std::filesystem::remove_all(folder_); }

  static Value MappingConfig() {
    Value::List fields;
    for (const auto& [name, type] : {std::pair("id", "UNIQUE_ID"), std::pair("name", "NAME")}) {
      fields.push_back(Value::Map{{"field_name", name},
                                  {"type", type},
                                  {"group_name", Value::Null()},
                                  {"match_key", Value::Null()},
                                  {"sub_type", Value::Null()},
                                  {"hashed", Value::Null()}});
    }
    return kType().Object({{"schema_name", "people"}, {"mapped_input_fields", fields}});
  }
  static const Typed& kType() {
    static const auto& type = *new Typed(schema::Kind::kResource, kMapping);
    return type;
  }
  static const Typed& kRun() {
    static const auto& type = *new Typed(schema::Kind::kResource, kRunType);
    return type;
  }

  tfplugin6::PlanResourceChange::Response Plan(const Typed& type, const Value& prior,
                                               const Value& config) {
    tfplugin6::PlanResourceChange::Request request;
    request.set_type_name(type.name());
    *request.mutable_prior_state() = type.ToMessage(prior);
    *request.mutable_config() = type.ToMessage(config);
    auto response = provider_.Call(&Stub::PlanResourceChange, request);
    EXPECT_EQ(ToText(response.diagnostics()), "");
    return response;
  }

  tfplugin6::ApplyResourceChange::Response Apply(
      const Typed& type, const Value& prior, const tfplugin6::PlanResourceChange::Response& plan) {
    tfplugin6::ApplyResourceChange::Request request;
    request.set_type_name(type.name());
    *request.mutable_prior_state() = type.ToMessage(prior);
    *request.mutable_planned_state() = plan.planned_state();
    request.set_planned_private(plan.planned_private());
    if (plan.has_planned_identity()) {
      *request.mutable_planned_identity() = plan.planned_identity();
    }
    return provider_.Call(&Stub::ApplyResourceChange, request);
  }

  tfplugin6::ReadResource::Response Read(const Typed& type, const Value& state) {
    tfplugin6::ReadResource::Request request;
    request.set_type_name(type.name());
    *request.mutable_current_state() = type.ToMessage(state);
    return provider_.Call(&Stub::ReadResource, request);
  }

  tfplugin6::ImportResourceState::Response Import(const Typed& type, const Value& identity) {
    tfplugin6::ImportResourceState::Request request;
    request.set_type_name(type.name());
    *request.mutable_identity() = type.ToIdentity(identity);
    return provider_.Call(&Stub::ImportResourceState, request);
  }

  static std::string NewFolder() {
    std::string folder = "/tmp/er-identity-XXXXXX";
    EXPECT_NE(mkdtemp(folder.data()), nullptr);
    return folder;
  }

  std::string folder_ = NewFolder();
  acceptance::EmulatorProcess emulator_{folder_};
  ProviderUnderTest provider_{{{"TF_ENTITYRESOLUTION_TEST_CLOCK_SPEED", "100"}}};
};

TEST_F(ProviderIdentity, IsDeclaredForEveryResource) {
  const auto response = provider_.Call(&Stub::GetResourceIdentitySchemas,
                                       tfplugin6::GetResourceIdentitySchemas::Request());
  EXPECT_EQ(ToText(response.diagnostics()), "");
  for (const schema::Schema& type : schema::BuiltInCatalog().types) {
    EXPECT_EQ(response.identity_schemas().contains(type.name),
              schema::BuiltInCatalog().Find(schema::Kind::kResource, type.name) != nullptr)
        << type.name;
  }
  const tfplugin6::ResourceIdentitySchema& run = response.identity_schemas().at(kRunType);
  EXPECT_EQ(run.version(), 0);
  std::vector<std::string> attributes;
  for (const auto& attribute : run.identity_attributes()) {
    EXPECT_EQ(attribute.type(), R"("string")");
    EXPECT_NE(attribute.required_for_import(), attribute.optional_for_import());
    attributes.push_back(
        absl::StrCat(attribute.name(), attribute.required_for_import() ? "" : "?"));
  }
  EXPECT_THAT(attributes, ElementsAre("workflow_name", "job_id", "account_id?", "region?"));
}

TEST_F(ProviderIdentity, StaysWhatItIsWhileTheObjectLives) {
  const Value config = MappingConfig();
  const auto plan = Plan(kType(), Value::Null(), config);
  EXPECT_FALSE(plan.has_planned_identity()) << "Terraform cannot show a plan with an unknown one";

  const auto created = Apply(kType(), Value::Null(), plan);
  EXPECT_EQ(ToText(created.diagnostics()), "");
  const Value identity = kType().Identity(created.new_identity());
  EXPECT_EQ(identity, Value(Value::Map{{"schema_name", "people"},
                                       {"account_id", "123456789012"},
                                       {"region", "eu-west-1"}}));
  const Value state = kType().FromMessage(created.new_state());
  EXPECT_EQ(kType().Identity(Read(kType(), state).new_identity()), identity);

  Value changed = config;
  changed.AsMap()["description"] = "other";
  const auto update = Plan(kType(), state, changed);
  EXPECT_EQ(kType().Identity(update.planned_identity()), identity);
  EXPECT_EQ(kType().Identity(Apply(kType(), state, update).new_identity()), identity);
  EXPECT_FALSE(Plan(kType(), state, Value::Null()).has_planned_identity());
}

// The name may be rewritten as an ARN in place.
TEST_F(ProviderIdentity, OfARunDoesNotDependOnHowTheWorkflowIsWritten) {
  const auto plan = Plan(kRun(), Value::Null(), RunConfig({{"workflow_name", "customers"}}));
  EXPECT_FALSE(plan.has_planned_identity());
  const auto created = Apply(kRun(), Value::Null(), plan);
  const Value state = kRun().FromMessage(created.new_state());
  const Value identity = kRun().Identity(created.new_identity());
  EXPECT_EQ(identity["workflow_name"], Value("customers"));
  EXPECT_EQ(identity["job_id"], state["job_id"]);
  EXPECT_EQ(identity["region"], Value("eu-west-1"));
  const auto update = Plan(
      kRun(), state,
      RunConfig({{"workflow_name",
                  "arn:aws:entityresolution:eu-west-1:123456789012:idmappingworkflow/customers"}}));
  EXPECT_EQ(update.requires_replace_size(), 0);
  EXPECT_EQ(kRun().Identity(update.planned_identity()), identity);
  const auto updated = Apply(kRun(), state, update);
  EXPECT_EQ(kRun().Identity(updated.new_identity()), identity);
  EXPECT_EQ(kRun().Identity(Read(kRun(), kRun().FromMessage(updated.new_state())).new_identity()),
            identity);
}

TEST_F(ProviderIdentity, IsWhatAnImportMayAskBy) {
  Apply(kType(), Value::Null(), Plan(kType(), Value::Null(), MappingConfig()));
  for (const Value& region : {Value(), Value("eu-west-1")}) {
    const auto imported = Import(
        kType(),
        Value::Map{{"schema_name", "people"}, {"account_id", "123456789012"}, {"region", region}});
    EXPECT_EQ(ToText(imported.diagnostics()), "");
    ASSERT_EQ(imported.imported_resources_size(), 1);
    const Value identity = kType().Identity(imported.imported_resources(0).identity());
    EXPECT_EQ(identity, Value(Value::Map{{"schema_name", "people"},
                                         {"account_id", "123456789012"},
                                         {"region", "eu-west-1"}}));
    const Value state = kType().FromMessage(imported.imported_resources(0).state());
    EXPECT_EQ(kType().Identity(Read(kType(), state).new_identity()), identity);
  }
}

TEST_F(ProviderIdentity, OfAnImportThatNamesNothingIsRefused) {
  const auto missing = Import(kType(), Value::Map{{"schema_name", Value::Null()},
                                                  {"account_id", Value::Null()},
                                                  {"region", Value::Null()}});
  EXPECT_EQ(missing.imported_resources_size(), 0);
  EXPECT_THAT(ToText(missing.diagnostics()), HasSubstr("schema_name is missing"));
  const auto no_job = Import(kRun(), Value::Map{{"workflow_name", "customers"},
                                                {"job_id", "17"},
                                                {"account_id", Value::Null()},
                                                {"region", Value::Null()}});
  EXPECT_EQ(no_job.imported_resources_size(), 0);
  EXPECT_THAT(ToText(no_job.diagnostics()), HasSubstr("32 hexadecimal digits"));
}

TEST_F(ProviderIdentity, IsUpgradedAsItIs) {
  tfplugin6::UpgradeResourceIdentity::Request request;
  request.set_type_name(kMapping);
  request.mutable_raw_identity()->set_json(
      R"({"schema_name": "people", "account_id": "1", "more": 1})");
  EXPECT_EQ(
      kType().Identity(provider_.Call(&Stub::UpgradeResourceIdentity, request).upgraded_identity()),
      Value(Value::Map{{"schema_name", "people"}, {"account_id", "1"}, {"region", Value::Null()}}));
  request.set_version(1);
  const auto newer = provider_.Call(&Stub::UpgradeResourceIdentity, request);
  EXPECT_FALSE(newer.has_upgraded_identity());
  EXPECT_THAT(ToText(newer.diagnostics()), HasSubstr("knows version 0"));
}

TEST_F(ProviderIdentity, GoesWithTheObject) {
  const Value state = kType().Object({{"schema_name", "nobody"}, {"region", "eu-west-1"}});
  const auto gone = Read(kType(), state);
  EXPECT_TRUE(kType().FromMessage(gone.new_state()).IsNull());
  EXPECT_FALSE(gone.has_new_identity());
}

// What awscc wrote: a set of {key, value} becomes a map, and the refresh does the rest.
TEST_F(ProviderIdentity, ComesWithAMove) {
  tfplugin6::MoveResourceState::Request request;
  request.set_source_provider_address("registry.terraform.io/hashicorp/awscc");
  request.set_source_type_name("awscc_entityresolution_schema_mapping");
  request.set_source_schema_version(1);
  request.set_target_type_name(kMapping);
  request.mutable_source_state()->set_json(R"({
    "id": "people", "schema_name": "people", "has_workflows": false, "description": null,
    "schema_arn": "arn:aws:entityresolution:eu-west-1:123456789012:schemamapping/people",
    "mapped_input_fields": [{"field_name": "id", "type": "UNIQUE_ID", "hashed": null}],
    "tags": [{"key": "team", "value": "shop"}], "created_at": "2026-08-20T09:04:28.492Z"})");
  const auto moved = provider_.Call(&Stub::MoveResourceState, request);
  EXPECT_EQ(ToText(moved.diagnostics()), "");
  const Value state = kType().FromMessage(moved.target_state());
  EXPECT_EQ(state["schema_name"], Value("people"));
  EXPECT_EQ(state["region"], Value("eu-west-1"));
  EXPECT_EQ(state["tags"], Value(Value::Map{{"team", "shop"}}));
  EXPECT_EQ(state["mapped_input_fields"].AsList()[0]["type"], Value("UNIQUE_ID"));
  EXPECT_EQ(state["timeouts"], Value::Null());
  EXPECT_EQ(
      kType().Identity(moved.target_identity()),
      Value(Value::Map{
          {"schema_name", "people"}, {"account_id", "123456789012"}, {"region", "eu-west-1"}}));
}

TEST_F(ProviderIdentity, IsNotMadeUpForWhatCannotBeMoved) {
  for (const auto& [type, json] : {std::pair("null_resource", R"({"schema_name": "a"})"),
                                   std::pair("awscc_entityresolution_schema_mapping", "{}"),
                                   std::pair("awscc_entityresolution_schema_mapping", "[]"),
                                   std::pair("awscc_entityresolution_schema_mapping", "")}) {
    tfplugin6::MoveResourceState::Request request;
    request.set_source_type_name(type);
    request.set_target_type_name(kMapping);
    request.mutable_source_state()->set_json(json);
    const auto response = provider_.Call(&Stub::MoveResourceState, request);
    EXPECT_FALSE(response.has_target_state()) << type << json;
    EXPECT_FALSE(response.has_target_identity()) << type << json;
    EXPECT_THAT(ToText(response.diagnostics()), HasSubstr("Unable to Move Resource State"));
  }
}

}  // namespace
}  // namespace er
