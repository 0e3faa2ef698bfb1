// Tags as users of hashicorp/aws know them: default tags that the provider adds, tags that it
// leaves alone, and the difference that brings one set to another. Pure.
// https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/resource-tagging
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "value/value.h"

namespace er::managed {

using Tags = std::map<std::string, std::string>;

// What the provider block says of tags.
struct TagRules {
  Tags defaults{};  // default_tags
  // ignore_tags: neither read nor removed. Those that begin with aws: never are.
  std::vector<std::string> ignored_keys{};
  std::vector<std::string> ignored_prefixes{};

  bool Ignores(absl::string_view key) const;
};

// tags_all of an object with these `tags`, which come before defaults of the same key. What is
// unknown in them is unknown there.
Value WithDefaults(const TagRules& rules, const Value& tags);

// The known tags of such a value.
Tags ToTags(const Value& value);
Value ToValue(const Tags& tags);

// What the service tells, as it stands in a state: `all` in tags_all, `own` in tags.
struct ReadTags {
  Tags all{};
  Tags own{};
};

// `before` is what the state has as tags. An ignored tag that stands there stays, and one like a
// default is its own only if it stands there: nobody can tell from the outside.
ReadTags FromService(const TagRules& rules, const Tags& told, const Tags& before);

// What brings the tags `before` to `after`: what to set, and which keys to remove. Ignored ones are
// not removed.
struct TagChange {
  Tags set{};
  std::vector<std::string> remove{};

  bool empty() const { return set.empty() && remove.empty(); }
};
TagChange Difference(const TagRules& rules, const Tags& before, const Tags& after);

}  // namespace er::managed
