#include "base/check.h"

#include <gtest/gtest.h>
#include <signal.h>

namespace er {
namespace {

TEST(Check, LetsPassWhatHolds) {
  int looks = 0;
  ER_CHECK(++looks == 1, "It is looked at once.");
  EXPECT_EQ(looks, 1);
}

TEST(CheckDeathTest, EndsTheProcessWithItsSentence) {
  EXPECT_EXIT(ER_CHECK(1 + 1 == 3, "One and one are three."), testing::KilledBySignal(SIGABRT),
              "^One and one are three\\.\n$");
}

}  // namespace
}  // namespace er
