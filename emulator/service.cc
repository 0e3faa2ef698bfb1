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
#include "emulator/policies.h"
#include "emulator/provider_services.h"
#include "emulator/thing_operations.h"

namespace er::emulator {
namespace {

constexpr std::int64_t kPageSize = 25;

struct Call {
  Store& store;
  const Kind& kind;  // of the workflow
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
  if (job.kind != &IdMappingWorkflows()) {
    return {{"inputRecords", input},
            {"totalRecordsProcessed", processed},
            {"recordsNotProcessed", rejected},
            {"deleteRecordsProcessed", 0},
            {"matchIDs", processed * 2 / 3}};
  }
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
  if (given != ArnOf(call.kind, call.scope, name)) {
    return NotFound(absl::StrCat("There is no ", call.kind.title, " ", given, " here"));
  }
  return name;
}

Result StartJob(Call& call, const std::string& workflow) {
  const auto started =
      call.store.StartJob({.kind = &call.kind,
                           .scope = call.scope,
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

Result GetJob(Call& call, const std::string& workflow) {
  const std::string id = call.input.value("jobId", "");
  const Job* job = call.store.FindJob(call.kind, call.scope, workflow, id, call.now);
  if (job == nullptr) {
    return NotFound(absl::StrCat("There is no job ", id, " of the workflow ", workflow));
  }
  return JobJson(*job);
}

Result ListJobs(Call& call, const std::string& workflow) {
  const std::string list = absl::StrCat("jobs of ", ArnOf(call.kind, call.scope, workflow));
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
  if (call.input.contains("nextToken")) {
    const auto position = ReadToken(list, call.input.value("nextToken", ""));
    if (!position.has_value() || !absl::SimpleAtoi(*position, &before)) {
      return ValidationError("The nextToken is not one of this list");
    }
  }
  const auto size = static_cast<std::size_t>(call.input.value("maxResults", kPageSize));
  auto jobs = call.store.ListJobs(call.kind, call.scope, workflow, before, size + 1, call.now);
  Json answer = {{"jobs", Json::array()}};
  if (jobs.size() > size) {
    jobs.pop_back();
    answer["nextToken"] = MakeToken(list, absl::StrCat(jobs.back()->number));
  }
  for (const Job* job : jobs) answer["jobs"].push_back(SummaryJson(*job));
  return answer;
}

using OnJob = Result (*)(Call&, const std::string& workflow);

// Start, Get and List of each kind of job.
const std::map<std::string, std::pair<OnJob, const Kind*>>& JobOperations() {
  static const auto& operations = *[] {
    auto* made = new std::map<std::string, std::pair<OnJob, const Kind*>>();
    for (const Kind& kind : kKinds) {
      if (kind.job.empty()) continue;
      const std::string job(kind.job);
      (*made)["Start" + job] = {StartJob, &kind};
      (*made)["Get" + job] = {GetJob, &kind};
      (*made)["List" + job + "s"] = {ListJobs, &kind};
    }
    return made;
  }();
  return operations;
}

Result PerformOnJob(Store& store, const Operation& operation, const Json& input, const Scope& scope,
                    absl::Time now, absl::Duration list_lag) {
  const auto& [perform, kind] = JobOperations().at(operation.name);
  Call call{.store = store,
            .kind = *kind,
            .input = input,
            .scope = scope,
            .now = now,
            .list_lag = list_lag};
  const auto name = WorkflowName(call);
  if (const Error* error = std::get_if<Error>(&name)) return *error;
  const std::string& workflow = std::get<std::string>(name);
  if (store.things().Find(*kind, scope, workflow) == nullptr) {
    return NotFound(absl::StrCat("There is no ", kind->title, " ", workflow));
  }
  return perform(call, workflow);
}

// No more than the operation tells.
Json Restricted(const Json& answer, const Operation& operation) {
  Json restricted = Json::object();
  for (const std::string& member : operation.output) {
    if (answer.contains(member)) restricted[member] = answer[member];
  }
  return restricted;
}

}  // namespace

Json PlainDefinition(const Kind& kind, const Scope& scope, absl::string_view name) {
  const std::string table = absl::StrCat("arn:", PartitionOf(scope.region), ":glue:", scope.region,
                                         ":", scope.account, ":table/emulator/");
  const std::string output = absl::StrCat("s3://entityresolution-emulator/", name, "/");
  Json definition = {
      {"description", "Made by the emulator"},
      {"roleArn", absl::StrCat("arn:aws:iam::", scope.account, ":role/entityresolution-emulator")}};
  if (&kind != &IdMappingWorkflows()) {
    definition["inputSourceConfig"] = {
        {{"inputSourceARN", table + "source"}, {"schemaName", "source"}}};
    definition["outputSourceConfig"] = {{{"outputS3Path", output}, {"output", Json::array()}}};
    definition["resolutionTechniques"] = {{"resolutionType", "ML_MATCHING"}};
    return definition;
  }
  definition["inputSourceConfig"] = {
      {{"inputSourceARN", table + "source"}, {"schemaName", "source"}, {"type", "SOURCE"}},
      {{"inputSourceARN", table + "target"}, {"schemaName", "target"}, {"type", "TARGET"}}};
  definition["outputSourceConfig"] = {{{"outputS3Path", output}}};
  definition["idMappingTechniques"] = {{"idMappingType", "RULE_BASED"},
                                       {"ruleBasedProperties",
                                        {{"ruleDefinitionType", "TARGET"},
                                         {"attributeMatchingModel", "ONE_TO_ONE"},
                                         {"recordMatchingModel", "ONE_SOURCE_TO_ONE_TARGET"}}}};
  return definition;
}

Json JobJson(const Job& job) {
  Json json = SummaryJson(job);
  if (job.kind == &IdMappingWorkflows()) json["jobType"] = job.type;
  if (!job.output.is_null()) json["outputSourceConfig"] = job.output;
  if (IsFinal(job.status)) json["metrics"] = Metrics(job);
  if (job.status == JobStatus::kFailed) {
    json["errorDetails"] = {{"errorMessage", job.fate.message}};
  }
  return json;
}

bool StartsJob(const Operation& operation) {
  const auto found = JobOperations().find(operation.name);
  return found != JobOperations().end() && found->second.first == StartJob;
}

Result Perform(Service& service, const Operation& operation, const Json& input,
               const Caller& caller, absl::Time now, absl::Duration list_lag) {
  const Scope scope{.account = caller.account, .region = caller.region};
  Result result = Json::object();
  if (IsThingOperation(operation)) {
    result = PerformOnThing(operation, {.things = service.store.things(),
                                        .config = service.config,
                                        .input = input,
                                        .scope = scope,
                                        .now = now,
                                        .is_busy =
                                            [&](const Kind& kind, const std::string& name) {
                                              return service.store.IsBusy(kind, scope, name, now);
                                            },
                                        .forget =
                                            [&](const Kind& kind, const std::string& name) {
                                              service.store.ForgetJobs(kind, scope, name, now);
                                              service.policies.erase(ArnOf(kind, scope, name));
                                            }});
  } else if (IsPolicyOperation(operation)) {
    result = PerformOnPolicy(operation, input, scope, service.store.things(), service.policies);
  } else if (IsProviderServiceOperation(operation)) {
    result = PerformOnProviderServices(operation, input, scope);
  } else {
    result = PerformOnJob(service.store, operation, input, scope, now, list_lag);
  }
  if (const Json* answer = std::get_if<Json>(&result)) return Restricted(*answer, operation);
  return result;
}

}  // namespace er::emulator
