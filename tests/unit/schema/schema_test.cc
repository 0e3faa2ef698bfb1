#include "schema/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

TEST(Schema, IsAnObjectOfItsAttributesAndBlocks) {
  const Schema schema{
      .attributes = {Text("text"),
                     {.name = "map", .type = Type::Map(Type::String()), .optional = true},
                     Objects("one", Nesting::kSingle),
                     Objects("list", Nesting::kList),
                     Objects("set", Nesting::kSet),
                     Objects("by_key", Nesting::kMap)},
      .blocks = {{.name = "many", .nesting = Nesting::kList, .attributes = {Text("b")}},
                 {.name = "single", .nesting = Nesting::kSingle, .attributes = {Text("c")}}}};
  EXPECT_EQ(TypeOf(schema), *Type::FromJson(R"(["object", {
    "text": "string",
    "map": ["map", "string"],
    "one": ["object", {"a": "string"}],
    "list": ["list", ["object", {"a": "string"}]],
    "set": ["set", ["object", {"a": "string"}]],
    "by_key": ["map", ["object", {"a": "string"}]],
    "many": ["list", ["object", {"b": "string"}]],
    "single": ["object", {"c": "string"}]}])"));
}

// Terraform refuses a null list of blocks, and an empty single one.
TEST(Schema, HasAnEmptyObjectAsTerraformWantsIt) {
  const Schema schema{.attributes = {Text("text"), Objects("list", Nesting::kList)},
                      .blocks = {{.name = "list_block", .nesting = Nesting::kList},
                                 {.name = "set_block", .nesting = Nesting::kSet},
                                 {.name = "map_block", .nesting = Nesting::kMap},
                                 {.name = "single_block", .nesting = Nesting::kSingle}}};
  EXPECT_EQ(EmptyObject(schema), Value(Value::Map{{"text", Value::Null()},
                                                  {"list", Value::Null()},
                                                  {"list_block", Value::List{}},
                                                  {"set_block", Value::List{}},
                                                  {"map_block", Value::Map{}},
                                                  {"single_block", Value::Null()}}));
}

TEST(Schema, FindsByName) {
  const Schema schema{.attributes = {Text("a")}, .blocks = {{.name = "b"}}};
  ASSERT_THAT(schema.FindAttribute("a"), NotNull());
  EXPECT_EQ(schema.FindAttribute("a")->name, "a");
  ASSERT_THAT(schema.FindBlock("b"), NotNull());
  EXPECT_THAT(schema.FindAttribute("b"), IsNull());
  EXPECT_THAT(schema.FindBlock("a"), IsNull());
}

TEST(Schema, NamesMembersLikeTheService) {
  EXPECT_EQ(LowerCamelCase("name"), "name");
  EXPECT_EQ(LowerCamelCase("output_source_config"), "outputSourceConfig");
  EXPECT_EQ(LowerCamelCase("output_s3_path"), "outputS3Path");
  EXPECT_EQ(LowerCamelCase(""), "");
}

// What Terraform would refuse to load, so that no command works any more.
// https://github.com/hashicorp/terraform/blob/main/internal/configs/configschema/internal_validate.go
TEST(BuiltInCatalog, IsFitForTerraform) {
  std::vector<Schema> types = BuiltInCatalog().types;
  types.push_back(BuiltInCatalog().provider);
  for (const Schema& type : types) {
    SCOPED_TRACE(type.name);
    EXPECT_EQ(Type::FromJson(TypeOf(type).ToJson()).value(), TypeOf(type));
    for (const Attribute& attribute : type.attributes) {
      SCOPED_TRACE(attribute.name);
      EXPECT_TRUE(attribute.required || attribute.optional || attribute.computed);
      EXPECT_FALSE(attribute.required && (attribute.optional || attribute.computed));
      EXPECT_NE(attribute.description, "");
    }
    for (const Block& block : type.blocks) {
      SCOPED_TRACE(block.name);
      EXPECT_THAT(type.FindAttribute(block.name), IsNull());
      EXPECT_TRUE(block.max_items == 0 || block.min_items <= block.max_items);
      EXPECT_TRUE(block.nesting != Nesting::kSingle || block.max_items == 0);
      for (const Attribute& attribute : block.attributes) {
        EXPECT_NE(attribute.required, attribute.optional) << attribute.name;
      }
    }
  }
}

}  // namespace
}  // namespace er::schema
