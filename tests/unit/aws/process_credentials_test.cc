#include "aws/process_credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace er::aws {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// A shell script of a test, in a folder of its own.
class Script {
 public:
  explicit Script(absl::string_view text) {
    std::string pattern = std::filesystem::temp_directory_path() / "er-process-XXXXXX";
    folder_ = mkdtemp(pattern.data());
    std::ofstream(path()) << "#!/bin/sh\n" << text;
    std::filesystem::permissions(path(), std::filesystem::perms::owner_all);
  }
  ~Script() { std::filesystem::remove_all(folder_); }
  std::string path() const { return folder_ + "/a script"; }
  std::string command() const { return absl::StrCat("\"", path(), "\""); }

 private:
  std::string folder_;
};

constexpr char kPrint[] =
    "echo '{\"Version\": 1, \"AccessKeyId\": \"AK\", \"SecretAccessKey\": \"s3cr3t\","
    " \"SessionToken\": \"t\", \"Expiration\": \"2026-01-02T04:04:05Z\"}'\n";

TEST(ProcessCredentialsTest, ReadsWhatTheProgramPrints) {
  const Script script(kPrint);
  const auto credentials = ProcessCredentials("the profile \"dev\"", script.command()).Get({});
  ASSERT_TRUE(credentials.ok()) << credentials.status();
  EXPECT_EQ(credentials->access_key_id, "AK");
  EXPECT_EQ(credentials->secret_access_key.Reveal(), "s3cr3t");
  EXPECT_EQ(credentials->session_token.Reveal(), "t");
  EXPECT_EQ(absl::FormatTime(absl::RFC3339_sec, credentials->expiry, absl::UTCTimeZone()),
            "2026-01-02T04:04:05+00:00");
}

TEST(ProcessCredentialsTest, WithoutExpirationTheyLast) {
  const Script script(
      "echo '{\"Version\": 1, \"AccessKeyId\": \"A\", \"SecretAccessKey\": \"s\"}'");
  EXPECT_EQ(ProcessCredentials("the profile \"dev\"", script.command()).Get({})->expiry,
            absl::InfiniteFuture());
}

TEST(ProcessCredentialsTest, AFailureShowsNothingOfWhatWasPrinted) {
  for (const char* text :
       {"echo s3cr3t; echo s3cr3t >&2; exit 3\n", "echo s3cr3t\n",
        "echo '{\"Version\": 2, \"AccessKeyId\": \"A\", \"SecretAccessKey\": \"s3cr3t\"}'\n",
        "echo '{\"Version\": 1, \"SecretAccessKey\": \"s3cr3t\"}'\n", "kill -9 $$\n", ""}) {
    const Script script(text);
    ::testing::internal::CaptureStderr();
    const auto credentials = ProcessCredentials("the profile \"dev\"", script.command()).Get({});
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
    ASSERT_FALSE(credentials.ok()) << text;
    EXPECT_NE(credentials.status().code(), absl::StatusCode::kNotFound);
    EXPECT_THAT(std::string(credentials.status().message()), Not(HasSubstr("s3cr3t")));
  }
}

std::string MessageOf(absl::string_view script_text) {
  const Script script(script_text);
  return std::string(
      RunProgram({script.path(), "--user=s3cr3t-user", "s3cr3t-word"}, absl::Minutes(1), {})
          .status()
          .message());
}

TEST(ProcessCredentialsTest, AFailureSaysWhatTheProgramSaidLast) {
  const Script script("echo first >&2; echo '  no session\tfor you  ' >&2; echo >&2; exit 3\n");
  EXPECT_EQ(ProcessCredentials("the profile \"dev\"", script.command()).Get({}).status(),
            absl::FailedPreconditionError("the program of the profile \"dev\" ended with exit "
                                          "status 3: no session\\tfor you"));
  EXPECT_EQ(MessageOf("exit 3\n"), "ended with exit status 3; run it by hand to see why");
  EXPECT_EQ(MessageOf("echo why >&2; kill -9 $$\n"), "was ended by signal 9: why");
  EXPECT_EQ(MessageOf("yes | head -n 100000 >&2; printf last >&2; exit 1\n"),
            "ended with exit status 1: last");
  EXPECT_EQ(MessageOf("printf 'a\\033[31mb' >&2; exit 1\n"),
            "ended with exit status 1: a\\u001b[31mb");
  EXPECT_EQ(MessageOf("head -c 3000 /dev/zero | tr '\\0' x >&2; exit 1\n").size(), 26u + 400);
}

TEST(ProcessCredentialsTest, WhatTheProgramSaidLastIsMasked) {
  // What it printed, and what it was called with.
  EXPECT_EQ(
      MessageOf(
          "echo '{\"SecretAccessKey\":\"s3cr3t+/=\"}'; echo 'bad s3cr3t+/= here' >&2; exit 1\n"),
      "ended with exit status 1: bad ***= here");
  EXPECT_EQ(MessageOf("echo \"no $1 and no $2\" >&2; exit 1\n"),
            "ended with exit status 1: no --user=*** and no ***");
  // What looks like a secret.
  EXPECT_EQ(MessageOf("echo 'PASSWORD=hunter2 \"token\": hunter2, x' >&2; exit 1\n"),
            "ended with exit status 1: PASSWORD=*** \"token\": *** x");
  EXPECT_EQ(MessageOf("echo 'got wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY!' >&2; exit 1\n"),
            "ended with exit status 1: got ***!");
  EXPECT_EQ(
      MessageOf(
          "echo 'request 01234567-89ab-cdef-0123-456789abcdef of arn:aws:iam::123456789012:role/R' "
          ">&2; exit 1\n"),
      "ended with exit status 1: request 01234567-89ab-cdef-0123-456789abcdef of "
      "arn:aws:iam::123456789012:role/R");
}

TEST(ProcessCredentialsTest, AProgramThatIsNotThere) {
  for (const char* command : {"/nowhere/program", "''", "", "'"}) {
    EXPECT_FALSE(ProcessCredentials("the profile \"dev\"", command).Get({}).ok()) << command;
  }
}

TEST(ProcessCredentialsTest, GetsNoneOfOurFilesAndNothingToRead) {
  const Script script("[ -e /proc/self/fd/9 ] && exit 2\nexec readlink /proc/self/fd/0\n");
  const int file = dup2(STDERR_FILENO, 9);
  const int input = dup(STDIN_FILENO);
  dup2(STDERR_FILENO, STDIN_FILENO);
  const auto output = RunProgram({script.path()}, absl::Seconds(30), {});
  dup2(input, STDIN_FILENO);
  close(input);
  close(file);
  EXPECT_EQ(output.value_or(std::string(output.status().message())), "/dev/null\n");
}

// What we ignore or hold back is nothing to it: else no `| head` in it would end.
TEST(ProcessCredentialsTest, GetsItsSignals) {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t held;
  sigset_t before;
  sigemptyset(&held);
  sigaddset(&held, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &held, &before);
  const auto output =
      RunProgram({"/bin/grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"}, absl::Seconds(30), {});
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ASSERT_TRUE(output.ok()) << output.status();
  std::istringstream lines(*output);
  std::string name;
  for (std::uint64_t signals = 0; lines >> name >> std::hex >> signals;) {
    EXPECT_EQ(signals & (1 << (SIGPIPE - 1) | 1 << (SIGTERM - 1)), 0u) << *output;
  }
  EXPECT_EQ(name, "SigIgn:");
}

// A child that stays and keeps the output open holds up neither us nor, through us, Terraform.
TEST(ProcessCredentialsTest, DoesNotWaitForTheProgramsChildren) {
  const Script script(absl::StrCat("sleep 60 &\n", kPrint));
  const absl::Time begin = absl::Now();
  const auto credentials = ProcessCredentials("the profile \"dev\"", script.command()).Get({});
  EXPECT_TRUE(credentials.ok()) << credentials.status();
  EXPECT_LT(absl::Now() - begin, absl::Seconds(30));
}

// Blocks until the file has a line, which is a number, in it.
pid_t NumberIn(const std::string& path) {
  pid_t number = 0;
  while (!(std::ifstream(path) >> number)) std::this_thread::yield();
  return number;
}

// A process that is gone, or that has ended and that nobody has asked about yet.
bool HasEnded(pid_t process) {
  std::ifstream file(absl::StrCat("/proc/", process, "/stat"));
  const std::string stat{std::istreambuf_iterator<char>(file), {}};
  return stat.empty() || absl::StrContains(stat, ") Z ");
}

TEST(ProcessCredentialsTest, WhatTheProgramLeavesRunningGoesOn) {
  for (const char* end : {"exit 0\n", "exit 3\n"}) {
    const Script script(absl::StrCat(
        "(until [ -e \"$0.go\" ]; do sleep 0.01; done; : >\"$0.done\") >/dev/null 2>&1 &\n"
        "echo $! >\"$0.pid\"\n",
        kPrint, end));
    static_cast<void>(RunProgram({script.path()}, absl::Minutes(1), {}));
    const pid_t agent = NumberIn(script.path() + ".pid");
    std::ofstream(script.path() + ".go") << "\n";
    while (!HasEnded(agent)) std::this_thread::yield();
    EXPECT_TRUE(std::filesystem::exists(script.path() + ".done")) << end;
  }
}

class KilledProgramTest : public ::testing::TestWithParam<const char*> {};

// Each keeps its output open or closes it, and waits for a child or does not.
INSTANTIATE_TEST_SUITE_P(All, KilledProgramTest,
                         ::testing::Values("wait\n", "exec >&- 2>&-\nwait\n",
                                           "echo '{\"Version\": 1}'\nexec >&-\nwait\n"));

TEST_P(KilledProgramTest, EndsAfterItsTimeWithItsChildren) {
  const Script script(absl::StrCat("sleep 600 & echo $! $$ >\"$0.pid\"\n", GetParam()));
  const absl::Status status = RunProgram({script.path()}, absl::Seconds(1), {}).status();
  EXPECT_EQ(status, absl::DeadlineExceededError("did not end within 1s"));
  pid_t child = 0;
  pid_t program = 0;
  std::ifstream(script.path() + ".pid") >> child >> program;
  while (!HasEnded(child)) std::this_thread::yield();  // the signal was sent before
  EXPECT_TRUE(HasEnded(program));
}

TEST_P(KilledProgramTest, StopEndsItAtOnce) {
  const Script script(absl::StrCat("sleep 600 & echo $! >\"$0.pid\"\n", GetParam()));
  std::stop_source stop;
  std::jthread stopping([&] {
    NumberIn(script.path() + ".pid");
    stop.request_stop();
  });
  const absl::Time begin = absl::Now();
  const absl::Status status =
      RunProgram({script.path()}, absl::Minutes(10), stop.get_token()).status();
  EXPECT_EQ(status, absl::CancelledError("was interrupted"));
  EXPECT_LT(absl::Now() - begin, absl::Minutes(1));
  while (!HasEnded(NumberIn(script.path() + ".pid"))) std::this_thread::yield();
}

TEST(ProcessCredentialsTest, AWordOfAnEndedProgramIsNotWaitedFor) {
  const Script script("(while :; do echo x >&2; done) & echo $! >\"$0.pid\"\nexit 3\n");
  EXPECT_THAT(std::string(RunProgram({script.path()}, absl::Minutes(10), {}).status().message()),
              HasSubstr("ended with exit status 3"));
  kill(NumberIn(script.path() + ".pid"), SIGKILL);
}

TEST(ProcessCredentialsTest, TooMuchIsTooMuch) {
  for (const char* program : {"exec cat /dev/zero\n", "exec head -c 1100000 /dev/zero\n"}) {
    const Script script(program);
    EXPECT_EQ(RunProgram({script.path()}, absl::Seconds(30), {}).status(),
              absl::FailedPreconditionError("prints too much"));
  }
}

}  // namespace
}  // namespace er::aws
