#include "plugin/handshake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "support/fake_environment.h"

namespace er::plugin {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kAddress[] = "registry.terraform.io/idmapping/entityresolution";

TEST(Cookie, TellsAHostFromAPerson) {
  FakeEnvironment environment;
  environment.variables["TF_PLUGIN_MAGIC_COOKIE"] =
      "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";
  EXPECT_TRUE(CheckCookie(environment, kAddress).ok());
}

TEST(Cookie, APersonReadsInOneLineWhatThisIsAndHowToInstallIt) {
  for (const std::string cookie : {"", "another program's"}) {
    FakeEnvironment environment;
    environment.variables["TF_PLUGIN_MAGIC_COOKIE"] = cookie;
    const absl::Status status = CheckCookie(environment, kAddress);
    ASSERT_FALSE(status.ok());
    const std::string line(status.message());
    EXPECT_THAT(line, HasSubstr("plugin that Terraform and OpenTofu start by themselves"));
    EXPECT_THAT(line, HasSubstr("source = \"idmapping/entityresolution\""));
    EXPECT_THAT(line, HasSubstr("terraform init"));
    EXPECT_THAT(line, Not(HasSubstr("\n")));
  }
}

TEST(Cookie, KeepsTheHostOfAPrivateRegistryInTheAddress) {
  const absl::Status status = CheckCookie(FakeEnvironment(), "example.com/a/b");
  EXPECT_THAT(std::string(status.message()), HasSubstr("\"example.com/a/b\""));
}

absl::Status CheckVersions(const std::string& offered) {
  FakeEnvironment environment;
  environment.variables["PLUGIN_PROTOCOL_VERSIONS"] = offered;
  return CheckProtocolVersion(environment);
}

TEST(ProtocolVersion, IsFoundInAnyPlaceOfTheList) {
  EXPECT_TRUE(CheckVersions("5,6").ok());
  EXPECT_TRUE(CheckVersions("6,5").ok());
  EXPECT_TRUE(CheckVersions("6").ok());
}

TEST(ProtocolVersion, IsTakenForGrantedIfTheHostNamesNone) { EXPECT_TRUE(CheckVersions("").ok()); }

TEST(ProtocolVersion, MustBeOfferedElse) {
  for (const std::string offered : {"4,5", "16,60", "six"}) {
    const absl::Status status = CheckVersions(offered);
    ASSERT_FALSE(status.ok()) << offered;
    EXPECT_THAT(std::string(status.message()), HasSubstr(offered));
  }
}

TEST(HandshakeLine, HasSixFields) {
  EXPECT_EQ(HandshakeLine({.socket_path = "/tmp/a b/socket", .certificate = "MIIB+/"}),
            "1|6|unix|/tmp/a b/socket|grpc|MIIB+/\n");
}

TEST(HandshakeLine, EndsInAnEmptyFieldWithoutTls) {
  EXPECT_EQ(HandshakeLine({.socket_path = "/tmp/socket"}), "1|6|unix|/tmp/socket|grpc|\n");
}

// A host older than go-plugin 1.6 would take a seventh field for a part of the certificate.
TEST(HandshakeLine, HasASeventhFieldOnlyForAHostThatOffersMultiplexing) {
  FakeEnvironment environment;
  EXPECT_FALSE(OffersMultiplexing(environment));
  environment.variables["PLUGIN_MULTIPLEX_GRPC"] = "true";
  EXPECT_TRUE(OffersMultiplexing(environment));
  EXPECT_EQ(
      HandshakeLine({.socket_path = "/s", .certificate = "MII", .answers_multiplex_offer = true}),
      "1|6|unix|/s|grpc|MII|false\n");
}

TEST(ReattachLine, IsAShellAssignmentOfWhatTerraformReads) {
  EXPECT_EQ(ReattachLine("example.com/a/b", 1234, "/tmp/s"),
            R"(TF_REATTACH_PROVIDERS='{"example.com/a/b":{"Protocol":"grpc","ProtocolVersion":6,)"
            R"("Pid":1234,"Test":true,"Addr":{"Network":"unix","String":"/tmp/s"}}}')"
            "\n");
}

TEST(ReattachLine, QuotesForJsonAndForTheShell) {
  EXPECT_THAT(ReattachLine("a/b", 1, R"(/it's "a\b")"),
              HasSubstr(R"("String":"/it'\''s \"a\\b\"")"));
}

}  // namespace
}  // namespace er::plugin
