#include "emulator/page_token.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "emulator/digest.h"

namespace er::emulator {

std::string MakeToken(absl::string_view list, absl::string_view position) {
  const std::string seal = Sha256Hex(absl::StrCat(list, "\n", position)).substr(0, 16);
  return absl::Base64Escape(absl::StrCat(seal, position));
}

std::optional<std::string> ReadToken(absl::string_view list, absl::string_view token) {
  std::string opened;
  if (!absl::Base64Unescape(token, &opened) || opened.size() < 16) return std::nullopt;
  std::string position = opened.substr(16);
  if (MakeToken(list, position) != token) return std::nullopt;
  return position;
}

}  // namespace er::emulator
