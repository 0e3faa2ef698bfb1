#include "schema/source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace er::schema {
namespace {

using ::testing::IsNull;
using ::testing::StartsWith;

std::string Mistake(absl::string_view text) {
  const absl::StatusOr<Node> node = ParseSource(text);
  return node.ok() ? "" : std::string(node.status().message());
}

TEST(Source, KnowsTheLineOfEverything) {
  const absl::StatusOr<Node> root = ParseSource(R"(
{
  "a": 1,
  "b":
    [true,
     null],
  "c": {
    "d": "x",
    "e": 2.50
  }
})");
  ASSERT_TRUE(root.ok()) << root.status();
  EXPECT_EQ(root->line, 2);
  EXPECT_EQ(root->Find("a")->line, 3);
  EXPECT_EQ(root->Find("b")->line, 5);
  EXPECT_EQ(root->Find("b")->elements[1].line, 6);
  EXPECT_EQ(root->Find("c")->line, 7);
  EXPECT_EQ(root->Find("c")->Find("d")->line, 8);
  EXPECT_EQ(root->Find("c")->Find("e")->line, 9) << "a number ends where the line does";
  EXPECT_EQ(root->Find("c")->Find("e")->text, "2.50");
}

TEST(Source, FindsNothingInWhatIsNoObject) {
  EXPECT_THAT(ParseSource("[1]")->Find("a"), IsNull());
  EXPECT_THAT(ParseSource("{}")->Find("a"), IsNull());
}

TEST(Source, WritesWhatItRead) {
  for (const char* json : {R"(["map","string"])", R"({"a":[1,-2,true,null]})", R"("x\"y")"}) {
    EXPECT_EQ(ToJson(*ParseSource(json)), json);
  }
}

TEST(Source, SaysInWhichLineAMistakeIs) {
  EXPECT_THAT(Mistake(""), StartsWith("1: "));
  EXPECT_THAT(Mistake("{\n\"a\": 1,\n}"), StartsWith("3: "));
  EXPECT_THAT(Mistake("{}\n{}"), StartsWith("2: "));
  EXPECT_THAT(Mistake("[\"\xff\"]"), StartsWith("1: "));
  EXPECT_EQ(Mistake("{\"a\": 1,\n\"a\": 2}"), "2: \"a\" twice");
}

TEST(Source, DoesNotFollowAnyNesting) {
  const auto nested = [](std::size_t depth) {
    return absl::StrCat(std::string(depth, '['), std::string(depth, ']'));
  };
  EXPECT_EQ(Mistake(nested(32)), "");
  EXPECT_EQ(Mistake(nested(33)), "1: nested too deeply");
}

}  // namespace
}  // namespace er::schema
