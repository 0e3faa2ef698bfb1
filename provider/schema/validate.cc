#include "schema/validate.h"

#include <re2/re2.h>

#include <algorithm>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
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

// What is wrong with `text`, as a sentence; nothing if nothing is.
std::optional<std::string> Complaint(const Attribute& attribute, const std::string& text) {
  const Limits& limits = attribute.limits;
  const std::string shown = Shown(attribute, text);
  if (text.empty() && (limits.min_length.value_or(0) > 0 || !limits.one_of.empty() ||
                       (limits.pattern && !re2::RE2::FullMatch(text, *limits.pattern)))) {
    return absl::StrCat(attribute.name, " must not be empty. ",
                        attribute.required ? "Set it to " : "Leave the argument out, or set it to ",
                        limits.pattern          ? limits.pattern_meaning
                        : limits.one_of.empty() ? "a value"
                                                : absl::StrJoin(limits.one_of, ", "),
                        ".");
  }
  if (!limits.one_of.empty() && std::count(limits.one_of.begin(), limits.one_of.end(), text) == 0) {
    std::string complaint = absl::StrCat(shown, " is none of the values that ", attribute.name,
                                         " takes: ", absl::StrJoin(limits.one_of, ", "), ".");
    for (const std::string& value : limits.one_of) {
      if (absl::EqualsIgnoreCase(value, text)) {
        absl::StrAppend(&complaint, " Did you mean \"", value, "\"?");
      }
    }
    return complaint;
  }
  const std::int64_t length = CharacterCount(text);
  if (length < limits.min_length.value_or(0)) {
    return absl::StrCat(
        shown, " has ", length, " characters; ", attribute.name, " takes at least ",
        *limits.min_length, ".",
        limits.pattern ? absl::StrCat(" It must be ", limits.pattern_meaning, ".") : std::string());
  }
  if (limits.max_length.has_value() && length > *limits.max_length) {
    return absl::StrCat(shown, " has ", length, " characters; ", attribute.name, " takes at most ",
                        *limits.max_length, ".");
  }
  if (limits.pattern && !re2::RE2::FullMatch(text, *limits.pattern)) {
    return absl::StrCat(shown, " must be ", limits.pattern_meaning, ".");
  }
  if (attribute.format == Format::kDuration) {
    absl::Duration duration;
    if (!absl::ParseDuration(text, &duration)) {
      return absl::StrCat(shown,
                          " is not a duration. Write it as in \"90m\", \"4h\" or \"1h30m\".");
    }
    if (duration <= absl::ZeroDuration() || duration == absl::InfiniteDuration()) {
      return absl::StrCat(shown, " must be a duration above zero, as in \"90m\" or \"4h\".");
    }
    if (!IsWithin(limits, absl::ToDoubleSeconds(duration))) {
      return absl::StrCat(
          shown, " is out of range; ", attribute.name, " takes ",
          Range(limits,
                [](double seconds) { return absl::FormatDuration(absl::Seconds(seconds)); }),
          ".");
    }
  }
  return std::nullopt;
}

class Validator {
 public:
  explicit Validator(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void Attributes(const std::vector<Attribute>& attributes, const Value& object, const Path& at) {
    for (const Attribute& attribute : attributes) {
      const Path path = at.empty() ? Path(attribute.name) : at.Attribute(attribute.name);
      One(attribute, object[attribute.name], path);
    }
  }

  void OfBlock(const Block& block, const Value& value) {
    const Path path(block.name);
    if (block.nesting == Nesting::kSingle) {
      if (value.IsMap()) Attributes(block.attributes, value, path);
      return;
    }
    if (!value.IsList()) return;
    const auto count = static_cast<std::int64_t>(value.AsList().size());
    if (block.max_items > 0 && count > block.max_items) {
      Add(absl::StrCat("Too Many ", block.name, " Blocks"),
          absl::StrCat("There are ", count, " ", block.name, " blocks; at most ", block.max_items,
                       block.max_items == 1 ? " is" : " are", " allowed."),
          path);
    }
    if (count < block.min_items) {
      Add(absl::StrCat("Missing ", block.name, " Block"),
          absl::StrCat("At least ", block.min_items, " ", block.name, " block is required."), path);
    }
    for (std::int64_t i = 0; i < count; ++i) {
      const Value& element = value.AsList()[static_cast<std::size_t>(i)];
      if (element.IsMap()) Attributes(block.attributes, element, path.Index(i));
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
        Add(absl::StrCat("Missing ", attribute.name),
            absl::StrCat(attribute.name, " is required, but it is null."), path);
      }
      return;
    }
    if (value.IsString()) {
      if (auto complaint = Complaint(attribute, value.AsString())) {
        Add(absl::StrCat("Invalid ", attribute.name), *std::move(complaint), path);
      }
    }
    if (value.IsNumber()) {
      if (auto complaint = Complaint(attribute, value.AsNumber())) {
        Add(absl::StrCat("Invalid ", attribute.name), *std::move(complaint), path);
      }
    }
    if (attribute.nesting == Nesting::kSingle) {
      Attributes(attribute.attributes, value, path);
    } else if (value.IsList()) {
      std::int64_t i = 0;
      for (const Value& element : value.AsList()) {
        // An element of a set cannot be addressed.
        const bool of_set =
            attribute.nesting == Nesting::kSet || attribute.type.kind() == Type::Kind::kSet;
        const Path place = of_set ? path : path.Index(i++);
        if (element.IsMap()) Attributes(attribute.attributes, element, place);
        if (element.IsString()) {
          if (auto complaint = Complaint(attribute, element.AsString())) {
            Add(absl::StrCat("Invalid ", attribute.name), *std::move(complaint), place);
          }
        }
      }
    } else if (value.IsMap() && attribute.type.kind() == Type::Kind::kMap) {
      for (const auto& [key, element] : value.AsMap()) {
        if (element.IsNull()) {
          Add(absl::StrCat("Null Element in ", attribute.name),
              absl::StrCat("The element \"", key, "\" is null. Leave it out, or give it a value."),
              path.Key(key));
        }
      }
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
  Validator validator(diagnostics);
  validator.Attributes(schema.attributes, config, Path());
  for (const Block& block : schema.blocks) validator.OfBlock(block, config[block.name]);
  return diagnostics;
}

}  // namespace er::schema
