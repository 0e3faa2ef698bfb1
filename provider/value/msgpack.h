// Values in the protocol's msgpack form, to and from the byte.
// https://github.com/hashicorp/terraform/blob/main/docs/plugin-protocol/object-wire-format.md
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "value/type.h"
#include "value/value.h"

namespace er {

// Reads one value of `type`; the whole of `bytes` must be that value. An object must have exactly
// the attributes of its type.
//
// kInvalidArgument, with the path of the place, for anything truncated, superfluous, of a wrong
// type, too deep or not UTF-8. Allocates no more than a small multiple of the size of `bytes`.
absl::StatusOr<Value> DecodeMsgpack(absl::string_view bytes, const Type& type);

// Writes `value` as a value of `type`. An attribute that an object's Map lacks is written as null.
//
// kInternal, with the path, where `value` does not fit `type`: that is a mistake in this program.
absl::StatusOr<std::string> EncodeMsgpack(const Value& value, const Type& type);

}  // namespace er
