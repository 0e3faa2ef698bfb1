#include "base/environment.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "support/fake_environment.h"

namespace er {
namespace {

class ProcessEnvironmentTest : public testing::Test {
 protected:
  ProcessEnvironmentTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "er-base-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~ProcessEnvironmentTest() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
};

TEST_F(ProcessEnvironmentTest, AnEmptyVariableIsNone) {
  setenv("ER_BASE_TEST", "value", 1);
  EXPECT_EQ(ProcessEnvironment().Variable("ER_BASE_TEST"), "value");
  setenv("ER_BASE_TEST", "", 1);
  EXPECT_EQ(ProcessEnvironment().Variable("ER_BASE_TEST"), std::nullopt);
  unsetenv("ER_BASE_TEST");
  EXPECT_EQ(ProcessEnvironment().Variable("ER_BASE_TEST"), std::nullopt);
}

TEST_F(ProcessEnvironmentTest, ReadsAFileByteByByte) {
  const std::string text("a\r\n\0b", 5);
  std::ofstream(folder_ / "file", std::ios::binary) << text;
  const absl::StatusOr<std::string> read = ProcessEnvironment().ReadFile(folder_ / "file");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, text);
}

// A variable that should name a file may hold a token instead.
TEST_F(ProcessEnvironmentTest, SaysWhyAFileCannotBeReadAndNotWhich) {
  EXPECT_EQ(ProcessEnvironment().ReadFile(folder_ / "none").status(),
            absl::NotFoundError("No such file or directory"));
  EXPECT_EQ(ProcessEnvironment().ReadFile(folder_).status(),
            absl::FailedPreconditionError("it is a folder"));
}

TEST_F(ProcessEnvironmentTest, ReadsNoMoreOfADeviceThanOfAFile) {
  EXPECT_EQ(ProcessEnvironment().ReadFile("/dev/zero").status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(*ProcessEnvironment().ReadFile("/dev/null"), "");
}

TEST_F(ProcessEnvironmentTest, RefusesAFileThatIsTooLarge) {
  std::ofstream(folder_ / "large").put('x');
  std::filesystem::resize_file(folder_ / "large", 16 << 20);
  EXPECT_TRUE(ProcessEnvironment().ReadFile(folder_ / "large").ok());
  std::filesystem::resize_file(folder_ / "large", (16 << 20) + 1);
  EXPECT_EQ(ProcessEnvironment().ReadFile(folder_ / "large").status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(FakeEnvironmentTest, HoldsWhatATestSets) {
  FakeEnvironment environment;
  environment.variables = {{"A", "1"}, {"B", ""}};
  environment.files = {{"/f", "text"}};
  EXPECT_EQ(environment.Variable("A"), "1");
  EXPECT_EQ(environment.Variable("B"), std::nullopt);
  EXPECT_EQ(*environment.ReadFile("/f"), "text");
  EXPECT_EQ(environment.ReadFile("/g").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace er
