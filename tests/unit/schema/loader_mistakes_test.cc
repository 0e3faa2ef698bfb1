// What is wrong with a declared file is said with its place, all of it at once.
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "unit/schema/catalog_texts.h"

namespace er::schema {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

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

}  // namespace
}  // namespace er::schema
