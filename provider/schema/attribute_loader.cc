#include "schema/attribute_loader.h"

#include <re2/re2.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace er::schema {
namespace {

void CheckName(const std::string& name, const Cursor& at) {
  static const re2::RE2 pattern("[a-z][a-z0-9_]*");
  if (!re2::RE2::FullMatch(name, pattern)) at.Fail("a name is lower case, digits and _");
}

// The member that an attribute or block stands for; empty if the service knows nothing of it.
std::string ReadMember(const std::string& name, const Cursor& at,
                       const std::set<std::string>* members) {
  std::string member = at.Text("member");
  if (at.Flag("local")) {
    if (!member.empty()) at.Fail("is local, so it has no member");
    return "";
  }
  if (member.empty()) member = LowerCamelCase(name);
  const std::string top = member.substr(0, member.find('.'));
  if (members != nullptr && !members->contains(top)) {
    at.Fail(absl::StrCat("no operation of this type takes or gives ", top,
                         "; say \"member\", or \"local\" if the service knows nothing of it"));
  }
  return member;
}

bool IsText(const Attribute& attribute) {
  return attribute.nesting == Nesting::kNone && attribute.type.kind() == Type::Kind::kString;
}

bool IsNumber(const Attribute& attribute) {
  return attribute.nesting == Nesting::kNone && attribute.type.kind() == Type::Kind::kNumber;
}

bool IsCollection(const Attribute& attribute, Nesting nesting, Type::Kind kind) {
  return attribute.nesting == nesting ||
         (attribute.nesting == Nesting::kNone && attribute.type.kind() == kind);
}
bool IsList(const Attribute& attribute) {
  return IsCollection(attribute, Nesting::kList, Type::Kind::kList);
}
bool IsSet(const Attribute& attribute) {
  return IsCollection(attribute, Nesting::kSet, Type::Kind::kSet);
}
bool IsMap(const Attribute& attribute) {
  return IsCollection(attribute, Nesting::kMap, Type::Kind::kMap);
}

// A text, or a collection of texts.
bool HasTexts(const Attribute& attribute) {
  if (IsText(attribute)) return true;
  return attribute.nesting == Nesting::kNone &&
         (IsList(attribute) || IsSet(attribute) || IsMap(attribute)) &&
         attribute.type.element().kind() == Type::Kind::kString;
}

void ReadUse(const Cursor& at, AttributeLoader::Unless unless, Attribute& attribute) {
  attribute.required = at.Flag("required");
  attribute.optional = at.Flag("optional");
  attribute.computed = at.Flag("computed");
  const bool is_said =
      attribute.required || attribute.optional || attribute.computed || at.Has("default");
  if (!is_said && unless == AttributeLoader::Unless::kComputed) attribute.computed = true;
  attribute.replaces = at.Flag("replaces");
  attribute.is_volatile = at.Flag("volatile");
}

void CheckUse(const Cursor& at, const Attribute& attribute) {
  if (!attribute.required && !attribute.optional && !attribute.computed) {
    at.Fail("must be required, optional or computed");
  }
  if (attribute.required && (attribute.optional || attribute.computed)) {
    at.Fail("is required, so it is neither optional nor computed");
  }
  if (attribute.replaces && !attribute.required && !attribute.optional) {
    at.Fail("is computed only, so that it cannot replace");
  }
  if (attribute.is_volatile && !attribute.computed) {
    at.Fail("is not computed, so that nobody else can change it");
  }
}

void ReadDefault(const Cursor& at, Attribute& attribute) {
  const Node* value = at.node().Find("default");
  if (value == nullptr) return;
  if (attribute.nesting != Nesting::kNone) return at.Fail("with attributes, there is no default");
  if (attribute.required || attribute.computed) at.Fail("has a default, so it is optional");
  attribute.optional = true;
  attribute.computed = true;  // the plan fills the default in, which only a computed value allows
  const Type::Kind kind = attribute.type.kind();
  if (value->kind == Node::Kind::kBool && kind == Type::Kind::kBool) {
    attribute.default_value = value->boolean;
  } else if (value->kind == Node::Kind::kString && kind == Type::Kind::kString) {
    attribute.default_value = value->text;
  } else if (value->kind == Node::Kind::kNumber && kind == Type::Kind::kNumber) {
    attribute.default_value = *Number::Parse(value->text);
  } else {
    at.Fail("the default is not of the attribute's type");
  }
}

void ReadFormat(const Cursor& at, Attribute& attribute) {
  static const auto& formats = *new std::map<std::string, Format>{{"duration", Format::kDuration},
                                                                  {"timestamp", Format::kTimestamp},
                                                                  {"json", Format::kJson},
                                                                  {"json_text", Format::kJsonText}};
  const std::string format = at.Text("format");
  if (format.empty()) return;
  const auto found = formats.find(format);
  if (found == formats.end()) {
    return at.Fail("format must be duration, timestamp, json or json_text");
  }
  attribute.format = found->second;
  if (!IsText(attribute)) at.Fail("only a string has a format");
}

void ReadArn(const Cursor& parent, Attribute& attribute) {
  const auto at = parent.Find("arn", Node::Kind::kObject);
  if (!at.has_value()) return;
  at->Allow({"type", "below", "in_api"});
  attribute.arn = {
      .type = at->RequiredText("type"), .below = at->Text("below"), .in_api = at->Flag("in_api")};
  if (!IsText(attribute)) at->Fail("only a string is an ARN");
  if (!attribute.arn.below.empty() && !attribute.arn.in_api) {
    at->Fail("\"below\" is for what the API has as an ARN");
  }
}

void ReadNeeds(const Cursor& at, Attribute& attribute) {
  for (const auto& [value, place] : at.Members("needs")) {
    const std::vector<std::string>& values = attribute.limits.one_of;
    if (std::count(values.begin(), values.end(), value) == 0) {
      place.Fail(absl::StrCat("is none of the values that ", attribute.name, " takes"));
    }
    if (place.node().kind != Node::Kind::kArray) place.Fail("must be a list of texts");
  }
  if (const auto needs = at.Find("needs", Node::Kind::kObject)) {
    for (const auto& [value, node] : needs->node().members) {
      attribute.needs[value] = needs->Texts(value);
    }
  }
}

// What the objects with these attributes are said to have, and what their attributes need.
void CheckReferences(const Cursor& at, const std::vector<Attribute>& attributes,
                     const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (FindAttribute(attributes, name) == nullptr) {
      at.Fail(absl::StrCat("there is no attribute ", name, " in it"));
    }
  }
}

std::vector<std::string> ChoicesOf(const Attribute& attribute) {
  std::vector<std::string> names = attribute.exactly_one_of;
  names.insert(names.end(), attribute.at_most_one_of.begin(), attribute.at_most_one_of.end());
  return names;
}

// Whether two attributes may stand for one member: where only one of them says anything, or where
// one of them is for what the service answers.
bool MayShare(const Attribute& a, const Attribute& b, const std::vector<std::string>& choice) {
  const bool one_is_told = (a.computed && !a.optional) != (b.computed && !b.optional);
  const auto chosen = [&](const Attribute& attribute) {
    return std::count(choice.begin(), choice.end(), attribute.name) > 0;
  };
  return one_is_told || (chosen(a) && chosen(b)) || !a.arn.type.empty() || !b.arn.type.empty();
}

}  // namespace

void CheckObject(const Cursor& at, const std::vector<Attribute>& attributes,
                 const std::vector<std::string>& choice) {
  CheckReferences(at, attributes, choice);
  for (const Attribute& attribute : attributes) {
    for (const auto& [value, names] : attribute.needs) CheckReferences(at, attributes, names);
    for (const Attribute& other : attributes) {
      if (&other == &attribute) break;
      if (!attribute.member.empty() && other.member == attribute.member &&
          !MayShare(attribute, other, choice)) {
        at.Fail(absl::StrCat(other.name, " and ", attribute.name, " stand for the same member, ",
                             attribute.member));
      }
      if (other.name == attribute.name) {
        at.Fail(absl::StrCat(attribute.is_block ? "block " : "attribute ", attribute.name,
                             " is declared twice"));
      }
    }
  }
}

Limits ReadLimit(const Cursor& at) {
  at.Allow({"pattern", "meaning", "min_length", "max_length", "one_of", "reserved_prefix", "min",
            "max", "whole"});
  Limits limits{.pattern_meaning = at.Text("meaning"),
                .min_length = at.Integer("min_length"),
                .max_length = at.Integer("max_length"),
                .one_of = at.Texts("one_of"),
                .reserved_prefix = at.Text("reserved_prefix"),
                .min = at.Decimal("min"),
                .max = at.Decimal("max"),
                .whole = at.Flag("whole"),
                .documentation = at.Text("documentation")};
  if (limits.min_length.value_or(0) > limits.max_length.value_or(INT64_MAX)) {
    at.Fail("min_length is above max_length");
  }
  if (limits.min && limits.max && *limits.min > *limits.max) at.Fail("min is above max");
  if (const std::string pattern = at.Text("pattern"); !pattern.empty()) {
    limits.pattern = std::make_shared<const Pattern>(pattern);
    if (at.compiles_patterns() && !limits.pattern->Mistake().empty()) {
      at.Fail(absl::StrCat("pattern: ", limits.pattern->Mistake()));
    }
    if (limits.pattern_meaning.empty()) at.Fail("a pattern needs a \"meaning\" for people");
  }
  return limits;
}

std::vector<Attribute> AttributeLoader::Read(const Cursor& at, const std::set<std::string>* members,
                                             Unless unless) const {
  std::vector<Attribute> attributes = ReadAttributes(at, members, unless);
  for (const auto& [name, place] : at.Members("blocks")) {
    CheckName(name, place);
    if (place.node().kind != Node::Kind::kObject) {
      place.Fail("must be an object");
    } else {
      attributes.push_back(ReadBlock(name, place, members));
    }
  }
  return attributes;
}

std::vector<Attribute> AttributeLoader::ReadAttributes(const Cursor& at,
                                                       const std::set<std::string>* members,
                                                       Unless unless) const {
  std::vector<Attribute> attributes;
  for (const auto& [name, place] : at.Members("attributes")) {
    CheckName(name, place);
    if (place.node().kind != Node::Kind::kObject) {
      place.Fail("must be an object");
    } else {
      attributes.push_back(ReadAttribute(name, place, members, unless));
    }
  }
  return attributes;
}

Attribute AttributeLoader::ReadAttribute(const std::string& name, const Cursor& at,
                                         const std::set<std::string>* members,
                                         Unless unless) const {
  at.Allow({"type",      "attributes", "description", "required",       "optional",      "computed",
            "sensitive", "replaces",   "volatile",    "default",        "format",        "limits",
            "member",    "local",      "environment", "min_items",      "max_items",     "ordered",
            "keys",      "arn",        "needs",       "exactly_one_of", "at_most_one_of"});
  Attribute attribute{.name = name,
                      .description = at.RequiredText("description"),
                      .sensitive = at.Flag("sensitive"),
                      .environment = at.Texts("environment")};
  ReadUse(at, unless, attribute);
  ReadType(at, attribute);
  ReadCollection(at, attribute);
  ReadDefault(at, attribute);
  ReadFormat(at, attribute);
  ReadArn(at, attribute);
  ReadLimits(at, attribute);
  ReadNeeds(at, attribute);
  attribute.member = ReadMember(name, at, members);
  CheckUse(at, attribute);
  return attribute;
}

Attribute AttributeLoader::ReadBlock(const std::string& name, const Cursor& at,
                                     const std::set<std::string>* members) const {
  at.Allow({"nesting", "min_items", "max_items", "replaces", "description", "member", "attributes",
            "blocks", "local", "exactly_one_of", "at_most_one_of"});
  Attribute block{.name = name,
                  .description = at.RequiredText("description"),
                  .is_block = true,
                  .optional = true,
                  .replaces = at.Flag("replaces")};
  const std::string nesting = at.RequiredText("nesting");
  if (nesting == "single") {
    block.nesting = Nesting::kSingle;
  } else if (nesting == "list" || nesting == "set") {
    block.nesting = nesting == "list" ? Nesting::kList : Nesting::kSet;
  } else {
    at.Fail("nesting must be single, list or set");
  }
  ReadCollection(at, block);
  block.member = ReadMember(name, at, members);
  at.Required("attributes", Node::Kind::kObject);
  block.attributes = Read(at, nullptr, Unless::kMistake);
  CheckObject(at, block.attributes, ChoicesOf(block));
  return block;
}

void AttributeLoader::ReadType(const Cursor& at, Attribute& attribute) const {
  const Node* type = at.node().Find("type");
  if (type == nullptr) return at.Fail("\"type\" is missing");
  if (!at.Find("attributes", Node::Kind::kObject).has_value()) {
    absl::StatusOr<Type> parsed = Type::FromJson(ToJson(*type));
    if (!parsed.ok()) return at.Fail(parsed.status().message());
    attribute.type = *std::move(parsed);
    return;
  }
  static const auto& nestings = *new std::map<std::string, Nesting>{{"object", Nesting::kSingle},
                                                                    {"list", Nesting::kList},
                                                                    {"set", Nesting::kSet},
                                                                    {"map", Nesting::kMap}};
  const auto nesting = nestings.find(type->text);
  if (nesting == nestings.end()) {
    return at.Fail("with attributes, the type is object, list, set or map");
  }
  attribute.nesting = nesting->second;
  const bool is_told = attribute.computed && !attribute.optional;
  attribute.attributes =
      ReadAttributes(at, nullptr, is_told ? Unless::kComputed : Unless::kMistake);
}

// How many elements there are, what their keys are, what each object has.
void AttributeLoader::ReadCollection(const Cursor& at, Attribute& attribute) const {
  attribute.min_items = at.Integer("min_items").value_or(0);
  attribute.max_items = at.Integer("max_items").value_or(0);
  const bool is_collection = IsList(attribute) || IsSet(attribute) || IsMap(attribute);
  if ((at.Has("min_items") || at.Has("max_items")) && !is_collection) {
    at.Fail("only a list, a set or a map has a number of elements");
  }
  if (attribute.max_items > 0 && attribute.min_items > attribute.max_items) {
    at.Fail("min_items is above max_items");
  }
  attribute.ordered = at.Flag("ordered");
  if (attribute.ordered && !IsList(attribute)) at.Fail("only a list has an order");
  if (at.Has("keys")) {
    if (!IsMap(attribute)) at.Fail("only a map has keys");
    attribute.key_limits = std::make_shared<const Limits>(LimitsOf(at, "keys"));
  }
  attribute.exactly_one_of = at.Texts("exactly_one_of");
  attribute.at_most_one_of = at.Texts("at_most_one_of");
  if (attribute.is_block) return;
  if (attribute.nesting == Nesting::kNone) {
    if (!attribute.exactly_one_of.empty() || !attribute.at_most_one_of.empty()) {
      at.Fail("only objects have one of their attributes");
    }
    return;
  }
  CheckObject(at, attribute.attributes, ChoicesOf(attribute));
}

Limits AttributeLoader::LimitsOf(const Cursor& at, absl::string_view key) const {
  const Node& node = *at.node().Find(key);
  if (node.kind == Node::Kind::kObject) return ReadLimit(at.Member(key, node));
  const auto found = limits_.find(node.text);
  if (found != limits_.end()) return found->second;
  at.Fail(absl::StrCat("limits.json has no \"", node.text, "\""));
  return {};
}

void AttributeLoader::ReadLimits(const Cursor& at, Attribute& attribute) const {
  if (!at.Has("limits")) return;
  const bool is_number = IsNumber(attribute);
  if (!HasTexts(attribute) && !is_number) return at.Fail("only a number and texts have limits");
  attribute.limits = LimitsOf(at, "limits");
  const Limits& given = attribute.limits;
  const bool of_text = given.pattern || given.min_length || given.max_length ||
                       !given.one_of.empty() || !given.reserved_prefix.empty();
  const bool of_number = given.min || given.max || given.whole;
  if (of_text && is_number) return at.Fail("a number has min, max and whole as limits");
  if (of_number && !is_number && attribute.format != Format::kDuration) {
    at.Fail("min, max and whole are limits of a number or a duration");
  }
  if (attribute.default_value.has_value() && !given.one_of.empty() &&
      std::count(given.one_of.begin(), given.one_of.end(), attribute.default_value->AsString()) ==
          0) {
    at.Fail("the default is none of what it can be");
  }
}

}  // namespace er::schema
