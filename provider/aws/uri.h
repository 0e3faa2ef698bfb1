// The parts of a URL, and the encoding that AWS signs by.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace er::aws {

// `text` with every byte but A-Z a-z 0-9 - . _ ~ as %XX, so that it can be one segment of a path or
// one value of a query.
std::string PercentEncode(absl::string_view text);

struct Url {
  std::string scheme{};  // http or https
  std::string host{};    // in lower case; an IPv6 address stands in brackets
  std::string port{};    // empty where it is the scheme's own
  std::string path{};    // begins with a slash
  std::string query{};   // without the question mark

  std::string Authority() const;  // as in the header Host
};

// kInvalidArgument for anything but an http or https URL with a host, without user and fragment;
// the message is kUrlForm.
inline constexpr absl::string_view kUrlForm =
    "it must be a URL of the form https://host[:port][/path]";
absl::StatusOr<Url> ParseUrl(absl::string_view text);

}  // namespace er::aws
