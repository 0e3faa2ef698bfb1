// The end of a plugin: by its host, with its host, by a signal, by a crash.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <chrono>
#include <filesystem>
#include <ostream>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "protocol/plugin_process.h"

namespace er {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kTestPlugin[] = ER_BINARY_DIR "/tests/er_test_plugin";

// What the plugin promises; the quickest of a few tries counts, since a machine that runs all tests
// at once is slow now and then. Instrumented programs take longer to leave.
constexpr int kTries = 5;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr absl::Duration kPromptly = absl::Seconds(2);
#else
constexpr absl::Duration kPromptly = absl::Milliseconds(100);
#endif

grpc::Status CallFunction(PluginProcess& plugin, const std::string& name, int argument = 0) {
  tfplugin6::CallFunction::Request request;
  request.set_name(name);
  request.add_arguments()->set_json(absl::StrCat(argument));
  tfplugin6::CallFunction::Response response;
  grpc::ClientContext call;
  call.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  return plugin.provider().CallFunction(&call, request, &response);
}

// A call of `name` that the plugin is in the midst of.
class CallInFlight {
 public:
  CallInFlight(PluginProcess& plugin, const std::string& name)
      : thread_([&plugin, name, this] { answer_ = CallFunction(plugin, name); }) {
    EXPECT_TRUE(CallFunction(plugin, "meet", 2).ok());
  }
  ~CallInFlight() {
    if (thread_.joinable()) thread_.join();
  }

  grpc::Status Await() {
    thread_.join();
    return answer_;
  }

 private:
  grpc::Status answer_;
  std::thread thread_;
};

TEST(PluginEnd, FollowsTheHostsWordAtOnceAndLeavesNothingBehind) {
  absl::Duration quickest = absl::InfiniteDuration();
  for (int i = 0; i < kTries && quickest >= kPromptly; ++i) {
    PluginProcess plugin({.binary = kTestPlugin});
    ASSERT_TRUE(plugin.Connect().ok());
    EXPECT_FALSE(std::filesystem::is_empty(plugin.folder()));
    const absl::StatusOr<absl::Duration> taken = plugin.Shutdown();
    ASSERT_TRUE(taken.ok()) << taken.status();
    quickest = std::min(quickest, *taken);
    EXPECT_EQ(plugin.AwaitExit().value(), 0);
    EXPECT_TRUE(std::filesystem::is_empty(plugin.folder()));
    EXPECT_EQ(plugin.standard_error().AwaitEnd().value(), "");
  }
  EXPECT_LT(quickest, kPromptly);
}

// After a second Ctrl-C the host does not wait for its calls.
TEST(PluginEnd, DoesNotWaitForACallThatHangs) {
  absl::Duration quickest = absl::InfiniteDuration();
  for (int i = 0; i < kTries && quickest >= kPromptly; ++i) {
    PluginProcess plugin({.binary = kTestPlugin});
    ASSERT_TRUE(plugin.Connect().ok());
    CallInFlight call(plugin, "hang");
    const absl::StatusOr<absl::Duration> taken = plugin.Shutdown();
    ASSERT_TRUE(taken.ok()) << taken.status();
    quickest = std::min(quickest, *taken);
    EXPECT_EQ(plugin.AwaitExit().value(), 0);
    EXPECT_FALSE(call.Await().ok());
    EXPECT_TRUE(std::filesystem::is_empty(plugin.folder()));
  }
  EXPECT_LT(quickest, kPromptly);
}

TEST(PluginEnd, StopsTheCallsInFlight) {
  PluginProcess plugin({.binary = kTestPlugin});
  ASSERT_TRUE(plugin.Connect().ok());
  CallInFlight call(plugin, "wait");
  ASSERT_TRUE(plugin.Shutdown().ok());
  const grpc::Status answer = call.Await();
  EXPECT_TRUE(answer.ok()) << answer.error_message();
}

// Ctrl-C in a terminal goes to Terraform and to its plugins; Terraform says what is to be done.
TEST(PluginEnd, IsNotForCtrlCToDecide) {
  PluginProcess plugin({.binary = kTestPlugin});
  ASSERT_TRUE(plugin.Connect().ok());
  plugin.Signal(SIGINT);
  plugin.Signal(SIGINT);
  EXPECT_EQ(CallFunction(plugin, "no such function").error_code(), grpc::StatusCode::UNKNOWN);
  ASSERT_TRUE(plugin.Shutdown().ok());
  EXPECT_EQ(plugin.AwaitExit().value(), 0);
}

TEST(PluginEnd, ByTermSignalLetsCallsInFlightAnswer) {
  PluginProcess plugin({.binary = kTestPlugin});
  ASSERT_TRUE(plugin.Connect().ok());
  CallInFlight call(plugin, "wait");
  plugin.Signal(SIGTERM);
  const grpc::Status answer = call.Await();
  EXPECT_TRUE(answer.ok()) << answer.error_message();
  EXPECT_EQ(plugin.AwaitExit().value(), 0);
  EXPECT_TRUE(std::filesystem::is_empty(plugin.folder()));
}

// Nobody would ever ask a plugin to end whose host was killed. Here a shell stands for the host; it
// does not exec the plugin because it has something left to do.
TEST(PluginEnd, ComesWithTheEndOfTheHost) {
  PluginProcess host({.binary = "/bin/sh",
                      .arguments = {"-c", absl::StrCat("'", kTestPlugin, "'; exit")},
                      .environment = {{"TF_LOG", "WARN"}}});
  ASSERT_TRUE(host.AwaitHandshake().ok());
  EXPECT_FALSE(std::filesystem::is_empty(host.folder()));
  host.Signal(SIGKILL);
  const absl::StatusOr<std::string> log = host.standard_error().AwaitEnd();
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_THAT(*log, HasSubstr("The host is gone"));
  EXPECT_TRUE(std::filesystem::is_empty(host.folder()));
}

TEST(PluginEnd, ComesWithTheEndOfTheHostThoughACallHangs) {
  PluginProcess host(
      {.binary = "/bin/sh", .arguments = {"-c", absl::StrCat("'", kTestPlugin, "'; exit")}});
  ASSERT_TRUE(host.Connect().ok());
  CallInFlight call(host, "hang");
  host.Signal(SIGKILL);
  EXPECT_TRUE(host.standard_error().AwaitEnd().ok());
  EXPECT_FALSE(call.Await().ok());
}

struct CrashCase {
  std::string function;
  int signal;
  std::string report;
};

void PrintTo(const CrashCase& crash, std::ostream* out) { *out << crash.function; }

class PluginCrash : public ::testing::TestWithParam<CrashCase> {};

// Terraform shows the user what follows a line that starts with "panic: ".
TEST_P(PluginCrash, LeavesAReportThatTerraformShows) {
  PluginProcess plugin({.binary = kTestPlugin});
  ASSERT_TRUE(plugin.Connect().ok());
  EXPECT_EQ(CallFunction(plugin, GetParam().function).error_code(), grpc::StatusCode::UNAVAILABLE);
  const absl::StatusOr<int> exit = plugin.AwaitExit();
  ASSERT_TRUE(exit.ok()) << exit.status();
  EXPECT_TRUE(WIFSIGNALED(*exit));
  EXPECT_EQ(WTERMSIG(*exit), GetParam().signal);
  const std::string text = plugin.standard_error().AwaitEnd().value();
  EXPECT_THAT(text, StartsWith(absl::StrCat("panic: ", GetParam().report)));
  EXPECT_THAT(text, AllOf(HasSubstr("please report it"), HasSubstr("er_test_plugin(")));
  EXPECT_THAT(text, Not(HasSubstr("hunter2")));
  EXPECT_EQ(text.find("panic: ", 1), std::string::npos) << "reported twice:\n" << text;
}

INSTANTIATE_TEST_SUITE_P(
    ByCause, PluginCrash,
    ::testing::Values(CrashCase{"segfault", SIGSEGV, "SIGSEGV"},
                      CrashCase{"abort", SIGABRT, "SIGABRT"},
                      CrashCase{"check", SIGABRT, "A word has one letter.\n"},
                      CrashCase{"throw", SIGABRT,
                                "an exception that nobody caught: std::runtime_error"}),
    [](const auto& test) { return test.param.function; });

}  // namespace
}  // namespace er
