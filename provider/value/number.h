// A Terraform number: decimal, of any size, kept exactly as it came.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace er {

// Two numbers are equal if they stand for the same decimal: 1.50 equals 1.5.
class Number {
 public:
  explicit Number(std::int64_t value);
  explicit Number(std::uint64_t value);
  // The shortest decimal that reads back as `value`; infinities are kept, a NaN is refused by the
  // codecs.
  explicit Number(double value);
  // Every digit of `value`, as the wire's floats are meant: 0.1 has 55 of them after its point.
  static Number Exactly(double value);

  // JSON's number syntax, exponents included; also "Infinity", "+Infinity", "-Infinity".
  // kInvalidArgument for anything else, and for exponents that would need over 4,096 digits.
  static absl::StatusOr<Number> Parse(absl::string_view text);

  // Plain notation without superfluous zeros or a plus sign: "0", "-1.5",
  // "12345678901234567890123".
  const std::string& text() const { return text_; }
  bool IsFinite() const;
  std::optional<std::int64_t> ToInt64() const;  // if it is a whole number that fits
  std::optional<double> ToExactDouble()
      const;  // if some double has exactly this value, or an infinity

  friend bool operator==(const Number&, const Number&) = default;

 private:
  Number() = default;
  std::string text_;  // canonical, so that equality is equality of texts
};

}  // namespace er
