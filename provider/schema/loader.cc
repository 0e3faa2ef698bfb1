#include "schema/loader.h"

#include <re2/re2.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "schema/source.h"

namespace er::schema {
namespace {

// A node, where it stands, and where complaints about it go.
class Cursor {
 public:
  Cursor(const Node& node, absl::string_view file, std::string path,
         std::vector<std::string>& errors)
      : node_(&node), file_(file), path_(std::move(path)), errors_(&errors) {}

  const Node& node() const { return *node_; }

  void Fail(absl::string_view reason) const {
    errors_->push_back(
        absl::StrCat(file_, ":", node_->line, ": ", path_, path_.empty() ? "" : ": ", reason));
  }

  Cursor Member(absl::string_view name, const Node& node) const {
    return Cursor(node, file_, path_.empty() ? std::string(name) : absl::StrCat(path_, ".", name),
                  *errors_);
  }

  // The member of this name, complaining if it is there and of another kind.
  std::optional<Cursor> Find(absl::string_view name, Node::Kind kind) const {
    const Node* member = node_->Find(name);
    if (member == nullptr) return std::nullopt;
    Cursor cursor = Member(name, *member);
    if (member->kind != kind) {
      cursor.Fail(absl::StrCat("must be ", KindName(kind)));
      return std::nullopt;
    }
    return cursor;
  }

  std::string Text(absl::string_view name) const {
    const auto member = Find(name, Node::Kind::kString);
    if (!member.has_value()) return "";
    if (member->node().text.empty()) member->Fail("must not be empty");
    return member->node().text;
  }

  std::string RequiredText(absl::string_view name) const {
    if (node_->Find(name) == nullptr) Fail(absl::StrCat("\"", name, "\" is missing"));
    return Text(name);
  }

  bool Flag(absl::string_view name) const {
    const auto member = Find(name, Node::Kind::kBool);
    return member.has_value() && member->node().boolean;
  }

  std::optional<std::int64_t> Integer(absl::string_view name) const {
    const auto member = Find(name, Node::Kind::kNumber);
    if (!member.has_value()) return std::nullopt;
    std::int64_t value = 0;
    if (!absl::SimpleAtoi(member->node().text, &value) || value < 0) {
      member->Fail("must be a whole number, 0 or more");
      return std::nullopt;
    }
    return value;
  }

  std::optional<double> Decimal(absl::string_view name) const {
    const auto member = Find(name, Node::Kind::kNumber);
    double value = 0;
    if (!member.has_value() || !absl::SimpleAtod(member->node().text, &value)) return std::nullopt;
    return value;
  }

  std::vector<std::string> Texts(absl::string_view name) const {
    std::vector<std::string> texts;
    const auto member = Find(name, Node::Kind::kArray);
    if (!member.has_value()) return texts;
    for (const Node& element : member->node().elements) {
      if (element.kind != Node::Kind::kString || element.text.empty()) {
        Member(name, element).Fail("must be a list of texts");
      } else {
        texts.push_back(element.text);
      }
    }
    return texts;
  }

  void Allow(const std::set<absl::string_view>& names) const {
    for (const auto& [name, member] : node_->members) {
      if (name == "$schema" || name == "documentation") {
        Text(name);
      } else if (!names.contains(name)) {
        Member(name, member).Fail("is not a key of this format");
      }
    }
  }

 private:
  static absl::string_view KindName(Node::Kind kind) {
    switch (kind) {
      case Node::Kind::kNull:
        return "null";
      case Node::Kind::kBool:
        return "true or false";
      case Node::Kind::kNumber:
        return "a number";
      case Node::Kind::kString:
        return "a text";
      case Node::Kind::kArray:
        return "a list";
      case Node::Kind::kObject:
        return "an object";
    }
    return "";
  }

  const Node* node_;
  absl::string_view file_;
  std::string path_;
  std::vector<std::string>* errors_;
};

std::string BaseName(absl::string_view file) {
  const std::vector<absl::string_view> parts = absl::StrSplit(file, '/');
  absl::string_view name = parts.back();
  return std::string(name.substr(0, name.rfind(".json")));
}

class Loader {
 public:
  absl::StatusOr<Catalog> Load(const std::vector<SourceFile>& files) {
    for (const SourceFile& file : files) {
      absl::StatusOr<Node> node = ParseSource(file.text);
      if (!node.ok()) {
        errors_.push_back(absl::StrCat(file.name, ":", node.status().message()));
      } else {
        nodes_.emplace_back(file.name, *std::move(node));
      }
    }
    // What is referred to comes first.
    ForEach("service.json", [&](const Cursor& file) { ReadService(file); });
    ForEach("limits.json", [&](const Cursor& file) { ReadLimits(file); });
    ForEach("shapes/", [&](const Cursor& file) {
      file.Allow({"attributes"});
      if (file.node().Find("attributes") == nullptr) file.Fail("\"attributes\" is missing");
      shapes_.emplace(BaseName(current_file_), file);
    });
    ForEach("provider.json", [&](const Cursor& file) { catalog_.provider = ReadType(file); });
    ForEach("resources/", [&](const Cursor& file) { AddType(file); });
    ForEach("data-sources/", [&](const Cursor& file) { AddType(file); });
    if (catalog_.provider.name.empty()) errors_.push_back("provider.json: is missing");
    if (!errors_.empty()) return absl::InvalidArgumentError(absl::StrJoin(errors_, "\n"));
    return std::move(catalog_);
  }

 private:
  template <typename Read>
  void ForEach(absl::string_view prefix, Read read) {
    for (const auto& [name, node] : nodes_) {
      if (name.substr(0, prefix.size()) != prefix) continue;
      current_file_ = name;
      const Cursor file(node, name, "", errors_);
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
    const auto operations = file.Find("operations", Node::Kind::kObject);
    if (!operations.has_value()) return file.Fail("\"operations\" is missing");
    for (const auto& [name, node] : operations->node().members) {
      const Cursor at = operations->Member(name, node);
      at.Allow({"method", "path", "query", "repeatable", "input", "output"});
      catalog_.operations.emplace(name, Operation{.name = name,
                                                  .method = at.RequiredText("method"),
                                                  .path = at.RequiredText("path"),
                                                  .query = at.Texts("query"),
                                                  .repeatable = at.Flag("repeatable"),
                                                  .input = at.Texts("input"),
                                                  .output = at.Texts("output")});
    }
  }

  void ReadLimits(const Cursor& file) {
    file.Allow({"limits"});
    const auto limits = file.Find("limits", Node::Kind::kObject);
    if (!limits.has_value()) return file.Fail("\"limits\" is missing");
    for (const auto& [name, node] : limits->node().members) {
      if (const auto limit = limits->Find(name, Node::Kind::kObject)) {
        limits_.emplace(name, ReadLimit(*limit));
      }
    }
  }

  static Limits ReadLimit(const Cursor& at) {
    at.Allow({"pattern", "meaning", "min_length", "max_length", "one_of", "min", "max", "whole"});
    Limits limits{.pattern_meaning = at.Text("meaning"),
                  .min_length = at.Integer("min_length"),
                  .max_length = at.Integer("max_length"),
                  .one_of = at.Texts("one_of"),
                  .min = at.Decimal("min"),
                  .max = at.Decimal("max"),
                  .whole = at.Flag("whole"),
                  .documentation = at.Text("documentation")};
    if (limits.min_length.value_or(0) > limits.max_length.value_or(INT64_MAX)) {
      at.Fail("min_length is above max_length");
    }
    if (limits.min && limits.max && *limits.min > *limits.max) at.Fail("min is above max");
    if (const std::string pattern = at.Text("pattern"); !pattern.empty()) {
      auto compiled = std::make_shared<const re2::RE2>(pattern, re2::RE2::Quiet);
      if (!compiled->ok()) at.Fail(absl::StrCat("pattern: ", compiled->error()));
      if (limits.pattern_meaning.empty()) at.Fail("a pattern needs a \"meaning\" for people");
      limits.pattern = std::move(compiled);
    }
    return limits;
  }

  void AddType(const Cursor& file) {
    Schema schema = ReadType(file);
    if (catalog_.Find(schema.kind, schema.name) != nullptr) {
      file.Fail(absl::StrCat("there is another ", schema.name));
    }
    catalog_.types.push_back(std::move(schema));
  }

  Schema ReadType(const Cursor& file) {
    file.Allow({"kind", "name", "title", "version", "description", "job", "reading", "shapes",
                "timeouts", "attributes", "blocks"});
    Schema schema{.name = file.RequiredText("name"),
                  .title = file.RequiredText("title"),
                  .version = file.Integer("version").value_or(0),
                  .description = file.RequiredText("description")};
    const std::string kind = file.RequiredText("kind");
    if (kind == "resource") {
      schema.kind = Kind::kResource;
    } else if (kind == "data_source") {
      schema.kind = Kind::kDataSource;
    } else if (kind == "provider") {
      schema.kind = Kind::kProvider;
    } else {
      file.Fail("kind must be resource, data_source or provider");
    }
    if (schema.kind != Kind::kProvider && schema.name.rfind("entityresolution_", 0) != 0) {
      file.Fail("the name of a type begins with entityresolution_");
    }
    members_.clear();
    if (const auto job = file.Find("job", Node::Kind::kObject)) schema.behaviour = ReadJob(*job);
    if (const auto reading = file.Find("reading", Node::Kind::kObject)) {
      schema.behaviour = ReadReading(*reading);
    } else if (schema.kind == Kind::kDataSource) {
      file.Fail("a data source needs \"reading\"");
    }
    if (const auto attributes = file.Find("attributes", Node::Kind::kObject)) {
      schema.attributes = ReadAttributes(*attributes, Inherited::kNothing, /*nested=*/false);
    }
    for (const std::string& name : file.Texts("shapes")) {
      const auto shape = shapes_.find(name);
      if (shape == shapes_.end()) {
        file.Fail(absl::StrCat("shapes: there is no shapes/", name, ".json"));
        continue;
      }
      if (const auto attributes = shape->second.Find("attributes", Node::Kind::kObject)) {
        for (Attribute& attribute :
             ReadAttributes(*attributes, Inherited::kComputed, /*nested=*/false)) {
          schema.attributes.push_back(std::move(attribute));
        }
      }
    }
    if (const auto blocks = file.Find("blocks", Node::Kind::kObject)) {
      for (const auto& [name, node] : blocks->node().members) {
        schema.blocks.push_back(ReadBlock(name, blocks->Member(name, node)));
      }
    }
    ReadTimeouts(file, schema);
    CheckBehaviour(file, schema);
    std::set<absl::string_view> names;
    for (const Attribute& attribute : schema.attributes) {
      if (!names.insert(attribute.name).second) {
        file.Fail(absl::StrCat("attribute ", attribute.name, " is declared twice"));
      }
    }
    for (const Block& block : schema.blocks) {
      if (!names.insert(block.name).second) {
        file.Fail(absl::StrCat("block ", block.name, " is declared twice"));
      }
    }
    return schema;
  }

  // What a nested attribute has from the one around it.
  enum class Inherited { kNothing, kComputed };

  std::vector<Attribute> ReadAttributes(const Cursor& at, Inherited inherited, bool nested) {
    std::vector<Attribute> attributes;
    for (const auto& [name, node] : at.node().members) {
      const Cursor member = at.Member(name, node);
      CheckName(name, member);
      if (node.kind != Node::Kind::kObject) {
        member.Fail("must be an object");
      } else {
        attributes.push_back(ReadAttribute(name, member, inherited, nested));
      }
    }
    return attributes;
  }

  static void CheckName(const std::string& name, const Cursor& at) {
    static const re2::RE2 pattern("[a-z][a-z0-9_]*");
    if (!re2::RE2::FullMatch(name, pattern)) at.Fail("a name is lower case, digits and _");
  }

  Attribute ReadAttribute(const std::string& name, const Cursor& at, Inherited inherited,
                          bool nested) {
    at.Allow({"type", "attributes", "description", "required", "optional", "computed", "sensitive",
              "replaces", "volatile", "default", "format", "limits", "member", "local",
              "environment"});
    Attribute attribute{.name = name,
                        .description = at.RequiredText("description"),
                        .required = at.Flag("required"),
                        .optional = at.Flag("optional"),
                        .computed = at.Flag("computed") || inherited == Inherited::kComputed,
                        .sensitive = at.Flag("sensitive"),
                        .replaces = at.Flag("replaces"),
                        .is_volatile = at.Flag("volatile"),
                        .environment = at.Texts("environment")};
    ReadAttributeType(at, attribute);
    ReadDefault(at, attribute);
    ReadFormatAndLimits(at, attribute);
    if (at.Flag("local")) {
      if (!at.Text("member").empty()) at.Fail("is local, so it has no member");
    } else {
      attribute.member = at.Text("member");
      if (attribute.member.empty()) attribute.member = LowerCamelCase(name);
      if (!nested) CheckMember(attribute.member, at);
    }
    if (!attribute.required && !attribute.optional && !attribute.computed) {
      at.Fail("must be required, optional or computed");
    }
    if (attribute.required && (attribute.optional || attribute.computed)) {
      at.Fail("is required, so it is neither optional nor computed");
    }
    if (attribute.replaces && !attribute.required && !attribute.optional) {
      at.Fail("is computed only, so that it cannot replace");
    }
    if (nested && attribute.computed && inherited == Inherited::kNothing) {
      at.Fail("a computed attribute inside a configured one is not supported");
    }
    return attribute;
  }

  void CheckMember(const std::string& member, const Cursor& at) const {
    const std::string top = member.substr(0, member.find('.'));
    if (!members_.contains(top)) {
      at.Fail(absl::StrCat("no operation of this type takes or gives ", top,
                           "; say \"member\", or \"local\" if the service knows nothing of it"));
    }
  }

  void ReadAttributeType(const Cursor& at, Attribute& attribute) {
    const Node* type = at.node().Find("type");
    if (type == nullptr) return at.Fail("\"type\" is missing");
    const auto nested = at.Find("attributes", Node::Kind::kObject);
    if (nested.has_value()) {
      if (type->text == "object") {
        attribute.nesting = Nesting::kSingle;
      } else if (type->text == "list") {
        attribute.nesting = Nesting::kList;
      } else if (type->text == "set") {
        attribute.nesting = Nesting::kSet;
      } else if (type->text == "map") {
        attribute.nesting = Nesting::kMap;
      } else {
        at.Fail("with attributes, the type is object, list, set or map");
      }
      attribute.attributes =
          ReadAttributes(*nested, attribute.computed ? Inherited::kComputed : Inherited::kNothing,
                         /*nested=*/true);
      return;
    }
    absl::StatusOr<Type> parsed = Type::FromJson(ToJson(*type));
    if (!parsed.ok()) return at.Fail(parsed.status().message());
    attribute.type = *std::move(parsed);
  }

  static void ReadDefault(const Cursor& at, Attribute& attribute) {
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

  void ReadFormatAndLimits(const Cursor& at, Attribute& attribute) {
    if (const std::string format = at.Text("format"); format == "duration") {
      attribute.format = Format::kDuration;
    } else if (format == "timestamp") {
      attribute.format = Format::kTimestamp;
    } else if (!format.empty()) {
      at.Fail("format must be duration or timestamp");
    }
    const bool is_string =
        attribute.nesting == Nesting::kNone && attribute.type.kind() == Type::Kind::kString;
    if (attribute.format != Format::kText && !is_string) at.Fail("only a string has a format");
    const Node* limits = at.node().Find("limits");
    if (limits == nullptr) return;
    const Type::Kind kind = attribute.type.kind();
    const bool is_number = attribute.nesting == Nesting::kNone && kind == Type::Kind::kNumber;
    const bool has_texts = is_string || (attribute.nesting == Nesting::kNone &&
                                         (kind == Type::Kind::kList || kind == Type::Kind::kSet) &&
                                         attribute.type.element().kind() == Type::Kind::kString);
    if (!has_texts && !is_number) return at.Fail("only a number and texts have limits");
    if (limits->kind == Node::Kind::kObject) {
      attribute.limits = ReadLimit(at.Member("limits", *limits));
    } else if (const auto found = limits_.find(limits->text); found != limits_.end()) {
      attribute.limits = found->second;
    } else {
      at.Fail(absl::StrCat("limits.json has no \"", limits->text, "\""));
    }
    const Limits& given = attribute.limits;
    const bool of_text =
        given.pattern || given.min_length || given.max_length || !given.one_of.empty();
    const bool of_number = given.min || given.max || given.whole;
    if (of_text && is_number) at.Fail("a number has min, max and whole as limits");
    if (of_number && !is_number && attribute.format != Format::kDuration) {
      at.Fail("min, max and whole are limits of a number or a duration");
    }
    if (attribute.default_value.has_value() && !attribute.limits.one_of.empty() &&
        std::count(attribute.limits.one_of.begin(), attribute.limits.one_of.end(),
                   attribute.default_value->AsString()) == 0) {
      at.Fail("the default is none of what it can be");
    }
  }

  Block ReadBlock(const std::string& name, const Cursor& at) {
    at.Allow({"nesting", "min_items", "max_items", "replaces", "description", "member",
              "attributes", "local"});
    CheckName(name, at);
    Block block{.name = name,
                .description = at.RequiredText("description"),
                .min_items = at.Integer("min_items").value_or(0),
                .max_items = at.Integer("max_items").value_or(0),
                .replaces = at.Flag("replaces")};
    const std::string nesting = at.RequiredText("nesting");
    if (nesting == "single") {
      block.nesting = Nesting::kSingle;
    } else if (nesting == "list") {
      block.nesting = Nesting::kList;
    } else {
      at.Fail("nesting must be single or list");
    }
    if (!at.Flag("local")) {
      block.member = at.Text("member");
      if (block.member.empty()) block.member = LowerCamelCase(name);
      CheckMember(block.member, at);
    }
    if (const auto attributes = at.Find("attributes", Node::Kind::kObject)) {
      block.attributes = ReadAttributes(*attributes, Inherited::kNothing, /*nested=*/true);
    } else {
      at.Fail("\"attributes\" is missing");
    }
    return block;
  }

  static void ReadTimeouts(const Cursor& file, Schema& schema) {
    const auto timeouts = file.Find("timeouts", Node::Kind::kObject);
    if (!timeouts.has_value()) return;
    Block block{.name = "timeouts",
                .description = "How long each step may take, as in `90m` or `4h`.",
                .nesting = Nesting::kSingle};
    for (const auto& [name, node] : timeouts->node().members) {
      const Cursor at = timeouts->Member(name, node);
      absl::Duration duration;
      if (name != "create" && name != "update" && name != "delete" && name != "read") {
        at.Fail("must be create, read, update or delete");
      }
      if (node.kind != Node::Kind::kString || !absl::ParseDuration(node.text, &duration) ||
          duration <= absl::ZeroDuration()) {
        at.Fail("must be a duration such as \"90m\"");
      }
      schema.timeouts.emplace(name, node.text);
      block.attributes.push_back({.name = name,
                                  .description = absl::StrCat("Defaults to `", node.text, "`."),
                                  .optional = true,
                                  .format = Format::kDuration});
    }
    schema.blocks.push_back(std::move(block));
  }

  // The operation that the member `name` names, with what it takes and gives; null, after a
  // complaint, if there is none.
  const Operation* ReadOperation(const Cursor& at, absl::string_view name) {
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
    const auto at = parent.Find(name, Node::Kind::kObject);
    if (!at.has_value()) {
      if (parent.node().Find(name) == nullptr) {
        parent.Fail(absl::StrCat("\"", name, "\" is missing"));
      }
      return {};
    }
    at->Allow({"operation", "items"});
    Listing listing{.operation = ReadOperation(*at, "operation"),
                    .items = at->RequiredText("items")};
    if (listing.operation != nullptr && !listing.items.empty() &&
        std::count(listing.operation->output.begin(), listing.operation->output.end(),
                   listing.items) == 0) {
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
            .start = ReadOperation(at, "start"),
            .get = ReadOperation(at, "get"),
            .list = ReadListing(at, "list"),
            .workflows = ReadListing(at, "workflows")};
  }

  Reading ReadReading(const Cursor& at) {
    at.Allow({"operation", "items", "filters", "id"});
    return {.operation = ReadOperation(at, "operation"),
            .items = at.Text("items"),
            .filters = at.Texts("filters"),
            .id = at.Texts("id")};
  }

  // What the behaviour says of attributes, and what of the rest it cannot do without.
  static void CheckBehaviour(const Cursor& file, const Schema& schema) {
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

  std::vector<std::string> errors_;
  std::vector<std::pair<absl::string_view, Node>> nodes_;
  absl::string_view current_file_;
  std::map<std::string, Limits> limits_;
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

absl::StatusOr<Catalog> Load(const std::vector<SourceFile>& files) { return Loader().Load(files); }

}  // namespace er::schema
