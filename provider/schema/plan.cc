#include "schema/plan.h"

#include <algorithm>
#include <optional>

#include "schema/sameness.h"

namespace er::schema {
namespace {

Value Planned(const Attribute& attribute, const Value& config, const Value& prior);

// Whether it can be configured in another way, too: by a name, and by an ARN.
bool IsSaidTwice(const std::vector<Attribute>& attributes, const Attribute& attribute) {
  return attribute.optional && OtherWay(attributes, attribute) != nullptr;
}

// Whether the service says what the configuration leaves out. What can be said in two ways, and is
// said in neither, is taken back.
bool IsLeftToTheService(const std::vector<Attribute>& attributes, const Attribute& attribute,
                        const Value& config) {
  if (!attribute.computed) return false;
  return !IsSaidTwice(attributes, attribute) ||
         !config[OtherWay(attributes, attribute)->name].IsNull();
}

// An object of the configuration, where `prior` is the one that it stands for: null if there is
// none. `is_same`: it says what `prior` says, and only what is around it has changed.
Value PlannedObject(const std::vector<Attribute>& attributes, const Value& config,
                    const Value& prior, bool is_same) {
  Value::Map planned;
  for (const Attribute& attribute : attributes) {
    const Value& wanted = config[attribute.name];
    Value& part = planned[attribute.name];
    if (wanted.IsNull() && attribute.default_value.has_value()) {
      part = *attribute.default_value;
    } else if (wanted.IsNull() && IsLeftToTheService(attributes, attribute, config)) {
      part = is_same ? prior[attribute.name] : Value::Unknown();
    } else {
      part = Planned(attribute, wanted, prior[attribute.name]);
    }
  }
  return planned;
}

// `config` and what the schema and the service add to it, if `prior` is the object that it stands
// for. Of what can be said in two ways, the service adds nothing: it is said in the other.
Value Supplemented(const std::vector<Attribute>& attributes, const Value& config,
                   const Value& prior) {
  if (!config.IsMap() || !prior.IsMap()) return config;
  Value::Map object;
  for (const Attribute& attribute : attributes) {
    const Value& wanted = config[attribute.name];
    const Value& before = prior[attribute.name];
    Value& part = object[attribute.name];
    if (wanted.IsNull() && attribute.default_value.has_value()) {
      part = *attribute.default_value;
    } else if (wanted.IsNull() && attribute.computed) {
      part = IsSaidTwice(attributes, attribute) ? Value::Null() : before;
    } else if (attribute.nesting == Nesting::kSingle) {
      part = Supplemented(attribute.attributes, wanted, before);
    } else if (attribute.nesting != Nesting::kNone && wanted.IsList() && before.IsList() &&
               wanted.AsList().size() == before.AsList().size()) {
      part = Value::List();
      for (std::size_t i = 0; i < wanted.AsList().size(); ++i) {
        part.AsList().push_back(
            Supplemented(attribute.attributes, wanted.AsList()[i], before.AsList()[i]));
      }
    } else {
      part = wanted;
    }
  }
  return object;
}

// Whether both objects say the same, as far as they are configured: what the service adds to one is
// no difference.
bool IsSameObject(const std::vector<Attribute>& attributes, const Value& config,
                  const Value& prior) {
  return config.IsMap() && prior.IsMap() &&
         IsSame(attributes, Supplemented(attributes, config, prior), prior);
}

bool HasComputed(const std::vector<Attribute>& attributes) {
  return std::any_of(attributes.begin(), attributes.end(), [](const Attribute& attribute) {
    return attribute.computed || HasComputed(attribute.attributes);
  });
}

// The elements of a list or a set. Each stands for the prior one in its place, or else for one that
// says the same and has moved.
Value PlannedElements(const Attribute& attribute, const Value& config, const Value& prior) {
  static const Value::List none;
  const Value::List& before =
      prior.IsList() && HasComputed(attribute.attributes) ? prior.AsList() : none;
  std::vector<bool> taken(before.size(), false);
  const auto find = [&](const Value& element, std::size_t index) -> std::optional<std::size_t> {
    const auto is_it = [&](std::size_t i) {
      return i < before.size() && !taken[i] &&
             IsSameObject(attribute.attributes, element, before[i]);
    };
    if (is_it(index)) return index;
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (is_it(i)) return i;
    }
    return std::nullopt;
  };
  Value::List planned;
  for (std::size_t i = 0; i < config.AsList().size(); ++i) {
    const Value& element = config.AsList()[i];
    const std::optional<std::size_t> same = find(element, i);
    if (same.has_value()) taken[*same] = true;
    const Value stands_for = same.has_value() ? before[*same] : Value();
    planned.push_back(
        element.IsMap() ? PlannedObject(attribute.attributes, element, stands_for, same.has_value())
                        : element);
  }
  return planned;
}

// What is planned for an attribute that the configuration sets, or that only it decides.
Value Planned(const Attribute& attribute, const Value& config, const Value& prior) {
  if (attribute.nesting == Nesting::kNone || !config.IsKnown()) return config;
  if (attribute.nesting == Nesting::kSingle) {
    return PlannedObject(attribute.attributes, config, prior,
                         IsSameObject(attribute.attributes, config, prior));
  }
  if (config.IsList()) return PlannedElements(attribute, config, prior);
  Value::Map planned;
  for (const auto& [key, element] : config.AsMap()) {
    planned[key] = PlannedObject(attribute.attributes, element, prior[key],
                                 IsSameObject(attribute.attributes, element, prior[key]));
  }
  return planned;
}

// Lets what an update may change be unknown, at any depth of what is configured.
void LetChange(const std::vector<Attribute>& attributes, const Value& config, Value& object) {
  if (!object.IsMap()) return;
  for (const Attribute& attribute : attributes) {
    Value& part = object.AsMap()[attribute.name];
    const Value& wanted = config[attribute.name];
    if (attribute.computed && !attribute.default_value.has_value() && wanted.IsNull()) {
      if (attribute.is_volatile) part = Value::Unknown();
    } else if (attribute.nesting == Nesting::kSingle) {
      LetChange(attribute.attributes, wanted, part);
    } else if (attribute.nesting != Nesting::kNone && part.IsList() && wanted.IsList()) {
      for (std::size_t i = 0; i < part.AsList().size() && i < wanted.AsList().size(); ++i) {
        LetChange(attribute.attributes, wanted.AsList()[i], part.AsList()[i]);
      }
    } else if (attribute.nesting == Nesting::kMap && part.IsMap()) {
      for (auto& [key, element] : part.AsMap()) {
        LetChange(attribute.attributes, wanted[key], element);
      }
    }
  }
}

// `object` without what is optional and false.
Value WithoutFalse(const std::vector<Attribute>& attributes, const Value& object) {
  if (!object.IsMap()) return object;
  Value::Map bare = object.AsMap();
  for (const Attribute& attribute : attributes) {
    Value& part = bare[attribute.name];
    if (attribute.nesting == Nesting::kSingle) {
      part = WithoutFalse(attribute.attributes, part);
    } else if (part.IsBool() && !part.AsBool() && attribute.optional) {
      part = Value::Null();
    } else if (attribute.nesting != Nesting::kNone && part.IsList()) {
      for (Value& element : part.AsList()) element = WithoutFalse(attribute.attributes, element);
    } else if (attribute.nesting == Nesting::kMap && part.IsMap()) {
      for (auto& [key, element] : part.AsMap()) {
        element = WithoutFalse(attribute.attributes, element);
      }
    }
  }
  return bare;
}

bool HasReplacing(const std::vector<Attribute>& attributes) {
  return std::any_of(attributes.begin(), attributes.end(), [](const Attribute& attribute) {
    return attribute.replaces || HasReplacing(attribute.attributes);
  });
}

class Comparison {
 public:
  explicit Comparison(std::vector<Path>& paths) : paths_(paths) {}

  void Objects(const std::vector<Attribute>& attributes, const Value& prior, const Value& planned,
               const Path& at) {
    for (const Attribute& attribute : attributes) {
      const Path path = at.empty() ? Path(attribute.name) : at.Attribute(attribute.name);
      const Value& before = prior[attribute.name];
      const Value& after = planned[attribute.name];
      if (attribute.replaces) {
        if (!IsSame(attribute, before, after)) paths_.push_back(path);
      } else if (HasReplacing(attribute.attributes) && !IsSame(attribute, before, after)) {
        Inside(attribute, before, after, path);
      }
    }
  }

 private:
  void Inside(const Attribute& attribute, const Value& before, const Value& after,
              const Path& path) {
    if (attribute.nesting == Nesting::kSingle && before.IsMap() && after.IsMap()) {
      Objects(attribute.attributes, before, after, path);
    } else if (attribute.nesting == Nesting::kMap && before.IsMap() && after.IsMap() &&
               before.AsMap().size() == after.AsMap().size()) {
      for (const auto& [key, element] : after.AsMap()) {
        Objects(attribute.attributes, before[key], element, path.Key(key));
      }
    } else if (attribute.nesting == Nesting::kList && before.IsList() && after.IsList() &&
               before.AsList().size() == after.AsList().size()) {
      for (std::size_t i = 0; i < after.AsList().size(); ++i) {
        Objects(attribute.attributes, before.AsList()[i], after.AsList()[i],
                path.Index(static_cast<std::int64_t>(i)));
      }
    } else {
      paths_.push_back(path);
    }
  }

  std::vector<Path>& paths_;
};

}  // namespace

Plan MakePlan(const Schema& schema, const Value& prior, const Value& config) {
  // 1. An object that is to go has no plan but its absence.
  if (config.IsNull()) return {.planned = Value::Null()};

  // 2. What the configuration says, defaults included: before the comparison with what is there,
  // for a default that is in the state already is no change. What the service decides is unknown
  // for a new object; for one that is there it stays as it is, or every plan would show a change.
  const bool is_new = prior.IsNull();
  Value planned = PlannedObject(schema.attributes, config, prior, /*is_same=*/!is_new);
  if (is_new) return {.planned = std::move(planned)};

  // 3. What is only said in another way stays as it is. Terraform lets a plan keep the prior value
  // where both are there; where one is missing, the configuration has it.
  for (const Attribute& attribute : schema.attributes) {
    const Value& before = prior[attribute.name];
    Value& plan = planned.AsMap()[attribute.name];
    if (before.IsKnown() && plan.IsKnown() && IsSame(attribute, plan, before)) plan = before;
  }

  // 4. Only where something else changes, the volatile may change, too.
  if (planned != prior) LetChange(schema.attributes, config, planned);

  Plan plan{.planned = std::move(planned)};
  plan.replace = Replacements(schema, prior, plan.planned);
  return plan;
}

Plan MakePlanOfImported(const Schema& schema, const Value& prior, const Value& config) {
  Plan plan = MakePlan(schema, prior, config);
  if (plan.planned.IsNull()) return plan;
  const Value bare_prior = WithoutFalse(schema.attributes, prior);
  const Plan bare = MakePlan(schema, bare_prior, WithoutFalse(schema.attributes, config));
  for (const Attribute& attribute : schema.attributes) {
    const Value& wanted = config[attribute.name];
    const Value& before = prior[attribute.name];
    // Terraform lets a plan keep the prior value where both are there.
    if (attribute.nesting == Nesting::kNone || wanted.IsNull() || before.IsNull()) continue;
    if (bare.planned[attribute.name] != bare_prior[attribute.name]) continue;
    // A false of the configuration that is not there yet is to be sent.
    if (!Covers(attribute, ToMember(attribute, wanted, config, {}),
                ToMember(attribute, before, prior, {}))) {
      continue;
    }
    plan.planned.AsMap()[attribute.name] = before;
  }
  plan.replace = Replacements(schema, prior, plan.planned);
  return plan;
}

std::vector<Path> Replacements(const Schema& schema, const Value& prior, const Value& planned) {
  std::vector<Path> paths;
  Comparison(paths).Objects(schema.attributes, prior, planned, Path());
  return paths;
}

}  // namespace er::schema
