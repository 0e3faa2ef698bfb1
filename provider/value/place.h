// Where a codec is inside the value that it reads or writes. Only for the codecs of this folder.
//
// A chain of places on the stack costs nothing while all goes well; a Path is made of it only when
// something does not fit.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "value/path.h"

namespace er {

class Place {
 public:
  // Lists, maps and objects in one another, the wrapper of a dynamic value counted like a list.
  // Terraform itself has no limit; no schema comes near this one.
  static constexpr int kDeepest = 64;

  Place() = default;  // the whole value

  // The places inside this one, which must outlive them, as must `name` and `key`.
  Place Attribute(absl::string_view name) const { return Place(this, AttributeName{name}); }
  Place Key(absl::string_view key) const { return Place(this, MapKey{key}); }
  Place Index(std::size_t index) const { return Place(this, index); }
  Place Wrapped() const { return Place(this, NoStep{}); }  // deeper, at the same path

  bool TooDeep() const { return depth_ > kDeepest; }

  Path ToPath() const {
    if (parent_ == nullptr) return Path();
    const Path path = parent_->ToPath();
    if (const auto* attribute = std::get_if<AttributeName>(&step_)) {
      return path.Attribute(std::string(attribute->name));
    }
    if (const auto* key = std::get_if<MapKey>(&step_)) return path.Key(std::string(key->key));
    if (const auto* index = std::get_if<std::size_t>(&step_)) {
      return path.Index(static_cast<std::int64_t>(*index));
    }
    return path;
  }

  // A status of this code, its message beginning with the path.
  absl::Status Error(absl::StatusCode code, absl::string_view message) const {
    const std::string path = ToPath().ToString();
    return absl::Status(code,
                        path.empty() ? std::string(message) : absl::StrCat(path, ": ", message));
  }
  absl::Status Invalid(absl::string_view message) const {
    return Error(absl::StatusCode::kInvalidArgument, message);
  }
  absl::Status Mistake(absl::string_view message) const {
    return Error(absl::StatusCode::kInternal, message);
  }

 private:
  struct NoStep {};
  struct AttributeName {
    absl::string_view name;
  };
  struct MapKey {
    absl::string_view key;
  };
  using Step = std::variant<NoStep, AttributeName, MapKey, std::size_t>;

  Place(const Place* parent, Step step)
      : parent_(parent), depth_(parent->depth_ + 1), step_(step) {}

  const Place* parent_ = nullptr;
  int depth_ = 0;
  Step step_;
};

}  // namespace er
