#include "base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <type_traits>

#include "absl/strings/string_view.h"
#include "base/secret.h"

namespace er {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

// What `write` leaves on file descriptor 2 with lines from `level` up.
std::string Stderr(log::Level level, const std::function<void()>& write, bool are_members = true) {
  log::SetLevel(level);
  log::SetFieldsAreMembers(are_members);
  testing::internal::CaptureStderr();
  write();
  log::SetLevel(log::Level::kOff);
  log::SetFieldsAreMembers(false);
  return testing::internal::GetCapturedStderr();
}

// The form that go-plugin reads: every value is a string, the time has six digits.
TEST(LogTest, WritesOneLineOfJson) {
  const std::string line = Stderr(log::Level::kTrace, [] {
    log::Info("Waiting for the job", {{"job_id", "j-1"}, {"attempt", 2}});
  });
  EXPECT_THAT(line, MatchesRegex(R"(\{"@level":"info","@message":"Waiting for the job",)"
                                 R"("@module":"entityresolution",)"
                                 R"("@timestamp":"[0-9]{4}-[0-9]{2}-[0-9]{2}T)"
                                 R"([0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z",)"
                                 R"("job_id":"j-1","attempt":"2"\})"
                                 "\n"));
}

TEST(LogTest, ForPeopleTheFieldsStandInTheMessageInTheirOrder) {
  const std::string line = Stderr(
      log::Level::kTrace,
      [] {
        log::Info("A look", {{"job_id", "j-1"}, {"again", 2}, {"error", "no \"x\"\n"}, {"a", ""}});
      },
      /*are_members=*/false);
  EXPECT_THAT(
      line,
      MatchesRegex(
          R"(\{"@level":"info",)"
          R"("@message":"A look: job_id=j-1 again=2 error=\\"no \\\\\\"x\\\\\\"\\u000a\\" a=\\"\\"",)"
          R"("@timestamp":"[^"]+"\})"
          "\n"));
}

TEST(LogTest, CutsTheFieldsInTheMessageToo) {
  const std::string line = Stderr(
      log::Level::kTrace,
      [] {
        log::Info(std::string(1 << 20, '\x01'), {{"body", std::string(1 << 20, 'x')}, {"b", "y"}});
      },
      /*are_members=*/false);
  EXPECT_LE(line.size(), 64u << 10);
}

TEST(LogTest, EscapesWhatJsonReserves) {
  const std::string line = Stderr(log::Level::kTrace, [] {
    log::Info("a\"b\\c\nd", {{"k\t", "\x01"}});
  });
  EXPECT_THAT(line, HasSubstr(R"("@message":"a\"b\\c\u000ad")"));
  EXPECT_THAT(line, HasSubstr(R"("k\u0009":"\u0001")"));
}

TEST(LogTest, ReplacesWhatIsNotUtf8) {
  EXPECT_THAT(Stderr(log::Level::kTrace, [] { log::Info("a\xFF"); }), HasSubstr("a\xEF\xBF\xBD\""));
}

TEST(LogTest, CutsTextsThatGoPluginWouldSplit) {
  const std::string line = Stderr(log::Level::kTrace, [] {
    log::Info(std::string(1 << 20, '\x01'), {{"body", std::string(1 << 20, 'x')}});
  });
  EXPECT_LE(line.size(), 64u << 10);
  EXPECT_THAT(line, HasSubstr("x...\"}\n"));
}

TEST(LogTest, DropsLinesBelowTheLevel) {
  const auto all = [] {
    log::Trace("1");
    log::Debug("2");
    log::Info("3");
    log::Warn("4");
    log::Error("5");
  };
  const auto lines = [&](log::Level level) {
    const std::string text = Stderr(level, all);
    return std::count(text.begin(), text.end(), '\n');
  };
  EXPECT_EQ(lines(log::Level::kTrace), 5);
  EXPECT_EQ(lines(log::Level::kDebug), 4);
  EXPECT_EQ(lines(log::Level::kInfo), 3);
  EXPECT_EQ(lines(log::Level::kWarn), 2);
  EXPECT_EQ(lines(log::Level::kError), 1);
  EXPECT_EQ(lines(log::Level::kOff), 0);
}

TEST(LogTest, KnowsTerraformsWordsForLevels) {
  EXPECT_EQ(log::ParseLevel("TRACE"), log::Level::kTrace);
  EXPECT_EQ(log::ParseLevel("Debug"), log::Level::kDebug);
  EXPECT_EQ(log::ParseLevel("warn"), log::Level::kWarn);
  EXPECT_EQ(log::ParseLevel("OFF"), log::Level::kOff);
  EXPECT_EQ(log::ParseLevel("JSON"), log::Level::kTrace);
  EXPECT_EQ(log::ParseLevel("warning"), std::nullopt);
  EXPECT_EQ(log::ParseLevel(""), std::nullopt);
}

template <typename T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};

TEST(SecretTest, CannotBeShown) {
  static_assert(!Printable<Secret>);
  static_assert(!std::is_constructible_v<log::Field, const char*, Secret>);
  static_assert(!std::is_convertible_v<Secret, std::string>);
  static_assert(!std::is_convertible_v<Secret, absl::string_view>);
  EXPECT_EQ(Secret("key").Reveal(), "key");
  EXPECT_EQ(Secret("key"), Secret("key"));
  EXPECT_TRUE(Secret().empty());
}

}  // namespace
}  // namespace er
