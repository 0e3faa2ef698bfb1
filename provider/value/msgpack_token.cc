#include "value/msgpack_token.h"

#include <bit>
#include <functional>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace er::msgpack {
namespace {

absl::Status EndsEarly() { return absl::InvalidArgumentError("the message ends early"); }

// Reads `size` bytes as a big-endian number.
absl::StatusOr<std::uint64_t> TakeUint(absl::string_view& rest, std::size_t size) {
  if (rest.size() < size) return EndsEarly();
  std::uint64_t value = 0;
  for (const char c : rest.substr(0, size)) value = value << 8 | static_cast<unsigned char>(c);
  rest.remove_prefix(size);
  return value;
}

absl::StatusOr<Token> TakeText(absl::string_view& rest, std::uint64_t size) {
  if (rest.size() < size) return EndsEarly();
  Token token{.kind = Token::Kind::kText, .payload = rest.substr(0, size)};
  rest.remove_prefix(size);
  return token;
}

absl::StatusOr<Token> TakeExtension(absl::string_view& rest, std::uint64_t size) {
  ASSIGN_OR_RETURN(const std::uint64_t type, TakeUint(rest, 1));
  ASSIGN_OR_RETURN(Token token, TakeText(rest, size));
  token.kind = Token::Kind::kExtension;
  token.extension = static_cast<std::int8_t>(type);
  return token;
}

// Whoever reads the elements may reserve memory for `count`, so it is held against the bytes that
// are left: an element takes one at least.
absl::StatusOr<Token> Container(Token::Kind kind, absl::string_view rest, std::uint64_t count) {
  const std::uint64_t least = kind == Token::Kind::kMap ? 2 * count : count;
  if (rest.size() < least) return EndsEarly();
  return Token{.kind = kind, .count = count};
}

absl::StatusOr<Token> Uint(absl::StatusOr<std::uint64_t> value) {
  if (!value.ok()) return value.status();
  return Token{.kind = Token::Kind::kUint, .unsigned_integer = *value};
}

template <typename Signed>
absl::StatusOr<Token> Int(absl::StatusOr<std::uint64_t> value) {
  if (!value.ok()) return value.status();
  return Token{.kind = Token::Kind::kInt, .signed_integer = static_cast<Signed>(*value)};
}

}  // namespace

std::optional<std::int64_t> Token::ToInt64() const {
  if (kind == Kind::kInt) return signed_integer;
  if (kind == Kind::kUint && unsigned_integer <= std::numeric_limits<std::int64_t>::max()) {
    return static_cast<std::int64_t>(unsigned_integer);
  }
  return std::nullopt;
}

absl::StatusOr<Token> Reader::Next() {
  ASSIGN_OR_RETURN(const std::uint64_t code, TakeUint(rest_, 1));
  if (code <= 0x7F) return Uint(code);
  if (code <= 0x8F) return Container(Token::Kind::kMap, rest_, code & 0x0F);
  if (code <= 0x9F) return Container(Token::Kind::kArray, rest_, code & 0x0F);
  if (code <= 0xBF) return TakeText(rest_, code & 0x1F);
  if (code >= 0xE0) return Int<std::int8_t>(code);

  // Of the families below, the code's last bits say how long the number or the length is.
  const auto size_from = [&](std::uint64_t first) { return std::size_t{1} << (code - first); };
  const auto sized = [&](std::size_t bytes, auto take) -> absl::StatusOr<Token> {
    ASSIGN_OR_RETURN(const std::uint64_t size, TakeUint(rest_, bytes));
    return take(rest_, size);
  };
  switch (code) {
    case 0xC0:
      return Token{.kind = Token::Kind::kNil};
    case 0xC2:
    case 0xC3:
      return Token{.kind = Token::Kind::kBool, .boolean = code == 0xC3};
    case 0xC4:
    case 0xC5:
    case 0xC6:
      return sized(size_from(0xC4), &TakeText);
    case 0xC7:
    case 0xC8:
    case 0xC9:
      return sized(size_from(0xC7), &TakeExtension);
    case 0xCA: {
      ASSIGN_OR_RETURN(const std::uint64_t bits, TakeUint(rest_, 4));
      return Token{.kind = Token::Kind::kFloat,
                   .floating = std::bit_cast<float>(static_cast<std::uint32_t>(bits))};
    }
    case 0xCB: {
      ASSIGN_OR_RETURN(const std::uint64_t bits, TakeUint(rest_, 8));
      return Token{.kind = Token::Kind::kFloat, .floating = std::bit_cast<double>(bits)};
    }
    case 0xCC:
    case 0xCD:
    case 0xCE:
    case 0xCF:
      return Uint(TakeUint(rest_, size_from(0xCC)));
    case 0xD0:
      return Int<std::int8_t>(TakeUint(rest_, 1));
    case 0xD1:
      return Int<std::int16_t>(TakeUint(rest_, 2));
    case 0xD2:
      return Int<std::int32_t>(TakeUint(rest_, 4));
    case 0xD3:
      return Int<std::int64_t>(TakeUint(rest_, 8));
    case 0xD4:
    case 0xD5:
    case 0xD6:
    case 0xD7:
    case 0xD8:
      return TakeExtension(rest_, size_from(0xD4));
    case 0xD9:
    case 0xDA:
    case 0xDB:
      return sized(size_from(0xD9), &TakeText);
    case 0xDC:
    case 0xDD:
      return sized(2 * size_from(0xDC), std::bind_front(&Container, Token::Kind::kArray));
    case 0xDE:
    case 0xDF:
      return sized(2 * size_from(0xDE), std::bind_front(&Container, Token::Kind::kMap));
    default:
      return absl::InvalidArgumentError("byte 0xc1, which msgpack does not use");
  }
}

template <typename Unsigned>
void Writer::BigEndian(std::uint8_t code, Unsigned value) {
  Byte(code);
  for (int shift = std::numeric_limits<Unsigned>::digits - 8; shift >= 0; shift -= 8) {
    Byte(std::uint64_t{value} >> shift);
  }
}

void Writer::Nil() { Byte(0xC0); }
void Writer::Bool(bool value) { Byte(value ? 0xC3 : 0xC2); }

void Writer::Integer(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  if (value >= -32 && value <= 0x7F) {
    Byte(bits);
  } else if (value < 0) {
    if (value >= std::numeric_limits<std::int8_t>::min()) {
      BigEndian(0xD0, static_cast<std::uint8_t>(bits));
    } else if (value >= std::numeric_limits<std::int16_t>::min()) {
      BigEndian(0xD1, static_cast<std::uint16_t>(bits));
    } else if (value >= std::numeric_limits<std::int32_t>::min()) {
      BigEndian(0xD2, static_cast<std::uint32_t>(bits));
    } else {
      BigEndian(0xD3, bits);
    }
  } else if (bits <= 0xFF) {
    BigEndian(0xCC, static_cast<std::uint8_t>(bits));
  } else if (bits <= 0xFFFF) {
    BigEndian(0xCD, static_cast<std::uint16_t>(bits));
  } else if (bits <= 0xFFFFFFFF) {
    BigEndian(0xCE, static_cast<std::uint32_t>(bits));
  } else {
    BigEndian(0xCF, bits);
  }
}

void Writer::Float(double value) { BigEndian(0xCB, std::bit_cast<std::uint64_t>(value)); }

// Lengths fit into 32 bits below: a protobuf message, which a value travels in, has 2 GiB at most.

void Writer::Text(absl::string_view text) {
  if (text.size() <= 0x1F) {
    Byte(0xA0 | text.size());
  } else if (text.size() <= 0xFF) {
    BigEndian(0xD9, static_cast<std::uint8_t>(text.size()));
  } else if (text.size() <= 0xFFFF) {
    BigEndian(0xDA, static_cast<std::uint16_t>(text.size()));
  } else {
    BigEndian(0xDB, static_cast<std::uint32_t>(text.size()));
  }
  absl::StrAppend(&bytes_, text);
}

void Writer::Binary(absl::string_view bytes) {
  if (bytes.size() <= 0xFF) {
    BigEndian(0xC4, static_cast<std::uint8_t>(bytes.size()));
  } else if (bytes.size() <= 0xFFFF) {
    BigEndian(0xC5, static_cast<std::uint16_t>(bytes.size()));
  } else {
    BigEndian(0xC6, static_cast<std::uint32_t>(bytes.size()));
  }
  absl::StrAppend(&bytes_, bytes);
}

void Writer::Array(std::size_t count) {
  if (count <= 0x0F) {
    Byte(0x90 | count);
  } else if (count <= 0xFFFF) {
    BigEndian(0xDC, static_cast<std::uint16_t>(count));
  } else {
    BigEndian(0xDD, static_cast<std::uint32_t>(count));
  }
}

void Writer::Map(std::size_t count) {
  if (count <= 0x0F) {
    Byte(0x80 | count);
  } else if (count <= 0xFFFF) {
    BigEndian(0xDE, static_cast<std::uint16_t>(count));
  } else {
    BigEndian(0xDF, static_cast<std::uint32_t>(count));
  }
}

void Writer::Extension(std::int8_t type, absl::string_view payload) {
  const std::size_t size = payload.size();
  const auto type_code = static_cast<std::uint8_t>(type);
  if (size <= 16 && std::has_single_bit(size)) {
    Byte(0xD4 + static_cast<std::uint64_t>(std::countr_zero(size)));
  } else if (size <= 0xFF) {
    BigEndian(0xC7, static_cast<std::uint8_t>(size));
  } else if (size <= 0xFFFF) {
    BigEndian(0xC8, static_cast<std::uint16_t>(size));
  } else {
    BigEndian(0xC9, static_cast<std::uint32_t>(size));
  }
  Byte(type_code);
  absl::StrAppend(&bytes_, payload);
}

}  // namespace er::msgpack
