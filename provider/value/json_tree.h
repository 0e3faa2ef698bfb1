// JSON as it was written, every digit of its numbers included. Only for this folder, where types
// and values are made of it.
#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "value/type.h"

namespace er {

struct JsonTree {
  struct Null {};
  struct Number {
    std::string text;
  };
  using Array = std::vector<JsonTree>;
  using Object = std::map<std::string, JsonTree, std::less<>>;

  std::variant<Null, bool, Number, std::string, Array, Object> content{};

  bool IsNull() const { return std::holds_alternative<Null>(content); }
  // Null if it is something else.
  const bool* AsBool() const { return std::get_if<bool>(&content); }
  const Number* AsNumber() const { return std::get_if<Number>(&content); }
  const std::string* AsString() const { return std::get_if<std::string>(&content); }
  const Array* AsArray() const { return std::get_if<Array>(&content); }
  const Object* AsObject() const { return std::get_if<Object>(&content); }
};

// kInvalidArgument for anything that is not JSON in UTF-8, for a key that comes twice in one
// object, and for more than Place::kDeepest arrays and objects in one another.
absl::StatusOr<JsonTree> ParseJson(absl::string_view json);

// The type that `tree` is the JSON form of; defined with Type.
absl::StatusOr<Type> ToType(const JsonTree& tree);

// Appends `text`, which is valid UTF-8, in quotes.
void AppendJsonString(std::string& json, absl::string_view text);

}  // namespace er
