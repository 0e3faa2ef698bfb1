#include "aws/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "absl/strings/str_cat.h"
#include "support/fake_environment.h"

namespace er::aws {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// An environment whose config file has these lines in its default profile.
class WithConfig final : public FakeEnvironment {
 public:
  explicit WithConfig(const std::string& lines) {
    variables["HOME"] = "/h";
    Write(lines);
  }
  void Write(const std::string& lines) {
    files["/h/.aws/config"] = absl::StrCat("[default]\n", lines);
  }
};

class WithVariable final : public FakeEnvironment {
 public:
  WithVariable(const std::string& name, const std::string& value) { variables[name] = value; }
};

std::string ErrorWith(const Arguments& arguments,
                      const Environment& environment = FakeEnvironment()) {
  return std::string(ResolveSettings(arguments, environment).status().message());
}

// ------------------------------------------------------------- precedence, setting by setting

// A setting that can come from several places. Where it cannot come from one, that is empty.
struct Row {
  std::string name;
  std::function<void(Arguments&, const std::string&)> give{};
  std::vector<std::string> variables{};
  std::string config_key{};
  std::function<std::string(const Settings&)> read{};
  std::string usual{};
  // What is given in each place, and how it is then read.
  std::vector<std::string> values = {"a-1", "b-2", "c-3", "d-4"};

  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

std::string FlagText(bool flag) { return flag ? "true" : "false"; }

std::vector<Row> Rows() {
  const std::vector<std::string> urls = {"http://a:1", "http://b:2", "http://c:3", "http://d:4"};
  const std::vector<std::string> flags = {"true", "true", "true"};
  return {
      {.name = "Region",
       .give = [](Arguments& a, const std::string& v) { a.region = v; },
       .variables = {"AWS_REGION", "AWS_DEFAULT_REGION"},
       .config_key = "region",
       .read = [](const Settings& s) { return s.region; }},
      {.name = "CaBundle",
       .give = [](Arguments& a, const std::string& v) { a.custom_ca_bundle = v; },
       .variables = {"AWS_CA_BUNDLE"},
       .config_key = "ca_bundle",
       .read = [](const Settings& s) { return s.ca_bundle.path; }},
      {.name = "HttpsProxy",
       .give = [](Arguments& a, const std::string& v) { a.https_proxy = Secret(v); },
       .variables = {"HTTPS_PROXY", "https_proxy"},
       .read = [](const Settings& s) { return s.https_proxy.url; },
       .values = urls},
      {.name = "HttpProxy",
       .give = [](Arguments& a, const std::string& v) { a.http_proxy = Secret(v); },
       .variables = {"HTTP_PROXY", "http_proxy"},
       .read = [](const Settings& s) { return s.http_proxy.url; },
       .values = urls},
      {.name = "NoProxy",
       .give = [](Arguments& a, const std::string& v) { a.no_proxy = v; },
       .variables = {"NO_PROXY", "no_proxy"},
       .read = [](const Settings& s) { return s.no_proxy; }},
      {.name = "MetadataEndpoint",
       .give = [](Arguments& a, const std::string& v) { a.ec2_metadata_service_endpoint = v; },
       .variables = {"AWS_EC2_METADATA_SERVICE_ENDPOINT"},
       .config_key = "ec2_metadata_service_endpoint",
       .read = [](const Settings& s) { return s.instance.endpoint; },
       .usual = "http://169.254.169.254",
       .values = urls},
      {.name = "MetadataSwitch",
       .give = [](Arguments& a, const std::string& v) { a.skip_metadata_api_check = v == "true"; },
       .variables = {"AWS_EC2_METADATA_DISABLED"},
       .read = [](const Settings& s) { return FlagText(s.instance.disabled); },
       .usual = "false",
       .values = flags},
      {.name = "Fips",
       .give = [](Arguments& a, const std::string& v) { a.use_fips_endpoint = v == "true"; },
       .variables = {"AWS_USE_FIPS_ENDPOINT"},
       .config_key = "use_fips_endpoint",
       .read = [](const Settings& s) { return FlagText(s.use_fips); },
       .usual = "false",
       .values = flags},
      {.name = "DualStack",
       .give = [](Arguments& a, const std::string& v) { a.use_dualstack_endpoint = v == "true"; },
       .variables = {"AWS_USE_DUALSTACK_ENDPOINT"},
       .config_key = "use_dualstack_endpoint",
       .read = [](const Settings& s) { return FlagText(s.use_dualstack); },
       .usual = "false",
       .values = flags},
      {.name = "Endpoint",
       .give = [](Arguments& a, const std::string& v) { a.endpoint_entityresolution = v; },
       .variables = {"AWS_ENDPOINT_URL_ENTITYRESOLUTION", "AWS_ENDPOINT_URL"},
       .config_key = "endpoint_url",
       .read = [](const Settings& s) { return s.endpoint_entityresolution; },
       .values = urls},
      {.name = "S3Endpoint",
       .give = [](Arguments& a, const std::string& v) { a.endpoint_s3 = v; },
       .variables = {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"},
       .config_key = "endpoint_url",
       .read = [](const Settings& s) { return s.endpoint_s3; },
       .values = urls},
      {.name = "StsEndpoint",
       .give = [](Arguments& a, const std::string& v) { a.endpoint_sts = v; },
       .variables = {"AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"},
       .config_key = "endpoint_url",
       .read = [](const Settings& s) { return s.endpoint_sts; },
       .values = urls},
      {.name = "SsoEndpoint",
       .give = [](Arguments& a, const std::string& v) { a.endpoint_sso = v; },
       .variables = {"AWS_ENDPOINT_URL_SSO", "AWS_ENDPOINT_URL"},
       .config_key = "endpoint_url",
       .read = [](const Settings& s) { return s.endpoint_sso; },
       .values = urls},
      {.name = "Attempts",
       .give = [](Arguments& a, const std::string& v) { a.max_retries = std::stoi(v) - 1; },
       .variables = {"AWS_MAX_ATTEMPTS"},
       .config_key = "max_attempts",
       .read = [](const Settings& s) { return absl::StrCat(s.retry.max_attempts); },
       .usual = "3",
       .values = {"7", "8", "9"}},
      {.name = "RetryMode",
       .give = [](Arguments& a, const std::string& v) { a.retry_mode = v; },
       .variables = {"AWS_RETRY_MODE"},
       .config_key = "retry_mode",
       .read =
           [](const Settings& s) {
             return s.retry.mode == RetryMode::kAdaptive ? "adaptive" : "standard";
           },
       .usual = "standard",
       .values = {"adaptive", "adaptive", "adaptive"}},
      {.name = "AppId",
       .variables = {"AWS_SDK_UA_APP_ID"},
       .config_key = "sdk_ua_app_id",
       .read =
           [](const Settings& s) { return s.user_agent.empty() ? "" : s.user_agent[0].substr(4); }},
  };
}

class PrecedenceTest : public ::testing::TestWithParam<Row> {};

// Sets the places from the last to the first; each beats those that are set already.
TEST_P(PrecedenceTest, ArgumentThenVariablesThenConfig) {
  const Row row = GetParam();
  WithConfig environment("");
  Arguments arguments;
  auto value = row.values.rbegin();
  const auto expect = [&](const std::string& expected, const std::string& place) {
    const auto settings = ResolveSettings(arguments, environment);
    ASSERT_TRUE(settings.ok()) << place << ": " << settings.status();
    EXPECT_EQ(row.read(*settings), expected) << place;
  };
  expect(row.usual, "nowhere");
  if (!row.config_key.empty()) {
    environment.Write(absl::StrCat(row.config_key, " = ", *value, "\n"));
    expect(*value++, "config");
  }
  for (auto variable = row.variables.rbegin(); variable != row.variables.rend(); ++variable) {
    environment.variables[*variable] = *value;
    expect(*value++, *variable);
  }
  if (row.give) {
    row.give(arguments, *value);
    expect(*value, "argument");
  }
}

INSTANTIATE_TEST_SUITE_P(All, PrecedenceTest, ::testing::ValuesIn(Rows()),
                         [](const auto& test) { return test.param.name; });

TEST(ResolveSettingsTest, AFlagThatIsGivenAsFalseBeatsTheEnvironment) {
  WithConfig environment("use_fips_endpoint = true\n");
  environment.variables["AWS_USE_FIPS_ENDPOINT"] = "true";
  EXPECT_FALSE(ResolveSettings({.use_fips_endpoint = false}, environment)->use_fips);
}

TEST(ResolveSettingsTest, AnEmptyArgumentIsNone) {
  FakeEnvironment environment;
  environment.variables["AWS_REGION"] = "eu-west-1";
  EXPECT_EQ(ResolveSettings({.region = ""}, environment)->region, "eu-west-1");
}

// ------------------------------------------------------------------------------ keys, profile

TEST(ResolveSettingsTest, KeysComeInPairs) {
  const auto settings =
      ResolveSettings({.access_key = "AK", .secret_key = "SK", .token = "T"}, FakeEnvironment());
  EXPECT_EQ(settings->keys->access_key_id, "AK");
  EXPECT_EQ(settings->keys->session_token.Reveal(), "T");
  EXPECT_FALSE(ResolveSettings({}, FakeEnvironment())->keys);
  EXPECT_THAT(ErrorWith({.access_key = "AK"}), HasSubstr("secret_key is not"));
  EXPECT_THAT(ErrorWith({.access_key = "AK", .secret_key = "SK", .token = "T\n"}),
              HasSubstr("the argument token holds white space"));
  EXPECT_THAT(ErrorWith({.secret_key = "SK"}), HasSubstr("access_key is not"));
}

TEST(ResolveSettingsTest, TheProfileDecidesWhatTheConfigSays) {
  WithConfig environment("region = a\n[profile dev]\nregion = b\n");
  EXPECT_EQ(ResolveSettings({}, environment)->region, "a");
  environment.variables["AWS_DEFAULT_PROFILE"] = "dev";
  EXPECT_EQ(ResolveSettings({}, environment)->region, "b");
  EXPECT_FALSE(ResolveSettings({}, environment)->profile_is_explicit);
  environment.variables["AWS_PROFILE"] = "default";
  EXPECT_EQ(ResolveSettings({}, environment)->region, "a");
  const auto settings = ResolveSettings({.profile = "dev"}, environment);
  EXPECT_EQ(settings->region, "b");
  EXPECT_TRUE(settings->profile_is_explicit);
}

TEST(ResolveSettingsTest, AProfileMustBeThere) {
  EXPECT_EQ(ErrorWith({.profile = "none"}, WithConfig("")),
            "there is no profile \"none\" (the argument profile) in ~/.aws/config and "
            "~/.aws/credentials (not there)");
  FakeEnvironment environment;
  environment.variables["AWS_PROFILE"] = "none";
  EXPECT_THAT(ErrorWith({}, environment), HasSubstr("(AWS_PROFILE)"));
}

TEST(ResolveSettingsTest, TheFilesHaveTheirOwnPrecedence) {
  WithConfig environment("region = usual\n");
  environment.files["/variable"] = "[default]\nregion = variable\n";
  environment.files["/argument"] = "[default]\nregion = argument\n";
  EXPECT_EQ(ResolveSettings({}, environment)->region, "usual");
  environment.variables["AWS_CONFIG_FILE"] = "/variable";
  EXPECT_EQ(ResolveSettings({}, environment)->region, "variable");
  EXPECT_EQ(ResolveSettings({.shared_config_files = {"/argument"}}, environment)->region,
            "argument");
  environment.files["/credentials"] = "[default]\naws_access_key_id = AK\n";
  environment.variables["AWS_SHARED_CREDENTIALS_FILE"] = "/credentials";
  EXPECT_EQ(
      ResolveSettings({}, environment)->profiles.CredentialsValue("default", "aws_access_key_id"),
      "AK");
}

// As they were written before there was use_fips_endpoint.
TEST(ResolveSettingsTest, RegionsOfFipsEndpointsMeanFips) {
  for (const char* region : {"fips-us-east-1", "us-east-1-fips"}) {
    FakeEnvironment environment;
    environment.variables["AWS_REGION"] = region;
    const auto settings = ResolveSettings({}, environment);
    ASSERT_TRUE(settings.ok()) << settings.status();
    EXPECT_EQ(settings->region, "us-east-1");
    EXPECT_TRUE(settings->use_fips);
  }
}

// --------------------------------------------------------------------------------- endpoints

TEST(ResolveSettingsTest, TheServicesSectionBeatsTheProfilesEndpoint) {
  const WithConfig environment(
      "services = local\nendpoint_url = http://all\n"
      "[services local]\nsts =\n  endpoint_url = http://sts\n");
  const auto settings = ResolveSettings({}, environment);
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->endpoint_sts, "http://sts");
  EXPECT_EQ(settings->endpoint_entityresolution, "http://all");
}

// Else calls that were meant for a stand-in would go to AWS.
TEST(ResolveSettingsTest, AServicesSectionThatIsNotThereIsAnError) {
  WithConfig environment("services = typo\n[services local]\nsts =\n  endpoint_url = http://sts\n");
  EXPECT_EQ(ErrorWith({}, environment),
            "the profile \"default\" has services of which there is no section in ~/.aws/config");
  environment.variables["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true";
  EXPECT_TRUE(ResolveSettings({}, environment).ok());
}

TEST(ResolveSettingsTest, ConfiguredEndpointsCanBeIgnoredButNotArguments) {
  WithConfig environment("endpoint_url = http://c\n");
  environment.variables = {{"HOME", "/h"},
                           {"AWS_ENDPOINT_URL", "http://e"},
                           {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"}};
  const auto settings = ResolveSettings({.endpoint_sts = "http://a"}, environment);
  EXPECT_EQ(settings->endpoint_entityresolution, "");
  EXPECT_EQ(settings->endpoint_sts, "http://a");
  const WithConfig config("endpoint_url = http://c\nignore_configured_endpoint_urls = true\n");
  EXPECT_EQ(ResolveSettings({}, config)->endpoint_entityresolution, "");
}

TEST(ResolveSettingsTest, TheMetadataModeChoosesTheAddress) {
  const auto endpoint = [](Arguments arguments) {
    return ResolveSettings(arguments, FakeEnvironment())->instance.endpoint;
  };
  EXPECT_EQ(endpoint({.ec2_metadata_service_endpoint_mode = "IPv6"}), "http://[fd00:ec2::254]");
  EXPECT_EQ(endpoint({.ec2_metadata_service_endpoint_mode = "IPv4"}), "http://169.254.169.254");
  EXPECT_EQ(endpoint({.ec2_metadata_service_endpoint = "http://x:1/",
                      .ec2_metadata_service_endpoint_mode = "IPv6"}),
            "http://x:1");
}

TEST(ResolveSettingsTest, MetadataTimesComeFromTheEnvironment) {
  FakeEnvironment environment;
  environment.variables = {{"AWS_METADATA_SERVICE_TIMEOUT", "5"},
                           {"AWS_METADATA_SERVICE_NUM_ATTEMPTS", "4"}};
  const auto settings = ResolveSettings({}, environment);
  EXPECT_EQ(settings->instance.timeout, absl::Seconds(5));
  EXPECT_EQ(settings->instance.attempts, 4);
}

TEST(ResolveSettingsTest, WhatIsNoSwitchOrNumberOfTheMetadataServiceIsIgnored) {
  for (const auto& [value, disabled] :
       {std::pair("1", false), std::pair("yes", false), std::pair("False", false),
        std::pair("TRUE", true), std::pair("true", true)}) {
    const auto settings = ResolveSettings({}, WithVariable("AWS_EC2_METADATA_DISABLED", value));
    ASSERT_TRUE(settings.ok()) << settings.status();
    EXPECT_EQ(settings->instance.disabled, disabled) << value;
  }
  for (const char* value : {"0", "-1", "x", "1.5", "99999999999"}) {
    FakeEnvironment environment;
    environment.variables = {{"AWS_METADATA_SERVICE_TIMEOUT", value},
                             {"AWS_METADATA_SERVICE_NUM_ATTEMPTS", value}};
    const auto settings = ResolveSettings({}, environment);
    ASSERT_TRUE(settings.ok()) << settings.status();
    EXPECT_EQ(settings->instance.timeout, absl::Seconds(1));
    EXPECT_EQ(settings->instance.attempts, 2);
  }
}

// ----------------------------------------------------------------------------------- proxies

TEST(ResolveSettingsTest, TheArgumentHttpProxyAloneServesHttpsTooWithAWarning) {
  const auto settings = ResolveSettings({.http_proxy = Secret("http://p:1")}, FakeEnvironment());
  EXPECT_EQ(settings->https_proxy.url, "http://p:1");
  EXPECT_THAT(settings->warnings, ElementsAre(HasSubstr("https_proxy")));

  FakeEnvironment environment;
  environment.variables["HTTPS_PROXY"] = "http://q:2";
  const auto both = ResolveSettings({.http_proxy = Secret("http://p:1")}, environment);
  EXPECT_EQ(both->https_proxy.url, "http://q:2");
  EXPECT_TRUE(both->warnings.empty());
}

TEST(ResolveSettingsTest, AProxyThatIsNoneIsRefusedWithoutItsPassword) {
  for (const std::string proxy :
       {"http://u:s3cr3t@bad host:1", "u:s3cr3t@", "http://u:s3cr3t?x@p:1",
        "http://u:s3cr3t%0a@p:1", "http://u:s3cr3t\n@p:1"}) {
    EXPECT_THAT(ErrorWith({}, WithVariable("HTTPS_PROXY", proxy)),
                AllOf(HasSubstr("HTTPS_PROXY"), Not(HasSubstr("s3cr3t"))));
    const absl::Status status =
        ResolveSettings({.http_proxy = Secret(proxy)}, FakeEnvironment()).status();
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr("the argument http_proxy"), Not(HasSubstr("s3cr3t"))));
    EXPECT_EQ(ArgumentOf(status), "") << "Terraform would show the line, and the password in it";
  }
}

// ----------------------------------------------------------------------------------- the rest

TEST(ResolveSettingsTest, AMistakeInAnArgumentNamesIt) {
  const auto argument = [](const Arguments& arguments) {
    return ArgumentOf(ResolveSettings(arguments, FakeEnvironment()).status());
  };
  EXPECT_EQ(argument({.profile = "none"}), "profile");
  EXPECT_EQ(argument({.retry_mode = "often"}), "retry_mode");
  EXPECT_EQ(argument({.endpoint_sts = "nonsense"}), "endpoints.0.sts");
  EXPECT_EQ(argument({.ec2_metadata_service_endpoint = "x"}), "ec2_metadata_service_endpoint");
  EXPECT_EQ(argument({.allowed_account_ids = {"1"}, .forbidden_account_ids = {"2"}}),
            "forbidden_account_ids");
  EXPECT_EQ(ArgumentOf(ResolveSettings({}, WithVariable("AWS_RETRY_MODE", "x")).status()), "");
}

TEST(ResolveSettingsTest, TheUserAgentGathersAll) {
  FakeEnvironment environment;
  environment.variables = {{"TF_APPEND_USER_AGENT", "ci/7"}, {"AWS_SDK_UA_APP_ID", "app7"}};
  EXPECT_THAT(ResolveSettings({.user_agent = {"mine/1"}}, environment)->user_agent,
              ElementsAre("app/app7", "mine/1", "ci/7"));
}

TEST(ResolveSettingsTest, LegacyStsIsAsked) {
  EXPECT_FALSE(ResolveSettings({}, FakeEnvironment())->sts_legacy_global);
  EXPECT_TRUE(
      ResolveSettings({}, WithConfig("sts_regional_endpoints = legacy\n"))->sts_legacy_global);
}

TEST(ResolveSettingsTest, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(ErrorWith({}, WithVariable("AWS_USE_FIPS_ENDPOINT", "yes")),
            "AWS_USE_FIPS_ENDPOINT is \"yes\"; it must be true or false");
  EXPECT_EQ(ErrorWith({}, WithVariable("AWS_MAX_ATTEMPTS", "0")),
            "AWS_MAX_ATTEMPTS is \"0\"; it must be a whole number of at least 1");
  EXPECT_EQ(
      ErrorWith({}, WithConfig("retry_mode = often\n")),
      "retry_mode of the profile \"default\" is wrong (not shown here): it must be standard or "
      "adaptive");
  EXPECT_EQ(ErrorWith({.ec2_metadata_service_endpoint_mode = "IPv5"}),
            "the argument ec2_metadata_service_endpoint_mode is \"IPv5\"; it must be IPv4 or IPv6");
  EXPECT_EQ(ErrorWith({}, WithVariable("AWS_STS_REGIONAL_ENDPOINTS", "x")),
            "AWS_STS_REGIONAL_ENDPOINTS is \"x\"; it must be regional or legacy");
  EXPECT_EQ(ErrorWith({.allowed_account_ids = {"1"}, .forbidden_account_ids = {"2"}}),
            "the arguments allowed_account_ids and forbidden_account_ids exclude each other");
  EXPECT_EQ(ErrorWith({.max_retries = -1}), "the argument max_retries must not be negative");
  EXPECT_EQ(ErrorWith({.requests_per_second = 0}),
            "the argument requests_per_second must be above zero");
  EXPECT_EQ(ErrorWith({}, WithVariable("AWS_ENDPOINT_URL_STS", "localhost:80")),
            "AWS_ENDPOINT_URL_STS is \"localhost:80\"; it must be a URL of the form "
            "https://host[:port][/path]");
  EXPECT_EQ(ErrorWith({}, WithVariable("AWS_ENDPOINT_URL", "http://me:s3cr3t@h/")),
            "AWS_ENDPOINT_URL is \"***@h/\"; it must be a URL of the form "
            "https://host[:port][/path]");
  EXPECT_EQ(ErrorWith({}, WithVariable("AWS_ENDPOINT_URL", "http://h/?token=s3cr3t")),
            "AWS_ENDPOINT_URL is \"http://h/?***\"; it must not have a query");
  EXPECT_EQ(
      ErrorWith({}, WithConfig("endpoint_url = x\n")),
      "endpoint_url of the profile \"default\" is wrong (not shown here): it must be a URL of "
      "the form https://host[:port][/path]");
  EXPECT_THAT(ErrorWith({}, WithConfig("services = s\n[services s]\nsts =\n  endpoint_url = x\n")),
              HasSubstr("endpoint_url of sts in the section [services s] is wrong"));
  EXPECT_EQ(ErrorWith({}, WithVariable("AWS_REGION", "evil.com/")),
            "AWS_REGION is \"evil.com/\"; it must be an AWS Region such as eu-west-1");
  EXPECT_EQ(ErrorWith({}, WithVariable("AWS_DEFAULT_REGION", "eu-west-1a")),
            "AWS_DEFAULT_REGION is \"eu-west-1a\"; it must be an AWS Region such as eu-west-1");
  EXPECT_THAT(ErrorWith({}, WithVariable("TF_APPEND_USER_AGENT", "a\r\nX-Evil: 1")),
              HasSubstr("TF_APPEND_USER_AGENT"));
  EXPECT_THAT(ErrorWith({.user_agent = {"a\n"}}), HasSubstr("user_agent"));
}

}  // namespace
}  // namespace er::aws
