// What of an exchange may be shown, in the log or in a message, and in which form.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/secret.h"
#include "http/transport.h"

namespace er::http {

inline constexpr std::size_t kLoggedRequestBody = 1024;
inline constexpr std::size_t kLoggedResponseBody = 4096;

// "name: value" lines. Of Authorization only the signed headers are left, of any other header that
// may hold a token nothing. The others are without what is in `secrets`.
std::string LoggableHeaders(const Headers& headers, const std::vector<Secret>& secrets);

// The first `limit` bytes of `body` without what is in `secrets`, or a note of its size where it is
// confidential.
std::string LoggableBody(absl::string_view body, std::size_t limit, bool confidential,
                         const std::vector<Secret>& secrets);

// `url` without user, password and the values of its query.
std::string LoggableUrl(absl::string_view url);

}  // namespace er::http
