#include "http/wire_log.h"

#include "absl/strings/str_cat.h"
#include "http/mask.h"

namespace er::http {
namespace {

std::string LoggableValue(absl::string_view name, absl::string_view value) {
  if (!IsConfidential(name)) return std::string(value);
  const std::size_t begin = value.find("SignedHeaders=");
  if (begin == absl::string_view::npos) return std::string(kMasked);
  const absl::string_view rest = value.substr(begin);
  return absl::StrCat(kMasked, " ", rest.substr(0, rest.find(',')), " ", kMasked);
}

}  // namespace

std::string LoggableHeaders(const Headers& headers, const std::vector<Secret>& secrets) {
  std::string lines;
  for (const auto& [name, value] : headers) {
    absl::StrAppend(&lines, lines.empty() ? "" : "\n", name, ": ",
                    Masked(LoggableValue(name, value), secrets));
  }
  return lines;
}

std::string LoggableBody(absl::string_view body, std::size_t limit, bool confidential,
                         const std::vector<Secret>& secrets) {
  if (confidential && !body.empty()) return absl::StrCat("(", body.size(), " bytes not shown)");
  const std::string masked = Masked(body, secrets);
  if (masked.size() <= limit) return masked;
  return absl::StrCat(absl::string_view(masked).substr(0, limit), "... (", body.size(), " bytes)");
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
