#include "http/wire_log.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace er::http {
namespace {

constexpr absl::string_view kMasked = "***";

bool IsConfidential(absl::string_view name) {
  constexpr std::array<absl::string_view, 5> kWords = {"authorization", "token", "cookie", "secret",
                                                       "credential"};
  const std::string lower = absl::AsciiStrToLower(name);
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](absl::string_view word) { return absl::StrContains(lower, word); });
}

std::string LoggableValue(absl::string_view name, absl::string_view value) {
  if (!IsConfidential(name)) return std::string(value);
  const std::size_t begin = value.find("SignedHeaders=");
  if (begin == absl::string_view::npos) return std::string(kMasked);
  const absl::string_view rest = value.substr(begin);
  return absl::StrCat(kMasked, " ", rest.substr(0, rest.find(',')), " ", kMasked);
}

}  // namespace

std::string LoggableHeaders(const Headers& headers) {
  std::string lines;
  for (const auto& [name, value] : headers) {
    absl::StrAppend(&lines, lines.empty() ? "" : "\n", name, ": ", LoggableValue(name, value));
  }
  return lines;
}

std::string WithoutSecretsOf(const Headers& headers, absl::string_view text) {
  std::string result(text);
  for (const auto& [name, value] : headers) {
    if (IsConfidential(name) && !value.empty()) {
      absl::StrReplaceAll({{value, kMasked}}, &result);
    }
  }
  return result;
}

std::string LoggableBody(absl::string_view body, std::size_t limit, bool confidential) {
  if (confidential && !body.empty()) return absl::StrCat("(", body.size(), " bytes not shown)");
  if (body.size() <= limit) return std::string(body);
  return absl::StrCat(body.substr(0, limit), "... (", body.size(), " bytes)");
}

std::string LoggableUrl(absl::string_view url) {
  const absl::string_view shown = url.substr(0, url.find('?'));
  const absl::string_view query = shown.size() < url.size() ? "?***" : "";
  const std::size_t scheme_end = shown.find("://");
  if (scheme_end == absl::string_view::npos) return absl::StrCat(shown, query);
  const std::size_t host = scheme_end + 3;
  const std::size_t user_end = shown.substr(0, shown.find('/', host)).rfind('@');
  if (user_end == absl::string_view::npos || user_end < host) return absl::StrCat(shown, query);
  return absl::StrCat(shown.substr(0, host), shown.substr(user_end + 1), query);
}

}  // namespace er::http
