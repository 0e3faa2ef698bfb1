#include "aws/instance_credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "http/curl_transport.h"
#include "support/fake_clock.h"
#include "support/fake_transport.h"
#include "support/http_server.h"

namespace er::aws {
namespace {

using ::testing::HasSubstr;

constexpr char kAnswer[] =
    R"({"Code": "Success", "AccessKeyId": "ASIA1", "SecretAccessKey": "s", "Token": "t",
        "Expiration": "2026-01-02T09:04:05Z"})";

class InstanceCredentialsTest : public ::testing::Test {
 protected:
  std::unique_ptr<InstanceCredentials> New(InstanceSettings settings = {}) {
    return std::make_unique<InstanceCredentials>(
        settings, CallerConfig{.transport = &transport_, .clock = &clock_});
  }

  FakeTransport transport_;
  FakeClock clock_;
};

std::string TokenOf(const http::Request& request) {
  for (const auto& [name, value] : request.headers) {
    if (absl::StartsWith(name, "x-aws-ec2-metadata-token")) return value;
  }
  return "";
}

TEST_F(InstanceCredentialsTest, AsksWithATokenOnly) {
  transport_.Answer(200, "TOKEN");
  transport_.Answer(200, "my-role\n");
  transport_.Answer(200, kAnswer);
  const auto credentials = New()->Get({});
  ASSERT_TRUE(credentials.ok()) << credentials.status();
  EXPECT_EQ(credentials->access_key_id, "ASIA1");
  EXPECT_EQ(credentials->expiry, clock_.Now() + absl::Hours(6));
  EXPECT_EQ(credentials->source, InstanceCredentials::kSource);
  const auto requests = transport_.requests();
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(requests[0].method, "PUT");
  EXPECT_EQ(requests[0].url, "http://169.254.169.254/latest/api/token");
  EXPECT_EQ(TokenOf(requests[0]), "21600");
  EXPECT_EQ(TokenOf(requests[1]), "TOKEN");
  EXPECT_EQ(requests[2].url,
            "http://169.254.169.254/latest/meta-data/iam/security-credentials/my-role");
  for (const http::Request& request : requests) {
    EXPECT_EQ(request.connect_timeout, absl::Seconds(1));
    EXPECT_TRUE(request.bypass_proxy);
    EXPECT_TRUE(request.confidential);
  }
}

TEST_F(InstanceCredentialsTest, KeepsItsTokenForSixHours) {
  const auto instance = New();
  const auto answer_with = [&](bool token) {
    if (token) transport_.Answer(200, "TOKEN");
    transport_.Answer(200, "eu-west-1");
    EXPECT_EQ(*instance->Region({}), "eu-west-1");
  };
  answer_with(true);
  answer_with(false);
  clock_.Advance(absl::Hours(6));
  answer_with(true);
}

TEST_F(InstanceCredentialsTest, AForgottenTokenIsAskedForAgainOnce) {
  transport_.Answer(200, "OLD");
  transport_.Answer(401, "");
  transport_.Answer(200, "NEW");
  transport_.Answer(200, "eu-west-1");
  EXPECT_EQ(*New()->Region({}), "eu-west-1");
  EXPECT_EQ(TokenOf(transport_.requests().back()), "NEW");

  transport_.Answer(200, "OLD");
  transport_.Answer(401, "");
  transport_.Answer(200, "NEW");
  transport_.Answer(401, "");
  EXPECT_FALSE(New()->Region({}).ok());
}

TEST_F(InstanceCredentialsTest, IsNoneWhereItIsSwitchedOff) {
  EXPECT_EQ(New({.disabled = true})->Get({}).status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(transport_.requests().empty());
}

TEST_F(InstanceCredentialsTest, IsNoneWhereNobodyAnswers) {
  transport_.Fail(absl::DeadlineExceededError("no route"), http::Delivery::kUnsent);
  EXPECT_EQ(New({.attempts = 1})->Get({}).status(),
            absl::NotFoundError("no instance metadata service: no route"));
}

TEST_F(InstanceCredentialsTest, IsNoneWhereItRefusesTokens) {
  transport_.Answer(403, "");
  EXPECT_EQ(New()->Get({}).status(),
            absl::NotFoundError("the instance metadata service is switched off (HTTP 403)"));
}

TEST_F(InstanceCredentialsTest, IsNoneWithoutARole) {
  transport_.Answer(200, "TOKEN");
  transport_.Answer(404, "");
  EXPECT_EQ(New()->Get({}).status(), absl::NotFoundError("the instance has no role"));
}

TEST_F(InstanceCredentialsTest, SaysWhatAHopLimitDoes) {
  transport_.Fail(absl::DeadlineExceededError("no answer"), http::Delivery::kUnknown);
  const auto credentials = New({.attempts = 1})->Get({});
  EXPECT_EQ(credentials.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(credentials.status().message()), HasSubstr("hop limit"));
}

TEST_F(InstanceCredentialsTest, TriesAsOftenAsItIsTold) {
  transport_.Answer(500, "");
  transport_.Answer(200, "TOKEN");
  transport_.Answer(200, "eu-west-1");
  EXPECT_EQ(*New({.attempts = 2})->Region({}), "eu-west-1");
}

TEST(InstanceCredentialsSocketTest, AsksAServerPastTheProxy) {
  HttpServer server([](const HttpServer::Received& request) -> HttpServer::Reply {
    if (request.method == "PUT") return HttpServer::Ok("TOKEN");
    if (request.Header("x-aws-ec2-metadata-token") != "TOKEN") return HttpServer::Answer(401, "");
    if (absl::EndsWith(request.target, "/")) return HttpServer::Ok("role");
    return HttpServer::Ok(kAnswer);
  });
  const auto transport = http::NewCurlTransport({.http_proxy = "http://127.0.0.1:1"});
  FakeClock clock;
  const auto credentials = InstanceCredentials({.endpoint = server.url()},
                                               {.transport = transport->get(), .clock = &clock})
                               .Get({});
  ASSERT_TRUE(credentials.ok()) << credentials.status();
  EXPECT_EQ(server.connections(), 1);
}

TEST(InstanceCredentialsSocketTest, AServerThatSaysNothingEndsSoon) {
  HttpServer server([](const HttpServer::Received&) { return HttpServer::Reply{.hang = true}; });
  const auto transport = http::NewCurlTransport({});
  FakeClock clock;
  const auto credentials =
      InstanceCredentials({.endpoint = server.url(), .timeout = absl::Milliseconds(100)},
                          {.transport = transport->get(), .clock = &clock})
          .Get({});
  EXPECT_THAT(std::string(credentials.status().message()), HasSubstr("hop limit"));
}

}  // namespace
}  // namespace er::aws
