#include "aws/role_credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/fake_clock.h"
#include "support/fake_environment.h"
#include "support/fake_transport.h"

namespace er::aws {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kAnswer[] =
    "<R><RResult><Credentials><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
    "<SessionToken>t</SessionToken><Expiration>2026-01-02T04:04:05Z</Expiration></Credentials>"
    "</RResult></R>";

class RoleCredentialsTest : public ::testing::Test {
 protected:
  CallerConfig Calls() { return {.transport = &transport_, .clock = &clock_, .region = "r"}; }

  absl::StatusOr<Credentials> WebIdentity(WebIdentityCredentials::Token token) {
    return WebIdentityCredentials({.role_arn = "arn:r"}, std::move(token), "https://sts", Calls(),
                                  environment_)
        .Get({});
  }

  FakeTransport transport_;
  FakeClock clock_;
  FakeEnvironment environment_{};
};

TEST_F(RoleCredentialsTest, AsksWithTheCredentialsOfItsSource) {
  transport_.Answer(200, kAnswer);
  RoleCredentials role({.role_arn = "arn:r"},
                       std::make_unique<StaticCredentials>(Credentials{
                           .access_key_id = "AKBASE", .secret_access_key = Secret("x")}),
                       "https://sts", Calls());
  const auto credentials = role.Get({});
  ASSERT_TRUE(credentials.ok()) << credentials.status();
  EXPECT_EQ(credentials->source, "the role arn:r");
  EXPECT_THAT(transport_.requests().at(0).headers.back().second, HasSubstr("Credential=AKBASE/"));
}

TEST_F(RoleCredentialsTest, SaysWhichRoleWasRefused) {
  transport_.Answer(403, "");
  RoleCredentials role({.role_arn = "arn:r"}, std::make_unique<StaticCredentials>(Credentials{}),
                       "https://sts", Calls());
  EXPECT_THAT(std::string(role.Get({}).status().message()),
              StartsWith("assuming the role arn:r: AssumeRole in r was refused"));
}

TEST_F(RoleCredentialsTest, AWebIdentityFileIsReadEachTime) {
  transport_.Answer(200, kAnswer);
  transport_.Answer(200, kAnswer);
  environment_.variables["HOME"] = "/h";
  environment_.files["/h/token"] = "first\n";
  WebIdentityCredentials source({.role_arn = "arn:r"}, {.file = "~/token"}, "https://sts", Calls(),
                                environment_);
  ASSERT_TRUE(source.Get({}).ok());
  environment_.files["/h/token"] = "second\n";
  ASSERT_TRUE(source.Get({}).ok());
  EXPECT_THAT(transport_.requests().at(0).body, ::testing::EndsWith("WebIdentityToken=first"));
  EXPECT_THAT(transport_.requests().at(1).body, ::testing::EndsWith("WebIdentityToken=second"));
}

TEST_F(RoleCredentialsTest, AWebIdentityTokenMayBeGiven) {
  transport_.Answer(200, kAnswer);
  EXPECT_TRUE(WebIdentity({.text = Secret("given")}).ok());
  EXPECT_THAT(transport_.requests().at(0).body, ::testing::EndsWith("WebIdentityToken=given"));
}

TEST_F(RoleCredentialsTest, AMissingTokenIsNotAMissingSource) {
  EXPECT_EQ(WebIdentity({.file = "/none"}).status().code(), absl::StatusCode::kFailedPrecondition);
  environment_.files["/empty"] = "\n";
  EXPECT_EQ(WebIdentity({.file = "/empty"}).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(transport_.requests().empty());
}

}  // namespace
}  // namespace er::aws
