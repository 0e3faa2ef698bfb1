#include "schema/reference.h"

#include <utility>
#include <variant>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"

namespace er::schema {
namespace {

// "String", "Set of String", "List of List of String".
std::string TypeName(const Type& type) {
  switch (type.kind()) {
    case Type::Kind::kString:
      return "String";
    case Type::Kind::kNumber:
      return "Number";
    case Type::Kind::kBool:
      return "Boolean";
    case Type::Kind::kList:
      return absl::StrCat("List of ", TypeName(type.element()));
    case Type::Kind::kSet:
      return absl::StrCat("Set of ", TypeName(type.element()));
    case Type::Kind::kMap:
      return absl::StrCat("Map of ", TypeName(type.element()));
    case Type::Kind::kTuple:
    case Type::Kind::kObject:
    case Type::Kind::kDynamic:
      break;
  }
  return "Dynamic";
}

// "Block", "List of Object".
std::string TypeName(const Attribute& attribute) {
  if (attribute.nesting == Nesting::kNone) return TypeName(attribute.type);
  const bool is_one = attribute.nesting == Nesting::kSingle || attribute.max_items == 1;
  if (attribute.is_block) return is_one ? "Block" : "Blocks";
  switch (attribute.nesting) {
    case Nesting::kList:
      return "List of Object";
    case Nesting::kSet:
      return "Set of Object";
    case Nesting::kMap:
      return "Map of Object";
    case Nesting::kSingle:
    case Nesting::kNone:
      break;
  }
  return "Object";
}

std::string Shown(const Value& value) {
  if (value.IsBool()) return value.AsBool() ? "true" : "false";
  if (value.IsNumber()) return value.AsNumber().text();
  return absl::StrCat("\"", value.AsString(), "\"");
}

// "From 15m to 12h"; empty where there are no limits.
std::string Range(const Attribute& attribute) {
  const auto shown = [&](double bound) {
    return attribute.format == Format::kDuration ? absl::FormatDuration(absl::Seconds(bound))
                                                 : Number(bound).text();
  };
  const Limits& limits = attribute.limits;
  if (limits.min && limits.max) {
    return absl::StrCat("From `", shown(*limits.min), "` to `", shown(*limits.max), "`");
  }
  if (limits.min) return absl::StrCat("At least `", shown(*limits.min), "`");
  return limits.max ? absl::StrCat("At most `", shown(*limits.max), "`") : std::string();
}

std::string Joined(const std::vector<std::string>& names, absl::string_view word) {
  return absl::StrCat("`", absl::StrJoin(names, absl::StrCat("` ", word, " `")), "`");
}

// "Has 2 to 35 elements."; empty where there may be any number, or a block says it itself.
std::string Count(const Attribute& attribute) {
  if (attribute.is_block || (attribute.min_items == 0 && attribute.max_items == 0)) return "";
  if (attribute.max_items == 0) {
    return absl::StrCat("Has at least ", attribute.min_items,
                        attribute.min_items == 1 ? " element." : " elements.");
  }
  return absl::StrCat("Has ",
                      attribute.min_items == attribute.max_items
                          ? absl::StrCat(attribute.max_items)
                          : absl::StrCat(attribute.min_items, " to ", attribute.max_items),
                      attribute.max_items == 1 ? " element." : " elements.");
}

// What the objects of an attribute, and those beside it, have to have.
std::string Conditions(const Attribute& attribute) {
  std::vector<std::string> sentences;
  for (const auto& [value, names] : attribute.needs) {
    sentences.push_back(absl::StrCat("`", value, "` needs ", Joined(names, "or"), "."));
  }
  if (!attribute.exactly_one_of.empty()) {
    sentences.push_back(absl::StrCat("Takes ", Joined(attribute.exactly_one_of, "or"), "."));
  }
  if (!attribute.at_most_one_of.empty()) {
    sentences.push_back(
        absl::StrCat("Does not take both ", Joined(attribute.at_most_one_of, "and"), "."));
  }
  return absl::StrJoin(sentences, " ");
}

// What is known of its texts.
std::string LimitSentences(const Attribute& attribute) {
  const Limits& limits = attribute.limits;
  const bool is_text =
      attribute.nesting == Nesting::kNone && attribute.type.kind() == Type::Kind::kString;
  std::vector<std::string> sentences;
  if (!limits.one_of.empty()) {
    sentences.push_back(absl::StrCat(is_text ? "One of `" : "Each is one of `",
                                     absl::StrJoin(limits.one_of, "`, `"), "`."));
  } else if (!limits.pattern_meaning.empty()) {
    sentences.push_back(
        absl::StrCat(is_text ? "Must be " : "Each must be ", limits.pattern_meaning, "."));
  }
  if (limits.max_length.has_value()) {
    sentences.push_back(absl::StrCat(is_text ? "Has " : "Each has ", limits.min_length.value_or(0),
                                     " to ", *limits.max_length, " characters."));
  }
  return absl::StrJoin(sentences, " ");
}

// What a change of an argument of a resource does; empty for any other.
std::string Change(const Schema& schema, const Attribute& attribute) {
  if (std::holds_alternative<JobKind>(schema.behaviour)) {
    return attribute.replaces ? "A change starts a new run."
                              : "A change is made in place, and starts no run.";
  }
  const auto* managed = std::get_if<Managed>(&schema.behaviour);
  if (managed == nullptr) return "";
  if (attribute.replaces) return absl::StrCat("A change replaces the ", schema.title, ".");
  const bool is_fixed = !managed->fixed_while.empty() &&
                        absl::c_linear_search(managed->change().input, attribute.member);
  return is_fixed ? absl::StrCat("A change is made in place, and refused while `",
                                 managed->fixed_while, "` is true.")
                  : "A change is made in place.";
}

// All that the schema says of an attribute, in sentences.
std::string Sentences(const Attribute& attribute) {
  std::vector<std::string> sentences = {attribute.description};
  const Limits& limits = attribute.limits;
  for (std::string sentence :
       {LimitSentences(attribute), Count(attribute), Conditions(attribute)}) {
    if (!sentence.empty()) sentences.push_back(std::move(sentence));
  }
  if (attribute.format == Format::kDuration) {
    sentences.push_back("A duration such as `90m` or `4h`.");
  }
  const std::string range = Range(attribute);
  if (!range.empty()) sentences.push_back(absl::StrCat(range, "."));
  if (!limits.documentation.empty()) {
    sentences.push_back(absl::StrCat("See [the API](", limits.documentation, ")."));
  }
  if (attribute.default_value.has_value()) {
    sentences.push_back(absl::StrCat("Defaults to `", Shown(*attribute.default_value), "`."));
  }
  if (!attribute.environment.empty()) {
    sentences.push_back(absl::StrCat("Left out, it is read from the environment: `",
                                     absl::StrJoin(attribute.environment, "`, `"), "`."));
  }
  if (attribute.format == Format::kJson || attribute.format == Format::kJsonText) {
    sentences.push_back("JSON, as `jsonencode` makes it; compared by its meaning.");
  }
  return absl::StrJoin(sentences, " ");
}

enum class Role { kRequired, kOptional, kReadOnly };

constexpr Role kRoles[] = {Role::kRequired, Role::kOptional, Role::kReadOnly};

Role RoleOf(const Attribute& attribute) {
  if (attribute.required) return Role::kRequired;
  return attribute.optional ? Role::kOptional : Role::kReadOnly;
}

std::string RoleName(Role role) {
  switch (role) {
    case Role::kRequired:
      return ", Required";
    case Role::kOptional:
      return ", Optional";
    case Role::kReadOnly:
      break;
  }
  return "";
}

// Of the path with its dots.
std::string Anchor(const std::string& path) {
  return absl::StrCat("nestedatt--", absl::StrReplaceAll(path, {{".", "--"}}));
}

class Reference {
 public:
  explicit Reference(const Schema& schema) : schema_(schema) {}

  // A list of all attributes with this role; empty if there are none.
  std::string Of(Role role) { return Lines(schema_.attributes, "", role); }

  // The sections of what is nested in the attributes listed so far.
  const std::string& nested() const { return nested_; }

 private:
  std::string Lines(const std::vector<Attribute>& attributes, const std::string& parent,
                    Role role) {
    std::string lines;
    for (const Attribute& attribute : attributes) {
      if (RoleOf(attribute) != role) continue;
      absl::StrAppend(&lines, "- `", attribute.name, "` (", TypeName(attribute), RoleName(role),
                      attribute.sensitive ? ", Sensitive" : "", ") ", Sentences(attribute));
      // What is nested changes with what it is nested in.
      const bool tells_change = parent.empty() ? role != Role::kReadOnly : attribute.replaces;
      const std::string change = tells_change ? Change(schema_, attribute) : "";
      if (!change.empty()) absl::StrAppend(&lines, " ", change);
      if (attribute.nesting != Nesting::kNone) {
        const std::string path =
            parent.empty() ? attribute.name : absl::StrCat(parent, ".", attribute.name);
        absl::StrAppend(&lines, " See [below](#", Anchor(path), ").");
        AddNested(attribute, path);
      }
      absl::StrAppend(&lines, "\n");
    }
    return lines;
  }

  // The section of an attribute stands before those of what is nested in it.
  void AddNested(const Attribute& attribute, const std::string& path) {
    Reference inner(schema_);
    std::string lines;
    for (const Role role : kRoles) lines += inner.Lines(attribute.attributes, path, role);
    absl::StrAppend(&nested_, "<a id=\"", Anchor(path), "\"></a>\n### `", path, "`\n\n", lines,
                    "\n", inner.nested_);
  }

  const Schema& schema_;
  std::string nested_;
};

// The list under its title; empty if the list is.
std::string Titled(const std::string& title, const std::string& lines) {
  return lines.empty() ? "" : absl::StrCat(title, "\n\n", lines, "\n");
}

}  // namespace

std::string ArgumentReference(const Schema& schema) {
  Reference reference(schema);
  const std::string required =
      Titled("These arguments are required:", reference.Of(Role::kRequired));
  const std::string optional =
      Titled("These arguments can be left out:", reference.Of(Role::kOptional));
  if (required.empty() && optional.empty()) return "";
  return absl::StrCat("## Argument Reference\n\n", required, optional, reference.nested());
}

std::string AttributeReference(const Schema& schema) {
  Reference reference(schema);
  const std::string attributes = reference.Of(Role::kReadOnly);
  if (attributes.empty()) return "";
  return absl::StrCat("## Attribute Reference\n\n",
                      Titled("Beside the arguments, these attributes are exported:", attributes),
                      reference.nested());
}

}  // namespace er::schema
