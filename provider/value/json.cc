#include "value/json.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/utf8.h"
#include "value/json_tree.h"
#include "value/place.h"

namespace er {
namespace {

// nlohmann's parser refuses numbers beyond a double's range; as text they pass.
constexpr std::size_t kLongestBareNumber = 300;

class Decoder {
 public:
  explicit Decoder(ExtraAttributes extra) : extra_(extra) {}

  absl::StatusOr<Value> Decode(const JsonTree& tree, const Type& type, const Place& place) const {
    if (place.TooDeep()) return place.Invalid("nested too deeply");
    if (tree.IsNull()) return Value::Null();
    switch (type.kind()) {
      case Type::Kind::kString:
        if (const std::string* text = tree.AsString()) return Value(*text);
        break;
      case Type::Kind::kNumber:
        if (const std::optional<absl::string_view> text = NumberText(tree)) {
          absl::StatusOr<Number> number = Number::Parse(*text);
          if (!number.ok()) return place.Invalid(number.status().message());
          if (!number->IsFinite()) return place.Invalid("not a finite number");
          return Value(*std::move(number));
        }
        break;
      case Type::Kind::kBool:
        if (const bool* value = tree.AsBool()) return Value(*value);
        if (const std::string* text = tree.AsString()) {
          if (*text == "true" || *text == "1") return Value(true);
          if (*text == "false" || *text == "0") return Value(false);
        }
        break;
      case Type::Kind::kDynamic:
        return Dynamic(tree, place);
      case Type::Kind::kList:
      case Type::Kind::kSet:
      case Type::Kind::kTuple:
        if (const JsonTree::Array* array = tree.AsArray()) return List(*array, type, place);
        break;
      case Type::Kind::kMap:
        if (const JsonTree::Object* object = tree.AsObject()) return Map(*object, type, place);
        break;
      case Type::Kind::kObject:
        if (const JsonTree::Object* object = tree.AsObject()) return Object(*object, type, place);
        break;
    }
    return place.Invalid(absl::StrCat("not of type ", type.FriendlyName()));
  }

 private:
  static std::optional<absl::string_view> NumberText(const JsonTree& tree) {
    if (const JsonTree::Number* number = tree.AsNumber()) return number->text;
    if (const std::string* text = tree.AsString()) return *text;
    return std::nullopt;
  }

  absl::StatusOr<Value> Dynamic(const JsonTree& tree, const Place& place) const {
    const JsonTree::Object* const object = tree.AsObject();
    if (object == nullptr || object->size() != 2 || !object->contains("type") ||
        !object->contains("value")) {
      return place.Invalid("not an object of a type and a value");
    }
    absl::StatusOr<Type> type = ToType(object->find("type")->second);
    if (!type.ok()) return place.Invalid(type.status().message());
    ASSIGN_OR_RETURN(Value value, Decode(object->find("value")->second, *type, place.Wrapped()));
    if (type->kind() == Type::Kind::kDynamic) return value;  // has its type with it
    return Value::Dynamic(*std::move(type), std::move(value));
  }

  absl::StatusOr<Value> List(const JsonTree::Array& array, const Type& type,
                             const Place& place) const {
    const bool is_tuple = type.kind() == Type::Kind::kTuple;
    if (is_tuple && array.size() != type.elements().size()) {
      return place.Invalid(absl::StrCat("a tuple of ", type.elements().size(),
                                        " is required, not of ", array.size()));
    }
    Value::List list;
    list.reserve(array.size());
    for (std::size_t i = 0; i < array.size(); ++i) {
      const Type& element = is_tuple ? type.elements()[i] : type.element();
      ASSIGN_OR_RETURN(Value value, Decode(array[i], element, place.Index(i)));
      list.push_back(std::move(value));
    }
    return Value(std::move(list));
  }

  absl::StatusOr<Value> Map(const JsonTree::Object& object, const Type& type,
                            const Place& place) const {
    Value::Map map;
    for (const auto& [key, member] : object) {
      ASSIGN_OR_RETURN(Value value, Decode(member, type.element(), place.Key(key)));
      map.emplace(key, std::move(value));
    }
    return Value(std::move(map));
  }

  absl::StatusOr<Value> Object(const JsonTree::Object& object, const Type& type,
                               const Place& place) const {
    if (extra_ == ExtraAttributes::kRefuse) {
      for (const auto& [name, member] : object) {
        if (!type.attributes().contains(name)) {
          return place.Attribute(name).Invalid("there is no such attribute");
        }
      }
    }
    Value::Map map;
    for (const auto& [name, attribute] : type.attributes()) {
      const auto member = object.find(name);
      if (member == object.end()) {
        map.emplace(name, Value::Null());
        continue;
      }
      ASSIGN_OR_RETURN(Value value, Decode(member->second, attribute, place.Attribute(name)));
      map.emplace(name, std::move(value));
    }
    return Value(std::move(map));
  }

  const ExtraAttributes extra_;
};

class Encoder {
 public:
  absl::Status Encode(const Value& value, const Type& type, const Place& place) {
    if (place.TooDeep()) return place.Mistake("nested too deeply");
    if (value.IsUnknown()) return place.Mistake("unknown, which JSON cannot say");
    if (value.IsNull()) {
      json_ += "null";
      return absl::OkStatus();
    }
    switch (type.kind()) {
      case Type::Kind::kString:
        if (value.IsString()) return String(value.AsString(), place);
        break;
      case Type::Kind::kNumber:
        if (value.IsNumber()) return WriteNumber(value.AsNumber(), place);
        break;
      case Type::Kind::kBool:
        if (!value.IsBool()) break;
        json_ += value.AsBool() ? "true" : "false";
        return absl::OkStatus();
      case Type::Kind::kDynamic:
        if (!value.IsDynamic()) break;
        json_ += R"({"value":)";
        RETURN_IF_ERROR(Encode(value.DynamicValue(), value.DynamicType(), place.Wrapped()));
        absl::StrAppend(&json_, R"(,"type":)", value.DynamicType().ToJson(), "}");
        return absl::OkStatus();
      case Type::Kind::kList:
      case Type::Kind::kSet:
      case Type::Kind::kTuple:
        if (value.IsList()) return List(value.AsList(), type, place);
        break;
      case Type::Kind::kMap:
        if (value.IsMap()) return Map(value.AsMap(), type, place);
        break;
      case Type::Kind::kObject:
        if (value.IsMap()) return Object(value, type, place);
        break;
    }
    return place.Mistake(absl::StrCat("not of type ", type.FriendlyName()));
  }

  std::string json_;

 private:
  absl::Status String(const std::string& text, const Place& place) {
    if (!IsValidUtf8(text)) return place.Mistake("not valid UTF-8");
    AppendJsonString(json_, text);
    return absl::OkStatus();
  }

  absl::Status WriteNumber(const Number& number, const Place& place) {
    if (!number.IsFinite()) return place.Mistake("not a finite number");
    const absl::string_view quote = number.text().size() > kLongestBareNumber ? "\"" : "";
    absl::StrAppend(&json_, quote, number.text(), quote);
    return absl::OkStatus();
  }

  absl::Status List(const Value::List& list, const Type& type, const Place& place) {
    const bool is_tuple = type.kind() == Type::Kind::kTuple;
    if (is_tuple && list.size() != type.elements().size()) {
      return place.Mistake("a tuple of another length");
    }
    json_ += '[';
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i > 0) json_ += ',';
      const Type& element = is_tuple ? type.elements()[i] : type.element();
      RETURN_IF_ERROR(Encode(list[i], element, place.Index(i)));
    }
    json_ += ']';
    return absl::OkStatus();
  }

  absl::Status Map(const Value::Map& map, const Type& type, const Place& place) {
    json_ += '{';
    absl::string_view comma;
    for (const auto& [key, value] : map) {
      absl::StrAppend(&json_, std::exchange(comma, ","));
      const Place inside = place.Key(key);
      RETURN_IF_ERROR(String(key, inside));
      json_ += ':';
      RETURN_IF_ERROR(Encode(value, type.element(), inside));
    }
    json_ += '}';
    return absl::OkStatus();
  }

  absl::Status Object(const Value& value, const Type& type, const Place& place) {
    for (const auto& [name, attribute] : value.AsMap()) {
      if (!type.attributes().contains(name)) {
        return place.Attribute(name).Mistake("there is no such attribute");
      }
    }
    json_ += '{';
    absl::string_view comma;
    for (const auto& [name, attribute] : type.attributes()) {
      absl::StrAppend(&json_, std::exchange(comma, ","));
      const Place inside = place.Attribute(name);
      RETURN_IF_ERROR(String(name, inside));
      json_ += ':';
      RETURN_IF_ERROR(Encode(value[name], attribute, inside));
    }
    json_ += '}';
    return absl::OkStatus();
  }
};

}  // namespace

absl::StatusOr<Value> DecodeJson(absl::string_view json, const Type& type, ExtraAttributes extra) {
  ASSIGN_OR_RETURN(const JsonTree tree, ParseJson(json));
  return Decoder(extra).Decode(tree, type, Place());
}

absl::StatusOr<std::string> EncodeJson(const Value& value, const Type& type) {
  Encoder encoder;
  RETURN_IF_ERROR(encoder.Encode(value, type, Place()));
  return std::move(encoder.json_);
}

}  // namespace er
