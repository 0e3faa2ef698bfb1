#include "aws/sts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "support/fake_clock.h"
#include "support/fake_transport.h"

namespace er::aws {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kCredentials[] =
    "<Credentials><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s3cr3t</SecretAccessKey>"
    "<SessionToken>t0k3n</SessionToken><Expiration>2026-01-02T04:04:05Z</Expiration></Credentials>";

std::string Answer(const std::string& action, absl::string_view result) {
  return absl::StrCat("<", action, "Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><",
                      action, "Result>", result, "</", action,
                      "Result><ResponseMetadata><RequestId>7</RequestId></ResponseMetadata></",
                      action, "Response>");
}

class StsTest : public ::testing::Test {
 protected:
  Sts NewSts(CredentialsSource* credentials) {
    return Sts("https://sts.example.com", {.transport = &transport_,
                                           .clock = &clock_,
                                           .credentials = credentials,
                                           .region = "us-east-1"});
  }

  FakeTransport transport_;
  FakeClock clock_;
  StaticCredentials keys_{{.access_key_id = "AK", .secret_access_key = Secret("SK")}};
};

TEST_F(StsTest, AssumesARole) {
  transport_.Answer(200, Answer("AssumeRole", kCredentials));
  const auto credentials = NewSts(&keys_).AssumeRole({.role_arn = "arn:aws:iam::1:role/r",
                                                      .session_name = "me",
                                                      .duration = absl::Minutes(20),
                                                      .external_id = "x y+z",
                                                      .policy = "{}",
                                                      .policy_arns = {"arn:p1", "arn:p2"},
                                                      .source_identity = "who",
                                                      .tags = {{"a", "1"}, {"b", "2"}},
                                                      .transitive_tag_keys = {"a"}},
                                                     {});
  ASSERT_TRUE(credentials.ok()) << credentials.status();
  EXPECT_EQ(credentials->access_key_id, "ASIA1");
  EXPECT_EQ(credentials->secret_access_key.Reveal(), "s3cr3t");
  EXPECT_EQ(credentials->session_token.Reveal(), "t0k3n");
  EXPECT_EQ(credentials->expiry, clock_.Now() + absl::Hours(1));

  const http::Request request = transport_.requests().at(0);
  EXPECT_EQ(request.url, "https://sts.example.com/");
  EXPECT_TRUE(request.confidential);
  EXPECT_EQ(request.body,
            "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr"
            "&RoleSessionName=me&DurationSeconds=1200&Policy=%7B%7D"
            "&PolicyArns.member.1.arn=arn%3Ap1&PolicyArns.member.2.arn=arn%3Ap2"
            "&ExternalId=x+y%2Bz&SourceIdentity=who"
            "&Tags.member.1.Key=a&Tags.member.1.Value=1&Tags.member.2.Key=b&Tags.member.2.Value=2"
            "&TransitiveTagKeys.member.1=a");
  EXPECT_THAT(request.headers.back().second, HasSubstr("/us-east-1/sts/aws4_request"));
}

TEST_F(StsTest, ASessionHasANameInAnyCase) {
  transport_.Answer(200, Answer("AssumeRole", kCredentials));
  ASSERT_TRUE(NewSts(&keys_).AssumeRole({.role_arn = "arn"}, {}).ok());
  EXPECT_THAT(transport_.requests().at(0).body,
              HasSubstr("&RoleSessionName=terraform-entityresolution-1767323045"));
}

TEST_F(StsTest, AWebIdentityIsNotSigned) {
  transport_.Answer(200, Answer("AssumeRoleWithWebIdentity", kCredentials));
  ASSERT_TRUE(
      NewSts(nullptr)
          .AssumeRoleWithWebIdentity({.role_arn = "arn", .session_name = "me"}, Secret("a.b.c"), {})
          .ok());
  const http::Request request = transport_.requests().at(0);
  EXPECT_THAT(request.body, HasSubstr("&WebIdentityToken=a.b.c"));
  for (const auto& [name, value] : request.headers) EXPECT_NE(name, "authorization");
}

TEST_F(StsTest, SaysWhoTheCallerIs) {
  transport_.Answer(
      200, Answer("GetCallerIdentity",
                  "<Arn>arn:aws:iam::123456789012:user/me</Arn><Account>123456789012</Account>"));
  const auto identity = NewSts(&keys_).GetCallerIdentity({});
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_EQ(identity->account, "123456789012");
  EXPECT_EQ(identity->arn, "arn:aws:iam::123456789012:user/me");
}

TEST_F(StsTest, AnErrorIsXmlToo) {
  transport_.Answer(403,
                    "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>"
                    "<Message>not you &amp; not now</Message></Error>"
                    "<RequestId>7</RequestId></ErrorResponse>");
  const auto credentials = NewSts(&keys_).AssumeRole({.role_arn = "arn"}, {});
  EXPECT_EQ(credentials.status().message(),
            "AssumeRole in us-east-1 was refused: AccessDenied: not you & not now (HTTP 403, "
            "request id 7)");
}

TEST_F(StsTest, AnAnswerThatRepeatsTheTokenIsToldWithoutIt) {
  transport_.Answer(400, "unexpected WebIdentityToken=jwt.s3cr3t%2B%3D, jwt.s3cr3t+=");
  const auto credentials =
      NewSts(nullptr).AssumeRoleWithWebIdentity({.role_arn = "a"}, Secret("jwt.s3cr3t+="), {});
  EXPECT_THAT(std::string(credentials.status().message()),
              AllOf(HasSubstr("WebIdentityToken=***, ***"), Not(HasSubstr("s3cr3t"))));
}

TEST_F(StsTest, WhoeverAnswersInItsPlaceIsNamed) {
  for (int i = 0; i < 2; ++i) transport_.Answer(200, "<html>Please log in</html>");
  EXPECT_EQ(NewSts(&keys_).GetCallerIdentity({}).status().message(),
            "GetCallerIdentity at https://sts.example.com: the answer names no account");
  EXPECT_EQ(NewSts(&keys_).AssumeRole({.role_arn = "a"}, {}).status().message(),
            "AssumeRole at https://sts.example.com: the answer holds no complete credentials");
}

TEST_F(StsTest, AnErrorIsReadWithErrorsAroundItToo) {
  transport_.Answer(403,
                    "<?xml version=\"1.0\" encoding=\"utf-8\"?><ErrorResponse><Errors><Error>"
                    "<Code>SignatureDoesNotMatch</Code><Message>no</Message></Error></Errors>"
                    "</ErrorResponse>");
  EXPECT_EQ(NewSts(&keys_).GetCallerIdentity({}).status().message(),
            "GetCallerIdentity in us-east-1 was refused: SignatureDoesNotMatch: no (HTTP 403)");
}

TEST_F(StsTest, AnIdentityProviderThatIsDownIsTriedAgain) {
  transport_.Answer(400,
                    "<ErrorResponse><Error><Code>IDPCommunicationError</Code></Error>"
                    "</ErrorResponse>");
  transport_.Answer(200, Answer("AssumeRoleWithWebIdentity", kCredentials));
  EXPECT_TRUE(NewSts(nullptr).AssumeRoleWithWebIdentity({.role_arn = "a"}, Secret("t"), {}).ok());
}

TEST_F(StsTest, ReadsAnythingAndShowsNothingOfIt) {
  for (const std::string& xml :
       {std::string(), std::string("<html>s3cr3t"), std::string("{\"s3cr3t\": 1}"),
        std::string("<A><AResult><Credentials/></AResult></A>"),
        Answer("AssumeRole", "<Credentials><AccessKeyId>s3cr3t</AccessKeyId></Credentials>"),
        std::string("<a>", 3) + std::string(100'000, '<'), std::string("\0\xff", 2)}) {
    const auto credentials = ParseStsCredentials(xml);
    EXPECT_FALSE(credentials.ok());
    EXPECT_THAT(std::string(credentials.status().message()), Not(HasSubstr("s3cr3t")));
    EXPECT_FALSE(ParseCallerIdentity(xml).ok());
    EXPECT_EQ(DecodeStsError({.code = 500, .body = xml}).http_status, 500);
  }
}

TEST_F(StsTest, DeepXmlEndsNobodysStack) {
  std::string xml;
  for (int i = 0; i < 100'000; ++i) xml += "<a>";
  EXPECT_FALSE(ParseStsCredentials(xml).ok());
}

// pugixml recurses into what is nested: what is larger than STS can answer is not read at all.
TEST(ParseStsAnswerTest, CredentialsAreWhole) {
  const std::string whole = Answer("AssumeRole", kCredentials);
  ASSERT_TRUE(ParseStsCredentials(whole).ok());
  for (const char* part : {"AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"}) {
    EXPECT_FALSE(ParseStsCredentials(absl::StrReplaceAll(whole, {{part, "Other"}})).ok()) << part;
  }
}

TEST(ParseStsAnswerTest, WhoTheCallerIsForgesNothing) {
  const auto identity = ParseCallerIdentity(
      Answer("GetCallerIdentity", "<Arn>a&#10;Error: forged</Arn><Account>1&#127;</Account>"));
  EXPECT_EQ(identity->arn, "a\\nError: forged");
  EXPECT_EQ(identity->account, "1\\u007f");
}

TEST(ParseStsAnswerTest, HasALargestSize) {
  const auto padded = [](std::size_t size) {
    const std::string answer =
        "<R><RResult><Arn>a</Arn><Account>1</Account><Credentials><AccessKeyId>A</AccessKeyId>"
        "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>"
        "2026-01-02T04:04:05Z</Expiration></Credentials></RResult></R>";
    return answer + std::string(size - answer.size(), ' ');
  };
  EXPECT_TRUE(ParseStsCredentials(padded(1 << 20)).ok());
  EXPECT_TRUE(ParseCallerIdentity(padded(1 << 20)).ok());
  EXPECT_FALSE(ParseStsCredentials(padded((1 << 20) + 1)).ok());
  EXPECT_FALSE(ParseCallerIdentity(padded((1 << 20) + 1)).ok());
}

}  // namespace
}  // namespace er::aws
