// Text that must be valid UTF-8 before it goes to Terraform: protobuf refuses anything else.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace er {

bool IsValidUtf8(absl::string_view text);

// `text` with each byte that is not part of valid UTF-8 replaced by U+FFFD.
std::string ToValidUtf8(absl::string_view text);

// The same with each character that does something to a terminal, or to the order in which the
// others are read, as \n, \t or \u001b: control characters and those that turn the direction of
// writing. Whatever others sent is shown like this, or they could write what looks like ours.
std::string ToPrintable(absl::string_view text);

}  // namespace er
