#include "aws/random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace er::aws {
namespace {

TEST(RandomTest, AUuidIsOfVersionFour) {
  const Random random = SystemRandom();
  const char* form = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";
  const std::string first = NewUuid(random);
  EXPECT_THAT(first, ::testing::MatchesRegex(form));
  EXPECT_NE(first, NewUuid(random));
  EXPECT_EQ(NewUuid([] { return 0; }), "00000000-0000-4000-8000-000000000000");
  EXPECT_EQ(NewUuid([] { return ~0ULL; }), "ffffffff-ffff-4fff-bfff-ffffffffffff");
}

TEST(RandomTest, AFractionIsBelowOne) {
  EXPECT_EQ(Fraction([] { return 0; }), 0);
  EXPECT_LT(Fraction([] { return ~0ULL; }), 1);
  EXPECT_EQ(Fraction([] { return 1ULL << 63; }), 0.5);
}

}  // namespace
}  // namespace er::aws
