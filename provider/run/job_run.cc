#include "run/job_run.h"

#include <re2/re2.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "resource/describe.h"
#include "run/attributes.h"
#include "run/describe.h"
#include "run/private_data.h"
#include "run/run.h"
#include "schema/generate.h"
#include "schema/identity.h"
#include "schema/plan.h"
#include "schema/translate.h"
#include "schema/validate.h"

namespace er::run {

using nlohmann::json;
using resource::ApplyRequest;
using resource::PlanAnswer;
using resource::PlanRequest;
using resource::StateAnswer;

namespace {

// The attributes that settings are made of, where they are not known.
std::set<std::string> UnknownIn(const Value& planned) {
  std::set<std::string> unknown;
  for (const char* name : {"workflow_name", "region", "output_source_config", "triggers"}) {
    if (!planned[name].IsWhollyKnown()) unknown.insert(name);
  }
  // Computed where it is left out; asked for, and not known yet, only where the configuration says
  // so, which cannot be told from it here. Nobody is harmed by a job type that may be any.
  return unknown;
}

// Which part of an import ID that does not read as WORKFLOW/JOB_ID[@REGION] is wrong.
std::string MistakeInId(const std::string& id) {
  const std::size_t slash = id.rfind('/');
  if (slash == std::string::npos) return "it has no slash and no job id after it";
  if (slash == 0) return "it has no workflow before the slash";
  const std::size_t at = std::min(id.find('@', slash), id.size());
  const std::string job_id = id.substr(slash + 1, at - slash - 1);
  static const re2::RE2 digits("[a-fA-F0-9]{32}");
  if (job_id.empty()) return "it has no job id after the slash";
  if (!re2::RE2::FullMatch(job_id, digits)) {
    return absl::StrCat("the job id \"", job_id, "\" does not have 32 hexadecimal digits");
  }
  if (absl::AsciiStrToLower(job_id) != job_id) {
    return absl::StrCat("the job id \"", job_id, "\" is not in lower case");
  }
  return absl::StrCat("\"", id.substr(std::min(at + 1, id.size())), "\" is not an AWS Region");
}

}  // namespace

Surroundings JobRun::surroundings() const {
  return runs_ == nullptr ? Surroundings{} : runs_->surroundings(kind());
}

Diagnostics JobRun::Validate(const Value& config) {
  Diagnostics diagnostics = schema::Validate(schema_, config);
  const std::string workflow = TextOf(config, "workflow_name");
  const std::string region = TextOf(config, "region");
  const std::string named = ToWorkflowName(workflow).region;
  if (!named.empty() && !region.empty() && named != region) {
    diagnostics.push_back(OtherRegion(workflow, region));
  }
  return diagnostics;
}

// The Region of `run`, else the session's. Null, with a diagnostic, if there is none.
Region* JobRun::RegionOf(const Value& run, Diagnostics& diagnostics) const {
  const std::string name = run["region"].IsKnown() ? TextOf(run, "region") : surroundings().region;
  if (name.empty()) {
    diagnostics.push_back(resource::NoRegion());
    return nullptr;
  }
  absl::StatusOr<Region*> region = runs_->ForRegion(kind(), name);
  if (!region.ok()) {
    diagnostics.push_back(resource::UnableToConnect(name, region.status()));
    return nullptr;
  }
  return *region;
}

ShownRun JobRun::Shown(const Value& state, const PrivateData& data) const {
  ShownRun run{.settings = SettingsOf(state, surroundings()),
               .told = ToldOf(state),
               .job_id = TextOf(state, "job_id"),
               .is_unfinished = Flag(state, "unfinished") && !HasFailed(catalog_, state),
               .started = StartOf(state),
               .known = KnownOf(schema_, state)};
  if (data.has_own_output) run.settings.output.clear();
  run.knows_triggers = !data.is_imported || state["triggers"].IsMap();
  return run;
}

PlanAnswer JobRun::Plan(const PlanRequest& request) {
  if (request.config.IsNull()) return PlanDestroy(request);
  schema::Plan plan = schema::MakePlan(schema_, request.prior, request.config);
  PlanAnswer answer{.planned = std::move(plan.planned)};
  PlanRegion(request, answer);
  if (HasError(answer.diagnostics)) return answer;
  if (request.prior.IsNull()) {
    PlanCreate(request, answer);
  } else {
    PlanChange(request, answer);
  }
  if (runs_ == nullptr) return answer;
  const absl::Status trouble = runs_->states().TakeTrouble();
  if (!trouble.ok()) {
    answer.diagnostics.push_back(JournalUnread(runs_->journal().where(), trouble));
  }
  return answer;
}

// A Region that is left out is the provider's, and known as soon as that is.
void JobRun::PlanRegion(const PlanRequest& request, PlanAnswer& answer) const {
  Value& region = answer.planned.AsMap()["region"];
  if (request.config["region"].IsNull()) {
    const std::string own = surroundings().region;
    if (!own.empty()) {
      region = own;
    } else if (request.prior.IsNull() && runs_ == nullptr) {
      region = Value::Unknown();
    } else if (request.prior.IsNull()) {
      answer.diagnostics.push_back(resource::NoRegion());
    }
  }
  const std::string workflow = TextOf(request.config, "workflow_name");
  const std::string named = ToWorkflowName(workflow).region;
  if (!named.empty() && region.IsString() && named != region.AsString()) {
    answer.diagnostics.push_back(OtherRegion(workflow, region.AsString()));
  }
}

// A run that is to go: its unfinished job is taken up by a create of the same settings, if there is
// one in the same apply (after a rename, say), and forgotten otherwise.
PlanAnswer JobRun::PlanDestroy(const PlanRequest& request) {
  PrivateData data = ToPrivateData(request.private_data);
  if (runs_ != nullptr && request.prior.IsMap() && !request.is_apply) {
    runs_->states().Replaces(Shown(request.prior, data)).IgnoreError();  // told by TakeTrouble()
  }
  data.is_destroy = true;
  return {.planned = Value::Null(), .private_data = ToText(data)};
}

// A new run, or the second half of a replacement: Terraform does not say which, but by the private
// data of the first half, and of a tainted run not even that.
void JobRun::PlanCreate(const PlanRequest& request, PlanAnswer& answer) {
  PrivateData before = ToPrivateData(request.private_data);
  PrivateData data{.is_imported = before.is_imported, .has_own_output = before.has_own_output};
  const std::set<std::string> unknown = UnknownIn(answer.planned);
  if (runs_ != nullptr && unknown.empty()) {
    data.planned = SettingsOf(answer.planned, surroundings());
  }
  answer.private_data = ToText(data);
  if (runs_ == nullptr || request.is_apply) return;
  const Prospect prospect = runs_->states().Plan(SettingsOf(answer.planned, surroundings()),
                                                 unknown, before.unfinished_job);
  if (prospect.is_replaced) {
    data.replaced_job = prospect.job_id;
    answer.private_data = ToText(data);
  }
  RunName name = NameOf(kind(), answer.planned);
  name.job_id = prospect.job_id;
  // With create_before_destroy an apply learns it from the note alone.
  if (!prospect.noted.ok()) {
    answer.diagnostics.push_back(
        ReplacementNotNoted(name, runs_->journal().where(), prospect.noted));
    return;
  }
  if (!unknown.empty()) return;  // what comes of it is known at the apply
  if (prospect.kind == Prospect::Kind::kTakeUp) {
    answer.diagnostics.push_back(WillTakeUp(name, prospect.sent_at, prospect.is_replaced));
  } else if (prospect.kind == Prospect::Kind::kBefore) {
    answer.diagnostics.push_back(StartedBefore(name, prospect.sent_at));
  }
}

void JobRun::PlanChange(const PlanRequest& request, PlanAnswer& answer) {
  const Value& prior = request.prior;
  Value::Map& planned = answer.planned.AsMap();
  PrivateData data = ToPrivateData(request.private_data);

  // 1. What is written differently, but means what the job was started with, starts no other.
  for (const std::string& name : Replacing(request, answer.planned, data)) {
    answer.replace.emplace_back(name);
  }
  if (data.is_imported && !answer.replace.empty()) {
    std::vector<std::string> names;
    for (const Path& path : answer.replace) names.push_back(path.ToString());
    answer.diagnostics.push_back(ImportDiffers(NameOf(kind(), prior), names));
    return;
  }

  // 2. An unfinished run is waited for, unless it has failed in the meantime: then it is replaced.
  // A run that nobody waited for is waited for when that is asked for now.
  const bool has_failed = HasFailed(catalog_, prior);
  const Value& wait = answer.planned["wait_for_completion"];
  const bool wants_wait = wait.IsUnknown() || Flag(answer.planned, "wait_for_completion");
  const bool began_waiting = wants_wait && !Flag(prior, "wait_for_completion") &&
                             (has_failed || !HasEnded(catalog_, prior));
  const bool waits = wants_wait && (Flag(prior, "unfinished") || began_waiting);
  for (const schema::Attribute& attribute : schema_.attributes) {
    if (attribute.is_volatile) {
      planned[attribute.name] = waits ? Value::Unknown() : prior[attribute.name];
    }
  }
  if (Flag(prior, "unfinished") && !wants_wait) planned["unfinished"] = false;
  if (waits && has_failed) answer.replace.emplace_back("status");
  if (has_failed && !wants_wait) {
    answer.diagnostics.push_back(
        HasFailedUnseen(NameOf(kind(), prior), TextOf(prior, "error_message")));
  }

  // 3. The object that waits for the job is the one that started it: a create of the same settings
  // is another run's. (Of a tainted one, Terraform plans the replacement without showing it here.)
  const bool goes_on = waits && !has_failed;
  const bool is_unfinished = Flag(prior, "unfinished") && !has_failed;
  data.unfinished_job = goes_on || is_unfinished ? TextOf(prior, "job_id") : "";
  answer.private_data = ToText(data);
  if (runs_ == nullptr || request.is_apply) return;
  runs_->states().Keeps(Shown(prior, data));
  if (goes_on && Flag(prior, "unfinished"))
    answer.diagnostics.push_back(WillGoOn(NameOf(kind(), prior)));
}

// The attributes that ask for another job.
std::vector<std::string> JobRun::Replacing(const PlanRequest& request, const Value& planned,
                                           const PrivateData& data) const {
  const Surroundings around = surroundings();
  Settings had = SettingsOf(request.prior, around);
  if (data.has_own_output) had.output.clear();
  Settings asked = SettingsOf(planned, around);
  // An import cannot know the triggers; those that the configuration brings are its own.
  if (data.is_imported && request.prior["triggers"].IsNull()) had.triggers = asked.triggers;
  std::vector<std::string> names = Differences(asked, had, ToldOf(request.prior));
  for (const Path& path : schema::Replacements(schema_, request.prior, planned)) {
    const std::string name = path.ToString();
    // What is not known yet may turn out as another.
    if (!planned[name].IsWhollyKnown() && std::count(names.begin(), names.end(), name) == 0) {
      names.push_back(name);
    }
  }
  return names;
}

Task<StateAnswer> JobRun::Create(ApplyRequest request) {
  StateAnswer answer;
  Region* region = RegionOf(request.planned, answer.diagnostics);
  if (region == nullptr) co_return answer;
  runs_->states().Applies("");
  Run run(schema_, *runs_, *region, std::move(request), "create");
  co_return co_await run.Create();
}

Task<StateAnswer> JobRun::Update(ApplyRequest request) {
  StateAnswer answer{.state = request.prior, .private_data = request.private_data};
  Region* region = RegionOf(request.prior, answer.diagnostics);
  if (region == nullptr) co_return answer;
  Run run(schema_, *runs_, *region, std::move(request), "update");
  co_return co_await run.Update();
}

Task<StateAnswer> JobRun::Delete(ApplyRequest request) {
  StateAnswer answer{.state = request.prior, .private_data = request.private_data};
  Region* region = RegionOf(request.prior, answer.diagnostics);
  if (region == nullptr) co_return answer;
  Run run(schema_, *runs_, *region, std::move(request), "delete");
  co_return co_await run.Delete();
}

StateAnswer JobRun::Read(const Value& state, const std::string& private_data,
                         std::stop_token stop) {
  StateAnswer answer{.state = state, .private_data = private_data};
  if (runs_ == nullptr) return answer;  // the next plan, with a provider that is known, refreshes
  Region* region = RegionOf(state, answer.diagnostics);
  if (region == nullptr) return answer;
  const RunName name = NameOf(kind(), state);
  runs_->states().BeginsReading(name.job_id);
  const auto done = absl::MakeCleanup([&] { runs_->states().EndsReading(name.job_id); });

  // 1. A job that has ended never changes: all there is to know is whether its workflow still
  // exists. So it is for one that the service has forgotten.
  if (!HasEnded(catalog_, state)) {
    absl::StatusOr<json> job = region->jobs.Get(name.workflow, name.job_id, stop);
    if (job.ok()) {
      const absl::Status status =
          schema::FromAnswer(schema_, *kind().get, *job, answer.state.AsMap());
      if (!status.ok()) answer.diagnostics.push_back(AnswerUnreadable(name, status));
      runs_->states().Saw(Shown(answer.state, ToPrivateData(private_data)));
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
    answer.diagnostics.push_back(UnableToRead(
        {.kind = &kind(), .workflow = name.workflow, .region = name.region}, exists.status()));
  } else if (!*exists) {
    answer.diagnostics.push_back(WorkflowGone(name));
    answer.state = Value::Null();
  }
  return answer;
}

StateAnswer JobRun::Import(const std::string& id, std::stop_token stop) {
  static const re2::RE2 pattern("(.+)/([a-f0-9]{32})(?:@([a-z0-9-]+))?");
  RunName name{.kind = &kind()};
  std::string mistake;
  if (!re2::RE2::FullMatch(id, pattern, &name.workflow, &name.job_id, &name.region)) {
    mistake = MistakeInId(id);
  } else if (const Diagnostics wrong =
                 schema::Validate({.attributes = {*schema_.FindAttribute("workflow_name")}},
                                  Value::Map{{"workflow_name", name.workflow}});
             HasError(wrong)) {
    mistake = std::string(absl::StripSuffix(wrong.front().detail, "."));
  } else if (const std::string named = ToWorkflowName(name.workflow).region; !named.empty()) {
    const std::string region = name.region.empty() ? surroundings().region : name.region;
    if (!region.empty() && region != named) {
      mistake = absl::StrCat("the workflow is in ", named, ", and the import goes to ", region);
    }
  }
  if (!mistake.empty()) {
    return {.diagnostics = {InvalidImportId(kind(), id, mistake)}};
  }
  return ImportJob(std::move(name), std::move(stop));
}

StateAnswer JobRun::ImportByIdentity(const Value& identity, std::stop_token stop) {
  static const re2::RE2 job_id("[a-f0-9]{32}");
  Value::Map names;
  absl::Status status = schema::FromIdentity(schema_, identity, surroundings().account, names);
  if (status.ok() && !re2::RE2::FullMatch(names["job_id"].AsString(), job_id)) {
    status = absl::InvalidArgumentError("a job_id has 32 hexadecimal digits");
  }
  if (!status.ok()) return {.diagnostics = {resource::InvalidImportIdentity(schema_, status)}};
  return ImportJob(NameOf(kind(), names), std::move(stop));
}

Value JobRun::GenerateConfig(const Value& state) const {
  return schema::Generated(schema_, state, surroundings().region);
}

StateAnswer JobRun::ImportJob(RunName name, std::stop_token stop) {
  StateAnswer answer = FindJob(std::move(name), std::move(stop));
  if (!answer.state.IsMap()) return answer;
  // Where it was sent to is not known: what it reports counts as its own.
  const PrivateData data{.is_imported = true, .has_own_output = true};
  runs_->states().Imports(TextOf(answer.state, "job_id"));
  answer.private_data = ToText(data);
  return answer;
}

StateAnswer JobRun::FindJob(RunName name, std::stop_token stop) {
  StateAnswer answer;
  Value state = schema::EmptyObject(schema_);
  Value::Map& attributes = state.AsMap();
  if (!name.region.empty()) attributes["region"] = name.region;
  Region* region = RegionOf(state, answer.diagnostics);
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
  const absl::Status status = schema::FromAnswer(schema_, *kind().get, *job, attributes);
  if (!status.ok()) answer.diagnostics.push_back(AnswerUnreadable(name, status));
  // The next apply waits for a job that is still running, as if it had started it.
  attributes["unfinished"] = !HasEnded(catalog_, state);
  answer.state = std::move(state);
  return answer;
}

// One that is still to be waited for may be taken up by the create half of a replacement. Of any
// other, finished or not to be waited for, Terraform knows all there is to know.
void JobRun::Seen(const Value& state) {
  if (runs_ != nullptr) runs_->states().Saw(Shown(state, {}));
}

}  // namespace er::run
