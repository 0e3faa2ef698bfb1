#include "aws/sso_credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "aws/hash.h"
#include "base/log.h"
#include "support/fake_clock.h"
#include "support/fake_environment.h"
#include "support/fake_transport.h"

namespace er::aws {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kRoleAnswer[] =
    R"({"roleCredentials": {"accessKeyId": "ASIA1", "secretAccessKey": "s", "sessionToken": "t",
        "expiration": 1767326645000}})";

// The cache file of an sso-session whose token ends at `expiry`.
std::string Cached(const char* expiry) {
  return absl::StrCat(R"({"accessToken": "old-access", "expiresAt": ")", expiry,
                      R"(", "refreshToken": "old-refresh", "clientId": "client",)"
                      R"( "clientSecret": "client-secret",)"
                      R"( "registrationExpiresAt": "2026-03-01T00:00:00Z", "kept": [1]})");
}

class SsoCredentialsTest : public ::testing::Test {
 protected:
  SsoCredentialsTest() {
    environment_.variables["HOME"] = "/h";
    role_ = {.profile = "dev",
             .session = "work",
             .start_url = "https://d.example.com/start",
             .region = "eu-west-1",
             .account_id = "123456789012",
             .role_name = "Admin +"};
  }

  void PutInCache(const std::string& name, std::string text) {
    environment_.files[absl::StrCat("/h/.aws/sso/cache/", Sha1Hex(name), ".json")] =
        std::move(text);
  }

  absl::StatusOr<Credentials> Get() {
    return SsoCredentials({.role = role_,
                           .portal_endpoint = "https://portal",
                           .oidc_endpoint = "https://oidc",
                           .calls = {.transport = &transport_, .clock = &clock_},
                           .environment = &environment_,
                           .write_file =
                               [this](const std::string& path, const std::string& text) {
                                 written_[path] = text;
                                 return absl::OkStatus();
                               }})
        .Get({});
  }

  // What another process leaves in the cache.
  static std::string Renewed() {
    return absl::StrReplaceAll(Cached("2026-01-02T05:00:00Z"), {{"old-access", "their-access"}});
  }

  std::string Message() { return std::string(Get().status().message()); }

  FakeTransport transport_;
  FakeClock clock_;
  FakeEnvironment environment_{};
  SsoRole role_;
  std::map<std::string, std::string> written_;
};

TEST_F(SsoCredentialsTest, AsksWithTheTokenOfTheSession) {
  PutInCache("work", Cached("2026-01-02T04:00:00Z"));
  transport_.Answer(200, kRoleAnswer);
  const auto credentials = Get();
  ASSERT_TRUE(credentials.ok()) << credentials.status();
  EXPECT_EQ(credentials->access_key_id, "ASIA1");
  EXPECT_EQ(credentials->session_token.Reveal(), "t");
  EXPECT_EQ(credentials->expiry, clock_.Now() + absl::Hours(1));
  const http::Request request = transport_.requests().at(0);
  EXPECT_EQ(request.url,
            "https://portal/federation/credentials?role_name=Admin%20%2B&account_id=123456789012");
  EXPECT_THAT(request.headers, ::testing::Contains(std::pair<std::string, std::string>(
                                   "x-amz-sso_bearer_token", "old-access")));
  EXPECT_TRUE(request.confidential);
}

TEST_F(SsoCredentialsTest, TheLegacyFormIsCachedByItsUrl) {
  role_.session.clear();
  PutInCache(role_.start_url,
             R"({"accessToken": "legacy", "expiresAt": "2026-01-02T04:00:00UTC"})");
  transport_.Answer(200, kRoleAnswer);
  EXPECT_TRUE(Get().ok());
}

TEST_F(SsoCredentialsTest, WhoNeverLoggedInIsToldHow) {
  EXPECT_THAT(Message(), HasSubstr("run: aws sso login --profile dev"));
  EXPECT_EQ(Get().status().code(), absl::StatusCode::kUnauthenticated);
}

TEST_F(SsoCredentialsTest, AnExpiredTokenSaysHowToLogIn) {
  role_.session.clear();
  PutInCache(role_.start_url, Cached("2026-01-02T03:00:00Z"));  // only sessions are renewed
  EXPECT_EQ(Message(),
            "the SSO session of profile \"dev\" has expired; run: aws sso login --profile dev");
  EXPECT_TRUE(transport_.requests().empty());
}

TEST_F(SsoCredentialsTest, ATokenNearItsEndIsRenewedAndKept) {
  PutInCache("work", Cached("2026-01-02T03:05:00Z"));
  transport_.Answer(
      200, R"({"accessToken": "new-access", "expiresIn": 3600, "refreshToken": "new-refresh"})");
  transport_.Answer(200, kRoleAnswer);
  ASSERT_TRUE(Get().ok());
  const auto requests = transport_.requests();
  EXPECT_EQ(requests.at(0).url, "https://oidc/token");
  EXPECT_TRUE(requests.at(0).confidential);
  EXPECT_TRUE(requests.at(0).at_most_once);
  EXPECT_EQ(nlohmann::json::parse(requests.at(0).body),
            (nlohmann::json{{"grantType", "refresh_token"},
                            {"clientId", "client"},
                            {"clientSecret", "client-secret"},
                            {"refreshToken", "old-refresh"}}));
  EXPECT_THAT(requests.at(1).headers, ::testing::Contains(std::pair<std::string, std::string>(
                                          "x-amz-sso_bearer_token", "new-access")));
  ASSERT_EQ(written_.size(), 1u);
  const nlohmann::json kept = nlohmann::json::parse(written_.begin()->second);
  EXPECT_EQ(kept.at("accessToken"), "new-access");
  EXPECT_EQ(kept.at("refreshToken"), "new-refresh");
  EXPECT_EQ(kept.at("expiresAt"), "2026-01-02T04:04:05Z");
  EXPECT_EQ(kept.at("kept"), nlohmann::json({1}));
}

TEST_F(SsoCredentialsTest, WhereTheRenewalIsRefusedTheOldTokenServesWhileItLasts) {
  PutInCache("work", Cached("2026-01-02T03:05:00Z"));
  transport_.Answer(400, R"({"error": "invalid_grant"})");
  transport_.Answer(200, kRoleAnswer);
  EXPECT_TRUE(Get().ok());

  PutInCache("work", Cached("2026-01-02T03:00:00Z"));
  transport_.Answer(400, R"({"error": "invalid_grant"})");
  EXPECT_THAT(Message(), HasSubstr("has expired"));
}

// Two aliases of a provider begin with the same cache: the refresh token is good for one of them.
TEST_F(SsoCredentialsTest, WhatAnotherProcessRenewedMeanwhileServes) {
  for (const char* expiry : {"2026-01-02T03:00:00Z", "2026-01-02T03:05:00Z"}) {
    for (const absl::Duration later : {absl::ZeroDuration(), absl::Milliseconds(500)}) {
      PutInCache("work", Cached(expiry));
      const absl::Duration done = clock_.Elapsed() + later;
      std::string bearer;
      transport_.Otherwise([&](const http::Request& request) {
        if (request.url == "https://oidc/token") {
          if (later == absl::ZeroDuration()) PutInCache("work", Renewed());
          return http::Response{.code = 400, .body = R"({"error": "invalid_grant"})"};
        }
        for (const auto& [name, value] : request.headers) {
          if (name == "x-amz-sso_bearer_token") bearer = value;
        }
        return http::Response{.code = 200, .body = kRoleAnswer};
      });
      environment_.before_reading = [&] {
        if (clock_.Elapsed() >= done && later > absl::ZeroDuration()) PutInCache("work", Renewed());
      };
      const auto credentials = Get();
      environment_.before_reading = nullptr;
      ASSERT_TRUE(credentials.ok()) << credentials.status();
      EXPECT_EQ(bearer, "their-access");
      EXPECT_TRUE(written_.empty()) << "the cache is theirs";
    }
  }
}

TEST_F(SsoCredentialsTest, NobodyElseIsWaitedForLongerThanASecond) {
  PutInCache("work", Cached("2026-01-02T03:00:00Z"));
  transport_.Answer(400, R"({"error": "invalid_grant"})");
  EXPECT_THAT(Message(), HasSubstr("has expired"));
  EXPECT_EQ(clock_.Elapsed(), absl::Seconds(1));
}

TEST_F(SsoCredentialsTest, AnExpiredRegistrationRenewsNothing) {
  const std::string cached = Cached("2026-01-02T03:00:00Z");
  PutInCache("work", absl::StrReplaceAll(cached, {{"2026-03-01", "2026-01-01"}}));
  EXPECT_THAT(Message(), HasSubstr("has expired"));
  EXPECT_TRUE(transport_.requests().empty());
}

// The answer repeats the request in a form of its own.
TEST_F(SsoCredentialsTest, AFailedRenewalShowsNothingOfWhatWasSent) {
  PutInCache("work", Cached("2026-01-02T03:00:00Z"));
  transport_.Answer(400, R"({"message": "no client-secret, no old-refresh, no old%2drefresh"})");
  log::SetLevel(log::Level::kDebug);
  ::testing::internal::CaptureStderr();
  EXPECT_THAT(Message(), HasSubstr("has expired"));
  const std::string logged = ::testing::internal::GetCapturedStderr();
  log::SetLevel(log::Level::kOff);
  EXPECT_THAT(logged,
              ::testing::AllOf(HasSubstr("no ***, no ***, no ***"), Not(HasSubstr("client-secret")),
                               Not(HasSubstr("refresh\\\""))));
}

TEST_F(SsoCredentialsTest, ATokenThatIsRefusedSaysHowToLogIn) {
  PutInCache("work", Cached("2026-01-02T04:00:00Z"));
  transport_.Answer(401, R"({"message": "no"})", {{"x-amzn-errortype", "UnauthorizedException"}});
  EXPECT_THAT(Message(), HasSubstr("is no longer accepted; run: aws sso login"));
}

TEST_F(SsoCredentialsTest, ReadsAnyCacheAndShowsNothingOfIt) {
  for (const char* text :
       {"", "s3cr3t", "[]", R"({"refreshToken": "s3cr3t"})", R"({"accessToken": {"s3cr3t": 1}})"}) {
    PutInCache("work", text);
    EXPECT_THAT(Message(), ::testing::AllOf(HasSubstr("cannot be read"), Not(HasSubstr("s3cr3t"))));
  }
  PutInCache("work", R"({"accessToken": "x", "expiresAt": "soon"})");
  EXPECT_THAT(Message(), HasSubstr("has expired"));
}

TEST_F(SsoCredentialsTest, AnAnswerWithoutCredentialsIsAFailure) {
  PutInCache("work", Cached("2026-01-02T04:00:00Z"));
  for (const char* body : {"", "[]", R"({"roleCredentials": {"accessKeyId": "A"}})"}) {
    transport_.Answer(200, body);
    EXPECT_EQ(Get().status().code(), absl::StatusCode::kUnavailable) << body;
  }
}

TEST(ReplaceFileTest, OnlyTheOwnerMayReadIt) {
  std::string pattern = std::filesystem::temp_directory_path() / "er-sso-XXXXXX";
  const std::filesystem::path folder = mkdtemp(pattern.data());
  const std::string path = folder / "token.json";
  std::ofstream(path) << "a longer text from before";
  ASSERT_TRUE(ReplaceFile(path, "new").ok());
  std::string text;
  std::getline(std::ifstream(path), text);
  EXPECT_EQ(text, "new");
  EXPECT_EQ(std::filesystem::status(path).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_FALSE(ReplaceFile(folder / "none" / "x", "new").ok());
  EXPECT_FALSE(ReplaceFile(folder, "new").ok());
  EXPECT_FALSE(std::filesystem::exists(absl::StrCat(folder.string(), ".", getpid(), ".tmp")));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace er::aws
