// Text that must be valid UTF-8 before it goes to Terraform: protobuf refuses anything else.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace er {

bool IsValidUtf8(absl::string_view text);

// `text` with each byte that is not part of valid UTF-8 replaced by U+FFFD.
std::string ToValidUtf8(absl::string_view text);

}  // namespace er
