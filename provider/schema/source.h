// JSON as a person wrote it: a tree in which everything knows its line, so that a mistake in
// schemas/ can be reported as file:line: path: reason. For the loader only.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace er::schema {

struct Node {
  enum class Kind { kNull, kBool, kNumber, kString, kArray, kObject };

  Kind kind = Kind::kNull;
  int line = 0;
  bool boolean = false;
  std::string text{};  // of a string or a number
  std::vector<Node> elements{};
  std::vector<std::pair<std::string, Node>> members{};  // as written, in order

  // The member of this name; null if there is none, or if this is no object.
  const Node* Find(absl::string_view name) const;
};

// kInvalidArgument with "line: reason" if `text` is not one JSON value, nests deeper than 32, or
// has an object with the same member twice.
absl::StatusOr<Node> ParseSource(absl::string_view text);

// The node as compact JSON.
std::string ToJson(const Node& node);

}  // namespace er::schema
