// msgpack without meaning: one token read, one token written. Only for msgpack.h, which gives the
// tokens their meaning.
// https://github.com/msgpack/msgpack/blob/master/spec.md
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace er::msgpack {

// What stands before a value's parts: of an array or a map only the number of its elements.
struct Token {
  enum class Kind { kNil, kBool, kInt, kUint, kFloat, kText, kArray, kMap, kExtension };

  Kind kind = Kind::kNil;
  bool boolean = false;
  std::int64_t signed_integer = 0;     // kInt
  std::uint64_t unsigned_integer = 0;  // kUint
  double floating = 0;
  absl::string_view payload{};  // of a text (str or bin, not checked for UTF-8) or an extension
  std::size_t count = 0;        // never more than the bytes that follow can hold
  std::int8_t extension = 0;

  // Of an integer that fits.
  std::optional<std::int64_t> ToInt64() const;
};

class Reader {
 public:
  explicit Reader(absl::string_view bytes) : rest_(bytes) {}

  // kInvalidArgument where the bytes end early or are no msgpack. The payload lies in the bytes
  // that the reader was made with.
  absl::StatusOr<Token> Next();
  bool AtEnd() const { return rest_.empty(); }

 private:
  absl::string_view rest_;
};

// Each number and each length in the shortest form that it has.
class Writer {
 public:
  void Nil();
  void Bool(bool value);
  void Integer(std::int64_t value);
  void Float(double value);  // in 64 bits
  void Text(absl::string_view text);
  void Binary(absl::string_view bytes);
  void Array(std::size_t count);
  void Map(std::size_t count);
  void Extension(std::int8_t type, absl::string_view payload);

  std::string TakeBytes() && { return std::move(bytes_); }

 private:
  template <typename Unsigned>
  void BigEndian(std::uint8_t code, Unsigned value);
  void Byte(std::uint64_t value) { bytes_ += static_cast<char>(value); }

  std::string bytes_;
};

}  // namespace er::msgpack
