#include "http/mask.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace er::http {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Revealed(const std::vector<Secret>& secrets) {
  std::vector<std::string> texts;
  for (const Secret& secret : secrets) texts.push_back(secret.Reveal());
  return texts;
}

TEST(SecretsOfTest, TheTokensOfTheHeaders) {
  EXPECT_THAT(Revealed(SecretsOf({.headers = {{"X-Amz-Security-Token", "t0k3n"},
                                              {"Authorization", "Bearer b34r3r"},
                                              {"x-amz-sso_bearer_token", "ss0"},
                                              {"host", "h.example.com"}}})),
              ElementsAre("t0k3n", "b34r3r", "ss0"));
}

TEST(SecretsOfTest, OfASignatureNotTheWordsThatEveryOneHas) {
  EXPECT_THAT(
      Revealed(SecretsOf(
          {.headers = {{"authorization",
                        "AWS4-HMAC-SHA256 Credential=AKIA1/20260102/eu-west-1/sts/aws4_request,"
                        " SignedHeaders=host;x-amz-date, Signature=abcdef012345"}}})),
      ElementsAre("AKIA1/20260102/eu-west-1/sts/aws4_request", "abcdef012345"));
}

TEST(SecretsOfTest, WhatTheCallerSaysOfTheBody) {
  EXPECT_THAT(Revealed(SecretsOf({.body = "x", .secrets = {Secret("jwt")}})), ElementsAre("jwt"));
  EXPECT_THAT(SecretsOf({.body = "x"}), IsEmpty());
}

// A token as STS makes them: base64.
constexpr char kToken[] = "FwoGZXIvYXdzEJr//////////wEa+DH==";

std::string MaskedToken(absl::string_view text) { return Masked(text, {Secret(kToken)}); }

TEST(MaskedTest, EachTimeThatItIsThere) {
  EXPECT_EQ(MaskedToken(""), "");
  EXPECT_EQ(MaskedToken("nothing here"), "nothing here");
  EXPECT_EQ(MaskedToken(absl::StrCat("a ", kToken, "b", kToken)), "a ***b***");
  EXPECT_EQ(Masked("four five", {Secret("five"), Secret(), Secret("four")}), "*** ***");
  EXPECT_EQ(Masked("Throttling", {Secret("rot")}), "Throttling");
  EXPECT_EQ(Masked("aaa", {}), "aaa");
}

TEST(MaskedTest, TheLongerOfTwo) {
  EXPECT_EQ(Masked("secret-long secret", {Secret("secret"), Secret("secret-long")}), "*** ***");
}

TEST(MaskedTest, InEachFormThatAnAnswerMayGiveIt) {
  for (const char* form : {
           "FwoGZXIvYXdzEJr//////////wEa+DH==",                            // as it is
           "FwoGZXIvYXdzEJr%2F%2F%2F%2F%2F%2F%2F%2F%2F%2FwEa%2BDH%3D%3D",  // of a form
           "FwoGZXIvYXdzEJr%2f%2f%2f%2f%2f%2f%2f%2f%2f%2fwEa%2bDH%3d%3d",  // in small letters
           R"(FwoGZXIvYXdzEJr\/\/\/\/\/\/\/\/\/\/wEa+DH==)",               // JSON of PHP
           R"(FwoGZXIvYXdzEJr//////////wEa\u002bDH\u003D\u003d)",          // JSON of Gson
           "FwoGZXIvYXdzEJr&#x2F;&#x2f;&#47;///////wEa&#43;DH&#61;=",      // HTML
       }) {
    EXPECT_EQ(MaskedToken(absl::StrCat("<p>", form, "</p>")), "<p>***</p>") << form;
  }
  EXPECT_EQ(Masked("&lt;&amp;&gt; &quot;&apos;", {Secret("<&> "), Secret("\"'")}),
            "***&quot;&apos;");
  EXPECT_EQ(Masked(R"(a\"b\\c)", {Secret("a\"b\\c")}), "***");
}

TEST(MaskedTest, ATokenThatIsCutIsMaskedToTheEndOfTheWord) {
  EXPECT_EQ(MaskedToken("x FwoGZXIvYXdz"), "x ***");
  EXPECT_EQ(MaskedToken("x FwoGZXIvYXdzEJr... y"), "x *** y");
  EXPECT_EQ(MaskedToken("FwoGZXIvYXdzEJr%252F%252F<br>"), "***<br>");
  EXPECT_EQ(MaskedToken("FwoGZXIvYXd "), "FwoGZXIvYXd ") << "eleven characters say nothing";
}

TEST(MaskedTest, ATokenMayGoOnInTheNextLine) {
  EXPECT_EQ(MaskedToken("x FwoGZXIvYXdzEJr//\r\n\t ////////wEa+D\nH==\ny"), "x ***\ny");
  EXPECT_EQ(MaskedToken("FwoGZXIvYXdzEJr\n y"), "***\n y");
  EXPECT_EQ(MaskedToken("FwoGZXIvYXdzEJr\n"), "***\n");
}

TEST(MaskedTest, ReadsAnything) {
  for (const char* text : {"%", "%2", "%zz", "\\u00", "\\u00zz", "&", "&;", "&#;", "&#x;", "&#999;",
                           "&#x110000;", "&nbsp;", "\xFF\xFE"}) {
    EXPECT_EQ(MaskedToken(text), text);
    EXPECT_EQ(MaskedToken(absl::StrCat(text, kToken)), absl::StrCat(text, "***"));
  }
}

}  // namespace
}  // namespace er::http
