#include "explorer/history.h"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <random>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "explorer/terraform.h"
#include "explorer/truth.h"
#include "explorer/world.h"

namespace er::explorer {
namespace {

// All there is to type. "config a=1 b=1" is what the configuration says from then on: addresses and
// their triggers, with "n" for wait_for_completion = false and "r" for the workflow's ARN.
constexpr const char* kCommands[] = {"apply",
                                     "apply",
                                     "apply",
                                     "apply -replace=a",
                                     "apply -refresh=false",
                                     "apply -target=a",
                                     "plan",
                                     "plan -out",
                                     "apply PLAN",
                                     "destroy",
                                     "state rm a",
                                     "taint a",
                                     "untaint a",
                                     "import a",
                                     "lose state",
                                     "lose journal",
                                     "later",
                                     "fail",
                                     "somebody",
                                     "both",
                                     "config a=1",
                                     "config a=1",
                                     "config a=2",
                                     "config a=1 b=1",
                                     "config a=1 b=2",
                                     "config a=1r",
                                     "config a=1n",
                                     "config a=1n b=1n",
                                     "config"};

constexpr int kMostApplies = 4;
constexpr absl::Duration kLater = absl::Hours(4);

// Errors that name what the user is to do: nothing more is promised then.
bool IsInDoubt(const std::string& error) {
  return error == "Several New ID Mapping Jobs" || error == "ID Mapping Job Not Found" ||
         error == "ID Mapping Job Belongs to Another Run" ||
         error == "Imported ID Mapping Job Is Another Than Configured";
}

class Player {
 public:
  explicit Player(const History& history)
      : history_(history), world_(history.seed), terraform_(world_, truth_, history.is_cbd) {
    world_.faults = {.left = history.faults, .probability = history.fault_rate};
    world_.journal_faults = history.journal_faults;
    world_.journal.knows_deaths = history.knows_deaths;
    world_.service.list_lag = absl::Seconds(history.lag);
    world_.service.quota = history.quota;
    world_.service.tells_own_output = true;
    terraform_.tells_apply = history.tells_apply;
    world_.on_start = [this](const std::string& job, const std::any& tag) {
      if (const Group* const group = std::any_cast<Group>(&tag)) {
        world_.Check([&] { truth_.Started(job, *group); });
      } else {
        world_.Violate("1: a job is started that no create has asked for");
      }
    };
    for (const char* name : {"A", "B"}) {
      Module& module = modules_[name];
      module.name = name;
      module.configuration = {{"a", Configured{}}};
    }
    modules_["A"].in_local_file = history.in_local_file;
    modules_["B"].in_local_file = false;
  }

  Outcome Play() {
    Outcome outcome;
    try {
      for (const std::string& command : history_.commands) {
        world_.Say(absl::StrCat("* ", command));
        Do(command);
        jobs_after_.push_back(static_cast<std::ptrdiff_t>(world_.service.jobs.size()));
      }
      outcome.result = Result();
      Epilogue();
    } catch (const Violation& violation) {
      outcome.violation = violation.what();
      BringToAnEnd();
    }
    outcome.story = std::move(world_.story);
    return outcome;
  }

 private:
  // A command to its end; or several that are begun at once.
  using Command = std::function<void(std::function<void()> done)>;
  void Run(const std::vector<Command>& commands) {
    auto left = std::make_shared<std::size_t>(commands.size());
    for (const Command& command : commands) command([left] { --*left; });
    world_.Play([left] { return *left == 0; });
  }

  void Do(const std::string& command) {
    const std::vector<std::string> words = absl::StrSplit(command, ' ');
    Module& module = modules_["A"];
    const std::string& verb = words[0];
    const std::string what = words.size() > 1 ? words[1] : "";
    if (verb == "apply" && what == "PLAN") {
      if (module.saved_plan.has_value()) {
        Run({[&](auto done) { terraform_.ApplySaved(module, done); }});
      }
    } else if (verb == "apply" || verb == "destroy" || verb == "plan") {
      Options options{.refresh = what != "-refresh=false", .destroy = verb == "destroy"};
      absl::string_view address = what;
      if (absl::ConsumePrefix(&address, "-replace=")) options.replace.emplace(address);
      if (absl::ConsumePrefix(&address, "-target=")) options.target.emplace(address);
      Run({[&](auto done) {
        if (verb == "plan") return terraform_.PlanOnly(module, options, what == "-out", done);
        terraform_.Apply(module, options, done);
      }});
    } else if (verb == "both") {
      Run({[&](auto done) { terraform_.Apply(modules_["A"], {}, done); },
           [&](auto done) { terraform_.Apply(modules_["B"], {}, done); }});
    } else if (verb == "import") {
      Import(module, what);
    } else {
      ByHand(module, verb, words);
    }
  }

  // What the user, or the world, does to things between two commands.
  void ByHand(Module& module, const std::string& verb, const std::vector<std::string>& words) {
    if (verb == "config") {
      module.configuration.clear();
      for (std::size_t i = 1; i < words.size(); ++i) {
        const std::string& word = words[i];
        module.configuration[word.substr(0, 1)] = {.key = word[2] - '0',
                                                   .waits = !absl::StrContains(word, 'n'),
                                                   .by_arn = absl::StrContains(word, 'r')};
      }
    } else if (verb == "lose" && words[1] == "journal") {
      LoseJournal();
    } else if (verb == "state" || verb == "lose") {
      if (verb == "lose" && !module.in_local_file) return;
      for (const Object& object : module.state) {
        if (verb == "lose" || object.address == words[2]) GiveUp(module, object);
      }
      std::erase_if(module.state, [&](const Object& object) {
        return verb == "lose" || object.address == words[2];
      });
      if (verb == "lose") module.saved_plan.reset();
    } else if (verb == "taint" || verb == "untaint") {
      for (Object& object : module.state) {
        if (object.address == words[1] && !object.is_deposed) object.is_tainted = verb == "taint";
      }
    } else if (verb == "later") {
      Pass(kLater);
    } else if (verb == "fail") {
      for (run::FakeJob& job : world_.service.jobs) {
        if (world_.clock.Now() < job.end) {
          job.end = world_.clock.Now();
          job.fails = true;
        }
      }
    } else if (verb == "somebody") {
      Pass(absl::Minutes(10));  // within a minute of a start that was lost, nobody could tell
      world_.service.Begin("wf", {{"workflowName", "wf"}}, /*foreign=*/true);
    }
  }

  // Taken out of the state by hand. Terraform tells nobody, so what has not been closed in order
  // may be taken up again.
  void GiveUp(const Module& module, const Object& object) {
    truth_.Ended(module.name, object.address, object.job(), /*for_sure=*/false);
  }

  // The working folder goes. What no state shows is forgotten; what one shows is not.
  void LoseJournal() {
    Pass(absl::Minutes(10));  // what the list does not show yet, only the journal could tell
    world_.journal.Clear();
    for (auto& [name, module] : modules_) {
      std::multimap<std::string, std::string> shown;
      for (const Object& object : module.state) shown.emplace(object.address, object.job());
      truth_.Forgets(name, shown);
      module.saved_plan.reset();
    }
  }

  void Import(Module& module, const std::string& address) {
    const auto configured = module.configuration.find(address);
    const bool is_there =
        std::any_of(module.state.begin(), module.state.end(),
                    [&](const Object& object) { return object.address == address; });
    if (configured == module.configuration.end() || is_there) return;
    // The newest of its jobs that no state shows.
    for (auto job = world_.service.jobs.rbegin(); job != world_.service.jobs.rend(); ++job) {
      if (!truth_.IsOf(job->id, {.module = module.name, .key = configured->second.key})) continue;
      const bool is_shown =
          std::any_of(module.state.begin(), module.state.end(),
                      [&](const Object& object) { return object.job() == job->id; });
      if (is_shown) continue;
      Run({[&](auto done) { terraform_.Import(module, address, job->id, done); }});
      return;
    }
  }

  void Pass(absl::Duration time) {
    bool over = false;
    world_.Spawn(nullptr, [&] {
      world_.Pause(time);
      over = true;
    });
    world_.Play([&] { return over; });
  }

  std::string Result() {
    const auto& jobs = world_.service.jobs;
    std::vector<std::string> shown;
    for (const Object& object : modules_["A"].state) {
      const auto job = std::find_if(jobs.begin(), jobs.end(), [&](const run::FakeJob& candidate) {
        return candidate.id == object.job();
      });
      const auto command =
          std::upper_bound(jobs_after_.begin(), jobs_after_.end(), job - jobs.begin());
      shown.push_back(
          absl::StrCat(object.address, " of command ", command - jobs_after_.begin() + 1));
    }
    std::sort(shown.begin(), shown.end());
    return absl::StrCat(jobs.size(), " jobs; ", absl::StrJoin(shown, ", "));
  }

  // With no more faults, the next applies come to their end, and each run has a job of its own.
  void Epilogue() {
    world_.faults.left = 0;
    world_.Say("* at last, without faults");
    Pass(kLater);
    for (auto& [name, module] : modules_) {
      std::vector<std::string> errors;
      for (int apply = 1; apply <= kMostApplies; ++apply) {
        Module& current = module;
        Run({[&](auto done) { terraform_.Apply(current, {}, done); }});
        errors = terraform_.errors;
        if (errors.empty()) break;
      }
      if (std::any_of(errors.begin(), errors.end(), IsInDoubt)) continue;
      if (!errors.empty()) {
        throw Violation(absl::StrCat("5: the applies of ", name,
                                     " do not come to their end: ", absl::StrJoin(errors, ", ")));
      }
      for (const auto& [address, configured] : module.configuration) {
        const auto found = std::find_if(
            module.state.begin(), module.state.end(),
            [&](const Object& object) { return object.address == address && !object.is_deposed; });
        if (found == module.state.end()) {
          throw Violation(absl::StrCat("3: ", name, ".", address, " has no job at last"));
        }
        // What the user has put into the state as it is, stays.
        const bool by_hand = std::any_of(
            history_.commands.begin(), history_.commands.end(), [](const std::string& command) {
              return absl::StartsWith(command, "untaint") || absl::StartsWith(command, "import");
            });
        if (configured.waits && !by_hand && found->state["status"] != Value("SUCCEEDED")) {
          throw Violation(absl::StrCat("3: ", name, ".", address, " is not finished at last"));
        }
      }
    }
  }

  // Threads of control must end before the world can go.
  void BringToAnEnd() {
    world_.faults.left = 0;
    for (int round = 0; round < 100; ++round) {
      for (auto& process : world_.processes) {
        process->suspended_until = -absl::InfiniteDuration();
        process->Die();
      }
      if (world_.Drain()) return;
    }
  }

  const History& history_;
  World world_;
  std::vector<std::ptrdiff_t> jobs_after_;  // so many there are after each command
  Truth truth_;
  Terraform terraform_;
  std::map<std::string, Module> modules_;
};

}  // namespace

History RandomHistory(unsigned seed) {
  std::mt19937 random(seed);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  constexpr double kFaultRates[] = {0.003, 0.01, 0.03, 0.1};
  History history{.seed = seed,
                  .faults = below(5),
                  .fault_rate = kFaultRates[below(4)],
                  .in_local_file = below(2) == 0,
                  .knows_deaths = below(2) == 0,
                  .is_cbd = below(3) == 0,
                  .tells_apply = below(3) != 0,
                  .journal_faults = below(4) == 0,
                  .lag = below(2) * below(40),
                  .quota = 1 + below(2)};
  // From a handful of commands, another for each history: what comes of some of them together is
  // tried more often than if all were drawn from each time.
  std::vector<std::string> handful = {"apply"};
  for (int left = 2 + below(6); left > 0; --left) {
    handful.emplace_back(kCommands[below(static_cast<int>(std::size(kCommands)))]);
  }
  const int length = 2 + below(6);
  for (int tries = 0; tries < 50 && std::ssize(history.commands) < length; ++tries) {
    const std::string command =
        handful[static_cast<std::size_t>(below(static_cast<int>(handful.size())))];
    // Two runs that are alike in everything may take each other's job where no plan has seen the
    // other's state, or could not say so: the docs tell so.
    const bool has_twins = absl::StrContains(command, "b=");
    const bool is_target = absl::StrContains(command, "-target");
    if ((has_twins && history.journal_faults) || (is_target && !history.in_local_file)) continue;
    history.commands.push_back(command);
    // So, too, where one of them is imported while the lease of its killed creator still runs, or
    // is the target of an apply after one that was cut short.
    const auto has = [&](absl::string_view part) {
      return std::any_of(history.commands.begin(), history.commands.end(),
                         [&](const std::string& had) { return absl::StrContains(had, part); });
    };
    const bool are_alone =
        (!history.knows_deaths && has("import")) || (history.faults > 0 && has("-target"));
    // What is older than a day is forgotten.
    const auto days = std::count(history.commands.begin(), history.commands.end(), "later");
    if ((has("b=") && are_alone) || days > 4) history.commands.pop_back();
  }
  return history;
}

Outcome Play(const History& history) { return Player(history).Play(); }

History Shrink(const History& history, const std::string& violation) {
  constexpr unsigned kSeeds = 60;
  History shortest = history;
  // Whether it fails in the same way; without a command, chance falls out differently, so that some
  // seeds are tried.
  const auto fails = [&](History candidate) {
    for (unsigned seed = 0; seed <= kSeeds; ++seed) {
      candidate.seed = seed == 0 ? history.seed : seed;
      if (Play(candidate).violation.substr(0, 1) != violation.substr(0, 1)) continue;
      shortest = candidate;
      return true;
    }
    return false;
  };
  for (bool shorter = true; shorter;) {
    shorter = false;
    for (std::size_t i = 0; i < shortest.commands.size() && !shorter; ++i) {
      History candidate = shortest;
      candidate.commands.erase(candidate.commands.begin() + static_cast<std::ptrdiff_t>(i));
      shorter = fails(candidate);
    }
    if (!shorter && shortest.faults > 0) {
      History candidate = shortest;
      --candidate.faults;
      shorter = fails(candidate);
    }
    const auto simplify = [&](auto History::*knob, auto simple) {
      if (shorter || shortest.*knob == simple) return;
      History candidate = shortest;
      candidate.*knob = simple;
      shorter = fails(candidate);
    };
    simplify(&History::journal_faults, false);
    simplify(&History::lag, 0);
    simplify(&History::is_cbd, false);
    simplify(&History::tells_apply, true);
    simplify(&History::in_local_file, true);
  }
  return shortest;
}

std::string ToCode(const History& history) {
  const auto word = [](bool value) { return value ? "true" : "false"; };
  std::vector<std::string> commands;
  for (const std::string& command : history.commands) {
    commands.push_back(absl::StrCat("\"", command, "\""));
  }
  return absl::StrCat(
      "{.seed = ", history.seed, ", .faults = ", history.faults,
      ", .fault_rate = ", history.fault_rate, ", .commands = {", absl::StrJoin(commands, ", "),
      "}, .in_local_file = ", word(history.in_local_file),
      ", .knows_deaths = ", word(history.knows_deaths), ", .is_cbd = ", word(history.is_cbd),
      ", .tells_apply = ", word(history.tells_apply),
      ", .journal_faults = ", word(history.journal_faults), ", .lag = ", history.lag,
      ", .quota = ", history.quota, "}");
}

}  // namespace er::explorer
