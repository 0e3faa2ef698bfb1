#include "aws/profile_file.h"

#include <gtest/gtest.h>

#include "support/fake_environment.h"

namespace er::aws {
namespace {

TEST(ParseProfileFileTest, FindsSectionsAndKeys) {
  const auto sections = ParseProfileFile(
      "[default]\n"
      "region = eu-west-1\n"
      "[ profile dev ] # mine\n"
      "Role_ARN=arn:aws:iam::1:role/x\r\n"
      "\n"
      "; a comment\n"
      "output = json ; another\n"
      "token = a#b;c\n"
      "[other]\n"
      "region=\n");
  EXPECT_EQ(sections.at("default").Value("region"), "eu-west-1");
  EXPECT_EQ(sections.at("profile dev").Value("role_arn"), "arn:aws:iam::1:role/x");
  EXPECT_EQ(sections.at("profile dev").Value("output"), "json");
  EXPECT_EQ(sections.at("profile dev").Value("token"), "a#b;c");
  EXPECT_EQ(sections.at("other").Value("region"), std::nullopt);
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

TEST(ParseProfileFileTest, AColonSeparatesTooWhereItIsFirst) {
  const auto sections = ParseProfileFile(
      "[default]\nregion: eu-west-1\nrole_arn : "
      "arn:aws:iam::1:role/x\nsso_start_url=https://a:1/b=c\n");
  EXPECT_EQ(sections.at("default").Value("region"), "eu-west-1");
  EXPECT_EQ(sections.at("default").Value("role_arn"), "arn:aws:iam::1:role/x");
  EXPECT_EQ(sections.at("default").Value("sso_start_url"), "https://a:1/b=c");
}

TEST(ParseProfileFileTest, AnIndentedLineContinuesAValue) {
  const auto sections = ParseProfileFile("[default]\na = 1\n  2\n  --x = 3\nb = 4\n");
  EXPECT_EQ(sections.at("default").Value("a"), "1\n2\n--x = 3");
  EXPECT_EQ(sections.at("default").Value("b"), "4");
}

// People paste what was indented elsewhere.
TEST(ParseProfileFileTest, AWholeSectionMayBeIndented) {
  for (const char* text : {
           "[default]\n  aws_access_key_id = AK\n  aws_secret_access_key = SK\n  region = r\n",
           "[default]\n\taws_access_key_id=AK\n\taws_secret_access_key=SK\n\tregion=r\n",
           "  [default]\n  aws_access_key_id = AK\n  aws_secret_access_key = SK\n  region = r\n",
           "[default]\n    aws_access_key_id: AK\n    aws_secret_access_key: SK\n    region: r\n",
           "[default]\n  aws_access_key_id = AK\n# a comment\n\n  aws_secret_access_key = SK\n  "
           "region = r",
           "[default]\r\n  aws_access_key_id = AK\r\n  aws_secret_access_key = SK\r\n  region = "
           "r\r\n",
           "[default]\r  aws_access_key_id = AK\r  aws_secret_access_key = SK\r  region = r\r",
       }) {
    const auto sections = ParseProfileFile(text);
    EXPECT_EQ(sections.at("default").Value("aws_access_key_id"), "AK") << text;
    EXPECT_EQ(sections.at("default").Value("aws_secret_access_key"), "SK") << text;
    EXPECT_EQ(sections.at("default").Value("region"), "r") << text;
  }
}

// Where botocore takes a key for a part of the value before it, the SDK for Go takes it for a key.
TEST(ParseProfileFileTest, AKeyThatIsIndentedMoreThanTheOneBeforeIsAKey) {
  const auto sections = ParseProfileFile(
      "[default]\naws_access_key_id = AK\n  aws_secret_access_key = SK\n    region = r\n output = "
      "x\n"
      "  [profile dev]\n  region = s\n");
  EXPECT_EQ(sections.at("default").Value("aws_access_key_id"), "AK");
  EXPECT_EQ(sections.at("default").Value("aws_secret_access_key"), "SK");
  EXPECT_EQ(sections.at("default").Value("region"), "r");
  EXPECT_EQ(sections.at("default").Value("output"), "x");
  EXPECT_EQ(sections.at("profile dev").Value("region"), "s");
}

TEST(ParseProfileFileTest, AKeyWithoutAValueHasOnlyWhatIsIndentedMore) {
  const auto sections =
      ParseProfileFile("[default]\n  sts =\n    endpoint_url = e\n  region =\n  output = o\n");
  EXPECT_EQ(sections.at("default").nested.at("sts").at("endpoint_url"), "e");
  EXPECT_EQ(sections.at("default").Value("region"), std::nullopt);
  EXPECT_EQ(sections.at("default").Value("output"), "o");
}

TEST(ParseProfileFileTest, ALaterKeyOverridesAnEarlierOne) {
  const auto sections = ParseProfileFile("[a]\nx=1\n[b]\nx=2\n[a]\nx=3\n");
  EXPECT_EQ(sections.at("a").Value("x"), "3");
}

TEST(ParseProfileFileTest, ANoBreakSpaceIsASpace) {
  const auto sections = ParseProfileFile(
      "[default]\n\xC2\xA0region\xC2\xA0=\xC2\xA0r\xC2\xA0\n\xC2\xA0output = o\xC2\xA0# mine\n");
  EXPECT_EQ(sections.at("default").Value("region"), "r");
  EXPECT_EQ(sections.at("default").Value("output"), "o");
}

TEST(ExpandHomeTest, KnowsTheWaysOfWritingIt) {
  FakeEnvironment environment;
  environment.variables["HOME"] = "/h";
  const std::pair<const char*, const char*> cases[] = {
      {"~", "/h"},      {"~/x", "/h/x"},  {"$HOME/x", "/h/x"},      {"${HOME}/x", "/h/x"},
      {"~x/y", "~x/y"}, {"/~/x", "/~/x"}, {"$HOMER/x", "$HOMER/x"}, {"", ""}};
  for (const auto& [path, expanded] : cases) EXPECT_EQ(ExpandHome(environment, path), expanded);
  EXPECT_EQ(ExpandHome(FakeEnvironment(), "~/x"), "~/x");
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
    return Profiles::Load(environment_, {"~/.aws/config"}, {"~/.aws/credentials"});
  }

  FakeEnvironment environment_{};
};

TEST_F(ProfilesTest, NoFilesAreEmptyOnes) {
  EXPECT_FALSE(Load().Has("default"));
  EXPECT_EQ(Load().files(), "~/.aws/config (not there) and ~/.aws/credentials (not there)");
}

TEST_F(ProfilesTest, AFileThatCannotBeReadIsLeftOutAndNamed) {
  environment_.failures = {{"~/.aws/config", absl::PermissionDeniedError("Permission denied")}};
  environment_.files["~/.aws/credentials"] = "[dev]\naws_access_key_id=AK\n";
  EXPECT_EQ(Load().Value("dev", "aws_access_key_id"), "AK");
  EXPECT_EQ(Load().files(), "~/.aws/config (Permission denied) and ~/.aws/credentials");
}

TEST_F(ProfilesTest, TheNameOfAFileIsShownAsItMayBe) {
  EXPECT_EQ(Profiles::Load(environment_, {"a\r"}, {"b\x1b[31m"}).files(),
            "a\\u000d (not there) and b\\u001b[31m (not there)");
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

TEST_F(ProfilesTest, TheNameOfAProfileIsASingleWordOfAShell) {
  environment_.files["~/.aws/config"] =
      "[profile\tdev]\nregion=1\n[profile \"my  dev\"]\nregion=2\n[profile  'a]\nregion=3\n"
      "[profile 'x y' ]\nregion=4\n[profile]\nregion=5\n[sso-session \t\"my work\"]\nsso_region=6\n"
      "[profiles]\nregion=7\n[profile \"a]b #c\"]\nregion=10\n[profile d] # not [e]\nregion=11\n";
  environment_.files["~/.aws/credentials"] = "[ my  prod ]\nregion=8\n[\"quoted\"]\nregion=9\n";
  const Profiles profiles = Load();
  EXPECT_EQ(profiles.Value("dev", "region"), "1");
  EXPECT_EQ(profiles.Value("my  dev", "region"), "2");
  EXPECT_FALSE(profiles.Has("a"));
  EXPECT_FALSE(profiles.Has("'a"));
  EXPECT_EQ(profiles.Value("x y", "region"), "4");
  EXPECT_FALSE(profiles.Has(""));
  EXPECT_EQ(profiles.SsoSession("my work")->Value("sso_region"), "6");
  EXPECT_FALSE(profiles.Has("profiles"));
  EXPECT_EQ(profiles.Value("my  prod", "region"), "8") << "the credentials file has bare names";
  EXPECT_EQ(profiles.Value("\"quoted\"", "region"), "9");
}

TEST_F(ProfilesTest, ALaterFileOverridesAnEarlierOne) {
  environment_.files = {{"/a", "[default]\nregion=1\noutput=x\n"}, {"/b", "[default]\nregion=2\n"}};
  const auto profiles = Profiles::Load(environment_, {"/a", "/b"}, {});
  EXPECT_EQ(profiles.Value("default", "region"), "2");
  EXPECT_EQ(profiles.Value("default", "output"), "x");
}

}  // namespace
}  // namespace er::aws
