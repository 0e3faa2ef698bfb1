#include "run/job_in_the_way.h"

#include "gmock/gmock.h"
#include "schema/loader.h"
#include "support/fake_clock.h"
#include "support/job_kinds.h"
#include "unit/run/told_jobs.h"

namespace er::run {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class JobInTheWayTest : public testing::Test {
 protected:
  // "workflow/job", or "".
  std::string Find(absl::Duration time_out = absl::Hours(1)) {
    const std::optional<RunningJob> found = in_the_way_.Find(
        "wf", {.stop = stop_.get_token(), .deadline = clock_.Elapsed() + time_out});
    return found.has_value() ? absl::StrCat(found->workflow, "/", found->id) : "";
  }

  FakeClock clock_{FakeClock::Mode::kWaits};
  ToldJobs service_{clock_};
  Jobs jobs_{service_, schema::BuiltInCatalog(), IdMapping()};
  JobInTheWay in_the_way_{clock_, jobs_};
  std::stop_source stop_;
};

TEST_F(JobInTheWayTest, IsLookedForInItsOwnWorkflowFirst) {
  service_.workflows = {"a", "wf"};
  service_.Put({.id = "01", .workflow = "a"});
  service_.Put({.id = "02"});
  service_.Put({.id = "03", .end = clock_.Now()});
  EXPECT_EQ(Find(), "wf/02");
  EXPECT_THAT(service_.about("ListIdMappingJobs"), ElementsAre("wf"));
}

TEST_F(JobInTheWayTest, IsLookedForInTheOthersThen) {
  service_.workflows = {"a", "wf", "b", "c"};
  service_.Put({.id = "01", .workflow = "a", .end = clock_.Now()});
  service_.Put({.id = "02", .workflow = "b"});
  EXPECT_EQ(Find(), "b/02");
  EXPECT_THAT(service_.about("ListIdMappingJobs"), ElementsAre("wf", "a", "b"));
}

TEST_F(JobInTheWayTest, AJobOfAStatusThatNobodyKnowsIsInTheWayUntilItHasATimeOfItsEnd) {
  service_.Put({.id = "01",
                .status = "PAUSING",
                .end = clock_.Now() + absl::Minutes(1),
                .end_status = "PAUSED"});
  EXPECT_EQ(Find(), "wf/01");
  clock_.Advance(absl::Minutes(1));
  EXPECT_EQ(Find(), "");
}

// Whoever asks: a hundred workflows would be a hundred calls each time.
TEST_F(JobInTheWayTest, TheRegionIsGoneThroughOnceAMinute) {
  service_.workflows.clear();
  for (int i = 0; i < 100; ++i) service_.workflows.push_back(absl::StrCat("w", i));
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(Find(), "");
    clock_.Advance(absl::Seconds(1));
  }
  EXPECT_EQ(service_.calls("ListIdMappingWorkflows"), 1);
  EXPECT_EQ(service_.calls("ListIdMappingJobs"), 100 + 30);  // its own each time
  clock_.Advance(absl::Seconds(30));
  EXPECT_EQ(Find(), "");
  EXPECT_EQ(service_.calls("ListIdMappingWorkflows"), 2);
}

TEST_F(JobInTheWayTest, WhoMayNotListWorkflowsSeesItsOwn) {
  service_.workflows = {"a", "wf"};
  service_.Put({.id = "01", .workflow = "a"});
  service_.fault = [](const std::string& operation, const std::string&) {
    return operation == "ListIdMappingWorkflows" ? ToldJobs::Denied() : absl::OkStatus();
  };
  EXPECT_EQ(Find(), "");
  service_.Put({.id = "02"});
  EXPECT_EQ(Find(), "wf/02");
}

TEST_F(JobInTheWayTest, AWorkflowThatCannotBeListedIsPassedOver) {
  service_.workflows = {"a", "b"};
  service_.Put({.id = "01", .workflow = "b"});
  service_.fault = [](const std::string&, const std::string& about) {
    return about == "a" || about == "wf" ? ToldJobs::Gone() : absl::OkStatus();
  };
  EXPECT_EQ(Find(), "b/01");
}

TEST_F(JobInTheWayTest, TheLookEndsWithTheTime) {
  service_.workflows.clear();
  for (int i = 0; i < 100; ++i) service_.workflows.push_back(absl::StrCat("w", i));
  service_.fault = [&](const std::string&, const std::string&) {
    clock_.Advance(absl::Milliseconds(250));
    return absl::OkStatus();
  };
  EXPECT_EQ(Find(absl::Seconds(5)), "");
  EXPECT_EQ(clock_.Elapsed(), absl::Seconds(5));
  EXPECT_EQ(service_.calls("ListIdMappingJobs"), 19);
}

TEST_F(JobInTheWayTest, TheLookEndsWithAnInterrupt) {
  service_.workflows = {"a", "b", "c"};
  service_.fault = [&](const std::string&, const std::string& about) {
    if (about == "a") stop_.request_stop();
    return absl::OkStatus();
  };
  EXPECT_EQ(Find(), "");
  EXPECT_THAT(service_.about("ListIdMappingJobs"), ElementsAre("wf", "a"));
}

}  // namespace
}  // namespace er::run
