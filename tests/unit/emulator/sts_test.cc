#include "emulator/sts.h"

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "unit/emulator/client.h"

namespace er::emulator {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr char kAssume[] =
    "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A210987654321%3Arole%2Fp%2Fr"
    "&RoleSessionName=me";
constexpr char kWebIdentity[] =
    "Action=AssumeRoleWithWebIdentity&Version=2011-06-15"
    "&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fr&RoleSessionName=me&WebIdentityToken=";

std::string Text(const Seen& seen, const std::string& tag) {
  const std::string& xml = seen.answer.body;
  const std::size_t begin = xml.find("<" + tag + ">") + tag.size() + 2;
  return xml.substr(begin, xml.find("</" + tag + ">") - begin);
}

class EmulatedSts : public testing::Test {
 protected:
  // The keys that an answer gives out.
  Signing SessionOf(const Seen& seen) {
    EXPECT_EQ(seen.code(), 200) << seen.answer.body;
    return {.access_key = Text(seen, "AccessKeyId"),
            .secret_key = Text(seen, "SecretAccessKey"),
            .session_token = Text(seen, "SessionToken")};
  }

  Client client;
};

TEST_F(EmulatedSts, SaysWhoTheCallerIs) {
  const Seen seen = client.Sts("Action=GetCallerIdentity&Version=2011-06-15");
  EXPECT_EQ(Text(seen, "Account"), "123456789012");
  EXPECT_EQ(Text(seen, "Arn"), "arn:aws:iam::123456789012:user/emulator");
}

TEST_F(EmulatedSts, GivesOutKeysThatEverythingTakesUntilTheyEnd) {
  const Seen assumed = client.Sts(std::string(kAssume) + "&DurationSeconds=900");
  EXPECT_EQ(Text(assumed, "Expiration"), "2026-01-02T03:19:05Z");
  EXPECT_EQ(Text(assumed, "Arn"), "arn:aws:sts::210987654321:assumed-role/r/me");
  client.signing = SessionOf(assumed);
  EXPECT_THAT(client.signing.access_key, StartsWith("ASIA"));
  const Seen identity = client.Sts("Action=GetCallerIdentity");
  EXPECT_EQ(Text(identity, "Arn"), "arn:aws:sts::210987654321:assumed-role/r/me");
  EXPECT_EQ(Text(identity, "Account"), "210987654321");
  client.Start();
  client.Control("PUT", "buckets/b-1", {{"region", "eu-west-1"}, {"account", "210987654321"}});
  EXPECT_EQ(client.S3("PUT", "/b-1/k", "x").code(), 200);

  client.clock.Advance(absl::Minutes(15));
  EXPECT_EQ(client.List("customers").error(), "ExpiredTokenException");
  EXPECT_EQ(client.S3("GET", "/b-1/k").error(), "ExpiredToken");
  EXPECT_EQ(client.Sts("Action=GetCallerIdentity").error(), "ExpiredToken");
}

TEST_F(EmulatedSts, EachSessionHasItsKeys) {
  const Signing one = SessionOf(client.Sts(kAssume));
  const Signing two = SessionOf(client.Sts(kAssume));
  EXPECT_NE(one.access_key, two.access_key);
  EXPECT_NE(one.secret_key, two.secret_key);
  client.signing = one;
  client.signing.session_token = two.session_token;
  EXPECT_EQ(client.List("customers").error(), "UnrecognizedClientException");
}

TEST_F(EmulatedSts, ARoleThatARoleAssumesLastsAnHour) {
  client.signing = SessionOf(client.Sts(std::string(kAssume) + "&DurationSeconds=43200"));
  EXPECT_EQ(client.Sts(std::string(kAssume) + "&DurationSeconds=3601").error(), "ValidationError");
  EXPECT_EQ(client.Sts(std::string(kAssume) + "&DurationSeconds=3600").code(), 200);
}

TEST_F(EmulatedSts, AWebIdentityNeedsNoSignature) {
  const Seen assumed = client.Sts(absl::StrCat(kWebIdentity, "any"), false);
  client.signing = SessionOf(assumed);
  client.Start();
  EXPECT_EQ(client.Sts(kWebIdentity, false).error(), "InvalidIdentityToken");
  const auto token = [&](absl::Time expiry) {
    const std::string claims =
        absl::StrCat("{\"sub\":\"repo:me/it\",\"exp\":", absl::ToUnixSeconds(expiry), "}");
    return absl::StrCat(kWebIdentity, "aGVhZA.", absl::WebSafeBase64Escape(claims), ".c2ln");
  };
  EXPECT_EQ(Text(client.Sts(token(client.clock.Now() + absl::Minutes(1)), false),
                 "SubjectFromWebIdentityToken"),
            "repo:me/it");
  EXPECT_EQ(client.Sts(token(client.clock.Now()), false).error(), "ExpiredToken");
}

TEST_F(EmulatedSts, LetsSessionsEndEarly) {
  client.Control("POST", "config", {{"session_duration", "20s"}});
  client.signing = SessionOf(client.Sts(kAssume));
  client.Start();
  client.clock.Advance(absl::Seconds(20));
  EXPECT_EQ(client.List("customers").error(), "ExpiredTokenException");
}

TEST_F(EmulatedSts, RefusesWhatIsWrong) {
  for (const char* change : {"&RoleArn=r", "&RoleSessionName=x", "&RoleSessionName=a+b",
                             "&DurationSeconds=899", "&DurationSeconds=43201"}) {
    EXPECT_EQ(client.Sts(std::string(kAssume) + change).error(), "ValidationError") << change;
  }
  EXPECT_EQ(client.Sts("Action=GetSessionToken").error(), "InvalidAction");
  EXPECT_EQ(client.Sts(kAssume, false).error(), "MissingAuthenticationToken");
}

TEST_F(EmulatedSts, MeetsFaults) {
  client.Control("POST", "faults",
                 {{"faults", {{{"kind", "access-denied"}, {"operation", "AssumeRole"}}}}});
  EXPECT_EQ(client.Sts(kAssume).error(), "AccessDenied");
  EXPECT_EQ(client.Sts(kAssume).code(), 200);
}

}  // namespace
}  // namespace er::emulator
