#include "value/number.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace er {
namespace {

constexpr std::int64_t kMostDigits = 4096;

// Takes the digits that `text` begins with.
absl::string_view TakeDigits(absl::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() && absl::ascii_isdigit(static_cast<unsigned char>(text[count]))) {
    ++count;
  }
  const absl::string_view digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

bool Take(absl::string_view& text, absl::string_view characters) {
  if (text.empty() || characters.find(text[0]) == absl::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

// The canonical form of a number in JSON's syntax, nothing if `text` is none or too large.
std::optional<std::string> Canonical(absl::string_view text) {
  const bool negative = Take(text, "-");
  const absl::string_view whole = TakeDigits(text);
  if (whole.empty() || (whole.size() > 1 && whole[0] == '0')) return std::nullopt;
  absl::string_view fraction;
  if (Take(text, ".")) {
    fraction = TakeDigits(text);
    if (fraction.empty()) return std::nullopt;
  }
  std::int64_t exponent = 0;
  const bool has_exponent = Take(text, "eE");
  bool exponent_fits = true;
  if (has_exponent) {
    const bool down = Take(text, "-");
    if (!down) Take(text, "+");
    const absl::string_view digits = TakeDigits(text);
    if (digits.empty()) return std::nullopt;
    std::int32_t size = 0;
    exponent_fits = absl::SimpleAtoi(digits, &size);
    exponent = down ? -std::int64_t{size} : std::int64_t{size};
  }
  if (!text.empty()) return std::nullopt;

  // The value is 0.<digits> times ten to the power of `point`, without zeros at either end.
  std::string digits = absl::StrCat(whole, fraction);
  std::int64_t point = static_cast<std::int64_t>(whole.size()) + exponent;
  const std::size_t first = digits.find_first_not_of('0');
  if (first == std::string::npos) return "0";
  if (!exponent_fits) return std::nullopt;
  digits.erase(0, first);
  digits.erase(digits.find_last_not_of('0') + 1);
  point -= static_cast<std::int64_t>(first);

  const auto count = static_cast<std::int64_t>(digits.size());
  if (has_exponent && std::max(point, count) - std::min<std::int64_t>(point, 0) > kMostDigits) {
    return std::nullopt;
  }
  const auto zeros = [](std::int64_t n) { return std::string(static_cast<std::size_t>(n), '0'); };
  const absl::string_view sign = negative ? "-" : "";
  if (point <= 0) return absl::StrCat(sign, "0.", zeros(-point), digits);
  if (point >= count) return absl::StrCat(sign, digits, zeros(point - count));
  digits.insert(static_cast<std::size_t>(point), 1, '.');
  return absl::StrCat(sign, digits);
}

// The text of an infinity or a NaN.
std::string NotFinite(double value) {
  if (std::isnan(value)) return "NaN";
  return value > 0 ? "Infinity" : "-Infinity";
}

}  // namespace

Number::Number(std::int64_t value) : text_(absl::StrCat(value)) {}
Number::Number(std::uint64_t value) : text_(absl::StrCat(value)) {}

Number::Number(double value) {
  if (!std::isfinite(value)) {
    text_ = NotFinite(value);
    return;
  }
  std::array<char, 32> buffer{};  // 24 characters at most
  const char* const end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                        std::chars_format::scientific)
                              .ptr;
  text_ = *Canonical({buffer.data(), static_cast<std::size_t>(end - buffer.data())});
}

Number Number::Exactly(double value) {
  if (!std::isfinite(value)) return Number(value);
  // No double has more digits than these before and after its point.
  constexpr int kMostWhole = 309;
  constexpr int kMostFraction = 1074;
  std::array<char, 1 + kMostWhole + 1 + kMostFraction> buffer{};
  const char* const end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                        std::chars_format::fixed, kMostFraction)
                              .ptr;
  Number result;
  result.text_ = *Canonical({buffer.data(), static_cast<std::size_t>(end - buffer.data())});
  return result;
}

absl::StatusOr<Number> Number::Parse(absl::string_view text) {
  Number result;
  if (text == "Infinity" || text == "+Infinity" || text == "-Infinity") {
    result.text_ = text[0] == '-' ? "-Infinity" : "Infinity";
    return result;
  }
  std::optional<std::string> canonical = Canonical(text);
  if (!canonical) return absl::InvalidArgumentError("not a decimal number, or too large");
  result.text_ = *std::move(canonical);
  return result;
}

bool Number::IsFinite() const {
  return absl::ascii_isdigit(static_cast<unsigned char>(text_.back()));
}

std::optional<std::int64_t> Number::ToInt64() const {
  std::int64_t value = 0;
  if (!absl::SimpleAtoi(text_, &value)) return std::nullopt;
  return value;
}

std::optional<double> Number::ToExactDouble() const {
  // Reads the infinities too, which every other reader of this text has to treat as special.
  double value = 0;
  const char* const end = text_.data() + text_.size();
  const std::from_chars_result result = std::from_chars(text_.data(), end, value);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  if (std::isnan(value) || Exactly(value) != *this) return std::nullopt;
  return value;
}

}  // namespace er
