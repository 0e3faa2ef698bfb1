#include "emulator/service.h"

#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "emulator/digest.h"
#include "emulator/page_token.h"

namespace er::emulator {
namespace {

constexpr std::int64_t kPageSize = 25;

struct Call {
  Store& store;
  const Json& input;
  const Scope scope;
  const absl::Time now;
  const absl::Duration list_lag;
};

// Epoch seconds with milliseconds.
double Timestamp(absl::Time time) { return static_cast<double>(absl::ToUnixMillis(time)) / 1000.0; }

// Whole numbers that agree with each other and are the same whenever one asks.
Json Metrics(const Job& job) {
  const std::uint64_t number = NumberFrom(job.id);
  const auto input = static_cast<std::int64_t>(1000 + number % 99000);
  const std::int64_t rejected = input / 100;
  const std::int64_t processed = input - rejected;
  const std::int64_t source = processed / 2;
  const std::int64_t target = processed / 3;
  const std::int64_t unique = processed - target;
  const bool deletes = job.type == "DELETE_ONLY";
  const std::int64_t fresh = deletes ? 0 : job.type == "INCREMENTAL" ? 10 : 1;  // one in so many
  const auto part = [&](std::int64_t of) { return fresh == 0 ? 0 : of / fresh; };
  return {{"inputRecords", input},
          {"totalRecordsProcessed", processed},
          {"recordsNotProcessed", rejected},
          {"deleteRecordsProcessed", deletes ? processed : 0},
          {"totalMappedRecords", source + target},
          {"totalMappedSourceRecords", source},
          {"totalMappedTargetRecords", target},
          {"uniqueRecordsLoaded", unique},
          {"newMappedRecords", part(source) + part(target)},
          {"newMappedSourceRecords", part(source)},
          {"newMappedTargetRecords", part(target)},
          {"newUniqueRecordsLoaded", part(unique)},
          {"mappedRecordsRemoved", deletes ? source + target : 0},
          {"mappedSourceRecordsRemoved", deletes ? source : 0},
          {"mappedTargetRecordsRemoved", deletes ? target : 0}};
}

Json SummaryJson(const Job& job) {
  Json json = {
      {"jobId", job.id}, {"status", Name(job.status)}, {"startTime", Timestamp(job.start)}};
  if (IsFinal(job.status)) json["endTime"] = Timestamp(job.end);
  return json;
}

// The name of the workflow that a name or an ARN speaks of.
std::variant<std::string, Error> WorkflowName(const Call& call) {
  const std::string given = call.input.value("workflowName", "");
  if (!absl::StartsWith(given, "arn:")) return given;
  const std::vector<std::string> parts = absl::StrSplit(given, absl::MaxSplits(':', 5));
  if (parts[4] != call.scope.account) {
    return Error{.code = 403,
                 .name = "AccessDeniedException",
                 .message = absl::StrCat("No access to ", given)};
  }
  const std::string name = parts[5].substr(parts[5].find('/') + 1);
  if (given != WorkflowArn(call.scope, name)) {
    return NotFound(absl::StrCat("There is no ID mapping workflow ", given, " here"));
  }
  return name;
}

Result StartIdMappingJob(Call& call, const std::string& workflow) {
  const auto started =
      call.store.StartJob({.scope = call.scope,
                           .workflow = workflow,
                           .type = call.input.value("jobType", ""),
                           .output = call.input.value("outputSourceConfig", Json()),
                           .origin = "api",
                           .list_lag = call.list_lag},
                          call.now);
  if (const Error* error = std::get_if<Error>(&started)) return *error;
  const Job& job = *std::get<const Job*>(started);
  Json answer = {{"jobId", job.id}, {"jobType", job.type}};
  if (!job.output.is_null()) answer["outputSourceConfig"] = job.output;
  return answer;
}

Result GetIdMappingJob(Call& call, const std::string& workflow) {
  const std::string id = call.input.value("jobId", "");
  const Job* job = call.store.FindJob(call.scope, workflow, id, call.now);
  if (job == nullptr) {
    return NotFound(absl::StrCat("There is no job ", id, " of the workflow ", workflow));
  }
  return JobJson(*job);
}

Result ListIdMappingJobs(Call& call, const std::string& workflow) {
  const std::string list = absl::StrCat("jobs of ", WorkflowArn(call.scope, workflow));
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
  if (call.input.contains("nextToken")) {
    const auto position = ReadToken(list, call.input.value("nextToken", ""));
    if (!position.has_value() || !absl::SimpleAtoi(*position, &before)) {
      return ValidationError("The nextToken is not one of this list");
    }
  }
  const auto size = static_cast<std::size_t>(call.input.value("maxResults", kPageSize));
  auto jobs = call.store.ListJobs(call.scope, workflow, before, size + 1, call.now);
  Json answer = {{"jobs", Json::array()}};
  if (jobs.size() > size) {
    jobs.pop_back();
    answer["nextToken"] = MakeToken(list, absl::StrCat(jobs.back()->number));
  }
  for (const Job* job : jobs) answer["jobs"].push_back(SummaryJson(*job));
  return answer;
}

Json WorkflowJson(const Scope& scope, const Workflow& workflow) {
  Json json = workflow.definition;
  json["workflowName"] = workflow.name;
  json["workflowArn"] = WorkflowArn(scope, workflow.name);
  return json;
}

Result CreateIdMappingWorkflow(Call& call, const std::string& name) {
  if (call.store.FindWorkflow(call.scope, name) != nullptr) {
    return Error{.code = 400,
                 .name = "ConflictException",
                 .message = absl::StrCat("The ID mapping workflow ", name, " exists already")};
  }
  Json definition = call.input;
  definition.erase("workflowName");
  Json answer =
      WorkflowJson(call.scope, call.store.PutWorkflow({.name = name,
                                                       .scope = call.scope,
                                                       .definition = std::move(definition),
                                                       .created = call.now}));
  answer.erase("tags");
  return answer;
}

Result GetIdMappingWorkflow(Call& call, const std::string& name) {
  const Workflow* workflow = call.store.FindWorkflow(call.scope, name);
  if (workflow == nullptr) return NotFound(absl::StrCat("There is no ID mapping workflow ", name));
  Json answer = WorkflowJson(call.scope, *workflow);
  answer["createdAt"] = answer["updatedAt"] = Timestamp(workflow->created);
  return answer;
}

Result ListIdMappingWorkflows(Call& call, const std::string& /*unnamed*/) {
  const std::string list = absl::StrCat("workflows of ", WorkflowArn(call.scope, ""));
  std::string after;
  if (call.input.contains("nextToken")) {
    const auto position = ReadToken(list, call.input.value("nextToken", ""));
    if (!position.has_value()) return ValidationError("The nextToken is not one of this list");
    after = *position;
  }
  const std::int64_t asked = call.input.value("maxResults", kPageSize);
  const auto size = static_cast<std::size_t>(asked < 1 ? kPageSize : asked);
  Json answer = {{"workflowSummaries", Json::array()}};
  Json& summaries = answer["workflowSummaries"];
  for (const Workflow* workflow : call.store.ListWorkflows(call.scope)) {
    if (workflow->name <= after) continue;
    if (summaries.size() == size) {
      answer["nextToken"] = MakeToken(list, summaries.back().value("workflowName", ""));
      break;
    }
    const double created = Timestamp(workflow->created);
    summaries.push_back({{"workflowName", workflow->name},
                         {"workflowArn", WorkflowArn(call.scope, workflow->name)},
                         {"createdAt", created},
                         {"updatedAt", created}});
  }
  return answer;
}

Result DeleteIdMappingWorkflow(Call& call, const std::string& name) {
  if (call.store.IsBusy(call.scope, name, call.now)) {
    return Error{
        .code = 400,
        .name = "ConflictException",
        .message = absl::StrCat("The ID mapping workflow ", name, " is currently running")};
  }
  call.store.DeleteWorkflow(call.scope, name, call.now);  // gone already is as good
  return Json{{"message", absl::StrCat("The ID mapping workflow ", name, " is deleted")}};
}

}  // namespace

std::string PartitionOf(absl::string_view region) {
  if (absl::StartsWith(region, "cn-")) return "aws-cn";
  if (absl::StartsWith(region, "us-gov-")) return "aws-us-gov";
  return "aws";
}

std::string WorkflowArn(const Scope& scope, absl::string_view name) {
  return absl::StrCat("arn:", PartitionOf(scope.region), ":entityresolution:", scope.region, ":",
                      scope.account, ":idmappingworkflow/", name);
}

Json PlainDefinition(const Scope& scope, absl::string_view name) {
  const std::string table = absl::StrCat("arn:", PartitionOf(scope.region), ":glue:", scope.region,
                                         ":", scope.account, ":table/emulator/");
  const Json source = {
      {"inputSourceARN", table + "source"}, {"schemaName", "source"}, {"type", "SOURCE"}};
  const Json target = {
      {"inputSourceARN", table + "target"}, {"schemaName", "target"}, {"type", "TARGET"}};
  const Json rules = {{"ruleDefinitionType", "TARGET"},
                      {"attributeMatchingModel", "ONE_TO_ONE"},
                      {"recordMatchingModel", "ONE_SOURCE_TO_ONE_TARGET"}};
  return {
      {"description", "Made by the emulator"},
      {"inputSourceConfig", Json::array({source, target})},
      {"outputSourceConfig",
       Json::array(
           {{{"outputS3Path", absl::StrCat("s3://entityresolution-emulator/", name, "/")}}})},
      {"idMappingTechniques", {{"idMappingType", "RULE_BASED"}, {"ruleBasedProperties", rules}}},
      {"roleArn", absl::StrCat("arn:aws:iam::", scope.account, ":role/entityresolution-emulator")}};
}

Json JobJson(const Job& job) {
  Json json = SummaryJson(job);
  json["jobType"] = job.type;
  if (!job.output.is_null()) json["outputSourceConfig"] = job.output;
  if (IsFinal(job.status)) json["metrics"] = Metrics(job);
  if (job.status == JobStatus::kFailed) {
    json["errorDetails"] = {{"errorMessage", job.fate.message}};
  }
  return json;
}

Result Perform(Store& store, const Operation& operation, const Json& input, const Caller& caller,
               absl::Time now, absl::Duration list_lag) {
  struct Entry {
    Result (*perform)(Call&, const std::string& workflow);
    bool needs_workflow;
  };
  static const auto& entries = *new std::map<std::string, Entry>{
      {"StartIdMappingJob", {StartIdMappingJob, true}},
      {"GetIdMappingJob", {GetIdMappingJob, true}},
      {"ListIdMappingJobs", {ListIdMappingJobs, true}},
      {"CreateIdMappingWorkflow", {CreateIdMappingWorkflow, false}},
      {"GetIdMappingWorkflow", {GetIdMappingWorkflow, false}},
      {"ListIdMappingWorkflows", {ListIdMappingWorkflows, false}},
      {"DeleteIdMappingWorkflow", {DeleteIdMappingWorkflow, false}},
  };
  const Entry& entry = entries.at(operation.name);
  Call call{.store = store,
            .input = input,
            .scope = {.account = caller.account, .region = caller.region},
            .now = now,
            .list_lag = list_lag};
  const auto name = WorkflowName(call);
  if (const Error* error = std::get_if<Error>(&name)) return *error;
  const std::string& workflow = std::get<std::string>(name);
  if (entry.needs_workflow && store.FindWorkflow(call.scope, workflow) == nullptr) {
    return NotFound(absl::StrCat("There is no ID mapping workflow ", workflow));
  }
  return entry.perform(call, workflow);
}

}  // namespace er::emulator
