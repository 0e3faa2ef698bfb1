// The digests that signing and credential caches need. The only file of this folder that knows
// OpenSSL.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace er::aws {

std::string Sha256Hex(absl::string_view text);
std::string Sha1Hex(absl::string_view text);

// 32 bytes.
std::string HmacSha256(absl::string_view key, absl::string_view text);

}  // namespace er::aws
