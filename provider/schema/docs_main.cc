// Writes the registry's pages: schema-docs REPOSITORY OUTPUT_DIR
//
// From the types in schemas/ and the examples in examples/; what a page says beyond that stands
// beside its type as schemas/.../NAME.md. A line "(diagnostic NAME)" there is replaced by
// tests/golden/diagnostics/NAME.txt. The layout is the registry's:
// https://developer.hashicorp.com/terraform/registry/providers/docs
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "schema/identity.h"
#include "schema/loader.h"

namespace er::schema {
namespace {

constexpr char kProvider[] = "entityresolution";

bool failed = false;

std::string ReadOptional(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string Read(const std::string& path) {
  std::string text = ReadOptional(path);
  if (text.empty()) {
    std::cerr << path << ": is missing\n";
    failed = true;
  }
  return text;
}

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

std::string NestingName(Nesting nesting) {
  switch (nesting) {
    case Nesting::kList:
      return " List";
    case Nesting::kSet:
      return " Set";
    case Nesting::kMap:
      return " Map";
    case Nesting::kSingle:
    case Nesting::kNone:
      break;
  }
  return "";
}

std::string TypeName(const Attribute& attribute) {
  if (attribute.is_block) {
    return absl::StrCat(
        "Block", NestingName(attribute.nesting),
        attribute.max_items > 0 ? absl::StrCat(", Max: ", attribute.max_items) : "");
  }
  if (attribute.nesting == Nesting::kNone) return TypeName(attribute.type);
  return absl::StrCat("Attributes", NestingName(attribute.nesting));
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

// All that the schema says of an attribute, in sentences. `change` is what a change of one means
// that replaces.
std::string Sentences(const Attribute& attribute, const std::string& change) {
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
  if (attribute.replaces) sentences.push_back(change);
  return absl::StrJoin(sentences, " ");
}

enum class Section { kRequired, kOptional, kReadOnly };

Section SectionOf(const Attribute& attribute, bool read_only) {
  if (attribute.required) return Section::kRequired;
  return attribute.optional && !read_only ? Section::kOptional : Section::kReadOnly;
}

// Of the path with its dots.
std::string Anchor(const std::string& path) {
  return absl::StrCat("nestedatt--", absl::StrReplaceAll(path, {{".", "--"}}));
}

// The sections of a list of attributes, and below them those of what is nested in them.
class SchemaText {
 public:
  // `change`: what a change means that replaces.
  explicit SchemaText(std::string change) : change_(std::move(change)) {}

  std::string Of(const Schema& schema) {
    Sections(schema.attributes, "", "###", false);
    return text_ + nested_;
  }

 private:
  void Sections(const std::vector<Attribute>& attributes, const std::string& path,
                const std::string& heading, bool read_only) {
    for (const auto& [section, title] :
         {std::pair(Section::kRequired, "Required"), std::pair(Section::kOptional, "Optional"),
          std::pair(Section::kReadOnly, "Read-Only")}) {
      std::string lines;
      for (const Attribute& attribute : attributes) {
        if (SectionOf(attribute, read_only) != section) continue;
        absl::StrAppend(&lines, "- `", attribute.name, "` (", TypeName(attribute),
                        attribute.sensitive ? ", Sensitive" : "", ") ",
                        Sentences(attribute, change_));
        if (attribute.nesting != Nesting::kNone) {
          const std::string below =
              path.empty() ? attribute.name : absl::StrCat(path, ".", attribute.name);
          absl::StrAppend(&lines, " (see [below for nested schema](#", Anchor(below), "))");
          Nested(attribute, below, section == Section::kReadOnly);
        }
        absl::StrAppend(&lines, "\n");
      }
      if (lines.empty()) continue;
      absl::StrAppend(&text_, heading, " ", title, "\n\n", lines, "\n");
    }
  }

  void Nested(const Attribute& attribute, const std::string& path, bool read_only) {
    SchemaText inner(change_);
    inner.Sections(attribute.attributes, path, "####", read_only);
    absl::StrAppend(&nested_, "<a id=\"", Anchor(path), "\"></a>\n### Nested Schema for `", path,
                    "`\n\n", inner.text_, inner.nested_);
  }

  const std::string change_;
  std::string text_;
  std::string nested_;
};

// What another value of what replaces means.
std::string ChangeOf(const Schema& schema) {
  return std::holds_alternative<JobKind>(schema.behaviour)
             ? "A change starts a new run."
             : absl::StrCat("A change replaces the ", schema.title, ".");
}

std::string FirstParagraph(const std::string& text) { return text.substr(0, text.find("\n\n")); }

std::string Fenced(absl::string_view language, absl::string_view text) {
  return absl::StrCat("```", language, "\n", absl::StripSuffix(text, "\n"), "\n```\n\n");
}

// The prose of a page, with the diagnostics it shows.
std::string Prose(const std::string& repository, const std::string& path) {
  std::string result;
  const std::string text = ReadOptional(path);
  if (text.empty()) return result;
  for (const absl::string_view line : absl::StrSplit(absl::StripSuffix(text, "\n"), '\n')) {
    absl::string_view name = line;
    if (absl::ConsumePrefix(&name, "(diagnostic ") && absl::ConsumeSuffix(&name, ")")) {
      absl::StrAppend(&result,
                      absl::StripSuffix(
                          Fenced("text", Read(absl::StrCat(repository, "/tests/golden/diagnostics/",
                                                           name, ".txt"))),
                          "\n"));
    } else {
      absl::StrAppend(&result, line, "\n");
    }
  }
  return absl::StrCat(result, "\n");
}

// How the registry calls a kind of type, and where its pages and examples are.
struct Place {
  std::string title;
  std::string folder;   // of docs/, examples/ and schemas/
  std::string example;  // the file
};

const Place& PlaceOf(Kind kind) {
  static const auto& places = *new std::map<Kind, Place>{
      {Kind::kProvider, {"Provider", "provider", "provider.tf"}},
      {Kind::kResource, {"Resource", "resources", "resource.tf"}},
      {Kind::kDataSource, {"Data Source", "data-sources", "data-source.tf"}},
      {Kind::kListResource, {"List Resource", "list-resources", "list-resource.tfquery.hcl"}},
      {Kind::kAction, {"Action", "actions", "action.tf"}}};
  return places.at(kind);
}

std::string BareName(const Schema& schema) {
  return schema.kind == Kind::kProvider ? "provider"
                                        : schema.name.substr(std::string(kProvider).size() + 1);
}

// How an object is imported by its identity, with made-up values of its own name.
std::string IdentityExample(const std::string& folder) {
  return absl::StrCat("From Terraform 1.12 on, by its identity:\n\n",
                      Fenced("terraform", Read(absl::StrCat(folder, "/import-by-identity.tf"))));
}

std::string IdentitySection(const Schema& schema) {
  std::string text = "### Identity\n\n";
  for (const Attribute& attribute : IdentityAttributes(schema)) {
    absl::StrAppend(&text, "- `", attribute.name, "` (String, ",
                    attribute.required ? "Required" : "Optional", ") ",
                    FirstParagraph(attribute.description), "\n");
  }
  return absl::StrCat(text, "\n");
}

std::string MovedSection(const Schema& schema) {
  std::string text;
  for (const std::string& from : schema.moved_from) {
    absl::StrAppend(
        &text, "## Moving from ", from, "\n\n",
        "From Terraform 1.8 and OpenTofu 1.10 on, nothing need be imported again:\n\n",
        Fenced("terraform", absl::StrCat("moved {\n  from = ", from,
                                         ".example\n  to   = ", schema.name, ".example\n}\n")),
        "The other provider stays among `required_providers` until the move has been "
        "applied; it is asked nothing. The refresh after the move fills in what the "
        "other type does not know.\n\n");
  }
  return text;
}

std::string Page(const std::string& repository, const Schema& schema) {
  const bool is_provider = schema.kind == Kind::kProvider;
  const Place& place = PlaceOf(schema.kind);
  const std::string folder =
      absl::StrCat(repository, "/examples/", place.folder,
                   is_provider ? std::string() : absl::StrCat("/", schema.name));
  std::string page =
      absl::StrCat("---\n# Made by schema-docs from schemas/ and examples/.\npage_title: \"",
                   is_provider ? absl::StrCat(kProvider, " Provider")
                               : absl::StrCat(schema.name, " ", place.title, " - ", kProvider),
                   "\"\n", is_provider ? "" : "subcategory: \"\"\n", "description: |-\n  ",
                   FirstParagraph(schema.description), "\n---\n\n# ",
                   is_provider ? absl::StrCat(kProvider, " Provider")
                               : absl::StrCat(schema.name, " (", place.title, ")"),
                   "\n\n", schema.description, "\n\n## Example Usage\n\n");
  absl::StrAppend(&page, Fenced("terraform", Read(absl::StrCat(folder, "/", place.example))));
  absl::StrAppend(&page, Prose(repository, absl::StrCat(repository, "/schemas/",
                                                        is_provider ? "" : place.folder + "/",
                                                        BareName(schema), ".md")));
  absl::StrAppend(&page, "## Schema\n\n", SchemaText(ChangeOf(schema)).Of(schema));
  if (schema.kind == Kind::kResource) {
    absl::StrAppend(&page, "## Import\n\nWith an `import` block:\n\n",
                    Fenced("terraform", Read(absl::StrCat(folder, "/import-by-string-id.tf"))),
                    "Or with the command:\n\n",
                    Fenced("shell", Read(absl::StrCat(folder, "/import.sh"))),
                    IdentityExample(folder), IdentitySection(schema), MovedSection(schema));
  }
  return absl::StrCat(absl::StripSuffix(page, "\n"));
}

void Write(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (!file.good()) {
    std::cerr << path.string() << ": cannot be written\n";
    failed = true;
  }
}

int Main(const std::string& repository, const std::string& output) {
  const Catalog& catalog = BuiltInCatalog();
  Write(absl::StrCat(output, "/index.md"), Page(repository, catalog.provider));
  for (const Schema& type : catalog.types) {
    Write(absl::StrCat(output, "/", PlaceOf(type.kind).folder, "/", BareName(type), ".md"),
          Page(repository, type));
  }
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

}  // namespace
}  // namespace er::schema

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: schema-docs REPOSITORY OUTPUT_DIR\n";
    return EXIT_FAILURE;
  }
  return er::schema::Main(argv[1], argv[2]);
}
