#include "emulator/thing_operations.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "emulator/page_token.h"

namespace er::emulator {
namespace {

constexpr std::int64_t kPageSize = 25;
constexpr std::size_t kMostTags = 200;

// Epoch seconds with milliseconds.
double Timestamp(absl::Time time) { return static_cast<double>(absl::ToUnixMillis(time)) / 1000.0; }

Error Conflict(std::string message) {
  return {.code = 400, .name = "ConflictException", .message = std::move(message)};
}

std::string NameIn(const Kind& kind, const ThingCall& call) {
  const std::string name = call.input.value(std::string(kind.name), "");
  return absl::StartsWith(name, "arn:") ? name.substr(name.rfind('/') + 1) : name;
}

Error NoSuchThing(const Kind& kind, absl::string_view name) {
  return NotFound(absl::StrCat("There is no ", kind.title, " ", name));
}

// What the input describes, less the name and the tags.
Json DefinitionIn(const Kind& kind, const Json& input) {
  Json definition = input;
  definition.erase(std::string(kind.name));
  definition.erase("tags");
  return definition;
}

// Puts what is absent where the template has it.
void FillIn(const Json& defaults, Json& target) {
  if (defaults.is_array() && target.is_array()) {
    for (Json& element : target) FillIn(defaults[0], element);
  }
  if (!defaults.is_object() || !target.is_object()) return;
  for (const auto& [name, value] : defaults.items()) {
    if (target.contains(name)) {
      FillIn(value, target[name]);
    } else if (!value.is_structured()) {
      target[name] = value;
    }
  }
}

// All lists the other way round, but for those whose order has a meaning.
void Reverse(Json& json, bool is_ordered) {
  if (json.is_array() && !is_ordered) std::reverse(json.begin(), json.end());
  if (json.is_object()) {
    for (auto& [name, value] : json.items()) Reverse(value, name == "rules");
  } else if (json.is_array()) {
    for (Json& element : json) Reverse(element, false);
  }
}

// What keeps a definition from being taken; nothing if nothing does.
std::optional<Error> Refusal(const ThingCall& call, const Json& definition) {
  if (std::string missing = call.things.Missing(definition, call.scope); !missing.empty()) {
    return ValidationError(std::move(missing));
  }
  const std::string role = definition.value("roleArn", "");
  if (!role.empty() && !call.things.CanAssume(role, call.now)) {
    return Error{.code = 403,
                 .name = "AccessDeniedException",
                 .message = absl::StrCat("Exception in assuming the passed role ", role,
                                         ". Please check the trust policy of the role.")};
  }
  return std::nullopt;
}

Result Create(const Kind& kind, const ThingCall& call) {
  const std::string name = NameIn(kind, call);
  if (call.things.Find(kind, call.scope, name) != nullptr) {
    return Conflict(absl::StrCat("The ", kind.title, " ", name, " exists already"));
  }
  if (kind.quota != nullptr) {
    const auto& all = call.things.All();
    const auto count = std::count_if(all.begin(), all.end(), [&](const Thing& thing) {
      return thing.kind == &kind && thing.scope == call.scope;
    });
    const std::int64_t quota = call.config.*kind.quota;
    if (count >= quota) {
      return Error{.code = 402,
                   .name = "ExceedsLimitException",
                   .message = absl::StrCat("The quota of ", kind.title, "s is exceeded"),
                   .extra = {{"quotaName", absl::StrCat(kind.title, "s")}, {"quotaValue", quota}}};
    }
  }
  Json definition = DefinitionIn(kind, call.input);
  if (std::optional<Error> refusal = Refusal(call, definition)) return *std::move(refusal);
  const Thing& thing =
      call.things.Put({.kind = &kind,
                       .name = name,
                       .scope = call.scope,
                       .definition = std::move(definition),
                       .created = call.now,
                       .updated = call.now,
                       .tags = call.input.value("tags", std::map<std::string, std::string>())});
  return ThingJson(call.things, call.config, thing, call.scope, call.now);
}

Result Update(const Kind& kind, const ThingCall& call) {
  const std::string name = NameIn(kind, call);
  Thing* thing = call.things.Find(kind, call.scope, name);
  if (thing == nullptr) return NoSuchThing(kind, name);
  const std::vector<std::string> users = call.things.UsersOf(*thing, call.scope, call.now);
  if (kind.is_fixed_in_use && !users.empty()) {
    return Conflict(absl::StrCat("The ", kind.title, " ", name, " is used by the ",
                                 absl::StrJoin(users, ", "), " and cannot be updated"));
  }
  Json definition = DefinitionIn(kind, call.input);
  // What no update can change stays.
  if (thing->definition.contains("type")) definition["type"] = thing->definition["type"];
  if (std::optional<Error> refusal = Refusal(call, definition)) return *std::move(refusal);
  thing->before = std::exchange(thing->definition, std::move(definition));
  thing->before_updated = std::exchange(thing->updated, call.now);
  return ThingJson(call.things, call.config, *thing, call.scope, call.now);
}

// What a Get sees: of what was written a moment ago, the version before.
Result Get(const Kind& kind, const ThingCall& call) {
  const std::string name = NameIn(kind, call);
  const Thing* thing = call.things.Find(kind, call.scope, name);
  if (thing == nullptr) return NoSuchThing(kind, name);
  if (call.now >= thing->updated + call.config.read_lag) {
    return ThingJson(call.things, call.config, *thing, call.scope, call.now);
  }
  if (!thing->before.has_value()) return NoSuchThing(kind, name);
  Thing before = *thing;
  before.definition = *thing->before;
  before.updated = thing->before_updated;
  return ThingJson(call.things, call.config, before, call.scope, call.now);
}

Result Delete(const Kind& kind, const ThingCall& call) {
  const std::string name = NameIn(kind, call);
  const Thing* thing = call.things.Find(kind, call.scope, name);
  if (thing != nullptr) {
    const std::vector<std::string> users = call.things.UsersOf(*thing, call.scope, call.now);
    if (!users.empty()) {
      return Conflict(absl::StrCat("The ", kind.title, " ", name, " is used by the ",
                                   absl::StrJoin(users, ", ")));
    }
    if (call.is_busy(kind, name)) {
      return Conflict(absl::StrCat("The ", kind.title, " ", name, " is currently running"));
    }
    call.things.Delete(kind, call.scope, name, call.now);
    call.forget(kind, name);
  }
  // Gone already is as good.
  return Json{{"message", absl::StrCat("The ", kind.title, " ", name, " is deleted")}};
}

// There are no records here: whatever the id, its record is deleted.
Result DeleteUniqueIds(const Kind& kind, const ThingCall& call) {
  const std::string name = NameIn(kind, call);
  if (call.things.Find(kind, call.scope, name) == nullptr) return NoSuchThing(kind, name);
  Json deleted = Json::array();
  for (const Json& id : call.input["uniqueIds"]) deleted.push_back({{"uniqueId", id}});
  return Json{{"status", "COMPLETED"},
              {"errors", Json::array()},
              {"deleted", std::move(deleted)},
              {"disconnectedUniqueIds", Json::array()}};
}

Json SummaryJson(const Kind& kind, const ThingCall& call, const Thing& thing) {
  const Json whole = ThingJson(call.things, call.config, thing, call.scope, call.now);
  Json summary = Json::object();
  for (const absl::string_view member : {kind.name, kind.arn, absl::string_view("createdAt"),
                                         absl::string_view("updatedAt"), kind.also_listed}) {
    const std::string name(member);
    if (whole.contains(name)) summary[name] = whole[name];
  }
  if (kind.also_listed == "resolutionType") {
    summary["resolutionType"] = whole["resolutionTechniques"]["resolutionType"];
  }
  if (kind.also_listed == "type") {
    if (whole.contains("description")) summary["description"] = whole["description"];
    for (const Json& properties : whole.value("idMappingWorkflowProperties", Json::array())) {
      summary["idMappingWorkflowProperties"].push_back(
          {{"idMappingType", properties["idMappingType"]}});
    }
  }
  return summary;
}

Result List(const Kind& kind, const ThingCall& call) {
  const std::string list = absl::StrCat("list of ", ArnOf(kind, call.scope, ""));
  std::string after;
  if (call.input.contains("nextToken")) {
    const auto position = ReadToken(list, call.input.value("nextToken", ""));
    if (!position.has_value()) return ValidationError("The nextToken is not one of this list");
    after = *position;
  }
  const std::int64_t asked = call.input.value("maxResults", kPageSize);
  const auto size = static_cast<std::size_t>(asked < 1 ? kPageSize : asked);
  const std::string items(kind.list);
  Json answer = {{items, Json::array()}};
  for (const Thing* thing : call.things.List(kind, call.scope)) {
    if (thing->name <= after) continue;
    if (answer[items].size() == size) {
      answer["nextToken"] = MakeToken(list, answer[items].back().value(std::string(kind.name), ""));
      break;
    }
    answer[items].push_back(SummaryJson(kind, call, *thing));
  }
  return answer;
}

Result ListTags(Thing& thing, const Json& /*input*/) { return Json{{"tags", thing.tags}}; }

Result AddTags(Thing& thing, const Json& input) {
  std::map<std::string, std::string> tags = thing.tags;
  for (const auto& [key, value] : input["tags"].items()) {
    if (absl::StartsWithIgnoreCase(key, "aws:")) {
      return ValidationError(absl::StrCat("The tag key ", key, " is reserved"));
    }
    tags[key] = value.get<std::string>();
  }
  if (tags.size() > kMostTags) return ValidationError("There are more than 200 tags");
  thing.tags = std::move(tags);
  return Json::object();
}

Result RemoveTags(Thing& thing, const Json& input) {
  for (const Json& key : input["tagKeys"]) thing.tags.erase(key.get<std::string>());
  return Json::object();
}

using OnThing = Result (*)(const Kind&, const ThingCall&);
using OnTags = Result (*)(Thing&, const Json&);

const std::map<std::string, OnTags>& TagOperations() {
  static const auto& operations = *new std::map<std::string, OnTags>{
      {"ListTagsForResource", ListTags}, {"TagResource", AddTags}, {"UntagResource", RemoveTags}};
  return operations;
}

// Create, Get, Update, Delete and List of each kind, and what there is of one alone.
const std::map<std::string, std::pair<OnThing, const Kind*>>& ThingOperations() {
  static const auto& operations = *[] {
    auto* made = new std::map<std::string, std::pair<OnThing, const Kind*>>();
    for (const Kind& kind : kKinds) {
      const std::string noun(kind.noun);
      (*made)["Create" + noun] = {Create, &kind};
      (*made)["Get" + noun] = {Get, &kind};
      (*made)["Update" + noun] = {Update, &kind};
      (*made)["Delete" + noun] = {Delete, &kind};
      (*made)["List" + noun + "s"] = {List, &kind};
    }
    (*made)["BatchDeleteUniqueId"] = {DeleteUniqueIds, FindKind("matchingworkflow")};
    return made;
  }();
  return operations;
}

}  // namespace

bool IsThingOperation(const Operation& operation) {
  return ThingOperations().contains(operation.name) || TagOperations().contains(operation.name);
}

Result PerformOnThing(const Operation& operation, const ThingCall& call) {
  const auto on_tags = TagOperations().find(operation.name);
  if (on_tags == TagOperations().end()) {
    const auto& [perform, kind] = ThingOperations().at(operation.name);
    return perform(*kind, call);
  }
  const std::string arn = call.input.value("resourceArn", "");
  Thing* thing = call.things.FindByArn(call.scope, arn);
  if (thing == nullptr) return NotFound(absl::StrCat("There is no ", arn));
  return on_tags->second(*thing, call.input);
}

Json ThingJson(const Things& things, const Config& config, const Thing& thing, const Scope& scope,
               absl::Time now) {
  const Kind& kind = *thing.kind;
  Json json = thing.definition;
  if (config.fills_in) FillIn(Json::parse(kind.defaults.empty() ? "{}" : kind.defaults), json);
  if (config.reorders) Reverse(json, false);
  if (config.empty_description && !json.contains("description")) json["description"] = "";
  json[std::string(kind.name)] = thing.name;
  json[std::string(kind.arn)] = ArnOf(kind, scope, thing.name);
  json["createdAt"] = Timestamp(thing.created);
  json["updatedAt"] = Timestamp(std::max(thing.created, thing.updated));
  if (kind.tells_tags && !thing.tags.empty()) json["tags"] = thing.tags;
  if (kind.tells_use) json["hasWorkflows"] = !things.UsersOf(thing, scope, now).empty();
  return json;
}

}  // namespace er::emulator
