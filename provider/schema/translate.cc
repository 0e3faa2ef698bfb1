#include "schema/translate.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "base/utf8.h"
#include "schema/sameness.h"

namespace er::schema {
namespace {

using nlohmann::json;

bool Has(const std::vector<std::string>& names, const std::string& member) {
  return std::find(names.begin(), names.end(), member.substr(0, member.find('.'))) != names.end();
}

// By the value alone, where there is nothing to translate.
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

json TextToJson(const Attribute& attribute, const std::string& text, const Value& object,
                const ArnScope& scope) {
  if (!attribute.arn.type.empty()) {
    const bool is_arn = ParseArn(text).has_value();
    if (!attribute.arn.in_api) return is_arn ? ParseArn(text)->name : text;
    if (is_arn || text.empty()) return text;
    const std::string& below = attribute.arn.below;
    return ToText({.scope = scope,
                   .type = attribute.arn.type,
                   .name = below.empty() ? text : absl::StrCat(TextOf(object, below), "/", text)});
  }
  if (attribute.format == Format::kJson) {
    json document = json::parse(text, nullptr, false);
    return document.is_discarded() ? json(text) : document;
  }
  if (attribute.format == Format::kTimestamp) {
    absl::Time time;
    if (absl::ParseTime(absl::RFC3339_full, text, &time, nullptr)) {
      return static_cast<double>(absl::ToUnixMillis(time)) / 1000;
    }
  }
  return text;
}

template <typename Takes>
json Members(const std::vector<Attribute>& attributes, const Value& object, const ArnScope& scope,
             const Takes& takes) {
  json members = json::object();
  for (const Attribute& attribute : attributes) {
    const Value& value = object[attribute.name];
    if (attribute.member.empty() || !value.IsKnown() || !takes(attribute)) continue;
    json member = ToMember(attribute, value, object, scope);
    if (!attribute.required && IsNothing(member)) continue;
    PutMember(attribute.member, std::move(member), members);
  }
  return members;
}

absl::Status Unlike(const Attribute& attribute, const json& found, absl::string_view wanted) {
  return absl::InternalError(
      absl::StrCat("the answer's ", attribute.member, " is ", found.type_name(), ", not ", wanted));
}

absl::StatusOr<Value> FromObject(const Attribute& attribute, const json& found,
                                 const ArnScope& scope) {
  if (!found.is_object()) return Unlike(attribute, found, "an object");
  Value::Map object;
  for (const Attribute& inner : attribute.attributes) {
    ASSIGN_OR_RETURN(object[inner.name], FromMember(inner, found, scope));
  }
  return Value(std::move(object));
}

absl::StatusOr<Value> FromText(const Attribute& attribute, const json& found,
                               const ArnScope& scope) {
  if (attribute.format == Format::kTimestamp) {
    const absl::Time time = ToTime(found);
    if (time == absl::InfinitePast()) return Unlike(attribute, found, "a time");
    return Value(ToRfc3339(time));
  }
  if (attribute.format == Format::kJson) {
    return Value(found.dump(-1, ' ', false, json::error_handler_t::replace));
  }
  if (!found.is_string()) return Unlike(attribute, found, "a text");
  std::string text = ToValidUtf8(found.get_ref<const std::string&>());
  const ArnForm& form = attribute.arn;
  if (form.type.empty() || text.empty()) return Value(std::move(text));
  if (form.in_api) return Value(text.substr(text.rfind('/') + 1));
  // Without its account and Region, nobody can tell what the ARN is.
  if (scope.partition.empty()) return Value::Null();
  return Value(ToText({.scope = scope, .type = form.type, .name = std::move(text)}));
}

absl::StatusOr<Value> FromType(const Attribute& attribute, const Type& type, const json& found,
                               const ArnScope& scope) {
  switch (type.kind()) {
    case Type::Kind::kString:
      return FromText(attribute, found, scope);
    case Type::Kind::kBool:
      if (found.is_boolean()) return Value(found.get<bool>());
      return Unlike(attribute, found, "true or false");
    case Type::Kind::kNumber:
      if (found.is_number_unsigned()) return Value(Number(found.get<std::uint64_t>()));
      if (found.is_number_integer()) return Value(Number(found.get<std::int64_t>()));
      if (found.is_number_float()) return Value(Number(found.get<double>()));
      return Unlike(attribute, found, "a number");
    case Type::Kind::kList:
    case Type::Kind::kSet: {
      if (!found.is_array()) return Unlike(attribute, found, "a list");
      Value::List list;
      for (const json& element : found) {
        ASSIGN_OR_RETURN(Value value, FromType(attribute, type.element(), element, scope));
        list.push_back(std::move(value));
      }
      return Value(std::move(list));
    }
    case Type::Kind::kMap: {
      if (!found.is_object()) return Unlike(attribute, found, "an object");
      Value::Map map;
      for (const auto& [key, element] : found.items()) {
        ASSIGN_OR_RETURN(map[ToValidUtf8(key)],
                         FromType(attribute, type.element(), element, scope));
      }
      return Value(std::move(map));
    }
    default:
      return Unlike(attribute, found, "of a kind that can be read");
  }
}

absl::StatusOr<Value> FromJson(const Attribute& attribute, const json& found,
                               const ArnScope& scope) {
  switch (attribute.nesting) {
    case Nesting::kNone:
      return FromType(attribute, attribute.type, found, scope);
    case Nesting::kSingle:
      return FromObject(attribute, found, scope);
    case Nesting::kList:
    case Nesting::kSet: {
      if (!found.is_array()) return Unlike(attribute, found, "a list");
      Value::List list;
      for (const json& element : found) {
        ASSIGN_OR_RETURN(Value object, FromObject(attribute, element, scope));
        list.push_back(std::move(object));
      }
      return Value(std::move(list));
    }
    case Nesting::kMap: {
      if (!found.is_object()) return Unlike(attribute, found, "an object");
      Value::Map map;
      for (const auto& [key, element] : found.items()) {
        ASSIGN_OR_RETURN(map[ToValidUtf8(key)], FromObject(attribute, element, scope));
      }
      return Value(std::move(map));
    }
  }
  return Unlike(attribute, found, "of a kind that can be read");
}

// The elements of an answer's list, each handed out once, to the element that it belongs to.
class Elements {
 public:
  explicit Elements(const json* list) {
    if (list == nullptr || !list->is_array()) return;
    for (const json& element : *list) left_.push_back(&element);
  }

  // The first that says what `element`, whose index is `index` of `count`, says; else, if there are
  // as many as there should be, the one in its place.
  const json& Take(const std::vector<Attribute>& attributes, const json& element, std::size_t index,
                   std::size_t count) {
    static const json* const nothing = new json();
    const auto is_it = [&](const json* told) {
      return told != nullptr && Covers(attributes, element, *told);
    };
    auto found = std::find_if(left_.begin(), left_.end(), is_it);
    if (found == left_.end() && left_.size() == count) {
      found = left_.begin() + static_cast<std::ptrdiff_t>(index);
    }
    if (found == left_.end() || *found == nullptr) return *nothing;
    return *std::exchange(*found, nullptr);
  }

 private:
  std::vector<const json*> left_;
};

absl::Status FillInside(const Attribute& attribute, const json* told, const ArnScope& scope,
                        Value& value) {
  static const json* const nothing = new json();
  absl::Status problem;
  const auto fill = [&](const json* object, Value& part) {
    if (!part.IsMap()) return;
    problem.Update(FillUnknown(attribute.attributes, object != nullptr ? *object : *nothing, scope,
                               part.AsMap()));
  };
  switch (attribute.nesting) {
    case Nesting::kNone:
      break;
    case Nesting::kSingle:
      fill(told, value);
      break;
    case Nesting::kMap:
      for (auto& [key, part] : value.AsMap()) {
        fill(told != nullptr && told->is_object() && told->contains(key) ? &(*told)[key] : nullptr,
             part);
      }
      break;
    case Nesting::kList:
    case Nesting::kSet: {
      Elements elements(told);
      Value::List& list = value.AsList();
      for (std::size_t i = 0; i < list.size(); ++i) {
        const json asked = ToMembers(attribute.attributes, list[i], scope);
        fill(&elements.Take(attribute.attributes, asked, i, list.size()), list[i]);
      }
      break;
    }
  }
  return problem;
}

}  // namespace

std::optional<Arn> ParseArn(absl::string_view text) {
  const std::vector<std::string> parts = absl::StrSplit(text, absl::MaxSplits(':', 5));
  if (parts.size() != 6 || parts[0] != "arn") return std::nullopt;
  const std::size_t slash = parts[5].find('/');
  if (slash == std::string::npos) return std::nullopt;
  return Arn{.scope = {.partition = parts[1],
                       .service = parts[2],
                       .region = parts[3],
                       .account = parts[4]},
             .type = parts[5].substr(0, slash),
             .name = parts[5].substr(slash + 1)};
}

std::string ToText(const Arn& arn) {
  return absl::StrCat("arn:", arn.scope.partition, ":", arn.scope.service, ":", arn.scope.region,
                      ":", arn.scope.account, ":", arn.type, "/", arn.name);
}

bool IsNothing(const json& value) {
  if (value.is_string()) return value.get_ref<const std::string&>().empty();
  return value.is_null() || (value.is_structured() && value.empty());
}

json ToMembers(const Schema& schema, const Operation& operation, const Value& object,
               const ArnScope& scope) {
  return Members(schema.attributes, object, scope, [&](const Attribute& attribute) {
    return Has(operation.input, attribute.member);
  });
}

json ToMembers(const std::vector<Attribute>& attributes, const Value& object,
               const ArnScope& scope) {
  return Members(attributes, object, scope, [](const Attribute&) { return true; });
}

json ToMember(const Attribute& attribute, const Value& value, const Value& object,
              const ArnScope& scope) {
  if (value.IsString()) return TextToJson(attribute, value.AsString(), object, scope);
  switch (attribute.nesting) {
    case Nesting::kNone:
      break;
    case Nesting::kSingle:
      return ToMembers(attribute.attributes, value, scope);
    case Nesting::kList:
    case Nesting::kSet: {
      json array = json::array();
      for (const Value& element : value.AsList()) {
        array.push_back(ToMembers(attribute.attributes, element, scope));
      }
      return array;
    }
    case Nesting::kMap: {
      json object_by_key = json::object();
      for (const auto& [key, element] : value.AsMap()) {
        object_by_key[key] = ToMembers(attribute.attributes, element, scope);
      }
      return object_by_key;
    }
  }
  return ToJson(value);
}

const json* FindMember(const json& object, absl::string_view path) {
  const json* at = &object;
  for (const absl::string_view step : absl::StrSplit(path, '.')) {
    if (!at->is_object()) return nullptr;
    const auto found = at->find(std::string(step));
    if (found == at->end() || found->is_null()) return nullptr;
    at = &*found;
  }
  return at;
}

void PutMember(absl::string_view path, json value, json& object) {
  json* at = &object;
  for (const absl::string_view step : absl::StrSplit(path, '.')) at = &(*at)[std::string(step)];
  *at = std::move(value);
}

absl::StatusOr<Value> FromMember(const Attribute& attribute, const json& object,
                                 const ArnScope& scope) {
  const json* found = FindMember(object, attribute.member);
  if (found == nullptr) return Value::Null();
  // What is optional and empty was left out; of what is computed only, the service's word counts.
  if (attribute.optional && IsNothing(*found)) return Value::Null();
  return FromJson(attribute, *found, scope);
}

absl::Status FromAnswer(const Schema& schema, const Operation& operation, const json& answer,
                        Value::Map& object, const ArnScope& scope) {
  absl::Status first_problem;
  for (const Attribute& attribute : schema.attributes) {
    if (!attribute.computed || attribute.member.empty()) continue;
    if (!Has(operation.output, attribute.member)) continue;
    Value& value = object[attribute.name];
    // What may be configured, and is known, is what the configuration or an earlier answer said.
    if (attribute.optional && value.IsKnown()) continue;
    absl::StatusOr<Value> read = FromMember(attribute, answer, scope);
    if (read.ok()) {
      value = *std::move(read);
    } else {
      first_problem.Update(read.status());
    }
  }
  return first_problem;
}

absl::Status FillUnknown(const std::vector<Attribute>& attributes, const json& answer,
                         const ArnScope& scope, Value::Map& object) {
  absl::Status first_problem;
  for (const Attribute& attribute : attributes) {
    if (attribute.member.empty()) continue;
    Value& value = object[attribute.name];
    if (value.IsUnknown()) {
      json said = json::object();
      const Attribute* other = OtherWay(attributes, attribute);
      if (other != nullptr && object[other->name].IsKnown()) {
        PutMember(attribute.member, ToMember(*other, object[other->name], Value(object), scope),
                  said);
      }
      absl::StatusOr<Value> read = FromMember(attribute, said.empty() ? answer : said, scope);
      first_problem.Update(read.status());
      value = read.ok() ? *std::move(read) : Value::Null();
    } else if (attribute.nesting != Nesting::kNone && !value.IsNull() && !value.IsWhollyKnown()) {
      first_problem.Update(
          FillInside(attribute, FindMember(answer, attribute.member), scope, value));
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
