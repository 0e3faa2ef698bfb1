// The tokens by which a list goes on, which mean nothing to clients.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace er::emulator {

// A position in a list, sealed for the list that it belongs to.
std::string MakeToken(absl::string_view list, absl::string_view position);

// The position; nothing for what is no token of this list.
std::optional<std::string> ReadToken(absl::string_view list, absl::string_view token);

}  // namespace er::emulator
