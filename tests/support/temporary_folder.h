// A folder of a test's own, gone with all that is in it when the test ends.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "gtest/gtest.h"

namespace er {

class TemporaryFolder {
 public:
  // Below `parent`: the file system that is to be tried.
  explicit TemporaryFolder(const std::string& parent = testing::TempDir()) {
    path_ = (std::filesystem::path(parent) / "entityresolution-test-XXXXXX").string();
    EXPECT_NE(mkdtemp(path_.data()), nullptr) << path_;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace er
