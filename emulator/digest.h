// SHA-256, for signatures and for numbers that follow from a seed.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace er::emulator {

std::string Sha256Hex(absl::string_view text);
std::string Md5Hex(absl::string_view text);
std::string HmacSha256(absl::string_view key, absl::string_view text);  // bytes

// The same text gives the same number, evenly spread.
std::uint64_t NumberFrom(absl::string_view text);

}  // namespace er::emulator
