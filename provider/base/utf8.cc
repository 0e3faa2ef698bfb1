#include "base/utf8.h"

#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace er {
namespace {

// The length of the valid sequence that `text` begins with, 0 if there is none. Overlong forms,
// surrogates and what lies beyond U+10FFFF are invalid
// (https://www.rfc-editor.org/rfc/rfc3629#section-4).
std::size_t SequenceLength(absl::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto continues = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xC0) == 0x80; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (!continues(1) || !continues(2)) return 0;
    if (first == 0xE0 && byte(1) < 0xA0) return 0;
    if (first == 0xED && byte(1) > 0x9F) return 0;
    return 3;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (!continues(1) || !continues(2) || !continues(3)) return 0;
    if (first == 0xF0 && byte(1) < 0x90) return 0;
    if (first == 0xF4 && byte(1) > 0x8F) return 0;
    return 4;
  }
  return 0;
}

// The number of the character whose valid sequence `text` is.
char32_t CodePoint(absl::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (text.size() == 1) return first;
  char32_t number = first & (0x7F >> text.size());
  for (const char c : text.substr(1)) number = number << 6 | (static_cast<unsigned char>(c) & 0x3F);
  return number;
}

// Control characters of ASCII and of Latin-1, ends of lines and paragraphs, and what turns the
// direction of writing (https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters).
bool IsPrintable(char32_t c) {
  const auto is_in = [c](char32_t first, char32_t last) { return c >= first && c <= last; };
  return !is_in(0, 0x1F) && !is_in(0x7F, 0x9F) && c != 0x061C && !is_in(0x200E, 0x200F) &&
         !is_in(0x2028, 0x202E) && !is_in(0x2066, 0x2069);
}

}  // namespace

bool IsValidUtf8(absl::string_view text) {
  while (!text.empty()) {
    const std::size_t length = SequenceLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string ToValidUtf8(absl::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = SequenceLength(text);
    if (length == 0) {
      result += "\xEF\xBF\xBD";
      text.remove_prefix(1);
    } else {
      absl::StrAppend(&result, text.substr(0, length));
      text.remove_prefix(length);
    }
  }
  return result;
}

std::string ToPrintable(absl::string_view text) {
  const std::string valid = ToValidUtf8(text);
  std::string result;
  for (absl::string_view rest = valid; !rest.empty();) {
    const absl::string_view character = rest.substr(0, SequenceLength(rest));
    rest.remove_prefix(character.size());
    if (const char32_t number = CodePoint(character); IsPrintable(number)) {
      absl::StrAppend(&result, character);
    } else if (number == '\n') {
      result += "\\n";
    } else if (number == '\t') {
      result += "\\t";
    } else {
      absl::StrAppendFormat(&result, "\\u%04x", static_cast<unsigned>(number));
    }
  }
  return result;
}

}  // namespace er
