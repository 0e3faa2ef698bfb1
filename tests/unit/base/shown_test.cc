#include "base/shown.h"

#include <gtest/gtest.h>

namespace er {
namespace {

TEST(ShownTest, WhatIsShortAndOnOneLine) {
  EXPECT_EQ(Shown("eu-west-1"), "\"eu-west-1\"");
  EXPECT_EQ(Shown(""), "\"\"");
  EXPECT_EQ(Shown("/home/me/my file.pem"), "\"/home/me/my file.pem\"");
  EXPECT_EQ(Shown("caf\xC3\xA9 \xFF"), "\"caf\xC3\xA9 \xEF\xBF\xBD\"");
}

TEST(ShownTest, NothingOfSeveralLinesOrOfATokensLength) {
  EXPECT_EQ(Shown("x\ns3cr3t"), "(8 characters, not shown)");
  EXPECT_EQ(Shown("x\rs3cr3t"), "(8 characters, not shown)");
  EXPECT_EQ(Shown(std::string(128, 'x')), "\"" + std::string(128, 'x') + "\"");
  EXPECT_EQ(Shown(std::string(129, 'x')), "(129 characters, not shown)");
}

TEST(ShownTest, NoPasswordAndNoQuery) {
  EXPECT_EQ(Shown("https://me:s3cr3t@host/x"), "\"***@host/x\"");
  EXPECT_EQ(Shown("me:s3c@r3t@host"), "\"***@host\"");
  EXPECT_EQ(Shown("https://host/x?token=s3cr3t"), "\"https://host/x?***\"");
}

}  // namespace
}  // namespace er
