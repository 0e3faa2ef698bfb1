// What holds for every type that is declared and no more: a new file in schemas/resources/ is tried
// here without another word.
#include <algorithm>
#include <set>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "acceptance/acceptance_test.h"
#include "acceptance/sample.h"
#include "schema/loader.h"

namespace er::acceptance {
namespace {

using nlohmann::json;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::vector<std::string> DeclaredTypes() {
  std::vector<std::string> names;
  for (const schema::Schema& type : schema::BuiltInCatalog().types) {
    const auto* managed = std::get_if<schema::Managed>(&type.behaviour);
    if (managed != nullptr && !managed->arn_type.empty()) names.push_back(type.name);
  }
  return names;
}

class DeclaredTypeTest : public AcceptanceTest, public ::testing::WithParamInterface<std::string> {
 protected:
  DeclaredTypeTest() {
    emulator.SetConfig({{"check_references", false}});
    emulator.DeleteWorkflow("customers");
  }

  static std::string Arn(const std::string& name) {
    return absl::StrCat("arn:aws:entityresolution:eu-west-1:123456789012:", managed().arn_type, "/",
                        name);
  }
  static const schema::Schema& schema() {
    return *schema::BuiltInCatalog().Find(schema::Kind::kResource, GetParam());
  }
  static const schema::Managed& managed() { return std::get<schema::Managed>(schema().behaviour); }
  static std::string NameAttribute() { return managed().id.attributes.front(); }
  static std::string Address() { return absl::StrCat(GetParam(), ".it"); }

  // The one resource, and what is beside it.
  void Write(const json& attributes, json more = json::object()) {
    more["resource"][GetParam()]["it"] = attributes;
    WriteFile(workspace.folder() + "/main.tf.json", more.dump());
  }

  json Things() { return emulator.Ask("GET", "things")["things"]; }
  // The one object as the service has it.
  json Thing() {
    const json things = Things();
    return things.size() == 1 ? things[0] : json();
  }
  void ChangeAsSomebodyElse(json change) {
    change["kind"] = managed().arn_type;
    change["name"] = "first";
    emulator.Ask("POST", "things", change);
  }
  json State() { return workspace.Attributes(Address()); }

  void ExpectApplied() {
    EXPECT_THAT(workspace.Apply(), Succeeds());
    EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
  }
};

INSTANTIATE_TEST_SUITE_P(All, DeclaredTypeTest, ::testing::ValuesIn(DeclaredTypes()),
                         [](const auto& tested) {
                           return std::string(absl::StripPrefix(tested.param, "entityresolution_"));
                         });

TEST_P(DeclaredTypeTest, IsMadeReadAndDeleted) {
  Write(SampleOf(schema(), Extent::kRequired));
  ExpectApplied();
  const json state = State();
  EXPECT_EQ(state["id"], "first");
  EXPECT_EQ(state["region"], "eu-west-1");
  EXPECT_EQ(state[managed().arn], Arn("first"));
  EXPECT_TRUE(state["created_at"].is_string());
  EXPECT_EQ(Thing()["tags"], json::object());
  EXPECT_THAT(workspace.Destroy(), Succeeds());
  EXPECT_THAT(Things(), IsEmpty());
}

TEST_P(DeclaredTypeTest, IsReadByItsDataSources) {
  json sources = json::object();
  sources[GetParam()]["it"] = {
      {NameAttribute(), absl::StrCat("${", Address(), ".", NameAttribute(), "}")}};
  sources[GetParam() + "s"]["all"]["depends_on"] = {Address()};
  Write(SampleOf(schema(), Extent::kEverything), {{"data", sources}});
  ExpectApplied();
  const json state = State();
  const json data = workspace.Attributes("data." + Address());
  for (const auto& [name, value] : data.items()) EXPECT_EQ(value, state[name]) << name;
  EXPECT_GE(data.size(), 8U);

  const json all = workspace.Attributes(absl::StrCat("data.", GetParam(), "s.all"));
  EXPECT_EQ(all["ids"], json::array({"first"}));
  const json items = all[schema::SnakeCase(managed().list.items)];
  ASSERT_THAT(items, SizeIs(1));
  for (const char* name : {"created_at", "updated_at"}) EXPECT_EQ(items[0][name], state[name]);
}

TEST_P(DeclaredTypeTest, WhatTheServiceFillsInReordersAndRewordsIsNoDifference) {
  emulator.SetConfig({{"fills_in", true}, {"reorders", true}, {"empty_description", true}});
  for (const Extent extent : {Extent::kRequired, Extent::kEverything}) {
    Write(SampleOf(schema(), extent));
    ExpectApplied();
    EXPECT_THAT(workspace.Apply(), Succeeds());
    EXPECT_EQ(emulator.Calls(managed().update->name), extent == Extent::kRequired ? 0 : 1);
  }
}

TEST_P(DeclaredTypeTest, EachAttributeIsChangedInPlaceOrReplaces) {
  const json sample = SampleOf(schema(), Extent::kEverything);
  const json other = SampleOf(schema(), Extent::kEverything, 1);
  for (const schema::Attribute& attribute : schema().attributes) {
    if (!IsOwn(attribute) || sample[attribute.name] == other[attribute.name]) continue;
    Write(sample);
    EXPECT_THAT(workspace.Apply(), Succeeds());
    json changed = sample;
    changed[attribute.name] = other[attribute.name];
    Write(changed);
    EXPECT_THAT(workspace.Plan(), Plans(attribute.replaces ? "1 to add, 0 to change, 1 to destroy"
                                                           : "0 to add, 1 to change, 0 to destroy"))
        << attribute.name;
    ExpectApplied();
  }
}

TEST_P(DeclaredTypeTest, WhatIsLeftOutIsTakenBack) {
  Write(SampleOf(schema(), Extent::kEverything));
  ExpectApplied();
  const json everything = Thing();
  const json required = SampleOf(schema(), Extent::kRequired);
  Write(required);
  ExpectApplied();
  const json thing = Thing();
  EXPECT_EQ(thing["tags"], json::object());
  for (const schema::Attribute& attribute : schema().attributes) {
    if (!IsOwn(attribute) || attribute.required) continue;
    EXPECT_TRUE(everything["definition"].contains(attribute.member)) << attribute.name;
    EXPECT_FALSE(thing["definition"].contains(attribute.member)) << attribute.name;
  }
}

TEST_P(DeclaredTypeTest, IsImportedByItsNameAndByItsArn) {
  Write(SampleOf(schema(), Extent::kEverything));
  ExpectApplied();
  for (const std::string& id : {std::string("first"), Arn("first")}) {
    EXPECT_THAT(workspace.Run({"state", "rm", Address()}), Succeeds());
    EXPECT_THAT(workspace.Run({"import", "-input=false", "-no-color", Address(), id}), Succeeds());
    EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
    EXPECT_EQ(State()["id"], "first");
  }
}

TEST_P(DeclaredTypeTest, OnlyItsOwnIsImported) {
  Write(SampleOf(schema(), Extent::kRequired));
  for (const std::string& id :
       {std::string("arn:aws:entityresolution:eu-west-1:123456789012:another/first"),
        std::string("arn:aws:glue:eu-west-1:123456789012:table/a/b"), std::string("a/b"),
        std::string("a b"), std::string("a@nowhere!")}) {
    EXPECT_THAT(workspace.Run({"import", "-input=false", "-no-color", Address(), id}),
                FailsWith("Invalid Import ID"))
        << id;
  }
  EXPECT_EQ(emulator.Calls(managed().read->name), 0);
}

TEST_P(DeclaredTypeTest, IsMadeAnewWhereItHasGone) {
  Write(SampleOf(schema(), Extent::kRequired));
  ExpectApplied();
  ChangeAsSomebodyElse({{"deleted", true}});
  EXPECT_THAT(workspace.Plan(), Plans("1 to add, 0 to change, 0 to destroy"));
  ExpectApplied();
  EXPECT_THAT(Things(), SizeIs(1));
}

TEST_P(DeclaredTypeTest, WhatSomebodyElseChangedIsChangedBack) {
  for (const Extent extent : {Extent::kRequired, Extent::kEverything}) {
    Write(SampleOf(schema(), extent));
    ExpectApplied();
    const json before = Thing()["definition"];
    ChangeAsSomebodyElse({{"definition", {{"description", "by hand"}}}});
    EXPECT_THAT(workspace.Plan(), Plans("0 to add, 1 to change, 0 to destroy"));
    ExpectApplied();
    EXPECT_EQ(Thing()["definition"], before);
  }
}

TEST_P(DeclaredTypeTest, IsNotMadeTwice) {
  Write(SampleOf(schema(), Extent::kRequired));
  ExpectApplied();
  EXPECT_THAT(workspace.Run({"state", "rm", Address()}), Succeeds());
  const Outcome again = workspace.Apply();
  EXPECT_THAT(again, FailsWith("terraform import"));
  EXPECT_THAT(Things(), SizeIs(1));
}

// One create whose answer is lost, and one that came to nothing.
TEST_P(DeclaredTypeTest, ALostAnswerIsSettled) {
  for (const char* fault : {"cut-after", "cut-before", "500-after"}) {
    emulator.Fault({{"kind", fault}, {"operation", managed().create->name}});
    Write(SampleOf(schema(), Extent::kEverything));
    ExpectApplied();
    EXPECT_THAT(workspace.Destroy(), Succeeds());
  }
}

TEST_P(DeclaredTypeTest, ARoleThatIsYoungIsWaitedFor) {
  emulator.SetConfig({{"role_delay", "300ms"}});
  Write(SampleOf(schema(), Extent::kEverything));
  ExpectApplied();
  const bool has_role = schema().FindAttribute("role_arn") != nullptr;
  EXPECT_EQ(emulator.Calls(managed().create->name) > 1, has_role);
}

TEST_P(DeclaredTypeTest, ReadsThatLagAreWaitedFor) {
  emulator.SetConfig({{"read_lag", "100ms"}});
  for (const int variant : {0, 1}) {
    json sample = SampleOf(schema(), Extent::kEverything, variant);
    for (const schema::Attribute& attribute : schema().attributes) {
      if (!attribute.replaces || !sample.contains(attribute.name)) continue;
      sample[attribute.name] = SampleOf(schema(), Extent::kEverything)[attribute.name];
    }
    Write(sample);
    ExpectApplied();
  }
}

TEST_P(DeclaredTypeTest, TagsAreTheResourcesAndTheProviders) {
  json sample = SampleOf(schema(), Extent::kRequired);
  const json provider = {{"entityresolution",
                          {{"default_tags", {{"tags", {{"team", "data"}, {"stage", "test"}}}}},
                           {"ignore_tags", {{"keys", {"cost"}}, {"key_prefixes", {"console:"}}}}}}};
  const auto write = [&](const json& tags) {
    sample["tags"] = tags;
    Write(sample, {{"provider", provider}});
  };
  write({{"stage", "own"}});
  ExpectApplied();
  EXPECT_EQ(Thing()["tags"], (json{{"team", "data"}, {"stage", "own"}}));
  EXPECT_EQ(State()["tags_all"], Thing()["tags"]);
  EXPECT_EQ(State()["tags"], (json{{"stage", "own"}}));

  // What is somebody else's goes, unless it is to be left alone.
  ChangeAsSomebodyElse(
      {{"tags", {{"team", "x"}, {"more", "y"}, {"console:a", "z"}, {"cost", "c"}}}});
  EXPECT_THAT(workspace.Plan(), Plans("0 to add, 1 to change, 0 to destroy"));
  write({{"stage", "new"}});
  ExpectApplied();
  EXPECT_EQ(Thing()["tags"],
            (json{{"team", "data"}, {"stage", "new"}, {"console:a", "z"}, {"cost", "c"}}));
  write(json::object());
  ExpectApplied();
  EXPECT_EQ(Thing()["tags"]["stage"], "test");
  EXPECT_EQ(emulator.Calls(managed().update->name), 0);
}

TEST_P(DeclaredTypeTest, EachMistakeIsToldBeforeAnythingIsAsked) {
  const std::vector<Mistake> mistakes = MistakesIn(schema());
  EXPECT_THAT(mistakes, Not(IsEmpty()));
  json configuration;
  std::set<std::pair<std::string, std::string>> missing;
  for (const Mistake& mistake : mistakes) {
    const std::string name = absl::StrCat("n", missing.size());
    configuration["resource"][GetParam()][name] = mistake.sample;
    missing.emplace(absl::StrCat(GetParam(), ".", name), mistake.attribute);
  }
  WriteFile(workspace.folder() + "/main.tf.json", configuration.dump());
  const json told = json::parse(workspace.Run({"validate", "-json"}).output, nullptr, false);
  ASSERT_TRUE(told.is_object());
  for (const json& diagnostic : told.value("diagnostics", json::array())) {
    const std::string text = diagnostic.dump();
    std::erase_if(missing, [&](const auto& entry) {
      return diagnostic.value("address", "") == entry.first &&
             text.find(entry.second) != std::string::npos;
    });
  }
  for (const auto& [address, attribute] : missing) {
    ADD_FAILURE() << attribute << " of "
                  << configuration["resource"][GetParam()][address.substr(GetParam().size() + 1)];
  }
  EXPECT_EQ(emulator.Calls(), 0);
}

}  // namespace
}  // namespace er::acceptance
