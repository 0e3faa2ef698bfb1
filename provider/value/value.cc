#include "value/value.h"

#include <algorithm>

namespace er {

Value Value::Unknown(std::string refinements) {
  Value result;
  result.content_ = UnknownContent{std::move(refinements)};
  return result;
}

Value Value::Dynamic(Type type, Value value) {
  Value result;
  result.content_ =
      DynamicContent{std::move(type), std::make_shared<const Value>(std::move(value))};
  return result;
}

bool Value::IsWhollyKnown() const {
  if (IsUnknown()) return false;
  if (IsDynamic()) return DynamicValue().IsWhollyKnown();
  if (IsList()) {
    return std::all_of(AsList().begin(), AsList().end(),
                       [](const Value& element) { return element.IsWhollyKnown(); });
  }
  if (IsMap()) {
    return std::all_of(AsMap().begin(), AsMap().end(),
                       [](const auto& element) { return element.second.IsWhollyKnown(); });
  }
  return true;
}

const Value& Value::operator[](absl::string_view name) const {
  static const Value null;
  if (!IsMap()) return null;
  const auto found = AsMap().find(name);
  return found == AsMap().end() ? null : found->second;
}

std::string TextOf(const Value& object, absl::string_view name) {
  const Value& text = object[name];
  return text.IsString() ? text.AsString() : std::string();
}

bool operator==(const Value& a, const Value& b) { return a.content_ == b.content_; }

}  // namespace er
