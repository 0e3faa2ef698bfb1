#include "run/workflows.h"

#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "schema/loader.h"
#include "support/fake_clock.h"
#include "support/job_kinds.h"
#include "unit/run/told_jobs.h"

namespace er::run {
namespace {

using testing::UnorderedElementsAre;

class WorkflowsTest : public testing::Test {
 protected:
  FakeClock clock_;
  ToldJobs service_{clock_};
  Jobs jobs_{service_, schema::BuiltInCatalog(), IdMapping()};
  Workflows workflows_{clock_, jobs_};
};

TEST_F(WorkflowsTest, EachIsAskedForOnce) {
  service_.fault = [](const std::string&, const std::string& about) {
    return about == "gone" ? ToldJobs::Gone() : absl::OkStatus();
  };
  for (int i = 0; i < 60; ++i) service_.Put({.id = absl::StrCat(i), .start = clock_.Now()});
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(*workflows_.Exists("wf", {}));
    EXPECT_FALSE(*workflows_.Exists("gone", {}));
  }
  EXPECT_THAT(service_.about("ListIdMappingJobs"), UnorderedElementsAre("wf", "gone"));
}

TEST_F(WorkflowsTest, OneThatCouldNotBeAskedForIsAskedForAgain) {
  service_.fault = [](const std::string&, const std::string&) { return ToldJobs::Denied(); };
  EXPECT_EQ(workflows_.Exists("wf", {}).status(), ToldJobs::Denied());
  service_.fault = nullptr;
  EXPECT_TRUE(*workflows_.Exists("wf", {}));
}

TEST_F(WorkflowsTest, ThoseWhoAskAtOnceShareTheCall) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { EXPECT_TRUE(*workflows_.Exists("wf", {})); });
  }
  threads.clear();
  EXPECT_EQ(service_.calls("ListIdMappingJobs"), 1);
}

}  // namespace
}  // namespace er::run
