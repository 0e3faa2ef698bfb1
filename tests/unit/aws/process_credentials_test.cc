#include "aws/process_credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

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
  const auto credentials = ProcessCredentials(script.command()).Get({});
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
  EXPECT_EQ(ProcessCredentials(script.command()).Get({})->expiry, absl::InfiniteFuture());
}

TEST(ProcessCredentialsTest, AFailureShowsNothingOfWhatWasPrinted) {
  for (const char* text :
       {"echo s3cr3t; echo s3cr3t >&2; exit 3\n", "echo s3cr3t\n",
        "echo '{\"Version\": 2, \"AccessKeyId\": \"A\", \"SecretAccessKey\": \"s3cr3t\"}'\n",
        "echo '{\"Version\": 1, \"SecretAccessKey\": \"s3cr3t\"}'\n", "kill -9 $$\n", ""}) {
    const Script script(text);
    ::testing::internal::CaptureStderr();
    const auto credentials = ProcessCredentials(script.command()).Get({});
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
    ASSERT_FALSE(credentials.ok()) << text;
    EXPECT_NE(credentials.status().code(), absl::StatusCode::kNotFound);
    EXPECT_THAT(std::string(credentials.status().message()), Not(HasSubstr("s3cr3t")));
  }
  const Script script("exit 3\n");
  EXPECT_THAT(std::string(ProcessCredentials(script.command()).Get({}).status().message()),
              HasSubstr("exit status 3"));
}

TEST(ProcessCredentialsTest, AProgramThatIsNotThere) {
  for (const char* command : {"/nowhere/program", "''", "", "'"}) {
    EXPECT_FALSE(ProcessCredentials(command).Get({}).ok()) << command;
  }
}

TEST(ProcessCredentialsTest, GetsNoneOfOurFilesAndNothingToRead) {
  const Script script("read line && exit 1\n[ -e /proc/self/fd/9 ] && exit 2\nexit 0\n");
  const int file = dup2(STDERR_FILENO, 9);
  const auto output = RunProgram({script.path()}, absl::Seconds(30), {});
  close(file);
  EXPECT_TRUE(output.ok()) << output.status();
}

// A child that stays and keeps the output open holds up neither us nor, through us, Terraform.
TEST(ProcessCredentialsTest, DoesNotWaitForTheProgramsChildren) {
  const Script script(absl::StrCat("sleep 60 &\n", kPrint));
  const absl::Time begin = absl::Now();
  const auto credentials = ProcessCredentials(script.command()).Get({});
  EXPECT_TRUE(credentials.ok()) << credentials.status();
  EXPECT_LT(absl::Now() - begin, absl::Seconds(30));
}

TEST(ProcessCredentialsTest, EndsAfterItsTime) {
  const Script script("sleep 60\n");
  const auto credentials = ProcessCredentials(script.command(), absl::Milliseconds(100)).Get({});
  EXPECT_EQ(credentials.status().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST(ProcessCredentialsTest, EndsAfterItsTimeAlsoWithoutOutput) {
  const Script script("exec >&-\nsleep 60\n");
  const absl::Time begin = absl::Now();
  EXPECT_FALSE(ProcessCredentials(script.command(), absl::Milliseconds(100)).Get({}).ok());
  EXPECT_LT(absl::Now() - begin, absl::Seconds(30));
}

TEST(ProcessCredentialsTest, StopEndsIt) {
  const Script script("sleep 60\n");
  std::stop_source stop;
  std::jthread stopping([&] { stop.request_stop(); });
  const auto credentials = ProcessCredentials(script.command()).Get(stop.get_token());
  EXPECT_EQ(credentials.status().code(), absl::StatusCode::kCancelled);
}

TEST(ProcessCredentialsTest, TooMuchIsTooMuch) {
  const Script script("exec cat /dev/zero\n");
  EXPECT_EQ(RunProgram({script.path()}, absl::Seconds(30), {}).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace er::aws
