// Terraform's types, as its wire format knows them.
//
//   Type::List(Type::Object({{"role_arn", Type::String()}})).ToJson()
//       == R"(["list",["object",{"role_arn":"string"}]])"
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace er {

// Immutable and cheap to copy. Safe for concurrent use.
class Type {
 public:
  enum class Kind { kString, kNumber, kBool, kDynamic, kList, kSet, kMap, kTuple, kObject };
  using Attributes = std::map<std::string, Type, std::less<>>;

  static Type String();
  static Type Number();
  static Type Bool();
  static Type Dynamic();  // any type; the value brings its own along
  static Type List(Type element);
  static Type Set(Type element);
  static Type Map(Type element);
  static Type Tuple(std::vector<Type> elements);
  static Type Object(Attributes attributes);

  // The JSON form that the protocol uses (cty's). Markers of optional attributes are read and
  // dropped, as on the wire. kInvalidArgument for anything else, for nesting deeper than 64, and
  // for invalid UTF-8.
  static absl::StatusOr<Type> FromJson(absl::string_view json);
  std::string ToJson() const;

  Kind kind() const { return kind_; }
  const Type& element() const;                // of a list, set or map
  const std::vector<Type>& elements() const;  // of a tuple
  const Attributes& attributes() const;       // of an object

  // For messages: "string", "list of string", "object".
  std::string FriendlyName() const;

  friend bool operator==(const Type& a, const Type& b);

 private:
  struct Parts;
  explicit Type(Kind kind, std::shared_ptr<const Parts> parts = nullptr)
      : kind_(kind), parts_(std::move(parts)) {}

  Kind kind_;
  std::shared_ptr<const Parts> parts_;  // null for the four kinds without parts
};

}  // namespace er
