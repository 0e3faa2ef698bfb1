// What every acceptance test has: an emulator and a workspace of its own, so that all of them run
// side by side.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "acceptance/emulator_process.h"
#include "acceptance/workspace.h"

namespace er::acceptance {

class AcceptanceTest : public ::testing::Test {
 protected:
  ~AcceptanceTest() override {
    if (!HasFailure()) std::filesystem::remove_all(folder_);  // else it is there to be looked at
  }

  static std::string NewFolder() {
    std::string folder = "/tmp/er-acceptance-XXXXXX";
    return mkdtemp(folder.data()) == nullptr ? "" : folder;
  }

  const std::string folder_ = NewFolder();
  EmulatorProcess emulator{folder_};
  Workspace workspace{folder_, emulator.url()};
};

}  // namespace er::acceptance
