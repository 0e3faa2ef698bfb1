#include "aws/s3.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <ostream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "http/curl_transport.h"
#include "support/fake_clock.h"
#include "support/fake_transport.h"
#include "support/http_server.h"

namespace er::aws {
namespace {

using http::Delivery;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;

constexpr char kDate[] = "Fri, 02 Jan 2026 03:05:00 GMT";
constexpr char kModified[] = "Fri, 02 Jan 2026 03:04:05 GMT";

std::string Header(const http::Request& request, absl::string_view name) {
  for (const auto& [header, value] : request.headers) {
    if (header == name) return value;
  }
  return "";
}

std::string Refusal(absl::string_view code, absl::string_view message = "no") {
  return absl::StrCat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>", code,
                      "</Code><Message>", message,
                      "</Message><RequestId>R7</RequestId><HostId>h</HostId></Error>");
}

std::string Contents(absl::string_view key) {
  return absl::StrCat("<Contents><Key>", key,
                      "</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified>"
                      "<ETag>&quot;e-",
                      key, "&quot;</ETag><Size>1</Size></Contents>");
}

std::string Page(absl::string_view contents, absl::string_view next = "") {
  return absl::StrCat(
      "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">",
      "<Name>b</Name><EncodingType>url</EncodingType><IsTruncated>",
      next.empty() ? "false" : "true", "</IsTruncated>", contents,
      next.empty() ? "" : absl::StrCat("<NextContinuationToken>", next, "</NextContinuationToken>"),
      "</ListBucketResult>");
}

class S3Test : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<S3Bucket>> Create(S3Place place) {
    place.endpoint.prefix = "s3";
    return S3Bucket::Create(std::move(place), {.transport = &transport_,
                                               .clock = &clock_,
                                               .credentials = &keys_,
                                               .random = [] { return 0; }});
  }

  std::unique_ptr<S3Bucket> NewBucket(std::string name = "my-bucket") {
    return *Create({.bucket = std::move(name), .endpoint = {.region = "eu-west-1"}});
  }

  void AnswerObject(std::string text, std::string etag = "e1") {
    transport_.Answer(
        200, std::move(text),
        {{"etag", absl::StrCat("\"", etag, "\"")}, {"last-modified", kModified}, {"date", kDate}});
  }
  void AnswerWritten(std::string etag) {
    transport_.Answer(200, "", {{"etag", absl::StrCat("\"", etag, "\"")}, {"date", kDate}});
  }
  void LoseAnswer() {
    transport_.Fail(absl::UnavailableError("the connection was reset"), Delivery::kUnknown);
  }

  // "PUT GET": the methods of all requests so far.
  std::string Methods() {
    std::string methods;
    for (const http::Request& request : transport_.requests()) {
      absl::StrAppend(&methods, methods.empty() ? "" : " ", request.method);
    }
    return methods;
  }

  FakeTransport transport_;
  FakeClock clock_;
  StaticCredentials keys_{{.access_key_id = "AK", .secret_access_key = Secret("SK")}};
};

// ------------------------------------------------------------------------------ what is asked

TEST_F(S3Test, ReadsAnObject) {
  AnswerObject("a note", "5d41");
  const auto content = NewBucket()->Get("journal/a b", {});
  ASSERT_TRUE(content.ok()) << content.status();
  EXPECT_EQ(content->text, "a note");
  EXPECT_EQ(content->etag, "5d41");
  EXPECT_EQ(content->modified, clock_.Now());
  EXPECT_EQ(content->date, clock_.Now() + absl::Seconds(55));
  const http::Request request = transport_.requests().at(0);
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.url, "https://my-bucket.s3.eu-west-1.amazonaws.com/journal/a%20b");
  EXPECT_EQ(Header(request, "x-amz-content-sha256"),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_THAT(Header(request, "authorization"), HasSubstr("/eu-west-1/s3/aws4_request"));
}

TEST_F(S3Test, WritesWhatIsNotThereYet) {
  AnswerWritten("5d41");
  const auto written = NewBucket()->PutIfAbsent("k", "hello", {});
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_EQ(written->etag, "5d41");
  EXPECT_EQ(written->date, clock_.Now() + absl::Seconds(55));
  const http::Request request = transport_.requests().at(0);
  EXPECT_EQ(request.method, "PUT");
  EXPECT_EQ(request.body, "hello");
  EXPECT_EQ(Header(request, "if-none-match"), "*");
  EXPECT_EQ(Header(request, "x-amz-checksum-sha256"),
            "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=");
  EXPECT_THAT(Header(request, "authorization"), HasSubstr("if-none-match"));
  EXPECT_TRUE(request.no_silent_repeat);
}

TEST_F(S3Test, ReplacesAndDeletesWhatIsStillTheSame) {
  AnswerWritten("e2");
  EXPECT_EQ(NewBucket()->PutIfMatch("k", "e1", "x", {})->etag, "e2");
  EXPECT_EQ(Header(transport_.requests().at(0), "if-match"), "\"e1\"");
  transport_.Answer(204, "");
  EXPECT_TRUE(NewBucket()->DeleteIfMatch("k", "e2", {}).ok());
  EXPECT_EQ(transport_.requests().at(1).method, "DELETE");
  EXPECT_EQ(Header(transport_.requests().at(1), "if-match"), "\"e2\"");
  EXPECT_TRUE(transport_.requests().at(1).no_silent_repeat);
}

TEST_F(S3Test, ListsAllPages) {
  transport_.Answer(200, Page(Contents("p/a") + Contents("p/b"), "t+k/n="), {{"date", kDate}});
  transport_.Answer(200, Page("", "t2"));
  transport_.Answer(200, Page(Contents("p/c")));
  const auto listing = NewBucket()->List("p/ü", {});
  ASSERT_TRUE(listing.ok()) << listing.status();
  EXPECT_THAT(listing->objects,
              ElementsAre(Field(&S3Object::key, "p/a"), Field(&S3Object::key, "p/b"),
                          Field(&S3Object::key, "p/c")));
  EXPECT_EQ(listing->objects[0].etag, "e-p/a");
  EXPECT_EQ(listing->objects[0].modified, clock_.Now());
  EXPECT_EQ(listing->date, clock_.Now() + absl::Seconds(55));
  EXPECT_EQ(transport_.requests().at(0).url,
            "https://my-bucket.s3.eu-west-1.amazonaws.com/"
            "?encoding-type=url&list-type=2&prefix=p%2F%C3%BC");
  EXPECT_EQ(transport_.requests().at(1).url,
            "https://my-bucket.s3.eu-west-1.amazonaws.com/?encoding-type=url&list-type=2"
            "&continuation-token=t%2Bk%2Fn%3D&prefix=p%2F%C3%BC");
}

TEST_F(S3Test, AListOfEverythingIsNotAJournals) {
  std::string contents;
  for (int i = 0; i < 1000; ++i) absl::StrAppend(&contents, Contents("k"));
  transport_.Otherwise([&](const http::Request&) {
    return http::Response{.code = 200, .body = Page(contents, "more")};
  });
  const auto listing = NewBucket()->List("", {});
  EXPECT_EQ(listing.status().message(),
            "s3://my-bucket/ holds more than 100000 objects: it must be a prefix of its own");
  EXPECT_EQ(transport_.requests().size(), 101u);
}

TEST_F(S3Test, AKeyMayHoldAnyCharacter) {
  const std::string key = "a/./../b//c d+e%20f?g#h&i=j'\"<>\\ü\xff\x01";
  AnswerObject("x");
  ASSERT_TRUE(NewBucket()->Get(key, {}).ok());
  EXPECT_EQ(transport_.requests().at(0).url,
            "https://my-bucket.s3.eu-west-1.amazonaws.com/a/./../b//c%20d%2Be%2520f%3Fg%23h%26i%3Dj"
            "%27%22%3C%3E%5C%C3%BC%FF%01");
  // The same in a list, which is XML, where not all of them can be.
  transport_.Answer(200, Page(Contents("a/./../b//c+d%2Be%2520f%3Fg%23h%26i%3Dj%27%22%3C%3E%5C"
                                       "%C3%BC%FF%01")));
  EXPECT_EQ(NewBucket()->List("a", {})->objects.at(0).key, key);
}

TEST_F(S3Test, AStoreThatDoesNotEncodeKeysIsTakenAtItsWord) {
  const auto page = ParseS3Page(
      "<ListBucketResult><Contents><Key>a+b%20c</Key><ETag>\"e\"</ETag>"
      "<LastModified>2026-01-02T03:04:05Z</LastModified></Contents></ListBucketResult>");
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->objects.at(0).key, "a+b%20c");
  EXPECT_EQ(page->objects.at(0).etag, "e");
}

// ------------------------------------------------------------------------- where the bucket is

TEST_F(S3Test, TheAddressIsTheBuckets) {
  const std::pair<S3Place, const char*> cases[] = {
      {{.bucket = "b-1", .endpoint = {.region = "eu-west-1"}},
       "https://b-1.s3.eu-west-1.amazonaws.com/k"},
      {{.bucket = "b-1", .endpoint = {.region = "us-east-1"}},
       "https://b-1.s3.us-east-1.amazonaws.com/k"},
      {{.bucket = "b-1", .endpoint = {.region = "cn-north-1", .use_dualstack = true}},
       "https://b-1.s3.dualstack.cn-north-1.amazonaws.com.cn/k"},
      {{.bucket = "b-1", .endpoint = {.region = "us-gov-west-1", .use_fips = true}},
       "https://b-1.s3-fips.us-gov-west-1.amazonaws.com/k"},
      {{.bucket = "b-1",
        .endpoint = {.region = "us-east-2", .use_fips = true, .use_dualstack = true}},
       "https://b-1.s3-fips.dualstack.us-east-2.amazonaws.com/k"},
      // Certificates are for one label, and a host has no capitals.
      {{.bucket = "my.bucket", .endpoint = {.region = "eu-west-1"}},
       "https://s3.eu-west-1.amazonaws.com/my.bucket/k"},
      {{.bucket = "Old_Bucket", .endpoint = {.region = "us-east-1"}},
       "https://s3.us-east-1.amazonaws.com/Old_Bucket/k"},
      {{.bucket = "b-1", .endpoint = {.region = "eu-west-1", .custom_url = "http://[::1]:9000"}},
       "http://[::1]:9000/b-1/k"},
      {{.bucket = "b-1",
        .endpoint = {.region = "eu-west-1", .custom_url = "https://store.local/s3/"}},
       "https://store.local/s3/b-1/k"},
  };
  for (const auto& [place, url] : cases) {
    AnswerObject("x");
    const auto bucket = Create(place);
    ASSERT_TRUE(bucket.ok()) << bucket.status();
    ASSERT_TRUE((*bucket)->Get("k", {}).ok());
    EXPECT_EQ(transport_.requests().back().url, url);
  }
}

TEST_F(S3Test, WhatCannotBeABucketIsSaidAtOnce) {
  const auto message = [&](S3Place place) {
    return std::string(Create(std::move(place)).status().message());
  };
  for (const char* name :
       {"", "ab", "a/b", "..", "a b c", "arn:aws:s3:::bucket", "b@evil.example"}) {
    EXPECT_EQ(message({.bucket = name, .endpoint = {.region = "eu-west-1"}}),
              absl::StrCat("\"", name, "\" is not the name of an S3 bucket"));
  }
  EXPECT_THAT(message({.bucket = "b--use1-az4--x-s3", .endpoint = {.region = "us-east-1"}}),
              HasSubstr("is a directory bucket"));
  EXPECT_EQ(message({.bucket = "b-1",
                     .endpoint = {.region = "r", .use_fips = true, .custom_url = "http://h"}}),
            "Invalid Configuration: FIPS and custom endpoint are not supported");
}

struct ElsewhereCase {
  std::string name;
  int code;
  std::string body;
  http::Headers headers{};
};

void PrintTo(const ElsewhereCase& tested, std::ostream* out) { *out << tested.name; }

class ElsewhereTest : public S3Test, public ::testing::WithParamInterface<ElsewhereCase> {};

TEST_P(ElsewhereTest, TheBucketIsFoundInItsRegionAndRemembered) {
  transport_.Answer(GetParam().code, GetParam().body, GetParam().headers);
  AnswerWritten("e1");
  const auto bucket = NewBucket();
  const auto written = bucket->PutIfAbsent("k", "x", {});
  ASSERT_TRUE(written.ok()) << written.status();
  AnswerObject("x");
  ASSERT_TRUE(bucket->Get("k", {}).ok());
  const auto requests = transport_.requests();
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(requests[0].url, "https://my-bucket.s3.eu-west-1.amazonaws.com/k");
  for (const int i : {1, 2}) {
    EXPECT_EQ(requests[i].url, "https://my-bucket.s3.us-west-2.amazonaws.com/k");
    EXPECT_THAT(Header(requests[i], "authorization"), HasSubstr("/us-west-2/s3/aws4_request"));
  }
  EXPECT_TRUE(clock_.sleeps().empty());
}

INSTANTIATE_TEST_SUITE_P(
    All, ElsewhereTest,
    ::testing::Values(ElsewhereCase{"Moved",
                                    301,
                                    Refusal("PermanentRedirect"),
                                    {{"x-amz-bucket-region", "us-west-2"}}},
                      ElsewhereCase{"MovedForAWhile",
                                    307,
                                    Refusal("TemporaryRedirect"),
                                    {{"x-amz-bucket-region", "us-west-2"}}},
                      ElsewhereCase{"Malformed",
                                    400,
                                    Refusal("AuthorizationHeaderMalformed"),
                                    {{"x-amz-bucket-region", "us-west-2"}}},
                      ElsewhereCase{"MalformedAsSomeStoresSay", 400,
                                    "<Error><Code>AuthorizationHeaderMalformed</Code>"
                                    "<Region>us-west-2</Region></Error>"},
                      ElsewhereCase{"NotOptedIn",
                                    400,
                                    Refusal("IllegalLocationConstraintException"),
                                    {{"x-amz-bucket-region", "us-west-2"}}},
                      ElsewhereCase{"NoBody", 301, "", {{"x-amz-bucket-region", "us-west-2"}}}),
    [](const auto& test) { return test.param.name; });

TEST_F(S3Test, ABucketThatNobodyFindsEndsTheSearch) {
  int number = 0;
  transport_.Otherwise([&](const http::Request&) {
    return http::Response{.code = 301,
                          .headers = {{"x-amz-bucket-region", absl::StrCat("us-east-", ++number)}},
                          .body = Refusal("PermanentRedirect")};
  });
  const auto content = NewBucket()->Get("k", {});
  EXPECT_THAT(std::string(content.status().message()), HasSubstr("PermanentRedirect"));
  EXPECT_EQ(transport_.requests().size(), 3u);
}

TEST_F(S3Test, AnAnswerLeadsToNoHostOfItsChoice) {
  transport_.Answer(301, Refusal("PermanentRedirect"), {{"x-amz-bucket-region", "evil.example/"}});
  EXPECT_FALSE(NewBucket()->Get("k", {}).ok());
  EXPECT_EQ(transport_.requests().size(), 1u);
}

TEST_F(S3Test, ACustomEndpointIsStayedWithInAnotherRegion) {
  const auto bucket = Create(
      {.bucket = "b-1", .endpoint = {.region = "eu-west-1", .custom_url = "http://minio:9000"}});
  transport_.Answer(400, "<Error><Region>moon-1</Region></Error>");
  AnswerObject("x");
  ASSERT_TRUE((*bucket)->Get("k", {}).ok());
  EXPECT_EQ(transport_.requests().at(1).url, "http://minio:9000/b-1/k");
  EXPECT_THAT(Header(transport_.requests().at(1), "authorization"), HasSubstr("/moon-1/s3/"));
}

// --------------------------------------------------------------------------------- refusals

TEST_F(S3Test, AFailureNamesWhatWasDoneToWhat) {
  transport_.Answer(403, Refusal("AccessDenied", "User me is not authorized"));
  const auto written = NewBucket()->PutIfAbsent("j/k", "x", {});
  EXPECT_EQ(written.status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(written.status().message(),
            "PutObject of s3://my-bucket/j/k in eu-west-1 was refused: AccessDenied: User me is "
            "not authorized (HTTP 403, request id R7)");
  const Error error = *ErrorOf(written.status());
  EXPECT_EQ(error.resource, "s3://my-bucket/j/k");
  EXPECT_EQ(S3PermissionFor(error.operation), "s3:PutObject");
  transport_.Answer(403, Refusal("AccessDenied"), {{"x-amz-request-id", "R8"}});
  const auto listing = NewBucket()->List("j/", {});
  EXPECT_EQ(listing.status().message(),
            "ListObjectsV2 of s3://my-bucket/j/ in eu-west-1 was refused: AccessDenied: no (HTTP "
            "403, request id R8)");
  EXPECT_EQ(S3PermissionFor(ErrorOf(listing.status())->operation), "s3:ListBucket");
}

struct RefusalCase {
  std::string name;
  int status;
  std::string body;
  absl::StatusCode get;
  absl::StatusCode put_if_absent;
  absl::StatusCode put_if_match;
  absl::StatusCode remove;
};

void PrintTo(const RefusalCase& tested, std::ostream* out) { *out << tested.name; }

class RefusalTest : public S3Test, public ::testing::WithParamInterface<RefusalCase> {};

TEST_P(RefusalTest, IsTold) {
  const RefusalCase& refusal = GetParam();
  const auto bucket = NewBucket();
  for (int i = 0; i < 4; ++i) transport_.Answer(refusal.status, refusal.body);
  EXPECT_EQ(bucket->Get("k", {}).status().code(), refusal.get);
  EXPECT_EQ(bucket->PutIfAbsent("k", "x", {}).status().code(), refusal.put_if_absent);
  EXPECT_EQ(bucket->PutIfMatch("k", "e1", "x", {}).status().code(), refusal.put_if_match);
  EXPECT_EQ(bucket->DeleteIfMatch("k", "e1", {}).code(), refusal.remove);
  EXPECT_EQ(transport_.requests().size(), 4u);
}

using Code = absl::StatusCode;
INSTANTIATE_TEST_SUITE_P(
    All, RefusalTest,
    ::testing::Values(
        RefusalCase{"NoSuchKey", 404, Refusal("NoSuchKey"), Code::kNotFound, Code::kNotFound,
                    Code::kAborted, Code::kNotFound},
        // An empty journal and one whose bucket is missing must not look alike.
        RefusalCase{"NoSuchBucket", 404, Refusal("NoSuchBucket"), Code::kFailedPrecondition,
                    Code::kFailedPrecondition, Code::kFailedPrecondition,
                    Code::kFailedPrecondition},
        RefusalCase{"SomebodyElsesPage", 404, "<html>Not Found</html>", Code::kFailedPrecondition,
                    Code::kFailedPrecondition, Code::kFailedPrecondition,
                    Code::kFailedPrecondition},
        RefusalCase{"PreconditionFailed", 412, Refusal("PreconditionFailed"), Code::kAborted,
                    Code::kAlreadyExists, Code::kAborted, Code::kAborted},
        RefusalCase{"PreconditionFailedWithoutABody", 412, "", Code::kAborted, Code::kAlreadyExists,
                    Code::kAborted, Code::kAborted},
        RefusalCase{"NotImplemented", 501, Refusal("NotImplemented"), Code::kUnimplemented,
                    Code::kUnimplemented, Code::kUnimplemented, Code::kUnimplemented},
        RefusalCase{"AccessDenied", 403, Refusal("AccessDenied"), Code::kPermissionDenied,
                    Code::kPermissionDenied, Code::kPermissionDenied, Code::kPermissionDenied},
        RefusalCase{"UnknownKey", 403, Refusal("InvalidAccessKeyId"), Code::kUnauthenticated,
                    Code::kUnauthenticated, Code::kUnauthenticated, Code::kUnauthenticated},
        RefusalCase{"BadToken", 400, Refusal("InvalidToken"), Code::kUnauthenticated,
                    Code::kUnauthenticated, Code::kUnauthenticated, Code::kUnauthenticated}),
    [](const auto& test) { return test.param.name; });

TEST_F(S3Test, AConflictOfTwoWritersIsTriedAgain) {
  transport_.Answer(409, Refusal("ConditionalRequestConflict"));
  transport_.Answer(412, Refusal("PreconditionFailed"));
  EXPECT_EQ(NewBucket()->PutIfAbsent("k", "x", {}).status().code(), Code::kAlreadyExists);
  EXPECT_EQ(Methods(), "PUT PUT");  // it was refused: there is nothing to look for
  for (int i = 0; i < 3; ++i) transport_.Answer(409, Refusal("ConditionalRequestConflict"));
  EXPECT_EQ(NewBucket()->PutIfAbsent("k", "x", {}).status().code(), Code::kUnavailable);
}

TEST_F(S3Test, AWrongClockIsCorrected) {
  transport_.Answer(403, Refusal("RequestTimeTooSkewed"),
                    {{"date", "Fri, 02 Jan 2026 05:04:05 GMT"}});
  AnswerObject("x");
  EXPECT_TRUE(NewBucket()->Get("k", {}).ok());
  EXPECT_EQ(Header(transport_.requests().at(1), "x-amz-date"), "20260102T050405Z");
}

// ---------------------------------------------------------------------- was it ours? read and see

TEST_F(S3Test, ALostCreateIsRecognisedWhenItsRepetitionFails) {
  LoseAnswer();
  transport_.Answer(412, Refusal("PreconditionFailed"));
  AnswerObject("mine 7", "e1");
  const auto written = NewBucket()->PutIfAbsent("k", "mine 7", {});
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_EQ(written->etag, "e1");
  EXPECT_EQ(written->date, clock_.Now() + absl::Seconds(55) - clock_.Elapsed());
  EXPECT_EQ(Methods(), "PUT PUT GET");
}

TEST_F(S3Test, ALostCreateThatWasNoneIsRepeated) {
  LoseAnswer();
  AnswerWritten("e1");
  EXPECT_TRUE(NewBucket()->PutIfAbsent("k", "mine 7", {}).ok());
  EXPECT_EQ(Methods(), "PUT PUT");
}

TEST_F(S3Test, SomebodyElsesObjectIsNotOurs) {
  LoseAnswer();
  transport_.Answer(412, Refusal("PreconditionFailed"));
  AnswerObject("theirs", "e9");
  EXPECT_EQ(NewBucket()->PutIfAbsent("k", "mine 7", {}).status().code(), Code::kAlreadyExists);
}

TEST_F(S3Test, AServersFaultAfterTheWorkIsRecognised) {
  for (const int code : {500, 503}) {
    transport_.Answer(code, Refusal(code == 500 ? "InternalError" : "SlowDown"));
    transport_.Answer(412, "");
    AnswerObject("mine", "e2");
    const auto written = NewBucket()->PutIfMatch("k", "e1", "mine", {});
    ASSERT_TRUE(written.ok()) << written.status();
    EXPECT_EQ(written->etag, "e2");
  }
}

TEST_F(S3Test, AReplacementThatIsGoneAgainIsNotOurs) {
  LoseAnswer();
  transport_.Answer(404, Refusal("NoSuchKey"));
  transport_.Answer(404, Refusal("NoSuchKey"));
  EXPECT_EQ(NewBucket()->PutIfMatch("k", "e1", "mine", {}).status().code(), Code::kAborted);
}

TEST_F(S3Test, WhenNoAttemptIsAnsweredTheObjectDecides) {
  for (int i = 0; i < 3; ++i) LoseAnswer();
  AnswerObject("mine", "e1");
  EXPECT_TRUE(NewBucket()->PutIfAbsent("k", "mine", {}).ok());

  for (int i = 0; i < 3; ++i) LoseAnswer();
  transport_.Answer(404, Refusal("NoSuchKey"));
  const auto written = NewBucket()->PutIfAbsent("k", "mine", {});
  EXPECT_EQ(written.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(written.status().message(),
            "PutObject of s3://my-bucket/k in eu-west-1 got no answer: the connection was reset (3 "
            "attempts)");
  EXPECT_EQ(ErrorOf(written.status())->execution, Execution::kUnknown);
  EXPECT_EQ(Methods(), "PUT PUT PUT GET PUT PUT PUT GET");
}

TEST_F(S3Test, WhatCannotBeSeenIsNotClaimed) {
  LoseAnswer();
  transport_.Answer(412, Refusal("PreconditionFailed"));
  transport_.Answer(403, Refusal("AccessDenied"));
  const auto written = NewBucket()->PutIfAbsent("k", "mine", {});
  EXPECT_EQ(written.status().code(), Code::kUnavailable);
  EXPECT_THAT(
      std::string(written.status().message()),
      AllOf(HasSubstr("PutObject of s3://my-bucket/k in eu-west-1 got no answer: an answer "
                      "was lost, and reading the object to see what became of the call "
                      "failed, too: GetObject of s3://my-bucket/k in eu-west-1 was refused: "
                      "AccessDenied")));
  EXPECT_EQ(ErrorOf(written.status())->execution, Execution::kUnknown);
}

TEST_F(S3Test, ALostDeleteIsDoneIfTheObjectIsGone) {
  LoseAnswer();
  transport_.Answer(404, Refusal("NoSuchKey"));
  transport_.Answer(404, Refusal("NoSuchKey"));
  EXPECT_TRUE(NewBucket()->DeleteIfMatch("k", "e1", {}).ok());

  LoseAnswer();
  transport_.Answer(412, Refusal("PreconditionFailed"));
  AnswerObject("theirs", "e2");
  EXPECT_EQ(NewBucket()->DeleteIfMatch("k", "e1", {}).code(), Code::kAborted);

  for (int i = 0; i < 3; ++i) transport_.Answer(500, Refusal("InternalError"));
  AnswerObject("ours still", "e1");
  EXPECT_EQ(NewBucket()->DeleteIfMatch("k", "e1", {}).code(), Code::kUnavailable);
}

TEST_F(S3Test, APageInThePlaceOfAnAnswerDeletesNothing) {
  transport_.Answer(200, "<html>Please log in</html>");
  transport_.Answer(412, Refusal("PreconditionFailed"));
  AnswerObject("theirs", "e2");
  EXPECT_EQ(NewBucket()->DeleteIfMatch("k", "e1", {}).code(), Code::kAborted);
}

TEST_F(S3Test, AnAnswerWithoutAnEtagIsNone) {
  transport_.Answer(200, "");
  transport_.Answer(412, Refusal("PreconditionFailed"));
  AnswerObject("mine", "e1");
  EXPECT_EQ(NewBucket()->PutIfAbsent("k", "mine", {})->etag, "e1");
}

TEST_F(S3Test, AfterAStopNothingMoreIsAsked) {
  std::stop_source stop;
  transport_.Otherwise([&](const http::Request&) -> absl::StatusOr<http::Response> {
    stop.request_stop();
    return http::WithDelivery(absl::CancelledError("cancelled"), Delivery::kUnknown);
  });
  const auto written = NewBucket()->PutIfAbsent("k", "x", stop.get_token());
  EXPECT_EQ(written.status().code(), Code::kCancelled);
  EXPECT_EQ(ErrorOf(written.status())->execution, Execution::kUnknown);
  EXPECT_EQ(Methods(), "PUT");
}

// Through libcurl: the server does the work, hangs up, and finds the object there the second time.
// libcurl on its own would repeat the PUT in silence, and the object would pass for another's.
TEST_F(S3Test, AHangUpOnAReusedConnectionIsSeen) {
  std::atomic<bool> made = false;
  HttpServer server([&](const HttpServer::Received& request) -> HttpServer::Reply {
    const http::Headers object = {{"ETag", "\"e1\""}, {"Last-Modified", kModified}};
    if (request.target == "/b-1/warm") return HttpServer::Answer(200, "", object);
    if (request.method == "GET") return HttpServer::Answer(200, "mine", object);
    if (!made.exchange(true)) return {.close = true};
    return HttpServer::Answer(412, "");
  });
  const auto transport = http::NewCurlTransport({});
  const auto bucket = S3Bucket::Create(
      {.bucket = "b-1",
       .endpoint = {.prefix = "s3", .region = "eu-west-1", .custom_url = server.url()}},
      {.transport = transport->get(), .clock = &clock_, .credentials = &keys_});
  ASSERT_TRUE((*bucket)->Get("warm", {}).ok());
  const auto written = (*bucket)->PutIfAbsent("k", "mine", {});
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_EQ(server.requests().size(), 4u);
  EXPECT_EQ(server.requests().at(1).connection, 1);
}

// ------------------------------------------------------------------------------ reads anything

TEST_F(S3Test, ReadsAnything) {
  std::string deep;
  for (int i = 0; i < 2'000'000; ++i) deep += "<a>";
  for (const std::string& xml :
       {std::string(), std::string("<html>"), std::string("{}"), deep,
        std::string("<ListBucketResult><Contents/></ListBucketResult>"),
        Page("", "t").replace(Page("", "t").find(">t<"), 3, "><"), std::string("\0\xff", 2)}) {
    EXPECT_FALSE(ParseS3Page(xml).ok());
    EXPECT_EQ(DecodeS3Error({.code = 500, .body = xml}).http_status, 500);
  }
  EXPECT_TRUE(ParseS3Page(Page("")).ok());
}

TEST_F(S3Test, AListThatCannotBeReadIsAskedForAgain) {
  transport_.Answer(200, "<html>Please log in</html>");
  transport_.Answer(200, Page(Contents("a")));
  EXPECT_EQ(NewBucket()->List("", {})->objects.size(), 1u);
}

}  // namespace
}  // namespace er::aws
