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
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "schema/identity.h"
#include "schema/loader.h"
#include "schema/reference.h"

namespace er::schema {
namespace {

constexpr char kProvider[] = "entityresolution";
constexpr char kApi[] = "https://docs.aws.amazon.com/entityresolution/latest/apireference/API_";

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

// The operation that tells most about a type; null if there is none.
const Operation* OperationOf(const Schema& schema) {
  if (const auto* managed = std::get_if<Managed>(&schema.behaviour)) return managed->create;
  if (const auto* job = std::get_if<JobKind>(&schema.behaviour)) return job->start;
  if (const auto* reading = std::get_if<Reading>(&schema.behaviour)) return reading->operation;
  if (const auto* starting = std::get_if<Starting>(&schema.behaviour)) {
    return OperationOf(*BuiltInCatalog().Find(Kind::kResource, starting->run));
  }
  return nullptr;
}

// What the type is, and where the API says the same.
std::string Introduction(const Schema& schema) {
  const Operation* operation = OperationOf(schema);
  if (operation == nullptr) return schema.description;
  return absl::StrCat(schema.description, "\n\nIn the API: [", operation->name, "](", kApi,
                      operation->name, ".html).");
}

// The paths of the sensitive attributes that a configuration can set.
void CollectSensitive(const std::vector<Attribute>& attributes, const std::string& above,
                      std::vector<std::string>& paths) {
  for (const Attribute& attribute : attributes) {
    const std::string path = absl::StrCat(above, attribute.name);
    if (!attribute.required && !attribute.optional) continue;
    if (attribute.sensitive) paths.push_back(path);
    CollectSensitive(attribute.attributes, path + ".", paths);
  }
}

// What a generated configuration lacks, and would take away if it were applied as it is.
std::string GeneratedSection(const Schema& list) {
  std::vector<std::string> paths;
  CollectSensitive(BuiltInCatalog().Find(Kind::kResource, list.name)->attributes, "", paths);
  if (paths.empty()) return "";
  return absl::StrCat(
      "## Generated Configuration\n\nTerraform writes no sensitive value into what "
      "`-generate-config-out` makes: ",
      absl::StrCat("`", absl::StrJoin(paths, "` and `"), "`"),
      " is `null` there where the object has one. Fill it in before you apply, or "
      "the plan says that it goes.\n\n");
}

std::string Page(const std::string& repository, const Schema& schema) {
  const bool is_provider = schema.kind == Kind::kProvider;
  const Place& place = PlaceOf(schema.kind);
  const std::string folder =
      absl::StrCat(repository, "/examples/", place.folder,
                   is_provider ? std::string() : absl::StrCat("/", schema.name));
  std::string page = absl::StrCat(
      "---\n# Made by schema-docs from schemas/ and examples/.\npage_title: \"",
      is_provider ? absl::StrCat(kProvider, " Provider")
                  : absl::StrCat(schema.name, " ", place.title, " - ", kProvider),
      "\"\n",
      is_provider ? std::string() : absl::StrCat("subcategory: \"", schema.subcategory, "\"\n"),
      "description: |-\n  ", FirstParagraph(schema.description), "\n---\n\n# ",
      is_provider ? absl::StrCat(kProvider, " Provider")
                  : absl::StrCat(schema.name, " (", place.title, ")"),
      "\n\n", Introduction(schema), "\n\n## Example Usage\n\n");
  absl::StrAppend(&page, Fenced("terraform", Read(absl::StrCat(folder, "/", place.example))));
  absl::StrAppend(&page, Prose(repository, absl::StrCat(repository, "/schemas/",
                                                        is_provider ? "" : place.folder + "/",
                                                        BareName(schema), ".md")));
  if (schema.kind == Kind::kListResource) absl::StrAppend(&page, GeneratedSection(schema));
  absl::StrAppend(&page, ArgumentReference(schema), AttributeReference(schema));
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
