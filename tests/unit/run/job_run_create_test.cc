// One create is one job: each row of the table of faults, and what Terraform is told.
#include <array>
#include <deque>
#include <filesystem>
#include <ostream>
#include <thread>

#include "base/environment.h"
#include "unit/run/run_fixture.h"

namespace er::run {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(JobRunCreate, StartsOneJobAndRecordsIt) {
  RunFixture test;
  const StateAnswer answer = test.Create();
  EXPECT_THAT(answer.diagnostics, IsEmpty());
  ASSERT_THAT(test.service.jobs, SizeIs(1));
  EXPECT_EQ(TextOf(answer.state, "job_id"), test.service.jobs[0].id);
  EXPECT_EQ(TextOf(answer.state, "id"), absl::StrCat("wf/", test.service.jobs[0].id));
  EXPECT_EQ(TextOf(answer.state, "status"), "SUCCEEDED");
  EXPECT_EQ(TextOf(answer.state, "job_type"), "BATCH");
  EXPECT_EQ(TextOf(answer.state, "region"), "eu-west-1");
  EXPECT_EQ(answer.state["unfinished"], Value(false));
  EXPECT_EQ(answer.state["metrics"]["input_records"], Value(Number(std::int64_t{100})));
  EXPECT_TRUE(answer.state.IsWhollyKnown());
}

TEST(JobRunCreate, SendsWhatIsConfiguredAndNothingElse) {
  RunFixture test;
  const Value block = Value::Map{{"role_arn", "arn:aws:iam::123456789012:role/writer"},
                                 {"output_s3_path", "s3://bucket/out/"},
                                 {"kms_arn", Value::Null()}};
  const StateAnswer answer = test.Create({{"job_type", "INCREMENTAL"},
                                          {"output_source_config", Value::List{block}},
                                          {"triggers", Value::Map{{"a", "b"}}}});
  ASSERT_THAT(test.service.jobs, SizeIs(1));
  EXPECT_EQ(test.service.jobs[0].members,
            (nlohmann::json{{"workflowName", "wf"},
                            {"jobType", "INCREMENTAL"},
                            {"outputSourceConfig",
                             {{{"roleArn", "arn:aws:iam::123456789012:role/writer"},
                               {"outputS3Path", "s3://bucket/out/"}}}}}));
  EXPECT_EQ(answer.state["outputs"], Value(Value::List{block}));
}

// An attempt that left the kind of job open may be another run's than the one that settles it.
TEST(JobRunCreate, WhatAnotherRunHasSettledIsTakenUpByItsOwn) {
  RunFixture test;
  test.service.faults["StartIdMappingJob"] = {Fault::kLostAfter};
  test.service.faults["ListIdMappingJobs"] = std::deque<Fault>(300, Fault::kLostBefore);
  test.service.faults["ListIdMappingJobs"].push_front(Fault::kNone);
  const Value timeouts = Value::Map{{"create", "30s"}, {"update", {}}, {"delete", {}}};
  ASSERT_TRUE(test.Create({{"timeouts", timeouts}}).state.IsNull());
  ASSERT_THAT(test.service.jobs, SizeIs(1));

  test.service.faults.clear();
  test.NewProcess();
  const StateAnswer other = test.Create({{"job_type", "INCREMENTAL"}});
  EXPECT_EQ(TextOf(other.state, "job_id"), test.service.jobs[1].id);
  EXPECT_EQ(TextOf(test.Create().state, "job_id"), test.service.jobs[0].id);
  EXPECT_THAT(test.service.jobs, SizeIs(2));
}

TEST(JobRunCreate, WithoutAWaitReadsTheJobBackOnce) {
  RunFixture test;
  const StateAnswer answer = test.Create({{"wait_for_completion", false}});
  EXPECT_THAT(answer.diagnostics, IsEmpty());
  EXPECT_EQ(TextOf(answer.state, "status"), "RUNNING");
  EXPECT_NE(TextOf(answer.state, "start_time"), "");
  EXPECT_EQ(test.service.calls["GetIdMappingJob"], 1);
}

struct FaultOfStart {
  const char* name;
  std::deque<Fault> faults;
  int jobs;      // started in the end
  int posts;     // StartIdMappingJob calls that reached the model
  bool reports;  // whether the state has the job
  std::vector<std::string> summaries;
};

void PrintTo(const FaultOfStart& fault, std::ostream* out) { *out << fault.name; }

class StartFault : public testing::TestWithParam<FaultOfStart> {};

TEST_P(StartFault, StartsNoSecondJobAndLosesNone) {
  const FaultOfStart& fault = GetParam();
  RunFixture test;
  test.service.faults["StartIdMappingJob"] = fault.faults;
  const StateAnswer answer = test.Create();
  EXPECT_THAT(test.service.jobs, SizeIs(fault.jobs));
  EXPECT_EQ(test.service.calls["StartIdMappingJob"], fault.posts);
  EXPECT_EQ(answer.state.IsMap(), fault.reports);
  if (fault.reports) {
    EXPECT_EQ(TextOf(answer.state, "job_id"), test.service.jobs[0].id);
  }
  EXPECT_EQ(Summaries(answer.diagnostics), fault.summaries);
}

INSTANTIATE_TEST_SUITE_P(
    Table, StartFault,
    testing::Values(
        FaultOfStart{"LostAfterTheWork", {Fault::kLostAfter}, 1, 1, true, {}},
        FaultOfStart{"Garbage", {Fault::kGarbage}, 1, 1, true, {}},
        FaultOfStart{"LostBeforeTheWork", {Fault::kLostBefore}, 1, 2, true, {}},
        FaultOfStart{
            "LostBeforeThenAfter", {Fault::kLostBefore, Fault::kLostAfter}, 1, 2, true, {}},
        FaultOfStart{"LostTwiceBeforeTheWork",
                     {Fault::kLostBefore, Fault::kLostBefore},
                     0,
                     2,
                     false,
                     {"error: Unknown Whether an ID Mapping Job Was Started"}},
        FaultOfStart{"Throttled", {Fault::kThrottled, Fault::kThrottled}, 1, 3, true, {}},
        FaultOfStart{
            "NotSent", {Fault::kNotSent}, 0, 1, false, {"error: Unable to Start ID Mapping Job"}},
        FaultOfStart{
            "Denied", {Fault::kDenied}, 0, 1, false, {"error: Unable to Start ID Mapping Job"}}),
    [](const auto& row) { return row.param.name; });

TEST(JobRunCreate, FindsItsJobThoughTheListLags) {
  RunFixture test;
  test.service.list_lag = absl::Seconds(45);
  test.service.faults["StartIdMappingJob"] = {Fault::kLostAfter};
  const StateAnswer answer = test.Create();
  ASSERT_THAT(test.service.jobs, SizeIs(1));
  EXPECT_EQ(TextOf(answer.state, "job_id"), test.service.jobs[0].id);
}

// A campaign with Terraform found this: the list lagged, so that the snapshot of the second run
// lacked the job of the first; the second's answer was lost for good, and the next process took the
// first's job for the second's.
TEST(JobRunCreate, DoesNotTakeTheJobOfAnEarlierRunForItsOwnThoughTheListLags) {
  RunFixture test;
  test.service.job_duration = absl::Seconds(2);
  test.service.list_lag = absl::Seconds(20);
  const StateAnswer first = test.Create();
  const Value::Map arguments{
      {"triggers", Value::Map{{"run", "second"}}},
      {"timeouts", Value::Map{{"create", "30s"}, {"update", {}}, {"delete", {}}}}};
  test.service.faults["StartIdMappingJob"] = {Fault::kLostBefore};
  test.service.faults["ListIdMappingJobs"] = std::deque<Fault>(300, Fault::kLostBefore);
  test.service.faults["ListIdMappingJobs"].push_front(Fault::kNone);
  ASSERT_TRUE(test.Create(arguments).state.IsNull());

  test.service.faults.clear();
  test.NewProcess();
  const StateAnswer second =
      test.Create({{"triggers", Value::Map{{"run", "second"}}},
                   {"timeouts", Value::Map{{"create", "30m"}, {"update", {}}, {"delete", {}}}}});
  EXPECT_NE(TextOf(second.state, "job_id"), TextOf(first.state, "job_id"));
  EXPECT_THAT(test.service.jobs, SizeIs(2));
}

TEST(JobRunCreate, WhereSomebodyElseStartsAnotherJobAtTheSameMomentBothAreNamed) {
  RunFixture test;
  test.service.quota = 2;
  test.service.on_start = [&] {
    // Somebody else starts a job of another type at the same moment.
    if (test.service.jobs.size() == 1) {
      test.service.Begin("wf", {{"workflowName", "wf"}, {"jobType", "DELETE_ONLY"}}, true);
    }
  };
  test.service.faults["StartIdMappingJob"] = {Fault::kLostAfter};
  const StateAnswer answer = test.Create({{"job_type", "BATCH"}});
  EXPECT_TRUE(answer.state.IsNull());
  EXPECT_THAT(Summaries(answer.diagnostics), ElementsAre("error: Several New ID Mapping Jobs"));
  for (const FakeJob& job : test.service.jobs) {
    EXPECT_THAT(answer.diagnostics[0].detail, HasSubstr(job.id));
  }
}

TEST(JobRunCreate, NamesAllJobsThatMayBeItsOwnAndStartsNoMore) {
  RunFixture test;
  test.service.quota = 2;
  test.service.on_start = [&] {
    if (test.service.jobs.size() == 1) {
      test.service.Begin("wf", {{"workflowName", "wf"}, {"jobType", "BATCH"}}, true);
    }
  };
  test.service.faults["StartIdMappingJob"] = {Fault::kLostAfter};
  const StateAnswer answer = test.Create({{"job_type", "BATCH"}});
  EXPECT_TRUE(answer.state.IsNull());
  EXPECT_THAT(Summaries(answer.diagnostics), ElementsAre("error: Several New ID Mapping Jobs"));
  for (const FakeJob& job : test.service.jobs) {
    EXPECT_THAT(answer.diagnostics[0].detail, HasSubstr(job.id));
  }
  EXPECT_EQ(test.service.calls["StartIdMappingJob"], 1);
}

TEST(JobRunCreate, AFailedJobIsAnErrorWithTheServicesReasonAndAState) {
  RunFixture test;
  test.service.jobs_fail = true;
  const StateAnswer answer = test.Create();
  EXPECT_THAT(Summaries(answer.diagnostics), ElementsAre("error: ID Mapping Job Failed"));
  EXPECT_THAT(answer.diagnostics[0].detail, HasSubstr("the input cannot be read"));
  EXPECT_EQ(TextOf(answer.state, "status"), "FAILED");
  EXPECT_EQ(answer.state["unfinished"], Value(false));
}

TEST(JobRunCreate, WaitsThroughFailedPolls) {
  RunFixture test;
  test.service.faults["GetIdMappingJob"] = std::deque<Fault>(60, Fault::kLostBefore);
  const StateAnswer answer = test.Create();
  EXPECT_EQ(TextOf(answer.state, "status"), "SUCCEEDED");
  EXPECT_THAT(answer.diagnostics, IsEmpty());
}

TEST(JobRunCreate, ATimeOutKeepsTheJobAndTheReplacementTakesItUp) {
  RunFixture test;
  test.service.job_duration = absl::Minutes(90);
  const Value config =
      test.Config({{"timeouts", Value::Map{{"create", "1h"}, {"update", {}}, {"delete", {}}}}});
  const Value planned = test.PlanTo(Value::Null(), config).planned;
  const StateAnswer timed_out = Await(test.process->run.Create({.planned = planned}));
  EXPECT_THAT(Summaries(timed_out.diagnostics),
              ElementsAre("error: Timeout While Waiting for the ID Mapping Job"));
  EXPECT_EQ(timed_out.state["unfinished"], Value(true));
  EXPECT_EQ(TextOf(timed_out.state, "status"), "RUNNING");

  test.NewProcess();
  const StateAnswer deleted = Await(test.process->run.Delete({.prior = timed_out.state}));
  EXPECT_TRUE(deleted.state.IsNull());
  const StateAnswer created = Await(test.process->run.Create({.planned = planned}));
  EXPECT_THAT(Summaries(created.diagnostics), ElementsAre("warning: Took Up an ID Mapping Job"));
  EXPECT_EQ(TextOf(created.state, "job_id"), TextOf(timed_out.state, "job_id"));
  EXPECT_EQ(TextOf(created.state, "status"), "SUCCEEDED");
  EXPECT_THAT(test.service.jobs, SizeIs(1));
}

// What expires in the middle of a wait and cannot become fresh: asking on would only be refused.
TEST(JobRunCreate, EndsTheWaitAtOnceWhereTheCredentialsHaveExpiredForGood) {
  RunFixture test;
  test.service.job_duration = absl::Hours(3);
  test.service.faults["GetIdMappingJob"] = {Fault::kNone, Fault::kNone, Fault::kExpired};
  const StateAnswer answer = test.Create();
  EXPECT_THAT(Summaries(answer.diagnostics),
              ElementsAre("error: Unable to Wait for the ID Mapping Job"));
  EXPECT_EQ(test.service.calls["GetIdMappingJob"], 3);
  EXPECT_EQ(TextOf(answer.state, "job_id"), test.service.jobs[0].id);
  EXPECT_EQ(answer.state["unfinished"], Value(true));
  EXPECT_LT(test.clock.Elapsed(), absl::Minutes(1));
}

TEST(JobRunCreate, WithCreateBeforeDestroyTheJournalHasTheUnfinishedJob) {
  RunFixture test;
  test.service.job_duration = absl::Hours(2);
  const Value config =
      test.Config({{"timeouts", Value::Map{{"create", "1h"}, {"update", {}}, {"delete", {}}}}});
  const Value planned = test.PlanTo(Value::Null(), config).planned;
  const StateAnswer timed_out = Await(test.process->run.Create({.planned = planned}));
  test.NewProcess();
  const StateAnswer created = Await(test.process->run.Create({.planned = planned}));
  EXPECT_EQ(TextOf(created.state, "job_id"), TextOf(timed_out.state, "job_id"));
  const StateAnswer deleted = Await(test.process->run.Delete({.prior = timed_out.state}));
  EXPECT_TRUE(deleted.state.IsNull());
  // Nobody else takes up what the create half has taken up already.
  const StateAnswer other = test.Create();
  EXPECT_NE(TextOf(other.state, "job_id"), TextOf(timed_out.state, "job_id"));
}

// A create that is interrupted after five minutes.
StateAnswer Interrupted(RunFixture& test) {
  std::stop_source stop;
  StateAnswer interrupted;
  std::thread create([&] {
    interrupted = test.Create({}, stop.get_token());
    test.clock.Leave();
  });
  EXPECT_TRUE(test.clock.Elapse(absl::Minutes(5)));
  stop.request_stop();
  create.join();
  return interrupted;
}

TEST(JobRunCreate, AnInterruptInMidWaitIsAWarningAndTheNextApplyGoesOn) {
  RunFixture test(2);
  const StateAnswer interrupted = Interrupted(test);
  EXPECT_THAT(Summaries(interrupted.diagnostics),
              ElementsAre("warning: Interrupted While Waiting for the ID Mapping Job"));
  EXPECT_EQ(interrupted.state["unfinished"], Value(true));
  EXPECT_EQ(TextOf(interrupted.state, "status"), "RUNNING");
}

TEST(JobRunCreate, ATwinOfAnInterruptedRunStartsAJobOfItsOwn) {
  RunFixture test(2);
  const StateAnswer interrupted = Interrupted(test);
  test.NewProcess();
  const PlanAnswer plan = test.PlanTo(interrupted.state, test.Config({}));
  EXPECT_THAT(plan.replace, IsEmpty());
  test.NewProcess();
  const StateAnswer twin = test.Create();  // comes first
  ASSERT_TRUE(twin.state.IsMap());
  EXPECT_NE(TextOf(twin.state, "job_id"), TextOf(interrupted.state, "job_id"));
  const StateAnswer updated =
      Await(test.process->run.Update({.prior = interrupted.state, .planned = plan.planned}));
  EXPECT_EQ(TextOf(updated.state, "job_id"), TextOf(interrupted.state, "job_id"));
  EXPECT_EQ(TextOf(updated.state, "status"), "SUCCEEDED");
}

TEST(JobRunCreate, TakesUpWhatAProcessThatDiedHasStarted) {
  RunFixture test;
  // The first process dies between the POST and its answer: what it leaves is its note.
  const StateAnswer unseen = test.Create({{"wait_for_completion", false}});
  ASSERT_EQ(TextOf(unseen.state, "status"), "RUNNING");
  test.NewProcess();
  const StateAnswer second = test.Create({{"wait_for_completion", false}});
  EXPECT_THAT(Summaries(second.diagnostics), ElementsAre("warning: Took Up an ID Mapping Job"));
  EXPECT_THAT(test.service.jobs, SizeIs(1));
}

TEST(JobRunCreate, ANotedJobThatTheServiceDoesNotKnowIsNamedAndNoOtherIsStarted) {
  RunFixture test;
  const StateAnswer unseen = test.Create();
  test.service.forgotten.insert(TextOf(unseen.state, "job_id"));
  test.NewProcess();
  const absl::Duration begun = test.clock.Elapsed();
  const StateAnswer second = test.Create();
  EXPECT_TRUE(second.state.IsNull());
  EXPECT_THAT(Summaries(second.diagnostics),
              ElementsAre("warning: Took Up an ID Mapping Job", "error: ID Mapping Job Not Found"));
  EXPECT_THAT(second.diagnostics[1].detail, HasSubstr(TextOf(unseen.state, "job_id")));
  EXPECT_GE(test.clock.Elapsed() - begun, absl::Minutes(2));
  EXPECT_THAT(test.service.jobs, SizeIs(1));
  EXPECT_THAT(test.Notes(), SizeIs(1));
}

TEST(JobRunCreate, OnceTerraformKnowsTheFinishedRunANewCreateStartsANewJob) {
  RunFixture test;
  const StateAnswer first = test.Create();
  EXPECT_THAT(test.Notes(), SizeIs(1));
  test.NewProcess();
  test.process->run.Seen(first.state);
  EXPECT_THAT(test.Notes(), IsEmpty());
  const StateAnswer second = test.Create();
  EXPECT_NE(TextOf(second.state, "job_id"), TextOf(first.state, "job_id"));
}

TEST(JobRunCreate, ARunThatNobodyWaitsForKeepsItsJobOnceTerraformHasIt) {
  RunFixture test;
  const StateAnswer first = test.Create({{"wait_for_completion", false}});
  ASSERT_EQ(TextOf(first.state, "status"), "RUNNING");
  test.NewProcess();
  test.process->run.Seen(first.state);
  const StateAnswer second = test.Create({{"wait_for_completion", false}});  // as asked
  EXPECT_NE(TextOf(second.state, "job_id"), TextOf(first.state, "job_id"));
}

TEST(JobRunCreate, AJobOfAnotherProcessIsNotTakenForTheLostOne) {
  RunFixture test(2);
  test.service.quota = 2;
  test.service.faults["StartIdMappingJob"] = {Fault::kLostBefore};
  const auto one = test.process;
  test.scope = "another state";
  test.NewProcess();
  const auto other = test.process;
  const Value planned = test.PlanTo(Value::Null(), test.Config({})).planned;
  std::map<std::string, int> runs_of;
  {
    std::mutex mutex;
    std::vector<std::jthread> processes;
    for (const auto& process : {one, other}) {
      processes.emplace_back([&, process] {
        const StateAnswer answer = Await(process->run.Create({.planned = planned}));
        {
          const std::lock_guard lock(mutex);
          ++runs_of[TextOf(answer.state, "job_id")];
        }
        test.clock.Leave();
      });
    }
  }
  EXPECT_THAT(runs_of, SizeIs(2));
  EXPECT_THAT(test.service.jobs, SizeIs(2));
}

class StartedSince : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(JobRunCreate, StartedSince, testing::Bool(), [](const auto& test) {
  return test.param ? "ByAnotherProcess" : "ByTheSameProcess";
});

TEST_P(StartedSince, IsNotTakenForTheLostOne) {
  RunFixture test;
  auto one = test.process;
  test.NewProcess();
  auto another = test.process;
  // Both have read the journal by then.
  const Value other_run =
      test.PlanTo(Value::Null(), test.Config({{"triggers", Value::Map{{"run", "other"}}}})).planned;
  ASSERT_TRUE(Await(another->run.Create({.planned = other_run})).state.IsMap());
  test.process = one;
  test.service.faults["StartIdMappingJob"] = {Fault::kLostBefore, Fault::kLostBefore};
  const StateAnswer unknown = test.Create();
  EXPECT_TRUE(unknown.state.IsNull());
  const Value since =
      test.PlanTo(Value::Null(), test.Config({{"triggers", Value::Map{{"run", "since"}}}})).planned;
  const StateAnswer other = Await((GetParam() ? another : one)->run.Create({.planned = since}));
  test.process = one = another = nullptr;  // both have ended, and hold no note any more
  test.NewProcess();
  test.process->run.Seen(other.state);  // its note is gone
  test.NewProcess();
  const StateAnswer created = test.Create();
  ASSERT_TRUE(created.state.IsMap());
  EXPECT_NE(TextOf(created.state, "job_id"), TextOf(other.state, "job_id"));
  EXPECT_THAT(test.service.jobs, SizeIs(3));
}

TEST(JobRunCreate, AnAttemptWhoseOutcomeADeadProcessDidNotSeeIsLookedForFirst) {
  RunFixture test;
  // The answers are lost, and so is every look at the list until the time is over.
  test.service.faults["StartIdMappingJob"] = {Fault::kLostAfter};
  test.service.faults["ListIdMappingJobs"] = std::deque<Fault>(2000, Fault::kLostBefore);
  test.service.faults["ListIdMappingJobs"].push_front(Fault::kNone);
  const Value::Map arguments{
      {"timeouts", Value::Map{{"create", "5m"}, {"update", {}}, {"delete", {}}}}};
  const StateAnswer unknown = test.Create(arguments);
  EXPECT_TRUE(unknown.state.IsNull());
  EXPECT_THAT(Summaries(unknown.diagnostics),
              ElementsAre("error: Unknown Whether an ID Mapping Job Was Started"));
  test.service.faults.clear();
  test.NewProcess();
  const StateAnswer second = test.Create(arguments);
  EXPECT_THAT(test.service.jobs, SizeIs(1));
  EXPECT_EQ(TextOf(second.state, "job_id"), test.service.jobs[0].id);
}

TEST(JobRunCreate, OfTwoAttemptsWhoseOutcomesAreOpenOnlyOneTakesTheJob) {
  RunFixture test;
  const auto run = [](const char* name, const char* time_out) {
    return Value::Map{
        {"triggers", Value::Map{{"run", name}}},
        {"timeouts", Value::Map{{"create", time_out}, {"update", {}}, {"delete", {}}}}};
  };
  test.service.list_lag = absl::Seconds(40);
  test.service.faults["StartIdMappingJob"] = {Fault::kLostAfter, Fault::kLostBefore};
  EXPECT_TRUE(test.Create(run("a", "1s")).state.IsNull());
  EXPECT_TRUE(test.Create(run("b", "1s")).state.IsNull());
  ASSERT_THAT(test.service.jobs, SizeIs(1));

  test.service.list_lag = absl::ZeroDuration();
  test.service.quota = test.max_concurrent_jobs = 2;
  test.NewProcess();
  std::array<StateAnswer, 2> answers;
  test.clock.Join();  // and this thread, for the other
  {
    std::jthread a([&] {
      answers[0] = test.Create(run("a", "2h"));
      test.clock.Leave();
    });
    answers[1] = test.Create(run("b", "2h"));
    test.clock.Leave();
  }
  ASSERT_TRUE(answers[0].state.IsMap());
  ASSERT_TRUE(answers[1].state.IsMap());
  EXPECT_NE(TextOf(answers[0].state, "job_id"), TextOf(answers[1].state, "job_id"));
  EXPECT_THAT(test.service.jobs, SizeIs(2));
}

TEST(JobRunCreate, WithoutAJournalRunsAllTheSameAndSaysSoOnce) {
  RunFixture test;
  test.journal.fault = [](const std::string&, const std::string&) {
    return absl::UnavailableError("No space left on device");
  };
  const StateAnswer first = test.Create();
  EXPECT_EQ(TextOf(first.state, "status"), "SUCCEEDED");
  EXPECT_THAT(Summaries(first.diagnostics), ElementsAre("warning: No Journal of ID Mapping Jobs"));
  EXPECT_THAT(test.Create().diagnostics, IsEmpty());
}

TEST(JobRunCreate, AJournalThatIsAskedForAndCannotBeUsedStartsNothing) {
  RunFixture test;
  test.is_journal_asked_for = true;
  test.NewProcess();
  test.journal.fault = [](const std::string&, const std::string&) {
    return absl::PermissionDeniedError("Access Denied");
  };
  const StateAnswer answer = test.Create();
  EXPECT_TRUE(answer.state.IsNull());
  EXPECT_THAT(Summaries(answer.diagnostics), ElementsAre("error: Unable to Use the Journal"));
  EXPECT_EQ(test.service.calls["StartIdMappingJob"], 0);
}

std::string ModeName(FakeService::Refusal mode) {
  switch (mode) {
    case FakeService::Refusal::kConflict:
      return "ConflictException";
    case FakeService::Refusal::kExceedsLimit:
      return "ExceedsLimitException";
    case FakeService::Refusal::kQueued:
      break;
  }
  return "Queued";
}

}  // namespace

void PrintTo(FakeService::Refusal mode, std::ostream* out) { *out << ModeName(mode); }

namespace {

// on_conflict, in each of the ways in which the service can refuse a second job.
class Conflict : public testing::TestWithParam<FakeService::Refusal> {};

TEST_P(Conflict, WaitStartsWhenTheOtherJobHasEnded) {
  RunFixture test;
  test.service.refusal = GetParam();
  test.service.Begin("wf", {{"workflowName", "wf"}}, true);
  const StateAnswer answer = test.Create();
  EXPECT_THAT(answer.diagnostics, IsEmpty());
  EXPECT_EQ(TextOf(answer.state, "job_id"), test.service.jobs.back().id);
  EXPECT_THAT(test.service.jobs, SizeIs(2));
}

TEST_P(Conflict, WaitFindsTheOtherJobInAnotherWorkflow) {
  RunFixture test;
  test.service.refusal = GetParam();
  test.service.workflows.insert("other");
  test.service.Begin("other", {{"workflowName", "other"}}, true);
  const StateAnswer answer = test.Create();
  EXPECT_THAT(answer.diagnostics, IsEmpty());
  EXPECT_LE(test.service.calls["StartIdMappingJob"], 2);
}

TEST_P(Conflict, FailNamesTheOtherJob) {
  RunFixture test;
  test.service.refusal = GetParam();
  const std::string other = test.service.Begin("wf", {{"workflowName", "wf"}}, true).id;
  const StateAnswer answer = test.Create({{"on_conflict", "fail"}});
  EXPECT_THAT(Summaries(answer.diagnostics),
              ElementsAre("error: Another ID Mapping Job Is Running"));
  EXPECT_THAT(answer.diagnostics[0].detail, HasSubstr(other));
  EXPECT_THAT(test.service.jobs, SizeIs(1));
  EXPECT_THAT(test.Notes(), IsEmpty());
}

TEST_P(Conflict, FailNamesTheOtherJobOfAnotherWorkflow) {
  RunFixture test;
  test.service.refusal = GetParam();
  test.service.workflows.insert("other");
  const std::string other = test.service.Begin("other", {{"workflowName", "other"}}, true).id;
  const StateAnswer answer = test.Create({{"on_conflict", "fail"}});
  if (GetParam() == FakeService::Refusal::kQueued) {
    EXPECT_EQ(TextOf(answer.state, "status"), "SUCCEEDED");  // nothing was refused
    return;
  }
  EXPECT_THAT(Summaries(answer.diagnostics),
              ElementsAre("error: Another ID Mapping Job Is Running"));
  EXPECT_THAT(answer.diagnostics[0].detail, HasSubstr(absl::StrCat("other/", other)));
  EXPECT_EQ(test.service.calls["StartIdMappingJob"], 1);
}

TEST_P(Conflict, AdoptTakesUpTheRunningJobThatIsAsAsked) {
  RunFixture test;
  test.service.refusal = GetParam();
  const std::string other = test.service.Begin("wf", {{"workflowName", "wf"}}, true).id;
  const StateAnswer answer = test.Create({{"on_conflict", "adopt"}, {"job_type", "BATCH"}});
  EXPECT_EQ(TextOf(answer.state, "job_id"), other);
  EXPECT_THAT(test.service.jobs, SizeIs(1));
}

TEST_P(Conflict, AdoptWaitsForAJobThatIsNotAsAsked) {
  RunFixture test;
  test.service.refusal = GetParam();
  const std::string other =
      test.service.Begin("wf", {{"workflowName", "wf"}, {"jobType", "DELETE_ONLY"}}, true).id;
  const StateAnswer answer = test.Create({{"on_conflict", "adopt"}, {"job_type", "BATCH"}});
  EXPECT_NE(TextOf(answer.state, "job_id"), other);
  EXPECT_EQ(TextOf(answer.state, "status"), "SUCCEEDED");
}

TEST_P(Conflict, ARefusalAfterALostAnswerIsMostLikelyItsOwnJob) {
  RunFixture test;
  test.service.refusal = GetParam();
  test.service.list_lag = absl::Seconds(90);  // longer than the window: the list shows it too late
  test.service.faults["StartIdMappingJob"] = {Fault::kLostAfter};
  const StateAnswer answer = test.Create();
  if (GetParam() == FakeService::Refusal::kQueued) return;  // then nothing refuses the second
  EXPECT_THAT(test.service.jobs, SizeIs(1));
  EXPECT_EQ(TextOf(answer.state, "job_id"), test.service.jobs[0].id);
}

INSTANTIATE_TEST_SUITE_P(Modes, Conflict,
                         testing::Values(FakeService::Refusal::kConflict,
                                         FakeService::Refusal::kExceedsLimit,
                                         FakeService::Refusal::kQueued),
                         [](const auto& mode) { return ModeName(mode.param); });

TEST(JobRunCreate, ATimeOutBeforeItsTurnStartsNothing) {
  RunFixture test;
  test.service.job_duration = absl::Hours(24);
  test.service.Begin("wf", {{"workflowName", "wf"}}, true);
  const StateAnswer answer = test.Create();
  EXPECT_TRUE(answer.state.IsNull());
  EXPECT_THAT(Summaries(answer.diagnostics),
              ElementsAre("error: Timeout Before the ID Mapping Job Was Started"));
  EXPECT_THAT(test.service.jobs, SizeIs(1));
  EXPECT_THAT(test.Notes(), IsEmpty());
}

}  // namespace
}  // namespace er::run
