#include "aws/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "aws/hash.h"
#include "support/fake_clock.h"
#include "support/fake_environment.h"
#include "support/fake_transport.h"

namespace er::aws {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

const Operation kGet{.name = "GetIdMappingJob",
                     .method = "GET",
                     .path = "/idmappingworkflows/{workflowName}/jobs",
                     .repeatable = true};

std::string StsAnswer(absl::string_view result) {
  return absl::StrCat("<R><RResult>", result, "</RResult></R>");
}

std::string RoleAnswer(absl::string_view id, absl::Time expiry) {
  return StsAnswer(absl::StrCat(
      "<Credentials><AccessKeyId>", id, "</AccessKeyId><SecretAccessKey>s3cr3t-", id,
      "</SecretAccessKey><SessionToken>s3cr3t-token-", id, "</SessionToken><Expiration>",
      absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", expiry, absl::UTCTimeZone()),
      "</Expiration></Credentials>"));
}

// The value of `name` in a form.
std::string Field(const std::string& form, absl::string_view name) {
  for (const absl::string_view pair : absl::StrSplit(form, '&')) {
    if (absl::StartsWith(pair, absl::StrCat(name, "="))) {
      return std::string(pair.substr(name.size() + 1));
    }
  }
  return "";
}

// "AK1" of "AWS4-HMAC-SHA256 Credential=AK1/2026...".
std::string SignerOf(const http::Request& request) {
  for (const auto& [name, value] : request.headers) {
    if (name != "authorization") continue;
    const std::size_t begin = value.find("Credential=") + 11;
    return value.substr(begin, value.find('/') - begin);
  }
  return "nobody";
}

// A world in which STS gives out the role arn:NAME as ASIA-NAME, everything else is not there, and
// Entity Resolution answers anything.
class ConnectionTest : public ::testing::Test {
 protected:
  ConnectionTest() {
    environment_.variables["HOME"] = "/h";
    transport_.Otherwise([this](const http::Request& request) { return Answer(request); });
  }

  absl::StatusOr<http::Response> Answer(const http::Request& request) {
    std::lock_guard lock(mutex_);  // renewals come from a thread of their own
    const auto ends = ends_.find(SignerOf(request));
    if (ends != ends_.end() && ends->second <= clock_.Now()) {
      ++refused_as_expired_;
      return http::Response{.code = 403, .headers = {{"x-amzn-errortype", "ExpiredToken"}}};
    }
    if (absl::StrContains(request.url, "//sts.")) {
      const std::string action = Field(request.body, "Action");
      asked_.push_back(absl::StrCat(SignerOf(request), " ", action));
      if (action == "GetCallerIdentity") {
        return http::Response{
            .code = 200, .body = StsAnswer("<Arn>arn:me</Arn><Account>123456789012</Account>")};
      }
      const std::string role = Field(request.body, "RoleArn").substr(6);
      asked_.back() += absl::StrCat(" ", role);
      const std::string id =
          absl::StrCat("ASIA-", role, numbered_ ? absl::StrCat("-", ends_.size()) : "");
      ends_[id] = clock_.Now() + role_lifetime_;
      return http::Response{.code = 200, .body = RoleAnswer(id, ends_[id])};
    }
    if (absl::StrContains(request.url, "entityresolution")) {
      signers_.push_back(SignerOf(request));
      return http::Response{.code = 200, .body = "{}"};
    }
    return http::WithDelivery(absl::UnavailableError("no route"), http::Delivery::kUnsent);
  }

  absl::StatusOr<std::unique_ptr<Connection>> Open(Arguments arguments = {}) {
    absl::StatusOr<Settings> settings = ResolveSettings(arguments, environment_);
    if (!settings.ok()) return settings.status();
    return Connection::Open(
        *std::move(settings),
        {.environment = &environment_, .clock = &clock_, .transport = &transport_}, {});
  }

  // Who signs a call of Entity Resolution, or why there is none.
  std::string SignerWith(Arguments arguments = {}) {
    arguments.region = "eu-west-1";
    auto connection = Open(std::move(arguments));
    if (!connection.ok()) return std::string(connection.status().message());
    auto client = (*connection)->ClientFor("eu-west-1");
    EXPECT_TRUE(client.ok()) << client.status();
    EXPECT_TRUE((*client)->Call(kGet, {{"workflowName", "wf"}}, {}).ok());
    return signers_.back();
  }

  void Config(std::string text) { environment_.files["/h/.aws/config"] = std::move(text); }
  void CredentialsFile(std::string text) {
    environment_.files["/h/.aws/credentials"] = std::move(text);
  }

  static std::string NewFolder() {
    std::string pattern = std::filesystem::temp_directory_path() / "er-connection-XXXXXX";
    return mkdtemp(pattern.data());
  }
  ~ConnectionTest() override { std::filesystem::remove_all(folder_); }

  const std::string folder_ = NewFolder();
  FakeTransport transport_;
  FakeClock clock_;
  FakeEnvironment environment_{};
  std::mutex mutex_;
  absl::Duration role_lifetime_ = absl::Hours(1);
  bool numbered_ = false;                   // each session has an id of its own
  std::map<std::string, absl::Time> ends_;  // of the sessions, by id
  int refused_as_expired_ = 0;
  std::vector<std::string> asked_;    // of STS: who asked for what
  std::vector<std::string> signers_;  // of calls to Entity Resolution
};

constexpr char kKeysOf[] = "aws_access_key_id = %s\naws_secret_access_key = s3cr3t\n";
std::string Keys(const char* id) { return absl::StrFormat(kKeysOf, id); }

// ------------------------------------------------------------------------ the order of the sources

TEST_F(ConnectionTest, KeysOfTheProviderBlockEndTheSearch) {
  environment_.variables["AWS_ACCESS_KEY_ID"] = "AKENV";
  environment_.variables["AWS_SECRET_ACCESS_KEY"] = "x";
  EXPECT_EQ(SignerWith({.access_key = "AKBLOCK", .secret_key = "x"}), "AKBLOCK");
}

TEST_F(ConnectionTest, TheEnvironmentBeatsTheFiles) {
  environment_.variables["AWS_ACCESS_KEY_ID"] = "AKENV";
  environment_.variables["AWS_SECRET_ACCESS_KEY"] = "x";
  CredentialsFile("[default]\n" + Keys("AKFILE") + "[dev]\n" + Keys("AKDEV"));
  EXPECT_EQ(SignerWith(), "AKENV");
  environment_.variables["AWS_PROFILE"] = "dev";
  EXPECT_EQ(SignerWith(), "AKENV");
  EXPECT_EQ(SignerWith({.profile = "dev"}), "AKDEV");  // an explicit profile is meant
}

TEST_F(ConnectionTest, TheCredentialsFileBeatsTheConfigFile) {
  Config("[default]\n" + Keys("AKCONFIG"));
  EXPECT_EQ(SignerWith(), "AKCONFIG");
  CredentialsFile("[default]\n" + Keys("AKFILE"));
  EXPECT_EQ(SignerWith(), "AKFILE");
}

TEST_F(ConnectionTest, ARoleBeatsTheKeysOfItsOwnProfile) {
  Config("[default]\nrole_arn = arn:r\nsource_profile = default\n");
  CredentialsFile("[default]\n" + Keys("AKFILE"));
  EXPECT_EQ(SignerWith(), "ASIA-r");
  EXPECT_EQ(asked_[0], "AKFILE AssumeRole r");
}

TEST_F(ConnectionTest, RolesOfProfilesAreChained) {
  Config(
      "[profile a]\nrole_arn = arn:a\nsource_profile = b\n"
      "[profile b]\nrole_arn = arn:b\nsource_profile = c\n");
  CredentialsFile("[c]\n" + Keys("AKC"));
  EXPECT_EQ(SignerWith({.profile = "a"}), "ASIA-a");
  EXPECT_THAT(asked_,
              ElementsAre("AKC AssumeRole b", "ASIA-b AssumeRole a", "ASIA-a GetCallerIdentity"));
}

TEST_F(ConnectionTest, AProfileThatLeadsBackToItselfIsAnError) {
  Config(
      "[profile a]\nrole_arn = arn:a\nsource_profile = b\n"
      "[profile b]\nrole_arn = arn:b\nsource_profile = a\n");
  EXPECT_THAT(SignerWith({.profile = "a"}),
              HasSubstr("the profile \"a\" leads back to itself by source_profile: a -> b -> a"));
  EXPECT_THAT(asked_, IsEmpty());
}

TEST_F(ConnectionTest, ARolesCredentialSource) {
  Config("[default]\nrole_arn = arn:r\ncredential_source = Environment\n");
  environment_.variables["AWS_SECRET_ACCESS_KEY"] = "x";
  environment_.variables["AWS_ACCESS_KEY_ID"] = "AKENV";
  EXPECT_EQ(SignerWith({.profile = "default"}), "ASIA-r");
  environment_.variables.erase("AWS_ACCESS_KEY_ID");
  environment_.variables.erase("AWS_SECRET_ACCESS_KEY");
  EXPECT_THAT(SignerWith(), HasSubstr("AWS_ACCESS_KEY_ID is not set"));
}

TEST_F(ConnectionTest, AProfileThatIsHalfARoleIsAMistake) {
  const std::pair<const char*, const char*> cases[] = {
      {"role_arn = arn:r\n", "needs one of source_profile and credential_source"},
      {"role_arn = arn:r\nsource_profile = x\ncredential_source = Environment\n", "needs one of"},
      {"role_arn = arn:r\nsource_profile = none\n",
       "has a source_profile that is not in ~/.aws/config"},
      {"role_arn = arn:r\ncredential_source = Moon\n", "has a credential_source that is none of"},
      {"role_arn = arn:r\nsource_profile = default\nmfa_serial = m\n", "mfa_serial"},
      {"role_arn = arn:r\nsource_profile = default\nduration_seconds = x\n", "duration_seconds"},
      {"role_arn = s3cr3t\nsource_profile = default\n", "has a role_arn that is no ARN"},
      {"role_arn = s3cr3t\nweb_identity_token_file = /t\n", "has a role_arn that is no ARN"},
      {"sso_account_id = 1\nsso_role_name = r\nsso_start_url = u\nsso_region = a/b\n",
       "has an sso_region that is no AWS Region"},
      {"aws_access_key_id = AK\n", "has aws_access_key_id without aws_secret_access_key"},
      {"web_identity_token_file = /t\n", "has web_identity_token_file without role_arn"},
      {"sso_account_id = 1\n", "is set up for SSO without sso_region"},
      {"sso_account_id = 1\nsso_session = none\n",
       "has an sso_session of which there is no section"},
  };
  for (const auto& [lines, message] : cases) {
    Config(absl::StrCat("[default]\n", lines));
    EXPECT_THAT(SignerWith(), HasSubstr(message)) << lines;
  }
}

TEST_F(ConnectionTest, AWebIdentityOfTheEnvironment) {
  environment_.variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = "/token";
  environment_.files["/token"] = "jwt";
  EXPECT_THAT(SignerWith(), HasSubstr("AWS_ROLE_ARN is not"));
  environment_.variables["AWS_ROLE_ARN"] = "arn:web";
  EXPECT_EQ(SignerWith(), "ASIA-web");
  EXPECT_EQ(asked_[0], "nobody AssumeRoleWithWebIdentity web");
}

TEST_F(ConnectionTest, AWebIdentityOfTheProfile) {
  Config("[default]\nrole_arn = arn:web\nweb_identity_token_file = /token\n");
  environment_.files["/token"] = "jwt";
  EXPECT_EQ(SignerWith(), "ASIA-web");
}

TEST_F(ConnectionTest, AWebIdentityOfTheProviderBlock) {
  environment_.variables["AWS_ACCESS_KEY_ID"] = "AKENV";
  environment_.variables["AWS_SECRET_ACCESS_KEY"] = "x";
  EXPECT_EQ(SignerWith({.assume_role_with_web_identity =
                            WebIdentityRole{.role = {.role_arn = "arn:web"},
                                            .token = {.text = Secret("jwt")}}}),
            "ASIA-web");
  EXPECT_THAT(SignerWith({.assume_role_with_web_identity =
                              WebIdentityRole{.role = {.role_arn = "arn:web"}}}),
              HasSubstr("needs role_arn, and web_identity_token"));
}

TEST_F(ConnectionTest, SsoOfTheProfile) {
  Config(
      "[default]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n"
      "[sso-session s]\nsso_region = eu-west-1\nsso_start_url = https://start\n");
  EXPECT_THAT(SignerWith(), HasSubstr("run: aws sso login --profile default"));
  environment_.files[absl::StrCat("/h/.aws/sso/cache/", Sha1Hex("s"), ".json")] =
      R"({"accessToken": "x", "expiresAt": "2026-01-02T09:00:00Z"})";
  transport_.Answer(200,
                    R"({"roleCredentials": {"accessKeyId": "ASIASSO", "secretAccessKey": "s",
                        "sessionToken": "t", "expiration": 1767346645000}})");
  EXPECT_EQ(SignerWith(), "ASIASSO");
  EXPECT_THAT(transport_.requests().at(0).url,
              HasSubstr("https://portal.sso.eu-west-1.amazonaws.com/federation/credentials"));
}

// As the SDK for Go finds it, to which the command is a line of a shell.
TEST_F(ConnectionTest, AProgramMayLieInTheHomeFolder) {
  environment_.variables["HOME"] = folder_;
  const std::string keys = R"({"Version": 1, "AccessKeyId": "AKPROGRAM", "SecretAccessKey": "s"})";
  std::ofstream(folder_ + "/keys") << "#!/bin/sh\necho '" << keys << "'\n";
  std::filesystem::permissions(folder_ + "/keys", std::filesystem::perms::owner_all);
  environment_.files[folder_ + "/.aws/config"] = "[default]\ncredential_process = ~/keys --all\n";
  EXPECT_EQ(SignerWith(), "AKPROGRAM");
}

TEST_F(ConnectionTest, ATokenMayHaveItsNameOfOld) {
  CredentialsFile(absl::StrCat("[default]\n", Keys("AK"), "aws_security_token = old\n"));
  const auto token = [&] {
    EXPECT_EQ(SignerWith(), "AK");
    const http::Request request = transport_.requests().back();
    for (const auto& [name, value] : request.headers) {
      if (name == "x-amz-security-token") return value;
    }
    return std::string();
  };
  EXPECT_EQ(token(), "old");
  CredentialsFile(absl::StrCat("[default]\n", Keys("AK"),
                               "aws_security_token = old\naws_session_token = new\n"));
  EXPECT_EQ(token(), "new");
}

// There is no portal.sso-fips, outside of GovCloud.
TEST_F(ConnectionTest, SsoIsAskedWithoutFips) {
  Config(
      "[default]\nsso_start_url = https://start\nsso_region = us-east-1\nsso_account_id = 1\n"
      "sso_role_name = r\nuse_fips_endpoint = true\n");
  environment_.files[absl::StrCat("/h/.aws/sso/cache/", Sha1Hex("https://start"), ".json")] =
      R"({"accessToken": "x", "expiresAt": "2026-01-02T09:00:00Z"})";
  EXPECT_FALSE(Open().ok()) << "nobody answers";
  EXPECT_THAT(transport_.requests().at(0).url, HasSubstr("https://portal.sso.us-east-1."));
}

TEST_F(ConnectionTest, AProfileMustNotContradictItsSsoSession) {
  Config(
      "[default]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\nsso_region = us-east-1\n"
      "[sso-session s]\nsso_region = eu-west-1\nsso_start_url = https://start\n");
  EXPECT_EQ(SignerWith(),
            "SSO: the profile \"default\" has another sso_region than its sso_session");
}

TEST_F(ConnectionTest, NoneListsEachPlaceAndWhy) {
  const auto connection = Open({.region = "eu-west-1"});
  EXPECT_EQ(connection.status().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(
      connection.status().message(),
      "no AWS credentials were found in:\n"
      "  - the provider block: access_key is not given\n"
      "  - the environment: AWS_ACCESS_KEY_ID is not set\n"
      "  - a role of the profile: the profile \"default\" has no role_arn with source_profile "
      "or credential_source\n"
      "  - a web identity: the profile \"default\" has no web_identity_token_file\n"
      "  - SSO: the profile \"default\" has no sso_account_id\n"
      "  - the shared credentials file: the profile \"default\" has no aws_access_key_id "
      "in ~/.aws/credentials (not there)\n"
      "  - credential_process: the profile \"default\" has no credential_process\n"
      "  - the shared config file: the profile \"default\" has no aws_access_key_id in "
      "~/.aws/config (not there)\n"
      "  - the container: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and _FULL_URI are not set\n"
      "  - the EC2 instance: no instance metadata service: no route\n"
      "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile by AWS_PROFILE or the "
      "argument profile, after `aws sso login` where it is one of SSO. In a pipeline, take a role "
      "by assume_role_with_web_identity.");
}

// ------------------------------------------------------------------------------ assumed roles

TEST_F(ConnectionTest, TheRolesOfTheProviderBlockAreChained) {
  EXPECT_EQ(SignerWith({.access_key = "AK",
                        .secret_key = "x",
                        .assume_role = {{.role_arn = "arn:one"}, {.role_arn = "arn:two"}}}),
            "ASIA-two");
  EXPECT_THAT(asked_, ElementsAre("AK AssumeRole one", "ASIA-one AssumeRole two",
                                  "ASIA-two GetCallerIdentity"));
}

TEST_F(ConnectionTest, AFailureNamesTheArgumentThatItSpeaksOf) {
  const std::string refusal =
      "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error>"
      "</ErrorResponse>";
  const Arguments roles{
      .access_key = "AK",
      .secret_key = "x",
      .region = "eu-west-1",
      .assume_role = {{.role_arn = "arn:one"}, {.role_arn = "arn:two"}},
  };
  transport_.Answer(403, refusal);
  EXPECT_EQ(ArgumentOf(Open(roles).status()), "assume_role.0.role_arn");

  Config("[profile half]\nrole_arn = arn:one\n");
  EXPECT_EQ(ArgumentOf(Open({.profile = "half"}).status()), "profile");
  environment_.variables["AWS_PROFILE"] = "half";
  EXPECT_EQ(ArgumentOf(Open({}).status()), "") << "what is wrong is in no argument";
  EXPECT_EQ(
      ArgumentOf(Open({.assume_role_with_web_identity = WebIdentityRole{.role = {.role_arn = "a"}}})
                     .status()),
      "assume_role_with_web_identity.0.role_arn");
  EXPECT_EQ(ArgumentOf(Open({.access_key = "AK",
                             .secret_key = "x",
                             .region = "eu-west-1",
                             .allowed_account_ids = {"9"}})
                           .status()),
            "allowed_account_ids");
}

TEST_F(ConnectionTest, ABadRoleFailsAtOnce) {
  transport_.Answer(403,
                    "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error>"
                    "</ErrorResponse>");
  EXPECT_THAT(
      SignerWith({.access_key = "AK", .secret_key = "x", .assume_role = {{.role_arn = "arn:one"}}}),
      AllOf(HasSubstr("assuming the role arn:one"), HasSubstr("AccessDenied: no")));
  EXPECT_THAT(signers_, IsEmpty());
  EXPECT_THAT(SignerWith({.access_key = "AK", .secret_key = "x", .assume_role = {{}}}),
              HasSubstr("needs a role_arn"));
}

// terraform-provider-aws#37647
TEST_F(ConnectionTest, AWaitOfThreeHoursOutlivesItsSessions) {
  role_lifetime_ = absl::Minutes(15);
  numbered_ = true;
  auto connection = Open({.access_key = "AK",
                          .secret_key = "x",
                          .region = "eu-west-1",
                          .assume_role = {{.role_arn = "arn:one"}, {.role_arn = "arn:two"}}});
  ASSERT_TRUE(connection.ok()) << connection.status();
  auto client = (*connection)->ClientFor("eu-west-1");
  for (int minute = 0; minute < 180; ++minute) {
    const auto answer = (*client)->Call(kGet, {{"workflowName", "wf"}}, {});
    EXPECT_TRUE(answer.ok()) << answer.status();
    clock_.Advance(absl::Minutes(1));
  }
  EXPECT_EQ(refused_as_expired_, 0);
  EXPECT_GT(ends_.size(), 2 * 180u / 15);
  EXPECT_LT(ends_.size(), 2 * 180u / 5);
}

// Whether a call that is refused with ExpiredTokenException until the test has `renewed` succeeds
// afterwards, and whether it fails for good.
TEST_F(ConnectionTest, KeysThatExpireAreReadAgainWhereTheyCanBeFresh) {
  struct Case {
    const char* name;
    std::function<void(const char* id)> write;  // the keys, where this source finds them
    bool renews;
    Arguments arguments{};
  };
  const auto in_file = [](const char* id) {
    return absl::StrCat("[default]\n", Keys(id), "aws_session_token = t\n");
  };
  const Case cases[] = {
      {"credentials file", [&](const char* id) { CredentialsFile(in_file(id)); }, true},
      {"config file", [&](const char* id) { Config(in_file(id)); }, true},
      {"credential_process",
       [&](const char* id) {
         std::ofstream(folder_ + "/keys")
             << R"({"Version": 1, "SecretAccessKey": "s", "SessionToken": "t", "AccessKeyId": ")"
             << id << "\"}";
         Config(absl::StrCat("[default]\ncredential_process = /bin/cat ", folder_, "/keys\n"));
       },
       true},
      {"environment",
       [&](const char* id) {
         environment_.variables["AWS_ACCESS_KEY_ID"] = id;
         environment_.variables["AWS_SECRET_ACCESS_KEY"] = "s3cr3t";
         environment_.variables["AWS_SESSION_TOKEN"] = "t";
       },
       false},
      {"provider block",
       [](const char*) {},
       false,
       {.access_key = "AK1", .secret_key = "s", .token = "t"}},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.name);
    environment_.files.clear();
    ends_.clear();
    one.write("AK1");
    Arguments arguments = one.arguments;
    arguments.region = "eu-west-1";
    auto connection = Open(arguments);
    ASSERT_TRUE(connection.ok()) << connection.status();
    auto client = (*connection)->ClientFor("eu-west-1");
    ASSERT_TRUE((*client)->Call(kGet, {{"workflowName", "wf"}}, {}).ok());

    ends_["AK1"] = clock_.Now();
    const absl::Status expired = (*client)->Call(kGet, {{"workflowName", "wf"}}, {}).status();
    EXPECT_EQ(expired.code(), absl::StatusCode::kUnauthenticated);
    EXPECT_EQ(ErrorOf(expired)->lasting, !one.renews) << expired;
    if (!one.renews) continue;
    one.write("AK2");
    EXPECT_TRUE((*client)->Call(kGet, {{"workflowName", "wf"}}, {}).ok());
    EXPECT_EQ(signers_.back(), "AK2");
  }
}

// ------------------------------------------------------------------------------- the account

TEST_F(ConnectionTest, TheAccountIsGuarded) {
  const auto with = [&](std::vector<std::string> allowed, std::vector<std::string> forbidden) {
    return SignerWith({.access_key = "AK",
                       .secret_key = "x",
                       .allowed_account_ids = std::move(allowed),
                       .forbidden_account_ids = std::move(forbidden)});
  };
  EXPECT_EQ(with({"111111111111", "123456789012"}, {}), "AK");
  EXPECT_EQ(with({}, {"111111111111"}), "AK");
  EXPECT_EQ(with({"111111111111"}, {}),
            "the account 123456789012 is not among allowed_account_ids");
  EXPECT_EQ(with({}, {"123456789012"}), "the account 123456789012 is among forbidden_account_ids");
}

TEST_F(ConnectionTest, TheCallerIsCheckedUnlessThatIsSkipped) {
  Arguments arguments{.access_key = "AK", .secret_key = "x", .region = "eu-west-1"};
  EXPECT_EQ((*Open(arguments))->account(), "123456789012");
  arguments.skip_credentials_validation = true;
  EXPECT_EQ((*Open(arguments))->account(), "123456789012");
  asked_.clear();
  arguments.skip_requesting_account_id = true;
  EXPECT_EQ((*Open(arguments))->account(), "");
  EXPECT_THAT(asked_, IsEmpty());
  arguments.allowed_account_ids = {"123456789012"};
  EXPECT_EQ((*Open(arguments))->account(), "123456789012");
}

TEST_F(ConnectionTest, TheKeysOfAStandInAreNotShownToTheRealSts) {
  Arguments arguments{.access_key = "AK",
                      .secret_key = "x",
                      .region = "eu-west-1",
                      .endpoint_entityresolution = "http://127.0.0.1:1"};
  EXPECT_TRUE(Open(arguments).ok());
  EXPECT_THAT(asked_, IsEmpty());
  arguments.endpoint_sts = "http://sts.local:2";
  EXPECT_TRUE(Open(arguments).ok());
  EXPECT_THAT(asked_, ElementsAre("AK GetCallerIdentity"));
}

TEST_F(ConnectionTest, CredentialsThatAreNoneAreSaidAtOnce) {
  transport_.Answer(403,
                    "<ErrorResponse><Error><Code>InvalidClientTokenId</Code>"
                    "<Message>unknown</Message></Error></ErrorResponse>");
  EXPECT_THAT(SignerWith({.access_key = "AK", .secret_key = "x"}),
              AllOf(HasSubstr("checking the credentials of the provider block (access key AK): "),
                    HasSubstr("InvalidClientTokenId"),
                    HasSubstr(". AWS does not know this access "
                              "key, "),
                    EndsWith("anew. To do without this check, set both skip_credentials_validation "
                             "and skip_requesting_account_id.")));
}

// --------------------------------------------------------------------------- Region and endpoint

TEST_F(ConnectionTest, EachRegionHasItsClient) {
  auto connection = Open({.access_key = "AK", .secret_key = "x", .region = "eu-west-1"});
  for (const char* region : {"eu-west-1", "us-gov-west-1"}) {
    auto client = (*connection)->ClientFor(region);
    ASSERT_TRUE((*client)->Call(kGet, {{"workflowName", "wf"}}, {}).ok());
    EXPECT_THAT(transport_.requests().back().url,
                HasSubstr(absl::StrCat("https://entityresolution.", region, ".amazonaws.com/")));
  }
  EXPECT_EQ((*connection)->ClientFor("").status().message(),
            "Invalid Configuration: Missing Region");
}

TEST_F(ConnectionTest, FipsAndDualStackHoldForEachService) {
  Arguments arguments{.access_key = "AK",
                      .secret_key = "x",
                      .region = "eu-west-1",
                      .use_fips_endpoint = true,
                      .use_dualstack_endpoint = true,
                      .skip_credentials_validation = true,
                      .skip_requesting_account_id = true};
  auto connection = Open(arguments);
  ASSERT_TRUE(
      (*(*connection)->ClientFor("eu-west-1"))->Call(kGet, {{"workflowName", "w"}}, {}).ok());
  EXPECT_THAT(transport_.requests().back().url,
              HasSubstr("https://entityresolution-fips.eu-west-1.api.aws/"));
  arguments.endpoint_entityresolution = "http://h";
  EXPECT_EQ((*Open(arguments))->ClientFor("eu-west-1").status().message(),
            "Invalid Configuration: FIPS and custom endpoint are not supported");
}

TEST_F(ConnectionTest, ABucketIsAskedWithTheSameCredentialsAndSettings) {
  const auto ask = [&](Arguments arguments) {
    arguments.access_key = "AK";
    arguments.secret_key = "x";
    arguments.skip_credentials_validation = true;
    arguments.skip_requesting_account_id = true;
    const auto connection = Open(arguments);
    EXPECT_TRUE(connection.ok()) << connection.status();
    const auto bucket = (*connection)->BucketFor("my-bucket");
    if (!bucket.ok()) return std::string(bucket.status().message());
    EXPECT_FALSE((*bucket)->Get("k", {}).ok());
    return absl::StrCat(SignerOf(transport_.requests().back()), " ",
                        transport_.requests().back().url);
  };
  EXPECT_EQ(ask({.region = "eu-west-1"}), "AK https://my-bucket.s3.eu-west-1.amazonaws.com/k");
  EXPECT_EQ(ask({.region = "eu-west-1", .assume_role = {{.role_arn = "arn:one"}}}),
            "ASIA-one https://my-bucket.s3.eu-west-1.amazonaws.com/k");
  EXPECT_EQ(ask({}), "AK https://my-bucket.s3.us-east-1.amazonaws.com/k");
  EXPECT_EQ(ask({.region = "us-east-1", .use_fips_endpoint = true, .use_dualstack_endpoint = true}),
            "AK https://my-bucket.s3-fips.dualstack.us-east-1.amazonaws.com/k");
  EXPECT_EQ(ask({.endpoint_s3 = "http://minio:9000"}), "AK http://minio:9000/my-bucket/k");
  EXPECT_EQ(ask({.use_fips_endpoint = true, .endpoint_s3 = "http://minio:9000"}),
            "Invalid Configuration: FIPS and custom endpoint are not supported");
}

TEST_F(ConnectionTest, StsIsAskedInItsRegion) {
  const auto url_with = [&](Arguments arguments) {
    arguments.access_key = "AK";
    arguments.secret_key = "x";
    EXPECT_TRUE(Open(arguments).ok());
    return transport_.requests().back().url;
  };
  EXPECT_EQ(url_with({.region = "eu-west-1"}), "https://sts.eu-west-1.amazonaws.com/");
  EXPECT_EQ(url_with({.region = "eu-west-1", .sts_region = "us-west-2"}),
            "https://sts.us-west-2.amazonaws.com/");
  EXPECT_EQ(url_with({}), "https://sts.us-east-1.amazonaws.com/");
  environment_.variables["AWS_STS_REGIONAL_ENDPOINTS"] = "legacy";
  EXPECT_EQ(url_with({.region = "eu-west-1"}), "https://sts.amazonaws.com/");
  EXPECT_EQ(url_with({.region = "eu-south-1"}), "https://sts.eu-south-1.amazonaws.com/");
  environment_.variables.erase("AWS_STS_REGIONAL_ENDPOINTS");
  EXPECT_EQ(url_with({.region = "aws-global"}), "https://sts.amazonaws.com/");
  EXPECT_THAT(transport_.requests().back().headers,
              Contains(Pair("authorization", HasSubstr("/us-east-1/sts/"))));
}

TEST_F(ConnectionTest, TheInstancesRegionCountsOnlyWithItsCredentials) {
  const auto answer = [&](absl::string_view body) { transport_.Answer(200, std::string(body)); };
  answer("TOKEN");
  answer("role");
  answer(R"({"AccessKeyId": "ASIAEC2", "SecretAccessKey": "s", "Token": "t",
             "Expiration": "2026-01-02T09:04:05Z"})");
  answer("TOKEN");
  answer("ap-south-1");
  auto connection = Open();
  ASSERT_TRUE(connection.ok()) << connection.status();
  EXPECT_EQ((*connection)->region(), "ap-south-1");
  EXPECT_THAT(transport_.requests().back().url, HasSubstr("https://sts.ap-south-1."));
  EXPECT_EQ((*Open({.access_key = "AK", .secret_key = "x"}))->region(), "");
}

// As the quotas of the service are.
TEST_F(ConnectionTest, EachRegionHasALimitOfItsOwn) {
  auto connection = Open({.access_key = "AK", .secret_key = "x", .requests_per_second = 1.0});
  ASSERT_TRUE(connection.ok()) << connection.status();
  const auto wait_in = [&](const char* region) {
    const absl::Duration begin = clock_.Elapsed();
    EXPECT_TRUE((*(*connection)->ClientFor(region))->Call(kGet, {{"workflowName", "wf"}}, {}).ok());
    return clock_.Elapsed() - begin;
  };
  EXPECT_EQ(wait_in("eu-west-1"), absl::ZeroDuration());
  EXPECT_EQ(wait_in("us-east-1"), absl::ZeroDuration());
  EXPECT_EQ(wait_in("eu-west-1"), absl::Seconds(1));
}

TEST_F(ConnectionTest, NamesItselfToTheService) {
  environment_.variables["TF_APPEND_USER_AGENT"] = "ci/7";
  EXPECT_EQ(SignerWith({.access_key = "AK", .secret_key = "x"}), "AK");
  const http::Request request = transport_.requests().back();
  EXPECT_THAT(request.headers,
              Contains(Pair("user-agent", "terraform-provider-entityresolution/dev ci/7")));
}

}  // namespace
}  // namespace er::aws
