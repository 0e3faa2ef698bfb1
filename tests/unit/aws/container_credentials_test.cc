#include "aws/container_credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/curl_transport.h"
#include "support/fake_clock.h"
#include "support/fake_environment.h"
#include "support/fake_transport.h"
#include "support/http_server.h"

namespace er::aws {
namespace {

using ::testing::HasSubstr;

constexpr char kAnswer[] =
    R"({"AccessKeyId": "ASIA1", "SecretAccessKey": "s", "Token": "t",
        "Expiration": "2026-01-02T04:04:05Z", "RoleArn": "arn"})";

class ContainerCredentialsTest : public ::testing::Test {
 protected:
  absl::StatusOr<Credentials> Get() {
    return ContainerCredentials(environment_, {.transport = &transport_, .clock = &clock_}).Get({});
  }

  std::string Authorization() {
    const http::Request request = transport_.requests().back();
    for (const auto& [name, value] : request.headers) {
      if (name == "authorization") return value;
    }
    return "";
  }

  FakeTransport transport_;
  FakeClock clock_;
  FakeEnvironment environment_{};
};

TEST_F(ContainerCredentialsTest, WithoutVariablesIsNone) {
  EXPECT_EQ(Get().status().code(), absl::StatusCode::kNotFound);
}

TEST_F(ContainerCredentialsTest, TheRelativeUriIsOfEcs) {
  transport_.Answer(200, kAnswer);
  environment_.variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/v2/credentials/1";
  const auto credentials = Get();
  ASSERT_TRUE(credentials.ok()) << credentials.status();
  EXPECT_EQ(credentials->access_key_id, "ASIA1");
  EXPECT_EQ(credentials->session_token.Reveal(), "t");
  EXPECT_EQ(credentials->expiry, clock_.Now() + absl::Hours(1));
  const http::Request request = transport_.requests().at(0);
  EXPECT_EQ(request.url, "http://169.254.170.2/v2/credentials/1");
  EXPECT_TRUE(request.bypass_proxy);
  EXPECT_TRUE(request.confidential);
}

TEST_F(ContainerCredentialsTest, TheTokenFileBeatsTheTokenAndIsReadEachTime) {
  transport_.Answer(200, kAnswer);
  transport_.Answer(200, kAnswer);
  environment_.variables = {
      {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials"},
      {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "variable"},
      {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/token"}};
  environment_.files["/token"] = "first";
  EXPECT_TRUE(Get().ok());
  EXPECT_EQ(Authorization(), "first");
  environment_.files["/token"] = "second";
  EXPECT_TRUE(Get().ok());
  EXPECT_EQ(Authorization(), "second");
}

TEST_F(ContainerCredentialsTest, ATokenWithALineBreakIsNotSent) {
  environment_.variables = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost/"},
                            {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "s3cr3t\r\nx-evil: 1"}};
  const auto credentials = Get();
  EXPECT_EQ(credentials.status(),
            absl::FailedPreconditionError(
                "the token of AWS_CONTAINER_AUTHORIZATION_TOKEN holds a line break"));
  EXPECT_TRUE(transport_.requests().empty());
}

TEST_F(ContainerCredentialsTest, ATokenFileThatIsMissingIsAMistake) {
  environment_.variables = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost/"},
                            {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/none"}};
  EXPECT_EQ(Get().status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(ContainerCredentialsTest, AnAnswerWithoutKeysShowsNothing) {
  environment_.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://localhost/";
  for (const char* body :
       {"", "[]", "{\"SecretAccessKey\": \"s3cr3t\"}", "s3cr3t",
        R"({"AccessKeyId": "a", "SecretAccessKey": "s3cr3t", "Expiration": 5})"}) {
    transport_.Answer(200, body);
    const auto credentials = Get();
    ASSERT_FALSE(credentials.ok()) << body;
    EXPECT_THAT(std::string(credentials.status().message()), ::testing::Not(HasSubstr("s3cr3t")));
  }
}

TEST(CheckContainerUrlTest, PlainHttpStaysNear) {
  for (const char* url : {"https://example.com/x", "http://127.0.0.1:8080/x", "http://127.9.9.9",
                          "http://localhost:1/", "http://[::1]:1/", "http://169.254.170.2/",
                          "http://169.254.170.23/v1", "http://[fd00:ec2::23]/v1"}) {
    EXPECT_TRUE(CheckContainerUrl(url).ok()) << url;
  }
  for (const char* url :
       {"http://example.com/", "http://169.254.169.254/", "http://10.0.0.1/",
        "http://127.0.0.1.evil/", "http://localhost.evil/", "http://[fd00:ec2::24]/",
        "http://localhost@evil/", "ftp://localhost/", "localhost", ""}) {
    EXPECT_EQ(CheckContainerUrl(url).code(), absl::StatusCode::kInvalidArgument) << url;
  }
}

TEST(ContainerCredentialsSocketTest, AsksAServerPastTheProxy) {
  HttpServer server([](const HttpServer::Received&) { return HttpServer::Ok(kAnswer); });
  const auto transport = http::NewCurlTransport({.http_proxy = {"http://127.0.0.1:1"}});
  FakeClock clock;
  FakeEnvironment environment;
  environment.variables = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", server.url() + "/v1"},
                           {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "Bearer x"}};
  const auto credentials =
      ContainerCredentials(environment, {.transport = transport->get(), .clock = &clock}).Get({});
  ASSERT_TRUE(credentials.ok()) << credentials.status();
  EXPECT_EQ(server.requests().at(0).Header("authorization"), "Bearer x");
}

}  // namespace
}  // namespace er::aws
