#include "aws/rest_json_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "aws/error.h"
#include "base/status.h"
#include "http/curl_transport.h"
#include "support/fake_clock.h"
#include "support/fake_transport.h"
#include "support/http_server.h"

namespace er::aws {
namespace {

using http::Delivery;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const Operation kStart{.name = "StartIdMappingJob",
                       .method = "POST",
                       .path = "/idmappingworkflows/{workflowName}/jobs"};
const Operation kList{.name = "ListIdMappingJobs",
                      .method = "GET",
                      .path = "/idmappingworkflows/{workflowName}/jobs",
                      .query = {"nextToken", "maxResults"},
                      .repeatable = true};
const json kMembers = {{"workflowName", "wf"}};

std::string Header(const http::Request& request, absl::string_view name) {
  for (const auto& [header, value] : request.headers) {
    if (header == name) return value;
  }
  return "";
}

// Gives credentials "AK1", "AK2", ...: the next one after each Invalidate().
class CountingCredentials final : public CredentialsSource {
 public:
  absl::StatusOr<Credentials> Get(std::stop_token) override {
    if (!status.ok()) return status;
    return Credentials{.access_key_id = absl::StrCat("AK", number),
                       .secret_access_key = Secret("SK"),
                       .session_token = token};
  }
  void Invalidate(const Credentials& refused) override {
    EXPECT_EQ(refused.access_key_id, absl::StrCat("AK", number));
    ++number;
  }

  int number = 1;
  Secret token{"T0K3N"};
  absl::Status status = absl::OkStatus();
};

class RestJsonClientTest : public ::testing::Test {
 protected:
  std::unique_ptr<Client> NewClient() {
    return NewRestJsonClient("https://er.example.com", {.transport = &transport_,
                                                        .clock = &clock_,
                                                        .credentials = &credentials_,
                                                        .service = "entityresolution",
                                                        .region = "eu-west-1",
                                                        .retry = retry_,
                                                        .user_agent = "test/1",
                                                        .random = [] { return 1ULL << 63; }});
  }

  absl::StatusOr<Answer> Start() { return NewClient()->Call(kStart, kMembers, {}); }
  absl::StatusOr<Answer> List() { return NewClient()->Call(kList, kMembers, {}); }

  void Refuse(int code, std::string name, http::Headers headers = {}) {
    headers.emplace_back("x-amzn-errortype", std::move(name));
    transport_.Answer(code, R"({"message": "no"})", std::move(headers));
  }

  FakeTransport transport_;
  FakeClock clock_;
  CountingCredentials credentials_;
  RetryPolicy retry_;
};

// ------------------------------------------------------------------------------- the request

TEST(EncodeRestJsonTest, AnArnIsOneSegment) {
  const auto request =
      EncodeRestJson("https://h", kStart, {{"workflowName", "arn:aws:er:x:1:wf/a=+ä"}});
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->url,
            "https://h/idmappingworkflows/arn%3Aaws%3Aer%3Ax%3A1%3Awf%2Fa%3D%2B%C3%A4/jobs");
}

TEST(EncodeRestJsonTest, WithoutMembersTheBodyIsAnEmptyObject) {
  const auto request = EncodeRestJson("https://h", kStart, kMembers);
  EXPECT_EQ(request->body, "{}");
  EXPECT_EQ(Header(*request, "content-type"), "application/json");
}

TEST(EncodeRestJsonTest, WhatIsNotInThePathIsInTheBody) {
  const auto request =
      EncodeRestJson("https://h", kStart, {{"workflowName", "wf"}, {"jobType", "BATCH"}});
  EXPECT_EQ(request->body, R"({"jobType":"BATCH"})");
}

TEST(EncodeRestJsonTest, AGetHasAQueryAndNoBody) {
  const auto request = EncodeRestJson(
      "https://h", kList, {{"workflowName", "wf"}, {"maxResults", 25}, {"nextToken", "a+/="}});
  EXPECT_EQ(request->url,
            "https://h/idmappingworkflows/wf/jobs?nextToken=a%2B%2F%3D&maxResults=25");
  EXPECT_EQ(request->body, "");
  EXPECT_EQ(Header(*request, "content-type"), "");
}

TEST(EncodeRestJsonTest, AListInTheQueryRepeatsItsKey) {
  const Operation untag{
      .name = "UntagResource", .method = "DELETE", .path = "/tags/{arn}", .query = {"tagKeys"}};
  const auto request =
      EncodeRestJson("https://h", untag, {{"arn", "a"}, {"tagKeys", {"x", "y z", nullptr}}});
  EXPECT_EQ(request->url, "https://h/tags/a?tagKeys=x&tagKeys=y%20z");
}

TEST(EncodeRestJsonTest, AListInAHeaderIsOneHeaderAndQuotesWhatHasACommaInIt) {
  const Operation erase{.name = "BatchDeleteUniqueId",
                        .method = "DELETE",
                        .path = "/matchingworkflows/{workflowName}/uniqueids",
                        .header = {"inputSource", "uniqueIds"}};
  const auto request = EncodeRestJson(
      "https://h", erase,
      {{"workflowName", "wf"}, {"uniqueIds", {"4711", "a,b", "c\"d"}}, {"inputSource", nullptr}});
  EXPECT_EQ(request->url, "https://h/matchingworkflows/wf/uniqueids");
  EXPECT_EQ(Header(*request, "uniqueIds"), R"(4711,"a,b","c\"d")");
  EXPECT_EQ(request->headers.size(), 1U) << "what is null says nothing";
  EXPECT_EQ(request->body, "");
}

TEST(EncodeRestJsonTest, AHeaderOfAConfidentialOperationIsASecret) {
  Operation erase{
      .name = "BatchDeleteUniqueId", .method = "DELETE", .path = "/ids", .header = {"uniqueIds"}};
  const json members = {{"uniqueIds", {"4711", "4712"}}};
  EXPECT_TRUE(EncodeRestJson("https://h", erase, members)->secrets.empty());
  erase.confidential = true;
  const auto request = EncodeRestJson("https://h", erase, members);
  ASSERT_EQ(request->secrets.size(), 1U);
  EXPECT_EQ(request->secrets[0].Reveal(), "4711,4712");
}

TEST(EncodeRestJsonTest, APathMustHaveItsMembers) {
  for (const json& members :
       {json::object(), json{{"workflowName", ""}}, json{{"workflowName", ".."}},
        json{{"workflowName", "."}}, json{{"workflowName", nullptr}}, json("text")}) {
    EXPECT_EQ(EncodeRestJson("https://h", kStart, members).status().code(),
              absl::StatusCode::kInvalidArgument)
        << members;
  }
}

TEST_F(RestJsonClientTest, ARequestItCannotEncodeIsNotSent) {
  const auto answer = NewClient()->Call(kStart, json::object(), {});
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorOf(answer.status())->execution, Execution::kNotSent);
  EXPECT_TRUE(transport_.requests().empty());
}

TEST_F(RestJsonClientTest, SignsAndNamesItself) {
  transport_.Answer(200, "{}");
  ASSERT_TRUE(Start().ok());
  const http::Request request = transport_.requests().at(0);
  EXPECT_THAT(Header(request, "authorization"),
              StartsWith("AWS4-HMAC-SHA256 "
                         "Credential=AK1/20260102/eu-west-1/entityresolution/aws4_request, "
                         "SignedHeaders=amz-sdk-invocation-id;amz-sdk-request;content-type;host;"
                         "x-amz-date;x-amz-security-token, "));
  EXPECT_EQ(Header(request, "host"), "er.example.com");
  EXPECT_EQ(Header(request, "user-agent"), "test/1");
  EXPECT_EQ(Header(request, "amz-sdk-request"), "attempt=1; max=3");
}

TEST_F(RestJsonClientTest, OnlyReadsGoOverSharedConnections) {
  transport_.Answer(200, "{}");
  transport_.Answer(200, "{}");
  ASSERT_TRUE(Start().ok());
  ASSERT_TRUE(List().ok());
  EXPECT_TRUE(transport_.requests().at(0).at_most_once);
  EXPECT_FALSE(transport_.requests().at(1).at_most_once);
}

// -------------------------------------------------------------------------------- the answer

TEST_F(RestJsonClientTest, GivesBodyRequestIdAndDate) {
  transport_.Answer(200, R"({"jobId": "1"})",
                    {{"x-amzn-requestid", "7"}, {"date", "Fri, 02 Jan 2026 03:05:00 GMT"}});
  const auto answer = Start();
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->body, (json{{"jobId", "1"}}));
  EXPECT_EQ(answer->request_id, "7");
  EXPECT_EQ(answer->date - clock_.Now(), absl::Seconds(55));
}

TEST_F(RestJsonClientTest, WithoutADateItIsNow) {
  transport_.Answer(200, "{}", {{"date", "yesterday"}});
  EXPECT_EQ(Start()->date, clock_.Now());
}

TEST_F(RestJsonClientTest, TwoHundredAndFourHasNoBody) {
  transport_.Answer(204, "");
  EXPECT_EQ(Start()->body, json::object());
}

TEST_F(RestJsonClientTest, WhatAnswersNothingMayDoSoWithoutABody) {
  const Operation tag{
      .name = "TagResource", .method = "POST", .path = "/tags/{resourceArn}", .answers = false};
  for (const char* body : {"", "{}"}) {
    transport_.Answer(200, body);
    const auto answer = NewClient()->Call(tag, {{"resourceArn", "a"}}, {});
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(answer->body, json::object());
  }
}

TEST_F(RestJsonClientTest, AnErrorSaysAllThatIsKnown) {
  Refuse(400, "ConflictException", {{"x-amzn-requestid", "7"}});
  const auto answer = Start();
  EXPECT_EQ(answer.status().message(),
            "StartIdMappingJob in eu-west-1 was refused: ConflictException: no (HTTP 400, request "
            "id 7)");
  const Error error = *ErrorOf(answer.status());
  EXPECT_EQ(error.operation, "StartIdMappingJob");
  EXPECT_EQ(error.region, "eu-west-1");
  EXPECT_EQ(error.attempts, 1);
  EXPECT_EQ(error.execution, Execution::kRefused);
}

// The service shows all that should have been signed, and the session token is part of it.
TEST_F(RestJsonClientTest, ARefusedSignatureDoesNotShowTheToken) {
  transport_.Answer(403, R"({"message": "The Canonical String should have been x-token:T0K3N"})",
                    {{"x-amzn-errortype", "InvalidSignatureException"}});
  EXPECT_EQ(ErrorOf(Start().status())->message,
            "The Canonical String should have been x-token:***");
}

// ------------------------------------------------------------------------ a start is not repeated

TEST_F(RestJsonClientTest, AStartIsNotRepeatedWhereItMayHaveHappened) {
  const auto once = [&](absl::string_view what) {
    const std::size_t before = transport_.requests().size();
    const auto answer = Start();
    ASSERT_FALSE(answer.ok()) << what;
    EXPECT_EQ(ErrorOf(answer.status())->execution, Execution::kUnknown) << what;
    EXPECT_EQ(ErrorOf(answer.status())->attempts, 1) << what;
    EXPECT_EQ(transport_.requests().size(), before + 1) << what;
  };
  transport_.Fail(absl::UnavailableError("reset"), Delivery::kUnknown);
  once("reset after bytes were sent");
  transport_.Fail(absl::DeadlineExceededError("time-out"), Delivery::kUnknown);
  once("no answer in time");
  for (const int code : {500, 502, 503, 504}) {
    Refuse(code, "InternalServerException");
    once(absl::StrCat(code));
  }
  Refuse(503, "ThrottlingException");
  once("a server fault in the clothes of throttling");
  for (const char* body : {"", "<html>", "[]", "{\"jobId\": \"1", "null"}) {
    transport_.Answer(200, body);
    once(absl::StrCat("200 ", body));
  }
}

TEST_F(RestJsonClientTest, AStartIsRepeatedWhereNothingWasSent) {
  transport_.Fail(absl::UnavailableError("no route"), Delivery::kUnsent);
  transport_.Fail(absl::DeadlineExceededError("connecting took too long"), Delivery::kUnsent);
  transport_.Answer(200, R"({"jobId": "1"})");
  EXPECT_TRUE(Start().ok());
  EXPECT_EQ(clock_.sleeps(), (std::vector{absl::Milliseconds(500), absl::Seconds(1)}));
}

TEST_F(RestJsonClientTest, AStartThatNeverLeftSaysSo) {
  for (int i = 0; i < 3; ++i) transport_.Fail(absl::UnavailableError("x"), Delivery::kUnsent);
  const auto answer = Start();
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ErrorOf(answer.status())->execution, Execution::kNotSent);
  EXPECT_EQ(ErrorOf(answer.status())->attempts, 3);
}

TEST_F(RestJsonClientTest, AStartIsRepeatedWhereItWasThrottled) {
  Refuse(429, "ThrottlingException");
  Refuse(400, "TooManyRequestsException", {{"x-amz-retry-after", "3000"}});
  transport_.Answer(200, "{}");
  EXPECT_TRUE(Start().ok());
  EXPECT_EQ(clock_.sleeps(), (std::vector{absl::Seconds(1), absl::Seconds(3)}));
}

TEST_F(RestJsonClientTest, OtherRefusalsAreNotRepeated) {
  for (const auto& [code, name] :
       {std::pair(400, "ValidationException"), std::pair(400, "ConflictException"),
        std::pair(402, "ExceedsLimitException"), std::pair(403, "AccessDeniedException"),
        std::pair(404, "ResourceNotFoundException")}) {
    Refuse(code, name);
    EXPECT_EQ(ErrorOf(Start().status())->attempts, 1) << name;
  }
}

// ------------------------------------------------------------------------------ a read is

TEST_F(RestJsonClientTest, AReadIsRepeatedAfterAnyFailure) {
  retry_.max_attempts = 8;
  transport_.Fail(absl::UnavailableError("reset"), Delivery::kUnknown);
  transport_.Fail(absl::DeadlineExceededError("time-out"), Delivery::kUnknown);
  Refuse(500, "InternalServerException");
  transport_.Answer(502, "<html>");
  transport_.Answer(200, "{\"jobs\": [");
  Refuse(429, "ThrottlingException");
  transport_.Answer(200, "{}");
  EXPECT_TRUE(List().ok());
  EXPECT_EQ(transport_.requests().size(), 7u);
}

TEST_F(RestJsonClientTest, AReadEndsAfterItsAttempts) {
  for (int i = 0; i < 5; ++i) Refuse(500, "InternalServerException");
  EXPECT_EQ(ErrorOf(List().status())->attempts, 3);
  EXPECT_EQ(transport_.requests().size(), 3u);
}

TEST_F(RestJsonClientTest, TheAttemptsOfACallShareAnId) {
  Refuse(500, "InternalServerException");
  transport_.Answer(200, "{}");
  EXPECT_TRUE(List().ok());
  const auto requests = transport_.requests();
  EXPECT_EQ(Header(requests[0], "amz-sdk-invocation-id"),
            Header(requests[1], "amz-sdk-invocation-id"));
  EXPECT_EQ(Header(requests[1], "amz-sdk-request"), "attempt=2; max=3");
}

TEST_F(RestJsonClientTest, TheQuotaEndsRepetitionsBeforeTheAttemptsDo) {
  retry_.max_attempts = 1000;
  transport_.Otherwise([](const http::Request&) { return http::Response{.code = 500}; });
  EXPECT_EQ(ErrorOf(List().status())->attempts, 101);
}

TEST_F(RestJsonClientTest, AdaptiveModePacesAfterThrottling) {
  retry_.mode = RetryMode::kAdaptive;
  const auto client = NewClient();
  Refuse(429, "ThrottlingException");
  transport_.Otherwise(
      [](const http::Request&) { return http::Response{.code = 200, .body = "{}"}; });
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(client->Call(kList, kMembers, {}).ok());
  EXPECT_GT(clock_.sleeps().size(), 4u);  // one was the back-off
}

TEST_F(RestJsonClientTest, CallsPassTheLimiter) {
  RateLimiter limiter(1, clock_);
  transport_.Otherwise(
      [](const http::Request&) { return http::Response{.code = 200, .body = "{}"}; });
  const auto client = NewRestJsonClient("https://h", {.transport = &transport_,
                                                      .clock = &clock_,
                                                      .credentials = &credentials_,
                                                      .limiter = &limiter});
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(client->Call(kList, kMembers, {}).ok());
  EXPECT_EQ(clock_.Elapsed(), absl::Seconds(3));
}

// -------------------------------------------------------------------------- credentials and clock

TEST_F(RestJsonClientTest, AnExpiredTokenIsRefreshedOnce) {
  Refuse(403, "ExpiredTokenException");
  transport_.Answer(200, "{}");
  EXPECT_TRUE(Start().ok());
  EXPECT_THAT(Header(transport_.requests().at(1), "authorization"), HasSubstr("Credential=AK2/"));
  EXPECT_TRUE(clock_.sleeps().empty());

  Refuse(403, "ExpiredTokenException");
  Refuse(403, "ExpiredTokenException");
  const auto answer = Start();
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(ErrorOf(answer.status())->attempts, 2);
}

TEST_F(RestJsonClientTest, ARefreshTakesNoneOfTheAttempts) {
  retry_.max_attempts = 1;
  Refuse(403, "ExpiredTokenException");
  transport_.Answer(200, "{}");
  EXPECT_TRUE(Start().ok());
}

TEST_F(RestJsonClientTest, AReadTriesNewCredentialsAfterAny403) {
  Refuse(403, "UnrecognizedClientException");
  transport_.Answer(200, "{}");
  EXPECT_TRUE(List().ok());
  EXPECT_EQ(credentials_.number, 2);
}

TEST_F(RestJsonClientTest, A403ThatIsMeantDoesNotAskForNewCredentialsEachTime) {
  const auto client = NewClient();
  transport_.Otherwise([](const http::Request&) {
    return http::Response{.code = 403, .headers = {{"x-amzn-errortype", "AccessDeniedException"}}};
  });
  for (int minute = 0; minute < 10; ++minute) {
    EXPECT_FALSE(client->Call(kList, kMembers, {}).ok());
    clock_.Advance(absl::Minutes(1));
  }
  EXPECT_EQ(credentials_.number, 3);  // at the first call and five minutes later
}

TEST_F(RestJsonClientTest, A403WithKeysThatLastIsMeant) {
  credentials_.token = Secret();
  Refuse(403, "AccessDeniedException");
  EXPECT_FALSE(List().ok());
  EXPECT_EQ(credentials_.number, 1);
}

// The keys of the environment cannot change while the process runs.
TEST_F(RestJsonClientTest, ExpiredKeysThatCannotBecomeFreshEndItForGood) {
  StaticCredentials keys({.access_key_id = "AK",
                          .secret_access_key = Secret("SK"),
                          .session_token = Secret("T"),
                          .source = "the environment"});
  const auto client = NewRestJsonClient(
      "https://h", {.transport = &transport_, .clock = &clock_, .credentials = &keys});
  transport_.Answer(403, R"({"message": "it is expired"})",
                    {{"x-amzn-errortype", "ExpiredTokenException"}});
  const absl::Status expired = client->Call(kList, kMembers, {}).status();
  EXPECT_EQ(expired.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_TRUE(ErrorOf(expired)->lasting);
  EXPECT_EQ(ErrorOf(expired)->code, "ExpiredTokenException");
  EXPECT_EQ(ErrorOf(expired)->message,
            "it is expired; the keys come from the environment and stay the same as long as "
            "Terraform runs");
  EXPECT_EQ(transport_.requests().size(), 1u);

  Refuse(403, "AccessDeniedException");
  EXPECT_FALSE(ErrorOf(client->Call(kList, kMembers, {}).status())->lasting);
}

TEST_F(RestJsonClientTest, WhereACallOfTheCredentialsFailsForGoodSoDoesThis) {
  credentials_.status =
      WithContext(ToStatus({.operation = "AssumeRole", .lasting = true}), "the role");
  EXPECT_TRUE(ErrorOf(Start().status())->lasting);
  credentials_.status = ToStatus({.operation = "AssumeRole"});
  EXPECT_FALSE(ErrorOf(Start().status())->lasting);
}

TEST_F(RestJsonClientTest, WithoutCredentialsNothingIsSent) {
  credentials_.status = absl::UnauthenticatedError("looked everywhere");
  const auto answer = Start();
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_THAT(std::string(answer.status().message()), HasSubstr("looked everywhere"));
  EXPECT_EQ(ErrorOf(answer.status())->execution, Execution::kNotSent);
  EXPECT_TRUE(transport_.requests().empty());
}

// "Not found" of a role is not "not found" of what was asked for.
TEST_F(RestJsonClientTest, AFailureOfTheCredentialsDoesNotLookLikeTheAnswer) {
  using absl::StatusCode;
  for (const auto& [why, code] :
       {std::pair(StatusCode::kNotFound, StatusCode::kUnauthenticated),
        std::pair(StatusCode::kPermissionDenied, StatusCode::kUnauthenticated),
        std::pair(StatusCode::kFailedPrecondition, StatusCode::kUnauthenticated),
        std::pair(StatusCode::kUnavailable, StatusCode::kUnavailable),
        std::pair(StatusCode::kCancelled, StatusCode::kCancelled)}) {
    credentials_.status = absl::Status(why, "no");
    EXPECT_EQ(List().status().code(), code) << credentials_.status;
  }
}

TEST_F(RestJsonClientTest, AWrongClockIsCorrectedOnce) {
  const auto client = NewClient();
  Refuse(403, "InvalidSignatureException", {{"date", "Fri, 02 Jan 2026 04:04:05 GMT"}});
  transport_.Answer(200, "{}");
  transport_.Answer(200, "{}");
  EXPECT_TRUE(client->Call(kStart, kMembers, {}).ok());
  EXPECT_TRUE(client->Call(kStart, kMembers, {}).ok());
  const auto requests = transport_.requests();
  EXPECT_EQ(Header(requests.at(0), "x-amz-date"), "20260102T030405Z");
  EXPECT_EQ(Header(requests.at(1), "x-amz-date"), "20260102T040405Z");
  EXPECT_EQ(Header(requests.at(2), "x-amz-date"), "20260102T040405Z");  // and it stays corrected
}

TEST_F(RestJsonClientTest, ARightClockIsNotTheReason) {
  Refuse(403, "InvalidSignatureException", {{"date", "Fri, 02 Jan 2026 03:07:05 GMT"}});
  EXPECT_EQ(ErrorOf(Start().status())->attempts, 1);
}

// By more than four minutes, in either direction.
TEST_F(RestJsonClientTest, ASmallDifferenceOfTheClocksIsNone) {
  const std::pair<const char*, int> cases[] = {
      {"03:08:05", 1}, {"03:08:06", 2}, {"03:00:05", 1}, {"03:00:04", 2}};
  for (const auto& [time, attempts] : cases) {
    const std::string date = absl::StrCat("Fri, 02 Jan 2026 ", time, " GMT");
    Refuse(403, "InvalidSignatureException", {{"date", date}});
    if (attempts == 2) Refuse(403, "InvalidSignatureException", {{"date", date}});
    EXPECT_EQ(ErrorOf(Start().status())->attempts, attempts) << time;
  }
}

// What is left of the difference counts, not what has been corrected.
TEST_F(RestJsonClientTest, AClockThatIsCorrectedIsNotTheReason) {
  const auto client = NewClient();
  Refuse(403, "RequestTimeTooSkewed", {{"date", "Fri, 02 Jan 2026 04:04:05 GMT"}});
  transport_.Answer(200, "{}");
  ASSERT_TRUE(client->Call(kStart, kMembers, {}).ok());
  Refuse(403, "InvalidSignatureException", {{"date", "Fri, 02 Jan 2026 04:05:05 GMT"}});
  EXPECT_EQ(ErrorOf(client->Call(kStart, kMembers, {}).status())->attempts, 1);
  // And one that was set right meanwhile is wrong by what was corrected.
  Refuse(403, "InvalidSignatureException", {{"date", "Fri, 02 Jan 2026 03:04:05 GMT"}});
  transport_.Answer(200, "{}");
  EXPECT_TRUE(client->Call(kStart, kMembers, {}).ok());
}

TEST_F(RestJsonClientTest, AServiceThatStaysUnhappyWithTheClockEndsIt) {
  Refuse(403, "RequestTimeTooSkewed", {{"date", "Fri, 02 Jan 2026 04:04:05 GMT"}});
  Refuse(403, "RequestTimeTooSkewed", {{"date", "Fri, 02 Jan 2026 09:04:05 GMT"}});
  EXPECT_EQ(ErrorOf(Start().status())->attempts, 2);
}

// ------------------------------------------------------------------------------------------ stop

TEST_F(RestJsonClientTest, StopBeforeSending) {
  std::stop_source stop;
  stop.request_stop();
  const auto answer = NewClient()->Call(kStart, kMembers, stop.get_token());
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(ErrorOf(answer.status())->execution, Execution::kNotSent);
}

TEST_F(RestJsonClientTest, StopWhileItWaitsToRepeat) {
  FakeClock clock(FakeClock::Mode::kWaits);
  const auto client = NewRestJsonClient(
      "https://h", {.transport = &transport_, .clock = &clock, .credentials = &credentials_});
  Refuse(500, "InternalServerException");
  std::stop_source stop;
  std::thread caller([&] {
    const auto answer = client->Call(kList, kMembers, stop.get_token());
    EXPECT_EQ(answer.status().code(), absl::StatusCode::kCancelled);
    EXPECT_EQ(ErrorOf(answer.status())->code, "InternalServerException");
  });
  clock.AwaitSleepers(1);
  stop.request_stop();
  caller.join();
}

// A start that is cut off may have happened, and says so besides being cancelled.
TEST_F(RestJsonClientTest, StopWhileItIsSent) {
  transport_.Fail(absl::CancelledError("stopped"), Delivery::kUnknown);
  const auto answer = Start();
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(ErrorOf(answer.status())->execution, Execution::kUnknown);
}

// ---------------------------------------------------------------------------- over real sockets

TEST(RestJsonClientSocketTest, AStartWhoseAnswerIsLostReachesTheServerOnce) {
  HttpServer server([](const HttpServer::Received& request) -> HttpServer::Reply {
    if (request.method == "GET") return HttpServer::Ok("{}");
    return {.bytes = "HTTP/1.1 200 OK\r\ncontent-length: 30\r\n\r\n{\"jobId\"", .close = true};
  });
  const auto transport = http::NewCurlTransport({});
  ASSERT_TRUE(transport.ok());
  FakeClock clock;
  CountingCredentials credentials;
  const auto client = NewRestJsonClient(
      server.url(), {.transport = transport->get(), .clock = &clock, .credentials = &credentials});
  ASSERT_TRUE(client->Call(kList, kMembers, {}).ok());
  const auto answer = client->Call(kStart, kMembers, {});
  EXPECT_EQ(ErrorOf(answer.status())->execution, Execution::kUnknown);
  EXPECT_EQ(server.requests().size(), 2u);
  EXPECT_EQ(server.requests().at(1).Header("amz-sdk-request"), "attempt=1; max=3");
}

}  // namespace
}  // namespace er::aws
