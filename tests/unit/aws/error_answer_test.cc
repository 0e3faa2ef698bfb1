#include "aws/error_answer.h"

#include <gtest/gtest.h>

namespace er::aws {
namespace {

Error Decode(int code, std::string body, http::Headers headers = {}) {
  return DecodeError({.code = code, .headers = std::move(headers), .body = std::move(body)});
}

TEST(DecodeErrorTest, TheCodeIsInTheHeader) {
  const Error error =
      Decode(400, R"({"message": "no"})",
             {{"x-amzn-errortype", "ConflictException"}, {"x-amzn-requestid", "7"}});
  EXPECT_EQ(error.code, "ConflictException");
  EXPECT_EQ(error.message, "no");
  EXPECT_EQ(error.request_id, "7");
  EXPECT_EQ(error.http_status, 400);
  EXPECT_EQ(error.execution, Execution::kRefused);
}

TEST(DecodeErrorTest, WhatSurroundsTheCodeIsDropped) {
  EXPECT_EQ(Decode(400, "", {{"x-amzn-errortype", "A:http://internal/coral/"}}).code, "A");
  EXPECT_EQ(Decode(400, R"({"__type": "com.amazonaws.x#B"})").code, "B");
  EXPECT_EQ(Decode(400, R"({"__type": "com.amazonaws.x#C:http://y#z"})").code, "C");
}

TEST(DecodeErrorTest, TheCodeIsInTheBody) {
  EXPECT_EQ(Decode(400, R"({"code": "A", "Message": "words"})").code, "A");
  EXPECT_EQ(Decode(400, R"({"code": "A", "Message": "words"})").message, "words");
}

TEST(DecodeErrorTest, TheHeaderBeatsTheBody) {
  EXPECT_EQ(Decode(400, R"({"__type": "B"})", {{"x-amzn-errortype", "A"}}).code, "A");
}

TEST(DecodeErrorTest, ReadsAnything) {
  EXPECT_EQ(Decode(502, "").message, "the answer has no body");
  EXPECT_EQ(Decode(502, "<html>\n<b>Bad\tGateway</b>\r\n</html>").message,
            "<html> <b>Bad Gateway</b> </html>");
  EXPECT_EQ(Decode(500, "\xff\xfe").message, "\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(Decode(500, R"({"message": 5, "code": {}})").code, "");
  EXPECT_EQ(Decode(500, "[1]").message, "[1]");
  EXPECT_LT(Decode(500, std::string(1 << 20, 'x')).message.size(), 1000u);
  EXPECT_EQ(Decode(500, std::string(100'000, '[')).code, "");
}

TEST(DecodeErrorTest, TheRequestIdHasSeveralNames) {
  EXPECT_EQ(Decode(500, "", {{"x-amz-request-id", "8"}}).request_id, "8");
}

TEST(ExecutionOfTest, OnlyAClientsFaultIsARefusal) {
  for (const int code : {400, 401, 402, 403, 404, 409, 413, 429}) {
    EXPECT_EQ(ExecutionOf(code), Execution::kRefused) << code;
  }
  for (const int code : {200, 204, 302, 408, 499, 500, 502, 503, 504}) {
    EXPECT_EQ(ExecutionOf(code), Execution::kUnknown) << code;
  }
}

}  // namespace
}  // namespace er::aws
