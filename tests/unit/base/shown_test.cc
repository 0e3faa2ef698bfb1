#include "base/shown.h"

#include <gtest/gtest.h>

namespace er {
namespace {

TEST(ShownTest, WhatIsShortAndOnOneLine) {
  EXPECT_EQ(Shown("eu-west-1"), "\"eu-west-1\"");
  EXPECT_EQ(Shown(""), "\"\"");
  EXPECT_EQ(Shown("/home/me/my file.pem"), "\"/home/me/my file.pem\"");
  EXPECT_EQ(Shown("caf\xC3\xA9 \xFF"), "\"caf\xC3\xA9 \xEF\xBF\xBD\"");
  EXPECT_EQ(Shown("\xC2\x9B 31m"), "\"\\u009b 31m\"");
}

TEST(ShownTest, NothingOfSeveralLinesOrOfATokensLength) {
  for (const char* text : {"x\ns3cr3t", "x\rs3cr3t", "s3cr3tx\n"}) {
    EXPECT_EQ(Shown(text),
              "(8 characters with a line end or a control character among them, not shown)");
  }
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
