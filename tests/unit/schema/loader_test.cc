#include "schema/loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <ostream>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "support/value_printing.h"

namespace er::schema {
namespace {

using ::testing::ElementsAre;
using ::testing::IsNull;
using ::testing::NotNull;
using ::testing::SizeIs;

using Texts = std::map<std::string, std::string>;  // by file name

// A behaviour, so that there is an operation whose members attributes can stand for.
constexpr char kJob[] = R"("job": {
    "name": "making", "title": "making", "workflow_title": "plan", "start": "GetThing",
    "get": "GetThing", "list": {"operation": "GetThing", "items": "parts"},
    "workflows": {"operation": "GetThing", "items": "parts"}},
  "timeouts": {"create": "1h", "update": "1h", "delete": "1h"})";

// A thing with these attributes, the first of them in line 12.
std::string Thing(absl::string_view attributes) {
  return absl::StrCat(R"({
  "kind": "resource",
  "name": "entityresolution_thing",
  "title": "thing",
  "description": "A thing.",
  )",
                      kJob, R"(,
  "attributes": {
    )",
                      attributes, "}}");
}

// The smallest catalog there is, with one of everything.
Texts SmallCatalog() {
  return {
      {"service.json", R"({
  "service": "things",
  "errors": {"gone": ["NotFound"], "busy": ["Busy"]},
  "job_states": {"succeeded": ["DONE"], "failed": ["BROKEN"]},
  "operations": {
    "GetThing": {
      "method": "GET", "path": "/things/{name}", "query": ["page"], "repeatable": true,
      "input": ["name", "page"], "output": ["color", "parts", "details"]
    }
  }
})"},
      {"limits.json", R"({
  "limits": {
    "Color": {
      "pattern": "[a-z]+", "meaning": "a color such as red", "min_length": 3, "max_length": 9,
      "documentation": "https://example.com/colors"
    }
  }
})"},
      {"provider.json", R"({
  "kind": "provider", "name": "things", "title": "things", "description": "Things.",
  "attributes": {
    "region": {"type": "string", "optional": true, "local": true, "description": "Where.",
               "environment": ["REGION"]}
  }
})"},
      {"resources/thing.json",
       Thing(R"("name": {"type": "string", "required": true, "description": "Its name."})")},
  };
}

absl::StatusOr<Catalog> LoadTexts(const Texts& texts) {
  std::vector<SourceFile> files;
  for (const auto& [name, text] : texts) files.push_back({.name = name, .text = text});
  return Load(files);
}

absl::StatusOr<Catalog> LoadThing(absl::string_view attributes) {
  Texts texts = SmallCatalog();
  texts["resources/thing.json"] = Thing(attributes);
  return LoadTexts(texts);
}

// What is said against `texts`, line by line.
std::vector<std::string> Mistakes(const Texts& texts) {
  const absl::StatusOr<Catalog> catalog = LoadTexts(texts);
  if (catalog.ok()) return {};
  EXPECT_EQ(catalog.status().code(), absl::StatusCode::kInvalidArgument);
  return absl::StrSplit(catalog.status().message(), '\n');
}

template <typename Row>
std::string NameOf(const testing::TestParamInfo<Row>& info) {
  return info.param.name;
}

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

// A whole service of things, and a thing that is declared and no more.
Texts ManagedCatalog(absl::string_view more = "") {
  Texts texts = SmallCatalog();
  texts["service.json"] = R"({
  "service": "things",
  "tagging": {"list": "ListTags", "add": "AddTags", "remove": "RemoveTags"},
  "operations": {
    "MakeThing": {"method": "POST", "path": "/things", "input": ["name", "parts", "tags"]},
    "GetThing": {"method": "GET", "path": "/things/{name}", "repeatable": true,
                 "input": ["name"], "output": ["name", "arn", "parts", "isUsed"]},
    "ChangeThing": {"method": "PUT", "path": "/things/{name}", "input": ["name", "parts"]},
    "DropThing": {"method": "DELETE", "path": "/things/{name}", "input": ["name"]},
    "ListThings": {"method": "GET", "path": "/things", "output": ["thingList"]},
    "ListTags": {"method": "GET", "path": "/tags/{arn}", "input": ["arn"]},
    "AddTags": {"method": "POST", "path": "/tags/{arn}", "input": ["arn"]},
    "RemoveTags": {"method": "DELETE", "path": "/tags/{arn}", "input": ["arn"]}
  }
})";
  texts["resources/thing.json"] = absl::StrCat(R"({
  "kind": "resource", "name": "entityresolution_thing", "title": "thing", "description": "A thing.",
  "managed": {
    "create": "MakeThing", "read": "GetThing", "update": "ChangeThing", "delete": "DropThing",
    "list": {"operation": "ListThings", "items": "thingList"},
    "id": ["name"], "arn": "arn", "arn_type": "thing", "fixed_while": "is_used",
    "in_use_patience": "2m"
  },
  "data_source": {"description": "One thing."},
  "data_sources": {
    "description": "All things.", "takes": ["name", "arn"],
    "attributes": {"color": {"type": "string", "description": "Its color."}}
  },
  "timeouts": {"create": "5m", "update": "5m", "delete": "5m"},
  "attributes": {
    "name": {"type": "string", "required": true, "replaces": true, "limits": {"max_length": 9},
             "description": "Its name."},
    "parts": {"type": "list", "required": true, "min_items": 1, "description": "Its parts.",
      "attributes": {
        "key": {"type": "string", "optional": true, "sensitive": true, "description": "Its key."}}},
    "arn": {"type": "string", "computed": true, "description": "Its ARN."},
    "is_used": {"type": "bool", "computed": true, "volatile": true, "description": "."},
    "region": {"type": "string", "optional": true, "computed": true, "replaces": true,
               "local": true, "description": "Where."},
    "id": {"type": "string", "computed": true, "local": true, "description": "Its id."},
    "tags": {"type": ["map", "string"], "optional": true, "description": "Tags."},
    "tags_all": {"type": ["map", "string"], "computed": true, "local": true, "description": "."}
  })",
                                               more, "}");
  return texts;
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

struct BadManaged {
  std::string name;
  std::string from;  // in the thing's file
  std::string to;
  std::string mistake;
};

void PrintTo(const BadManaged& bad, std::ostream* out) { *out << bad.name; }

class BadManagedTest : public testing::TestWithParam<BadManaged> {};

TEST_P(BadManagedTest, IsReported) {
  Texts texts = ManagedCatalog();
  std::string& text = texts["resources/thing.json"];
  const std::size_t at = text.find(GetParam().from);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, GetParam().from.size(), GetParam().to);
  EXPECT_THAT(Mistakes(texts), testing::Contains(testing::HasSubstr(GetParam().mistake)));
}

const BadManaged kBadManaged[] = {
    {"NoCreate", R"("create": "MakeThing", )", "", R"("create" is missing)"},
    {"UnknownOperation", "DropThing", "DropThings", "delete: service.json has no DropThings"},
    {"IdOfNothing", R"("id": ["name"])", R"("id": ["title"])", "there is no attribute title"},
    {"NoId", R"("id": ["name"], )", "", R"("id" is missing)"},
    {"ArnOfNothing", R"("arn": "arn",)", R"("arn": "urn",)", "there is no attribute urn"},
    {"BadPatience", R"("2m")", R"("soon")", "in_use_patience must be a duration"},
    {"NoRegion", R"("region": {)", R"("place": {)", "there is no attribute region"},
    {"NoTags", R"("tags": {)", R"("labels": {"member": "tags", )", "there is no attribute tags"},
    {"NoTimeout", R"("update": "5m", )", "", R"(timeouts: "update" is missing)"},
    {"ListTakesNothing", R"("takes": ["name", "arn"])", R"("takes": ["title"])",
     "data_sources: there is no attribute title"},
    {"SourceWithoutDescription", R"({"description": "One thing."})", "{}",
     R"(data_source: "description" is missing)"},
    {"VersionWithoutUpgrade", R"("kind": "resource",)", R"("kind": "resource", "version": 1,)",
     R"(version 1 needs as many "upgrades")"},
};

INSTANTIATE_TEST_SUITE_P(All, BadManagedTest, testing::ValuesIn(kBadManaged), NameOf<BadManaged>);

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

// One build shows them all.
TEST(Loader, ReportsEveryMistakeOfEveryFileAtOnce) {
  Texts texts = SmallCatalog();
  texts["limits.json"] = "{\n  \"limits\": {},\n}";
  texts["provider.json"] = R"({
  "kind": "provider", "name": "things", "title": "things",
  "attributes": {
    "region": {"type": "string", "optional": true, "local": true, "colour": 1,
               "description": 7}
  }
})";
  texts["resources/thing.json"] = Thing(R"("name": {"type": "strin", "required": true},
    "Bad-Name": {"type": "string", "optional": true, "local": true, "description": "."})");
  const std::vector<std::string> mistakes = Mistakes(texts);
  ASSERT_THAT(mistakes, SizeIs(7));
  EXPECT_THAT(mistakes[0], testing::StartsWith("limits.json:3: "));
  EXPECT_THAT(
      std::vector<std::string>(mistakes.begin() + 1, mistakes.end()),
      ElementsAre("provider.json:1: \"description\" is missing",
                  "provider.json:4: attributes.region.colour: is not a key of this format",
                  "provider.json:5: attributes.region.description: must be a text",
                  "resources/thing.json:12: attributes.name: \"description\" is missing",
                  "resources/thing.json:12: attributes.name: not a type of Terraform",
                  "resources/thing.json:13: attributes.Bad-Name: a name is lower case, digits and "
                  "_"));
}

struct BadFile {
  std::string name;
  std::string file;
  std::string text;
  std::string mistake;  // the only one
};

void PrintTo(const BadFile& bad, std::ostream* out) { *out << bad.file << ": " << bad.text; }

class BadFileTest : public testing::TestWithParam<BadFile> {};

TEST_P(BadFileTest, IsReportedWithItsPlace) {
  Texts texts = SmallCatalog();
  texts[GetParam().file] = GetParam().text;
  EXPECT_THAT(Mistakes(texts), ElementsAre(GetParam().mistake));
}

const BadFile kBadFiles[] = {
    {"NoObject", "limits.json", "\n[]", "limits.json:2: must be an object"},
    {"KeyTwice", "limits.json", "{\n\"limits\": {},\n\"limits\": {}}",
     "limits.json:3: \"limits\" twice"},
    {"NoLimits", "limits.json", "{}", "limits.json:1: \"limits\" is missing"},
    {"LimitThatIsNone", "limits.json", R"({"limits": {"A": "[a-z]*"}})",
     "limits.json:1: limits.A: must be an object"},
    {"NoDocumentation", "limits.json", R"({"limits": {}, "documentation": 1})",
     "limits.json:1: documentation: must be a text"},
    {"NoShape", "shapes/x.json", "{}", "shapes/x.json:1: \"attributes\" is missing"},
    {"BadPattern", "limits.json", R"({"limits": {"A": {"pattern": "(", "meaning": "m"}}})",
     "limits.json:1: limits.A: pattern: missing ): ("},
    {"PatternWithoutMeaning", "limits.json", R"({"limits": {"A": {"pattern": "a"}}})",
     "limits.json:1: limits.A: a pattern needs a \"meaning\" for people"},
    {"NegativeLength", "limits.json", "{\"limits\": {\"A\": {\n\"min_length\":\n-1\n}}}",
     "limits.json:3: limits.A.min_length: must be a whole number, 0 or more"},
    {"FractionalLength", "limits.json", R"({"limits": {"A": {"max_length": 1.5}}})",
     "limits.json:1: limits.A.max_length: must be a whole number, 0 or more"},
    {"BoundsCrossed", "limits.json", R"({"limits": {"A": {"min": 2, "max": 1.5}}})",
     "limits.json:1: limits.A: min is above max"},
    {"LengthsCrossed", "limits.json", R"({"limits": {"A": {"min_length": 2, "max_length": 1}}})",
     "limits.json:1: limits.A: min_length is above max_length"},
    {"NoText", "limits.json", R"({"limits": {"A": {"one_of": ["a", 1]}}})",
     "limits.json:1: limits.A.one_of: must be a list of texts"},
    {"BadKind", "resources/x.json",
     R"({"kind": "x", "name": "entityresolution_x", "title": "x", "description": "x"})",
     "resources/x.json:1: kind must be resource, data_source, action or provider"},
    {"ActionOfNoRun", "actions/x.json",
     R"({"kind": "action", "name": "entityresolution_x", "title": "x", "description": "x",
         "starts": "entityresolution_y", "attributes": {}})",
     "actions/x.json:1: starts: there is no run entityresolution_y"},
    {"ActionThatTakesWhatIsNot", "actions/x.json",
     R"({"kind": "action", "name": "entityresolution_x", "title": "x", "description": "x",
         "starts": "entityresolution_thing", "takes": ["y"], "attributes": {}})",
     "actions/x.json:1: entityresolution_thing has no attribute y"},
    {"BatchOfNoList", "actions/x.json",
     R"({"kind": "action", "name": "entityresolution_x", "title": "x", "description": "x",
         "batch": {"operation": "GetThing", "items": "ids"}, "attributes": {
         "region": {"type": "string", "optional": true, "local": true, "description": "r"}}})",
     "actions/x.json:2: batch: there is no attribute ids"},
    {"BatchOfAResource", "resources/x.json",
     R"({"kind": "resource", "name": "entityresolution_x", "title": "x", "description": "x",
         "batch": {"operation": "GetThing", "items": "name"}, "attributes": {
         "name": {"type": ["list", "string"], "required": true, "description": "n"},
         "region": {"type": "string", "optional": true, "local": true, "description": "r"}}})",
     "resources/x.json:2: batch: only an action works through a batch"},
    {"BadTypeName", "resources/x.json",
     R"({"kind": "resource", "name": "x", "title": "x", "description": "x"})",
     "resources/x.json:1: the name of a type begins with entityresolution_"},
    {"TypeTwice", "resources/x.json",
     R"({"kind": "resource", "name": "entityresolution_thing", "title": "x", "description": "x"})",
     "resources/x.json:1: there is another entityresolution_thing"},
    {"UnknownOperation", "data-sources/x.json",
     R"({"kind": "data_source", "name": "entityresolution_x", "title": "x", "description": "x",
"reading": {"operation": "Get"}})",
     "data-sources/x.json:2: reading: operation: service.json has no Get"},
    {"ListOfNoMember", "resources/x.json",
     R"({"kind": "resource", "name": "entityresolution_x", "title": "x", "description": "x",
"job": {"name": "x", "title": "x", "workflow_title": "x", "start": "GetThing", "get": "GetThing",
"list": {"operation": "GetThing", "items": "things"},
"workflows": {"operation": "GetThing", "items": "parts"}},
"timeouts": {"create": "1h", "update": "1h", "delete": "1h"}})",
     "resources/x.json:3: job.list: GetThing gives no things"},
    {"JobWithoutList", "resources/x.json",
     R"({"kind": "resource", "name": "entityresolution_x", "title": "x", "description": "x",
"job": {"name": "x", "title": "x", "workflow_title": "x", "start": "GetThing", "get": "GetThing",
"list": {"operation": "GetThing", "items": "parts"}},
"timeouts": {"create": "1h", "update": "1h", "delete": "1h"}})",
     "resources/x.json:2: job: \"workflows\" is missing"},
    {"JobWithoutATimeout", "resources/x.json",
     R"({"kind": "resource", "name": "entityresolution_x", "title": "x", "description": "x",
"job": {"name": "x", "title": "x", "workflow_title": "x", "start": "GetThing", "get": "GetThing",
"list": {"operation": "GetThing", "items": "parts"},
"workflows": {"operation": "GetThing", "items": "parts"}},
"timeouts": {"create": "1h", "delete": "1h"}})",
     "resources/x.json:1: timeouts: \"update\" is missing"},
    {"UnknownShape", "resources/x.json",
     R"({"kind": "resource", "name": "entityresolution_x", "title": "x", "description": "x",
"shapes": ["y"]})",
     "resources/x.json:1: shapes: there is no shapes/y.json"},
    {"BadTimeout", "resources/x.json",
     R"({"kind": "resource", "name": "entityresolution_x", "title": "x", "description": "x",
"timeouts": {"create": "-4h"}})",
     "resources/x.json:2: timeouts.create: must be a duration such as \"90m\""},
    {"UnknownTimeout", "resources/x.json",
     R"({"kind": "resource", "name": "entityresolution_x", "title": "x", "description": "x",
"timeouts": {"creation": "4h"}})",
     "resources/x.json:2: timeouts.creation: must be create, read, update or delete"},
    {"NoReading", "data-sources/x.json",
     R"({"kind": "data_source", "name": "entityresolution_x", "title": "x", "description": "x"})",
     "data-sources/x.json:1: a data source needs \"reading\""},
    {"ReadingOfNothing", "data-sources/x.json",
     R"({"kind": "data_source", "name": "entityresolution_x", "title": "x", "description": "x",
"reading": {"operation": "GetThing", "items": "y"}})",
     "data-sources/x.json:2: reading: there is no attribute y"},
    {"ReadingByNothing", "data-sources/x.json",
     R"({"kind": "data_source", "name": "entityresolution_x", "title": "x", "description": "x",
"reading": {"operation": "GetThing", "filters": ["y"]}})",
     "data-sources/x.json:2: reading: there is no attribute y"},
    {"BlockNesting", "resources/x.json",
     R"({"kind": "resource", "name": "entityresolution_x", "title": "x", "description": "x",
"blocks": {"b": {"nesting": "bag", "description": "b", "local": true, "attributes": {}}}})",
     "resources/x.json:2: blocks.b: nesting must be single, list or set"},
    {"BlockWithoutAttributes", "resources/x.json",
     R"({"kind": "resource", "name": "entityresolution_x", "title": "x", "description": "x",
"blocks": {"b": {"nesting": "list", "description": "b", "local": true}}})",
     "resources/x.json:2: blocks.b: \"attributes\" is missing"},
    {"BlockLikeAttribute", "resources/x.json",
     R"({"kind": "resource", "name": "entityresolution_x", "title": "x", "description": "x",
"attributes": {"b": {"type": "string", "optional": true, "local": true, "description": "b"}},
"blocks": {"b": {"nesting": "list", "description": "b", "local": true, "attributes": {}}}})",
     "resources/x.json:1: block b is declared twice"},
    {"VariableOfAResource", "resources/x.json",
     R"({"kind": "resource", "name": "entityresolution_x", "title": "x", "description": "x",
"blocks": {"b": {"nesting": "list", "description": "b", "local": true, "attributes": {
"c": {"type": "string", "optional": true, "description": "c", "environment": ["C"]}}}}})",
     "resources/x.json:1: c: only the provider reads the environment"},
    {"MethodThatIsNone", "service.json",
     R"({"service": "things", "operations": {"GetThing": {"method": "FETCH", "path": "/",
"output": ["parts"], "input": ["name"]}}})",
     "service.json:1: operations.GetThing: method must be GET, POST, PUT or DELETE"},
    {"PathOfNoMember", "service.json",
     R"({"service": "things", "operations": {"GetThing": {"method": "GET", "path": "/things/{id}",
"output": ["parts"], "input": ["name"]}}})",
     "service.json:1: operations.GetThing: it takes no id that could be in the path, the query or "
     "a "
     "header"},
    {"QueryOfNoMember", "service.json",
     R"({"service": "things", "operations": {"GetThing": {"method": "GET", "path": "/",
"query": ["page"], "output": ["parts"], "input": ["name"]}}})",
     "service.json:1: operations.GetThing: it takes no page that could be in the path, the query "
     "or "
     "a header"},
    {"HeaderOfNoMember", "service.json",
     R"({"service": "things", "operations": {"GetThing": {"method": "GET", "path": "/",
"header": ["ids"], "output": ["parts"], "input": ["name"]}}})",
     "service.json:1: operations.GetThing: it takes no ids that could be in the path, the query or "
     "a header"},
};

INSTANTIATE_TEST_SUITE_P(All, BadFileTest, testing::ValuesIn(kBadFiles), NameOf<BadFile>);

struct BadAttribute {
  std::string name;
  std::string rest;  // of the declaration of attribute a
  std::string reason;
};

void PrintTo(const BadAttribute& bad, std::ostream* out) { *out << bad.rest; }

class BadAttributeTest : public testing::TestWithParam<BadAttribute> {};

TEST_P(BadAttributeTest, IsReportedWithItsPath) {
  Texts texts = SmallCatalog();
  texts["resources/thing.json"] =
      Thing(absl::StrCat(R"("a": {"description": "A.", )", GetParam().rest, "}"));
  EXPECT_THAT(Mistakes(texts), ElementsAre(absl::StrCat("resources/thing.json:12: attributes.a",
                                                        GetParam().reason)));
}

const BadAttribute kBadAttributes[] = {
    {"NoType", R"("optional": true, "local": true)", R"(: "type" is missing)"},
    {"Neither", R"("type": "string", "local": true)", ": must be required, optional or computed"},
    {"RequiredAndOptional",
     R"("type": "string", "required": true, "optional": true, "local": true)",
     ": is required, so it is neither optional nor computed"},
    {"ReplacingComputed", R"("type": "string", "computed": true, "replaces": true, "local": true)",
     ": is computed only, so that it cannot replace"},
    {"UnknownMember", R"("type": "string", "optional": true)",
     ": no operation of this type takes or gives a; say \"member\", or \"local\" if the service "
     "knows nothing of it"},
    {"LocalMember", R"("type": "string", "optional": true, "local": true, "member": "color")",
     ": is local, so it has no member"},
    {"DefaultOfAnotherType", R"("type": "bool", "default": "true", "local": true)",
     ": the default is not of the attribute's type"},
    {"DefaultOutsideTheLimits",
     R"("type": "string", "default": "M", "limits": {"one_of": ["S", "L"]}, "local": true)",
     ": the default is none of what it can be"},
    {"UnknownLimits", R"("type": "string", "optional": true, "limits": "Hue", "local": true)",
     R"(: limits.json has no "Hue")"},
    {"LengthOfANumber",
     R"("type": "number", "optional": true, "limits": {"min_length": 1}, "local": true)",
     ": a number has min, max and whole as limits"},
    {"BoundsOfAText", R"("type": "string", "optional": true, "limits": {"min": 1}, "local": true)",
     ": min, max and whole are limits of a number or a duration"},
    {"LimitsOfNoString", R"("type": "bool", "optional": true, "limits": "Color", "local": true)",
     ": only a number and texts have limits"},
    {"UnknownFormat", R"("type": "string", "optional": true, "format": "date", "local": true)",
     ": format must be duration, timestamp, json or json_text"},
    {"FormatOfNoString", R"("type": "bool", "optional": true, "format": "duration", "local": true)",
     ": only a string has a format"},
    {"FlagThatIsNone", R"("type": "string", "optional": "true", "computed": true, "local": true)",
     ".optional: must be true or false"},
    {"EmptyText", R"("type": "string", "optional": true, "member": "", "local": true)",
     ".member: must not be empty"},
    {"NestedInAString",
     R"("type": "string", "optional": true, "local": true,
"attributes": {})",
     ": with attributes, the type is object, list, set or map"},
    {"DefaultNumberAmongTexts",
     R"("type": "number", "default": 1, "limits": {"one_of": ["S", "L"]}, "local": true)",
     ": a number has min, max and whole as limits"},
    {"VolatileThatIsConfigured",
     R"("type": "string", "optional": true, "volatile": true, "local": true)",
     ": is not computed, so that nobody else can change it"},
    {"CountOfAText", R"("type": "string", "optional": true, "max_items": 1, "local": true)",
     ": only a list, a set or a map has a number of elements"},
    {"CountsCrossed",
     R"("type": ["list", "string"], "optional": true, "min_items": 2, "max_items": 1, "local": true)",
     ": min_items is above max_items"},
    {"OrderOfASet",
     R"("type": ["set", "string"], "optional": true, "ordered": true, "local": true)",
     ": only a list has an order"},
    {"KeysOfAList",
     R"("type": ["list", "string"], "optional": true, "keys": "Color", "local": true)",
     ": only a map has keys"},
    {"UnknownKeys", R"("type": ["map", "string"], "optional": true, "keys": "Hue", "local": true)",
     R"(: limits.json has no "Hue")"},
    {"ArnOfANumber",
     R"("type": "number", "optional": true, "arn": {"type": "thing"}, "local": true)",
     ".arn: only a string is an ARN"},
    {"NeedOfAnUnknownValue",
     R"("type": "string", "optional": true, "limits": {"one_of": ["S"]}, "needs": {"L": ["a"]},
"local": true)",
     ".needs.L: is none of the values that a takes"},
    {"ChoiceOfATextsAttributes",
     R"("type": "string", "optional": true, "exactly_one_of": ["b"], "local": true)",
     ": only objects have one of their attributes"},
    {"ChoiceOfNothing",
     R"("type": "object", "optional": true, "at_most_one_of": ["b"], "local": true,
"attributes": {})",
     ": there is no attribute b in it"},
    {"MemberTwice",
     R"("type": "object", "optional": true, "local": true, "attributes": {
"b": {"type": "string", "optional": true, "description": "B."},
"c": {"type": "string", "optional": true, "member": "b", "description": "C."}})",
     ": b and c stand for the same member, b"},
    {"DefaultOfObjects",
     R"("type": "list", "default": "x", "optional": true, "local": true, "attributes": {})",
     ": with attributes, there is no default"},
};

INSTANTIATE_TEST_SUITE_P(All, BadAttributeTest, testing::ValuesIn(kBadAttributes),
                         NameOf<BadAttribute>);

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
