#include "schema/loader.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "schema/attribute_loader.h"
#include "schema/cursor.h"
#include "schema/source.h"

namespace er::schema {
namespace {

using Unless = AttributeLoader::Unless;

std::string BaseName(absl::string_view file) {
  const std::vector<absl::string_view> parts = absl::StrSplit(file, '/');
  absl::string_view name = parts.back();
  return std::string(name.substr(0, name.rfind(".json")));
}

bool Contains(const std::vector<std::string>& names, absl::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Operation ReadOperation(const std::string& name, const Cursor& at) {
  at.Allow({"method", "path", "query", "repeatable", "input", "output"});
  Operation operation{.name = name,
                      .method = at.RequiredText("method"),
                      .path = at.RequiredText("path"),
                      .query = at.Texts("query"),
                      .repeatable = at.Flag("repeatable"),
                      .input = at.Texts("input"),
                      .output = at.Texts("output")};
  static const std::set<std::string> methods = {"GET", "POST", "PUT", "DELETE"};
  if (!operation.method.empty() && !methods.contains(operation.method)) {
    at.Fail("method must be GET, POST, PUT or DELETE");
  }
  std::vector<std::string> placed = operation.query;
  for (const absl::string_view segment : absl::StrSplit(operation.path, '/')) {
    if (absl::StartsWith(segment, "{") && absl::EndsWith(segment, "}")) {
      placed.emplace_back(segment.substr(1, segment.size() - 2));
    }
  }
  for (const std::string& member : placed) {
    if (!Contains(operation.input, member)) {
      at.Fail(absl::StrCat("it takes no ", member, " that could be in the path or the query"));
    }
  }
  return operation;
}

void ReadTimeouts(const Cursor& file, Schema& schema) {
  if (!file.Find("timeouts", Node::Kind::kObject).has_value()) return;
  Attribute block{.name = "timeouts",
                  .description = "How long each step may take, as in `90m` or `4h`.",
                  .nesting = Nesting::kSingle,
                  .is_block = true,
                  .optional = true};
  for (const auto& [name, at] : file.Members("timeouts")) {
    absl::Duration duration;
    if (name != "create" && name != "update" && name != "delete" && name != "read") {
      at.Fail("must be create, read, update or delete");
    }
    const std::string& text = at.node().text;
    if (at.node().kind != Node::Kind::kString || !absl::ParseDuration(text, &duration) ||
        duration <= absl::ZeroDuration()) {
      at.Fail("must be a duration such as \"90m\"");
    }
    schema.timeouts.emplace(name, text);
    block.attributes.push_back({.name = name,
                                .description = absl::StrCat("Defaults to `", text, "`."),
                                .optional = true,
                                .format = Format::kDuration});
  }
  schema.attributes.push_back(std::move(block));
}

// What a type cannot do without, given what becomes of it.
void CheckBehaviour(const Cursor& file, const Schema& schema) {
  if (const auto* reading = std::get_if<Reading>(&schema.behaviour)) {
    const Cursor at = file.Member("reading", *file.node().Find("reading"));
    std::vector<std::string> names = reading->filters;
    names.insert(names.end(), reading->id.begin(), reading->id.end());
    if (!reading->items.empty()) names.push_back(reading->items);
    for (const std::string& name : names) {
      if (schema.FindAttribute(name) == nullptr) {
        at.Fail(absl::StrCat("there is no attribute ", name));
      }
    }
  } else if (!std::holds_alternative<std::monostate>(schema.behaviour)) {
    for (const char* step : {"create", "update", "delete"}) {
      if (!schema.timeouts.contains(step)) {
        file.Fail(absl::StrCat("timeouts: \"", step, "\" is missing"));
      }
    }
  }
}

void CheckEnvironment(const Cursor& file, const std::vector<Attribute>& attributes) {
  for (const Attribute& attribute : attributes) {
    if (!attribute.environment.empty()) {
      file.Fail(absl::StrCat(attribute.name, ": only the provider reads the environment"));
    }
    CheckEnvironment(file, attribute.attributes);
  }
}

class Loader {
 public:
  explicit Loader(Check check) { complaints_.compiles_patterns = check == Check::kEverything; }

  absl::StatusOr<Catalog> Load(const std::vector<SourceFile>& files) {
    for (const SourceFile& file : files) {
      absl::StatusOr<Node> node = ParseSource(file.text);
      if (!node.ok()) {
        complaints_.lines.push_back(absl::StrCat(file.name, ":", node.status().message()));
      } else {
        nodes_.emplace_back(file.name, *std::move(node));
      }
    }
    // What is referred to comes first.
    ForEach("service.json", [&](const Cursor& file) { ReadService(file); });
    ForEach("limits.json", [&](const Cursor& file) { ReadLimits(file); });
    ForEach("shapes/", [&](const Cursor& file) {
      file.Allow({"attributes"});
      file.Required("attributes", Node::Kind::kObject);
      shapes_.emplace(BaseName(current_file_), file);
    });
    ForEach("provider.json", [&](const Cursor& file) { catalog_.provider = ReadType(file); });
    ForEach("resources/", [&](const Cursor& file) { AddType(file); });
    ForEach("data-sources/", [&](const Cursor& file) { AddType(file); });
    if (catalog_.provider.name.empty()) complaints_.lines.push_back("provider.json: is missing");
    if (!complaints_.lines.empty()) {
      return absl::InvalidArgumentError(absl::StrJoin(complaints_.lines, "\n"));
    }
    return std::move(catalog_);
  }

 private:
  template <typename Read>
  void ForEach(absl::string_view prefix, Read read) {
    for (const auto& [name, node] : nodes_) {
      if (name.substr(0, prefix.size()) != prefix) continue;
      current_file_ = name;
      const Cursor file(node, name, "", complaints_);
      if (node.kind != Node::Kind::kObject) {
        file.Fail("must be an object");
      } else {
        read(file);
      }
    }
  }

  void ReadService(const Cursor& file) {
    file.Allow({"service", "errors", "job_states", "operations"});
    catalog_.service = file.RequiredText("service");
    if (const auto errors = file.Find("errors", Node::Kind::kObject)) {
      errors->Allow({"gone", "busy"});
      catalog_.vocabulary.gone = errors->Texts("gone");
      catalog_.vocabulary.busy = errors->Texts("busy");
    }
    if (const auto states = file.Find("job_states", Node::Kind::kObject)) {
      states->Allow({"succeeded", "failed"});
      catalog_.vocabulary.succeeded = states->Texts("succeeded");
      catalog_.vocabulary.failed = states->Texts("failed");
    }
    file.Required("operations", Node::Kind::kObject);
    for (const auto& [name, at] : file.Members("operations")) {
      catalog_.operations.emplace(name, ReadOperation(name, at));
    }
  }

  void ReadLimits(const Cursor& file) {
    file.Allow({"limits"});
    file.Required("limits", Node::Kind::kObject);
    for (const auto& [name, at] : file.Members("limits")) {
      if (at.node().kind != Node::Kind::kObject) {
        at.Fail("must be an object");
      } else {
        limits_.emplace(name, ReadLimit(at));
      }
    }
  }

  void AddType(const Cursor& file) {
    Schema schema = ReadType(file);
    if (catalog_.Find(schema.kind, schema.name) != nullptr) {
      file.Fail(absl::StrCat("there is another ", schema.name));
    }
    CheckEnvironment(file, schema.attributes);
    catalog_.types.push_back(std::move(schema));
  }

  Schema ReadType(const Cursor& file) {
    file.Allow({"kind", "name", "title", "version", "description", "job", "reading", "shapes",
                "timeouts", "attributes", "blocks"});
    Schema schema{.name = file.RequiredText("name"),
                  .title = file.RequiredText("title"),
                  .version = file.Integer("version").value_or(0),
                  .description = file.RequiredText("description")};
    static const auto& kinds = *new std::map<std::string, Kind>{{"resource", Kind::kResource},
                                                                {"data_source", Kind::kDataSource},
                                                                {"provider", Kind::kProvider}};
    const auto kind = kinds.find(file.RequiredText("kind"));
    if (kind == kinds.end()) {
      file.Fail("kind must be resource, data_source or provider");
    } else {
      schema.kind = kind->second;
    }
    if (schema.kind != Kind::kProvider && schema.name.rfind("entityresolution_", 0) != 0) {
      file.Fail("the name of a type begins with entityresolution_");
    }
    ReadBehaviour(file, schema);
    schema.attributes = attribute_loader_.Read(file, &members_, Unless::kMistake);
    AddShapes(file, schema);
    ReadTimeouts(file, schema);
    CheckObject(file, schema.attributes, {});
    CheckBehaviour(file, schema);
    return schema;
  }

  void AddShapes(const Cursor& file, Schema& schema) {
    for (const std::string& name : file.Texts("shapes")) {
      const auto shape = shapes_.find(name);
      if (shape == shapes_.end()) {
        file.Fail(absl::StrCat("shapes: there is no shapes/", name, ".json"));
        continue;
      }
      for (Attribute& attribute :
           attribute_loader_.Read(shape->second, &members_, Unless::kComputed)) {
        schema.attributes.push_back(std::move(attribute));
      }
    }
  }

  // Fills members_, too.
  void ReadBehaviour(const Cursor& file, Schema& schema) {
    members_.clear();
    if (const auto job = file.Find("job", Node::Kind::kObject)) schema.behaviour = ReadJob(*job);
    if (const auto reading = file.Find("reading", Node::Kind::kObject)) {
      schema.behaviour = ReadReading(*reading);
    } else if (schema.kind == Kind::kDataSource) {
      file.Fail("a data source needs \"reading\"");
    }
  }

  // The operation that the member `name` names, with what it takes and gives; null, after a
  // complaint, if there is none.
  const Operation* FindOperation(const Cursor& at, absl::string_view name) {
    const std::string text = at.RequiredText(name);
    if (text.empty()) return nullptr;
    const auto found = catalog_.operations.find(text);
    if (found == catalog_.operations.end()) {
      at.Fail(absl::StrCat(name, ": service.json has no ", text));
      return nullptr;
    }
    members_.insert(found->second.input.begin(), found->second.input.end());
    members_.insert(found->second.output.begin(), found->second.output.end());
    return &found->second;
  }

  Listing ReadListing(const Cursor& parent, absl::string_view name) {
    const auto at = parent.Required(name, Node::Kind::kObject);
    if (!at.has_value()) return {};
    at->Allow({"operation", "items"});
    Listing listing{.operation = FindOperation(*at, "operation"),
                    .items = at->RequiredText("items")};
    if (listing.operation != nullptr && !listing.items.empty() &&
        !Contains(listing.operation->output, listing.items)) {
      at->Fail(absl::StrCat(listing.operation->name, " gives no ", listing.items));
    }
    return listing;
  }

  JobKind ReadJob(const Cursor& at) {
    at.Allow(
        {"name", "title", "workflow_title", "workflow_arn", "start", "get", "list", "workflows"});
    return {.name = at.RequiredText("name"),
            .title = at.RequiredText("title"),
            .workflow_title = at.RequiredText("workflow_title"),
            .workflow_arn = at.Text("workflow_arn"),
            .start = FindOperation(at, "start"),
            .get = FindOperation(at, "get"),
            .list = ReadListing(at, "list"),
            .workflows = ReadListing(at, "workflows")};
  }

  Reading ReadReading(const Cursor& at) {
    at.Allow({"operation", "items", "filters", "id"});
    return {.operation = FindOperation(at, "operation"),
            .items = at.Text("items"),
            .filters = at.Texts("filters"),
            .id = at.Texts("id")};
  }

  Complaints complaints_;
  std::vector<std::pair<absl::string_view, Node>> nodes_;
  absl::string_view current_file_;
  std::map<std::string, Limits> limits_;
  const AttributeLoader attribute_loader_{limits_};
  std::map<std::string, Cursor> shapes_;
  std::set<std::string> members_;  // what the operations of the type being read take and give
  Catalog catalog_;
};

}  // namespace

const Schema* Catalog::Find(Kind kind, absl::string_view name) const {
  for (const Schema& schema : types) {
    if (schema.kind == kind && schema.name == name) return &schema;
  }
  return nullptr;
}

absl::StatusOr<Catalog> Load(const std::vector<SourceFile>& files, Check check) {
  return Loader(check).Load(files);
}

}  // namespace er::schema
