#include "schema/generate.h"

#include <vector>

namespace er::schema {
namespace {

Value GeneratedObject(const std::vector<Attribute>& attributes, const Value& object);

bool IsEmpty(const Value& value) {
  return (value.IsList() && value.AsList().empty()) || (value.IsMap() && value.AsMap().empty());
}

// Of what may not stand beside each other, one is enough.
void KeepOne(const std::vector<std::string>& names, Value& object) {
  if (!object.IsMap()) return;
  bool has_one = false;
  for (const std::string& name : names) {
    Value& value = object.AsMap()[name];
    if (has_one) value = Value::Null();
    has_one = has_one || value.IsKnown();
  }
}

Value GeneratedNested(const Attribute& attribute, const Value& value) {
  const auto one = [&](const Value& object) {
    Value generated = GeneratedObject(attribute.attributes, object);
    KeepOne(attribute.exactly_one_of, generated);
    KeepOne(attribute.at_most_one_of, generated);
    return generated;
  };
  if (attribute.nesting == Nesting::kSingle) return one(value);
  Value generated = value;
  if (generated.IsList()) {
    for (Value& element : generated.AsList()) element = one(element);
  } else if (generated.IsMap()) {
    for (auto& [key, element] : generated.AsMap()) element = one(element);
  }
  return generated;
}

Value GeneratedValue(const Attribute& attribute, const Value& value) {
  if (!attribute.required && !attribute.optional) return Nothing(attribute);
  const bool is_default = attribute.default_value.has_value() && *attribute.default_value == value;
  if (is_default || !value.IsKnown()) return Nothing(attribute);
  if (!attribute.required && IsEmpty(value)) return Nothing(attribute);
  return attribute.nesting == Nesting::kNone ? value : GeneratedNested(attribute, value);
}

Value GeneratedObject(const std::vector<Attribute>& attributes, const Value& object) {
  if (!object.IsMap()) return object;
  Value::Map generated;
  for (const Attribute& attribute : attributes) {
    generated[attribute.name] = GeneratedValue(attribute, object[attribute.name]);
  }
  return generated;
}

}  // namespace

Value Generated(const Schema& schema, const Value& state, const std::string& region) {
  Value generated = GeneratedObject(schema.attributes, state);
  if (generated["region"].IsString() && generated["region"].AsString() == region) {
    generated.AsMap()["region"] = Value::Null();
  }
  return generated;
}

}  // namespace er::schema
