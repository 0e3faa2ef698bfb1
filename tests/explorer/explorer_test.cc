// Random histories of Terraform commands, with everything that can go wrong in the middle of them,
// against what the user can expect. A failure prints the shortest history that was found, as a
// test.
//
//   ER_HISTORIES=1000000 er_explorer_test --gtest_filter='*Random*'   by hand; ER_FIRST_SEED too
#include <cstdlib>
#include <iostream>

#include "absl/strings/str_join.h"
#include "explorer/history.h"
#include "gtest/gtest.h"

namespace er::explorer {
namespace {

constexpr unsigned kShards = 10;

unsigned FromEnvironment(const char* name, unsigned otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : static_cast<unsigned>(std::atol(text));
}

void Report(const History& history, const Outcome& outcome) {
  const History shortest = Shrink(history, outcome.violation);
  const Outcome again = Play(shortest);
  ADD_FAILURE() << again.violation << "\n  " << ToCode(shortest) << "\nof\n  " << ToCode(history)
                << "\n"
                << absl::StrJoin(again.story, "\n");
}

class Random : public testing::TestWithParam<unsigned> {};

TEST_P(Random, HistoriesKeepThePromises) {
  const unsigned histories = FromEnvironment("ER_HISTORIES", 3000) / kShards;
  const unsigned first = FromEnvironment("ER_FIRST_SEED", 1);
  for (unsigned i = 0; i < histories; ++i) {
    const History history = RandomHistory(first + GetParam() + i * kShards);
    const Outcome outcome = Play(history);
    if (outcome.violation.empty()) continue;
    Report(history, outcome);
    return;
  }
}

INSTANTIATE_TEST_SUITE_P(Explorer, Random, testing::Range(0u, kShards));

}  // namespace
}  // namespace er::explorer
