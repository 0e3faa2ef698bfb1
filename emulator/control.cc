#include "emulator/control.h"

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/status.h"
#include "emulator/model.h"
#include "emulator/page.h"
#include "emulator/s3/operations.h"
#include "emulator/service.h"
#include "emulator/uri.h"

namespace er::emulator {
namespace {

struct Ask {
  State& state;
  const Json& body;         // an object
  const std::string& name;  // the {} of the route's path
  const std::string& query;
  const absl::Time now;

  std::string Parameter(absl::string_view wanted) const {
    for (const auto& [key, value] : ParseQuery(query)) {
      if (key == wanted) return value;
    }
    return "";
  }

  // A parameter that is a number from 0; `otherwise` where there is none.
  absl::StatusOr<std::int64_t> Count(absl::string_view wanted, std::int64_t otherwise) const {
    const std::string text = Parameter(wanted);
    std::int64_t count = 0;
    if (text.empty()) return otherwise;
    if (absl::SimpleAtoi(text, &count) && count >= 0) return count;
    return absl::InvalidArgumentError(absl::StrCat(wanted, " must be a number from 0"));
  }
};

constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();

using Reply = absl::StatusOr<Json>;

// Seconds since 1970; null for what never happens.
Json Seconds(absl::Time time) {
  if (time == absl::InfiniteFuture()) return nullptr;
  return absl::ToDoubleSeconds(time - absl::UnixEpoch());
}

// The kind that `body` names as it stands in ARNs; `otherwise` if it names none.
absl::StatusOr<const Kind*> ReadKind(const Json& body, const Kind& otherwise) {
  const auto named = body.find("kind");
  if (named == body.end()) return &otherwise;
  const Kind* kind = named->is_string() ? FindKind(named->get_ref<const std::string&>()) : nullptr;
  if (kind == nullptr) {
    return absl::InvalidArgumentError(
        "kind must be schemamapping, idnamespace, idmappingworkflow or matchingworkflow");
  }
  return kind;
}

Json StoredJobJson(const Job& job) {
  Json json = JobJson(job);
  json["runTime"] = Seconds(job.run);
  json["willEnd"] = Seconds(job.end);
  json["number"] = job.number;
  json["workflow"] = job.workflow;
  json["kind"] = std::string(job.kind->arn_type);
  json["account"] = job.scope.account;
  json["region"] = job.scope.region;
  json["origin"] = job.origin;
  json["gone"] = job.gone;
  return json;
}

Reply GetJobs(const Ask& ask) {
  ASSIGN_OR_RETURN(const std::int64_t limit, ask.Count("limit", kAll));
  const std::string workflow = ask.Parameter("workflow");
  std::vector<const Job*> wanted;
  for (const Job& job : ask.state.store.AllJobs(ask.now)) {
    if (workflow.empty() || workflow == job.workflow) wanted.push_back(&job);
  }
  const auto total = static_cast<std::int64_t>(wanted.size());
  Json jobs = Json::array();
  for (std::int64_t i = std::max<std::int64_t>(0, total - limit); i < total; ++i) {
    jobs.push_back(StoredJobJson(*wanted[static_cast<std::size_t>(i)]));
  }
  return Json{{"total", total}, {"now", Seconds(ask.now)}, {"jobs", std::move(jobs)}};
}

// As somebody else would, in the console.
Reply PostJob(const Ask& ask) {
  RETURN_IF_ERROR(OnlyMembers(
      ask.body, {"workflow", "kind", "jobType", "outputSourceConfig", "account", "region"}));
  ASSIGN_OR_RETURN(const Kind* kind, ReadKind(ask.body, IdMappingWorkflows()));
  Json described = ask.body;
  described.erase("kind");
  const Result input =
      ReadInput({{.name = "workflow", .shape = "EntityName", .required = true},
                 {.name = "jobType", .shape = "JobType"},
                 {.name = "outputSourceConfig", .shape = "IdMappingJobOutputSourceConfig"},
                 {.name = "account", .shape = "Description"},
                 {.name = "region", .shape = "Description"}},
                described);
  if (const Error* error = std::get_if<Error>(&input)) {
    return absl::InvalidArgumentError(error->message);
  }
  const Json& members = std::get<Json>(input);
  // Where the client under test works, if nobody says where.
  Scope home = Home(ask.state.config);
  const std::string last = ask.state.calls.LastRegion();
  if (ask.state.config.region.empty() && !last.empty()) home.region = last;
  const auto started =
      ask.state.store.StartJob({.kind = kind,
                                .scope = {.account = members.value("account", home.account),
                                          .region = members.value("region", home.region)},
                                .workflow = members.value("workflow", ""),
                                .type = members.value("jobType", ""),
                                .output = members.value("outputSourceConfig", Json()),
                                .origin = "console"},
                               ask.now);
  if (const Error* error = std::get_if<Error>(&started)) {
    return absl::FailedPreconditionError(absl::StrCat(error->name, ": ", error->message));
  }
  return StoredJobJson(*std::get<const Job*>(started));
}

Reply FinishJob(const Ask& ask) {
  RETURN_IF_ERROR(OnlyMembers(ask.body, {"status", "message"}));
  ASSIGN_OR_RETURN(const JobStatus outcome, ReadOutcome(ask.body.value("status", "SUCCEEDED")));
  const Json message = ask.body.value("message", Json(""));
  if (!message.is_string()) return absl::InvalidArgumentError("message must be a text");
  if (!ask.state.store.FinishJob(ask.name, outcome, message.get<std::string>(), ask.now)) {
    return absl::NotFoundError(absl::StrCat("no unfinished job ", ask.name));
  }
  return Json::object();
}

Reply GetCalls(const Ask& ask) {
  ASSIGN_OR_RETURN(const std::int64_t since, ask.Count("since", 0));
  ASSIGN_OR_RETURN(const std::int64_t limit, ask.Count("limit", kAll));
  return ask.state.calls.ToJson(ask.Parameter("operation"), since, static_cast<std::size_t>(limit));
}

Reply DeleteCalls(const Ask& ask) {
  ask.state.calls.Clear();
  return Json::object();
}

Reply GetConfig(const Ask& ask) { return ToJson(ask.state.config); }

Reply PostConfig(const Ask& ask) {
  RETURN_IF_ERROR(Change(ask.state.config, ask.body));
  return ToJson(ask.state.config);
}

Reply GetFaults(const Ask& ask) {
  ASSIGN_OR_RETURN(const std::int64_t injected, ask.Count("injected", 1));
  return ask.state.faults.ToJson(injected != 0);
}

Reply PostFaults(const Ask& ask) {
  RETURN_IF_ERROR(ask.state.faults.Add(ask.body));
  return ask.state.faults.ToJson();
}

Reply DeleteFaults(const Ask& ask) {
  ask.state.faults.Clear();
  return ask.state.faults.ToJson();
}

Reply PostCredentials(const Ask& ask) {
  RETURN_IF_ERROR(ChangeCredentials(ask.state, ask.body, ask.now));
  Json keys = Json::array();
  for (const auto& [key, credential] : ask.state.credentials) keys.push_back(key);
  return Json{{"access_keys", std::move(keys)}};
}

Reply PostPurge(const Ask& ask) {
  RETURN_IF_ERROR(OnlyMembers(ask.body, {"workflow"}));
  const Json workflow = ask.body.value("workflow", Json(""));
  if (!workflow.is_string()) return absl::InvalidArgumentError("workflow must be a text");
  return Json{{"purged", ask.state.store.Purge(workflow.get<std::string>(), ask.now)}};
}

Json ThingAsJson(const Thing& thing) {
  return {{"kind", std::string(thing.kind->arn_type)},
          {"name", thing.name},
          {"account", thing.scope.has_value() ? Json(thing.scope->account) : Json()},
          {"region", thing.scope.has_value() ? Json(thing.scope->region) : Json()},
          {"definition", thing.definition},
          {"tags", thing.tags}};
}

Reply GetWorkflows(const Ask& ask) {
  Json workflows = Json::array();
  for (const Thing& thing : ask.state.store.things().All()) {
    if (!thing.kind->job.empty()) workflows.push_back(ThingAsJson(thing));
  }
  return Json{{"workflows", std::move(workflows)}};
}

Reply PutWorkflowRoute(const Ask& ask) {
  RETURN_IF_ERROR(PutWorkflow(ask.state, ask.name, ask.body, ask.now));
  return Json::object();
}

// Of whichever kind has one.
Reply DeleteWorkflow(const Ask& ask) {
  bool is_deleted = false;
  for (const Kind& kind : kKinds) {
    if (kind.job.empty()) continue;
    if (!ask.state.store.things().Delete(kind, std::nullopt, ask.name, ask.now)) continue;
    ask.state.store.ForgetJobs(kind, std::nullopt, ask.name, ask.now);
    is_deleted = true;
  }
  if (!is_deleted) return absl::NotFoundError(absl::StrCat("no workflow ", ask.name));
  return Json::object();
}

Reply GetThings(const Ask& ask) {
  Json things = Json::array();
  for (const Thing& thing : ask.state.store.things().All()) things.push_back(ThingAsJson(thing));
  return Json{{"things", std::move(things)}};
}

// As somebody else would, in the console: changes or deletes what there is.
Reply PostThing(const Ask& ask) {
  RETURN_IF_ERROR(OnlyMembers(ask.body, {"kind", "name", "definition", "tags", "deleted"}));
  ASSIGN_OR_RETURN(const Kind* kind, ReadKind(ask.body, SchemaMappings()));
  const std::string name = ask.body.value("name", "");
  Things& things = ask.state.store.things();
  const auto& all = things.All();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Thing& thing) {
    return thing.kind == kind && thing.name == name;
  });
  if (found == all.end()) return absl::NotFoundError(absl::StrCat("no ", kind->title, " ", name));
  if (ask.body.value("deleted", false)) {
    things.Delete(*kind, found->scope, name, ask.now);
    return Json::object();
  }
  Thing changed = *found;
  if (ask.body.contains("definition")) {
    changed.definition.merge_patch(ask.body["definition"]);
    changed.updated = ask.now;
    changed.before.reset();
  }
  changed.tags = ask.body.value("tags", changed.tags);
  return ThingAsJson(things.Put(std::move(changed)));
}

Reply GetBuckets(const Ask& ask) {
  Json buckets = Json::array();
  for (const auto& [name, bucket] : ask.state.buckets) {
    buckets.push_back({{"name", name}, {"region", bucket.region}, {"account", bucket.account}});
  }
  return Json{{"buckets", std::move(buckets)}};
}

Reply PutBucketRoute(const Ask& ask) {
  RETURN_IF_ERROR(PutBucket(ask.state, ask.name, ask.body));
  return Json::object();
}

Reply DeleteBucket(const Ask& ask) {
  if (ask.state.buckets.erase(ask.name) > 0) return Json::object();
  return absl::NotFoundError(absl::StrCat("no bucket ", ask.name));
}

Json VersionJson(const Version& version) {
  Json json = {
      {"number", version.number},
      {"deleted", version.is_deletion},
      {"modified", absl::FormatTime(absl::RFC3339_full, version.modified, absl::UTCTimeZone())}};
  if (!version.is_deletion) {
    json["etag"] = version.etag;
    json["content_type"] = version.content_type;
    json["content"] = version.content;
  }
  return json;
}

absl::StatusOr<Bucket*> FindBucket(const Ask& ask) {
  const auto found = ask.state.buckets.find(ask.name);
  if (found == ask.state.buckets.end()) {
    return absl::NotFoundError(absl::StrCat("no bucket ", ask.name));
  }
  return &found->second;
}

Reply GetObjects(const Ask& ask) {
  ASSIGN_OR_RETURN(const Bucket* bucket, FindBucket(ask));
  ASSIGN_OR_RETURN(const std::int64_t limit, ask.Count("limit", kAll));
  ASSIGN_OR_RETURN(const std::int64_t most_versions, ask.Count("versions", kAll));
  const std::string prefix = ask.Parameter("prefix");
  std::int64_t total = 0;
  Json objects = Json::array();
  for (const auto& [key, versions] : bucket->objects) {
    if (!absl::StartsWith(key, prefix) || ++total > limit) continue;
    Json newest = Json::array();
    const auto count = static_cast<std::int64_t>(versions.size());
    for (std::int64_t i = std::max<std::int64_t>(0, count - most_versions); i < count; ++i) {
      newest.push_back(VersionJson(versions[static_cast<std::size_t>(i)]));
    }
    objects.push_back(
        {{"key", key}, {"exists", !versions.back().is_deletion}, {"versions", std::move(newest)}});
  }
  return Json{{"total", total}, {"objects", std::move(objects)}};
}

// As somebody else would, who looks at no condition.
Reply PostObject(const Ask& ask) {
  RETURN_IF_ERROR(OnlyMembers(ask.body, {"key", "content"}));
  ASSIGN_OR_RETURN(Bucket * bucket, FindBucket(ask));
  const Json key = ask.body.value("key", Json());
  const Json content = ask.body.value("content", Json());
  if (!key.is_string() || key.get_ref<const std::string&>().empty() ||
      !(content.is_string() || content.is_null())) {
    return absl::InvalidArgumentError("key and content must be texts; without content it deletes");
  }
  if (content.is_null()) {
    bucket->Remove(key.get<std::string>(), ask.now);
  } else {
    bucket->Write(key.get<std::string>(), content.get<std::string>(), "text/plain", ask.now);
  }
  return Json::object();
}

struct Route {
  absl::string_view method;
  absl::string_view path;  // after the prefix; {} is a name
  Reply (*reply)(const Ask& ask) = nullptr;
};

constexpr Route kRoutes[] = {
    {"GET", "jobs", GetJobs},
    {"POST", "jobs", PostJob},
    {"POST", "jobs/{}/finish", FinishJob},
    {"POST", "purge", PostPurge},
    {"GET", "calls", GetCalls},
    {"DELETE", "calls", DeleteCalls},
    {"GET", "config", GetConfig},
    {"POST", "config", PostConfig},
    {"GET", "faults", GetFaults},
    {"POST", "faults", PostFaults},
    {"DELETE", "faults", DeleteFaults},
    {"POST", "credentials", PostCredentials},
    {"GET", "workflows", GetWorkflows},
    {"PUT", "workflows/{}", PutWorkflowRoute},
    {"DELETE", "workflows/{}", DeleteWorkflow},
    {"GET", "things", GetThings},
    {"POST", "things", PostThing},
    {"GET", "buckets", GetBuckets},
    {"PUT", "buckets/{}", PutBucketRoute},
    {"DELETE", "buckets/{}", DeleteBucket},
    {"GET", "buckets/{}/objects", GetObjects},
    {"POST", "buckets/{}/objects", PostObject},
};

// Whether `path` fits; then what stands for {} is in `name`.
bool Fits(absl::string_view pattern, absl::string_view path, std::string& name) {
  const std::vector<absl::string_view> wanted = absl::StrSplit(pattern, '/');
  const std::vector<absl::string_view> given = absl::StrSplit(path, '/');
  if (wanted.size() != given.size()) return false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] == "{}") {
      name = PercentDecode(given[i]);
    } else if (wanted[i] != given[i]) {
      return false;
    }
  }
  return true;
}

int HttpCode(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kFailedPrecondition:
      return 409;
    default:
      return 400;
  }
}

bool IsFromHere(const Request& request) {
  return request.peer == "::1" || absl::StartsWith(request.peer, "127.") ||
         absl::StartsWith(request.peer, "::ffff:127.");
}

// Whether a page of somebody else's, open in a browser on this computer, may have sent it: by
// another origin, or by a name of the page's own that leads here.
bool IsFromAnotherPage(const Request& request) {
  const std::string host = request.Header("host");
  const std::string origin = request.Header("origin");
  if (!origin.empty() && origin != absl::StrCat("http://", host) &&
      origin != absl::StrCat("https://", host)) {
    return true;
  }
  const std::string name = host.substr(0, host.rfind(':'));
  const bool is_address =
      absl::StartsWith(host, "[") || name.find_first_not_of("0123456789.") == std::string::npos;
  return !is_address && absl::StrContains(name, '.') && !absl::EndsWith(name, ".localhost");
}

Answer Refuse(int code, absl::string_view message) {
  return JsonAnswer(code, {{"message", std::string(message)}});
}

absl::StatusOr<Credential> ReadCredential(const Json& json, const std::string& account,
                                          absl::Time now) {
  RETURN_IF_ERROR(
      OnlyMembers(json, {"access_key", "secret_key", "session_token", "account", "expires_in"}));
  Credential credential{.account = account};
  const std::pair<const char*, std::string*> texts[] = {
      {"access_key", &credential.access_key},
      {"secret_key", &credential.secret_key},
      {"session_token", &credential.session_token},
      {"account", &credential.account},
  };
  for (const auto& [name, text] : texts) {
    const auto found = json.find(name);
    if (found == json.end()) continue;
    if (!found->is_string())
      return absl::InvalidArgumentError(absl::StrCat(name, " must be a text"));
    *text = found->get<std::string>();
  }
  if (credential.access_key.empty() || credential.secret_key.empty()) {
    return absl::InvalidArgumentError("access_key and secret_key are required");
  }
  if (const auto expires = json.find("expires_in"); expires != json.end()) {
    ASSIGN_OR_RETURN(const absl::Duration left, ReadDuration(*expires));
    credential.expires = now + left;
  }
  return credential;
}

}  // namespace

absl::Status ChangeCredentials(State& state, const Json& change, absl::Time now) {
  RETURN_IF_ERROR(OnlyMembers(change, {"accept", "expire", "remove"}));
  Credentials changed = state.credentials;
  const auto each = [&](const char* member, const auto& act) -> absl::Status {
    for (const Json& key : change.value(member, Json::array())) {
      const auto found = changed.find(key.is_string() ? key.get<std::string>() : "");
      if (found == changed.end()) {
        return absl::InvalidArgumentError(
            absl::StrCat(member, ": no such access key: ", key.dump()));
      }
      act(found);
    }
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(each("expire", [&](auto found) { found->second.expires = now; }));
  RETURN_IF_ERROR(each("remove", [&](auto found) { changed.erase(found); }));
  for (const Json& json : change.value("accept", Json::array())) {
    ASSIGN_OR_RETURN(Credential credential, ReadCredential(json, state.config.account, now));
    changed[credential.access_key] = credential;
  }
  state.credentials = std::move(changed);
  return absl::OkStatus();
}

absl::Status PutWorkflow(State& state, absl::string_view name, const Json& settings,
                         absl::Time now) {
  RETURN_IF_ERROR(OnlyMembers(settings, {"kind", "incremental", "output_s3_path", "role_arn",
                                         "kms_arn", "job_duration", "outcome", "message"}));
  ASSIGN_OR_RETURN(const Kind* kind, ReadKind(settings, IdMappingWorkflows()));
  const Result checked = ReadInput({{.name = "name", .shape = "EntityName", .required = true},
                                    {.name = "output_s3_path", .shape = "S3Path"},
                                    {.name = "role_arn", .shape = "IdMappingRoleArn"},
                                    {.name = "kms_arn", .shape = "KMSArn"}},
                                   [&] {
                                     Json input = settings;
                                     input["name"] = std::string(name);
                                     return input;
                                   }());
  if (const Error* error = std::get_if<Error>(&checked)) {
    return absl::InvalidArgumentError(error->message);
  }
  const Json& members = std::get<Json>(checked);

  Thing workflow{.kind = kind, .name = std::string(name), .created = now, .updated = now};
  workflow.definition = PlainDefinition(*kind, Home(state.config), name);
  Json& output = workflow.definition["outputSourceConfig"][0];
  if (members.contains("output_s3_path")) output["outputS3Path"] = members["output_s3_path"];
  if (members.contains("kms_arn")) output["KMSArn"] = members["kms_arn"];
  if (members.contains("role_arn")) workflow.definition["roleArn"] = members["role_arn"];
  if (settings.value("incremental", Json(false)) == true) {
    workflow.definition["incrementalRunConfig"] = {
        {"incrementalRunType", kind == &IdMappingWorkflows() ? "ON_DEMAND" : "IMMEDIATE"}};
  }
  workflow.fate = settings;
  Fate fate;
  RETURN_IF_ERROR(Change(fate, settings));
  workflow.updated = absl::InfinitePast();  // it has been there all the time
  state.store.things().Put(std::move(workflow));
  return absl::OkStatus();
}

absl::Status PutBucket(State& state, const std::string& name, const Json& settings) {
  RETURN_IF_ERROR(OnlyMembers(settings, {"region", "account"}));
  if (!IsBucketName(name)) {
    return absl::InvalidArgumentError(absl::StrCat("\"", name, "\" cannot be a bucket's name"));
  }
  const Scope home = Home(state.config);
  Bucket bucket{.name = name, .region = home.region, .account = home.account};
  for (const auto& [member, text] :
       {std::pair("region", &bucket.region), std::pair("account", &bucket.account)}) {
    const auto found = settings.find(member);
    if (found == settings.end()) continue;
    if (!found->is_string() || *found == "") {
      return absl::InvalidArgumentError(absl::StrCat(member, " must be a text"));
    }
    *text = found->get<std::string>();
  }
  const auto [made, is_new] = state.buckets.try_emplace(name, std::move(bucket));
  if (is_new) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the bucket ", name, " exists already, in ", made->second.region));
}

bool IsForPage(const Request& request) {
  return (request.method == "GET" || request.method == "HEAD") && request.path == "/" &&
         request.query.empty() && !request.HasHeader("authorization") &&
         BucketOfHost(request).empty();
}

Answer Page(const Request& request) {
  if (!IsFromHere(request) || IsFromAnotherPage(request)) {
    return Refuse(403, "the status page serves this computer only; call the emulator localhost");
  }
  return {.headers = {{"Content-Type", "text/html; charset=utf-8"},
                      {"Cache-Control", "no-store"},
                      {"X-Frame-Options", "DENY"},
                      {"Content-Security-Policy",
                       "default-src 'none'; connect-src 'self'; img-src data:; "
                       "script-src 'unsafe-inline'; style-src 'unsafe-inline'"}},
          .body = std::string(kPage)};
}

Answer Control(State& state, const Request& request, absl::Time now) {
  if (!IsFromHere(request)) return Refuse(403, "the control API serves this computer only");
  if (IsFromAnotherPage(request)) {
    return Refuse(403, "the control API serves its own page only; call the emulator localhost");
  }
  absl::string_view path = request.path;
  absl::ConsumePrefix(&path, kControlPrefix);
  for (const Route& route : kRoutes) {
    std::string name;
    if (route.method != request.method || !Fits(route.path, path, name)) continue;
    const Json body =
        request.body.empty() ? Json::object() : Json::parse(request.body, nullptr, false);
    if (!body.is_object()) return Refuse(400, "the body must be a JSON object");
    const Reply reply = route.reply(
        {.state = state, .body = body, .name = name, .query = request.query, .now = now});
    if (!reply.ok()) {
      return Refuse(HttpCode(reply.status()), std::string(reply.status().message()));
    }
    return JsonAnswer(200, *reply);
  }
  return Refuse(404, "no such part of the control API: see emulator/README.md");
}

}  // namespace er::emulator
