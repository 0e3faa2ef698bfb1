#include "http/mask.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace er::http {
namespace {

constexpr std::size_t kShortest = 4;
constexpr std::size_t kTelling = 12;

// A character, and how many the text spends on it.
struct Written {
  char character = '\0';
  std::size_t length = 1;
};

// The byte whose number is in `digits`.
std::optional<char> ByteOf(absl::string_view digits, int base) {
  int number = 0;
  const char* const end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, number, base);
  if (error != std::errc() || rest != end || number > 0xFF) return std::nullopt;
  return static_cast<char>(number);
}

// "&#x2F;", "&#47;" or "&amp;".
Written ReadEntity(absl::string_view text) {
  static constexpr std::array<std::pair<absl::string_view, char>, 5> kNamed = {
      {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}}};
  const std::size_t end = text.substr(0, 8).find(';');
  if (end == absl::string_view::npos) return {text.front()};
  absl::string_view name = text.substr(1, end - 1);
  for (const auto& [known, character] : kNamed) {
    if (name == known) return {character, end + 1};
  }
  if (!absl::ConsumePrefix(&name, "#")) return {text.front()};
  const bool is_hex = absl::ConsumePrefix(&name, "x") || absl::ConsumePrefix(&name, "X");
  const std::optional<char> byte = ByteOf(name, is_hex ? 16 : 10);
  return byte ? Written{*byte, end + 1} : Written{text.front()};
}

// The first character of `text`, which is not empty, as a page or a service may have escaped it.
Written Read(absl::string_view text) {
  std::optional<char> byte;
  switch (text.front()) {
    case '%':
      if (text.size() >= 3 && (byte = ByteOf(text.substr(1, 2), 16))) return {*byte, 3};
      break;
    case '\\':
      if (absl::StartsWith(text, "\\u") && text.size() >= 6 &&
          (byte = ByteOf(text.substr(2, 4), 16))) {
        return {*byte, 6};
      }
      if (text.size() >= 2) return {text[1], 2};
      break;
    case '&':
      return ReadEntity(text);
    default:
      break;
  }
  return {text.front()};
}

// The length of what `text` begins with of `secret`; 0 where that is too little to be it.
std::size_t LengthOf(absl::string_view secret, absl::string_view text) {
  std::size_t length = 0;
  std::size_t found = 0;
  for (std::size_t at = 0; found < secret.size() && at < text.size();) {
    const absl::string_view rest = text.substr(at);
    const Written next = Read(rest);
    if (next.character == secret[found] || rest.front() == secret[found]) {
      at += next.character == secret[found] ? next.length : 1;
      length = at;
      ++found;
    } else if (found >= kTelling && absl::ascii_isspace(static_cast<unsigned char>(rest.front()))) {
      ++at;  // a page that breaks lines
    } else {
      break;
    }
  }
  if (found == secret.size()) return length;
  if (found < kTelling) return 0;
  // Cut, or written in a way that is not known here: the rest of the word may be the rest of it.
  const std::size_t end = text.find_first_of(" \t\r\n\"'<>", length);
  return end == absl::string_view::npos ? text.size() : end;
}

}  // namespace

bool IsConfidential(absl::string_view header) {
  constexpr std::array<absl::string_view, 5> kWords = {"authorization", "token", "cookie", "secret",
                                                       "credential"};
  const std::string lower = absl::AsciiStrToLower(header);
  return absl::c_any_of(kWords,
                        [&](absl::string_view word) { return absl::StrContains(lower, word); });
}

std::vector<Secret> SecretsOf(const Request& request) {
  std::vector<Secret> secrets = request.secrets;
  for (const auto& [name, value] : request.headers) {
    if (!IsConfidential(name)) continue;
    // "AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=...", "Bearer ...": what
    // stands before the token is none.
    absl::string_view rest = value;
    for (const absl::string_view mark : {"Credential=", "Signature="}) {
      const std::size_t begin = rest.find(mark);
      if (begin == absl::string_view::npos) continue;
      rest.remove_prefix(begin + mark.size());
      secrets.emplace_back(std::string(rest.substr(0, rest.find(','))));
    }
    if (rest.size() < value.size()) continue;
    const std::size_t space = value.find(' ');
    secrets.emplace_back(space == std::string::npos ? value : value.substr(space + 1));
  }
  return secrets;
}

std::string Masked(absl::string_view text, const std::vector<Secret>& secrets) {
  std::string masked;
  while (!text.empty()) {
    std::size_t longest = 0;
    for (const Secret& secret : secrets) {
      if (secret.Reveal().size() < kShortest) continue;
      longest = std::max(longest, LengthOf(secret.Reveal(), text));
    }
    if (longest > 0) {
      absl::StrAppend(&masked, kMasked);
      text.remove_prefix(longest);
    } else {
      masked += text.front();
      text.remove_prefix(1);
    }
  }
  return masked;
}

}  // namespace er::http
