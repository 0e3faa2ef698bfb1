// A small model of Terraform's own side: states, configurations, plans and applies of job runs, as
// the real one calls a provider (the sequences are Terraform 1.11's). decisions/ says what it
// leaves out.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "explorer/truth.h"
#include "explorer/world.h"
#include "value/diagnostic.h"
#include "value/value.h"

namespace er::explorer {

// An object of a state.
struct Object {
  std::string address{};
  bool is_deposed = false;
  bool is_tainted = false;
  Value state{};
  std::string private_data{};

  std::string job() const;
  bool operator==(const Object&) const = default;
};

// A run as it is configured.
struct Configured {
  int key = 1;          // its triggers: what tells runs apart
  bool waits = true;    // wait_for_completion
  bool by_arn = false;  // the workflow is named by its ARN

  bool operator==(const Configured&) const = default;
};

// What the plan is to do with an address.
struct Action {
  enum class Kind { kCreate, kUpdate, kReplace, kDestroy };
  Kind kind = Kind::kCreate;
  std::string address{};
  std::optional<Object> object{};  // as it was planned with
  std::string private_data{};      // of the plan
};

struct Plan {
  std::vector<Action> actions{};
  std::vector<Object> objects{};   // the state, refreshed
  std::vector<Object> made_for{};  // the state when it was made
  std::map<std::string, Configured> configuration{};
};

// One root module: its configuration and its state.
struct Module {
  std::string name;
  bool in_local_file = true;
  std::map<std::string, Configured> configuration;
  std::vector<Object> state;
  std::optional<Plan> saved_plan;
  bool is_locked = false;
};

struct Options {
  std::set<std::string> replace{};
  std::set<std::string> target{};
  bool refresh = true;
  bool destroy = false;
};

class Terraform {
 public:
  // All must outlive this. `is_cbd`: create_before_destroy, everywhere.
  Terraform(World& world, Truth& truth, bool is_cbd) : world_(world), truth_(truth), cbd_(is_cbd) {}

  // Commands, each begun on a thread of control of its own and at its end when `done` is called.
  void Apply(Module& module, Options options, std::function<void()> done);
  void PlanOnly(Module& module, Options options, bool save, std::function<void()> done);
  void ApplySaved(Module& module, std::function<void()> done);
  void Import(Module& module, const std::string& address, const std::string& job,
              std::function<void()> done);

  // What went wrong in the last command, as the summaries of its errors.
  std::vector<std::string> errors;
  // All that was said.
  bool tells_apply = true;  // whether it says that it plans as it applies, as 1.11 does

 private:
  struct Walk;

  std::unique_ptr<Walk> Begin(Module& module, Options options);
  void OnFault(Process& process, const std::string& what);
  Process& Launch(Walk& walk, const char* phase);
  bool End(Walk& walk);
  Plan MakePlan(Walk& walk);
  void PlanObject(Walk& walk, Object object, Plan& plan);
  void PlanNew(Walk& walk, const std::string& address, Plan& plan);
  void Perform(Walk& walk, Plan plan);
  void Do(Walk& walk, const Action& action);
  void Create(Walk& walk, const Action& action, bool restores);
  void Update(Walk& walk, const Action& action);
  bool Delete(Walk& walk, const Action& action, const Object& object);
  void Save(Walk& walk, bool is_end);
  void Judge(Walk& walk, const std::string& address, const Diagnostics& diagnostics);
  Object* Current(Walk& walk, const std::string& address);
  Value ConfigOf(const Configured& configured) const;
  resource::PlanAnswer PlanTo(Walk& walk, const Value& prior, const Value& config,
                              const std::string& private_data, bool is_apply);
  void Parallel(Walk& walk, std::vector<std::function<void()>> nodes);

  World& world_;
  Truth& truth_;
  const bool cbd_;
  std::list<Walk*> walks_;
  int launches_ = 0;
};

}  // namespace er::explorer
