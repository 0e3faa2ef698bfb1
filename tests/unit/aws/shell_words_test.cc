#include "aws/shell_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace er::aws {
namespace {

using ::testing::ElementsAre;

TEST(SplitWordsTest, MindsQuotesAndNothingElse) {
  EXPECT_THAT(*SplitWords("  prog  a\tb "), ElementsAre("prog", "a", "b"));
  EXPECT_THAT(*SplitWords(R"("/my prog" 'it is' a"b c"d '' x\ y)"),
              ElementsAre("/my prog", "it is", "ab cd", "", "x y"));
  EXPECT_THAT(*SplitWords(R"("a\"b\\c\d" 'e\f')"), ElementsAre(R"(a"b\c\d)", R"(e\f)"));
  EXPECT_THAT(*SplitWords("p $HOME *;rm|x >y `z`"),
              ElementsAre("p", "$HOME", "*;rm|x", ">y", "`z`"));
  EXPECT_TRUE(SplitWords("")->empty());
  EXPECT_EQ(SplitWords("a 'b").status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace er::aws
