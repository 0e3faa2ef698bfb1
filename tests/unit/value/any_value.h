// Types and values of all shapes, made from a seed: the same seed makes the same ones.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "value/type.h"
#include "value/value.h"

namespace er {

class AnyValue {
 public:
  // kState: what a state can hold, so nothing unknown and nothing infinite.
  enum class Kind { kPlan, kState };
  AnyValue(std::uint32_t seed, Kind kind) : random_(seed), kind_(kind) {}

  Type MakeType(int depth = 4) {
    switch (Below(depth > 0 ? 9 : 4)) {
      case 0:
        return Type::String();
      case 1:
        return Type::Number();
      case 2:
        return Type::Bool();
      case 3:
        return Type::Dynamic();
      case 4:
        return Type::List(MakeType(depth - 1));
      case 5:
        return Type::Set(MakeType(depth - 1));
      case 6:
        return Type::Map(MakeType(depth - 1));
      case 7: {
        std::vector<Type> elements;
        for (unsigned i = Below(4); i > 0; --i) elements.push_back(MakeType(depth - 1));
        return Type::Tuple(std::move(elements));
      }
      default: {
        Type::Attributes attributes;
        for (unsigned i = Below(20); i > 0; --i) attributes.emplace(Text(), MakeType(depth - 2));
        return Type::Object(std::move(attributes));
      }
    }
  }

  Value Make(const Type& type, int depth = 4) {
    if (Below(10) == 0) return Value::Null();
    if (kind_ == Kind::kPlan && Below(10) == 0) {
      return Value::Unknown(Below(2) == 0 ? "" : "\x81\x01\xc2");
    }
    switch (type.kind()) {
      case Type::Kind::kString:
        return Text();
      case Type::Kind::kNumber:
        return MakeNumber();
      case Type::Kind::kBool:
        return Below(2) == 0;
      case Type::Kind::kDynamic: {
        Type own = MakeType(depth - 2);
        // A type that is dynamic itself adds nothing: the codecs drop that layer.
        if (own.kind() == Type::Kind::kDynamic) return Value::Null();
        Value value = Make(own, depth - 1);
        return Value::Dynamic(std::move(own), std::move(value));
      }
      case Type::Kind::kList:
      case Type::Kind::kSet: {
        Value::List list;
        for (unsigned i = Count(); i > 0; --i) list.push_back(Make(type.element(), depth - 1));
        return list;
      }
      case Type::Kind::kMap: {
        Value::Map map;
        for (unsigned i = Count(); i > 0; --i) map.emplace(Text(), Make(type.element(), depth - 1));
        return map;
      }
      case Type::Kind::kTuple: {
        Value::List list;
        for (const Type& element : type.elements()) list.push_back(Make(element, depth - 1));
        return list;
      }
      case Type::Kind::kObject: {
        Value::Map map;
        for (const auto& [name, attribute] : type.attributes()) {
          map.emplace(name, Make(attribute, depth - 1));
        }
        return map;
      }
    }
    return Value::Null();
  }

 private:
  // From 0 to limit - 1. std::uniform_int_distribution gives other numbers with other libraries.
  unsigned Below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
  unsigned Count() { return Below(50) == 0 ? 20 : Below(4); }

  std::string Text() {
    static const std::vector<std::string> alphabet = {"a",
                                                      "Z",
                                                      "0",
                                                      "_",
                                                      "\"",
                                                      "\\",
                                                      " ",
                                                      "\n",
                                                      "\xC3\xA9",
                                                      "\xF0\x9F\x8C\x8D",
                                                      "/",
                                                      "<",
                                                      std::string(1, '\0')};
    std::string text;
    const unsigned length = Below(40) == 0 ? 300 : Below(12);
    for (unsigned i = 0; i < length; ++i) {
      text += alphabet[Below(static_cast<unsigned>(alphabet.size()))];
    }
    return text;
  }

  Number MakeNumber() {
    const std::uint64_t bits = std::uint64_t{random_()} << 32 | random_();
    switch (Below(kind_ == Kind::kPlan ? 6 : 5)) {
      case 0:
        return Number(static_cast<std::int64_t>(bits >> Below(64)));
      case 1:
        return Number(-static_cast<std::int64_t>(bits >> 1 >> Below(63)));
      case 2:
        return Number(static_cast<double>(bits) / 1024);
      case 3:
        return *Number::Parse(absl::StrCat("-", bits, bits, ".", bits));
      case 4:
        return *Number::Parse(absl::StrCat(Below(1000), "e-", Below(400)));
      default:
        return *Number::Parse(Below(2) == 0 ? "Infinity" : "-Infinity");
    }
  }

  std::mt19937 random_;
  const Kind kind_;
};

}  // namespace er
