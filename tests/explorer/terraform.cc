#include "explorer/terraform.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "schema/loader.h"
#include "schema/schema.h"
#include "support/await.h"
#include "support/job_kinds.h"

namespace er::explorer {
namespace {

using resource::ApplyRequest;
using resource::PlanAnswer;
using resource::StateAnswer;

constexpr char kArn[] = "arn:aws:entityresolution:eu-west-1:123456789012:idmappingworkflow/wf";

std::string Text(const Value& object, const char* name) {
  return object[name].IsString() ? object[name].AsString() : "";
}

// As far as it is waited for.
bool IsFinished(const Object& object) { return object.state["unfinished"] == Value(false); }

bool HasFailed(const Object& object) { return Text(object.state, "status") == "FAILED"; }

std::string Shown(const Object& object) {
  return absl::StrCat(object.address, object.is_deposed ? " (deposed)" : "", "=", object.job(), " ",
                      Text(object.state, "status"),
                      object.state["unfinished"] == Value(true) ? " unfinished" : "",
                      object.is_tainted ? " tainted" : "");
}

}  // namespace

std::string Object::job() const { return Text(state, "job_id"); }

// A command under way.
struct Terraform::Walk {
  Module& module;
  Options options{};
  std::map<std::string, Configured> configuration{};
  std::vector<Object> objects{};  // the state in Terraform's memory
  Process* process = nullptr;     // the plugin of the phase
  bool is_alive = true;           // terraform itself
  bool is_interrupted = false;
  bool applies = false;
  bool is_over = false;
  std::vector<std::string> errors{};
  std::vector<std::string> touched{};  // jobs whose objects it has taken out of the state
  std::set<std::string> refused{};     // addresses whose job is another's, as the user is told

  bool HasPlugin() const { return is_alive && process != nullptr && !process->is_dead; }
  bool Wants(const std::string& address) const {
    return options.target.empty() || options.target.contains(address);
  }
};

// ---------------------------------------------------------------------------------- processes

Process& Terraform::Launch(Walk& walk, const char* phase) {
  world_.processes.push_back(
      std::make_unique<Process>(world_, absl::StrCat(walk.module.name, "-", phase, ++launches_),
                                walk.module.name, walk.module.in_local_file));
  walk.process = world_.processes.back().get();
  return *walk.process;
}

// The orderly end of a plugin, or what is left of one. Whether it was orderly.
bool Terraform::End(Walk& walk) {
  if (walk.HasPlugin()) walk.process->runs.End();
  const bool is_orderly = walk.HasPlugin();
  if (walk.process != nullptr && !walk.process->is_orphaned) walk.process->Die();
  walk.process = nullptr;
  return is_orderly;
}

void Terraform::OnFault(Process& process, const std::string& what) {
  const auto found = std::find_if(walks_.begin(), walks_.end(),
                                  [&](Walk* walk) { return walk->process == &process; });
  if (found == walks_.end()) return;
  Walk& walk = **found;
  if (what == "kill") {
    walk.is_alive = false;
    process.Die();
  } else if (what == "kill plugin") {
    process.Die();
  } else if (what == "kill terraform") {
    walk.is_alive = false;
    process.is_orphaned = true;
    world_.Later(absl::Milliseconds(world_.Below(3000)), [&process] { process.Die(); });
  } else if (what == "quit") {
    // The second Ctrl-C: Terraform ends at once, and tells its plugins to.
    walk.is_alive = false;
    world_.SpawnNext(&process, [this, &process] {
      process.runs.End();
      process.stop.request_stop();
      world_.Pause(absl::Milliseconds(world_.Below(2000)));
      process.Die();
    });
  } else if (what == "interrupt") {
    walk.is_interrupted = true;
    process.stop.request_stop();
  } else if (what == "terminate") {
    process.ends.request_stop();
    process.stop.request_stop();
  } else if (what == "suspend") {
    process.suspended_until = world_.now + absl::Seconds(10 + world_.Below(600));
  }
}

// ------------------------------------------------------------------------------------ commands

std::unique_ptr<Terraform::Walk> Terraform::Begin(Module& module, Options options) {
  world_.on_fault = [this](Process& process, const std::string& what) { OnFault(process, what); };
  auto walk = std::make_unique<Walk>(Walk{.module = module, .options = std::move(options)});
  walk->configuration = module.configuration;
  walk->objects = module.state;
  module.is_locked = true;
  walks_.push_back(walk.get());
  return walk;
}

void Terraform::Apply(Module& module, Options options, std::function<void()> done) {
  std::shared_ptr<Walk> walk = Begin(module, std::move(options));
  world_.Spawn(nullptr, [this, walk, done = std::move(done)] {
    Plan plan = MakePlan(*walk);
    if (walk->is_alive && walk->errors.empty() && !walk->is_interrupted) {
      Perform(*walk, std::move(plan));
    }
    errors = walk->errors;
    walks_.remove(walk.get());
    walk->module.is_locked = false;
    done();
  });
}

void Terraform::PlanOnly(Module& module, Options options, bool save, std::function<void()> done) {
  std::shared_ptr<Walk> walk = Begin(module, std::move(options));
  world_.Spawn(nullptr, [this, walk, save, done = std::move(done)] {
    Plan plan = MakePlan(*walk);
    if (save && walk->is_alive && walk->errors.empty()) {
      walk->module.saved_plan = std::move(plan);
    }
    errors = walk->errors;
    walks_.remove(walk.get());
    walk->module.is_locked = false;
    done();
  });
}

void Terraform::ApplySaved(Module& module, std::function<void()> done) {
  std::shared_ptr<Walk> walk = Begin(module, {});
  world_.Spawn(nullptr, [this, walk, done = std::move(done)] {
    std::optional<Plan> plan = std::exchange(walk->module.saved_plan, std::nullopt);
    if (plan.has_value() && plan->made_for == walk->module.state) {  // else it is stale
      walk->objects = plan->objects;
      walk->configuration = plan->configuration;
      Perform(*walk, *std::move(plan));
    }
    errors = walk->errors;
    walks_.remove(walk.get());
    walk->module.is_locked = false;
    done();
  });
}

void Terraform::Import(Module& module, const std::string& address, const std::string& job,
                       std::function<void()> done) {
  std::shared_ptr<Walk> walk = Begin(module, {});
  world_.Spawn(nullptr, [this, walk, address, job, done = std::move(done)] {
    Process& process = Launch(*walk, "import");
    StateAnswer imported =
        process.job_run.Import(absl::StrCat("wf/", job), process.stop.get_token());
    if (walk->HasPlugin() && imported.state.IsMap()) {
      imported = process.job_run.Read(imported.state, imported.private_data, {});
    }
    if (walk->HasPlugin() && imported.state.IsMap()) {
      // The user gives the job to this run; another, whose it may have been, may want a new one.
      truth_.Creates(walk->module.name, address, walk->configuration.find(address)->second.key);
      truth_.Revives(job);
      walk->objects.push_back(
          {.address = address, .state = imported.state, .private_data = imported.private_data});
    }
    End(*walk);
    walk->is_over = true;
    // Nothing is noted of it before the next plan.
    if (walk->is_alive) Save(*walk, /*is_end=*/false);
    walks_.remove(walk.get());
    walk->module.is_locked = false;
    done();
  });
}

// Runs the nodes of a graph that do not depend on each other, ten at a time, and waits for them.
void Terraform::Parallel(Walk& walk, std::vector<std::function<void()>> nodes) {
  auto left = std::make_shared<std::size_t>(nodes.size());
  // One after the other now and then, as with -parallelism=1.
  const bool one_by_one = world_.Below(4) == 0;
  for (std::function<void()>& node : nodes) {
    world_.Spawn(walk.process, [left, node = std::move(node)] {
      node();
      --*left;
    });
    if (one_by_one) {
      const std::size_t before = *left;
      world_.Wait(absl::InfiniteDuration(), [left, before] { return *left < before; });
    }
  }
  world_.Wait(absl::InfiniteDuration(), [left] { return *left == 0; });
}

// --------------------------------------------------------------------------------------- plans

Value Terraform::ConfigOf(const Configured& configured) const {
  const schema::Schema& schema = IdMappingRun();
  Value config = schema::EmptyObject(schema);
  Value::Map& arguments = config.AsMap();
  arguments["workflow_name"] = configured.by_arn ? kArn : "wf";
  arguments["triggers"] = Value::Map{{"key", absl::StrCat(configured.key)}};
  arguments["timeouts"] = Value::Map{{"create", "1h"}, {"update", "1h"}, {"delete", "1h"}};
  if (!configured.waits) arguments["wait_for_completion"] = false;
  return config;
}

PlanAnswer Terraform::PlanTo(Walk& walk, const Value& prior, const Value& config,
                             const std::string& private_data, bool is_apply) {
  return walk.process->job_run.Plan({.prior = prior,
                                     .config = config,
                                     .private_data = private_data,
                                     .is_apply = is_apply && tells_apply});
}

Plan Terraform::MakePlan(Walk& walk) {
  Plan plan{.made_for = walk.module.state, .configuration = walk.configuration};
  Launch(walk, walk.options.destroy ? "destroy-plan" : "plan");
  std::vector<std::function<void()>> nodes;
  const std::vector<Object> objects = std::exchange(walk.objects, {});
  for (const Object& object : objects) {
    if (!walk.Wants(object.address)) {
      walk.objects.push_back(object);
      continue;
    }
    nodes.emplace_back([this, &walk, object, &plan] { PlanObject(walk, object, plan); });
  }
  for (const auto& [address, configured] : walk.configuration) {
    const bool is_there = std::any_of(objects.begin(), objects.end(), [&](const Object& object) {
      return object.address == address && !object.is_deposed;
    });
    if (is_there || walk.options.destroy || !walk.Wants(address)) continue;
    nodes.emplace_back([this, &walk, address, &plan] { PlanNew(walk, address, plan); });
  }
  Parallel(walk, std::move(nodes));
  plan.objects = walk.objects;
  if (!walk.HasPlugin()) walk.errors.emplace_back("the plugin did not respond");
  End(walk);
  return plan;
}

void Terraform::PlanObject(Walk& walk, Object object, Plan& plan) {
  if (!walk.HasPlugin()) return;
  Process& process = *walk.process;
  process.job_run.Seen(object.state);
  if (walk.options.refresh && walk.HasPlugin()) {
    StateAnswer read = process.job_run.Read(object.state, object.private_data, {});
    if (!walk.HasPlugin()) return;
    world_.Check([&] { truth_.Knows(object.job(), object.state, read.state); });
    if (HasError(read.diagnostics)) walk.errors.emplace_back(read.diagnostics[0].summary);
    object.state = read.state;
    object.private_data = read.private_data;
  }
  if (!walk.HasPlugin()) return;
  walk.objects.push_back(object);
  // What a plan has seen, the user can know; it is in no state yet.
  if (IsFinished(object) || HasFailed(object)) {
    truth_.Ended(walk.module.name, object.address, object.job(),
                 /*for_sure=*/!HasFailed(object) && !world_.journal_faults);
  }

  const auto configured = walk.configuration.find(object.address);
  if (object.is_deposed || configured == walk.configuration.end() || walk.options.destroy) {
    const PlanAnswer gone =
        PlanTo(walk, object.state, Value::Null(), object.private_data, /*is_apply=*/false);
    plan.actions.push_back({.kind = Action::Kind::kDestroy,
                            .address = object.address,
                            .object = object,
                            .private_data = gone.private_data});
    return;
  }
  const Value config = ConfigOf(configured->second);
  Action action{.kind = Action::Kind::kReplace, .address = object.address, .object = object};
  if (object.is_tainted) {
    const PlanAnswer created = PlanTo(walk, Value::Null(), config, "", /*is_apply=*/false);
    Judge(walk, object.address, created.diagnostics);
    action.private_data = created.private_data;
    plan.actions.push_back(std::move(action));
    return;
  }
  const PlanAnswer first =
      PlanTo(walk, object.state, config, object.private_data, /*is_apply=*/false);
  Judge(walk, object.address, first.diagnostics);
  if (!walk.HasPlugin() || HasError(first.diagnostics)) return;
  if (!first.replace.empty() || walk.options.replace.contains(object.address)) {
    const PlanAnswer second =
        PlanTo(walk, Value::Null(), config, first.private_data, /*is_apply=*/false);
    Judge(walk, object.address, second.diagnostics);
    action.private_data = second.private_data;
    plan.actions.push_back(std::move(action));
  } else if (first.planned != object.state) {
    action.kind = Action::Kind::kUpdate;
    action.private_data = first.private_data;
    plan.actions.push_back(std::move(action));
  }
}

void Terraform::PlanNew(Walk& walk, const std::string& address, Plan& plan) {
  if (!walk.HasPlugin()) return;
  const Value config = ConfigOf(walk.configuration.find(address)->second);
  const PlanAnswer created = PlanTo(walk, Value::Null(), config, "", /*is_apply=*/false);
  Judge(walk, address, created.diagnostics);
  plan.actions.push_back({.kind = Action::Kind::kCreate, .address = address});
}

// ------------------------------------------------------------------------------------- applies

Object* Terraform::Current(Walk& walk, const std::string& address) {
  for (Object& object : walk.objects) {
    if (object.address == address && !object.is_deposed) return &object;
  }
  return nullptr;
}

void Terraform::Perform(Walk& walk, Plan plan) {
  walk.applies = true;
  if (walk.module.in_local_file) Save(walk, /*is_end=*/false);  // what the refresh has seen
  if (!plan.actions.empty()) {
    Launch(walk, "apply");
    std::vector<std::function<void()>> nodes;
    for (const Action& action : plan.actions) {
      nodes.emplace_back([this, &walk, action] { Do(walk, action); });
    }
    Parallel(walk, std::move(nodes));
    // Terraform goes on without a plugin that has died, to its own end.
    if (walk.is_alive && walk.process->is_dead) walk.errors.emplace_back("the plugin is gone");
    // The plugin may not have been able to note it.
    const bool is_orderly = End(walk) && !world_.journal_faults;
    walk.is_over = true;
    if (!walk.is_alive) return;
    // A backend is told at the end, which may fail.
    if (!walk.module.in_local_file && world_.Strikes()) {
      world_.Say(absl::StrCat(walk.module.name, ": the state is not uploaded"));
      walk.errors.emplace_back("the state was not saved");
      return;
    }
    Save(walk, is_orderly);
    return;
  }
  walk.is_over = true;
  Save(walk, /*is_end=*/true);
}

void Terraform::Do(Walk& walk, const Action& action) {
  // After an interrupt nothing new begins.
  if (!walk.HasPlugin() || walk.is_interrupted) return;
  world_.tag() = std::any();
  switch (action.kind) {
    case Action::Kind::kCreate:
      return Create(walk, action, /*restores=*/false);
    case Action::Kind::kUpdate:
      return Update(walk, action);
    case Action::Kind::kDestroy:
      walk.process->job_run.Seen(action.object->state);
      Delete(walk, action, *action.object);
      return;
    case Action::Kind::kReplace:
      break;
  }
  if (!cbd_) {
    walk.process->job_run.Seen(action.object->state);
    if (Delete(walk, action, *action.object) && walk.HasPlugin() && !walk.is_interrupted) {
      Create(walk, action, /*restores=*/false);
    }
    return;
  }
  Object* const current = Current(walk, action.address);
  if (current == nullptr) return;
  current->is_deposed = true;
  if (walk.module.in_local_file) Save(walk, /*is_end=*/false);
  const Object deposed = *current;
  Create(walk, action, /*restores=*/true);
  const Object* const created = Current(walk, action.address);
  if (created == nullptr || created->is_tainted || !walk.HasPlugin() || walk.is_interrupted) return;
  walk.process->job_run.Seen(deposed.state);
  Delete(walk, action, deposed);
}

void Terraform::Create(Walk& walk, const Action& action, bool restores) {
  Process& process = *walk.process;
  const auto configured = walk.configuration.find(action.address);
  if (configured == walk.configuration.end()) return;
  const Group group{.module = walk.module.name, .key = configured->second.key};
  truth_.Creates(walk.module.name, action.address, group.key);
  const PlanAnswer planned = PlanTo(walk, Value::Null(), ConfigOf(configured->second), "",
                                    /*is_apply=*/true);
  if (!walk.HasPlugin()) return;
  world_.tag() = group;
  StateAnswer answer = Await(process.job_run.Create({.planned = planned.planned,
                                                     .private_data = planned.private_data,
                                                     .stop = process.stop.get_token(),
                                                     .ends = process.ends.get_token()}));
  if (!walk.HasPlugin()) return;
  Judge(walk, action.address, answer.diagnostics);
  if (answer.state.IsNull()) {
    if (restores) {
      for (Object& object : walk.objects) {
        if (object.is_deposed && object.address == action.address) object.is_deposed = false;
      }
      if (walk.module.in_local_file) Save(walk, /*is_end=*/false);
    }
    return;
  }
  Object object{.address = action.address,
                .is_tainted = HasError(answer.diagnostics),
                .state = answer.state,
                .private_data = answer.private_data};
  world_.Say(absl::StrCat(walk.module.name, ": ", Shown(object)));
  world_.Check([&] { truth_.Answered(object.job(), group); });
  walk.objects.push_back(std::move(object));
  if (walk.module.in_local_file) Save(walk, /*is_end=*/false);
}

void Terraform::Update(Walk& walk, const Action& action) {
  Process& process = *walk.process;
  Object* object = Current(walk, action.address);
  if (object == nullptr) return;
  const Value prior = object->state;
  const std::string private_data = object->private_data;
  process.job_run.Seen(prior);
  const auto configured = walk.configuration.find(action.address);
  if (configured == walk.configuration.end() || !walk.HasPlugin()) return;
  const PlanAnswer planned =
      PlanTo(walk, prior, ConfigOf(configured->second), private_data, /*is_apply=*/true);
  if (!walk.HasPlugin()) return;
  StateAnswer answer = Await(process.job_run.Update({.prior = prior,
                                                     .planned = planned.planned,
                                                     .private_data = planned.private_data,
                                                     .stop = process.stop.get_token(),
                                                     .ends = process.ends.get_token()}));
  if (!walk.HasPlugin()) return;
  Judge(walk, action.address, answer.diagnostics);
  object = Current(walk, action.address);
  if (object == nullptr || answer.state.IsNull()) return;
  world_.Check([&] { truth_.Knows(object->job(), prior, answer.state); });
  object->state = answer.state;
  object->private_data = answer.private_data;
  world_.Say(absl::StrCat(walk.module.name, ": ", Shown(*object)));
  if (walk.module.in_local_file) Save(walk, /*is_end=*/false);
}

bool Terraform::Delete(Walk& walk, const Action& action, const Object& object) {
  Process& process = *walk.process;
  if (!walk.HasPlugin()) return false;
  StateAnswer answer = Await(process.job_run.Delete({.prior = object.state,
                                                     .private_data = action.private_data,
                                                     .stop = process.stop.get_token(),
                                                     .ends = process.ends.get_token()}));
  if (!walk.HasPlugin()) return false;
  Judge(walk, action.address, answer.diagnostics);
  if (answer.state.IsMap()) return false;
  const auto gone = std::find_if(walk.objects.begin(), walk.objects.end(), [&](const Object& o) {
    return o.address == object.address &&
           o.is_deposed == (object.is_deposed || (cbd_ && action.kind == Action::Kind::kReplace)) &&
           o.job() == object.job();
  });
  if (gone != walk.objects.end()) walk.objects.erase(gone);
  // A run that is replaced by the same goes on; any other is given up.
  const auto configured = walk.configuration.find(object.address);
  const bool goes_on =
      action.kind == Action::Kind::kReplace && !IsFinished(object) &&
      configured != walk.configuration.end() &&
      truth_.IsOf(object.job(), {.module = walk.module.name, .key = configured->second.key});
  if (!goes_on) walk.touched.push_back(object.job());
  if (!goes_on && Current(walk, object.address) == nullptr) {
    truth_.Ended(walk.module.name, object.address, object.job(), /*for_sure=*/false);
  }
  if (walk.module.in_local_file) Save(walk, /*is_end=*/false);
  return true;
}

// What is said about money is true; and what the user is told to do is kept for the end.
void Terraform::Judge(Walk& walk, const std::string& address, const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics) {
    const bool is_error = diagnostic.severity == Diagnostic::Severity::kError;
    if (is_error) walk.errors.push_back(diagnostic.summary);
    if (absl::StrContains(diagnostic.summary, "Belongs to Another Run")) {
      walk.refused.insert(address);
    }
    world_.Say(absl::StrCat(walk.module.name, ": ", address, ": ",
                            is_error ? "error: " : "warning: ", diagnostic.summary));
  }
}

void Terraform::Save(Walk& walk, bool is_end) {
  Module& module = walk.module;
  module.state = walk.objects;
  std::vector<std::string> jobs;
  for (const Object& object : module.state) {
    const bool is_known = IsFinished(object) || HasFailed(object);
    if (is_known) {
      // Terraform has saved it, and may die before it says so to anybody.
      truth_.Ended(module.name, object.address, object.job(),
                   /*for_sure=*/is_end && module.in_local_file && !HasFailed(object));
    }
    const bool stays =
        !object.is_deposed && !object.is_tainted && walk.configuration.contains(object.address) &&
        !walk.refused.contains(object.address) && !walk.options.replace.contains(object.address);
    if (stays) jobs.push_back(object.job());
  }
  if (is_end) {
    // Two objects may have had the job: one goes, the other stays.
    for (const std::string& job : walk.touched) {
      const bool stays = std::any_of(module.state.begin(), module.state.end(),
                                     [&](const Object& object) { return object.job() == job; });
      if (!stays) truth_.ForSure(job);
    }
  }
  if (!walk.is_over) return;  // it may still change its mind
  world_.Check([&] { truth_.Shows(module.name, jobs); });
}

}  // namespace er::explorer
