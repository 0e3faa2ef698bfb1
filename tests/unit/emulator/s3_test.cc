#include <set>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "emulator/s3/operations.h"
#include "gmock/gmock.h"
#include "unit/emulator/client.h"

namespace er::emulator {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr char kMd5OfHello[] = "\"5d41402abc4b2a76b9719d911017c592\"";

// What stands between <tag> and </tag>, each time.
std::vector<std::string> Texts(const Seen& seen, const std::string& tag) {
  std::vector<std::string> texts;
  const std::string& xml = seen.answer.body;
  const std::string open = "<" + tag + ">";
  for (std::size_t at = xml.find(open); at != std::string::npos; at = xml.find(open, at + 1)) {
    const std::size_t begin = at + open.size();
    texts.push_back(xml.substr(begin, xml.find("</" + tag + ">", begin) - begin));
  }
  return texts;
}

class EmulatedS3 : public testing::Test {
 protected:
  EmulatedS3() { client.Control("PUT", "buckets/b-1", {{"region", "eu-west-1"}}); }

  Seen Put(const std::string& key, const std::string& text, Headers headers = {}) {
    return client.S3("PUT", "/b-1/" + key, text, std::move(headers));
  }
  Seen Get(const std::string& key) { return client.S3("GET", "/b-1/" + key); }
  // `query` begins with an ampersand, or is empty.
  Seen List(const std::string& query) {
    const std::set<std::string> sorted = absl::StrSplit("list-type=2" + query, '&');
    return client.S3("GET", "/b-1?" + absl::StrJoin(sorted, "&"));
  }
  void Configure(const Json& settings) {
    EXPECT_EQ(client.Control("POST", "config", settings).code(), 200);
  }
  void Inject(const Json& fault) {
    const Seen seen = client.Control("POST", "faults", {{"faults", {fault}}});
    EXPECT_EQ(seen.code(), 200) << seen.answer.body;
  }

  Client client;
};

TEST_F(EmulatedS3, KeepsWhatIsWritten) {
  const Seen put = Put("a%20note", "hello", {{"content-type", "text/x"}});
  EXPECT_EQ(put.code(), 200) << put.answer.body;
  EXPECT_EQ(put.Header("ETag"), kMd5OfHello);
  client.clock.Advance(absl::Milliseconds(1500));
  const Seen got = Get("a%20note");
  EXPECT_EQ(got.answer.body, "hello");
  EXPECT_EQ(got.Header("Content-Type"), "text/x");
  EXPECT_EQ(got.Header("ETag"), kMd5OfHello);
  EXPECT_EQ(got.Header("Last-Modified"), "Fri, 02 Jan 2026 03:04:05 GMT");
  EXPECT_EQ(got.Header("Date"), "Fri, 02 Jan 2026 03:04:06 GMT");
  EXPECT_THAT(got.Header("x-amz-request-id"), Not(IsEmpty()));
  EXPECT_EQ(client.S3("DELETE", "/b-1/a%20note").code(), 204);
  EXPECT_EQ(client.S3("DELETE", "/b-1/a%20note").code(), 204);
  const Seen gone = Get("a%20note");
  EXPECT_EQ(gone.code(), 404);
  EXPECT_EQ(gone.error(), "NoSuchKey");
  EXPECT_EQ(gone.Header("Content-Type"), "application/xml");
  EXPECT_THAT(Texts(gone, "Code"), ElementsAre("NoSuchKey"));
}

TEST_F(EmulatedS3, TellsOfABucket) {
  EXPECT_EQ(client.S3("HEAD", "/b-1").Header("x-amz-bucket-region"), "eu-west-1");
  EXPECT_THAT(client.S3("GET", "/b-1?location=").answer.body, HasSubstr(">eu-west-1<"));
  EXPECT_EQ(client.S3("HEAD", "/b-1/none").code(), 404);
  EXPECT_EQ(client.S3("GET", "/none/k").error(), "NoSuchBucket");
}

TEST_F(EmulatedS3, ABucketIsInOneRegionAndOfOneAccount) {
  client.signing.region = "us-west-2";
  const Seen elsewhere = Get("k");
  EXPECT_EQ(elsewhere.code(), 301);
  EXPECT_EQ(elsewhere.error(), "PermanentRedirect");
  EXPECT_EQ(elsewhere.Header("x-amz-bucket-region"), "eu-west-1");
  client.Control("PUT", "buckets/other", {{"region", "us-west-2"}, {"account", "210987654321"}});
  EXPECT_EQ(client.S3("GET", "/other/k").error(), "AccessDenied");
}

TEST_F(EmulatedS3, IsFoundByItsHost) {
  Put("k", "hello");
  for (const char* host :
       {"b-1.localhost:4566", "b-1.s3.eu-west-1.amazonaws.com",
        "B-1.s3.dualstack.eu-west-1.amazonaws.com", "b-1.s3-fips.eu-west-1.amazonaws.com"}) {
    EXPECT_EQ(client.S3("GET", "/k", "", {{"host", host}}).answer.body, "hello") << host;
  }
  for (const char* host :
       {"localhost:4566", "127.0.0.1", "s3.eu-west-1.amazonaws.com", "[::1]:1"}) {
    EXPECT_EQ(client.S3("GET", "/b-1/k", "", {{"host", host}}).answer.body, "hello") << host;
  }
}

// -------------------------------------------------------------------------------- conditions

TEST_F(EmulatedS3, WritesOnlyWhatIsNotThere) {
  EXPECT_EQ(Put("k", "hello", {{"if-none-match", "*"}}).code(), 200);
  const Seen second = Put("k", "other", {{"if-none-match", "*"}});
  EXPECT_EQ(second.code(), 412);
  EXPECT_EQ(second.error(), "PreconditionFailed");
  EXPECT_EQ(Get("k").answer.body, "hello");
  client.S3("DELETE", "/b-1/k");
  EXPECT_EQ(Put("k", "other", {{"if-none-match", "*"}}).code(), 200);
  EXPECT_EQ(Put("k", "x", {{"if-none-match", "\"etag\""}}).error(), "NotImplemented");
}

TEST_F(EmulatedS3, ReplacesAndDeletesOnlyWhatIsTheSame) {
  const std::string etag = Put("k", "hello").Header("ETag");
  EXPECT_EQ(Put("k", "two", {{"if-match", "\"00\""}}).code(), 412);
  EXPECT_EQ(Put("none", "two", {{"if-match", etag}}).error(), "NoSuchKey");
  EXPECT_EQ(Put("k", "two", {{"if-match", etag}}).code(), 200);
  EXPECT_EQ(Put("k", "three", {{"if-match", etag}}).code(), 412);
  const auto remove = [&](const std::string& key, const std::string& match) {
    return client.S3("DELETE", "/b-1/" + key, "", {{"if-match", match}});
  };
  EXPECT_EQ(remove("k", etag).code(), 412);
  EXPECT_EQ(remove("none", etag).error(), "NoSuchKey");
  EXPECT_EQ(remove("k", Get("k").Header("ETag")).code(), 204);
  EXPECT_EQ(Get("k").code(), 404);
  // Without quotation marks, and any at all.
  const std::string bare = absl::StrReplaceAll(Put("k", "x").Header("ETag"), {{"\"", ""}});
  EXPECT_EQ(Put("k", "y", {{"if-match", bare}}).code(), 200);
  EXPECT_EQ(remove("k", "*").code(), 204);
}

TEST_F(EmulatedS3, MayKnowNoConditions) {
  Put("k", "hello");
  Configure({{"put_conditions", "refused"}});
  const Seen refused = Put("k", "x", {{"if-none-match", "*"}});
  EXPECT_EQ(refused.code(), 501);
  EXPECT_EQ(refused.error(), "NotImplemented");
  EXPECT_EQ(Put("k", "plain").code(), 200);
  EXPECT_EQ(client.S3("DELETE", "/b-1/k", "", {{"if-match", "\"00\""}}).code(), 412);

  Configure({{"put_conditions", "ignored"}, {"delete_conditions", "ignored"}});
  EXPECT_EQ(Put("k", "taken over", {{"if-none-match", "*"}}).code(), 200);
  EXPECT_EQ(Get("k").answer.body, "taken over");
  EXPECT_EQ(client.S3("DELETE", "/b-1/k", "", {{"if-match", "\"00\""}}).code(), 204);
  EXPECT_EQ(Get("k").code(), 404);
}

// -------------------------------------------------------------------------------------- lists

TEST_F(EmulatedS3, ListsInPagesOfAThousand) {
  std::set<std::string> keys;
  for (int i = 0; i < 2345; ++i) {
    keys.insert(absl::StrCat("p/", i));
    Put(absl::StrCat("p/", i), "x");
  }
  Put("q/other", "x");
  client.S3("DELETE", "/b-1/p/7");
  keys.erase("p/7");
  std::vector<std::string> listed;
  std::vector<std::size_t> sizes;
  std::string token;
  do {
    const Seen page =
        List(absl::StrCat(token.empty() ? "" : "&continuation-token=", token, "&prefix=p%2F"));
    const std::vector<std::string> texts = Texts(page, "Key");
    sizes.push_back(texts.size());
    listed.insert(listed.end(), texts.begin(), texts.end());
    const auto next = Texts(page, "NextContinuationToken");
    token = next.empty() ? ""
                         : absl::StrReplaceAll(next[0], {{"=", "%3D"}, {"+", "%2B"}, {"/", "%2F"}});
    EXPECT_THAT(Texts(page, "IsTruncated"), ElementsAre(token.empty() ? "false" : "true"));
  } while (!token.empty());
  EXPECT_THAT(sizes, ElementsAre(1000, 1000, 344));
  EXPECT_EQ(listed, std::vector<std::string>(keys.begin(), keys.end()));
}

TEST_F(EmulatedS3, ListsAsItIsAsked) {
  for (const char* key : {"a/1", "a/2", "a/b/3", "c", "d"}) Put(key, "hello");
  EXPECT_THAT(Texts(List("&max-keys=2"), "Key"), ElementsAre("a/1", "a/2"));
  EXPECT_THAT(Texts(List("&start-after=a%2Fb%2F3"), "Key"), ElementsAre("c", "d"));
  EXPECT_THAT(Texts(List("&prefix=none"), "Key"), IsEmpty());
  const Seen folders = List("&delimiter=%2F");
  EXPECT_THAT(Texts(folders, "Key"), ElementsAre("c", "d"));
  EXPECT_THAT(Texts(folders, "Prefix"), ElementsAre("", "a/"));
  EXPECT_THAT(Texts(folders, "KeyCount"), ElementsAre("3"));
  const Seen first = List("&delimiter=%2F&max-keys=1");
  EXPECT_THAT(Texts(first, "Prefix"), ElementsAre("", "a/"));
  const Seen none = List("&max-keys=0");
  EXPECT_THAT(Texts(none, "IsTruncated"), ElementsAre("false"));
  EXPECT_THAT(Texts(none, "Key"), IsEmpty());
  const Seen entry = List("&prefix=c");
  EXPECT_THAT(Texts(entry, "ETag"), ElementsAre("&quot;5d41402abc4b2a76b9719d911017c592&quot;"));
  EXPECT_THAT(Texts(entry, "LastModified"), ElementsAre("2026-01-02T03:04:05.000Z"));
  EXPECT_THAT(Texts(entry, "Size"), ElementsAre("5"));
  for (const char* wrong :
       {"&max-keys=x", "&max-keys=-1", "&encoding-type=x", "&continuation-token=x"}) {
    EXPECT_EQ(List(wrong).error(), "InvalidArgument") << wrong;
  }
}

TEST_F(EmulatedS3, ATokenIsForItsList) {
  for (const char* key : {"a1", "a2", "b1", "b2"}) Put(key, "x");
  const std::string token = Texts(List("&max-keys=1&prefix=a"), "NextContinuationToken").at(0);
  const std::string encoded =
      absl::StrReplaceAll(token, {{"=", "%3D"}, {"+", "%2B"}, {"/", "%2F"}});
  EXPECT_EQ(List("&continuation-token=" + encoded + "&prefix=b").error(), "InvalidArgument");
}

TEST_F(EmulatedS3, EncodesKeysInLists) {
  const std::string key = "k/a%20b%2Bc%26d%3Ce%01%C3%BC";
  EXPECT_EQ(Put(key, "x").code(), 200);
  EXPECT_THAT(Texts(List("&encoding-type=url"), "Key"), ElementsAre("k/a+b%2Bc%26d%3Ce%01%C3%BC"));
  EXPECT_THAT(Texts(List(""), "Key"), ElementsAre("k/a b+c&amp;d&lt;e&#x1;\xC3\xBC"));
}

// ------------------------------------------------------------------------------- who may ask

TEST_F(EmulatedS3, VerifiesSignaturesByItsOwnRules) {
  // The path is signed as it is: no segment is dropped.
  EXPECT_EQ(Put("a/../b//c/.", "x").code(), 200);
  EXPECT_EQ(Get("a/../b//c/.").code(), 200);
  EXPECT_EQ(Get("b/c").code(), 404);

  const auto error = [&](const std::function<void(Request&)>& change, bool before = false) {
    Request request = Client::Unsigned("PUT", "/b-1/k", "");
    request.body = "hello";
    Signing signing = client.signing;
    signing.service = "s3";
    if (before) change(request);
    Sign(request, signing, client.clock.Now());
    if (!before) change(request);
    return client.Send(request).error();
  };
  EXPECT_EQ(error([](Request& r) { r.path += "x"; }), "SignatureDoesNotMatch");
  EXPECT_EQ(error([](Request& r) { r.body = "other"; }), "XAmzContentSHA256Mismatch");
  const auto hash = [](const char* value) {
    return [value](Request& r) { r.headers.emplace_back("x-amz-content-sha256", value); };
  };
  EXPECT_EQ(error(hash("UNSIGNED-PAYLOAD"), true), "");
  EXPECT_EQ(error(hash("STREAMING-UNSIGNED-PAYLOAD-TRAILER"), true), "NotImplemented");
  EXPECT_EQ(error(hash(""), true), "InvalidRequest");
  const auto digest = [](const char* header, const char* value) {
    return [=](Request& r) { r.headers.emplace_back(header, value); };
  };
  EXPECT_EQ(error(digest("content-md5", "XUFAKrxLKna5cZ2REBfFkg=="), true), "");
  EXPECT_EQ(error(digest("content-md5", "AAAAKrxLKna5cZ2REBfFkg=="), true), "BadDigest");
  EXPECT_EQ(
      error(digest("x-amz-checksum-sha256", "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="), true),
      "");
  EXPECT_EQ(error(digest("x-amz-checksum-sha256", "x"), true), "BadDigest");
}

TEST_F(EmulatedS3, RefusesInItsOwnWords) {
  client.signing.access_key = "AKNOBODY";
  EXPECT_EQ(Get("k").error(), "InvalidAccessKeyId");
  client.signing = {};
  client.Control("POST", "config", {{"clock_skew", "10m"}});
  const Seen skewed = Get("k");
  EXPECT_EQ(skewed.code(), 403);
  EXPECT_EQ(skewed.error(), "RequestTimeTooSkewed");
  client.Control("POST", "config", {{"clock_skew", "0"}});
  client.Control("POST", "credentials", {{"expire", {"AKIDEXAMPLE"}}});
  const Seen expired = Get("k");
  EXPECT_EQ(expired.code(), 400);
  EXPECT_EQ(expired.error(), "ExpiredToken");
  Request anonymous = Client::Unsigned("GET", "/k", "");
  anonymous.headers = {{"host", "b-1.localhost"}};
  EXPECT_EQ(client.Send(anonymous).error(), "AccessDenied");
}

TEST_F(EmulatedS3, SaysWhatItDoesNotHave) {
  for (const auto& [method, target] :
       {std::pair("GET", "/"), std::pair("GET", "/b-1"), std::pair("GET", "/b-1?versions="),
        std::pair("PUT", "/b-1"), std::pair("POST", "/b-1/k?uploads="),
        std::pair("GET", "/b-1/k?versionId=1"), std::pair("PUT", "/b-1/k?tagging=")}) {
    EXPECT_EQ(client.S3(method, target).error(), "NotImplemented") << method << target;
  }
  EXPECT_EQ(Put(std::string(1025, 'k'), "x").error(), "KeyTooLongError");
}

// ----------------------------------------------------------------------- faults, calls, versions

TEST_F(EmulatedS3, MeetsTheSameFaults) {
  Inject({{"kind", "500-after"}, {"operation", "PutObject"}, {"key", "note"}});
  EXPECT_EQ(Put("lock", "x").code(), 200);
  const Seen fault = Put("a/note/1", "x");
  EXPECT_EQ(fault.code(), 500);
  EXPECT_EQ(fault.error(), "InternalError");
  EXPECT_EQ(Get("a/note/1").code(), 200);

  const std::tuple<const char*, int, const char*, bool> kinds[] = {
      {"503-before", 503, "SlowDown", false},
      {"503-after", 503, "SlowDown", true},
      {"throttle", 503, "SlowDown", false},
      {"access-denied", 403, "AccessDenied", false},
      {"expired", 400, "ExpiredToken", false},
      {"502-after", 502, "", true},
      {"conflict", 409, "ConditionalRequestConflict", false}};
  for (const auto& [kind, code, error, works] : kinds) {
    Inject({{"kind", kind}, {"operation", "PutObject"}});
    const Seen hit = Put(kind, "x");
    EXPECT_EQ(hit.code(), code) << kind;
    EXPECT_EQ(hit.error(), error) << kind;
    EXPECT_EQ(Get(kind).code(), works ? 200 : 404) << kind;
  }
  Inject({{"kind", "cut-after"}, {"operation", "PutObject"}});
  EXPECT_EQ(Put("cut", "x").answer.delivery, Answer::Delivery::kNone);
  EXPECT_EQ(Get("cut").code(), 200);
  // There is no half of nothing.
  Inject({{"kind", "half"}, {"operation", "PutObject"}});
  EXPECT_EQ(Put("half", "x").answer.delivery, Answer::Delivery::kNone);
}

TEST_F(EmulatedS3, CountsItsCalls) {
  Put("k", "hello");
  Get("k");
  List("");
  const Json calls = client.Control("GET", "calls").json;
  EXPECT_EQ(calls["counts"], Json({{"PutObject", 1}, {"GetObject", 1}, {"ListObjectsV2", 1}}));
  EXPECT_EQ(calls["calls"][0]["bucket"], "b-1");
  EXPECT_EQ(calls["calls"][0]["key"], "k");
  EXPECT_EQ(calls["calls"][0]["region"], "eu-west-1");
  EXPECT_EQ(calls["calls"][0]["code"], 200);
}

TEST_F(EmulatedS3, ShowsEveryVersion) {
  Put("p/k", "one");
  client.clock.Advance(absl::Seconds(2));
  Put("p/k", "two");
  client.S3("DELETE", "/b-1/p/k");
  Put("q", "x");
  const Json objects = client.Control("GET", "buckets/b-1/objects?prefix=p%2F").json["objects"];
  ASSERT_EQ(objects.size(), 1);
  EXPECT_EQ(objects[0]["key"], "p/k");
  EXPECT_EQ(objects[0]["exists"], false);
  const Json& versions = objects[0]["versions"];
  ASSERT_EQ(versions.size(), 3);
  EXPECT_EQ(versions[0]["content"], "one");
  EXPECT_EQ(versions[0]["modified"], "2026-01-02T03:04:05+00:00");
  EXPECT_EQ(versions[1]["content"], "two");
  EXPECT_EQ(versions[1]["number"], 2);
  EXPECT_EQ(versions[2]["deleted"], true);
}

TEST_F(EmulatedS3, IsChangedBySomebodyElse) {
  const std::string etag = Put("k", "ours").Header("ETag");
  EXPECT_EQ(
      client.Control("POST", "buckets/b-1/objects", {{"key", "k"}, {"content", "theirs"}}).code(),
      200);
  EXPECT_EQ(Put("k", "x", {{"if-match", etag}}).code(), 412);
  EXPECT_EQ(client.Control("POST", "buckets/b-1/objects", {{"key", "k"}}).code(), 200);
  EXPECT_EQ(Get("k").code(), 404);
  EXPECT_EQ(client.Control("POST", "buckets/b-1/objects", {{"key", ""}}).code(), 400);
  EXPECT_EQ(client.Control("GET", "buckets/none/objects").code(), 404);
}

TEST_F(EmulatedS3, HasTheBucketsThatItWasGiven) {
  EXPECT_EQ(client.Control("PUT", "buckets/b-1").code(), 409);
  EXPECT_EQ(client.Control("PUT", "buckets/No").code(), 400);
  EXPECT_EQ(client.Control("PUT", "buckets/b-2").code(), 200);
  EXPECT_EQ(client.Control("GET", "buckets").json["buckets"],
            Json::array({{{"name", "b-1"}, {"region", "eu-west-1"}, {"account", "123456789012"}},
                         {{"name", "b-2"}, {"region", "us-east-1"}, {"account", "123456789012"}}}));
  EXPECT_EQ(client.Control("DELETE", "buckets/b-1").code(), 200);
  EXPECT_EQ(Get("k").error(), "NoSuchBucket");
}

TEST(BucketNames, AreThoseOfS3) {
  for (const char* good : {"abc", "a-b", "a.b.c", "0a9"}) EXPECT_TRUE(IsBucketName(good)) << good;
  for (const char* bad : {"", "ab", "-ab", "ab-", "a..b", ".ab", "a_b", "aBc", "a/b"}) {
    EXPECT_FALSE(IsBucketName(bad)) << bad;
  }
}

}  // namespace
}  // namespace er::emulator
