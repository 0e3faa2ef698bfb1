// What every acceptance test has: an emulator and a workspace of its own, so that all of them run
// side by side.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <system_error>

#include "acceptance/emulator_process.h"
#include "acceptance/workspace.h"

namespace er::acceptance {

class AcceptanceTest : public ::testing::Test {
 protected:
  ~AcceptanceTest() override {
    if (!HasFailure()) {
      std::filesystem::remove_all(folder_);
      return;
    }
    // What was printed, and what was called, is there to be looked at.
    const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
    std::error_code none;
    std::cout << "Kept " << folder_ << "; to repeat it:\n  ER_TERRAFORM=" << Workspace::Terraform()
              << " " << std::filesystem::read_symlink("/proc/self/exe", none).string()
              << " --gtest_filter=" << test.test_suite_name() << "." << test.name() << std::endl;
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
