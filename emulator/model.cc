#include "emulator/model.h"

#include <re2/re2.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "emulator/uri.h"

namespace er::emulator {
namespace {

using Place = Member::Place;
constexpr std::int64_t kNoLimit = -1;

struct Shape {
  enum class Kind { kString, kInteger, kBoolean, kDocument, kList, kMap, kStructure };

  Kind kind = Kind::kString;
  std::int64_t min = kNoLimit;  // of the length or the number
  std::int64_t max = kNoLimit;
  std::shared_ptr<const RE2> pattern{};
  std::vector<std::string> values{};  // of an enumeration
  std::vector<Member> members{};      // of a structure
  std::string key{};                  // of a map
  std::string element{};              // of a list or a map
};

std::shared_ptr<const RE2> Pattern(absl::string_view pattern) {
  return std::make_shared<const RE2>(re2::StringPiece(pattern.data(), pattern.size()));
}

Shape String(std::int64_t min, std::int64_t max) { return {.min = min, .max = max}; }
Shape String(std::int64_t min, std::int64_t max, absl::string_view pattern) {
  return {.min = min, .max = max, .pattern = Pattern(pattern)};
}
Shape String(absl::string_view pattern) { return {.pattern = Pattern(pattern)}; }
Shape Enum(std::vector<std::string> values) { return {.values = std::move(values)}; }
Shape Integer(std::int64_t min, std::int64_t max) {
  return {.kind = Shape::Kind::kInteger, .min = min, .max = max};
}
Shape List(std::string element, std::int64_t min = kNoLimit, std::int64_t max = kNoLimit) {
  return {.kind = Shape::Kind::kList, .min = min, .max = max, .element = std::move(element)};
}
Shape Map(std::string key, std::string element, std::int64_t min, std::int64_t max) {
  return {.kind = Shape::Kind::kMap,
          .min = min,
          .max = max,
          .key = std::move(key),
          .element = std::move(element)};
}
Shape Document() { return {.kind = Shape::Kind::kDocument}; }

// A star after the name: required.
Member In(absl::string_view name, std::string shape, Place place = Place::kBody) {
  const bool required = absl::ConsumeSuffix(&name, "*");
  return {
      .name = std::string(name), .shape = std::move(shape), .place = place, .required = required};
}
Shape Structure(std::vector<Member> members) {
  return {.kind = Shape::Kind::kStructure, .members = std::move(members)};
}

std::map<std::string, Shape> MakeShapes() {
  return {
      {"AttributeMatchingModel", Enum({"ONE_TO_ONE", "MANY_TO_MANY"})},
      {"AttributeName", String(0, 255, "[a-zA-Z_0-9- ]*")},
      {"Description", String(0, 255)},
      {"Document", Document()},
      {"EntityName", String(1, 255, "[a-zA-Z_0-9-]*")},
      {"EntityNameOrIdMappingWorkflowArn",
       String("[a-zA-Z_0-9-=+/]*$|^arn:(aws|aws-us-gov|aws-cn):entityresolution:"
              "[a-z]{2}-[a-z]{1,10}-[0-9]:[0-9]{12}:(idmappingworkflow/[a-zA-Z_0-9-]{1,255})")},
      {"IdMappingIncrementalRunConfig",
       Structure({In("incrementalRunType", "IdMappingIncrementalRunType")})},
      {"IdMappingIncrementalRunType", Enum({"ON_DEMAND"})},
      {"IdMappingJobOutputSource",
       Structure(
           {In("roleArn*", "RoleArn"), In("outputS3Path*", "S3Path"), In("KMSArn", "KMSArn")})},
      {"IdMappingJobOutputSourceConfig", List("IdMappingJobOutputSource", 1, 1)},
      {"IdMappingRoleArn",
       String(0, 512, R"($|^arn:aws:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+)")},
      {"IdMappingRuleBasedProperties",
       Structure({In("rules", "IdMappingRuleBasedPropertiesRulesList"),
                  In("ruleDefinitionType*", "IdMappingWorkflowRuleDefinitionType"),
                  In("attributeMatchingModel*", "AttributeMatchingModel"),
                  In("recordMatchingModel*", "RecordMatchingModel")})},
      {"IdMappingRuleBasedPropertiesRulesList", List("Rule", 1, 25)},
      {"IdMappingTechniques", Structure({In("idMappingType*", "IdMappingType"),
                                         In("ruleBasedProperties", "IdMappingRuleBasedProperties"),
                                         In("providerProperties", "ProviderProperties")})},
      {"IdMappingType", Enum({"PROVIDER", "RULE_BASED"})},
      {"IdMappingWorkflowInputSource",
       Structure({In("inputSourceARN*", "InputSourceARN"), In("schemaName", "EntityName"),
                  In("type", "IdNamespaceType")})},
      {"IdMappingWorkflowInputSourceConfig", List("IdMappingWorkflowInputSource", 1, 20)},
      {"IdMappingWorkflowOutputSource",
       Structure({In("KMSArn", "KMSArn"), In("outputS3Path*", "S3Path")})},
      {"IdMappingWorkflowOutputSourceConfig", List("IdMappingWorkflowOutputSource", 1, 1)},
      {"IdMappingWorkflowRuleDefinitionType", Enum({"SOURCE", "TARGET"})},
      {"IdNamespaceType", Enum({"SOURCE", "TARGET"})},
      {"InputSourceARN",
       String("arn:(aws|aws-us-gov|aws-cn):entityresolution:[a-z]{2}-[a-z]{1,10}-[0-9]:[0-9]{12}:"
              "(idnamespace/[a-zA-Z_0-9-]{1,255})$|"
              "^arn:(aws|aws-us-gov|aws-cn):entityresolution:[a-z]{2}-[a-z]{1,10}-[0-9]:[0-9]{12}:"
              "(matchingworkflow/[a-zA-Z_0-9-]{1,255})$|"
              "^arn:(aws|aws-us-gov|aws-cn):glue:[a-z]{2}-[a-z]{1,10}-[0-9]:[0-9]{12}:"
              "(table/[a-zA-Z_0-9-]{1,255}/[a-zA-Z_0-9-]{1,255})")},
      {"IntermediateSourceConfiguration", Structure({In("intermediateS3Path*", "S3Path")})},
      {"JobId", String("[a-f0-9]{32}")},
      {"JobType", Enum({"BATCH", "INCREMENTAL", "DELETE_ONLY"})},
      {"KMSArn", String("arn:aws:kms:.*:[0-9]+:.*")},
      {"ListIdMappingJobsInputMaxResultsInteger", Integer(1, 25)},
      {"ListIdMappingWorkflowsInputMaxResultsInteger", Integer(kNoLimit, 25)},
      {"NextToken", String(1, 1024, "[a-zA-Z_0-9-=+/]*")},
      {"ProviderProperties",
       Structure({In("providerServiceArn*", "ProviderServiceArn"),
                  In("providerConfiguration", "Document"),
                  In("intermediateSourceConfiguration", "IntermediateSourceConfiguration")})},
      {"ProviderServiceArn",
       String(20, 255,
              "arn:(aws|aws-us-gov|aws-cn):(entityresolution):([a-z]{2}-[a-z]{1,10}-[0-9])::"
              "providerservice/([a-zA-Z0-9_-]{1,255})/([a-zA-Z0-9_-]{1,255})")},
      {"RecordMatchingModel", Enum({"ONE_SOURCE_TO_ONE_TARGET", "MANY_SOURCE_TO_ONE_TARGET"})},
      {"RoleArn", String(32, 512, R"(arn:aws:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+)")},
      {"Rule", Structure({In("ruleName*", "RuleRuleNameString"),
                          In("matchingKeys*", "RuleMatchingKeysList")})},
      {"RuleMatchingKeysList", List("AttributeName", 0, 15)},
      {"RuleRuleNameString", String(0, 255, "[a-zA-Z_0-9- ]*")},
      {"S3Path", String(1, 1024, R"(s3://[a-z0-9][\.\-a-z0-9]{1,61}[a-z0-9](/.*)?)")},
      {"TagKey", String(1, 128)},
      {"TagMap", Map("TagKey", "TagValue", 0, 200)},
      {"TagValue", String(0, 256)},
  };
}

std::vector<Operation> MakeOperations() {
  const std::string workflows = "/idmappingworkflows";
  const std::string workflow = workflows + "/{workflowName}";
  const Member named = In("workflowName*", "EntityName", Place::kPath);
  const Member name_or_arn = In("workflowName*", "EntityNameOrIdMappingWorkflowArn", Place::kPath);
  const Member next_token = In("nextToken", "NextToken", Place::kQuery);
  return {
      {"StartIdMappingJob",
       "POST",
       workflow + "/jobs",
       {name_or_arn, In("outputSourceConfig", "IdMappingJobOutputSourceConfig"),
        In("jobType", "JobType")}},
      {"GetIdMappingJob",
       "GET",
       workflow + "/jobs/{jobId}",
       {name_or_arn, In("jobId*", "JobId", Place::kPath)}},
      {"ListIdMappingJobs",
       "GET",
       workflow + "/jobs",
       {name_or_arn, next_token,
        In("maxResults", "ListIdMappingJobsInputMaxResultsInteger", Place::kQuery)}},
      {"CreateIdMappingWorkflow",
       "POST",
       workflows,
       {In("workflowName*", "EntityName"), In("description", "Description"),
        In("inputSourceConfig*", "IdMappingWorkflowInputSourceConfig"),
        In("outputSourceConfig", "IdMappingWorkflowOutputSourceConfig"),
        In("idMappingTechniques*", "IdMappingTechniques"),
        In("incrementalRunConfig", "IdMappingIncrementalRunConfig"),
        In("roleArn", "IdMappingRoleArn"), In("tags", "TagMap")}},
      {"GetIdMappingWorkflow", "GET", workflow, {named}},
      {"ListIdMappingWorkflows",
       "GET",
       workflows,
       {next_token,
        In("maxResults", "ListIdMappingWorkflowsInputMaxResultsInteger", Place::kQuery)}},
      {"DeleteIdMappingWorkflow", "DELETE", workflow, {named}},
  };
}

// Reads JSON by the shapes and collects what is wrong with it.
class Reader {
 public:
  Json ReadMembers(const std::vector<Member>& members, const Json& input, absl::string_view path) {
    Json read = Json::object();
    for (const Member& member : members) {
      const std::string place = absl::StrCat(path, path.empty() ? "" : ".", member.name);
      const auto found = input.find(member.name);
      if (found == input.end() || found->is_null()) {
        if (member.required) Violate(place, "Member must not be null");
      } else {
        read[member.name] = Read(member.shape, *found, place);
      }
    }
    return read;
  }

  Result Finish(Json read) const {
    if (!wrong_types_.empty()) {
      return Error{.code = 400,
                   .name = "SerializationException",
                   .message = absl::StrJoin(wrong_types_, "; ")};
    }
    if (!violations_.empty()) {
      return ValidationError(absl::StrCat(violations_.size(), " validation error",
                                          violations_.size() == 1 ? "" : "s",
                                          " detected: ", absl::StrJoin(violations_, "; ")));
    }
    return read;
  }

 private:
  Json Read(const std::string& shape_name, const Json& value, const std::string& path) {
    static const auto& shapes = *new std::map<std::string, Shape>(MakeShapes());
    const Shape& shape = shapes.at(shape_name);
    switch (shape.kind) {
      case Shape::Kind::kString:
        if (!value.is_string()) return WrongType(path, "a string");
        CheckString(shape, value.get_ref<const std::string&>(), path);
        return value;
      case Shape::Kind::kInteger:
        if (!value.is_number_integer()) return WrongType(path, "an integer");
        CheckRange(shape, value.get<std::int64_t>(), "value", path);
        return value;
      case Shape::Kind::kBoolean:
        return value.is_boolean() ? value : WrongType(path, "a boolean");
      case Shape::Kind::kDocument:
        return value;
      case Shape::Kind::kStructure:
        if (!value.is_object()) return WrongType(path, "an object");
        return ReadMembers(shape.members, value, path);
      case Shape::Kind::kList: {
        if (!value.is_array()) return WrongType(path, "a list");
        CheckRange(shape, static_cast<std::int64_t>(value.size()), "length", path);
        Json read = Json::array();
        for (const Json& element : value) {
          read.push_back(
              Read(shape.element, element, absl::StrCat(path, ".", read.size() + 1, ".member")));
        }
        return read;
      }
      case Shape::Kind::kMap: {
        if (!value.is_object()) return WrongType(path, "a map");
        CheckRange(shape, static_cast<std::int64_t>(value.size()), "length", path);
        Json read = Json::object();
        for (const auto& [key, element] : value.items()) {
          Read(shape.key, key, path);
          read[key] = Read(shape.element, element, absl::StrCat(path, ".", key));
        }
        return read;
      }
    }
    return nullptr;
  }

  void CheckString(const Shape& shape, const std::string& text, const std::string& path) {
    const auto length = std::count_if(text.begin(), text.end(),
                                      [](char c) { return (c & 0xC0) != 0x80; });  // code points
    CheckRange(shape, length, "length", path);
    if (shape.pattern && !RE2::FullMatch(text, *shape.pattern)) {
      Violate(path, absl::StrCat("Member must satisfy regular expression pattern: ",
                                 shape.pattern->pattern()));
    }
    if (!shape.values.empty() &&
        std::find(shape.values.begin(), shape.values.end(), text) == shape.values.end()) {
      Violate(path, absl::StrCat("Member must satisfy enum value set: [",
                                 absl::StrJoin(shape.values, ", "), "]"));
    }
  }

  void CheckRange(const Shape& shape, std::int64_t number, absl::string_view what,
                  const std::string& path) {
    if (shape.min != kNoLimit && number < shape.min) {
      Violate(path,
              absl::StrCat("Member must have ", what, " greater than or equal to ", shape.min));
    }
    if (shape.max != kNoLimit && number > shape.max) {
      Violate(path, absl::StrCat("Member must have ", what, " less than or equal to ", shape.max));
    }
  }

  void Violate(absl::string_view path, absl::string_view constraint) {
    violations_.push_back(
        absl::StrCat("Value at '", path, "' failed to satisfy constraint: ", constraint));
  }

  Json WrongType(absl::string_view path, absl::string_view wanted) {
    wrong_types_.push_back(absl::StrCat("'", path, "' must be ", wanted));
    return nullptr;
  }

  std::vector<std::string> wrong_types_;
  std::vector<std::string> violations_;
};

std::vector<std::string> Segments(absl::string_view path) {
  absl::ConsumePrefix(&path, "/");
  absl::ConsumeSuffix(&path, "/");
  return absl::StrSplit(path, '/');
}

bool IsLabel(absl::string_view segment) { return absl::StartsWith(segment, "{"); }

bool Fits(const Operation& operation, absl::string_view method,
          const std::vector<std::string>& segments) {
  const std::vector<std::string> pattern = Segments(operation.path);
  return operation.method == method &&
         std::equal(pattern.begin(), pattern.end(), segments.begin(), segments.end(),
                    [](const std::string& wanted, const std::string& given) {
                      return IsLabel(wanted) || wanted == given;
                    });
}

// A parameter of the query is text, whatever its shape.
Json FromText(const Member& member, const std::string& text) {
  std::int64_t number = 0;
  const bool is_integer = absl::EndsWith(member.shape, "Integer");
  if (is_integer && absl::SimpleAtoi(text, &number)) return number;
  return text;
}

const std::vector<Operation>& Operations() {
  static const auto& operations = *new std::vector<Operation>(MakeOperations());
  return operations;
}

}  // namespace

const Operation* FindOperation(absl::string_view method, absl::string_view path) {
  const std::vector<std::string> segments = Segments(path);
  for (const Operation& operation : Operations()) {
    if (Fits(operation, method, segments)) return &operation;
  }
  return nullptr;
}

std::vector<std::string> OperationNames() {
  std::vector<std::string> names;
  for (const Operation& operation : Operations()) names.push_back(operation.name);
  return names;
}

Result ReadInput(const std::vector<Member>& members, const Json& input) {
  Reader reader;
  return reader.Finish(reader.ReadMembers(members, input, ""));
}

Result ReadInput(const Operation& operation, const Request& request) {
  Json body = Json::object();
  if (!request.body.empty()) {
    if (!absl::StartsWith(request.Header("content-type"), "application/json")) {
      return Error{.code = 415,
                   .name = "UnsupportedMediaTypeException",
                   .message = "The content type must be application/json"};
    }
    body = Json::parse(request.body, nullptr, false);
    if (!body.is_object()) {
      return Error{.code = 400,
                   .name = "SerializationException",
                   .message = "The body is not a JSON object"};
    }
  }

  Json input = Json::object();
  const std::vector<std::string> pattern = Segments(operation.path);
  const std::vector<std::string> segments = Segments(request.path);
  const auto parameters = ParseQuery(request.query);
  for (const Member& member : operation.input) {
    switch (member.place) {
      case Place::kBody:
        if (const auto found = body.find(member.name); found != body.end()) {
          input[member.name] = *found;
        }
        break;
      case Place::kPath: {
        const auto label = std::find(pattern.begin(), pattern.end(), "{" + member.name + "}");
        input[member.name] =
            PercentDecode(segments.at(static_cast<std::size_t>(label - pattern.begin())));
        break;
      }
      case Place::kQuery:
        for (const auto& [name, text] : parameters) {
          if (name == member.name) input[member.name] = FromText(member, text);
        }
        break;
    }
  }
  return ReadInput(operation.input, input);
}

}  // namespace er::emulator
