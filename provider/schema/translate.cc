#include "schema/translate.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/utf8.h"

namespace er::schema {
namespace {

using nlohmann::json;
using schema::Attribute;
using schema::Nesting;

bool Contains(const std::vector<std::string>& names, const std::string& member) {
  return std::find(names.begin(), names.end(), member.substr(0, member.find('.'))) != names.end();
}

json ToJson(const Value& value) {
  if (value.IsBool()) return value.AsBool();
  if (value.IsString()) return value.AsString();
  if (value.IsNumber()) return json::parse(value.AsNumber().text(), nullptr, false);
  if (value.IsList()) {
    json array = json::array();
    for (const Value& element : value.AsList()) array.push_back(ToJson(element));
    return array;
  }
  if (value.IsMap()) {
    json object = json::object();
    for (const auto& [key, element] : value.AsMap()) object[key] = ToJson(element);
    return object;
  }
  return nullptr;
}

json ToObject(const std::vector<Attribute>& attributes, const Value& object) {
  json result = json::object();
  for (const Attribute& attribute : attributes) {
    const Value& value = object[attribute.name];
    if (value.IsKnown() && !attribute.member.empty()) result[attribute.member] = ToJson(value);
  }
  return result;
}

const json* FindMember(const json& object, absl::string_view path) {
  const json* at = &object;
  while (!path.empty()) {
    const std::size_t dot = path.find('.');
    const std::string name(path.substr(0, dot));
    path = dot == absl::string_view::npos ? absl::string_view() : path.substr(dot + 1);
    if (!at->is_object()) return nullptr;
    const auto found = at->find(name);
    if (found == at->end() || found->is_null()) return nullptr;
    at = &*found;
  }
  return at;
}

absl::Status Unlike(const Attribute& attribute, const json& found, absl::string_view wanted) {
  return absl::InternalError(
      absl::StrCat("the answer's ", attribute.member, " is ", found.type_name(), ", not ", wanted));
}

absl::StatusOr<Value> FromObject(const Attribute& attribute, const json& found) {
  if (!found.is_object()) return Unlike(attribute, found, "an object");
  Value::Map object;
  for (const Attribute& inner : attribute.attributes) {
    RETURN_IF_ERROR(FromMember(inner, found, object[inner.name]));
  }
  return Value(std::move(object));
}

absl::StatusOr<Value> FromJson(const Attribute& attribute, const json& found) {
  if (attribute.nesting == Nesting::kSingle) return FromObject(attribute, found);
  if (attribute.nesting != Nesting::kNone) {
    if (!found.is_array()) return Unlike(attribute, found, "a list");
    Value::List list;
    for (const json& element : found) {
      ASSIGN_OR_RETURN(Value object, FromObject(attribute, element));
      list.push_back(std::move(object));
    }
    return Value(std::move(list));
  }
  if (attribute.format == schema::Format::kTimestamp) {
    const absl::Time time = ToTime(found);
    if (time == absl::InfinitePast()) return Unlike(attribute, found, "a time");
    return Value(ToRfc3339(time));
  }
  switch (attribute.type.kind()) {
    case Type::Kind::kString:
      if (found.is_string()) return Value(ToValidUtf8(found.get_ref<const std::string&>()));
      return Unlike(attribute, found, "a text");
    case Type::Kind::kBool:
      if (found.is_boolean()) return Value(found.get<bool>());
      return Unlike(attribute, found, "true or false");
    case Type::Kind::kNumber:
      if (found.is_number_unsigned()) return Value(Number(found.get<std::uint64_t>()));
      if (found.is_number_integer()) return Value(Number(found.get<std::int64_t>()));
      if (found.is_number_float()) return Value(Number(found.get<double>()));
      return Unlike(attribute, found, "a number");
    default:
      return Unlike(attribute, found, "of a kind that can be read");
  }
}

}  // namespace

json ToMembers(const schema::Schema& schema, const schema::Operation& operation,
               const Value& object) {
  json members = json::object();
  for (const Attribute& attribute : schema.attributes) {
    const Value& value = object[attribute.name];
    if (attribute.member.empty() || !value.IsKnown()) continue;
    if (Contains(operation.input, attribute.member)) members[attribute.member] = ToJson(value);
  }
  for (const schema::Block& block : schema.blocks) {
    const Value& value = object[block.name];
    if (block.member.empty() || !Contains(operation.input, block.member)) continue;
    if (value.IsMap()) members[block.member] = ToObject(block.attributes, value);
    if (!value.IsList() || value.AsList().empty()) continue;
    json array = json::array();
    for (const Value& element : value.AsList()) {
      array.push_back(ToObject(block.attributes, element));
    }
    members[block.member] = std::move(array);
  }
  return members;
}

absl::Status FromMember(const Attribute& attribute, const json& object, Value& value) {
  const json* found = FindMember(object, attribute.member);
  if (found == nullptr) {
    value = Value::Null();
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(value, FromJson(attribute, *found));
  return absl::OkStatus();
}

absl::Status FromAnswer(const schema::Schema& schema, const schema::Operation& operation,
                        const json& answer, Value::Map& object) {
  absl::Status first_problem;
  for (const Attribute& attribute : schema.attributes) {
    if (!attribute.computed || attribute.member.empty()) continue;
    if (!Contains(operation.output, attribute.member)) continue;
    Value& value = object[attribute.name];
    // What may be configured, and is known, is what the configuration or an earlier answer said.
    if (attribute.optional && value.IsKnown()) continue;
    Value read;
    const absl::Status status = FromMember(attribute, answer, read);
    if (status.ok()) {
      value = std::move(read);
    } else {
      first_problem.Update(status);
    }
  }
  return first_problem;
}

absl::Time ToTime(const json& seconds) {
  if (!seconds.is_number()) return absl::InfinitePast();
  const double value = seconds.get<double>();
  if (!std::isfinite(value) || std::fabs(value) > 1e11) return absl::InfinitePast();
  // A double holds no more than microseconds of today; milliseconds are what the service gives.
  return absl::FromUnixMillis(std::llround(value * 1000));
}

std::string ToRfc3339(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", time, absl::UTCTimeZone());
}

std::string TextMember(const json& object, const char* name) {
  if (!object.is_object()) return "";
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return "";
  return found->get<std::string>();
}

}  // namespace er::schema
