#include "schema/plan.h"

namespace er::schema {

Plan MakePlan(const Schema& schema, const Value& prior, const Value& proposed,
              const Value& config) {
  // 1. An object that is to go has no plan but its absence.
  if (config.IsNull() || proposed.IsNull()) return {.planned = Value::Null()};

  Value planned = proposed;
  Value::Map& attributes = planned.AsMap();

  // 2. Defaults, before the comparison with what is there: a default that is in the state already
  // is no change.
  for (const Attribute& attribute : schema.attributes) {
    if (attribute.default_value.has_value() && config[attribute.name].IsNull()) {
      attributes[attribute.name] = *attribute.default_value;
    }
  }

  // 3. What the service decides. It is unknown for a new object. For one that is there it stays as
  // it is, or every plan would show a change; only where something else changes, the volatile ones
  // may change too.
  const bool is_new = prior.IsNull();
  const bool changes = planned != prior;
  for (const Attribute& attribute : schema.attributes) {
    if (!attribute.computed || attribute.default_value.has_value()) continue;
    if (!config[attribute.name].IsNull()) continue;
    if (is_new || (changes && attribute.is_volatile)) {
      attributes[attribute.name] = Value::Unknown();
    }
  }

  Plan plan{.planned = std::move(planned)};
  if (!is_new) plan.replace = Replacements(schema, prior, plan.planned);
  return plan;
}

std::vector<Path> Replacements(const Schema& schema, const Value& prior, const Value& planned) {
  std::vector<Path> paths;
  for (const Attribute& attribute : schema.attributes) {
    if (attribute.replaces && planned[attribute.name] != prior[attribute.name]) {
      paths.emplace_back(attribute.name);
    }
  }
  for (const Block& block : schema.blocks) {
    if (block.replaces && planned[block.name] != prior[block.name]) paths.emplace_back(block.name);
  }
  return paths;
}

}  // namespace er::schema
