#include "schema/upgrade.h"

#include <string>
#include <utility>

namespace er::schema {
namespace {

// What the attribute that is called `name` today was called in `version`.
std::string NameIn(const Schema& schema, std::int64_t version, std::string name) {
  for (std::int64_t next = schema.version; next > version; --next) {
    for (const auto& [from, to] : schema.upgrades[static_cast<std::size_t>(next - 1)].renamed) {
      if (to != name) continue;
      name = from;
      break;
    }
  }
  return name;
}

}  // namespace

Type TypeIn(const Schema& schema, std::int64_t version) {
  Type::Attributes types;
  for (const Attribute& attribute : schema.attributes) {
    types.emplace(NameIn(schema, version, attribute.name), TypeOf(attribute));
  }
  return Type::Object(std::move(types));
}

Value Upgraded(const Schema& schema, std::int64_t version, const Value& state) {
  Value::Map upgraded;
  for (const Attribute& attribute : schema.attributes) {
    upgraded.emplace(attribute.name, state[NameIn(schema, version, attribute.name)]);
  }
  return upgraded;
}

}  // namespace er::schema
