// A thousand runs at once, each with a job that goes on: what they cost in memory and in calls.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdio>
#include <deque>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "acceptance/emulator_process.h"
#include "protocol/provider_under_test.h"

namespace er {
namespace {

using ::testing::StartsWith;
using Stub = tfplugin6::Provider::Stub;

// Instrumented programs are slow, and their memory says nothing.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kIsInstrumented = true;
constexpr int kRuns = 200;
#else
constexpr bool kIsInstrumented = false;
constexpr int kRuns = 1000;
#endif
constexpr int kWorkflows = 40;
constexpr int kClockSpeed = 100;

// A number from the process's status in /proc: "VmHWM", the most memory it has had in kB, or
// "Threads".
std::int64_t StatusOf(pid_t pid, absl::string_view name) {
  std::ifstream status(absl::StrCat("/proc/", pid, "/status"));
  for (std::string line; std::getline(status, line);) {
    absl::string_view rest = line;
    if (absl::ConsumePrefix(&rest, absl::StrCat(name, ":"))) return std::stoll(std::string(rest));
  }
  return 0;
}

struct ApplyInFlight {
  grpc::ClientContext call{};
  tfplugin6::ApplyResourceChange::Response response{};
  grpc::Status status{};
  std::unique_ptr<grpc::ClientAsyncResponseReader<tfplugin6::ApplyResourceChange::Response>>
      reader{};
};

// Of Entity Resolution, which allows only so many a second.
int CallsOf(acceptance::EmulatorProcess& emulator) {
  return emulator.Calls("StartIdMappingJob") + emulator.Calls("GetIdMappingJob") +
         emulator.Calls("ListIdMappingJobs");
}

// By where the journal is.
class ProviderLoad : public testing::TestWithParam<std::string> {};

TEST_P(ProviderLoad, HoldsAThousandWaitsInBoundedMemoryWithFewCalls) {
  std::string folder = "/dev/shm/er-load-XXXXXX";  // a disk's time would be a hundred times as long
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  acceptance::EmulatorProcess emulator(folder);
  emulator.SetConfig({{"job_duration", "inf"}, {"quota", kRuns}});
  for (int i = 0; i < kWorkflows; ++i) emulator.PutWorkflow(absl::StrCat("workflow-", i));

  const bool in_bucket = GetParam() == "Bucket";
  emulator.PutBucket("journal");

  ProviderUnderTest provider({{"TF_ENTITYRESOLUTION_TEST_CLOCK_SPEED", absl::StrCat(kClockSpeed)},
                              {"AWS_ENDPOINT_URL_S3", emulator.url()}});
  Value::Map arguments = EmulatorArguments(emulator.url());
  arguments["journal"] = in_bucket ? "s3://journal/load" : folder + "/journal";
  arguments["max_concurrent_jobs"] = Number(std::int64_t{kRuns});
  ASSERT_EQ(provider.Configure(std::move(arguments)), "");

  const std::int64_t idle_memory = StatusOf(provider.plugin().pid(), "VmRSS");
  grpc::CompletionQueue queue;
  std::deque<ApplyInFlight> applies(kRuns);
  const absl::Time begin = absl::Now();
  for (int i = 0; i < kRuns; ++i) {
    tfplugin6::ApplyResourceChange::Request request;
    request.set_type_name(kRunType);
    *request.mutable_prior_state() = ToMessage(Value::Null(), kRunType);
    const Value config = RunConfig({{"workflow_name", absl::StrCat("workflow-", i % kWorkflows)},
                                    {"triggers", Value::Map{{"run", absl::StrCat(i)}}}});
    *request.mutable_planned_state() =
        ToMessage(provider.Plan(Value::Null(), config).state, kRunType);
    ApplyInFlight& apply = applies[static_cast<std::size_t>(i)];
    apply.reader =
        provider.plugin().provider().AsyncApplyResourceChange(&apply.call, request, &queue);
    apply.reader->Finish(&apply.response, &apply.status, &apply);
  }
  emulator.AwaitJobs(kRuns);
  const double starting = absl::ToDoubleSeconds(absl::Now() - begin) * kClockSpeed;
  EXPECT_LT(CallsOf(emulator) / starting, 6) << "calls a second while they start";

  // All wait now: a list for each workflow, not a call for each run.
  // The time around both counts: to ask for them takes a while, too.
  const absl::Time waiting_since = absl::Now();
  const int before = CallsOf(emulator);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const int after = CallsOf(emulator);
  const double waiting = absl::ToDoubleSeconds(absl::Now() - waiting_since) * kClockSpeed;
  const double rate = (after - before) / waiting;
  EXPECT_LT(rate, 6) << "calls a second while they wait";
  RecordProperty("calls_a_second_waiting", absl::StrCat(rate));

  const std::int64_t threads = StatusOf(provider.plugin().pid(), "Threads");
  const std::int64_t waiting_memory = StatusOf(provider.plugin().pid(), "VmRSS");

  EXPECT_EQ(provider.Stop(), "");
  const absl::Time stopped = absl::Now();
  for (int i = 0; i < kRuns; ++i) {
    void* tag = nullptr;
    bool ok = false;
    ASSERT_TRUE(queue.Next(&tag, &ok));
    const auto& apply = *static_cast<ApplyInFlight*>(tag);
    ASSERT_TRUE(apply.status.ok()) << apply.status.error_message();
    EXPECT_THAT(ToText(apply.response.diagnostics()),
                StartsWith("warning: Interrupted While Waiting for the ID Mapping Job: "));
    const Value state = FromMessage(apply.response.new_state(), kRunType);
    EXPECT_TRUE(state["job_id"].IsString());
  }
  EXPECT_LT(absl::Now() - stopped, absl::Seconds(10));

  const std::int64_t peak = StatusOf(provider.plugin().pid(), "VmHWM");
  RecordProperty("peak_memory_kb", absl::StrCat(peak));
  std::printf(
      "idle %lld kB, waiting %lld kB, peak %lld kB, %lld threads, "
      "%.2f calls/s starting, %.2f calls/s waiting\n",
      static_cast<long long>(idle_memory), static_cast<long long>(waiting_memory),
      static_cast<long long>(peak), static_cast<long long>(threads), before / starting, rate);
  EXPECT_TRUE(kIsInstrumented || peak < 64 * 1024) << peak;
  EXPECT_LT(threads, 64);
  std::filesystem::remove_all(folder);
}

INSTANTIATE_TEST_SUITE_P(JournalIn, ProviderLoad, testing::Values("Folder", "Bucket"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace er
