#include "schema/schema.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace er::schema {
namespace {

template <typename T>
const T* FindByName(const std::vector<T>& items, absl::string_view name) {
  const auto found =
      std::find_if(items.begin(), items.end(), [&](const T& item) { return item.name == name; });
  return found == items.end() ? nullptr : &*found;
}

Type ObjectType(const std::vector<Attribute>& attributes) {
  Type::Attributes types;
  for (const Attribute& attribute : attributes) types.emplace(attribute.name, TypeOf(attribute));
  return Type::Object(std::move(types));
}

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

const Attribute* Schema::FindAttribute(absl::string_view attribute) const {
  return FindByName(attributes, attribute);
}

const Block* Schema::FindBlock(absl::string_view block) const { return FindByName(blocks, block); }

Type TypeOf(const Attribute& attribute) {
  if (attribute.nesting == Nesting::kNone) return attribute.type;
  return Nested(attribute.nesting, ObjectType(attribute.attributes));
}

Type ObjectTypeOf(const Block& block) { return ObjectType(block.attributes); }

Type TypeOf(const Block& block) { return Nested(block.nesting, ObjectTypeOf(block)); }

Type TypeOf(const Schema& schema) {
  Type::Attributes types;
  for (const Attribute& attribute : schema.attributes) {
    types.emplace(attribute.name, TypeOf(attribute));
  }
  for (const Block& block : schema.blocks) types.emplace(block.name, TypeOf(block));
  return Type::Object(std::move(types));
}

Value EmptyObject(const Schema& schema) {
  Value::Map object;
  for (const Attribute& attribute : schema.attributes)
    object.emplace(attribute.name, Value::Null());
  for (const Block& block : schema.blocks) {
    if (block.nesting == Nesting::kSingle) {
      object.emplace(block.name, Value::Null());
    } else if (block.nesting == Nesting::kMap) {
      object.emplace(block.name, Value::Map{});
    } else {
      object.emplace(block.name, Value::List{});
    }
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

}  // namespace er::schema
