// The promises of a create against every order of faults: a model of the service, several creates
// at once, and chance. A failure names its seed; run that one alone with --gtest_filter.
#include <array>
#include <cmath>
#include <functional>
#include <latch>
#include <random>
#include <set>
#include <thread>

#include "base/environment.h"
#include "base/workers.h"
#include "unit/run/run_fixture.h"

namespace er::run {
namespace {

constexpr int kRuns = 5;

class ExactlyOnce : public testing::TestWithParam<int> {};

std::set<std::string> JobsOfNotes(const RunFixture& test) {
  std::set<std::string> jobs;
  for (const Note& note : test.Notes()) {
    if (!note.job_id.empty()) jobs.insert(note.job_id);
  }
  return jobs;
}

// Creates, all at once, the runs that are not there yet.
void ApplyAll(RunFixture& test, const std::vector<Value>& plans,
              std::vector<StateAnswer>& answers) {
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i].state.IsMap()) continue;
    test.clock.Join();
    threads.emplace_back([&, i] {
      answers[i] = Await(test.process->run.Create({.planned = plans[i]}));
      test.clock.Leave();
    });
  }
}

TEST_P(ExactlyOnce, HoldsWhateverTheNetworkDoes) {
  std::mt19937 random(static_cast<unsigned>(GetParam()));
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };

  RunFixture test(0);
  test.service.refusal = static_cast<FakeService::Refusal>(below(3));
  test.service.list_lag = absl::Seconds(below(40));
  test.service.job_duration = absl::Minutes(1 + below(20));
  test.service.workflows = {"w0", "w1", "w2"};
  if (below(2) == 0) {
    test.service.quota = 3;
    test.max_concurrent_jobs = 1 + below(3);
    test.NewProcess();
  }
  const int rate = below(40);  // in a hundred
  test.service.random_fault = [&](const std::string& operation) {
    if (below(100) >= rate) return Fault::kNone;
    constexpr std::array<Fault, 4> kOfStart = {Fault::kLostBefore, Fault::kLostAfter,
                                               Fault::kGarbage, Fault::kThrottled};
    return operation == "StartIdMappingJob" ? kOfStart[static_cast<std::size_t>(below(4))]
                                            : Fault::kLostBefore;
  };

  std::vector<StateAnswer> answers(kRuns);
  std::vector<Value> plans;
  for (int i = 0; i < kRuns; ++i) {
    plans.push_back(
        test.PlanTo(Value::Null(),
                    test.Config({{"workflow_name", absl::StrCat("w", below(3))},
                                 {"timeouts",
                                  Value::Map{{"create", "48h"}, {"update", {}}, {"delete", {}}}},
                                 {"wait_for_completion", below(4) != 0}}))
            .planned);
  }
  ApplyAll(test, plans, answers);

  std::set<std::string> reported;
  for (const StateAnswer& answer : answers) {
    if (answer.state.IsNull()) {
      EXPECT_TRUE(HasError(answer.diagnostics));  // nothing is said to be there without a job
      continue;
    }
    EXPECT_TRUE(answer.state.IsWhollyKnown());
    const std::string job_id = TextOf(answer.state, "job_id");
    EXPECT_TRUE(reported.insert(job_id).second) << job_id << " is reported twice";
  }
  std::set<std::string> started;
  for (const FakeJob& job : test.service.jobs) started.insert(job.id);
  for (const std::string& job_id : reported) EXPECT_EQ(started.count(job_id), 1u) << job_id;

  // No job is lost: each is reported, or a note is left whose create did not find out.
  std::set<std::string> unknown;
  for (const StateAnswer& answer : answers) {
    for (const std::string& summary : Summaries(answer.diagnostics)) {
      if (summary == "error: Unknown Whether an ID Mapping Job Was Started")
        unknown.insert(summary);
    }
  }
  EXPECT_LE(started.size(), reported.size() + unknown.size());
  EXPECT_LE(started.size(), static_cast<std::size_t>(kRuns));
  EXPECT_LE(JobsOfNotes(test).size(), started.size());

  // The next apply, by a new process over a network that works: whoever has no job yet gets one,
  // and that is the one whose answer was lost, if there is such.
  test.service.random_fault = nullptr;
  test.NewProcess();
  for (const StateAnswer& answer : answers) {
    if (answer.state.IsMap()) test.process->run.Seen(answer.state);  // its plan
  }
  test.NewProcess();
  ApplyAll(test, plans, answers);
  std::size_t open = 0;
  for (const StateAnswer& answer : answers) {
    if (answer.state.IsMap()) {
      reported.insert(TextOf(answer.state, "job_id"));
    } else {
      // Two answers were lost, and each of two jobs may be either: nothing more is started.
      EXPECT_THAT(Summaries(answer.diagnostics),
                  testing::Contains("error: Several New ID Mapping Jobs"));
      ++open;
    }
  }
  EXPECT_EQ(reported.size() + open, static_cast<std::size_t>(kRuns));
  EXPECT_LE(test.service.jobs.size(), static_cast<std::size_t>(kRuns));
  EXPECT_GE(test.service.jobs.size(), reported.size());
}

// The same on a real clock, a minute in 6 ms, and on real threads: tasks wait without one, and
// interrupts and time-outs come at any moment of them.
class ExactlyOnceAtOnce : public testing::TestWithParam<int> {
 protected:
  static constexpr std::size_t kAtOnce = 12;

  int Below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

  // From 10 ms to 3 hours, any order of magnitude as likely as another.
  absl::Duration AnyTime() { return absl::Milliseconds(std::pow(10, 1 + 0.01 * Below(600))); }

  Value ConfigOf(std::size_t i, const Value& timeout) {
    Value::Map arguments{
        {"workflow_name", absl::StrCat("w", i % 3)},
        {"timeouts", Value::Map{{"create", timeout}, {"update", "1000h"}, {"delete", {}}}},
        {"wait_for_completion", i % 4 != 0}};
    if (distinct_) arguments["triggers"] = Value::Map{{"run", absl::StrCat(i)}};
    return test_.Config(std::move(arguments));
  }

  // Begins all tasks, each on a worker, and waits for their ends.
  using Begun = std::function<Task<StateAnswer>(std::size_t)>;
  static std::vector<StateAnswer> All(const Begun& begin) {
    std::vector<StateAnswer> answers(kAtOnce);
    std::latch ended(kAtOnce);
    for (std::size_t i = 0; i < kAtOnce; ++i) {
      ProcessWorkers().Do([&, i] {
        Begin(begin(i), [&, i](StateAnswer answer) {
          answers[i] = std::move(answer);
          ended.count_down();
        });
      });
    }
    ended.wait();
    return answers;
  }

  Task<StateAnswer> Create(Value planned, std::stop_token stop = {}) {
    return test_.process->run.Create({.planned = std::move(planned), .stop = std::move(stop)});
  }

  Task<StateAnswer> Replace(Value prior, Value planned) {
    // g++ 12 destroys a temporary aggregate of an awaited call twice.
    resource::ApplyRequest request{.prior = std::move(prior)};
    const StateAnswer gone = co_await test_.process->run.Delete(std::move(request));
    EXPECT_TRUE(gone.state.IsNull());
    co_return co_await Create(std::move(planned));
  }

  static Task<StateAnswer> Keep(StateAnswer answer) { co_return answer; }

  static Task<bool> StopAfter(absl::Duration time, std::stop_source stop, std::stop_token over) {
    co_await FastClock().Pause(time, std::move(over));
    co_return stop.request_stop();
  }

  static Clock& FastClock() { return SystemClock(10'000); }

  std::mt19937 random_{static_cast<unsigned>(GetParam())};
  const bool distinct_ = Below(2) == 0;  // else runs of a workflow may stand in for each other
  Fixture test_{FastClock()};
};

TEST_P(ExactlyOnceAtOnce, HoldsWhereverItIsInterrupted) {
  FakeService& service = test_.service;
  service.refusal = static_cast<FakeService::Refusal>(Below(3));
  service.list_lag = absl::Seconds(Below(40));
  service.job_duration = absl::Minutes(1 + Below(5));
  service.workflows = {"w0", "w1", "w2"};
  service.quota = 1 + Below(4);
  test_.max_concurrent_jobs = 1 + Below(4);
  test_.NewProcess();
  service.random_fault = [rate = Below(40),
                          random = std::mt19937(random_())](const std::string& operation) mutable {
    if (random() % 100 >= static_cast<unsigned>(rate)) return Fault::kNone;
    constexpr std::array<Fault, 4> kOfStart = {Fault::kLostBefore, Fault::kLostAfter,
                                               Fault::kGarbage, Fault::kThrottled};
    return operation == "StartIdMappingJob" ? kOfStart[random() % 4] : Fault::kLostBefore;
  };

  // 1. An apply of all runs, and an interrupt of all or of each.
  std::vector<Value> plans;
  std::vector<std::stop_source> stops(kAtOnce);
  const bool at_the_same_time = Below(2) == 0;
  std::stop_source over;
  std::latch stopped(kAtOnce);
  for (std::size_t i = 0; i < kAtOnce; ++i) {
    const Value timeout = Below(3) == 0 ? absl::FormatDuration(AnyTime()) : "1000h";
    plans.push_back(test_.PlanTo(Value::Null(), ConfigOf(i, timeout)).planned);
    if (at_the_same_time && i > 0) stops[i] = stops[0];
    Begin(StopAfter(AnyTime(), stops[i], over.get_token()), [&](bool) { stopped.count_down(); });
  }
  const std::vector<StateAnswer> first =
      All([&](std::size_t i) { return Create(plans[i], stops[i].get_token()); });
  over.request_stop();
  stopped.wait();

  std::set<std::string> reported;
  std::size_t unknown = 0;
  for (const StateAnswer& answer : first) {
    if (answer.state.IsNull()) {
      EXPECT_TRUE(HasError(answer.diagnostics));
      for (const std::string& summary : Summaries(answer.diagnostics)) {
        if (summary == "error: Unknown Whether an ID Mapping Job Was Started" ||
            summary == "error: Several New ID Mapping Jobs")
          ++unknown;
      }
      continue;
    }
    EXPECT_TRUE(answer.state.IsWhollyKnown());
    const std::string job_id = TextOf(answer.state, "job_id");
    EXPECT_TRUE(reported.insert(job_id).second) << job_id << " is reported twice";
  }
  EXPECT_LE(service.jobs.size(), reported.size() + unknown);

  // 2. The next plan and its apply, each by a process of its own: unfinished runs are waited for,
  // those with an error are replaced, those that are not there are created.
  service.random_fault = nullptr;
  test_.NewProcess();
  const auto unfinished = [](const StateAnswer& answer) {
    return answer.state["unfinished"] == Value(true);
  };
  for (std::size_t i = 0; i < kAtOnce; ++i) {
    const Value config = ConfigOf(i, "1000h");
    if (first[i].state.IsMap()) test_.process->run.Seen(first[i].state);
    const bool updated =
        first[i].state.IsMap() && unfinished(first[i]) && !HasError(first[i].diagnostics);
    plans[i] = test_.PlanTo(updated ? first[i].state : Value::Null(), config).planned;
  }
  test_.NewProcess();
  const std::vector<StateAnswer> second = All([&](std::size_t i) {
    const Value& prior = first[i].state;
    if (prior.IsNull()) return Create(plans[i]);
    if (HasError(first[i].diagnostics)) return Replace(prior, plans[i]);
    if (!unfinished(first[i])) return Keep(first[i]);
    return test_.process->run.Update({.prior = prior, .planned = plans[i]});
  });

  std::size_t open = 0;
  std::set<std::string> owned;
  for (std::size_t i = 0; i < kAtOnce; ++i) {
    const Value& state = second[i].state;
    if (state.IsNull()) {
      EXPECT_THAT(Summaries(second[i].diagnostics),
                  testing::Contains("error: Several New ID Mapping Jobs"));
      ++open;
      continue;
    }
    const std::string job_id = TextOf(state, "job_id");
    EXPECT_TRUE(owned.insert(job_id).second) << job_id << " is reported twice";
    EXPECT_EQ(state["unfinished"], Value(false));
    if (i % 4 != 0) {
      EXPECT_EQ(TextOf(state, "status"), "SUCCEEDED");
    }
    if (first[i].state.IsMap() && (distinct_ || !HasError(first[i].diagnostics))) {
      EXPECT_EQ(job_id, TextOf(first[i].state, "job_id"));  // waited for, not started again
    }
  }
  EXPECT_LE(service.jobs.size(), kAtOnce);
  EXPECT_GE(service.jobs.size(), owned.size());
  // A job that nobody has is one of those that an open run may be.
  EXPECT_LE(service.jobs.size(), owned.size() + open);
}

// ER_SEEDS=10000 tries more of them, by hand.
int LastSeed(int seeds) {
  const auto wanted = ProcessEnvironment().Variable("ER_SEEDS");
  return wanted.has_value() ? std::stoi(*wanted) : seeds;
}

INSTANTIATE_TEST_SUITE_P(Seeds, ExactlyOnce, testing::Range(1, LastSeed(300) + 1));
INSTANTIATE_TEST_SUITE_P(Seeds, ExactlyOnceAtOnce, testing::Range(1, LastSeed(20) + 1));

}  // namespace
}  // namespace er::run
