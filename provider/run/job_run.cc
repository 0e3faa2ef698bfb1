#include "run/job_run.h"

#include <re2/re2.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "aws/hash.h"
#include "base/log.h"
#include "resource/describe.h"
#include "run/describe.h"
#include "run/runs.h"
#include "run/start.h"
#include "schema/plan.h"
#include "schema/translate.h"

namespace er::run {

using resource::ApplyRequest;
using resource::PlanAnswer;
using resource::PlanRequest;
using resource::StateAnswer;

namespace {

using nlohmann::json;

// What an imported run carries until its first apply: the configuration may bring what an import
// cannot know.
constexpr char kImported[] = R"({"imported":true})";

// How long a note outlives a create whose time-out is shorter.
constexpr absl::Duration kShortestKept = absl::Hours(24);

// How often a job that was just started is looked for before it is left to the next refresh.
constexpr int kReadBacks = 3;

std::string Text(const Value& object, absl::string_view name) {
  const Value& value = object[name];
  return value.IsString() ? value.AsString() : std::string();
}

bool Flag(const Value& object, absl::string_view name) {
  const Value& value = object[name];
  return value.IsBool() && value.AsBool();
}

// wf for both "wf" and "arn:aws:entityresolution:eu-west-1:123456789012:idmappingworkflow/wf".
std::string BareName(const std::string& workflow) {
  if (workflow.rfind("arn:", 0) != 0) return workflow;
  return workflow.substr(workflow.rfind('/') + 1);
}

RunName NameOf(const Value& run) {
  return {.workflow = Text(run, "workflow_name"),
          .region = Text(run, "region"),
          .job_id = Text(run, "job_id")};
}

OnConflict OnConflictOf(const Value& run) {
  const std::string word = Text(run, "on_conflict");
  if (word == "adopt") return OnConflict::kAdopt;
  return word == "fail" ? OnConflict::kFail : OnConflict::kWait;
}

// Where `run` writes to, as objects like those of outputs; empty where the configuration does not
// say.
const Value::List& AskedOutputs(const Value& run) {
  static const Value::List none;
  const Value& block = run["output_source_config"];
  return block.IsList() ? block.AsList() : none;
}

// Whether `run`, from a state, is what a create that plans `planned` would start.
bool IsSameRun(const Value& run, const Value& planned) {
  const Value& job_type = planned["job_type"];
  return run["workflow_name"] == planned["workflow_name"] && run["region"] == planned["region"] &&
         run["triggers"] == planned["triggers"] &&
         run["output_source_config"] == planned["output_source_config"] &&
         (!job_type.IsKnown() || job_type == run["job_type"]);
}

// The hash of all that makes two runs the same.
std::string SettingsOf(const Runs& runs, const Value& planned, const json& members) {
  json settings{{"scope", runs.scope()}, {"region", Text(planned, "region")}, {"members", members}};
  if (planned["triggers"].IsMap()) {
    for (const auto& [key, value] : planned["triggers"].AsMap()) {
      settings["triggers"][key] = value.IsString() ? json(value.AsString()) : json();
    }
  }
  return aws::Sha256Hex(settings.dump());
}

// One create or update under way: what it works on, and the state as far as it is known.
class Run {
 public:
  Run(const schema::Schema& schema, Runs& runs, Region& region, Value planned, const char* step,
      std::stop_token stop)
      : schema_(schema),
        runs_(runs),
        region_(region),
        is_create_(absl::string_view(step) == "create"),
        time_out_(TimeOut(schema, planned, step)),
        until_{.stop = std::move(stop), .deadline = runs.clock().Elapsed() + time_out_},
        state_(std::move(planned)) {
    state_.AsMap()["region"] = region.name;
  }

  static absl::Duration TimeOut(const schema::Schema& schema, const Value& run, const char* step) {
    std::string text = Text(run["timeouts"], step);
    if (text.empty()) text = schema.timeouts.find(step)->second;
    absl::Duration duration;
    absl::ParseDuration(text, &duration);
    return duration;
  }

  // The order of a create: turn, snapshot, journal, start, reconcile, wait, answer. The first five
  // of a job that is there already (handed over, or noted by a process that died) have been done.
  Task<StateAnswer> Create() {
    ReportOldNotes();
    if (std::optional<StateAnswer> resumed = co_await Resume()) co_return *std::move(resumed);

    const absl::StatusOr<Turns::Turn> turn = co_await region_.turns.Take(until_);
    if (!turn.ok()) co_return Nothing(turn.status());

    if (note_ == nullptr) note_ = Begin();
    const StartRequest request{.workflow = Text(state_, "workflow_name"),
                               .members = Members(),
                               .on_conflict = OnConflictOf(state_)};
    const StartResult started = co_await StartOnce(runs_, region_, note_, request, until_);
    switch (started.kind) {
      case StartResult::Kind::kNotStarted:
        DropNote();
        co_return Nothing(started.status);
      case StartResult::Kind::kBusy:
        DropNote();
        diagnostics_.push_back(NotStartedBusy(NameOf(state_), started.jobs, started.status));
        co_return Answer(Value::Null());
      case StartResult::Kind::kUnknown:
        diagnostics_.push_back(
            StartUnknown(NameOf(state_), started.jobs, started.status, note_ != nullptr));
        co_return Answer(Value::Null());
      case StartResult::Kind::kStarted:
        Has(started.job_id);
        Fill("StartIdMappingJob", started.answer);
        break;
      case StartResult::Kind::kFound:
        Has(started.job_id);
        Fill("GetIdMappingJob", started.answer);
        break;
      case StartResult::Kind::kAdopted:
        Has(started.job_id);
        Fill("GetIdMappingJob", started.answer);
        diagnostics_.push_back(
            TookUp(NameOf(state_), "was running already, and on_conflict is \"adopt\""));
        break;
    }
    co_return co_await Finish();
  }

  // Goes on waiting for the job of the state.
  Task<StateAnswer> Wait() {
    const RunName run = NameOf(state_);
    const Awaited awaited = co_await region_.watch.Await(run.workflow, run.job_id, until_);
    if (!awaited.job.empty()) Fill("GetIdMappingJob", awaited.job);
    if (!awaited.last_status.empty()) state_.AsMap()["status"] = awaited.last_status;
    const std::string status = Text(state_, "status");
    const bool ended = awaited.status.ok();
    Value::Map& state = state_.AsMap();
    state["unfinished"] = !ended;
    if (!ended && status.empty())
      state["status"] = "RUNNING";  // it was started; nothing else is known

    const RunName name = NameOf(state_);
    if (ended) {
      if (region_.jobs.HasFailed(status)) {
        diagnostics_.push_back(JobFailed(name, Text(state_, "error_message")));
        // An update does not taint: the mark makes the next plan replace the run.
        if (!is_create_) state["unfinished"] = true;
      }
    } else if (absl::IsCancelled(awaited.status)) {
      diagnostics_.push_back(WaitInterrupted(name, status));
    } else if (absl::IsDeadlineExceeded(awaited.status)) {
      diagnostics_.push_back(WaitTimedOut(name, status, time_out_, is_create_));
    } else {
      diagnostics_.push_back(WaitGivenUp(name, awaited.status, is_create_));
    }
    co_return Answer(std::move(state_));
  }

 private:
  json Members() const {
    return schema::ToMembers(schema_, region_.jobs.OperationOf("StartIdMappingJob"), state_);
  }

  void ReportOldNotes() {
    for (const Intent& note : runs_.journal().DropOld()) diagnostics_.push_back(OldNote(note));
  }

  // A job that is there already and belongs to this run. Sets note_ where an attempt was noted
  // whose outcome is open: StartOnce() settles that.
  Task<std::optional<StateAnswer>> Resume() {
    const Value planned = state_;
    const Value handed_over =
        runs_.TakeHandedOver([&](const Value& run) { return IsSameRun(run, planned); });
    if (handed_over.IsKnown() && runs_.Claim(Text(handed_over, "job_id"))) {
      note_ = runs_.journal().TakeOverJob(Text(handed_over, "job_id"));
      if (co_await IsThere(Text(handed_over, "job_id")))
        co_return co_await TakeUp(Text(handed_over, "job_id"));
      DropNote();
    }
    const std::string settings = SettingsOf(runs_, state_, Members());
    while ((note_ = runs_.journal().TakeOver(settings)) != nullptr) {
      const std::string job_id = note_->intent().job_id;
      if (job_id.empty()) co_return std::nullopt;
      if (!runs_.Claim(job_id)) continue;
      if (co_await IsThere(job_id)) co_return co_await TakeUp(job_id);
      DropNote();
    }
    co_return std::nullopt;
  }

  // Whether the service still knows the job; a job that it has forgotten cannot be waited for. One
  // that was just started may not be known everywhere yet.
  Task<bool> IsThere(const std::string& job_id) {
    for (int look = 1; look <= kReadBacks; ++look) {
      const auto job = region_.jobs.Get(Text(state_, "workflow_name"), job_id, until_.stop);
      if (!region_.jobs.IsGone(job.status())) co_return true;
      if (!co_await runs_.clock().Pause(absl::Seconds(1), until_.stop)) co_return true;
    }
    co_return false;
  }

  Task<StateAnswer> TakeUp(std::string job_id) {
    const Turns::Turn turn = region_.turns.TakeOver();
    Has(job_id);
    diagnostics_.push_back(
        TookUp(NameOf(state_), "was started by an earlier apply that did not see its end"));
    co_return co_await Finish();
  }

  Journal::Note* Begin() {
    absl::StatusOr<Journal::Note*> note = runs_.journal().Begin(
        {.settings = SettingsOf(runs_, state_, Members()),
         .workflow = Text(state_, "workflow_name"),
         .region = region_.name,
         .keep_until = runs_.clock().Now() + std::max(time_out_, kShortestKept)});
    if (note.ok()) return *note;
    log::Debug("There is no journal", {{"error", note.status().message()}});
    return nullptr;
  }

  void DropNote() {
    if (note_ != nullptr) note_->Drop();
  }

  // The job is known from here on: whatever happens, the state has it.
  void Has(const std::string& job_id) {
    Value::Map& state = state_.AsMap();
    state["job_id"] = job_id;
    state["id"] = absl::StrCat(Text(state_, "workflow_name"), "/", job_id);
    state["unfinished"] = false;
  }

  void Fill(const std::string& operation, const json& answer) {
    const absl::Status status =
        schema::FromAnswer(schema_, region_.jobs.OperationOf(operation), answer, state_.AsMap());
    if (!status.ok()) diagnostics_.push_back(AnswerUnreadable(NameOf(state_), status));
  }

  // The job is there: waits for its end, or says how it is.
  Task<StateAnswer> Finish() {
    if (Flag(state_, "wait_for_completion")) co_return co_await Wait();
    co_return co_await ReadBack();
  }

  // Without a wait: what the job is now.
  Task<StateAnswer> ReadBack() {
    absl::StatusOr<json> job = absl::UnavailableError("");
    for (int look = 1;; ++look) {
      job = region_.jobs.Get(Text(state_, "workflow_name"), Text(state_, "job_id"), until_.stop);
      // A job that was just started may not be known everywhere yet.
      if (job.ok() || !region_.jobs.IsGone(job.status()) || look == kReadBacks) break;
      if (!co_await runs_.clock().Pause(absl::Seconds(1), until_.stop)) break;
    }
    if (job.ok()) {
      Fill("GetIdMappingJob", *job);
    } else {
      diagnostics_.push_back(NotReadBack(NameOf(state_), job.status()));
    }
    co_return Answer(std::move(state_));
  }

  // No job was started, and there is no state.
  StateAnswer Nothing(const absl::Status& why) {
    const RunName name = NameOf(state_);
    if (absl::IsCancelled(why)) {
      diagnostics_.push_back(NotStartedInterrupted(name));
    } else if (absl::IsDeadlineExceeded(why) && runs_.clock().Elapsed() >= until_.deadline) {
      diagnostics_.push_back(NotStartedInTime(name, time_out_));
    } else {
      diagnostics_.push_back(NotStarted(name, why));
    }
    return Answer(Value::Null());
  }

  StateAnswer Answer(Value state) {
    if (state.IsMap()) {
      for (auto& [name, value] : state.AsMap()) {
        if (value.IsUnknown()) value = Value::Null();
      }
    }
    return {.state = std::move(state), .diagnostics = std::move(diagnostics_)};
  }

  const schema::Schema& schema_;
  Runs& runs_;
  Region& region_;
  const bool is_create_;
  const absl::Duration time_out_;
  const resource::Until until_;
  Value state_;
  Journal::Note* note_ = nullptr;
  Diagnostics diagnostics_;
};

// The Region of `run`, else the session's. Null, with a diagnostic, if there is none.
Region* RegionOf(Runs& runs, const Value& run, Diagnostics& diagnostics) {
  const std::string name = run["region"].IsKnown() ? Text(run, "region") : runs.region();
  if (name.empty()) {
    diagnostics.push_back(resource::NoRegion());
    return nullptr;
  }
  absl::StatusOr<Region*> region = runs.ForRegion(name);
  if (!region.ok()) {
    diagnostics.push_back(resource::UnableToConnect(name, region.status()));
    return nullptr;
  }
  return *region;
}

bool Contains(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool HasFailed(const schema::Catalog& catalog, const Value& run) {
  return Contains(catalog.vocabulary.failed, Text(run, "status"));
}

bool HasEnded(const schema::Catalog& catalog, const Value& run) {
  return HasFailed(catalog, run) || Contains(catalog.vocabulary.succeeded, Text(run, "status"));
}

}  // namespace

JobRun::JobRun(const schema::Catalog& catalog, Runs* runs)
    : catalog_(catalog), runs_(runs), schema_(*catalog.Find(schema::Kind::kResource, kTypeName)) {}

PlanAnswer JobRun::Plan(const PlanRequest& request) {
  schema::Plan plan = schema::MakePlan(schema_, request.prior, request.config);
  if (plan.planned.IsNull()) return {.private_data = request.private_data};
  Value::Map& planned = plan.planned.AsMap();
  const Value& prior = request.prior;

  // 1. A Region that is left out is the provider's, and known as soon as that is.
  if (request.config["region"].IsNull()) {
    if (runs_ != nullptr && !runs_->region().empty()) {
      planned["region"] = runs_->region();
    } else if (prior.IsNull()) {
      planned["region"] = Value::Unknown();
    }
  }
  if (prior.IsNull()) return {.planned = std::move(plan.planned)};

  // 2. What is written differently, but means what the job was started with, starts no other.
  plan.replace = schema::Replacements(schema_, prior, plan.planned);
  const bool imported = request.private_data == kImported;
  const auto is_same = [&](const Path& path) {
    if (path == Path("workflow_name")) {
      return plan.planned["workflow_name"].IsKnown() &&
             BareName(Text(prior, "workflow_name")) ==
                 BareName(Text(plan.planned, "workflow_name"));
    }
    if (path == Path("output_source_config")) {
      return plan.planned["output_source_config"].IsKnown() && AskedOutputs(prior).empty() &&
             Value(AskedOutputs(plan.planned)) == prior["outputs"];
    }
    return path == Path("triggers") && imported && prior["triggers"].IsNull();
  };
  plan.replace.erase(std::remove_if(plan.replace.begin(), plan.replace.end(), is_same),
                     plan.replace.end());

  // 3. An unfinished run is waited for, unless it has failed in the meantime: then it is replaced.
  // A run that nobody waited for is waited for when that is asked for now.
  const Value& wait = plan.planned["wait_for_completion"];
  const bool wants_wait = wait.IsUnknown() || Flag(plan.planned, "wait_for_completion");
  const bool began_waiting =
      wants_wait && !Flag(prior, "wait_for_completion") && !HasEnded(catalog_, prior);
  const bool waits = wants_wait && (Flag(prior, "unfinished") || began_waiting);
  for (const schema::Attribute& attribute : schema_.attributes) {
    if (attribute.is_volatile) {
      planned[attribute.name] = waits ? Value::Unknown() : prior[attribute.name];
    }
  }
  if (Flag(prior, "unfinished") && !wants_wait) planned["unfinished"] = false;
  if (waits && HasFailed(catalog_, prior)) plan.replace.emplace_back("status");

  // 4. The object that waits for the job is the one that started it: a create of the same settings
  // is another run's. (Of a tainted one, Terraform plans the replacement without showing it here.)
  if (waits && plan.replace.empty() && runs_ != nullptr) {
    runs_->journal().Forget(Text(prior, "job_id"));
  }
  return {.planned = std::move(plan.planned),
          .replace = std::move(plan.replace),
          .private_data = request.private_data};
}

Task<StateAnswer> JobRun::Create(ApplyRequest request) {
  StateAnswer answer;
  Region* region = RegionOf(*runs_, request.planned, answer.diagnostics);
  if (region == nullptr) co_return answer;
  Run run(schema_, *runs_, *region, std::move(request.planned), "create", std::move(request.stop));
  co_return co_await run.Create();
}

Task<StateAnswer> JobRun::Update(ApplyRequest request) {
  StateAnswer answer;
  if (!request.planned["status"].IsUnknown()) {
    answer.state = std::move(request.planned);  // nothing that the service knows of
    co_return answer;
  }
  Region* region = RegionOf(*runs_, request.prior, answer.diagnostics);
  if (region == nullptr) {
    answer.state = std::move(request.prior);
    co_return answer;
  }
  runs_->Claim(Text(request.prior, "job_id"));
  const Turns::Turn turn = region->turns.TakeOver();
  Run run(schema_, *runs_, *region, std::move(request.planned), "update", std::move(request.stop));
  co_return co_await run.Wait();
}

Task<StateAnswer> JobRun::Delete(ApplyRequest request) {
  const Value& prior = request.prior;
  StateAnswer answer{.state = prior};
  Region* region = RegionOf(*runs_, prior, answer.diagnostics);
  if (region == nullptr) co_return answer;
  const RunName name = NameOf(prior);
  std::string status = Text(prior, "status");
  if (!region->jobs.HasEnded(status) && Text(prior, "on_destroy") == "wait") {
    const resource::Until until{
        .stop = std::move(request.stop),
        .deadline = runs_->clock().Elapsed() + Run::TimeOut(schema_, prior, "delete")};
    const Awaited awaited = co_await region->watch.Await(name.workflow, name.job_id, until);
    if (!awaited.last_status.empty()) status = awaited.last_status;
    if (!awaited.status.ok() && !region->jobs.IsGone(awaited.status)) {
      answer.diagnostics.push_back(NotEndedBeforeDelete(name, awaited.status));
      co_return answer;
    }
  }
  // This may be the delete half of a replacement: the create half takes an unfinished run up. A
  // failed one is done with.
  if (Flag(prior, "unfinished") && !region->jobs.HasFailed(status)) {
    if (!runs_->IsClaimed(name.job_id)) runs_->HandOver(prior);
  } else {
    runs_->journal().Forget(name.job_id);
  }
  if (!region->jobs.HasEnded(status)) answer.diagnostics.push_back(ForgotRunning(name, status));
  answer.state = Value::Null();
  co_return answer;
}

StateAnswer JobRun::Read(const Value& state, const std::string& private_data,
                         std::stop_token stop) {
  StateAnswer answer{.state = state, .private_data = private_data};
  if (runs_ == nullptr) return answer;  // the next plan, with a provider that is known, refreshes
  Region* region = RegionOf(*runs_, state, answer.diagnostics);
  if (region == nullptr) return answer;
  const RunName name = NameOf(state);

  // 1. A job that has ended never changes: all there is to know is whether its workflow still
  // exists. So it is for one that the service has forgotten.
  if (!HasEnded(catalog_, state)) {
    absl::StatusOr<json> job = region->jobs.Get(name.workflow, name.job_id, stop);
    if (job.ok()) {
      const absl::Status status = schema::FromAnswer(
          schema_, region->jobs.OperationOf("GetIdMappingJob"), *job, answer.state.AsMap());
      if (!status.ok()) answer.diagnostics.push_back(AnswerUnreadable(name, status));
      return answer;
    }
    if (!region->jobs.IsGone(job.status())) {
      answer.diagnostics.push_back(UnableToRead(name, job.status()));
      return answer;
    }
  }
  // 2. Asked once for all runs of the workflow.
  absl::StatusOr<bool> exists = region->workflows.Exists(name.workflow, stop);
  if (!exists.ok()) {
    answer.diagnostics.push_back(
        UnableToRead({.workflow = name.workflow, .region = name.region}, exists.status()));
  } else if (!*exists) {
    answer.diagnostics.push_back(WorkflowGone(name));
    answer.state = Value::Null();
  }
  return answer;
}

StateAnswer JobRun::Import(const std::string& id, std::stop_token stop) {
  static const re2::RE2 pattern("(.+)/([a-f0-9]{32})(?:@([a-z0-9-]+))?");
  StateAnswer answer;
  RunName name;
  if (!re2::RE2::FullMatch(id, pattern, &name.workflow, &name.job_id, &name.region)) {
    answer.diagnostics.push_back(InvalidImportId(id));
    return answer;
  }
  Value state = schema::EmptyObject(schema_);
  Value::Map& attributes = state.AsMap();
  if (!name.region.empty()) attributes["region"] = name.region;
  Region* region = RegionOf(*runs_, state, answer.diagnostics);
  if (region == nullptr) return answer;
  name.region = region->name;

  absl::StatusOr<json> job = region->jobs.Get(name.workflow, name.job_id, stop);
  if (!job.ok()) {
    answer.diagnostics.push_back(region->jobs.IsGone(job.status())
                                     ? NothingToImport(name, job.status())
                                     : UnableToRead(name, job.status()));
    return answer;
  }
  for (const schema::Attribute& attribute : schema_.attributes) {
    if (attribute.default_value.has_value()) attributes[attribute.name] = *attribute.default_value;
  }
  attributes["region"] = name.region;
  attributes["workflow_name"] = name.workflow;
  attributes["job_id"] = name.job_id;
  attributes["id"] = absl::StrCat(name.workflow, "/", name.job_id);
  const absl::Status status =
      schema::FromAnswer(schema_, region->jobs.OperationOf("GetIdMappingJob"), *job, attributes);
  if (!status.ok()) answer.diagnostics.push_back(AnswerUnreadable(name, status));
  // The next apply waits for a job that is still running, as if it had started it.
  attributes["unfinished"] = !HasEnded(catalog_, state);
  answer.state = std::move(state);
  answer.private_data = kImported;
  return answer;
}

void JobRun::Seen(const Value& state) {
  if (runs_ == nullptr) return;
  // One that is still to be waited for may be taken up by the create half of a replacement. Of any
  // other, finished or not to be waited for, Terraform knows all there is to know.
  if (Flag(state, "unfinished") && !HasFailed(catalog_, state)) return;
  runs_->journal().Forget(Text(state, "job_id"));
}

}  // namespace er::run
