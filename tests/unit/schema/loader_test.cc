#include "schema/loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

#include "support/value_printing.h"
#include "unit/schema/catalog_texts.h"

namespace er::schema {
namespace {

using ::testing::ElementsAre;
using ::testing::IsNull;
using ::testing::NotNull;
using ::testing::SizeIs;

TEST(Loader, ReadsWhatTheServiceIs) {
  const absl::StatusOr<Catalog> catalog = LoadTexts(SmallCatalog());
  ASSERT_TRUE(catalog.ok()) << catalog.status();
  EXPECT_EQ(catalog->service, "things");
  EXPECT_THAT(catalog->vocabulary.gone, ElementsAre("NotFound"));
  EXPECT_THAT(catalog->vocabulary.busy, ElementsAre("Busy"));
  EXPECT_THAT(catalog->vocabulary.succeeded, ElementsAre("DONE"));
  EXPECT_THAT(catalog->vocabulary.failed, ElementsAre("BROKEN"));
  ASSERT_THAT(catalog->operations, SizeIs(1));
  const Operation& operation = catalog->operations.at("GetThing");
  EXPECT_EQ(operation.name, "GetThing");
  EXPECT_EQ(operation.method, "GET");
  EXPECT_EQ(operation.path, "/things/{name}");
  EXPECT_TRUE(operation.repeatable);
  EXPECT_THAT(operation.query, ElementsAre("page"));
  EXPECT_THAT(operation.input, ElementsAre("name", "page"));
  EXPECT_THAT(operation.output, ElementsAre("color", "parts", "details"));
}

TEST(Loader, TellsKindsApart) {
  Texts texts = SmallCatalog();
  texts["data-sources/thing.json"] = R"({
    "kind": "data_source", "name": "entityresolution_thing", "title": "thing",
    "description": "A thing.",
    "reading": {"operation": "GetThing", "items": "parts", "filters": ["name"], "id": ["name"]},
    "attributes": {
      "name": {"type": "string", "required": true, "description": "Its name."},
      "parts": {"type": ["list", "string"], "computed": true, "description": "Its parts."}
    }})";
  const absl::StatusOr<Catalog> catalog = LoadTexts(texts);
  ASSERT_TRUE(catalog.ok()) << catalog.status();
  EXPECT_EQ(catalog->provider.kind, Kind::kProvider);
  EXPECT_THAT(catalog->provider.FindAttribute("region")->environment, ElementsAre("REGION"));
  EXPECT_THAT(catalog->Find(Kind::kResource, "entityresolution_thing"), NotNull());
  const Schema* source = catalog->Find(Kind::kDataSource, "entityresolution_thing");
  ASSERT_THAT(source, NotNull());
  const auto& reading = std::get<Reading>(source->behaviour);
  EXPECT_EQ(reading.operation, &catalog->operations.at("GetThing"));
  EXPECT_EQ(reading.items, "parts");
  EXPECT_THAT(reading.filters, ElementsAre("name"));
  EXPECT_THAT(reading.id.attributes, ElementsAre("name"));
  EXPECT_EQ(reading.id.separator, "/");
  EXPECT_THAT(catalog->Find(Kind::kResource, "entityresolution_other"), IsNull());
}

TEST(Loader, FindsTheOperationsOfAJob) {
  const absl::StatusOr<Catalog> catalog = LoadTexts(SmallCatalog());
  ASSERT_TRUE(catalog.ok()) << catalog.status();
  const Operation* operation = &catalog->operations.at("GetThing");
  const auto& job = std::get<JobKind>(catalog->types.at(0).behaviour);
  EXPECT_EQ(job.name, "making");
  EXPECT_EQ(job.title, "making");
  EXPECT_EQ(job.workflow_title, "plan");
  EXPECT_EQ(job.workflow_arn, "");
  EXPECT_EQ(job.start, operation);
  EXPECT_EQ(job.get, operation);
  EXPECT_EQ(job.list.operation, operation);
  EXPECT_EQ(job.list.items, "parts");
  EXPECT_EQ(job.workflows.operation, operation);
}

TEST(Loader, FindsTheOperationsOfWhatIsDeclared) {
  const absl::StatusOr<Catalog> catalog = LoadTexts(ManagedCatalog());
  ASSERT_TRUE(catalog.ok()) << catalog.status();
  const Schema* thing = catalog->Find(Kind::kResource, "entityresolution_thing");
  ASSERT_THAT(thing, NotNull());
  const auto& managed = std::get<Managed>(thing->behaviour);
  EXPECT_EQ(managed.create, &catalog->operations.at("MakeThing"));
  EXPECT_EQ(managed.read, &catalog->operations.at("GetThing"));
  EXPECT_EQ(managed.update, &catalog->operations.at("ChangeThing"));
  EXPECT_EQ(managed.remove, &catalog->operations.at("DropThing"));
  EXPECT_EQ(managed.list.items, "thingList");
  EXPECT_THAT(managed.id.attributes, ElementsAre("name"));
  EXPECT_EQ(managed.arn, "arn");
  EXPECT_EQ(managed.arn_type, "thing");
  EXPECT_EQ(managed.fixed_while, "is_used");
  EXPECT_EQ(managed.in_use_patience, absl::Minutes(2));
  ASSERT_TRUE(managed.tagging.has_value()) << "it has tags_all";
  EXPECT_EQ(managed.tagging->list, &catalog->operations.at("ListTags"));
}

// Their bodies are kept out of the log.
TEST(Loader, MarksTheOperationsThatCarrySecrets) {
  const absl::StatusOr<Catalog> catalog = LoadTexts(ManagedCatalog());
  ASSERT_TRUE(catalog.ok()) << catalog.status();
  EXPECT_TRUE(catalog->operations.at("MakeThing").confidential);
  EXPECT_TRUE(catalog->operations.at("GetThing").confidential);
  EXPECT_FALSE(catalog->operations.at("DropThing").confidential);
}

TEST(Loader, DerivesTheDataSourceOfOneObject) {
  const absl::StatusOr<Catalog> catalog = LoadTexts(ManagedCatalog());
  ASSERT_TRUE(catalog.ok()) << catalog.status();
  const Schema* one = catalog->Find(Kind::kDataSource, "entityresolution_thing");
  ASSERT_THAT(one, NotNull());
  EXPECT_EQ(one->description, "One thing.");
  const auto& reading = std::get<Reading>(one->behaviour);
  EXPECT_EQ(reading.operation, &catalog->operations.at("GetThing"));
  EXPECT_EQ(reading.arn, "arn");
  EXPECT_TRUE(reading.tagging.has_value());
  EXPECT_TRUE(one->FindAttribute("name")->required);
  EXPECT_FALSE(one->FindAttribute("name")->replaces);
  EXPECT_EQ(one->FindAttribute("name")->limits.max_length, 9);
  EXPECT_TRUE(one->FindAttribute("region")->optional);
  const Attribute& parts = *one->FindAttribute("parts");
  EXPECT_TRUE(parts.computed);
  EXPECT_FALSE(parts.required);
  EXPECT_EQ(parts.min_items, 0);
  EXPECT_TRUE(parts.attributes.at(0).computed);
  EXPECT_TRUE(parts.attributes.at(0).sensitive);
  EXPECT_THAT(one->FindAttribute("tags"), NotNull());
  EXPECT_THAT(one->FindAttribute("tags_all"), IsNull());
  EXPECT_THAT(one->FindAttribute("timeouts"), IsNull());
}

TEST(Loader, DerivesTheDataSourceOfAll) {
  const absl::StatusOr<Catalog> catalog = LoadTexts(ManagedCatalog());
  ASSERT_TRUE(catalog.ok()) << catalog.status();
  const Schema* all = catalog->Find(Kind::kDataSource, "entityresolution_things");
  ASSERT_THAT(all, NotNull());
  EXPECT_EQ(all->title, "things");
  const auto& reading = std::get<Reading>(all->behaviour);
  EXPECT_EQ(reading.operation, &catalog->operations.at("ListThings"));
  EXPECT_EQ(reading.items, "thing_list");
  EXPECT_EQ(reading.ids, "name");
  const Attribute& items = *all->FindAttribute("thing_list");
  EXPECT_EQ(items.member, "thingList");
  std::vector<std::string> names;
  for (const Attribute& attribute : items.attributes) {
    EXPECT_TRUE(attribute.computed);
    names.push_back(attribute.name);
  }
  EXPECT_THAT(names, ElementsAre("name", "arn", "color"));
  EXPECT_EQ(TypeOf(*all->FindAttribute("ids")), Type::Set(Type::String()));
}

TEST(Loader, ReadsUpgrades) {
  const absl::StatusOr<Catalog> catalog = LoadTexts(
      ManagedCatalog(R"(, "version": 2, "upgrades": [{}, {"renamed": {"label": "name"}}])"));
  ASSERT_TRUE(catalog.ok()) << catalog.status();
  const Schema* thing = catalog->Find(Kind::kResource, "entityresolution_thing");
  ASSERT_THAT(thing->upgrades, SizeIs(2));
  EXPECT_EQ(thing->upgrades[1].renamed.at("label"), "name");
}

TEST(Loader, DerivesTheMemberFromTheName) {
  const absl::StatusOr<Catalog> catalog = LoadThing(R"(
    "color": {"type": "string", "optional": true, "description": "."},
    "hue": {"type": "string", "optional": true, "description": ".", "member": "details.hue"},
    "note": {"type": "string", "optional": true, "description": ".", "local": true})");
  ASSERT_TRUE(catalog.ok()) << catalog.status();
  const Schema& thing = catalog->types.at(0);
  EXPECT_EQ(thing.FindAttribute("color")->member, "color");
  EXPECT_EQ(thing.FindAttribute("hue")->member, "details.hue");
  EXPECT_EQ(thing.FindAttribute("note")->member, "");
  EXPECT_EQ(LowerCamelCase("output_s3_path"), "outputS3Path");
}

// The plan puts the default in, and Terraform lets it do so only with computed attributes.
TEST(Loader, MakesWhatHasADefaultOptionalAndComputed) {
  const absl::StatusOr<Catalog> catalog = LoadThing(R"(
    "color": {"type": "string", "default": "red", "description": "."},
    "shiny": {"type": "bool", "default": true, "description": ".", "local": true},
    "size": {"type": "number", "default": 1.5, "description": ".", "local": true})");
  ASSERT_TRUE(catalog.ok()) << catalog.status();
  const Schema& thing = catalog->types.at(0);
  EXPECT_EQ(thing.FindAttribute("color")->default_value, Value("red"));
  EXPECT_EQ(thing.FindAttribute("shiny")->default_value, Value(true));
  EXPECT_EQ(thing.FindAttribute("size")->default_value, Value(*Number::Parse("1.5")));
  for (const char* name : {"color", "shiny", "size"}) {
    const Attribute* attribute = thing.FindAttribute(name);
    EXPECT_TRUE(attribute->optional && attribute->computed) << name;
  }
}

TEST(Loader, TakesLimitsByNameOrInPlace) {
  const absl::StatusOr<Catalog> catalog = LoadThing(R"(
    "color": {"type": "string", "optional": true, "description": ".", "limits": "Color"},
    "size": {"type": "string", "optional": true, "description": ".", "local": true,
             "limits": {"one_of": ["S", "L"]}})");
  ASSERT_TRUE(catalog.ok()) << catalog.status();
  const Limits& color = catalog->types.at(0).FindAttribute("color")->limits;
  EXPECT_EQ(color.pattern->text(), "[a-z]+");
  EXPECT_EQ(color.pattern_meaning, "a color such as red");
  EXPECT_EQ(color.min_length, 3);
  EXPECT_EQ(color.max_length, 9);
  EXPECT_EQ(color.documentation, "https://example.com/colors");
  EXPECT_THAT(catalog->types.at(0).FindAttribute("size")->limits.one_of, ElementsAre("S", "L"));
}

TEST(Loader, ReadsWhatIsKnownOfCollectionsAndObjects) {
  const absl::StatusOr<Catalog> catalog = LoadThing(R"(
    "parts": {"type": "list", "required": true, "description": ".", "min_items": 2, "max_items": 35,
              "ordered": true, "exactly_one_of": ["name", "arn"], "attributes": {
      "name": {"type": "string", "optional": true, "computed": true, "description": "."},
      "arn": {"type": "string", "optional": true, "computed": true, "description": ".",
              "member": "name", "arn": {"type": "part"}},
      "kind": {"type": "string", "optional": true, "description": ".",
               "limits": {"one_of": ["A", "B"]}, "needs": {"A": ["details"]}},
      "details": {"type": "string", "optional": true, "format": "json", "description": "."}}},
    "tags": {"type": ["map", "string"], "optional": true, "description": ".", "local": true,
             "max_items": 200, "keys": "Color", "limits": {"max_length": 256}})");
  ASSERT_TRUE(catalog.ok()) << catalog.status();
  const Attribute& parts = *catalog->types.at(0).FindAttribute("parts");
  EXPECT_EQ(parts.min_items, 2);
  EXPECT_EQ(parts.max_items, 35);
  EXPECT_TRUE(parts.ordered);
  EXPECT_THAT(parts.exactly_one_of, ElementsAre("name", "arn"));
  EXPECT_EQ(FindAttribute(parts.attributes, "arn")->arn.type, "part");
  EXPECT_EQ(FindAttribute(parts.attributes, "arn")->member, "name");
  EXPECT_THAT(FindAttribute(parts.attributes, "kind")->needs,
              ElementsAre(std::pair("A", std::vector<std::string>{"details"})));
  EXPECT_EQ(FindAttribute(parts.attributes, "details")->format, Format::kJson);
  const Attribute& tags = *catalog->types.at(0).FindAttribute("tags");
  EXPECT_EQ(tags.max_items, 200);
  EXPECT_EQ(tags.limits.max_length, 256);
  EXPECT_EQ(tags.key_limits->max_length, 9);
}

TEST(Loader, ReadsBlocksInBlocks) {
  const absl::StatusOr<Catalog> catalog = LoadThing(R"(
    "a": {"type": "string", "optional": true, "description": ".", "local": true}},
    "blocks": {"outer": {"nesting": "list", "description": ".", "member": "parts", "attributes": {},
      "blocks": {"inner": {"nesting": "set", "description": ".", "max_items": 2, "attributes": {
        "color": {"type": "string", "computed": true, "description": "."}}}}})");
  ASSERT_TRUE(catalog.ok()) << catalog.status();
  const Attribute* outer = catalog->types.at(0).FindAttribute("outer");
  ASSERT_THAT(outer, NotNull());
  const Attribute* inner = FindAttribute(outer->attributes, "inner");
  ASSERT_THAT(inner, NotNull());
  EXPECT_TRUE(outer->is_block && inner->is_block);
  EXPECT_EQ(inner->nesting, Nesting::kSet);
  EXPECT_EQ(inner->max_items, 2);
  EXPECT_EQ(inner->member, "inner");
  EXPECT_TRUE(inner->attributes.at(0).computed);
}

// What the build has checked is not compiled before it is used.
TEST(Loader, ChecksPatternsIfItIsAsked) {
  Texts texts = SmallCatalog();
  texts["limits.json"] = R"({"limits": {"A": {"pattern": "(", "meaning": "m"}}})";
  std::vector<SourceFile> files;
  for (const auto& [name, text] : texts) files.push_back({.name = name, .text = text});
  EXPECT_FALSE(Load(files).ok());
  EXPECT_TRUE(Load(files, Check::kAllButPatterns).ok());
}

TEST(Loader, MakesTheAttributesOfAShapeComputedThroughout) {
  Texts texts = SmallCatalog();
  texts["shapes/color.json"] = R"({"attributes": {
    "color": {"type": "string", "description": "."},
    "parts": {"type": "list", "description": ".", "attributes": {
      "kind": {"type": "string", "description": "."}}}}})";
  texts["resources/thing.json"] = absl::StrCat(R"({
    "kind": "resource", "name": "entityresolution_thing", "title": "thing", "description": ".",
    "shapes": ["color"],
    "attributes": {"name": {"type": "string", "required": true, "description": "."}},)",
                                               kJob, "}");
  const absl::StatusOr<Catalog> catalog = LoadTexts(texts);
  ASSERT_TRUE(catalog.ok()) << catalog.status();
  const Schema& thing = catalog->types.at(0);
  EXPECT_TRUE(thing.FindAttribute("color")->computed);
  EXPECT_TRUE(thing.FindAttribute("parts")->computed);
  EXPECT_TRUE(thing.FindAttribute("parts")->attributes.at(0).computed);
  EXPECT_FALSE(thing.FindAttribute("name")->computed);
}

TEST(Loader, MakesABlockOfTheTimeouts) {
  Texts texts = SmallCatalog();
  texts["resources/thing.json"] = R"({
    "kind": "resource", "name": "entityresolution_thing", "title": "thing", "description": ".",
    "timeouts": {"create": "90m"}})";
  const absl::StatusOr<Catalog> catalog = LoadTexts(texts);
  ASSERT_TRUE(catalog.ok()) << catalog.status();
  const Schema& thing = catalog->types.at(0);
  EXPECT_THAT(thing.timeouts, ElementsAre(std::pair("create", "90m")));
  const Attribute* block = thing.FindAttribute("timeouts");
  ASSERT_THAT(block, NotNull());
  EXPECT_TRUE(block->is_block);
  EXPECT_EQ(block->nesting, Nesting::kSingle);
  ASSERT_THAT(block->attributes, SizeIs(1));
  EXPECT_EQ(block->attributes[0].format, Format::kDuration);
  EXPECT_TRUE(block->attributes[0].optional);
}

TEST(Loader, MissesTheProvider) {
  Texts texts = SmallCatalog();
  texts.erase("provider.json");
  EXPECT_THAT(Mistakes(texts), ElementsAre("provider.json: is missing"));
}

TEST(BuiltInCatalog, HoldsTheTypesThatCodeSpeaksOf) {
  const Catalog& catalog = BuiltInCatalog();
  EXPECT_EQ(&catalog, &BuiltInCatalog());
  EXPECT_EQ(catalog.provider.name, "entityresolution");
  const Schema* run = catalog.Find(Kind::kResource, "entityresolution_id_mapping_job_run");
  ASSERT_THAT(run, NotNull());
  EXPECT_THAT(run->FindAttribute("metrics")->attributes, SizeIs(15));
  EXPECT_EQ(run->FindAttribute("wait_for_completion")->default_value, Value(true));
  EXPECT_EQ(run->timeouts.at("create"), "4h");
  EXPECT_THAT(catalog.Find(Kind::kDataSource, "entityresolution_id_mapping_job"), NotNull());
  EXPECT_THAT(catalog.Find(Kind::kDataSource, "entityresolution_id_mapping_jobs"), NotNull());
}

// The registry's pages link it, so that nobody has to believe us.
TEST(BuiltInCatalog, LinksThePageBehindEachLimitOfTheService) {
  for (const Schema& type : BuiltInCatalog().types) {
    for (const Attribute& attribute : type.attributes) {
      if (attribute.member.empty() || attribute.limits.pattern == nullptr) continue;
      EXPECT_NE(attribute.limits.documentation, "") << type.name << "." << attribute.name;
    }
  }
}

}  // namespace
}  // namespace er::schema
