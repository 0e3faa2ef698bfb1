#include "schema/schema.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace er::schema {
namespace {

Type Nested(Nesting nesting, Type object) {
  switch (nesting) {
    case Nesting::kList:
      return Type::List(std::move(object));
    case Nesting::kSet:
      return Type::Set(std::move(object));
    case Nesting::kMap:
      return Type::Map(std::move(object));
    case Nesting::kNone:
    case Nesting::kSingle:
      break;
  }
  return object;
}

}  // namespace

const Attribute* FindAttribute(const std::vector<Attribute>& attributes, absl::string_view name) {
  const auto found = std::find_if(attributes.begin(), attributes.end(),
                                  [&](const Attribute& item) { return item.name == name; });
  return found == attributes.end() ? nullptr : &*found;
}

const Attribute* OtherWay(const std::vector<Attribute>& attributes, const Attribute& attribute) {
  const auto it = std::find_if(attributes.begin(), attributes.end(), [&](const Attribute& other) {
    return &other != &attribute && !other.member.empty() && other.member == attribute.member &&
           (!other.arn.type.empty() || !attribute.arn.type.empty());
  });
  return it == attributes.end() ? nullptr : &*it;
}

const Attribute* Schema::FindAttribute(absl::string_view attribute) const {
  return schema::FindAttribute(attributes, attribute);
}

Type ObjectTypeOf(const std::vector<Attribute>& attributes) {
  Type::Attributes types;
  for (const Attribute& attribute : attributes) types.emplace(attribute.name, TypeOf(attribute));
  return Type::Object(std::move(types));
}

Type TypeOf(const Attribute& attribute) {
  if (attribute.nesting == Nesting::kNone) return attribute.type;
  return Nested(attribute.nesting, ObjectTypeOf(attribute.attributes));
}

Type TypeOf(const Schema& schema) { return ObjectTypeOf(schema.attributes); }

Value Nothing(const Attribute& attribute) {
  if (!attribute.is_block || attribute.nesting == Nesting::kSingle) return Value::Null();
  if (attribute.nesting == Nesting::kMap) return Value::Map{};
  return Value::List{};
}

Value EmptyObject(const Schema& schema) {
  Value::Map object;
  for (const Attribute& attribute : schema.attributes) {
    object.emplace(attribute.name, Nothing(attribute));
  }
  return object;
}

std::string LowerCamelCase(absl::string_view snake_case) {
  std::string result;
  bool upper = false;
  for (const char c : snake_case) {
    if (c == '_') {
      upper = true;
    } else {
      result += upper ? absl::ascii_toupper(static_cast<unsigned char>(c)) : c;
      upper = false;
    }
  }
  return result;
}

std::string SnakeCase(absl::string_view lower_camel_case) {
  std::string result;
  for (const char c : lower_camel_case) {
    if (absl::ascii_isupper(static_cast<unsigned char>(c))) result += '_';
    result += absl::ascii_tolower(static_cast<unsigned char>(c));
  }
  return result;
}

}  // namespace er::schema
