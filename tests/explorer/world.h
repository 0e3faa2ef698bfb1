// The world that histories are played in: one thread, time that jumps, a service, a journal, and
// plugin processes that can die, be suspended or be interrupted at each step they take outside of
// themselves. What happens when is decided by a seed.
#pragma once

#include <any>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "explorer/fiber.h"
#include "resource/session.h"
#include "run/job_run.h"
#include "run/runs.h"
#include "support/memory_store.h"
#include "unit/run/fake_service.h"

namespace er::explorer {

// A promise does not hold; the text says which.
struct Violation : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class World;
struct Process;

// The time of a process, or, without one, of the world. A process that is dead sees all time-outs
// at once, so that what it was doing comes to an end that nobody hears of.
class SimClock final : public Clock {
 public:
  SimClock(World& world, const Process* process) : world_(world), process_(process) {}
  absl::Time Now() override;
  absl::Duration Elapsed() override;
  void NotifyAll(Signal& /*signal*/) override {}
  bool Sleep(absl::Duration duration, std::stop_token stop) override;

 private:
  bool Suspend(Wait& wait, std::coroutine_handle<> task) override;

  World& world_;
  const Process* const process_;
};

// What can go wrong in the middle of a history.
struct Faults {
  int left = 0;              // so many may still happen
  double probability = 0.0;  // at each step
};

class World {
 public:
  explicit World(unsigned seed);
  ~World();

  // Chance.
  int Below(int n) { return n <= 0 ? 0 : static_cast<int>(random_() % static_cast<unsigned>(n)); }
  bool Happens(double probability) {
    return std::uniform_real_distribution<double>()(random_) < probability;
  }
  // Whether one of the faults that are left happens now.
  bool Strikes();

  // What the thread of control that runs is about: whoever starts a job says so to on_start.
  std::any& tag() { return current_->tag; }

  // A promise does not hold: Play() ends with that. May be called anywhere, and goes on.
  void Violate(const std::string& text) {
    if (violation_.empty()) violation_ = text;
  }
  // Does `what`, whose Violations are as above.
  template <typename What>
  void Check(What what) {
    try {
      what();
    } catch (const Violation& violation) {
      Violate(violation.what());
    }
  }

  // A thread of control, of `process` or, where that is null, of the world outside.
  void Spawn(Process* process, std::function<void()> work);
  // The same, and it goes before all others.
  void SpawnNext(Process* process, std::function<void()> work);
  // Called in one: lets others go first, and time pass, until `ready`, or `until` at most.
  void Wait(absl::Duration until, const std::function<bool()>& ready);
  void Pause(absl::Duration duration) {
    Wait(now + duration, [] { return false; });
  }
  // One step of a process outside of itself: others may go first, and it may die here.
  void Step(Process& process);
  // Plays until `done` holds and nothing that belongs to a process is left running.
  void Play(const std::function<bool()>& done);

  // Lets what is left come to its end, as far as it does without anything from outside. False:
  // something is left.
  bool Drain();

  void Later(absl::Duration delay, std::function<void()> what);
  void Say(std::string line);

  absl::Duration now;
  SimClock clock{*this, nullptr};
  run::FakeService service{clock};
  run::MemoryStore journal{clock};
  Faults faults;
  bool journal_faults = false;  // the journal's store may fail, too
  std::vector<std::string> story;
  std::list<std::unique_ptr<Process>> processes;
  // What an interrupt or the death of a process means to the Terraform that started it.
  std::function<void(Process&, const std::string& what)> on_fault;
  // The service has started a job for whom the tag says.
  std::function<void(const std::string& job, const std::any& tag)> on_start;

 private:
  struct Thread {
    std::unique_ptr<Fiber> fiber;
    Process* process = nullptr;
    absl::Duration until = absl::ZeroDuration();
    const std::function<bool()>* ready = nullptr;
    std::any tag{};
  };
  bool IsRunnable(const Thread& thread) const;
  Thread* Pick();
  bool Advance();

  std::mt19937 random_;
  std::list<Thread> threads_;
  Thread* current_ = nullptr;
  Thread* next_ = nullptr;  // whose turn it is; null: chance decides
  std::string violation_;
  std::multimap<absl::Duration, std::function<void()>> later_;
};

// A plugin process that has been configured, with what it has in memory.
struct Process {
  Process(World& world, std::string name, const std::string& scope, bool in_local_file);
  ~Process();

  World& world;
  const std::string name;
  bool is_dead = false;
  bool is_orphaned = false;
  bool is_stopped = false;
  absl::Duration suspended_until = -absl::InfiniteDuration();
  std::stop_source stop;
  std::stop_source ends;
  SimClock clock;
  int store_process = 0;
  resource::Session session;
  run::Runs runs;
  run::JobRun job_run;

  // What it has started since, as the service knows it.
  void Die();
};

}  // namespace er::explorer
