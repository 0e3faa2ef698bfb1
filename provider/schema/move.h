// A state that another provider wrote of the same object, as a state of ours: by rules that hold
// for any type, so that nothing is known of the other's beyond its name. Pure.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "schema/schema.h"
#include "value/value.h"

namespace er::schema {

// Takes over, at any depth, what has the same name and fits:
//
//   a set of objects {key, value}         becomes a map
//   a map, where ours is a text of JSON   becomes that text
//   one object, and a list of one         become each other
//
// What does not fit is null, as is what the other type lacks: the refresh after the move fills it
// in. region is that of the object's ARN. kInvalidArgument where `text` is no state in JSON, or
// does not name the object.
absl::StatusOr<Value> Moved(const Schema& schema, absl::string_view text);

}  // namespace er::schema
