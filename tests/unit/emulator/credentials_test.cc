#include "emulator/credentials.h"

#include <functional>
#include <ostream>

#include "gtest/gtest.h"
#include "unit/emulator/signer.h"

namespace er::emulator {
namespace {

const absl::Time kNow =
    absl::FromCivil(absl::CivilSecond(2026, 1, 2, 3, 4, 5), absl::UTCTimeZone());

Credentials Keys(const Signing& signing, absl::Time expires = absl::InfiniteFuture()) {
  return {{signing.access_key,
           {.access_key = signing.access_key,
            .secret_key = signing.secret_key,
            .session_token = signing.session_token,
            .account = "123456789012",
            .expires = expires}}};
}

Request StartRequest() {
  return {.method = "POST", .path = "/idmappingworkflows/customers/jobs", .body = "{}"};
}

std::string Verdict(const Request& request, const Credentials& credentials, absl::Time now = kNow,
                    absl::string_view service = "entityresolution") {
  const auto result = Authenticate(request, credentials, service, now);
  const Error* error = std::get_if<Error>(&result);
  return error == nullptr ? "accepted" : error->name;
}

// Requests that others signed: AWS's documentation and test suite, and botocore.
struct Vector {
  std::string name;
  Request request;
  std::string service{};
  std::string token{};
};

void PrintTo(const Vector& vector, std::ostream* out) { *out << vector.name; }

class SignedByOthers : public testing::TestWithParam<Vector> {};

TEST_P(SignedByOthers, IsAccepted) {
  const Vector& vector = GetParam();
  const std::string stamp = vector.request.Header("x-amz-date");
  absl::Time then;
  ASSERT_TRUE(absl::ParseTime("%E4Y%m%dT%H%M%SZ", stamp, &then, nullptr));
  const Signing signing{.session_token = vector.token};

  EXPECT_EQ(Verdict(vector.request, Keys(signing), then, vector.service), "accepted");

  Request changed = vector.request;
  changed.query += "&x=y";
  EXPECT_EQ(Verdict(changed, Keys(signing), then, vector.service), "InvalidSignatureException");
}

std::string Authorization(const std::string& scope, const std::string& headers,
                          const std::string& signature) {
  return "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/" + scope +
         "/aws4_request, SignedHeaders=" + headers + ", Signature=" + signature;
}

INSTANTIATE_TEST_SUITE_P(
    , SignedByOthers,
    testing::Values(
        Vector{
            .name = "GetVanilla",  // aws-sig-v4-test-suite
            .request = {.method = "GET",
                        .path = "/",
                        .headers = {{"host", "example.amazonaws.com"},
                                    {"x-amz-date", "20150830T123600Z"},
                                    {"authorization",
                                     Authorization("20150830/us-east-1/service", "host;x-amz-date",
                                                   "5fa00fa31553b73ebf1942676e86291e8372ff2a22"
                                                   "60956d9b8aae1d763fbf31")}}},
            .service = "service"},
        Vector{.name = "ListUsers",  // the example of the documentation
               .request = {.method = "GET",
                           .path = "/",
                           .query = "Action=ListUsers&Version=2010-05-08",
                           .headers = {{"content-type",
                                        "application/x-www-form-urlencoded; charset=utf-8"},
                                       {"host", "iam.amazonaws.com"},
                                       {"x-amz-date", "20150830T123600Z"},
                                       {"authorization",
                                        Authorization("20150830/us-east-1/iam",
                                                      "content-type;host;x-amz-date",
                                                      "5d672d79c15b13162d9279b0855cfba6789a8edb4c"
                                                      "82c400e06b5924a6f2b5d7")}}},
               .service = "iam"},
        Vector{.name = "ArnAndUnsortedQuery",  // botocore
               .request = {.method = "GET",
                           .path = "/idmappingworkflows/arn%3Aaws%3Aentityresolution%3Aeu-west-1"
                                   "%3A123456789012%3Aidmappingworkflow%2Fwf/jobs",
                           .query = "nextToken=YS9i%2Bw%3D%3D&maxResults=5",
                           .headers = {{"host", "localhost:4566"},
                                       {"x-amz-date", "20260102T030405Z"},
                                       {"authorization",
                                        Authorization("20260102/eu-west-1/entityresolution",
                                                      "host;x-amz-date",
                                                      "d893f567f8a480bc9534e2463f70aa7fef9d8a2368"
                                                      "dd1144d4ae011cd9f62191")}}},
               .service = "entityresolution"},
        Vector{.name = "BodyAndToken",  // botocore
               .request = {.method = "POST",
                           .path = "/idmappingworkflows/customers/jobs",
                           .headers = {{"content-type", "application/json"},
                                       {"host", "localhost:4566"},
                                       {"x-amz-date", "20260102T030405Z"},
                                       {"x-amz-security-token", "FwoGZXIvYXdzEXAMPLE/token+=="},
                                       {"authorization",
                                        Authorization("20260102/eu-west-1/entityresolution",
                                                      "content-type;host;x-amz-date;"
                                                      "x-amz-security-token",
                                                      "d11ce6217ebfc1feea6b6d7088d4b0598b33df2aca"
                                                      "5d6ddcf86f0dcfab3da6c9")}},
                           .body = "{\"jobType\":\"BATCH\"}"},
               .service = "entityresolution",
               .token = "FwoGZXIvYXdzEXAMPLE/token+=="}),
    [](const auto& parameter) { return parameter.param.name; });

TEST(Authenticate, NamesTheCaller) {
  Request request = StartRequest();
  Sign(request, {}, kNow);

  const auto result = Authenticate(request, Keys({}), "entityresolution", kNow);

  ASSERT_TRUE(std::holds_alternative<Caller>(result));
  const Caller& caller = std::get<Caller>(result);
  EXPECT_EQ(caller.access_key, "AKIDEXAMPLE");
  EXPECT_EQ(caller.account, "123456789012");
  EXPECT_EQ(caller.region, "eu-west-1");
}

TEST(Authenticate, HoldsTheSignatureAgainstEveryPartOfTheRequest) {
  const std::pair<const char*, std::function<void(Request&)>> changes[] = {
      {"method", [](Request& r) { r.method = "PUT"; }},
      {"path", [](Request& r) { r.path += "x"; }},
      {"query", [](Request& r) { r.query = "maxResults=1"; }},
      {"body", [](Request& r) { r.body = "{ }"; }},
      {"host", [](Request& r) { r.headers[0].second = "127.0.0.1"; }},
      {"time", [](Request& r) { r.headers[1].second = "20260102T030406Z"; }},
      {"payload hash", [](Request& r) { r.headers.emplace_back("x-amz-content-sha256", "00"); }},
      {"unsigned x-amz header", [](Request& r) { r.headers.emplace_back("x-amz-acl", "x"); }},
  };
  for (const auto& [part, change] : changes) {
    Request request = StartRequest();
    Sign(request, {}, kNow);
    ASSERT_EQ(Verdict(request, Keys({})), "accepted");
    change(request);
    EXPECT_EQ(Verdict(request, Keys({})), "InvalidSignatureException") << part;
  }
}

TEST(Authenticate, FoldsSpacesInHeaders) {
  Request request = StartRequest();
  Sign(request, {}, kNow);
  request.headers[0].second = "  localhost ";
  EXPECT_EQ(Verdict(request, Keys({})), "accepted");
}

TEST(Authenticate, TakesTimesWithinFiveMinutes) {
  Request request = StartRequest();
  Sign(request, {}, kNow);
  const auto verdict = [&](absl::Duration later) {
    return Verdict(request, Keys({}), kNow + later);
  };
  EXPECT_EQ(verdict(absl::Minutes(5)), "accepted");
  EXPECT_EQ(verdict(absl::Minutes(-5)), "accepted");
  EXPECT_EQ(verdict(absl::Seconds(301)), "RequestTimeTooSkewed");
  EXPECT_EQ(verdict(absl::Seconds(-301)), "RequestTimeTooSkewed");
}

TEST(Authenticate, KnowsKeyTokenAndExpiry) {
  const Signing temporary{.session_token = "token"};
  Request request = StartRequest();
  Sign(request, temporary, kNow);

  EXPECT_EQ(Verdict(request, Keys(temporary)), "accepted");
  EXPECT_EQ(Verdict(request, Keys({.session_token = "another"})), "UnrecognizedClientException");
  EXPECT_EQ(Verdict(request, Keys({})), "UnrecognizedClientException");
  EXPECT_EQ(Verdict(request, {}), "UnrecognizedClientException");
  EXPECT_EQ(Verdict(request, Keys(temporary, kNow)), "ExpiredTokenException");
  EXPECT_EQ(Verdict(request, Keys({.secret_key = "wrong", .session_token = "token"})),
            "InvalidSignatureException");
}

TEST(Authenticate, WantsItsService) {
  Request request = StartRequest();
  Sign(request, {.service = "execute-api"}, kNow);
  EXPECT_EQ(Verdict(request, Keys({})), "InvalidSignatureException");
}

TEST(Authenticate, TellsWhatIsMissing) {
  EXPECT_EQ(Verdict(StartRequest(), Keys({})), "MissingAuthenticationTokenException");

  const std::string scope = "20260102/eu-west-1/entityresolution";
  const std::string good = Authorization(scope, "host;x-amz-date", "00");
  const std::pair<std::string, const char*> cases[] = {
      {good, "InvalidSignatureException"},
      {"Basic abc", "IncompleteSignatureException"},
      {"AWS4-HMAC-SHA256 Signature=00", "IncompleteSignatureException"},
      {good + ", Extra=1", "IncompleteSignatureException"},
      {Authorization(scope, "host;x-amz-date", ""), "IncompleteSignatureException"},
      {Authorization(scope, "", "00"), "IncompleteSignatureException"},
      {Authorization("20260102/eu-west-1", "host;x-amz-date", "00"),
       "IncompleteSignatureException"},
      {Authorization(scope, "x-amz-date", "00"), "InvalidSignatureException"},
      {Authorization(scope, "host", "00"), "InvalidSignatureException"},
      {Authorization(scope, "x-amz-date;host", "00"), "InvalidSignatureException"},
      {Authorization(scope, "Host;x-amz-date", "00"), "InvalidSignatureException"},
      {Authorization(scope, "host;x-amz-date;x-none", "00"), "InvalidSignatureException"},
      {Authorization("20260103/eu-west-1/entityresolution", "host;x-amz-date", "00"),
       "InvalidSignatureException"},
  };
  for (const auto& [authorization, verdict] : cases) {
    Request request = StartRequest();
    request.headers = {{"host", "localhost"},
                       {"x-amz-date", "20260102T030405Z"},
                       {"authorization", authorization}};
    EXPECT_EQ(Verdict(request, Keys({})), verdict) << authorization;
  }
}

TEST(Authenticate, WantsTheTimeInItsForm) {
  for (const char* time : {"2026-01-02T03:04:05Z", "20260102T0304Z", "now"}) {
    Request request = StartRequest();
    Sign(request, {}, kNow);
    request.headers[1].second = time;
    EXPECT_EQ(Verdict(request, Keys({})), "IncompleteSignatureException") << time;
  }
}

}  // namespace
}  // namespace er::emulator
