#include "managed/reading.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "base/status.h"
#include "managed/change.h"
#include "resource/operation.h"
#include "schema/sameness.h"
#include "schema/translate.h"

namespace er::managed {
namespace {

using nlohmann::json;

bool Tells(const schema::Managed& managed, const schema::Attribute& attribute) {
  const std::string member = attribute.member.substr(0, attribute.member.find('.'));
  const std::vector<std::string>& told = managed.told();
  return !member.empty() && std::find(told.begin(), told.end(), member) != told.end();
}

bool IsToldOnly(const schema::Attribute& attribute) {
  return attribute.computed && !attribute.optional;
}

// Whether the answer was made before what the state knows: the service is catching up.
bool IsOlder(const schema::Schema& schema, const json& told, const Value::Map& object) {
  const schema::Attribute* updated = schema.FindAttribute("updated_at");
  const auto known = object.find("updated_at");
  if (updated == nullptr || known == object.end() || !known->second.IsString()) return false;
  absl::Time before, now;
  const absl::StatusOr<Value> value = schema::FromMember(*updated, told);
  return value.ok() && value->IsString() &&
         absl::ParseTime(absl::RFC3339_full, value->AsString(), &now, nullptr) &&
         absl::ParseTime(absl::RFC3339_full, known->second.AsString(), &before, nullptr) &&
         now < before;
}

// Whether what is `known` need not change for what is `told`, which is `value`. Where nothing was
// agreed on yet, the service may have filled something in.
bool Says(const Memory& memory, const schema::Attribute& attribute, const Value& known,
          const Value& value, const json& told) {
  if (IsToldOnly(attribute)) return false;
  if (schema::IsSame(attribute, known, value)) return true;
  if (memory.Remembers(attribute) || !known.IsWhollyKnown() || known.IsNull()) return false;
  const json* member = schema::FindMember(told, attribute.member);
  return member != nullptr &&
         schema::Covers(attribute, schema::ToMember(attribute, known, Value(), {}), *member);
}

}  // namespace

absl::Status TakeOver(const schema::Schema& schema, const json& told, Memory& memory,
                      Value::Map& object) {
  if (IsOlder(schema, told, object)) return absl::OkStatus();
  const auto& managed = std::get<schema::Managed>(schema.behaviour);
  // The ARN first: others are made of its parts.
  if (const schema::Attribute* arn = schema.FindAttribute(managed.arn)) {
    absl::StatusOr<Value> value = schema::FromMember(*arn, told);
    if (value.ok() && value->IsString()) object[managed.arn] = *std::move(value);
  }
  const schema::ArnScope scope = ScopeOf(managed, Value(object));
  absl::Status problem;
  for (const schema::Attribute& attribute : schema.attributes) {
    if (!Tells(managed, attribute) || memory.Agrees(attribute, told)) continue;
    absl::StatusOr<Value> value = schema::FromMember(attribute, told, scope);
    if (!value.ok()) {
      problem.Update(value.status());
      continue;
    }
    if (value->IsNull()) value = schema::Nothing(attribute);
    Value& known = object[attribute.name];
    if (!Says(memory, attribute, known, *value, told)) known = *std::move(value);
    if (!IsToldOnly(attribute)) memory.Remember(attribute, told);
  }
  return problem;
}

void RememberAll(const schema::Schema& schema, const json& told, Memory& memory) {
  const auto& managed = std::get<schema::Managed>(schema.behaviour);
  for (const schema::Attribute& attribute : schema.attributes) {
    if (Tells(managed, attribute) && !IsToldOnly(attribute)) {
      memory.Remember(attribute, told);
    }
  }
}

absl::StatusOr<Tags> ReadTagsOf(aws::Client& client, const schema::Tagging& tagging,
                                const std::string& arn, std::stop_token stop) {
  ASSIGN_OR_RETURN(const aws::Answer answer,
                   resource::Call(client, *tagging.list, {{"resourceArn", arn}}, stop));
  Tags tags;
  const auto told = answer.body.find("tags");
  if (told == answer.body.end() || !told->is_object()) return tags;
  for (const auto& [key, value] : told->items()) {
    if (value.is_string()) tags[key] = value.get<std::string>();
  }
  return tags;
}

void TakeOverTags(const TagRules& rules, const Tags& told, Value::Map& object) {
  const Tags before = ToTags(object["tags"]);
  const ReadTags read = FromService(rules, told, before);
  object["tags_all"] = ToValue(read.all);
  // No tags, null or {}: as it was.
  if (read.own != before) object["tags"] = read.own.empty() ? Value::Null() : ToValue(read.own);
}

}  // namespace er::managed
