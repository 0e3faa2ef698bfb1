#include "value/type.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "value/json_tree.h"

namespace er {

struct Type::Parts {
  std::vector<Type> elements{};  // one of a list, set or map
  Attributes attributes{};
};

Type Type::String() { return Type(Kind::kString); }
Type Type::Number() { return Type(Kind::kNumber); }
Type Type::Bool() { return Type(Kind::kBool); }
Type Type::Dynamic() { return Type(Kind::kDynamic); }

Type Type::List(Type element) {
  return Type(Kind::kList, std::make_shared<const Parts>(Parts{.elements = {std::move(element)}}));
}
Type Type::Set(Type element) {
  return Type(Kind::kSet, std::make_shared<const Parts>(Parts{.elements = {std::move(element)}}));
}
Type Type::Map(Type element) {
  return Type(Kind::kMap, std::make_shared<const Parts>(Parts{.elements = {std::move(element)}}));
}
Type Type::Tuple(std::vector<Type> elements) {
  return Type(Kind::kTuple, std::make_shared<const Parts>(Parts{.elements = std::move(elements)}));
}
Type Type::Object(Attributes attributes) {
  return Type(Kind::kObject,
              std::make_shared<const Parts>(Parts{.attributes = std::move(attributes)}));
}

const Type& Type::element() const { return parts_->elements.front(); }
const std::vector<Type>& Type::elements() const { return parts_->elements; }
const Type::Attributes& Type::attributes() const { return parts_->attributes; }

namespace {

constexpr absl::string_view Word(Type::Kind kind) {
  switch (kind) {
    case Type::Kind::kString:
      return "string";
    case Type::Kind::kNumber:
      return "number";
    case Type::Kind::kBool:
      return "bool";
    case Type::Kind::kDynamic:
      return "dynamic";
    case Type::Kind::kList:
      return "list";
    case Type::Kind::kSet:
      return "set";
    case Type::Kind::kMap:
      return "map";
    case Type::Kind::kTuple:
      return "tuple";
    case Type::Kind::kObject:
      return "object";
  }
  return "";
}

absl::Status NotAType() { return absl::InvalidArgumentError("not a type of Terraform"); }

void AppendJson(std::string& json, const Type& type) {
  switch (type.kind()) {
    case Type::Kind::kString:
    case Type::Kind::kNumber:
    case Type::Kind::kBool:
    case Type::Kind::kDynamic:
      absl::StrAppend(&json, "\"", Word(type.kind()), "\"");
      return;
    default:
      absl::StrAppend(&json, "[\"", Word(type.kind()), "\",");
  }
  absl::string_view comma;
  if (type.kind() == Type::Kind::kObject) {
    json += '{';
    for (const auto& [name, attribute] : type.attributes()) {
      absl::StrAppend(&json, std::exchange(comma, ","));
      AppendJsonString(json, name);
      json += ':';
      AppendJson(json, attribute);
    }
    json += '}';
  } else if (type.kind() == Type::Kind::kTuple) {
    json += '[';
    for (const Type& element : type.elements()) {
      absl::StrAppend(&json, std::exchange(comma, ","));
      AppendJson(json, element);
    }
    json += ']';
  } else {
    AppendJson(json, type.element());
  }
  json += ']';
}

}  // namespace

absl::StatusOr<Type> ToType(const JsonTree& tree) {
  if (const std::string* word = tree.AsString()) {
    if (*word == "string") return Type::String();
    if (*word == "number") return Type::Number();
    if (*word == "bool") return Type::Bool();
    if (*word == "dynamic") return Type::Dynamic();
    return NotAType();
  }
  const JsonTree::Array* const form = tree.AsArray();
  if (form == nullptr || form->size() < 2) return NotAType();
  const std::string* const word = (*form)[0].AsString();
  if (word == nullptr) return NotAType();
  const JsonTree& parts = (*form)[1];

  if (*word == "object") {
    const JsonTree::Object* const members = parts.AsObject();
    // What a third element lists is optional to write in a configuration; a value has it anyway.
    if (members == nullptr || form->size() > 3) return NotAType();
    if (form->size() == 3) {
      const JsonTree::Array* const optional = (*form)[2].AsArray();
      if (optional == nullptr) return NotAType();
      for (const JsonTree& name : *optional) {
        if (name.AsString() == nullptr || !members->contains(*name.AsString())) return NotAType();
      }
    }
    Type::Attributes attributes;
    for (const auto& [name, member] : *members) {
      ASSIGN_OR_RETURN(Type type, ToType(member));
      attributes.emplace(name, std::move(type));
    }
    return Type::Object(std::move(attributes));
  }
  if (form->size() != 2) return NotAType();
  if (*word == "tuple") {
    const JsonTree::Array* const members = parts.AsArray();
    if (members == nullptr) return NotAType();
    std::vector<Type> elements;
    for (const JsonTree& member : *members) {
      ASSIGN_OR_RETURN(Type type, ToType(member));
      elements.push_back(std::move(type));
    }
    return Type::Tuple(std::move(elements));
  }
  ASSIGN_OR_RETURN(Type element, ToType(parts));
  if (*word == "list") return Type::List(std::move(element));
  if (*word == "set") return Type::Set(std::move(element));
  if (*word == "map") return Type::Map(std::move(element));
  return NotAType();
}

absl::StatusOr<Type> Type::FromJson(absl::string_view json) {
  ASSIGN_OR_RETURN(const JsonTree tree, ParseJson(json));
  return ToType(tree);
}

std::string Type::ToJson() const {
  std::string json;
  AppendJson(json, *this);
  return json;
}

std::string Type::FriendlyName() const {
  switch (kind_) {
    case Kind::kList:
    case Kind::kSet:
    case Kind::kMap:
      return absl::StrCat(Word(kind_), " of ", element().FriendlyName());
    default:
      return std::string(Word(kind_));
  }
}

bool operator==(const Type& a, const Type& b) {
  if (a.kind_ != b.kind_) return false;
  if (a.parts_ == b.parts_) return true;
  return a.parts_->elements == b.parts_->elements && a.parts_->attributes == b.parts_->attributes;
}

}  // namespace er
