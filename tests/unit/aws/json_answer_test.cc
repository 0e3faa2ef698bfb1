#include "aws/json_answer.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace er::aws {
namespace {

std::string Nested(std::size_t depth) {
  return absl::StrCat(std::string(depth, '['), std::string(depth, ']'));
}

TEST(ParseJsonAnswerTest, ReadsJson) {
  EXPECT_EQ(ParseJsonAnswer(R"({"a": [1, "]["]})")["a"][1], "][");
  EXPECT_TRUE(ParseJsonAnswer("").is_discarded());
  EXPECT_TRUE(ParseJsonAnswer("<html>").is_discarded());
  EXPECT_TRUE(ParseJsonAnswer("[").is_discarded());
}

TEST(ParseJsonAnswerTest, WhatNestsDeeplyIsNone) {
  EXPECT_TRUE(ParseJsonAnswer(Nested(100)).is_array());
  EXPECT_TRUE(ParseJsonAnswer(Nested(101)).is_discarded());
  EXPECT_TRUE(
      ParseJsonAnswer(absl::StrCat(R"({"\"": ")", std::string(200, '['), R"("})")).is_object())
      << "brackets of a text do not count";
  std::string flat = "[";
  for (int i = 0; i < 200; ++i) absl::StrAppend(&flat, "{},[],");
  EXPECT_TRUE(ParseJsonAnswer(absl::StrCat(flat, "{}]")).is_array());
}

}  // namespace
}  // namespace er::aws
