// Credentials in the JSON forms that programs and servers hand them out in.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "aws/credentials.h"

namespace er::aws {

// Reads a JSON object with AccessKeyId, SecretAccessKey, Expiration (RFC 3339; without one they
// last) and the session token under `token_name`. Nothing of `text` shows in the error.
absl::StatusOr<Credentials> ParseCredentialsJson(absl::string_view text, const char* token_name);

}  // namespace er::aws
