// What the provider says it is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "protocol/provider_under_test.h"
#include "schema/loader.h"

namespace er {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAreArray;
using Stub = tfplugin6::Provider::Stub;

template <typename Fields, typename Name>
std::vector<std::string> Names(const Fields& fields, Name name) {
  std::vector<std::string> names;
  for (const auto& field : fields) names.push_back(name(field));
  return names;
}

// The names of what is declared in schemas/.
std::vector<std::string> Declared(schema::Kind kind) {
  std::vector<std::string> names;
  for (const schema::Schema& type : schema::BuiltInCatalog().types) {
    if (type.kind == kind) names.push_back(type.name);
  }
  return names;
}

void ExpectCapabilities(const tfplugin6::ServerCapabilities& capabilities) {
  EXPECT_TRUE(capabilities.plan_destroy());
  EXPECT_TRUE(capabilities.get_provider_schema_optional());
  EXPECT_TRUE(capabilities.move_resource_state());
  EXPECT_TRUE(capabilities.generate_resource_config());
}

TEST(ProviderSchema, DescribesEveryType) {
  ProviderUnderTest provider;
  const auto response =
      provider.Call(&Stub::GetProviderSchema, tfplugin6::GetProviderSchema::Request());
  EXPECT_EQ(ToText(response.diagnostics()), "");
  ExpectCapabilities(response.server_capabilities());
  const auto key = [](const auto& entry) { return entry.first; };
  EXPECT_THAT(Names(response.resource_schemas(), key),
              UnorderedElementsAreArray(Declared(schema::Kind::kResource)));
  EXPECT_THAT(Names(response.data_source_schemas(), key),
              UnorderedElementsAreArray(Declared(schema::Kind::kDataSource)));
  EXPECT_THAT(Names(response.list_resource_schemas(), key),
              UnorderedElementsAreArray(Declared(schema::Kind::kListResource)));
  EXPECT_THAT(Names(response.action_schemas(), key),
              UnorderedElementsAreArray(Declared(schema::Kind::kAction)));
  EXPECT_THAT(response.functions(), IsEmpty());
  EXPECT_FALSE(response.has_provider_meta());

  // A schema without a block ends Terraform with a crash.
  EXPECT_TRUE(response.provider().has_block());
  for (const auto& [name, schema] : response.resource_schemas()) EXPECT_TRUE(schema.has_block());
  for (const auto& [name, schema] : response.data_source_schemas()) {
    EXPECT_TRUE(schema.has_block());
  }
  // A list resource is of a resource with an identity.
  for (const auto& [name, schema] : response.list_resource_schemas()) {
    EXPECT_TRUE(schema.has_block());
    EXPECT_TRUE(response.resource_schemas().contains(name)) << name;
  }
  for (const auto& [name, schema] : response.action_schemas()) {
    EXPECT_TRUE(schema.schema().has_block());
    for (const auto& attribute : schema.schema().block().attributes()) {
      EXPECT_FALSE(attribute.computed()) << name << "." << attribute.name();
    }
  }
}

TEST(ProviderSchema, DescribesAttributesAsDeclared) {
  ProviderUnderTest provider;
  const auto response =
      provider.Call(&Stub::GetProviderSchema, tfplugin6::GetProviderSchema::Request());
  const tfplugin6::Schema& run = response.resource_schemas().at(kRunType);
  EXPECT_EQ(run.version(), SchemaOf(kRunType).version);
  std::map<std::string, tfplugin6::Schema::Attribute> attributes;
  for (const auto& attribute : run.block().attributes()) attributes[attribute.name()] = attribute;
  EXPECT_EQ(attributes.size() + 2, SchemaOf(kRunType).attributes.size()) << "two are blocks";

  EXPECT_TRUE(attributes["workflow_name"].required());
  EXPECT_EQ(attributes["workflow_name"].type(), R"("string")");
  EXPECT_EQ(attributes["triggers"].type(), R"(["map","string"])");
  // A default is filled in by the plan, which Terraform allows for computed attributes only.
  EXPECT_TRUE(attributes["on_conflict"].optional());
  EXPECT_TRUE(attributes["on_conflict"].computed());
  EXPECT_TRUE(attributes["job_type"].optional());
  EXPECT_TRUE(attributes["job_type"].computed());
  EXPECT_FALSE(attributes["job_id"].optional());

  const tfplugin6::Schema::Attribute& metrics = attributes["metrics"];
  EXPECT_TRUE(metrics.type().empty()) << "it is one or the other";
  EXPECT_EQ(metrics.nested_type().nesting(), tfplugin6::Schema::Object::SINGLE);
  EXPECT_EQ(metrics.nested_type().attributes_size(), 15);
  for (const auto& attribute : metrics.nested_type().attributes()) {
    EXPECT_TRUE(attribute.computed()) << attribute.name();
  }
  EXPECT_EQ(attributes["outputs"].nested_type().nesting(), tfplugin6::Schema::Object::LIST);

  std::map<std::string, tfplugin6::Schema::NestedBlock> blocks;
  for (const auto& block : run.block().block_types()) blocks[block.type_name()] = block;
  EXPECT_EQ(blocks["output_source_config"].nesting(), tfplugin6::Schema::NestedBlock::LIST);
  EXPECT_EQ(blocks["output_source_config"].max_items(), 1);
  EXPECT_EQ(blocks["timeouts"].nesting(), tfplugin6::Schema::NestedBlock::SINGLE);
  EXPECT_EQ(blocks["timeouts"].max_items(), 0);
}

TEST(ProviderSchema, HidesWhatIsSecret) {
  ProviderUnderTest provider;
  const auto response =
      provider.Call(&Stub::GetProviderSchema, tfplugin6::GetProviderSchema::Request());
  std::set<std::string> sensitive;
  for (const auto& attribute : response.provider().block().attributes()) {
    if (attribute.sensitive()) sensitive.insert(attribute.name());
  }
  EXPECT_THAT(sensitive, testing::IsSupersetOf({"access_key", "secret_key", "token"}));
}

TEST(ProviderSchema, IsToldInBriefToo) {
  ProviderUnderTest provider;
  const auto response = provider.Call(&Stub::GetMetadata, tfplugin6::ProviderMetadata::Request());
  EXPECT_EQ(ToText(response.diagnostics()), "");
  ExpectCapabilities(response.server_capabilities());
  const auto name = [](const auto& type) { return type.type_name(); };
  EXPECT_THAT(Names(response.resources(), name),
              UnorderedElementsAreArray(Declared(schema::Kind::kResource)));
  EXPECT_THAT(Names(response.data_sources(), name),
              UnorderedElementsAreArray(Declared(schema::Kind::kDataSource)));
  EXPECT_THAT(Names(response.list_resources(), name),
              UnorderedElementsAreArray(Declared(schema::Kind::kListResource)));
  EXPECT_THAT(Names(response.actions(), name),
              UnorderedElementsAreArray(Declared(schema::Kind::kAction)));
}

TEST(ProviderSchema, HasNoFunctions) {
  ProviderUnderTest provider;
  EXPECT_THAT(provider.Call(&Stub::GetFunctions, tfplugin6::GetFunctions::Request()).functions(),
              IsEmpty());
  tfplugin6::CallFunction::Request request;
  request.set_name("upper");
  EXPECT_EQ(provider.Call(&Stub::CallFunction, request).error().text(),
            "This provider has no function \"upper\".");
}

// Terraform takes that for an older provider; a default answer could mean anything.
TEST(ProviderSchema, LeavesUnansweredWhatItHasNot) {
  ProviderUnderTest provider;
  tfplugin6::ValidateEphemeralResourceConfig::Response response;
  EXPECT_EQ(provider
                .Try(&Stub::ValidateEphemeralResourceConfig,
                     tfplugin6::ValidateEphemeralResourceConfig::Request(), response)
                .error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
}

// Terraform leaves the schema out in all processes but the first.
TEST(ProviderSchema, NeedNotBeAskedForFirst) {
  ProviderUnderTest provider;
  EXPECT_EQ(provider.Validate(kRunType, RunConfig({{"workflow_name", "customers"}})), "");
}

}  // namespace
}  // namespace er
