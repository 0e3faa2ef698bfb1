// Configurations made of what a type's file says, for the tests that hold for every type.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "schema/schema.h"

namespace er::acceptance {

// The attributes of a resource, as JSON. Two variants differ in all that can differ.
enum class Extent { kRequired, kEverything };
nlohmann::json SampleOf(const schema::Schema& schema, Extent extent, int variant = 0);

// The same sample with one mistake.
struct Mistake {
  std::string attribute{};  // whose limits it breaks
  nlohmann::json sample{};
};
std::vector<Mistake> MistakesIn(const schema::Schema& schema);

// Whether the configuration may say anything of this attribute beside region and tags.
bool IsOwn(const schema::Attribute& attribute);

}  // namespace er::acceptance
