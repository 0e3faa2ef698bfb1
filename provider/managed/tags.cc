#include "managed/tags.h"

#include <algorithm>

#include "absl/strings/match.h"

namespace er::managed {

bool TagRules::Ignores(absl::string_view key) const {
  return absl::StartsWithIgnoreCase(key, "aws:") ||
         std::find(ignored_keys.begin(), ignored_keys.end(), key) != ignored_keys.end() ||
         std::any_of(ignored_prefixes.begin(), ignored_prefixes.end(),
                     [&](const std::string& prefix) { return absl::StartsWith(key, prefix); });
}

Value WithDefaults(const TagRules& rules, const Value& tags) {
  if (tags.IsUnknown()) return Value::Unknown();
  Value::Map all;
  for (const auto& [key, value] : rules.defaults) all[key] = value;
  if (tags.IsMap()) {
    for (const auto& [key, value] : tags.AsMap()) all[key] = value;
  }
  return all;
}

Tags ToTags(const Value& value) {
  Tags tags;
  if (!value.IsMap()) return tags;
  for (const auto& [key, text] : value.AsMap()) {
    if (text.IsString()) tags[key] = text.AsString();
  }
  return tags;
}

Value ToValue(const Tags& tags) {
  Value::Map map;
  for (const auto& [key, text] : tags) map[key] = text;
  return map;
}

ReadTags FromService(const TagRules& rules, const Tags& told, const Tags& before) {
  ReadTags read;
  for (const auto& [key, value] : before) {
    if (rules.Ignores(key)) read.all[key] = read.own[key] = value;
  }
  for (const auto& [key, value] : told) {
    if (rules.Ignores(key)) continue;
    read.all[key] = value;
    const auto fallback = rules.defaults.find(key);
    const bool is_default = fallback != rules.defaults.end() && fallback->second == value;
    if (!is_default || before.contains(key)) read.own[key] = value;
  }
  return read;
}

TagChange Difference(const TagRules& rules, const Tags& before, const Tags& after) {
  TagChange change;
  for (const auto& [key, value] : after) {
    const auto old = before.find(key);
    if (old == before.end() || old->second != value) change.set[key] = value;
  }
  for (const auto& [key, value] : before) {
    if (!after.contains(key) && !rules.Ignores(key)) change.remove.push_back(key);
  }
  return change;
}

}  // namespace er::managed
