// Values in the protocol's JSON form: state as it stands in a state file.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "value/type.h"
#include "value/value.h"

namespace er {

// What to do with an attribute that the type does not have.
enum class ExtraAttributes { kRefuse, kIgnore };

// Reads one value of `type` from `json`, pretty-printed or not. Attributes that are missing become
// null; numbers and bools may be given as text; numbers keep all their digits.
//
// kInvalidArgument, with the path of the place, for anything else that does not fit.
absl::StatusOr<Value> DecodeJson(absl::string_view json, const Type& type, ExtraAttributes extra);

// Writes `value`, which holds nothing unknown, as a value of `type`. kInternal, with the path,
// where it does not fit.
absl::StatusOr<std::string> EncodeJson(const Value& value, const Type& type);

}  // namespace er
