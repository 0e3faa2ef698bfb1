#include "schema/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "schema/loader.h"
#include "support/value_printing.h"

namespace er::schema {
namespace {

using ::testing::IsNull;
using ::testing::NotNull;

Attribute Text(const char* name) { return {.name = name, .optional = true}; }

Attribute Objects(const char* name, Nesting nesting) {
  return {.name = name, .nesting = nesting, .attributes = {Text("a")}, .computed = true};
}

Attribute Block(const char* name, Nesting nesting, std::vector<Attribute> attributes) {
  return {.name = name,
          .nesting = nesting,
          .attributes = std::move(attributes),
          .is_block = true,
          .optional = true};
}

TEST(Schema, IsAnObjectOfItsAttributesAndBlocks) {
  const Schema schema{
      .attributes = {Text("text"),
                     {.name = "map", .type = Type::Map(Type::String()), .optional = true},
                     Objects("one", Nesting::kSingle),
                     Objects("list", Nesting::kList),
                     Objects("set", Nesting::kSet),
                     Objects("by_key", Nesting::kMap),
                     Block("many", Nesting::kList, {Text("b"), Block("deep", Nesting::kSet, {})}),
                     Block("single", Nesting::kSingle, {Text("c")})}};
  EXPECT_EQ(TypeOf(schema), *Type::FromJson(R"(["object", {
    "text": "string",
    "map": ["map", "string"],
    "one": ["object", {"a": "string"}],
    "list": ["list", ["object", {"a": "string"}]],
    "set": ["set", ["object", {"a": "string"}]],
    "by_key": ["map", ["object", {"a": "string"}]],
    "many": ["list", ["object", {"b": "string", "deep": ["set", ["object", {}]]}]],
    "single": ["object", {"c": "string"}]}])"));
}

// Terraform refuses a null list of blocks, and an empty single one.
TEST(Schema, HasAnEmptyObjectAsTerraformWantsIt) {
  const Schema schema{.attributes = {Text("text"), Objects("list", Nesting::kList),
                                     Block("list_block", Nesting::kList, {}),
                                     Block("set_block", Nesting::kSet, {}),
                                     Block("map_block", Nesting::kMap, {}),
                                     Block("single_block", Nesting::kSingle, {})}};
  EXPECT_EQ(EmptyObject(schema), Value(Value::Map{{"text", Value::Null()},
                                                  {"list", Value::Null()},
                                                  {"list_block", Value::List{}},
                                                  {"set_block", Value::List{}},
                                                  {"map_block", Value::Map{}},
                                                  {"single_block", Value::Null()}}));
}

TEST(Schema, FindsByName) {
  const Schema schema{.attributes = {Text("a"), Block("b", Nesting::kList, {})}};
  ASSERT_THAT(schema.FindAttribute("a"), NotNull());
  EXPECT_EQ(schema.FindAttribute("a")->name, "a");
  ASSERT_THAT(schema.FindAttribute("b"), NotNull());
  EXPECT_TRUE(schema.FindAttribute("b")->is_block);
  EXPECT_THAT(schema.FindAttribute("c"), IsNull());
}

TEST(Schema, NamesMembersLikeTheService) {
  EXPECT_EQ(LowerCamelCase("name"), "name");
  EXPECT_EQ(LowerCamelCase("output_source_config"), "outputSourceConfig");
  EXPECT_EQ(LowerCamelCase("output_s3_path"), "outputS3Path");
  EXPECT_EQ(LowerCamelCase(""), "");
  EXPECT_EQ(SnakeCase("schemaList"), "schema_list");
  EXPECT_EQ(SnakeCase("idNamespaceSummaries"), "id_namespace_summaries");
}

// `in_block`: nothing is computed there. `told`: inside of what the service decides.
void ExpectFit(const std::vector<Attribute>& attributes, bool in_block, bool told) {
  for (const Attribute& attribute : attributes) {
    SCOPED_TRACE(attribute.name);
    EXPECT_NE(attribute.description, "");
    EXPECT_TRUE(attribute.max_items == 0 || attribute.min_items <= attribute.max_items);
    EXPECT_FALSE(attribute.required && (attribute.optional || attribute.computed));
    EXPECT_TRUE(attribute.required || attribute.optional || attribute.computed);
    if (attribute.is_block) {
      EXPECT_TRUE(attribute.nesting != Nesting::kSingle || attribute.max_items == 0);
    } else {
      EXPECT_FALSE(in_block && attribute.computed);
      EXPECT_FALSE(told && !attribute.computed);
    }
    ExpectFit(attribute.attributes, attribute.is_block,
              told || (attribute.computed && !attribute.optional));
  }
}

// What Terraform would refuse to load, so that no command works any more.
// https://github.com/hashicorp/terraform/blob/main/internal/configs/configschema/internal_validate.go
TEST(BuiltInCatalog, IsFitForTerraform) {
  std::vector<Schema> types = BuiltInCatalog().types;
  types.push_back(BuiltInCatalog().provider);
  for (const Schema& type : types) {
    SCOPED_TRACE(type.name);
    EXPECT_EQ(Type::FromJson(TypeOf(type).ToJson()).value(), TypeOf(type));
    ExpectFit(type.attributes, /*in_block=*/false, /*told=*/false);
  }
}

}  // namespace
}  // namespace er::schema
