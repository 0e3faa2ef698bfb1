#include "acceptance/sample.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"

namespace er::acceptance {
namespace {

using nlohmann::json;
using schema::Attribute;
using schema::Nesting;

// Two texts of each form that a pattern may ask for.
const std::vector<std::string>& Texts() {
  static const auto& texts = *new std::vector<std::string>{
      "first",
      "second",
      "arn:aws:iam::123456789012:role/the-first-role",
      "arn:aws:iam::123456789012:role/the-second-role",
      "s3://bucket/first/",
      "s3://bucket/second/",
      "arn:aws:kms:eu-west-1:123456789012:key/first",
      "arn:aws:kms:eu-west-1:123456789012:key/second",
      "arn:aws:glue:eu-west-1:123456789012:table/database/first",
      "arn:aws:glue:eu-west-1:123456789012:table/database/second",
      "arn:aws:entityresolution:eu-west-1:123456789012:schemamapping/first",
      "arn:aws:entityresolution:eu-west-1:123456789012:schemamapping/second",
      "arn:aws:entityresolution:eu-west-1::providerservice/provider/first",
      "arn:aws:entityresolution:eu-west-1::providerservice/provider/second",
      "arn:aws:profile:eu-west-1:123456789012:domains/first",
      "arn:aws:profile:eu-west-1:123456789012:domains/second",
      "arn:aws:profile:eu-west-1:123456789012:domains/first/object-types/type",
      "arn:aws:profile:eu-west-1:123456789012:domains/second/object-types/type",
  };
  return texts;
}

bool Allows(const schema::Limits& limits, const std::string& text) {
  const auto length = static_cast<std::int64_t>(text.size());
  return length >= limits.min_length.value_or(0) && length <= limits.max_length.value_or(length) &&
         (limits.pattern == nullptr || limits.pattern->Matches(text));
}

json TextFor(const Attribute& attribute, int variant) {
  const auto number = static_cast<std::size_t>(variant);
  if (const auto& words = attribute.limits.one_of; !words.empty()) {
    return words[number % words.size()];
  }
  if (attribute.format == schema::Format::kJson || attribute.format == schema::Format::kJsonText) {
    return json{{"name", absl::StrCat("value ", variant)}, {"list", {1, 2}}}.dump();
  }
  std::vector<std::string> fitting;
  for (const std::string& text : Texts()) {
    if (Allows(attribute.limits, text)) fitting.push_back(text);
  }
  if (fitting.empty()) return absl::StrCat("no text of tests/acceptance/sample.cc fits");
  return fitting[number % std::min<std::size_t>(2, fitting.size())];
}

json ObjectFor(const std::vector<Attribute>& attributes, const std::vector<std::string>& choice,
               bool must_choose, Extent extent, int variant);

json SampleFor(const Attribute& attribute, Extent extent, int variant) {
  const auto object = [&](int of) {
    const bool must_choose = !attribute.exactly_one_of.empty();
    return ObjectFor(attribute.attributes,
                     must_choose ? attribute.exactly_one_of : attribute.at_most_one_of, must_choose,
                     extent, of);
  };
  if (attribute.nesting == Nesting::kSingle) return object(variant);
  if (attribute.nesting != Nesting::kNone) {
    json objects = json::array();
    // Not only in another order, which may mean nothing.
    const std::int64_t most = attribute.max_items == 1 || variant % 2 != 0 ? 1 : 2;
    const std::int64_t count = std::max(attribute.min_items, most);
    for (int i = 0; i < count; ++i) objects.push_back(object(variant + i));
    return objects;
  }
  switch (attribute.type.kind()) {
    case Type::Kind::kBool:
      return variant % 2 == 0;
    case Type::Kind::kNumber:
      return variant + 1;
    case Type::Kind::kList:
    case Type::Kind::kSet:
      return json::array({TextFor(attribute, variant)});
    case Type::Kind::kMap:
      return json{{"key", TextFor(attribute, variant)}};
    default:
      return TextFor(attribute, variant);
  }
}

// Of `choice`, the object has one attribute: another one in another variant.
json ObjectFor(const std::vector<Attribute>& attributes, const std::vector<std::string>& choice,
               bool must_choose, Extent extent, int variant) {
  const std::string chosen =
      choice.empty() ? "" : choice[static_cast<std::size_t>(variant) % choice.size()];
  const auto may_be = [&](const std::string& name) {
    return name == chosen || std::count(choice.begin(), choice.end(), name) == 0;
  };
  std::set<std::string> needed;
  if (must_choose) needed.insert(chosen);
  json object = json::object();
  for (const Attribute& attribute : attributes) {
    if (attribute.needs.empty()) continue;
    const std::string text = TextFor(attribute, variant);
    const auto needs = attribute.needs.find(text);
    if (needs == attribute.needs.end()) continue;
    const auto first = std::find_if(needs->second.begin(), needs->second.end(), may_be);
    if (first != needs->second.end()) needed.insert(*first);
  }
  for (const Attribute& attribute : attributes) {
    const bool is_wanted = attribute.required || needed.contains(attribute.name) ||
                           (extent == Extent::kEverything && attribute.optional);
    if (!is_wanted || attribute.is_block || !may_be(attribute.name)) continue;
    object[attribute.name] = SampleFor(attribute, extent, variant);
  }
  return object;
}

std::string BadText(const Attribute& attribute) {
  const schema::Limits& limits = attribute.limits;
  if (attribute.format == schema::Format::kJson || attribute.format == schema::Format::kJsonText) {
    return "{";
  }
  if (!limits.one_of.empty()) return "NONE_OF_THEM";
  if (limits.max_length.has_value()) {
    return std::string(static_cast<std::size_t>(*limits.max_length) + 1, 'x');
  }
  return limits.pattern != nullptr ? "!" : "";
}

// All that may be wrong with what `place` in `sample` holds of `attribute`.
void Collect(const Attribute& attribute, json& sample, json& place,
             std::vector<Mistake>& mistakes) {
  const auto put = [&](json wrong) {
    std::swap(place, wrong);
    mistakes.push_back({attribute.name, sample});
    std::swap(place, wrong);
  };
  if (attribute.nesting == Nesting::kSingle) {
    for (const Attribute& inner : attribute.attributes) {
      if (place.contains(inner.name)) Collect(inner, sample, place[inner.name], mistakes);
    }
  } else if (attribute.nesting != Nesting::kNone) {
    for (const Attribute& inner : attribute.attributes) {
      if (place[0].contains(inner.name)) Collect(inner, sample, place[0][inner.name], mistakes);
    }
  } else if (const std::string bad = BadText(attribute); !bad.empty()) {
    if (place.is_string()) put(bad);
    if (place.is_array()) put({bad});
    if (place.is_object()) put({{"key", bad}});
  }
  if (place.is_array() && attribute.max_items > 0) {
    put(json(static_cast<std::size_t>(attribute.max_items) + 1, place[0]));
  }
  // An optional list of nothing is as good as none.
  if (place.is_array() && attribute.min_items > 0 && attribute.required) put(json::array());
  if (place.is_object() && attribute.key_limits != nullptr) put({{"aws:key", "text"}});
}

}  // namespace

bool IsOwn(const Attribute& attribute) {
  return (attribute.required || attribute.optional) && !attribute.is_block &&
         attribute.name != "region" && attribute.name != "tags";
}

json SampleOf(const schema::Schema& schema, Extent extent, int variant) {
  json sample = ObjectFor(schema.attributes, {}, false, extent, variant);
  sample.erase("region");
  return sample;
}

std::vector<Mistake> MistakesIn(const schema::Schema& schema) {
  json sample = SampleOf(schema, Extent::kEverything);
  std::vector<Mistake> mistakes;
  for (const Attribute& attribute : schema.attributes) {
    if (sample.contains(attribute.name)) {
      Collect(attribute, sample, sample[attribute.name], mistakes);
    }
  }
  return mistakes;
}

}  // namespace er::acceptance
