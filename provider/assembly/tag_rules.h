// What the provider block, and the environment, say of tags.
#pragma once

#include <optional>

#include "base/environment.h"
#include "managed/tags.h"
#include "value/value.h"

namespace er::assembly {

// Of the provider block `config`; nothing as long as its part of them is unknown. The variables are
// those of hashicorp/aws: TF_AWS_DEFAULT_TAGS_<key>, which the block overrides, and
// TF_AWS_IGNORE_TAGS_KEYS and TF_AWS_IGNORE_TAGS_KEY_PREFIXES, lists with commas that add to it.
// https://registry.terraform.io/providers/hashicorp/aws/latest/docs#default_tags-configuration-block
std::optional<managed::TagRules> ToTagRules(const Value& config, const Environment& environment);

}  // namespace er::assembly
