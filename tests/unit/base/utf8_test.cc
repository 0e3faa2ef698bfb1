#include "base/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace er {
namespace {

TEST(Utf8Test, EachFirstAndLastCharacterOfALengthIsValid) {
  for (const char* text :
       {"", "a", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
        "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "caf\xC3\xA9 \xF0\x9F\x8C\x8D!"}) {
    EXPECT_TRUE(IsValidUtf8(text)) << text;
    EXPECT_EQ(ToValidUtf8(text), text);
  }
  EXPECT_TRUE(IsValidUtf8(absl::string_view("a\0b", 3)));
}

TEST(Utf8Test, WhatRfc3629ForbidsIsInvalid) {
  for (const char* text :
       {"\x80",                                                       // a continuation of nothing
        "\xBF", "\xC2",                                               // cut off
        "\xE0\xA0", "\xF0\x90\x80", "\xC2 ", "\xC0\x80", "\xC1\xBF",  // overlong
        "\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF", "\xED\xA0\x80", "\xED\xBF\xBF",  // surrogates
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",                              // beyond U+10FFFF
        "\xFE", "\xFF"}) {
    EXPECT_FALSE(IsValidUtf8(text));
    EXPECT_FALSE(IsValidUtf8(std::string("good ") + text));
    EXPECT_TRUE(IsValidUtf8(ToValidUtf8(text)));
  }
}

TEST(ToPrintableTest, ShowsWhatATerminalWouldObey) {
  EXPECT_EQ(ToPrintable("a\x1b[31mb\r\n\n\tError: forged\x07\x7f"),
            "a\\u001b[31mb\\u000d\\n\\n\\tError: forged\\u0007\\u007f");
  EXPECT_EQ(ToPrintable(absl::string_view("\0", 1)), "\\u0000");
  EXPECT_EQ(ToPrintable("\xC2\x9B 31m"), "\\u009b 31m") << "the one-character form of ESC [";
  EXPECT_EQ(ToPrintable("\xE2\x80\xAE x \xE2\x81\xA6 \xE2\x80\xA8"), "\\u202e x \\u2066 \\u2028");
}

TEST(ToPrintableTest, LeavesTheRestAsItIs) {
  for (const char* text :
       {"", "plain \\ text", "caf\xC3\xA9", "\xC2\xA0", "\xD8\xB9", "\xF0\x9F\x8C\x8D"}) {
    EXPECT_EQ(ToPrintable(text), text);
  }
  EXPECT_EQ(ToPrintable("\xFF"), "\xEF\xBF\xBD");
}

TEST(Utf8Test, KeepsAllThatIsGood) {
  EXPECT_EQ(ToValidUtf8("a\xFFz\xC3\xA9"), "a\xEF\xBF\xBDz\xC3\xA9");
  EXPECT_EQ(ToValidUtf8("\xE0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD");
}

}  // namespace
}  // namespace er
