// What the workflows fetch and run is fixed by its digest: whoever takes over a tag of somebody
// else's cannot change what is built or released here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace er {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;

// The values of the key `key` in all workflows.
std::vector<std::string> ValuesOf(const std::string& key) {
  const re2::RE2 pattern("[- ]*" + key + ": (.*)");
  std::vector<std::string> values;
  for (const auto& file : std::filesystem::directory_iterator(ER_SOURCE_DIR "/.github/workflows")) {
    std::ifstream text(file.path());
    std::string value;
    for (std::string line; std::getline(text, line);) {
      if (re2::RE2::FullMatch(line, pattern, &value)) values.push_back(value);
    }
  }
  EXPECT_THAT(values, Not(IsEmpty())) << key;
  return values;
}

TEST(WorkflowsTest, ActionsAndImagesArePinnedByTheirDigest) {
  for (const std::string& action : ValuesOf("uses")) {
    EXPECT_TRUE(re2::RE2::FullMatch(action, R"([\w./-]+@[0-9a-f]{40} # v[\d.]+)")) << action;
  }
  for (const std::string& image : ValuesOf("container")) {
    EXPECT_TRUE(re2::RE2::FullMatch(image, R"([\w.:/-]+@sha256:[0-9a-f]{64}  # [\d.]+)")) << image;
  }
  for (const std::string& runner : ValuesOf("runs-on")) EXPECT_EQ(runner, "ubuntu-24.04");
}

TEST(WorkflowsTest, NoJobHasTheRightsOfAll) {
  for (const std::string& rights : ValuesOf("permissions")) EXPECT_NE(rights, "write-all");
  for (const std::string& keeps : ValuesOf("persist-credentials")) EXPECT_EQ(keeps, "false");
}

}  // namespace
}  // namespace er
