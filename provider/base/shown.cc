#include "base/shown.h"

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/utf8.h"

namespace er {
namespace {

// Shorter than a JSON Web Token or a session token, longer than most paths.
constexpr std::size_t kLongest = 128;

}  // namespace

std::string Shown(absl::string_view value) {
  const bool is_line = absl::c_none_of(
      value, [](char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); });
  if (!is_line || value.size() > kLongest) {
    return absl::StrCat("(", value.size(), " characters",
                        is_line ? "" : " with a line end or a control character among them",
                        ", not shown)");
  }
  const std::size_t at = value.rfind('@');
  const absl::string_view user = at == absl::string_view::npos ? "" : "***";
  if (!user.empty()) value.remove_prefix(at);
  const absl::string_view bare = value.substr(0, value.find('?'));
  return absl::StrCat("\"", user, ToPrintable(bare), bare.size() < value.size() ? "?***" : "",
                      "\"");
}

}  // namespace er
