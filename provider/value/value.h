// A Terraform value: known, null or unknown; null, unknown, empty and absent are four things.
//
// A value does not carry its type (the schema does), so an object and a map are both a Map, and a
// list, a set and a tuple are both a List. Only a value in a place of type dynamic brings its type
// along.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "value/number.h"
#include "value/type.h"

namespace er {

class Value {
 public:
  using List = std::vector<Value>;
  using Map = std::map<std::string, Value, std::less<>>;

  // A null.
  Value() = default;
  // NOLINTBEGIN(google-explicit-constructor): a value is written as what it holds.
  Value(bool value) : content_(value) {}
  Value(Number value) : content_(std::move(value)) {}
  Value(std::string value) : content_(std::move(value)) {}
  Value(const char* value) : content_(std::string(value)) {}
  Value(absl::string_view value) : content_(std::string(value)) {}
  Value(List value) : content_(std::move(value)) {}
  Value(Map value) : content_(std::move(value)) {}
  // NOLINTEND(google-explicit-constructor)

  static Value Null() { return Value(); }
  // `refinements` is the msgpack map that came with it, kept as it came; empty if there was none.
  static Value Unknown(std::string refinements = {});
  // The value of a place of type dynamic, with the type it has.
  static Value Dynamic(Type type, Value value);

  bool IsNull() const { return std::holds_alternative<NullContent>(content_); }
  bool IsUnknown() const { return std::holds_alternative<UnknownContent>(content_); }
  bool IsKnown() const { return !IsNull() && !IsUnknown(); }  // neither null nor unknown itself
  bool IsWhollyKnown() const;                                 // nothing unknown anywhere inside

  bool IsBool() const { return std::holds_alternative<bool>(content_); }
  bool IsNumber() const { return std::holds_alternative<Number>(content_); }
  bool IsString() const { return std::holds_alternative<std::string>(content_); }
  bool IsList() const { return std::holds_alternative<List>(content_); }
  bool IsMap() const { return std::holds_alternative<Map>(content_); }
  bool IsDynamic() const { return std::holds_alternative<DynamicContent>(content_); }

  // Only where the matching Is...() holds.
  bool AsBool() const { return std::get<bool>(content_); }
  const Number& AsNumber() const { return std::get<Number>(content_); }
  const std::string& AsString() const { return std::get<std::string>(content_); }
  const List& AsList() const { return std::get<List>(content_); }
  List& AsList() { return std::get<List>(content_); }
  const Map& AsMap() const { return std::get<Map>(content_); }
  Map& AsMap() { return std::get<Map>(content_); }
  const std::string& Refinements() const { return std::get<UnknownContent>(content_).refinements; }
  const Type& DynamicType() const { return std::get<DynamicContent>(content_).type; }
  const Value& DynamicValue() const { return *std::get<DynamicContent>(content_).value; }

  // The attribute or map element `name`; a null where there is none, or where this is no Map.
  const Value& operator[](absl::string_view name) const;

  // Deep; refinements do not count.
  friend bool operator==(const Value& a, const Value& b);

 private:
  struct NullContent {
    bool operator==(const NullContent&) const = default;
  };
  struct UnknownContent {
    std::string refinements;
    bool operator==(const UnknownContent&) const { return true; }
  };
  struct DynamicContent {
    Type type;
    std::shared_ptr<const Value> value;
    bool operator==(const DynamicContent& other) const {
      return type == other.type && *value == *other.value;
    }
  };

  std::variant<NullContent, UnknownContent, bool, Number, std::string, List, Map, DynamicContent>
      content_;
};

// The text of the attribute or map element `name`; empty where it is null, unknown or no text.
std::string TextOf(const Value& object, absl::string_view name);

}  // namespace er
