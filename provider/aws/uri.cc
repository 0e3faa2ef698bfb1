#include "aws/uri.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"

namespace er::aws {
namespace {

bool IsPort(absl::string_view text) {
  int port = 0;
  return std::all_of(text.begin(), text.end(), absl::ascii_isdigit) &&
         absl::SimpleAtoi(text, &port) && port >= 1 && port <= 65535;
}

bool IsHost(absl::string_view text) {
  const bool bracketed = absl::ConsumePrefix(&text, "[") && absl::ConsumeSuffix(&text, "]");
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           absl::StrContains(bracketed ? ":." : "-._", c);
  });
}

}  // namespace

std::string PercentEncode(absl::string_view text) {
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) || c == '-' || c == '.' || c == '_' || c == '~') {
      encoded += c;
    } else {
      absl::StrAppendFormat(&encoded, "%%%02X", byte);
    }
  }
  return encoded;
}

std::string Url::Authority() const { return port.empty() ? host : absl::StrCat(host, ":", port); }

absl::StatusOr<Url> ParseUrl(absl::string_view text) {
  const auto invalid = [] { return absl::InvalidArgumentError(kUrlForm); };
  Url url;
  absl::string_view rest = text;
  const std::size_t scheme_end = rest.find("://");
  if (scheme_end == absl::string_view::npos) return invalid();
  url.scheme = absl::AsciiStrToLower(rest.substr(0, scheme_end));
  if (url.scheme != "http" && url.scheme != "https") return invalid();
  rest.remove_prefix(scheme_end + 3);

  const absl::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  rest.remove_prefix(authority.size());
  const std::size_t colon = authority.rfind(':');
  const bool has_port =
      colon != absl::string_view::npos && authority.find(']', colon) == absl::string_view::npos;
  url.host = absl::AsciiStrToLower(has_port ? authority.substr(0, colon) : authority);
  if (!IsHost(url.host)) return invalid();
  if (has_port) {
    const absl::string_view port = authority.substr(colon + 1);
    if (!IsPort(port)) return invalid();
    if (port != (url.scheme == "https" ? "443" : "80")) url.port = std::string(port);
  }

  const bool plain = std::all_of(rest.begin(), rest.end(), [](char c) {
    return absl::ascii_isgraph(static_cast<unsigned char>(c)) && c != '#';
  });
  if (!plain) return invalid();
  const std::size_t question = rest.find('?');
  url.path = std::string(rest.substr(0, question));
  if (url.path.empty()) url.path = "/";
  if (question != absl::string_view::npos) url.query = std::string(rest.substr(question + 1));
  return url;
}

}  // namespace er::aws
