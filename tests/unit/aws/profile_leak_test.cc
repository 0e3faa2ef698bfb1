// Keys and tokens lie in the shared files, and people write these files by hand. Whatever a file
// looks like: no message and no line of the log shows what is in it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "aws/connection.h"
#include "base/log.h"
#include "support/fake_clock.h"
#include "support/fake_environment.h"
#include "support/fake_transport.h"

namespace er::aws {
namespace {

// Of no characters that only a secret has: nothing but its place tells what it is.
constexpr char kSecret[] = "s3cr3tKEYs3cr3tKEYs3cr3tKEYs3cr3tKEY1234";

// SECRET stands for the secret. What is between the lines of most: the keys of the next section or
// line end up in the value of another key.
constexpr const char* kShapes[] = {
    // Indented, in each way.
    "[default]\n  aws_access_key_id = AKIA1\n  aws_secret_access_key = SECRET\n",
    "[default]\n\taws_access_key_id = AKIA1\n\taws_secret_access_key = SECRET\n",
    "[default]\naws_access_key_id = AKIA1\n  aws_secret_access_key = SECRET\n",
    "[default]\n aws_access_key_id = AKIA1\n  aws_secret_access_key = SECRET\n",
    "  [default]\n  aws_access_key_id = AKIA1\n  aws_secret_access_key = SECRET\n",
    "[default]\nregion = eu-west-1\n  aws_access_key_id = AKIA1\n  aws_secret_access_key = "
    "SECRET\n",
    "[default]\nregion =\n  aws_access_key_id = AKIA1\n  aws_secret_access_key = SECRET\n",
    "[default]\nregion = eu-west-1\n  aws_secret_access_key: SECRET\n",
    "[default]\nregion = eu-west-1\n  aws_secret_access_key SECRET\n",
    "[default]\nregion = eu-west-1\n  SECRET\n",
    "[default]\naws_access_key_id = AKIA1\n  SECRET\n",
    "[default]\naws_access_key_id =\n  AKIA1\naws_secret_access_key =\n  SECRET\n",
    "[default]\naws_access_key_id = AKIA1\n  aws_secret_access_key: SECRET\n",
    "[default]\nretry_mode = standard\n  [other]\n  aws_secret_access_key = SECRET\n",
    "[default]\nmax_attempts = 3\n  -aws_secret_access_key = SECRET\n",
    "[default]\nuse_fips_endpoint = true\n  1 = SECRET\n",
    "[default]\nca_bundle = /ca.pem\n  aws secret access key = SECRET\n",
    "[default]\nendpoint_url = http://h\n  aws-secret-access-key = SECRET\n",
    // Two on a line.
    "[default]\naws_access_key_id = AKIA1 aws_secret_access_key = SECRET\n",
    "[default] aws_access_key_id = AKIA1\naws_secret_access_key = SECRET\n",
    "[default]\nregion = eu-west-1 aws_secret_access_key = SECRET\n",
    "[default]\nregion = eu-west-1, aws_secret_access_key = SECRET\n",
    "[default]\nregion = eu-west-1\vaws_secret_access_key = SECRET\n",
    "[default]\nregion = eu-west-1\faws_secret_access_key = SECRET\n",
    "[default]\nregion = eu-west-1\xE2\x80\xA8"
    "aws_secret_access_key = SECRET\n",
    "[default]\nregion = eu-west-1\xC2\x85"
    "aws_secret_access_key = SECRET\n",
    "[default]\nregion = eu-west-1\\naws_secret_access_key = SECRET\n",
    "[default]\rregion = eu west\raws_secret_access_key = SECRET\r",
    // In the place of another value.
    "[default]\nregion = /SECRET\n",
    "[default]\nregion = SECRET!\n",
    "[default]\nca_bundle = SECRET\n",
    "[default]\nca_bundle = ~/SECRET\n",
    "[default]\nretry_mode = SECRET\n",
    "[default]\nmax_attempts = SECRET\n",
    "[default]\nuse_fips_endpoint = SECRET\n",
    "[default]\nuse_dualstack_endpoint = SECRET\n",
    "[default]\nignore_configured_endpoint_urls = SECRET\n",
    "[default]\nsts_regional_endpoints = SECRET\n",
    "[default]\nsdk_ua_app_id = \x01SECRET\n",
    "[default]\nec2_metadata_service_endpoint = SECRET\n",
    "[default]\nec2_metadata_service_endpoint_mode = SECRET\n",
    "[default]\nmetadata_service_timeout = SECRET\n",
    "[default]\nmetadata_service_num_attempts = SECRET\n",
    "[default]\nendpoint_url = SECRET\n",
    "[default]\nendpoint_url = https://me:SECRET@host/\n",
    "[default]\nendpoint_url = https://host/?key=SECRET\n",
    "[default]\nendpoint_url = https://host/ SECRET\n",
    "[default]\nservices = s\n[services s]\nsts =\n  endpoint_url = SECRET\n",
    "[default]\nservices = s\n[services s]\nentityresolution =\n  endpoint_url = ftp://SECRET\n",
    "[default]\nservices = SECRET\n",
    "[default]\nrole_arn = SECRET\nsource_profile = default\n",
    "[default]\nrole_arn = SECRET\ncredential_source = Environment\n",
    "[default]\nrole_arn = arn:aws:iam::1:role/x SECRET\nsource_profile = default\n",
    "[default]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = SECRET\n",
    "[default]\nrole_arn = arn:aws:iam::1:role/x\ncredential_source = SECRET\n",
    "[default]\nrole_arn = arn:aws:iam::1:role/x\ncredential_source = "
    "Environment\nduration_seconds = SECRET\n",
    "[default]\nrole_arn = arn:aws:iam::1:role/x\ncredential_source = Environment\nmfa_serial = "
    "SECRET\n",
    "[default]\nrole_arn = arn:aws:iam::1:role/x\ncredential_source = Environment\nexternal_id = "
    "SECRET\n",
    "[default]\nrole_arn = arn:aws:iam::1:role/x\nweb_identity_token_file = SECRET\n",
    "[default]\nrole_arn = SECRET\nweb_identity_token_file = /token\n",
    "[default]\nweb_identity_token_file = SECRET\n",
    "[default]\ncredential_process = SECRET\n",
    "[default]\ncredential_process = /none --key SECRET\n",
    "[default]\ncredential_process = KEY=SECRET /bin/true\n",
    "[default]\ncredential_process = '/none SECRET'\n",
    "[default]\ncredential_process = \"SECRET\n",
    "[default]\ncredential_process = /bin/echo SECRET\n",
    "[default]\ncredential_process = /bin/sh -c 'echo SECRET; echo SECRET >&2; exit 3'\n",
    "[default]\nsso_session = SECRET\nsso_account_id = 1\nsso_role_name = r\n",
    "[default]\nsso_account_id = 1\nsso_role_name = r\nsso_region = SECRET!\nsso_start_url = u\n",
    "[default]\nsso_account_id = 1\nsso_role_name = r\nsso_region = eu-west-1\nsso_start_url = "
    "SECRET\n",
    "[default]\nsso_account_id = SECRET\n",
    "[default]\nsso_role_name = SECRET\n",
    "[default]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n[sso-session "
    "s]\nsso_region = SECRET/\nsso_start_url = u\n",
    // Half of what it takes, and what is written wrong.
    "[default]\naws_secret_access_key = SECRET\n",
    "[default]\naws_access_key_id = SECRET\n",
    "[default]\naws_session_token = SECRET\n",
    "[default]\naws_access_key_id = AKIA1\nsecret_access_key = SECRET\n",
    "[default]\naws_access_key_id = AKIA1\naws_secret_access_key SECRET\n",
    "[default]\naws_access_key_id = AKIA1\n\"aws_secret_access_key\" = SECRET\n",
    "[default]\naws_access_key_id = AKIA1\n\xC2\xA0"
    "aws_secret_access_key = SECRET\n",
    "[default]\nexport AWS_SECRET_ACCESS_KEY=SECRET\n",
    "[default\naws_access_key_id = AKIA1\naws_secret_access_key = SECRET\n",
    "default\naws_access_key_id = AKIA1\naws_secret_access_key = SECRET\n",
    "aws_access_key_id = AKIA1\naws_secret_access_key = SECRET\n",
    "[]\naws_secret_access_key = SECRET\n",
    "[default aws_secret_access_key = SECRET]\n",
    "[aws_secret_access_key = SECRET]\naws_access_key_id = AKIA1\n",
    "[profile SECRET]\naws_access_key_id = AKIA1\n",
    "[default]\n[aws_secret_access_key] = SECRET\n",
    "{\"default\": {\"aws_access_key_id\": \"AKIA1\", \"aws_secret_access_key\": \"SECRET\"}}",
    "<credentials><key>SECRET</key></credentials>",
    "SECRET",
    "\xFF\xFE[\0d\0]\0\nSECRET",
    "[default]\naws_access_key_id = AKIA1\naws_secret_access_key = SECRET # mine\n",
    "[default]\naws_access_key_id = AK IA 1\naws_secret_access_key = SECRET\n",
    "[default]\naws_access_key_id = AKIA1\x1b[31m\naws_secret_access_key = SECRET\n",
    "[default]\naws_access_key_id = AKIA1\naws_secret_access_key = SECRET\naws_session_token = "
    "SECRET SECRET\n",
    // Another profile's, which is not asked for.
    "[profile other]\naws_access_key_id = AKIA1\naws_secret_access_key = SECRET\n[default]\nregion "
    "= /\n",
    "[other]\n  aws_access_key_id = AKIA1\n  aws_secret_access_key = SECRET\n[default]\nretry_mode "
    "= x\n",
    "[default]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = other\n[profile "
    "other]\naws_secret_access_key = SECRET\n",
    "[default]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = other\n[profile "
    "other]\ncredential_process = SECRET\n",
    "[default]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = other\n[profile "
    "other]\nrole_arn = SECRET\nsource_profile = default\n",
};

enum class Place { kConfig, kCredentials, kBoth };

void PrintTo(Place place, std::ostream* out) {
  *out << (place == Place::kConfig        ? "config file"
           : place == Place::kCredentials ? "credentials file"
                                          : "both files");
}

class ProfileLeakTest : public ::testing::TestWithParam<std::tuple<int, Place>> {};

TEST_P(ProfileLeakTest, NothingOfTheFilesIsShown) {
  const auto& [shape, place] = GetParam();
  const std::string text = absl::StrReplaceAll(kShapes[shape], {{"SECRET", kSecret}});
  FakeEnvironment environment;
  environment.variables["HOME"] = "/h";
  if (place != Place::kCredentials) environment.files["/h/.aws/config"] = text;
  if (place != Place::kConfig) environment.files["/h/.aws/credentials"] = text;
  FakeTransport transport;  // nobody answers
  FakeClock clock;

  log::SetLevel(log::Level::kTrace);
  ::testing::internal::CaptureStderr();
  const absl::StatusOr<Settings> settings = ResolveSettings({}, environment);
  absl::Status status = settings.status();
  if (status.ok()) {
    status =
        Connection::Open(
            *settings, {.environment = &environment, .clock = &clock, .transport = &transport}, {})
            .status();
  }
  const std::string logged = ::testing::internal::GetCapturedStderr();
  log::SetLevel(log::Level::kOff);
  // Eight characters of it are enough to tell.
  for (std::size_t i = 0; i + 8 <= sizeof kSecret - 1; ++i) {
    const absl::string_view piece = absl::string_view(kSecret).substr(i, 8);
    ASSERT_FALSE(absl::StrContains(status.message(), piece)) << status;
    ASSERT_FALSE(absl::StrContains(logged, piece)) << logged;
  }
  EXPECT_FALSE(status.ok()) << "nobody answers";
}

INSTANTIATE_TEST_SUITE_P(
    All, ProfileLeakTest,
    ::testing::Combine(::testing::Range(0, static_cast<int>(std::size(kShapes))),
                       ::testing::Values(Place::kConfig, Place::kCredentials, Place::kBoth)));

}  // namespace
}  // namespace er::aws
