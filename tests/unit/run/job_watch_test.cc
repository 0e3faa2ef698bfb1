#include "run/job_watch.h"

#include <ostream>
#include <stop_token>
#include <thread>

#include "gmock/gmock.h"
#include "schema/loader.h"
#include "support/await.h"
#include "support/fake_clock.h"
#include "support/job_kinds.h"
#include "unit/run/told_jobs.h"

namespace er::run {
namespace {

TEST(PollIntervalTest, IsATenthOfTheTimeWaited) {
  const struct {
    absl::Duration waited;
    absl::Duration interval;
  } rows[] = {{absl::ZeroDuration(), absl::Seconds(1)}, {absl::Seconds(9), absl::Seconds(1)},
              {absl::Seconds(20), absl::Seconds(2)},    {absl::Minutes(5), absl::Seconds(30)},
              {absl::Minutes(10), absl::Minutes(1)},    {absl::Hours(10), absl::Minutes(1)}};
  for (const auto& row : rows) EXPECT_EQ(PollInterval(row.waited), row.interval) << row.waited;
}

// Those who wait, each in a thread; time jumps when all of them do.
class JobWatchTest : public testing::Test {
 protected:
  ToldJob JobThatRuns(const std::string& id, absl::Duration duration) {
    return {.id = id, .start = clock_.Now(), .end = clock_.Now() + duration};
  }

  resource::Until In(absl::Duration time_out) {
    return {.stop = stop_.get_token(), .deadline = clock_.Elapsed() + time_out};
  }
  Awaited AwaitOne(const std::string& id, absl::Duration time_out = absl::Hours(24)) {
    clock_.Join();
    Awaited awaited = Await(watch_.Await("wf", id, In(time_out)));
    clock_.Leave();
    return awaited;
  }
  // All of them at once.
  std::vector<Awaited> AwaitAll(const std::vector<std::string>& ids,
                                absl::Duration time_out = absl::Hours(24)) {
    std::vector<Awaited> awaited(ids.size());
    std::vector<std::jthread> threads;
    const resource::Until until = In(time_out);
    for (std::size_t i = 0; i < ids.size(); ++i) clock_.Join();
    for (std::size_t i = 0; i < ids.size(); ++i) {
      threads.emplace_back([&, i] {
        awaited[i] = Await(watch_.Await("wf", ids[i], until));
        clock_.Leave();
      });
    }
    return awaited;
  }

  FakeClock clock_{0};
  ToldJobs service_{clock_};
  Jobs jobs_{service_, schema::BuiltInCatalog(), IdMapping()};
  JobWatch watch_{clock_, jobs_};
  std::stop_source stop_;
};

// ------------------------------------------------------------------------------------- one waits

TEST_F(JobWatchTest, AJobThatHasEndedIsSeenAtTheFirstLook) {
  service_.Put(JobThatRuns("01", absl::ZeroDuration()));
  const Awaited awaited = AwaitOne("01");
  EXPECT_TRUE(awaited.status.ok());
  EXPECT_EQ(awaited.last_status, "SUCCEEDED");
  EXPECT_EQ(awaited.job.value("jobId", ""), "01");
  EXPECT_EQ(clock_.Elapsed(), absl::Seconds(1));
}

TEST_F(JobWatchTest, OneJobIsAskedForAlone) {
  service_.Put(JobThatRuns("01", absl::Minutes(90)));
  const Awaited awaited = AwaitOne("01");
  EXPECT_TRUE(awaited.status.ok());
  EXPECT_GE(clock_.Elapsed(), absl::Minutes(90));
  EXPECT_LE(clock_.Elapsed(), absl::Minutes(91));
  EXPECT_EQ(service_.calls("ListIdMappingJobs"), 0);
  EXPECT_LE(service_.calls("GetIdMappingJob"), 140);
}

TEST_F(JobWatchTest, AStatusThatNobodyKnowsIsAnEndWhereThereIsATimeOfIt) {
  ToldJob job = JobThatRuns("01", absl::Minutes(1));
  job.status = "PAUSING";
  job.end_status = "PAUSED";
  service_.Put(job);
  const Awaited awaited = AwaitOne("01");
  EXPECT_TRUE(awaited.status.ok());
  EXPECT_EQ(awaited.last_status, "PAUSED");
  EXPECT_GE(clock_.Elapsed(), absl::Minutes(1));
  EXPECT_LE(clock_.Elapsed(), absl::Minutes(2));
}

TEST_F(JobWatchTest, TheWaitEndsWithTheTimeAndKnowsWhatItSaw) {
  service_.Put(JobThatRuns("01", absl::Hours(2)));
  const Awaited awaited = AwaitOne("01", absl::Minutes(10));
  EXPECT_TRUE(absl::IsDeadlineExceeded(awaited.status)) << awaited.status;
  EXPECT_EQ(awaited.last_status, "RUNNING");
  EXPECT_EQ(awaited.job.value("jobId", ""), "01");
  EXPECT_TRUE(awaited.last_failure.ok());
  EXPECT_EQ(clock_.Elapsed(), absl::Minutes(10));
}

TEST_F(JobWatchTest, AWaitWithoutTimeAsksNothing) {
  service_.Put(JobThatRuns("01", absl::Hours(2)));
  const Awaited awaited = AwaitOne("01", absl::ZeroDuration());
  EXPECT_TRUE(absl::IsDeadlineExceeded(awaited.status));
  EXPECT_EQ(awaited.last_status, "");
  EXPECT_EQ(awaited.job, nlohmann::json::object());
  EXPECT_EQ(service_.calls("GetIdMappingJob"), 0);
}

TEST_F(JobWatchTest, AnInterruptEndsTheWait) {
  service_.Put(JobThatRuns("01", absl::Hours(2)));
  service_.fault = [&](const std::string&, const std::string&) {
    if (service_.calls("GetIdMappingJob") == 5) stop_.request_stop();
    return absl::OkStatus();
  };
  const Awaited awaited = AwaitOne("01");
  EXPECT_TRUE(absl::IsCancelled(awaited.status)) << awaited.status;
  EXPECT_EQ(awaited.last_status, "RUNNING");
}

// ------------------------------------------------------------------------------------- failures

struct Row {
  const char* name;
  absl::Status failure;
  absl::Duration lasts;  // until a wait gives up; InfiniteDuration: it never does

  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

class FailingLook : public JobWatchTest, public testing::WithParamInterface<Row> {};

TEST_P(FailingLook, EndsTheWaitWhereItMakesNoSenseToGoOn) {
  service_.Put(JobThatRuns("01", absl::Hours(5)));
  service_.fault = [&](const std::string&, const std::string&) {
    return clock_.Elapsed() >= absl::Minutes(30) ? GetParam().failure : absl::OkStatus();
  };
  const Awaited awaited = AwaitOne("01", absl::Hours(2));
  EXPECT_EQ(awaited.last_status, "RUNNING");
  EXPECT_EQ(awaited.last_failure, GetParam().failure);
  if (GetParam().lasts == absl::InfiniteDuration()) {
    EXPECT_TRUE(absl::IsDeadlineExceeded(awaited.status)) << awaited.status;
    EXPECT_EQ(clock_.Elapsed(), absl::Hours(2));
    return;
  }
  EXPECT_EQ(awaited.status, GetParam().failure);
  const absl::Duration lasted = clock_.Elapsed() - absl::Minutes(30);
  EXPECT_GE(lasted, GetParam().lasts);
  EXPECT_LE(lasted, GetParam().lasts + absl::Minutes(2));
}

TEST_P(FailingLook, IsForgottenWithTheNextThatSucceeds) {
  service_.Put(JobThatRuns("01", absl::Hours(5)));
  service_.fault = [&](const std::string&, const std::string&) {
    // A minute at a time.
    return absl::ToInt64Minutes(clock_.Elapsed()) % 3 == 2 ? GetParam().failure : absl::OkStatus();
  };
  const Awaited awaited = AwaitOne("01", absl::Hours(10));
  EXPECT_TRUE(awaited.status.ok()) << awaited.status;
  EXPECT_TRUE(awaited.last_failure.ok()) << awaited.last_failure;
}

INSTANTIATE_TEST_SUITE_P(
    Each, FailingLook,
    testing::Values(Row{"ForWantOfPermission", ToldJobs::Denied(), absl::Minutes(15)},
                    Row{"ForAnInvalidRequest", ToldJobs::Failure("ValidationException", 400),
                        absl::Minutes(15)},
                    Row{"BecauseTheJobIsGone", ToldJobs::Gone(), absl::Minutes(2)},
                    Row{"ForAFaultOfTheService", ToldJobs::Down(), absl::InfiniteDuration()},
                    Row{"ForTooManyCalls", ToldJobs::Failure("ThrottlingException", 429),
                        absl::InfiniteDuration()},
                    Row{"BecauseNoByteGotThere", ToldJobs::Failure("", 0, aws::Execution::kNotSent),
                        absl::InfiniteDuration()}),
    [](const auto& row) { return row.param.name; });

TEST_F(JobWatchTest, AJobThatNobodyKnowsIsLookedForTwoMinutes) {
  const Awaited awaited = AwaitOne("01");
  EXPECT_EQ(awaited.status, ToldJobs::Gone());
  EXPECT_EQ(awaited.last_status, "");
  EXPECT_GE(clock_.Elapsed(), absl::Minutes(2));
  EXPECT_LE(clock_.Elapsed(), absl::Minutes(3));
}

TEST_F(JobWatchTest, AJobThatShowsUpLateIsWaitedFor) {
  service_.fault = [&](const std::string&, const std::string&) {
    return clock_.Elapsed() < absl::Seconds(90) ? ToldJobs::Gone() : absl::OkStatus();
  };
  service_.Put(JobThatRuns("01", absl::Minutes(10)));
  EXPECT_EQ(AwaitOne("01").last_status, "SUCCEEDED");
}

// ---------------------------------------------------------------------------------- several wait

TEST_F(JobWatchTest, SeveralAreListed) {
  std::vector<std::string> ids;
  for (int i = 0; i < 20; ++i) {
    ids.push_back(absl::StrCat("job-", i));
    service_.Put(JobThatRuns(ids.back(), absl::Minutes(60 + i)));
  }
  for (const Awaited& awaited : AwaitAll(ids)) {
    EXPECT_TRUE(awaited.status.ok()) << awaited.status;
    EXPECT_EQ(awaited.last_status, "SUCCEEDED");
  }
  EXPECT_LE(clock_.Elapsed(), absl::Minutes(81));
  // One call a tick, whoever waits; and for each its first look and its last.
  EXPECT_LE(service_.calls("ListIdMappingJobs"), 130);
  EXPECT_LE(service_.calls("GetIdMappingJob"), 20 * 3);
}

// However long the workflow's history is.
TEST_F(JobWatchTest, TheListGoesBackNoFurtherThanTheOldestOfThem) {
  for (int i = 0; i < 1000; ++i) {
    service_.Put({.id = absl::StrCat("old-", i),
                  .start = clock_.Now() - absl::Hours(1000 - i),
                  .end = clock_.Now() - absl::Minutes(1)});
  }
  service_.Put(JobThatRuns("01", absl::Minutes(30)));
  service_.Put(JobThatRuns("02", absl::Minutes(30)));
  for (const Awaited& awaited : AwaitAll({"01", "02"})) EXPECT_TRUE(awaited.status.ok());
  const int ticks = service_.calls("ListIdMappingJobs");
  EXPECT_GT(ticks, 20);
  EXPECT_LT(ticks, 110);  // a page each: there are forty
}

TEST_F(JobWatchTest, TheListGoesBackAsFarAsTheOldestOfThem) {
  service_.Put(JobThatRuns("oldest", absl::Minutes(30)));
  for (int i = 0; i < 60; ++i) service_.Put(JobThatRuns(absl::StrCat("other-", i), absl::Hours(9)));
  service_.Put(JobThatRuns("newest", absl::Minutes(30)));
  for (const Awaited& awaited : AwaitAll({"oldest", "newest"})) EXPECT_TRUE(awaited.status.ok());
  // Both are found in the list, which takes three pages, and asked for at the beginning and the
  // end.
  EXPECT_LE(service_.calls("GetIdMappingJob"), 6);
}

TEST_F(JobWatchTest, WhatTheListDoesNotShowIsAskedFor) {
  ToldJob lags = JobThatRuns("lags", absl::Minutes(10));
  lags.is_listed = false;
  service_.Put(lags);
  service_.Put(JobThatRuns("listed", absl::Minutes(10)));
  for (const Awaited& awaited : AwaitAll({"lags", "listed"})) {
    EXPECT_EQ(awaited.last_status, "SUCCEEDED");
  }
}

TEST_F(JobWatchTest, OneThatIsGoneDoesNotEndTheWaitForTheOthers) {
  service_.Put(JobThatRuns("there", absl::Minutes(30)));
  const std::vector<Awaited> awaited = AwaitAll({"gone", "there"});
  EXPECT_EQ(awaited[0].status, ToldJobs::Gone());
  EXPECT_EQ(awaited[1].last_status, "SUCCEEDED");
}

TEST_F(JobWatchTest, AListThatFailsIsAFailureOfAll) {
  service_.Put(JobThatRuns("01", absl::Hours(5)));
  service_.Put(JobThatRuns("02", absl::Hours(5)));
  service_.fault = [](const std::string& operation, const std::string&) {
    return operation == "ListIdMappingJobs" ? ToldJobs::Denied() : absl::OkStatus();
  };
  for (const Awaited& awaited : AwaitAll({"01", "02"})) {
    EXPECT_EQ(awaited.status, ToldJobs::Denied());
    EXPECT_EQ(awaited.last_status, "RUNNING");
  }
  EXPECT_LE(clock_.Elapsed(), absl::Minutes(18));
}

TEST_F(JobWatchTest, ThoseWhoWaitForOneJobShareItsLooks) {
  service_.Put(JobThatRuns("01", absl::Minutes(10)));
  for (const Awaited& awaited : AwaitAll({"01", "01", "01"})) {
    EXPECT_EQ(awaited.last_status, "SUCCEEDED");
    EXPECT_EQ(awaited.job.value("jobId", ""), "01");
  }
  EXPECT_EQ(service_.calls("ListIdMappingJobs"), 0);
  EXPECT_LE(service_.calls("GetIdMappingJob"), 60);
}

TEST_F(JobWatchTest, EachWorkflowIsAskedForItsOwn) {
  ToldJob other = JobThatRuns("other", absl::Minutes(20));
  other.workflow = "wf2";
  service_.Put(other);
  service_.Put(JobThatRuns("01", absl::Minutes(10)));
  std::vector<std::jthread> threads;
  const resource::Until until = In(absl::Hours(1));
  clock_.Join();
  clock_.Join();
  for (const auto& [workflow, id] : {std::pair("wf", "01"), std::pair("wf2", "other")}) {
    threads.emplace_back([&, workflow, id] {
      EXPECT_EQ(Await(watch_.Await(workflow, id, until)).last_status, "SUCCEEDED");
      clock_.Leave();
    });
  }
  threads.clear();
  EXPECT_EQ(service_.calls("ListIdMappingJobs"), 0);  // one each
}

// One of those who wait asks for all of them; when it leaves, another does.
TEST_F(JobWatchTest, WhoeverAsksMayLeave) {
  std::vector<std::string> ids;
  for (int i = 0; i < 8; ++i) {
    ids.push_back(absl::StrCat("job-", i));
    service_.Put(JobThatRuns(ids.back(), absl::Minutes(10 * (i + 1))));
  }
  std::vector<std::stop_source> stops(ids.size());
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < ids.size(); ++i) clock_.Join();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const bool is_interrupted = i % 3 == 1;
    threads.emplace_back([&, i, is_interrupted] {
      const resource::Until until{
          .stop = stops[i].get_token(),
          .deadline = i % 3 == 2 ? absl::Minutes(7) : absl::InfiniteDuration()};
      const Awaited awaited = Await(watch_.Await("wf", ids[i], until));
      if (is_interrupted) {
        EXPECT_TRUE(absl::IsCancelled(awaited.status)) << awaited.status;
      } else if (i % 3 == 2) {
        EXPECT_TRUE(absl::IsDeadlineExceeded(awaited.status)) << awaited.status;
      } else {
        EXPECT_EQ(awaited.last_status, "SUCCEEDED");
      }
      clock_.Leave();
    });
  }
  clock_.Join();
  clock_.Elapse(absl::Minutes(3));
  for (std::size_t i = 1; i < ids.size(); i += 3) stops[i].request_stop();
  clock_.Leave();
}

}  // namespace
}  // namespace er::run
