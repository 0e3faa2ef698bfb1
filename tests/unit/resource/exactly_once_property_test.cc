// The promises of a create against every order of faults: a model of the service, several creates
// at once, and chance. A failure names its seed; run that one alone with --gtest_filter.
#include <array>
#include <random>
#include <set>
#include <thread>

#include "base/environment.h"
#include "unit/resource/run_fixture.h"

namespace er::resource {
namespace {

constexpr int kRuns = 5;

class ExactlyOnce : public testing::TestWithParam<int> {};

std::set<std::string> JobsOfNotes(const RunFixture& test) {
  std::set<std::string> jobs;
  for (const std::string& path : test.Notes()) {
    const auto text = ProcessEnvironment().ReadFile(path);
    for (const FakeJob& job : test.service.jobs) {
      if (text.ok() && text->find(job.id) != std::string::npos) jobs.insert(job.id);
    }
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
      answers[i] = Await(test.run.Create(test.session, plans[i], {}));
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
    if (answer.state.IsMap()) test.run.Seen(*test.session, answer.state);  // its plan
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

// ER_SEEDS=10000 tries more of them, by hand.
int LastSeed() {
  const auto seeds = ProcessEnvironment().Variable("ER_SEEDS");
  return seeds.has_value() ? std::stoi(*seeds) : 300;
}

INSTANTIATE_TEST_SUITE_P(Seeds, ExactlyOnce, testing::Range(1, LastSeed() + 1));

}  // namespace
}  // namespace er::resource
