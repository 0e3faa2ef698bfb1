// Texts that people see, kept as files in tests/golden/, so that a change of wording is read as a
// diff. ER_UPDATE_GOLDEN=1 in the environment of the tests writes the files anew.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace er {

// Fails the test if tests/golden/`name` is not `text`.
inline void ExpectGolden(const std::string& name, const std::string& text) {
  const std::filesystem::path path = std::filesystem::path(ER_SOURCE_DIR "/tests/golden") / name;
  if (std::getenv("ER_UPDATE_GOLDEN") != nullptr) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  const std::string golden(std::istreambuf_iterator<char>(file), {});
  EXPECT_EQ(text, golden) << "tests/golden/" << name
                          << "; ER_UPDATE_GOLDEN=1 writes it anew, if the change is wanted";
}

}  // namespace er
