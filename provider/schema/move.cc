#include "schema/move.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "schema/identity.h"
#include "schema/translate.h"
#include "value/json.h"

namespace er::schema {
namespace {

using nlohmann::json;

json MovedObject(const std::vector<Attribute>& attributes, const json& theirs);

// {"team": "shop"} of [{"key": "team", "value": "shop"}].
json MapOfPairs(const json& pairs) {
  json map = json::object();
  for (const json& pair : pairs) {
    if (pair.is_object() && pair.contains("key") && pair["key"].is_string()) {
      map[pair["key"].get<std::string>()] = pair.value("value", json());
    }
  }
  return map;
}

json MovedNested(const Attribute& attribute, const json& theirs) {
  const bool is_one = attribute.nesting == Nesting::kSingle;
  if (theirs.is_object() && is_one) return MovedObject(attribute.attributes, theirs);
  if (theirs.is_object() && attribute.nesting != Nesting::kMap) {
    return json::array({MovedObject(attribute.attributes, theirs)});
  }
  if (theirs.is_array() && is_one) {
    return theirs.size() == 1 ? MovedObject(attribute.attributes, theirs.front()) : json();
  }
  if (theirs.is_object() != (attribute.nesting == Nesting::kMap)) return json();
  json ours = theirs;
  for (json& element : ours) element = MovedObject(attribute.attributes, element);
  return ours;
}

// What ours is of what stands under the same name; null where it does not fit.
json MovedMember(const Attribute& attribute, const json& theirs) {
  if (theirs.is_null()) return json();
  if (attribute.nesting != Nesting::kNone) {
    return theirs.is_structured() ? MovedNested(attribute, theirs) : json();
  }
  json ours = theirs;
  const Type::Kind kind = attribute.type.kind();
  if (kind == Type::Kind::kMap && theirs.is_array()) ours = MapOfPairs(theirs);
  if (kind == Type::Kind::kString && theirs.is_structured() &&
      (attribute.format == Format::kJson || attribute.format == Format::kJsonText)) {
    ours = theirs.dump();
  }
  const bool fits = DecodeJson(ours.dump(), attribute.type, ExtraAttributes::kIgnore).ok();
  return fits ? ours : json();
}

json MovedObject(const std::vector<Attribute>& attributes, const json& theirs) {
  json ours = json::object();
  for (const Attribute& attribute : attributes) {
    const auto found = theirs.find(attribute.name);
    ours[attribute.name] =
        theirs.is_object() && found != theirs.end() ? MovedMember(attribute, *found) : json();
  }
  return ours;
}

}  // namespace

absl::StatusOr<Value> Moved(const Schema& schema, absl::string_view text) {
  const json theirs = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!theirs.is_object()) return absl::InvalidArgumentError("the state is no JSON object");
  const std::string ours =
      MovedObject(schema.attributes, theirs).dump(-1, ' ', false, json::error_handler_t::replace);
  ASSIGN_OR_RETURN(Value state, DecodeJson(ours, TypeOf(schema), ExtraAttributes::kRefuse));
  Value::Map& object = state.AsMap();
  for (const Attribute& attribute : schema.attributes) {
    Value& value = object[attribute.name];
    if (attribute.is_block && value.IsNull()) value = Nothing(attribute);
    if (value.IsNull() && attribute.default_value.has_value()) value = *attribute.default_value;
  }
  if (const auto* managed = std::get_if<Managed>(&schema.behaviour)) {
    const Value& arn = object[managed->arn];
    const std::optional<Arn> parsed = ParseArn(arn.IsString() ? arn.AsString() : "");
    if (parsed.has_value()) object["region"] = parsed->scope.region;
  }
  if (IdentityOf(schema, state).IsNull()) {
    return absl::InvalidArgumentError(
        absl::StrCat("it does not say what names the ", schema.title));
  }
  return state;
}

}  // namespace er::schema
