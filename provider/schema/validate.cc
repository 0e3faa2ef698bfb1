#include "schema/validate.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"

namespace er::schema {
namespace {

constexpr std::size_t kLongestShown = 200;

std::int64_t CharacterCount(absl::string_view utf8) {
  return std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xC0) != 0x80; });
}

std::string Shown(const Attribute& attribute, const std::string& text) {
  if (attribute.sensitive) return "The value (sensitive)";
  if (text.size() > kLongestShown) {
    return absl::StrCat("\"", text.substr(0, kLongestShown), "...\"");
  }
  return absl::StrCat("\"", text, "\"");
}

bool IsWithin(const Limits& limits, double number) {
  return number >= limits.min.value_or(number) && number <= limits.max.value_or(number);
}

// "from 1 to 1000", "at least 1"; empty without limits.
template <typename Format>
std::string Range(const Limits& limits, Format format) {
  if (limits.min && limits.max) {
    return absl::StrCat("from ", format(*limits.min), " to ", format(*limits.max));
  }
  if (limits.min) return absl::StrCat("at least ", format(*limits.min));
  return limits.max ? absl::StrCat("at most ", format(*limits.max)) : std::string();
}

// What is wrong with `number`, as a sentence; nothing if nothing is.
std::optional<std::string> Complaint(const Attribute& attribute, const Number& number) {
  const Limits& limits = attribute.limits;
  double value = 0;
  const bool is_number = absl::SimpleAtod(number.text(), &value);
  if (is_number && (!limits.whole || number.ToInt64()) && IsWithin(limits, value)) {
    return std::nullopt;
  }
  const std::string range = Range(limits, [](double bound) { return Number(bound).text(); });
  return absl::StrCat(number.text(), " is no value for ", attribute.name, ". It must be a ",
                      limits.whole ? "whole " : "", "number",
                      range.empty()              ? ""
                      : limits.min && limits.max ? " "
                                                 : " of ",
                      range, ".");
}

// What a text may be, in words that follow "must be" or "set it to".
std::string Wanted(const Limits& limits) {
  if (limits.pattern) return limits.pattern_meaning;
  return limits.one_of.empty() ? "a value" : absl::StrJoin(limits.one_of, ", ");
}

bool IsOneOf(const Limits& limits, const std::string& text) {
  return limits.one_of.empty() || std::count(limits.one_of.begin(), limits.one_of.end(), text) > 0;
}

std::optional<std::string> LengthComplaint(const Limits& limits, const std::string& name,
                                           const std::string& shown, const std::string& text) {
  const std::int64_t length = CharacterCount(text);
  const bool is_short = length < limits.min_length.value_or(0);
  if (!is_short && length <= limits.max_length.value_or(length)) return std::nullopt;
  return absl::StrCat(shown, " has ", length, " characters; ", name, " takes at ",
                      is_short ? "least " : "most ",
                      is_short ? *limits.min_length : *limits.max_length, ".");
}

// An ARN of another thing is told what that is: its kind, and the service.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
std::string PatternComplaint(const Limits& limits, const std::string& shown,
                             const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, absl::MaxSplits(':', 5));
  if (parts.size() == 6 && parts[0] == "arn") {
    const std::string kind = parts[5].substr(0, parts[5].find_first_of(":/"));
    // Nothing of what is not shown.
    if (kind != parts[5] && absl::StrContains(shown, kind) &&
        !absl::StrContains(limits.pattern->text(), kind)) {
      return absl::StrCat(shown, " is the ARN of a \"", kind, "\" of ", parts[2], ". It must be ",
                          limits.pattern_meaning, ".");
    }
  }
  return absl::StrCat(shown, " must be ", limits.pattern_meaning, ".");
}

// What is wrong with `text` by the limits of what is called `name`, as a sentence; nothing if
// nothing is.
std::optional<std::string> LimitComplaint(const Limits& limits, const std::string& name,
                                          const std::string& shown, const std::string& text) {
  if (!IsOneOf(limits, text)) {
    std::string complaint = absl::StrCat(shown, " is none of the values that ", name,
                                         " takes: ", absl::StrJoin(limits.one_of, ", "), ".");
    for (const std::string& value : limits.one_of) {
      if (absl::EqualsIgnoreCase(value, text)) {
        absl::StrAppend(&complaint, " Did you mean \"", value, "\"?");
      }
    }
    return complaint;
  }
  // What is no ARN at all is told that before how long one is.
  const bool is_long =
      CharacterCount(text) > limits.max_length.value_or(std::numeric_limits<std::int64_t>::max());
  if (!is_long && limits.pattern && !limits.pattern->Matches(text)) {
    return PatternComplaint(limits, shown, text);
  }
  if (auto complaint = LengthComplaint(limits, name, shown, text)) return complaint;
  if (!limits.reserved_prefix.empty() && absl::StartsWithIgnoreCase(text, limits.reserved_prefix)) {
    return absl::StrCat(shown, " begins with \"", limits.reserved_prefix,
                        "\", which is reserved for AWS.");
  }
  return std::nullopt;
}

std::optional<std::string> DurationComplaint(const Attribute& attribute, const std::string& shown,
                                             const std::string& text) {
  const Limits& limits = attribute.limits;
  absl::Duration duration;
  if (!absl::ParseDuration(text, &duration)) {
    return absl::StrCat(shown, " is not a duration. Write it as in \"90m\", \"4h\" or \"1h30m\".");
  }
  if (duration <= absl::ZeroDuration() || duration == absl::InfiniteDuration()) {
    return absl::StrCat(shown, " must be a duration above zero, as in \"90m\" or \"4h\".");
  }
  if (IsWithin(limits, absl::ToDoubleSeconds(duration))) return std::nullopt;
  return absl::StrCat(
      shown, " is out of range; ", attribute.name, " takes ",
      Range(limits, [](double seconds) { return absl::FormatDuration(absl::Seconds(seconds)); }),
      ".");
}

// What is wrong with `text`, as a sentence; nothing if nothing is.
std::optional<std::string> Complaint(const Attribute& attribute, const std::string& text) {
  const Limits& limits = attribute.limits;
  const std::string shown = Shown(attribute, text);
  if (text.empty() && (limits.min_length.value_or(0) > 0 || !IsOneOf(limits, text) ||
                       (limits.pattern && !limits.pattern->Matches(text)))) {
    return absl::StrCat(attribute.name, " must not be empty. ",
                        attribute.required ? "Set it to " : "Leave the argument out, or set it to ",
                        Wanted(limits), ".");
  }
  if (auto complaint = LimitComplaint(limits, attribute.name, shown, text)) return complaint;
  switch (attribute.format) {
    case Format::kDuration:
      return DurationComplaint(attribute, shown, text);
    case Format::kJson:
    case Format::kJsonText:
      if (text.empty() || nlohmann::json::accept(text)) return std::nullopt;
      return absl::StrCat(attribute.name, " is not JSON. Write it with jsonencode({ ... }).");
    case Format::kText:
    case Format::kTimestamp:
      break;
  }
  return std::nullopt;
}

std::string Counted(std::int64_t count) {
  return absl::StrCat(count, count == 1 ? " element" : " elements");
}

// For a heading: the attribute, with what it is in, as in timeouts.create.
std::string NameOf(const Path& path) {
  std::string name;
  std::string around;
  for (const Path::Step& step : path.steps()) {
    const auto* const attribute = std::get_if<Path::AttributeName>(&step);
    if (attribute != nullptr) around = std::exchange(name, attribute->name);
  }
  return around.empty() ? name : absl::StrCat(around, ".", name);
}

class Validator {
 public:
  explicit Validator(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void Attributes(const std::vector<Attribute>& attributes, const Value& object, const Path& at) {
    for (const Attribute& attribute : attributes) {
      const Path path = at.empty() ? Path(attribute.name) : at.Attribute(attribute.name);
      One(attribute, object[attribute.name], path);
      Needs(attribute, object, path);
    }
  }

 private:
  void One(const Attribute& attribute, const Value& value, const Path& path) {
    // Terraform leaves it to the provider to refuse a value of what is only computed.
    if (attribute.computed && !attribute.optional && !value.IsNull()) {
      Add(absl::StrCat("Read-Only Attribute ", attribute.name),
          absl::StrCat(attribute.name, " cannot be set: the service decides it. Remove it."), path);
      return;
    }
    if (value.IsUnknown()) return;
    if (value.IsNull()) {
      if (attribute.required) {
        Add(absl::StrCat("Missing ", NameOf(path)),
            absl::StrCat(attribute.name, " is required, but it is null."), path);
      }
      return;
    }
    if (attribute.nesting == Nesting::kSingle) {
      Object(attribute, value, path);
    } else if (value.IsList()) {
      Count(attribute, value.AsList().size(), path);
      Elements(attribute, value.AsList(), path);
    } else if (value.IsMap()) {
      Count(attribute, value.AsMap().size(), path);
      Entries(attribute, value.AsMap(), path);
    } else {
      Leaf(attribute, value, path);
    }
  }

  // `which`: of several, where it does not show itself.
  void Leaf(const Attribute& attribute, const Value& value, const Path& path,
            const std::string& which = "") {
    std::optional<std::string> complaint;
    if (value.IsString()) complaint = Complaint(attribute, value.AsString());
    if (value.IsNumber()) complaint = Complaint(attribute, value.AsNumber());
    if (complaint && !which.empty()) *complaint = absl::StrCat("Element ", which, ": ", *complaint);
    if (complaint) Add(absl::StrCat("Invalid ", NameOf(path)), *std::move(complaint), path);
  }

  void Object(const Attribute& attribute, const Value& object, const Path& path) {
    Attributes(attribute.attributes, object, path);
    Choice(attribute.exactly_one_of, /*required=*/true, object, path);
    Choice(attribute.at_most_one_of, /*required=*/false, object, path);
  }

  void Elements(const Attribute& attribute, const Value::List& list, const Path& path) {
    // An element of a set cannot be addressed.
    const bool of_set =
        attribute.nesting == Nesting::kSet || attribute.type.kind() == Type::Kind::kSet;
    std::int64_t i = 0;
    for (const Value& element : list) {
      const Path place = of_set ? path : path.Index(i);
      Element(attribute, element, absl::StrCat("number ", ++i), place);
    }
  }

  void Entries(const Attribute& attribute, const Value::Map& map, const Path& path) {
    for (const auto& [key, element] : map) {
      const Path place = path.Key(key);
      if (attribute.key_limits != nullptr) {
        const std::string shown = Shown({}, key);
        if (auto complaint = LimitComplaint(
                *attribute.key_limits, absl::StrCat("a key of ", attribute.name), shown, key)) {
          Add(absl::StrCat("Invalid Key in ", attribute.name), *std::move(complaint), place);
        }
      }
      Element(attribute, element, absl::StrCat("\"", key, "\""), place);
    }
  }

  void Element(const Attribute& attribute, const Value& element, const std::string& which,
               const Path& place) {
    if (element.IsNull()) {
      Add(absl::StrCat("Null Element in ", attribute.name),
          absl::StrCat("The element ", which, " is null. Leave it out, or give it a value."),
          place);
    } else if (element.IsMap() && attribute.nesting != Nesting::kNone) {
      Object(attribute, element, place);
    } else {
      Leaf(attribute, element, place, attribute.sensitive ? which : std::string());
    }
  }

  void Count(const Attribute& attribute, std::size_t size, const Path& path) {
    const std::string& name = attribute.name;
    const auto count = static_cast<std::int64_t>(size);
    const bool too_many = attribute.max_items > 0 && count > attribute.max_items;
    // An optional list of nothing is no list.
    const bool too_few =
        count < attribute.min_items && (count > 0 || attribute.required || attribute.is_block);
    if (attribute.is_block && too_many) {
      Add(absl::StrCat("Too Many ", name, " Blocks"),
          absl::StrCat("There are ", count, " ", name, " blocks; at most ", attribute.max_items,
                       attribute.max_items == 1 ? " is" : " are", " allowed."),
          path);
    } else if (attribute.is_block && too_few) {
      Add(absl::StrCat("Missing ", name, " Block"),
          absl::StrCat("At least ", attribute.min_items, " ", name, " block is required."), path);
    } else if (too_many) {
      Add(absl::StrCat("Too Many Elements in ", name),
          absl::StrCat(name, " has ", Counted(count), "; it takes at most ", attribute.max_items,
                       "."),
          path);
    } else if (too_few) {
      Add(absl::StrCat("Too Few Elements in ", name),
          absl::StrCat(name, " has ", Counted(count), "; it takes at least ", attribute.min_items,
                       "."),
          path);
    }
  }

  void Needs(const Attribute& attribute, const Value& object, const Path& path) {
    const Value& value = object[attribute.name];
    if (!value.IsString()) return;
    const auto needed = attribute.needs.find(value.AsString());
    if (needed == attribute.needs.end()) return;
    const std::vector<std::string>& names = needed->second;
    if (std::any_of(names.begin(), names.end(),
                    [&](const std::string& name) { return !object[name].IsNull(); })) {
      return;
    }
    const std::string either = absl::StrJoin(names, " or ");
    Add(absl::StrCat("Missing ", either),
        absl::StrCat("Where ", attribute.name, " is \"", needed->first, "\", ", either,
                     " is required."),
        path);
  }

  void Choice(const std::vector<std::string>& names, bool required, const Value& object,
              const Path& path) {
    if (names.empty()) return;
    const auto is_set = [&](const std::string& name) { return object[name].IsKnown(); };
    const auto may_be_set = [&](const std::string& name) { return !object[name].IsNull(); };
    if (std::count_if(names.begin(), names.end(), is_set) > 1) {
      Add(absl::StrCat("Conflicting ", absl::StrJoin(names, " and ")),
          absl::StrCat("Only one of ", absl::StrJoin(names, ", "),
                       " can be set: they say the same in different ways."),
          path);
    } else if (required && std::none_of(names.begin(), names.end(), may_be_set)) {
      Add(absl::StrCat("Missing ", absl::StrJoin(names, " or ")),
          absl::StrCat("One of ", absl::StrJoin(names, ", "), " is required."), path);
    }
  }

  void Add(std::string summary, std::string detail, Path path) {
    diagnostics_.push_back(
        {.summary = std::move(summary), .detail = std::move(detail), .path = std::move(path)});
  }

  Diagnostics& diagnostics_;
};

}  // namespace

Diagnostics Validate(const Schema& schema, const Value& config) {
  Diagnostics diagnostics;
  Validator(diagnostics).Attributes(schema.attributes, config, Path());
  return diagnostics;
}

}  // namespace er::schema
