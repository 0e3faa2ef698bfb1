#include "assembly/tag_rules.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"

namespace er::assembly {
namespace {

constexpr char kDefaultTags[] = "TF_AWS_DEFAULT_TAGS_";

void AddTexts(const Value& set, std::vector<std::string>& texts) {
  if (!set.IsList()) return;
  for (const Value& text : set.AsList()) {
    if (text.IsString()) texts.push_back(text.AsString());
  }
}

void AddTexts(const std::optional<std::string>& variable, std::vector<std::string>& texts) {
  if (!variable.has_value()) return;
  for (const absl::string_view text : absl::StrSplit(*variable, ',')) {
    if (const absl::string_view key = absl::StripAsciiWhitespace(text); !key.empty()) {
      texts.emplace_back(key);
    }
  }
}

}  // namespace

std::optional<managed::TagRules> ToTagRules(const Value& config, const Environment& environment) {
  managed::TagRules rules;
  for (const auto& [name, value] : environment.VariablesThatBegin(kDefaultTags)) {
    rules.defaults[name] = value;
  }
  AddTexts(environment.Variable("TF_AWS_IGNORE_TAGS_KEYS"), rules.ignored_keys);
  AddTexts(environment.Variable("TF_AWS_IGNORE_TAGS_KEY_PREFIXES"), rules.ignored_prefixes);
  for (const char* name : {"default_tags", "ignore_tags"}) {
    const Value& blocks = config[name];
    if (!blocks.IsWhollyKnown()) return std::nullopt;
    if (!blocks.IsList()) continue;
    for (const Value& block : blocks.AsList()) {
      for (auto& [key, value] : managed::ToTags(block["tags"])) rules.defaults[key] = value;
      AddTexts(block["keys"], rules.ignored_keys);
      AddTexts(block["key_prefixes"], rules.ignored_prefixes);
    }
  }
  return rules;
}

}  // namespace er::assembly
