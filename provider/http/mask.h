// What goes out and is secret is masked wherever an answer that repeats it is shown: in the log and
// in messages. Mask first and cut then: half a token is not found any more.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/secret.h"
#include "http/transport.h"

namespace er::http {

inline constexpr absl::string_view kMasked = "***";

// Whether a header of this name may hold a token.
bool IsConfidential(absl::string_view header);

// What of `request` is secret: the tokens and signatures of its headers, and request.secrets.
std::vector<Secret> SecretsOf(const Request& request);

// `text` with *** in the place of each of `secrets`: as it stands, percent-encoded, escaped for
// JSON or for HTML, on one line or on several. A word that only begins with a dozen characters of
// one is masked as well. What has less than four characters is no secret, and would be found in the
// middle of words.
std::string Masked(absl::string_view text, const std::vector<Secret>& secrets);

}  // namespace er::http
