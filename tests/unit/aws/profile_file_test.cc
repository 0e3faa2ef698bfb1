#include "aws/profile_file.h"

#include <gtest/gtest.h>

#include "support/fake_environment.h"

namespace er::aws {
namespace {

TEST(ParseProfileFileTest, FindsSectionsAndKeys) {
  const auto sections = ParseProfileFile(
      "[default]\n"
      "region = eu-west-1\n"
      "[ profile   dev ] # mine\n"
      "Role_ARN=arn:aws:iam::1:role/x\r\n"
      "\n"
      "; a comment\n"
      "output = json ; another\n"
      "token = a#b;c\n"
      "[profile \"two words\"]\n"
      "region=\n");
  EXPECT_EQ(sections.at("default").Value("region"), "eu-west-1");
  EXPECT_EQ(sections.at("profile dev").Value("role_arn"), "arn:aws:iam::1:role/x");
  EXPECT_EQ(sections.at("profile dev").Value("output"), "json");
  EXPECT_EQ(sections.at("profile dev").Value("token"), "a#b;c");
  EXPECT_EQ(sections.at("profile two words").Value("region"), std::nullopt);
}

TEST(ParseProfileFileTest, NestedKeysAreIndented) {
  const auto sections = ParseProfileFile(
      "[services local]\n"
      "sts =\n"
      "  endpoint_url = http://127.0.0.1:1\n"
      "entityresolution = \n"
      "\tENDPOINT_URL=http://127.0.0.1:2\n");
  const ProfileSection& services = sections.at("services local");
  EXPECT_EQ(services.nested.at("sts").at("endpoint_url"), "http://127.0.0.1:1");
  EXPECT_EQ(services.nested.at("entityresolution").at("endpoint_url"), "http://127.0.0.1:2");
}

TEST(ParseProfileFileTest, AnIndentedLineContinuesAValue) {
  const auto sections = ParseProfileFile("[default]\na = 1\n  2 = 3\nb = 4\n");
  EXPECT_EQ(sections.at("default").Value("a"), "1\n2 = 3");
  EXPECT_EQ(sections.at("default").Value("b"), "4");
}

TEST(ParseProfileFileTest, ALaterKeyOverridesAnEarlierOne) {
  const auto sections = ParseProfileFile("[a]\nx=1\n[b]\nx=2\n[a]\nx=3\n");
  EXPECT_EQ(sections.at("a").Value("x"), "3");
}

TEST(ParseProfileFileTest, ReadsAnything) {
  EXPECT_TRUE(ParseProfileFile("").empty());
  EXPECT_TRUE(ParseProfileFile("key = before any section\n  indented\n").empty());
  EXPECT_TRUE(ParseProfileFile("[no end\nkey = 1\n").empty());
  EXPECT_TRUE(ParseProfileFile("[]\nkey = 1\n").empty());
  EXPECT_TRUE(ParseProfileFile("[a]\nno equals sign\n= no key\n").at("a").values.empty());
  EXPECT_TRUE(ParseProfileFile(std::string("\0\xff[\n=", 5)).empty());
  EXPECT_EQ(ParseProfileFile("\xEF\xBB\xBF[a]\nb=1").at("a").Value("b"), "1");
}

class ProfilesTest : public ::testing::Test {
 protected:
  Profiles Load() {
    auto profiles = Profiles::Load(environment_, {"~/.aws/config"}, {"~/.aws/credentials"});
    EXPECT_TRUE(profiles.ok()) << profiles.status();
    return *std::move(profiles);
  }

  FakeEnvironment environment_{};
};

TEST_F(ProfilesTest, NoFilesAreEmptyOnes) {
  EXPECT_FALSE(Load().Has("default"));
  EXPECT_EQ(Load().files(), "~/.aws/config (not there) and ~/.aws/credentials (not there)");
}

TEST_F(ProfilesTest, CredentialsOverrideConfig) {
  environment_.variables["HOME"] = "/home/me";
  environment_.files["/home/me/.aws/config"] =
      "[profile dev]\nregion=eu-west-1\naws_access_key_id=CONFIG\n";
  environment_.files["/home/me/.aws/credentials"] = "[dev]\naws_access_key_id=CREDENTIALS\n";
  const Profiles profiles = Load();
  EXPECT_TRUE(profiles.Has("dev"));
  EXPECT_EQ(profiles.Value("dev", "region"), "eu-west-1");
  EXPECT_EQ(profiles.Value("dev", "aws_access_key_id"), "CREDENTIALS");
  EXPECT_EQ(profiles.ConfigValue("dev", "aws_access_key_id"), "CONFIG");
  EXPECT_EQ(profiles.Value("prod", "region"), std::nullopt);
}

TEST_F(ProfilesTest, InTheConfigFileAProfileHasItsPrefix) {
  environment_.variables["HOME"] = "/h";
  environment_.files["/h/.aws/config"] =
      "[dev]\nregion=a\n[profile default]\nregion=b\n[default]\nregion=c\n"
      "[sso-session s]\nsso_region=d\n[services v]\nsts=\n  endpoint_url=e\n";
  const Profiles profiles = Load();
  EXPECT_FALSE(profiles.Has("dev"));
  EXPECT_EQ(profiles.Value("default", "region"), "b");
  EXPECT_EQ(profiles.SsoSession("s")->Value("sso_region"), "d");
  EXPECT_EQ(profiles.Services("v")->nested.at("sts").at("endpoint_url"), "e");
  EXPECT_EQ(profiles.SsoSession("none"), nullptr);
}

TEST_F(ProfilesTest, ALaterFileOverridesAnEarlierOne) {
  environment_.files = {{"/a", "[default]\nregion=1\noutput=x\n"}, {"/b", "[default]\nregion=2\n"}};
  const auto profiles = Profiles::Load(environment_, {"/a", "/b"}, {});
  EXPECT_EQ(profiles->Value("default", "region"), "2");
  EXPECT_EQ(profiles->Value("default", "output"), "x");
}

}  // namespace
}  // namespace er::aws
