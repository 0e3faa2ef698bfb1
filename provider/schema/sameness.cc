#include "schema/sameness.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace er::schema {
namespace {

using nlohmann::json;

// 1.0 is 1, and -0 is 0.
json OneNumber(const json& number) {
  if (!number.is_number_float()) return number;
  const double value = number.get<double>();
  constexpr double kExact = 9007199254740992.0;  // 2^53: beyond, a double is no exact number
  if (std::floor(value) != value || std::fabs(value) > kExact) return number;
  return static_cast<std::int64_t>(value);
}

json OneDocument(const json& document) {
  if (document.is_number()) return OneNumber(document);
  if (!document.is_structured()) return document;
  json one = document.is_array() ? json::array() : json::object();
  if (document.is_array()) {
    for (const json& element : document) one.push_back(OneDocument(element));
  } else {
    for (const auto& [key, element] : document.items()) one[key] = OneDocument(element);
  }
  return one;
}

// Elements in the order of their texts.
json Sorted(const json& array) {
  std::vector<std::pair<std::string, json>> elements;
  for (const json& element : array) {
    elements.emplace_back(element.dump(-1, ' ', false, json::error_handler_t::replace), element);
  }
  std::stable_sort(elements.begin(), elements.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  json sorted = json::array();
  for (auto& [text, element] : elements) sorted.push_back(std::move(element));
  return sorted;
}

json OneObject(const std::vector<Attribute>& attributes, const json& object) {
  json one = json::object();
  for (const Attribute& attribute : attributes) {
    const json* member = attribute.member.empty() ? nullptr : FindMember(object, attribute.member);
    if (member == nullptr) continue;
    json canonical = Canonical(attribute, *member);
    if (attribute.required || !IsNothing(canonical)) {
      PutMember(attribute.member, std::move(canonical), one);
    }
  }
  return one;
}

template <typename One>
json Each(const json& collection, const One& one) {
  json result = collection.is_array() ? json::array() : json::object();
  for (const auto& [key, element] : collection.items()) {
    if (collection.is_array()) {
      result.push_back(one(element));
    } else {
      result[key] = one(element);
    }
  }
  return result;
}

bool IsList(const Attribute& attribute) {
  return attribute.nesting == Nesting::kList ||
         (attribute.nesting == Nesting::kNone && attribute.type.kind() == Type::Kind::kList);
}

// All that is asked, each with something else that is told.
bool CoversElements(const Attribute& attribute, const json& asked, const json& told) {
  const auto covers = [&](const json& a, const json& t) {
    return attribute.nesting == Nesting::kNone ? a == t : Covers(attribute.attributes, a, t);
  };
  if (asked.size() != told.size()) return false;
  if (attribute.ordered) return std::equal(asked.begin(), asked.end(), told.begin(), covers);
  std::vector<const json*> left;
  for (const json& element : told) left.push_back(&element);
  return std::all_of(asked.begin(), asked.end(), [&](const json& element) {
    const auto found = std::find_if(left.begin(), left.end(),
                                    [&](const json* one) { return covers(element, *one); });
    if (found == left.end()) return false;
    left.erase(found);
    return true;
  });
}

// Of canonical forms.
bool CoversCanonical(const Attribute& attribute, const json& asked, const json& told) {
  if (IsNothing(asked)) return true;
  if (asked.is_array() && told.is_array() && attribute.format == Format::kText) {
    return CoversElements(attribute, asked, told);
  }
  if (attribute.nesting == Nesting::kSingle) return Covers(attribute.attributes, asked, told);
  if (attribute.nesting == Nesting::kMap) {
    if (!told.is_object() || asked.size() != told.size()) return false;
    for (const auto& [key, part] : asked.items()) {
      const auto other = told.find(key);
      if (other == told.end() || !Covers(attribute.attributes, part, *other)) return false;
    }
    return true;
  }
  return asked == told;
}

// The canonical form of a value, in which what the service knows nothing of has its place, too.
json FormOf(const Attribute& attribute, const Value& value);

json FormOf(const std::vector<Attribute>& attributes, const Value& object) {
  json form = json::object();
  for (const Attribute& attribute : attributes) {
    json part = FormOf(attribute, object[attribute.name]);
    if (part.is_null()) continue;
    form[attribute.member.empty() ? attribute.name : attribute.member] = std::move(part);
  }
  return form;
}

json FormOf(const Attribute& attribute, const Value& value) {
  json form;
  if (attribute.nesting == Nesting::kNone) {
    if (!value.IsNull()) form = Canonical(attribute, ToMember(attribute, value, Value(), {}));
  } else if (attribute.nesting == Nesting::kSingle) {
    form = FormOf(attribute.attributes, value);
  } else if (value.IsMap()) {
    for (const auto& [key, part] : value.AsMap()) form[key] = FormOf(attribute.attributes, part);
  } else if (value.IsList()) {
    form = json::array();
    for (const Value& part : value.AsList()) form.push_back(FormOf(attribute.attributes, part));
    if (!attribute.ordered) form = Sorted(form);
  }
  return IsNothing(form) ? json() : form;
}

}  // namespace

json Canonical(const Attribute& attribute, const json& member) {
  if (attribute.format == Format::kJson) return OneDocument(member);
  if (attribute.format == Format::kJsonText && member.is_string()) {
    const json document = json::parse(member.get_ref<const std::string&>(), nullptr, false);
    return document.is_discarded() ? member : OneDocument(document);
  }
  if (attribute.nesting == Nesting::kSingle) return OneObject(attribute.attributes, member);
  if (member.is_number()) return OneNumber(member);
  if (!member.is_structured()) return member;
  json one = Each(member, [&](const json& element) {
    return attribute.nesting == Nesting::kNone ? OneDocument(element)
                                               : OneObject(attribute.attributes, element);
  });
  return one.is_array() && !(IsList(attribute) && attribute.ordered) ? Sorted(one) : one;
}

bool IsSame(const Attribute& attribute, const Value& a, const Value& b) {
  if (!a.IsWhollyKnown() || !b.IsWhollyKnown()) return false;
  return FormOf(attribute, a) == FormOf(attribute, b);
}

bool IsSame(const std::vector<Attribute>& attributes, const Value& a, const Value& b) {
  return a.IsWhollyKnown() && b.IsWhollyKnown() && FormOf(attributes, a) == FormOf(attributes, b);
}

bool Covers(const Attribute& attribute, const json& asked, const json& told) {
  return CoversCanonical(attribute, Canonical(attribute, asked), Canonical(attribute, told));
}

bool Covers(const std::vector<Attribute>& attributes, const json& asked, const json& told) {
  return std::all_of(attributes.begin(), attributes.end(), [&](const Attribute& attribute) {
    if (attribute.member.empty()) return true;
    static const json* const nothing = new json();
    const json* a = FindMember(asked, attribute.member);
    const json* t = FindMember(told, attribute.member);
    return a == nullptr || Covers(attribute, *a, t != nullptr ? *t : *nothing);
  });
}

}  // namespace er::schema
