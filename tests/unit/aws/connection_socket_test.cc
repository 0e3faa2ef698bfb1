// Each source that asks a server, the whole way at the level TRACE, through libcurl and over TLS
// where the real one has it: the credentials arrive, and no secret that was used is in the log.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "aws/connection.h"
#include "aws/hash.h"
#include "base/log.h"
#include "support/fake_clock.h"
#include "support/fake_environment.h"
#include "support/http_server.h"

namespace er::aws {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

const Operation kGet{.name = "GetIdMappingJob",
                     .method = "GET",
                     .path = "/idmappingworkflows/{workflowName}/jobs",
                     .repeatable = true};

// Everything that must not be seen has "s3cr3t" in it.
constexpr char kJsonKeys[] =
    R"({"AccessKeyId": "ASIAJSON", "SecretAccessKey": "s3cr3t-key", "Token": "s3cr3t-token",
        "Expiration": "2026-01-02T09:04:05Z"})";
constexpr char kSsoToken[] =
    R"({"accessToken": "s3cr3t-new", "refreshToken": "s3cr3t-next", "expiresIn": 3600})";
constexpr char kSsoKeys[] =
    R"({"roleCredentials": {"accessKeyId": "ASIASSO", "secretAccessKey": "s3cr3t-key",
        "sessionToken": "s3cr3t-token", "expiration": 1767346645000}})";
constexpr char kSsoCache[] =
    R"({"accessToken": "s3cr3t-old", "expiresAt": "2026-01-02T03:04:00Z",
        "refreshToken": "s3cr3t-refresh", "clientId": "c", "clientSecret": "s3cr3t-client",
        "registrationExpiresAt": "2026-03-01T00:00:00Z"})";

// All of AWS on one port.
class ConnectionSocketTest : public ::testing::Test {
 protected:
  ConnectionSocketTest() {
    environment_.variables = {{"HOME", home_},
                              {"AWS_REGION", "eu-west-1"},
                              {"AWS_ENDPOINT_URL", server_.url()},
                              {"AWS_CA_BUNDLE", server_.ca_file()},
                              {"AWS_EC2_METADATA_DISABLED", "true"}};
  }
  ~ConnectionSocketTest() override { std::filesystem::remove_all(home_); }

  static std::string NewFolder() {
    std::string pattern = std::filesystem::temp_directory_path() / "er-home-XXXXXX";
    return mkdtemp(pattern.data());
  }

  HttpServer::Reply Answer(const HttpServer::Received& request) {
    const auto is = [&](absl::string_view path) { return absl::StrContains(request.target, path); };
    if (is("/idmappingworkflows/")) {
      signed_ += absl::StrCat(request.Header("authorization"), "\n");
      return HttpServer::Ok("{}");
    }
    if (is("/my-bucket/")) {
      signed_objects_ += absl::StrCat(request.Header("authorization"), "\n");
      return HttpServer::Answer(
          200, "a note", {{"ETag", "\"e\""}, {"Last-Modified", "Fri, 02 Jan 2026 03:04:05 GMT"}});
    }
    if (is("/token") && request.method == "PUT") return HttpServer::Ok("s3cr3t-metadata-token");
    if (is("/token")) return HttpServer::Ok(kSsoToken);
    if (is("/federation/credentials")) {
      const bool renewed = request.Header("x-amz-sso_bearer_token") == "s3cr3t-new";
      return renewed ? HttpServer::Ok(kSsoKeys) : HttpServer::Answer(401, "");
    }
    if (is("/placement/region")) return HttpServer::Ok("eu-west-1");
    if (absl::EndsWith(request.target, "/security-credentials/")) return HttpServer::Ok("role");
    if (is("/security-credentials/") || is("/container")) return HttpServer::Ok(kJsonKeys);
    if (absl::StrContains(request.body, "Action=GetCallerIdentity")) {
      return HttpServer::Ok(
          "<R><RResult><Arn>a</Arn><Account>123456789012</Account></RResult></R>");
    }
    return HttpServer::Ok(absl::StrCat(
        "<R><RResult><Credentials><AccessKeyId>ASIASTS</AccessKeyId>"
        "<SecretAccessKey>s3cr3t-key</SecretAccessKey><SessionToken>s3cr3t-token</SessionToken>"
        "<Expiration>",
        absl::FormatTime(absl::RFC3339_full, clock_.Now() + absl::Minutes(15), absl::UTCTimeZone()),
        "</Expiration></Credentials></RResult></R>"));
  }

  // Opens a connection and calls the service, several times in half an hour. What was logged
  // meanwhile holds no secret and no key id.
  void CallWith(Arguments arguments, absl::string_view key_id) {
    const auto settings = ResolveSettings(arguments, environment_);
    ASSERT_TRUE(settings.ok()) << settings.status();
    log::SetLevel(log::Level::kTrace);
    ::testing::internal::CaptureStderr();
    const auto connection =
        Connection::Open(*settings, {.environment = &environment_, .clock = &clock_}, {});
    absl::Status status = connection.status();
    for (int i = 0; i < 3 && status.ok(); ++i) {
      const auto client = (*connection)->ClientFor("eu-west-1");
      status = (*client)->Call(kGet, {{"workflowName", "wf"}}, {}).status();
      const auto bucket = (*connection)->BucketFor("my-bucket");
      if (status.ok()) status = (*bucket)->PutIfAbsent("a/note", "text", {}).status();
      clock_.Advance(absl::Minutes(11));
    }
    const std::string trace = ::testing::internal::GetCapturedStderr();
    log::SetLevel(log::Level::kOff);
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_THAT(signed_, HasSubstr(absl::StrCat("Credential=", key_id, "/")));
    EXPECT_THAT(signed_objects_, AllOf(HasSubstr(absl::StrCat("Credential=", key_id, "/")),
                                       HasSubstr("/eu-west-1/s3/aws4_request")));
    EXPECT_THAT(trace, AllOf(HasSubstr("GetIdMappingJob"), HasSubstr("s3://my-bucket/a/note"),
                             HasSubstr("SignedHeaders="), Not(HasSubstr("s3cr3t")),
                             Not(HasSubstr(std::string(key_id))), Not(HasSubstr("Signature="))));
  }

  const std::string home_ = NewFolder();
  FakeClock clock_;
  FakeEnvironment environment_{};
  std::string signed_;          // the signatures of the calls of Entity Resolution
  std::string signed_objects_;  // and of S3
  HttpServer server_{[this](const HttpServer::Received& request) { return Answer(request); },
                     HttpServer::Tls::kOn};
};

TEST_F(ConnectionSocketTest, AWebIdentityAndTwoRoles) {
  environment_.variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = "/jwt";
  environment_.variables["AWS_ROLE_ARN"] = "arn:web";
  environment_.files["/jwt"] = "s3cr3t-jwt";
  CallWith({.assume_role = {{.role_arn = "arn:one", .external_id = "s3cr3t-external"},
                            {.role_arn = "arn:two"}}},
           "ASIASTS");
  // Three to open, three calls and the renewals that they needed; all over one connection, but for
  // renewals that ran beside a call.
  EXPECT_GE(server_.requests().size(), 9u);
  EXPECT_LE(server_.connections(), 3);
}

TEST_F(ConnectionSocketTest, SsoWithATokenThatIsRenewed) {
  environment_.files[home_ + "/.aws/config"] =
      "[default]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n"
      "[sso-session s]\nsso_region = eu-west-1\nsso_start_url = https://start\n";
  const std::string cache = absl::StrCat("/.aws/sso/cache/", Sha1Hex("s"), ".json");
  environment_.files[home_ + cache] = kSsoCache;
  std::filesystem::create_directories(home_ + "/.aws/sso/cache");
  CallWith({}, "ASIASSO");
  EXPECT_THAT(*ProcessEnvironment().ReadFile(home_ + cache), HasSubstr("s3cr3t-next"));
}

TEST_F(ConnectionSocketTest, TheContainer) {
  environment_.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = server_.url() + "/container";
  environment_.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "s3cr3t-authorization";
  CallWith({}, "ASIAJSON");
}

TEST_F(ConnectionSocketTest, TheInstance) {
  environment_.variables.erase("AWS_EC2_METADATA_DISABLED");
  environment_.variables.erase("AWS_REGION");
  environment_.variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = server_.url();
  CallWith({}, "ASIAJSON");
}

TEST_F(ConnectionSocketTest, KeysOfTheProviderBlock) {
  CallWith({.access_key = "AKBLOCK", .secret_key = "s3cr3t", .token = "s3cr3t-token"}, "AKBLOCK");
}

TEST_F(ConnectionSocketTest, AServerWithAnUnknownCertificateGetsNothing) {
  environment_.variables.erase("AWS_CA_BUNDLE");
  const auto settings =
      ResolveSettings({.access_key = "AK", .secret_key = "x", .max_retries = 0}, environment_);
  const auto connection =
      Connection::Open(*settings, {.environment = &environment_, .clock = &clock_}, {});
  EXPECT_THAT(std::string(connection.status().message()), HasSubstr("certificate"));
  EXPECT_TRUE(server_.requests().empty());
}

}  // namespace
}  // namespace er::aws
