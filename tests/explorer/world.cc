#include "explorer/world.h"

#include <algorithm>
#include <utility>

#include "schema/loader.h"
#include "support/job_kinds.h"

namespace er::explorer {
namespace {

const absl::Time kStart =
    absl::FromCivil(absl::CivilSecond(2026, 1, 2, 3, 4, 5), absl::UTCTimeZone());

constexpr int kMostSteps = 200'000;

// A client of the service as one process has it.
class SimClient final : public aws::Client {
 public:
  explicit SimClient(Process& process) : process_(process) {}

  absl::StatusOr<aws::Answer> Call(const aws::Operation& operation, const nlohmann::json& members,
                                   std::stop_token stop) override {
    for (int attempt = 1;; ++attempt) {
      absl::StatusOr<aws::Answer> answer = Once(operation, members, stop);
      if (answer.ok() || !operation.repeatable || attempt == 3 || process_.is_dead) return answer;
      const auto error = aws::ErrorOf(answer.status());
      if (!error.has_value() || error->execution == aws::Execution::kRefused) return answer;
    }
  }

 private:
  absl::Status Failure(const aws::Operation& operation, const std::string& message,
                       aws::Execution execution, absl::StatusCode code) const {
    return aws::ToStatus({.operation = operation.name,
                          .message = message,
                          .region = "eu-west-1",
                          .execution = execution},
                         code);
  }

  static absl::StatusOr<aws::Answer> Execute(World& world, const aws::Operation& operation,
                                             const nlohmann::json& members, const std::any& tag) {
    absl::StatusOr<aws::Answer> answer = world.service.Handle(operation.name, members, {});
    if (answer.ok() && operation.name == "StartIdMappingJob") {
      world.on_start(answer->body["jobId"].get<std::string>(), tag);
    }
    return answer;
  }

  absl::StatusOr<aws::Answer> Once(const aws::Operation& operation, const nlohmann::json& members,
                                   const std::stop_token& stop) {
    World& world = process_.world;
    world.Step(process_);
    const auto lost = [&] {
      return Failure(operation, "the connection was reset", aws::Execution::kUnknown,
                     absl::StatusCode::kUnavailable);
    };
    if (process_.is_dead) return lost();
    if (stop.stop_requested()) {
      return Failure(operation, "interrupted", aws::Execution::kUnknown,
                     absl::StatusCode::kCancelled);
    }
    if (operation.may_send && !operation.may_send()) {
      return Failure(operation, "it may not be sent any more", aws::Execution::kNotSent,
                     absl::StatusCode::kAborted);
    }
    const bool is_start = operation.name == "StartIdMappingJob";
    const int what = world.Strikes() ? world.Below(is_start ? 4 : 1) : -1;
    if (what == 0) {
      world.Say(absl::StrCat(process_.name, ": ", operation.name, " is lost on its way"));
      return lost();
    }
    if (what == 1) {  // executed when its caller has given up
      world.Say(absl::StrCat(process_.name, ": ", operation.name, " is executed late"));
      // Within the window, with what the list lags: later ones nobody could tell.
      const absl::Duration late = absl::Seconds(world.Below(55)) - world.service.list_lag;
      world.Later(std::max(late, absl::ZeroDuration()),
                  [&world, operation, members, tag = world.tag()] {
                    Execute(world, operation, members, tag).status().IgnoreError();
                  });
      return lost();
    }
    if (what == 2) world.service.next_job_duration = absl::Hours(3);
    absl::StatusOr<aws::Answer> answer = Execute(world, operation, members, world.tag());
    if (is_start) {
      world.Say(absl::StrCat(process_.name, ": starts ",
                             answer.ok() ? answer->body["jobId"].get<std::string>()
                                         : std::string(answer.status().message()),
                             what == 2 ? ", a long one" : "",
                             what == 3 ? ", and the answer is lost" : ""));
    }
    world.Step(process_);
    if (process_.is_dead || what == 3) return lost();
    return answer;
  }

  Process& process_;
};

}  // namespace

absl::Time SimClock::Now() { return kStart + world_.now; }

absl::Duration SimClock::Elapsed() {
  return process_ != nullptr && process_->is_dead ? absl::InfiniteDuration() : world_.now;
}

bool SimClock::Sleep(absl::Duration duration, std::stop_token stop) {
  if (duration > absl::ZeroDuration() && Fiber::Current() != nullptr) {
    world_.Wait(world_.now + duration, [&] {
      return stop.stop_requested() || (process_ != nullptr && process_->is_dead);
    });
  }
  return !stop.stop_requested();
}

bool SimClock::Suspend(Wait& wait, std::coroutine_handle<> /*task*/) {
  while (!wait.IsOver()) {
    wait.lock.unlock();
    world_.Wait(wait.deadline, [&] { return wait.IsOver(); });
    wait.lock.lock();
  }
  return false;
}

World::World(unsigned seed) : random_(seed) {
  service.latency = absl::ZeroDuration();
  service.job_duration = absl::Minutes(5);
  service.quota = 1;
}

World::~World() = default;

bool World::Strikes() {
  if (faults.left <= 0 || !Happens(faults.probability)) return false;
  --faults.left;
  return true;
}

void World::Say(std::string line) {
  story.push_back(absl::StrCat(absl::FormatDuration(now), " ", line));
}

void World::Later(absl::Duration delay, std::function<void()> what) {
  later_.emplace(now + delay, std::move(what));
}

void World::Spawn(Process* process, std::function<void()> work) {
  threads_.push_back({.fiber = std::make_unique<Fiber>(std::move(work)), .process = process});
}

void World::SpawnNext(Process* process, std::function<void()> work) {
  Spawn(process, std::move(work));
  next_ = &threads_.back();
}

void World::Wait(absl::Duration until, const std::function<bool()>& ready) {
  Thread* const self = current_;
  self->until = until;
  self->ready = &ready;
  Fiber::Yield();
  self->ready = nullptr;
}

void World::Step(Process& process) {
  if (process.is_dead) return;
  if (on_fault && Strikes()) {
    constexpr const char* kKinds[] = {"kill",      "kill plugin", "kill terraform", "quit",
                                      "interrupt", "terminate",   "suspend"};
    const std::string what = kKinds[Below(std::ssize(kKinds))];
    Say(absl::StrCat(process.name, ": ", what));
    on_fault(process, what);
    if (process.is_dead) return;
  }
  // Most steps take no time; some take long.
  const absl::Duration time = Happens(0.03) ? absl::Seconds(Below(25)) : absl::ZeroDuration();
  Wait(now + time, [] { return false; });
}

bool World::IsRunnable(const Thread& thread) const {
  const bool is_dead = thread.process != nullptr && thread.process->is_dead;
  if (thread.process != nullptr && !is_dead && thread.process->suspended_until > now) return false;
  if (thread.ready == nullptr || is_dead) return true;
  return now >= thread.until || (*thread.ready)();
}

World::Thread* World::Pick() {
  if (Thread* const next = std::exchange(next_, nullptr)) return next;
  std::vector<Thread*> runnable;
  for (Thread& thread : threads_) {
    if (IsRunnable(thread)) runnable.push_back(&thread);
  }
  if (runnable.empty()) return nullptr;
  return runnable[static_cast<std::size_t>(Below(static_cast<int>(runnable.size())))];
}

// To the next moment at which something happens. False: nothing ever does.
bool World::Advance() {
  absl::Duration next = absl::InfiniteDuration();
  for (const Thread& thread : threads_) {
    absl::Duration at = thread.until;
    if (thread.process != nullptr) at = std::max(at, thread.process->suspended_until);
    if (at > now) next = std::min(next, at);
  }
  if (!later_.empty()) next = std::min(next, later_.begin()->first);
  if (next == absl::InfiniteDuration()) return false;
  now = std::max(now, next);
  while (!later_.empty() && later_.begin()->first <= now) {
    const auto what = std::move(later_.begin()->second);
    later_.erase(later_.begin());
    what();
  }
  return true;
}

void World::Play(const std::function<bool()>& done) {
  for (int step = 0; !done() || std::any_of(threads_.begin(), threads_.end(),
                                            [](const Thread& t) {
                                              return t.process != nullptr && t.process->is_dead;
                                            });
       ++step) {
    if (!violation_.empty()) throw Violation(violation_);
    if (step > kMostSteps) throw Violation("5: it does not end");
    Thread* const next = Pick();
    if (next == nullptr) {
      if (!Advance()) throw Violation("5: nothing goes on, and it has not ended");
      continue;
    }
    current_ = next;
    next->fiber->Resume();
    current_ = nullptr;
    if (next->fiber->is_done()) {
      threads_.remove_if([&](const Thread& thread) { return &thread == next; });
    }
  }
}

bool World::Drain() {
  later_.clear();
  for (int step = 0; step < kMostSteps && !threads_.empty(); ++step) {
    Thread* const next = Pick();
    if (next == nullptr) {
      if (!Advance()) return false;
      continue;
    }
    current_ = next;
    next->fiber->Resume();
    current_ = nullptr;
    if (next->fiber->is_done()) {
      threads_.remove_if([&](const Thread& thread) { return &thread == next; });
    }
  }
  return threads_.empty();
}

Process::Process(World& w, std::string named, const std::string& scope, bool in_local_file)
    : world(w),
      name(std::move(named)),
      clock(w, this),
      session(
          {.connect = [this](const std::string&) -> absl::StatusOr<std::unique_ptr<aws::Client>> {
             return std::make_unique<SimClient>(*this);
           },
           .region = "eu-west-1"}),
      runs(
          [&] {
            const auto before = [this](const std::string& operation, const std::string& entry) {
              world.Step(*this);
              if (is_dead) return absl::UnavailableError("dead");
              if (world.journal_faults && world.Strikes()) {
                world.Say(absl::StrCat(name, ": the journal fails to ", operation, " ", entry));
                return absl::UnavailableError("the store cannot be reached");
              }
              return absl::OkStatus();
            };
            const auto after = [this](const std::string& operation, const std::string& entry) {
              if (operation != "List" && operation != "Read") {
                world.Say(absl::StrCat(name, ": ", operation, " ", entry));
              }
              if (is_dead) return absl::UnavailableError("dead");
              if (world.journal_faults && operation != "List" && world.Strikes()) {
                world.Say(absl::StrCat(name, ": the answer is lost"));
                return absl::UnavailableError("the store's answer was lost");
              }
              return absl::OkStatus();
            };
            run::Runs::Options options{
                .journal = {.store = w.journal.OfProcess(before, after),
                            .is_asked_for = true,
                            .scope = scope,
                            .in_local_file = in_local_file,
                            .is_orphaned = [this] { return is_orphaned || is_dead; },
                            .background =
                                [this](std::function<void()> work) {
                                  world.Spawn(this, std::move(work));
                                }}};
            store_process = w.journal.last_process();
            return options;
          }(),
          session, schema::BuiltInCatalog(), clock),
      job_run(schema::BuiltInCatalog(), IdMappingRun(), &runs) {}

Process::~Process() = default;

void Process::Die() {
  if (is_dead) return;
  is_dead = true;
  world.journal.Die(store_process);
}

}  // namespace er::explorer
