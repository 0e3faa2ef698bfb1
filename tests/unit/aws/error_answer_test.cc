#include "aws/error_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "aws/sts.h"

namespace er::aws {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

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

TEST(DecodeErrorTest, AQuotaIsNamed) {
  EXPECT_EQ(Decode(402, R"({"message": "no", "quotaName": "things", "quotaValue": 10})").message,
            "no (quota things: 10)");
  EXPECT_EQ(Decode(402, R"({"quotaName": "things", "quotaValue": {}})").message, "(quota things)");
}

constexpr char kToken[] = "FwoGZXIvYXdzEJr//////////wEaDH+token==";

// An answer to a request that had the token in its headers.
http::Response Echo(std::string body, http::Headers headers = {}) {
  return {.code = 403,
          .headers = std::move(headers),
          .body = std::move(body),
          .secrets = {Secret(kToken)}};
}

// A limit may fall into the middle of a token: what is left of it must not be shown.
TEST(DecodeErrorTest, WhatTheAnswerRepeatsOfTheRequestIsMaskedBeforeItIsCut) {
  for (std::size_t before = 340; before < 440; ++before) {
    const std::string page = absl::StrCat("<pre>", std::string(before, '.'), " ", kToken, "</pre>");
    EXPECT_THAT(DecodeError(Echo(page)).message, Not(HasSubstr("FwoG"))) << before;
    EXPECT_THAT(DecodeStsError(Echo(page)).message, Not(HasSubstr("FwoG"))) << before;
    EXPECT_THAT(Excerpt(Echo(page)), Not(HasSubstr("FwoG"))) << before;
  }
  for (std::size_t before = 4040; before < 4110; ++before) {
    const std::string message = absl::StrCat(std::string(before, '.'), kToken, " end");
    EXPECT_THAT(DecodeError(Echo(absl::StrCat("{\"message\": \"", message, "\"}"))).message,
                Not(HasSubstr("FwoG")));
    const std::string xml = absl::StrCat("<ErrorResponse><Error><Code>C</Code><Message>", message,
                                         "</Message></Error></ErrorResponse>");
    EXPECT_THAT(DecodeStsError(Echo(xml)).message, Not(HasSubstr("FwoG")));
  }
}

TEST(DecodeErrorTest, NoPartOfAnAnswerShowsWhatItRepeatsOfTheRequest) {
  const Error error = DecodeError(
      Echo(R"({"message": "no FwoGZXIvYXdzEJr\/\/\/\/\/\/\/\/\/\/wEaDH\u002btoken\u003d=",
               "quotaName": "q FwoGZXIvYXdzEJr"})",
           {{"x-amzn-errortype", absl::StrCat("C", kToken)}, {"x-amzn-requestid", kToken}}));
  EXPECT_EQ(error.message, "no *** (quota q ***)");
  EXPECT_EQ(error.code, "C***");
  EXPECT_EQ(error.request_id, "***");
  const Error of_sts = DecodeStsError(Echo(
      "<ErrorResponse><Error><Code>FwoGZXIvYXdzEJr</Code><Message>FwoGZXIvYXdzEJr&#x2F; x</Message>"
      "</Error><RequestId>FwoGZXIvYXdzEJr//</RequestId></ErrorResponse>"));
  EXPECT_EQ(of_sts.message, "*** x");
  EXPECT_EQ(of_sts.code, "***");
  EXPECT_EQ(of_sts.request_id, "***");
}

// Raw on a terminal, this would look like a message of Terraform's own.
TEST(DecodeErrorTest, ControlCharactersAreShownEscaped) {
  const Error error =
      Decode(400, R"({"message": "a\u001b[31m\r\n\nError: forged"})",
             {{"x-amzn-errortype", "C\x1b[2J"}, {"x-amzn-requestid", "1\x07\xC2\x9B"}});
  EXPECT_EQ(error.message, "a\\u001b[31m\\u000d\\n\\nError: forged");
  EXPECT_EQ(error.code, "C\\u001b[2J");
  EXPECT_EQ(error.request_id, "1\\u0007\\u009b");
  EXPECT_EQ(Decode(500, "<p>\x1b[31m\n\nError: forged").message, "<p>\\u001b[31m Error: forged");
  const Error of_sts = DecodeStsError(
      {.code = 403,
       .body = "<ErrorResponse><Error><Code>C</Code><Message>a&#10;b\x7f</Message></Error>"
               "<RequestId>\t1</RequestId></ErrorResponse>"});
  EXPECT_EQ(of_sts.message, "a\\nb\\u007f");
  EXPECT_EQ(of_sts.request_id, "\\t1");
}

TEST(DecodeErrorTest, WhatIsLongIsCut) {
  const auto message = [](const std::string& body) { return Decode(400, body).message; };
  EXPECT_EQ(message(absl::StrCat("{\"message\": \"", std::string(5000, 'x'), "\"}")),
            absl::StrCat(std::string(4096, 'x'), "..."));
  EXPECT_EQ(message(std::string(500, 'x')), absl::StrCat(std::string(400, 'x'), "..."));
  EXPECT_THAT(message(absl::StrCat("{\"message\": \"", std::string(2 << 20, 'x'), "\"}")),
              StartsWith("{\"message\": \"xxx"))
      << "no error has a megabyte";
}

TEST(DecodeErrorTest, TheCanonicalRequestOfARefusedSignatureIsLeftOut) {
  EXPECT_EQ(
      Decode(403, R"({"message": "It does not match.\n\nThe Canonical String was ..."})").message,
      "It does not match.");
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
