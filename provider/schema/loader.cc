#include "schema/loader.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "schema/attribute_loader.h"
#include "schema/cursor.h"
#include "schema/derived.h"
#include "schema/source.h"

namespace er::schema {
namespace {

using Unless = AttributeLoader::Unless;

std::string BaseName(absl::string_view file) {
  const std::vector<absl::string_view> parts = absl::StrSplit(file, '/');
  absl::string_view name = parts.back();
  return std::string(name.substr(0, name.rfind(".json")));
}

Operation ReadOperation(const std::string& name, const Cursor& at) {
  at.Allow({"method", "path", "query", "header", "repeatable", "input", "output"});
  Operation operation{.name = name,
                      .method = at.RequiredText("method"),
                      .path = at.RequiredText("path"),
                      .query = at.Texts("query"),
                      .header = at.Texts("header"),
                      .repeatable = at.Flag("repeatable"),
                      .input = at.Texts("input"),
                      .output = at.Texts("output")};
  static const std::set<std::string> methods = {"GET", "POST", "PUT", "DELETE"};
  if (!operation.method.empty() && !methods.contains(operation.method)) {
    at.Fail("method must be GET, POST, PUT or DELETE");
  }
  std::vector<std::string> placed = operation.query;
  placed.insert(placed.end(), operation.header.begin(), operation.header.end());
  for (const absl::string_view segment : absl::StrSplit(operation.path, '/')) {
    if (absl::StartsWith(segment, "{") && absl::EndsWith(segment, "}")) {
      placed.emplace_back(segment.substr(1, segment.size() - 2));
    }
  }
  for (const std::string& member : placed) {
    if (!absl::c_linear_search(operation.input, member)) {
      at.Fail(absl::StrCat("it takes no ", member,
                           " that could be in the path, the query or a header"));
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
    block.attributes.push_back(
        {.name = name,
         .description = absl::StrCat("How long ", name == "update" ? "an " : "a ", name,
                                     " may take. Defaults to `", text, "`."),
         .optional = true,
         .format = Format::kDuration});
  }
  schema.attributes.push_back(std::move(block));
}

// Complains of each name of which there is no attribute.
void CheckNames(const Cursor& at, const Schema& schema, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (!name.empty() && schema.FindAttribute(name) == nullptr) {
      at.Fail(absl::StrCat("there is no attribute ", name));
    }
  }
}

// What a type cannot do without, given what becomes of it.
void CheckBehaviour(const Cursor& file, const Schema& schema) {
  if (const auto* reading = std::get_if<Reading>(&schema.behaviour)) {
    const auto at = file.Find("reading", Node::Kind::kObject);
    if (!at.has_value()) return;
    CheckNames(*at, schema, reading->filters);
    CheckNames(*at, schema, reading->id.attributes);
    CheckNames(*at, schema, {reading->items});
    if (!reading->ids.empty()) CheckNames(*at, schema, {"ids"});
    return;
  }
  if (const auto* batch = std::get_if<Batch>(&schema.behaviour)) {
    const Cursor at = *file.Find("batch", Node::Kind::kObject);
    if (schema.kind != Kind::kAction) at.Fail("only an action works through a batch");
    CheckNames(at, schema, {batch->items, "region"});
    return;
  }
  if (schema.kind != Kind::kResource) return;
  if (std::holds_alternative<std::monostate>(schema.behaviour)) return;
  CheckNames(file, schema, schema.identity);
  for (const char* step : {"create", "update", "delete"}) {
    if (!schema.timeouts.contains(step)) {
      file.Fail(absl::StrCat("timeouts: \"", step, "\" is missing"));
    }
  }
  if (const auto* managed = std::get_if<Managed>(&schema.behaviour)) {
    const Cursor at = *file.Find("managed", Node::Kind::kObject);
    CheckNames(at, schema, managed->id.attributes);
    CheckNames(at, schema, {managed->arn, managed->fixed_while, "id", "region"});
    if (managed->id.attributes.empty()) at.Fail("\"id\" is missing");
    if (managed->tagging.has_value()) CheckNames(at, schema, {"tags"});
  }
}

// An upgrade for each version before this one.
void ReadUpgrades(const Cursor& file, Schema& schema) {
  if (const auto at = file.Find("upgrades", Node::Kind::kArray)) {
    for (const Node& node : at->node().elements) {
      const Cursor place = at->Member(absl::StrCat(schema.upgrades.size()), node);
      Upgrade& upgrade = schema.upgrades.emplace_back();
      if (node.kind != Node::Kind::kObject) {
        place.Fail("must be an object");
        continue;
      }
      place.Allow({"renamed"});
      for (const auto& [from, to] : place.Members("renamed")) {
        if (to.node().kind != Node::Kind::kString) to.Fail("must be a text");
        upgrade.renamed.emplace(from, to.node().text);
      }
    }
  }
  if (static_cast<std::int64_t>(schema.upgrades.size()) != schema.version) {
    file.Fail(absl::StrCat("version ", schema.version, " needs as many \"upgrades\""));
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

bool HasSensitive(const Attribute& attribute) {
  return attribute.sensitive ||
         std::any_of(attribute.attributes.begin(), attribute.attributes.end(), HasSensitive);
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
    ForEach("actions/", [&](const Cursor& file) { AddType(file); });
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
    file.Allow({"service", "errors", "job_states", "operations", "tagging"});
    catalog_.service = file.RequiredText("service");
    if (const auto errors = file.Find("errors", Node::Kind::kObject)) ReadErrors(*errors);
    if (const auto states = file.Find("job_states", Node::Kind::kObject)) {
      states->Allow({"running", "succeeded", "failed"});
      catalog_.vocabulary.running = states->Texts("running");
      catalog_.vocabulary.succeeded = states->Texts("succeeded");
      catalog_.vocabulary.failed = states->Texts("failed");
    }
    file.Required("operations", Node::Kind::kObject);
    for (const auto& [name, at] : file.Members("operations")) {
      catalog_.operations.emplace(name, ReadOperation(name, at));
    }
    if (const auto tagging = file.Find("tagging", Node::Kind::kObject)) {
      tagging->Allow({"list", "add", "remove"});
      catalog_.tagging = Tagging{.list = FindOperation(*tagging, "list"),
                                 .add = FindOperation(*tagging, "add"),
                                 .remove = FindOperation(*tagging, "remove")};
    }
  }

  void ReadErrors(const Cursor& errors) {
    errors.Allow({"gone", "busy", "exists", "in_use", "denied", "role_not_ready"});
    Vocabulary& words = catalog_.vocabulary;
    words.gone = errors.Texts("gone");
    words.busy = errors.Texts("busy");
    words.exists = errors.Texts("exists");
    words.in_use = errors.Texts("in_use");
    words.denied = errors.Texts("denied");
    words.role_not_ready = std::make_shared<const Pattern>(errors.Text("role_not_ready"));
    if (errors.compiles_patterns() && !words.role_not_ready->Mistake().empty()) {
      errors.Fail(absl::StrCat("role_not_ready: ", words.role_not_ready->Mistake()));
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
    const std::size_t mistakes = complaints_.lines.size();
    Schema schema = ReadType(file);
    CheckEnvironment(file, schema.attributes);
    const bool is_sound = complaints_.lines.size() == mistakes;
    if (is_sound && std::holds_alternative<Managed>(schema.behaviour)) {
      if (const auto at = file.Find("data_source", Node::Kind::kObject)) {
        Add(file, DataSourceOf(schema, *at, attribute_loader_, members_));
      }
      if (const auto at = file.Find("data_sources", Node::Kind::kObject)) {
        Add(file, ListDataSourceOf(schema, *at, attribute_loader_));
      }
    }
    if (is_sound && schema.kind == Kind::kResource) {
      if (const auto at = file.Find("list_resource", Node::Kind::kObject)) {
        if (schema.identity.empty()) at->Fail("what is listed has an identity");
        const auto* managed = std::get_if<Managed>(&schema.behaviour);
        if (managed != nullptr && managed->list.operation == nullptr && !managed->in_document) {
          at->Fail("\"list\" of \"managed\" is missing");
        }
        Add(file, ListResourceOf(schema, *at));
      }
    }
    Add(file, std::move(schema));
  }

  void Add(const Cursor& file, Schema schema) {
    if (catalog_.Find(schema.kind, schema.name) != nullptr) {
      file.Fail(absl::StrCat("there is another ", schema.name));
    }
    catalog_.types.push_back(std::move(schema));
  }

  Schema ReadType(const Cursor& file) {
    file.Allow({"kind",        "name",         "title",    "subcategory", "version",
                "upgrades",    "description",  "managed",  "job",         "reading",
                "data_source", "data_sources", "identity", "moved_from",  "list_resource",
                "starts",      "takes",        "shapes",   "timeouts",    "attributes",
                "batch",       "blocks"});
    Schema schema{.name = file.RequiredText("name"),
                  .title = file.RequiredText("title"),
                  .subcategory = file.Text("subcategory"),
                  .version = file.Integer("version").value_or(0),
                  .description = file.RequiredText("description"),
                  .identity = file.Texts("identity"),
                  .moved_from = file.Texts("moved_from")};
    static const auto& kinds = *new std::map<std::string, Kind>{{"resource", Kind::kResource},
                                                                {"data_source", Kind::kDataSource},
                                                                {"action", Kind::kAction},
                                                                {"provider", Kind::kProvider}};
    const auto kind = kinds.find(file.RequiredText("kind"));
    if (kind == kinds.end()) {
      file.Fail("kind must be resource, data_source, action or provider");
    } else {
      schema.kind = kind->second;
    }
    if (schema.kind != Kind::kProvider && schema.name.rfind("entityresolution_", 0) != 0) {
      file.Fail("the name of a type begins with entityresolution_");
    }
    ReadUpgrades(file, schema);
    ReadBehaviour(file, schema);
    const bool is_start = schema.kind == Kind::kAction && !file.Has("batch");
    schema.attributes =
        attribute_loader_.Read(file, is_start ? nullptr : &members_, Unless::kMistake);
    if (is_start) ReadArguments(file, schema);
    AddShapes(file, schema);
    ReadTimeouts(file, schema);
    CheckObject(file, schema.attributes, {});
    MarkConfidential(schema.attributes);
    if (auto* managed = std::get_if<Managed>(&schema.behaviour)) {
      if (schema.FindAttribute("tags_all") != nullptr) managed->tagging = catalog_.tagging;
      schema.identity = managed->id.attributes;
    }
    CheckBehaviour(file, schema);
    return schema;
  }

  // What an action takes of the run that it starts. Its own attributes stand behind them.
  void ReadArguments(const Cursor& file, Schema& schema) {
    const std::string name = file.RequiredText("starts");
    const Schema* run = catalog_.Find(Kind::kResource, name);
    if (run == nullptr || !std::holds_alternative<JobKind>(run->behaviour)) {
      return file.Fail(absl::StrCat("starts: there is no run ", name));
    }
    for (Attribute& own : schema.attributes) own.computed = false;
    std::vector<Attribute> arguments = ArgumentsOf(*run, file, file.Texts("takes"));
    arguments.insert(arguments.end(), schema.attributes.begin(), schema.attributes.end());
    schema.attributes = std::move(arguments);
    schema.subcategory = run->subcategory;
    schema.behaviour = Starting{.run = name};
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
    operations_.clear();
    if (const auto managed = file.Find("managed", Node::Kind::kObject)) {
      schema.behaviour = ReadManaged(*managed);
    }
    if (const auto job = file.Find("job", Node::Kind::kObject)) schema.behaviour = ReadJob(*job);
    if (const auto batch = file.Find("batch", Node::Kind::kObject)) {
      schema.behaviour = ReadBatch(*batch);
    }
    if (const auto reading = file.Find("reading", Node::Kind::kObject)) {
      schema.behaviour = ReadReading(*reading);
    } else if (schema.kind == Kind::kDataSource) {
      file.Fail("a data source needs \"reading\"");
    }
  }

  // Marks the operations of the type being read that take or give what is sensitive.
  void MarkConfidential(const std::vector<Attribute>& attributes) {
    for (const Attribute& attribute : attributes) {
      if (!HasSensitive(attribute) || attribute.member.empty()) continue;
      const std::string member = attribute.member.substr(0, attribute.member.find('.'));
      for (const std::string& name : operations_) {
        Operation& operation = catalog_.operations.find(name)->second;
        operation.confidential |= absl::c_linear_search(operation.input, member) ||
                                  absl::c_linear_search(operation.output, member);
      }
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
    operations_.insert(text);
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
        !absl::c_linear_search(listing.operation->output, listing.items)) {
      at->Fail(absl::StrCat(listing.operation->name, " gives no ", listing.items));
    }
    return listing;
  }

  Identity ReadIdentity(const Cursor& at) {
    Identity identity{.attributes = at.Texts("id")};
    if (at.Has("separator")) identity.separator = at.Text("separator");
    return identity;
  }

  Managed ReadManaged(const Cursor& at) {
    at.Allow({"create", "read", "update", "delete", "list", "id", "separator", "arn", "arn_type",
              "fixed_while", "in_use_patience", "jobs", "in_document"});
    Managed managed{.create = FindOperation(at, "create"),
                    .read = FindOperation(at, "read"),
                    .update = FindOperation(at, "update"),
                    .remove = FindOperation(at, "delete"),
                    .list = at.Has("list") ? ReadListing(at, "list") : Listing(),
                    .id = ReadIdentity(at),
                    .arn = at.Text("arn"),
                    .arn_type = at.Text("arn_type"),
                    .fixed_while = at.Text("fixed_while"),
                    .jobs = at.Has("jobs") ? ReadListing(at, "jobs") : Listing(),
                    .in_document = at.Flag("in_document")};
    if (at.Has("in_use_patience")) {
      absl::Duration patience;
      if (!absl::ParseDuration(at.Text("in_use_patience"), &patience)) {
        at.Fail("in_use_patience must be a duration such as \"2m\"");
      }
      managed.in_use_patience = patience;
    }
    return managed;
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

  Batch ReadBatch(const Cursor& at) {
    at.Allow({"operation", "items"});
    return {.operation = FindOperation(at, "operation"), .items = at.RequiredText("items")};
  }

  Reading ReadReading(const Cursor& at) {
    at.Allow({"operation", "items", "filters", "ids", "id", "separator"});
    return {.operation = FindOperation(at, "operation"),
            .items = at.Text("items"),
            .filters = at.Texts("filters"),
            .ids = at.Text("ids"),
            .id = ReadIdentity(at)};
  }

  Complaints complaints_;
  std::vector<std::pair<absl::string_view, Node>> nodes_;
  absl::string_view current_file_;
  std::map<std::string, Limits> limits_;
  const AttributeLoader attribute_loader_{limits_};
  std::map<std::string, Cursor> shapes_;
  std::set<std::string> operations_;  // those of the type being read
  std::set<std::string> members_;     // what they take and give
  Catalog catalog_;
};

}  // namespace

bool Vocabulary::IsEnd(absl::string_view state, bool has_end_time) const {
  return absl::c_linear_search(succeeded, state) || absl::c_linear_search(failed, state) ||
         (has_end_time && !absl::c_linear_search(running, state));
}

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
