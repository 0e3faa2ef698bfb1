#include "emulator/s3/operations.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "emulator/digest.h"
#include "emulator/page_token.h"
#include "emulator/uri.h"

namespace er::emulator {
namespace {

constexpr std::int64_t kLargestPage = 1000;
constexpr std::size_t kLongestKey = 1024;

std::string ParameterOf(const Request& request, absl::string_view wanted) {
  for (const auto& [name, value] : ParseQuery(request.query)) {
    if (name == wanted) return value;
  }
  return "";
}

struct Call {
  const Request& request;
  const std::string& key;
  const Config& config;
  Bucket& bucket;
  const absl::Time now;

  std::string Parameter(absl::string_view wanted) const { return ParameterOf(request, wanted); }
};

Answer Refuse(int code, absl::string_view name, absl::string_view message) {
  return ErrorAnswer({.code = code, .name = std::string(name), .message = std::string(message)},
                     Protocol::kXml);
}

Answer NoSuchKey() { return Refuse(404, "NoSuchKey", "The specified key does not exist."); }

Answer NotImplemented() {
  return Refuse(501, "NotImplemented",
                "A header you provided implies functionality that is not implemented");
}

Answer ConditionFailed() {
  return Refuse(412, "PreconditionFailed",
                "At least one of the pre-conditions you specified did not hold");
}

std::string HttpTime(absl::Time time) {
  return absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", time, absl::UTCTimeZone());
}

bool HasCondition(const Request& request) {
  return request.HasHeader("if-match") || request.HasHeader("if-none-match");
}

// Why a write must not be done, by the conditions of the request; nothing if it may.
std::optional<Answer> Unmet(const Call& call, Conditions conditions) {
  if (!HasCondition(call.request) || conditions == Conditions::kIgnored) return std::nullopt;
  const std::string none_match = call.request.Header("if-none-match");
  if (conditions == Conditions::kRefused || (!none_match.empty() && none_match != "*")) {
    return NotImplemented();
  }
  const Version* object = call.bucket.Find(call.key);
  if (!none_match.empty() && object != nullptr) return ConditionFailed();
  if (!call.request.HasHeader("if-match")) return std::nullopt;
  if (object == nullptr) return NoSuchKey();
  const std::string match = call.request.Header("if-match");
  const std::string quoted =
      absl::StartsWith(match, "\"") || match == "*" ? match : absl::StrCat("\"", match, "\"");
  if (quoted != "*" && quoted != object->etag) return ConditionFailed();
  return std::nullopt;
}

// Why the body is not what its headers say; nothing if it is.
std::optional<Answer> Damaged(const Request& request) {
  const std::pair<const char*, std::string> digests[] = {
      {"content-md5", Md5Hex(request.body)}, {"x-amz-checksum-sha256", Sha256Hex(request.body)}};
  for (const auto& [header, hex] : digests) {
    if (request.HasHeader(header) &&
        request.Header(header) != absl::Base64Escape(absl::HexStringToBytes(hex))) {
      return Refuse(400, "BadDigest",
                    absl::StrCat("The ", header, " you specified did not match what we received."));
    }
  }
  return std::nullopt;
}

Answer ObjectAnswer(const Version& object) {
  return {.headers = {{"Content-Type", object.content_type},
                      {"ETag", object.etag},
                      {"Last-Modified", HttpTime(object.modified)},
                      {"Accept-Ranges", "bytes"}},
          .body = object.content};
}

Answer GetObject(Call& call) {
  const Version* object = call.bucket.Find(call.key);
  if (object == nullptr) return NoSuchKey();
  return ObjectAnswer(*object);
}

Answer PutObject(Call& call) {
  if (call.key.size() > kLongestKey) {
    return Refuse(400, "KeyTooLongError", "Your key is too long");
  }
  if (std::optional<Answer> damaged = Damaged(call.request)) return *std::move(damaged);
  if (std::optional<Answer> unmet = Unmet(call, call.config.put_conditions)) {
    return *std::move(unmet);
  }
  std::string type = call.request.Header("content-type");
  if (type.empty()) type = "binary/octet-stream";
  const Version& object = call.bucket.Write(call.key, call.request.body, std::move(type), call.now);
  return {.headers = {{"ETag", object.etag}}};
}

Answer DeleteObject(Call& call) {
  if (std::optional<Answer> unmet = Unmet(call, call.config.delete_conditions)) {
    return *std::move(unmet);
  }
  call.bucket.Remove(call.key, call.now);
  return {.code = 204};
}

Answer HeadBucket(Call& call) { return {.headers = {{"x-amz-bucket-region", call.bucket.region}}}; }

Answer Xml(absl::string_view root, absl::string_view content) {
  return {.headers = {{"Content-Type", "application/xml"}},
          .body = absl::StrCat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<", root,
                               " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">", content, "</",
                               root, ">")};
}

Answer GetBucketLocation(Call& call) {
  // The first Region has no name here.
  const std::string& region = call.bucket.region;
  return Xml("LocationConstraint", region == "us-east-1" ? "" : XmlText(region));
}

// One page of a list.
struct Page {
  std::string contents{};
  std::set<std::string> common_prefixes{};
  std::int64_t size = 0;  // of both
  std::string last{};     // the key or the common prefix that it ends with
  bool is_truncated = false;
};

// What `delimiter` cuts `key` down to, if it is in it after the prefix; else the key.
std::string Shown(const std::string& key, std::size_t prefix, const std::string& delimiter) {
  const std::size_t found = delimiter.empty() ? std::string::npos : key.find(delimiter, prefix);
  return found == std::string::npos ? key : key.substr(0, found + delimiter.size());
}

template <typename Encode>
Page MakePage(const Call& call, const std::string& prefix, const std::string& delimiter,
              const std::string& after, std::int64_t largest, const Encode& encode) {
  Page page{.last = after};
  for (auto object = call.bucket.objects.lower_bound(std::max(prefix, after));
       object != call.bucket.objects.end() && absl::StartsWith(object->first, prefix); ++object) {
    const Version& version = object->second.back();
    const std::string shown = Shown(object->first, prefix.size(), delimiter);
    // Those under a common prefix are behind it once it was told.
    if (version.is_deletion || shown <= after || page.common_prefixes.contains(shown)) continue;
    if (page.size == largest) {
      page.is_truncated = true;
      break;
    }
    ++page.size;
    page.last = shown;
    if (shown != object->first) {
      page.common_prefixes.insert(shown);
      continue;
    }
    absl::StrAppend(
        &page.contents, "<Contents><Key>", encode(shown), "</Key><LastModified>",
        absl::FormatTime("%Y-%m-%dT%H:%M:%S.000Z", version.modified, absl::UTCTimeZone()),
        "</LastModified><ETag>", XmlText(version.etag), "</ETag><Size>", version.content.size(),
        "</Size><StorageClass>STANDARD</StorageClass></Contents>");
  }
  return page;
}

Answer ListObjectsV2(Call& call) {
  const std::string prefix = call.Parameter("prefix");
  const std::string delimiter = call.Parameter("delimiter");
  const std::string encoding = call.Parameter("encoding-type");
  const std::string token = call.Parameter("continuation-token");
  std::string after = call.Parameter("start-after");
  const std::string asked = call.Parameter("max-keys");
  std::int64_t largest = kLargestPage;
  if (!asked.empty() && (!absl::SimpleAtoi(asked, &largest) || largest < 0)) {
    return Refuse(400, "InvalidArgument", "max-keys must be a number from 0 to 2147483647");
  }
  if (!encoding.empty() && encoding != "url") {
    return Refuse(400, "InvalidArgument", "Invalid Encoding Method specified in Request");
  }
  largest = std::min(largest, kLargestPage);
  const std::string list = absl::StrCat(call.bucket.name, "/", prefix, "\n", delimiter);
  if (!token.empty()) {
    const std::optional<std::string> position = ReadToken(list, token);
    if (!position) {
      return Refuse(400, "InvalidArgument", "The continuation token provided is incorrect");
    }
    after = *position;
  }
  const auto encode = [&](absl::string_view text) {
    if (encoding.empty()) return XmlText(text);
    return absl::StrReplaceAll(PercentEncode(text, "/"), {{"%20", "+"}});
  };
  const Page page = MakePage(call, prefix, delimiter, after, largest, encode);

  std::string xml;
  const auto add = [&](absl::string_view tag, absl::string_view text) {
    absl::StrAppend(&xml, "<", tag, ">", text, "</", tag, ">");
  };
  add("Name", XmlText(call.bucket.name));
  add("Prefix", encode(prefix));
  if (!delimiter.empty()) add("Delimiter", encode(delimiter));
  add("KeyCount", absl::StrCat(page.size));
  add("MaxKeys", absl::StrCat(largest));
  if (!encoding.empty()) add("EncodingType", encoding);
  add("IsTruncated", page.is_truncated && largest > 0 ? "true" : "false");
  if (!token.empty()) add("ContinuationToken", XmlText(token));
  if (page.is_truncated && largest > 0) {
    add("NextContinuationToken", XmlText(MakeToken(list, page.last)));
  }
  xml += page.contents;
  for (const std::string& common : page.common_prefixes) {
    absl::StrAppend(&xml, "<CommonPrefixes><Prefix>", encode(common), "</Prefix></CommonPrefixes>");
  }
  return Xml("ListBucketResult", xml);
}

const std::map<std::string, Answer (*)(Call&)>& Operations() {
  static const auto& operations = *new std::map<std::string, Answer (*)(Call&)>{
      {"GetObject", GetObject},        {"HeadObject", GetObject},
      {"PutObject", PutObject},        {"DeleteObject", DeleteObject},
      {"HeadBucket", HeadBucket},      {"GetBucketLocation", GetBucketLocation},
      {"ListObjectsV2", ListObjectsV2}};
  return operations;
}

std::string OperationOf(const Request& request, const S3Question& question) {
  // A parameter that is none of these asks for something else: a policy, a version, a copy, ...
  static const auto& plain = *new std::set<std::string>{
      "list-type",   "prefix",      "delimiter", "max-keys", "continuation-token",
      "start-after", "fetch-owner", "x-id",      "location", "encoding-type"};
  std::set<std::string> parameters;
  for (const auto& [name, value] : ParseQuery(request.query)) {
    if (!plain.contains(name)) return "unknown";
    parameters.insert(name);
  }
  if (question.bucket.empty() || request.HasHeader("x-amz-copy-source")) return "unknown";
  if (!question.key.empty()) {
    if (request.method == "GET") return "GetObject";
    if (request.method == "HEAD") return "HeadObject";
    if (request.method == "PUT") return "PutObject";
    if (request.method == "DELETE") return "DeleteObject";
    return "unknown";
  }
  if (request.method == "HEAD") return "HeadBucket";
  if (request.method != "GET") return "unknown";
  if (parameters.contains("location")) return "GetBucketLocation";
  return parameters.contains("list-type") ? "ListObjectsV2" : "unknown";
}

}  // namespace

std::string BucketOfHost(const Request& request) {
  std::string host = absl::AsciiStrToLower(request.Header("host"));
  host = host.substr(0, host.rfind(':'));
  absl::string_view rest = host;
  if (absl::ConsumeSuffix(&rest, ".localhost")) return std::string(rest);
  for (const char* service : {".s3.", ".s3-fips."}) {
    const std::size_t found = host.find(service);
    if (found != std::string::npos && absl::StrContains(host, ".amazonaws.")) {
      return host.substr(0, found);
    }
  }
  return "";
}

S3Question ReadS3Question(const Request& request) {
  S3Question question{.bucket = BucketOfHost(request)};
  absl::string_view rest = request.path;
  absl::ConsumePrefix(&rest, "/");
  if (question.bucket.empty()) {
    const std::size_t slash = rest.find('/');
    question.bucket = PercentDecode(rest.substr(0, slash));
    rest = slash == absl::string_view::npos ? "" : rest.substr(slash + 1);
  }
  question.key = PercentDecode(rest);
  question.operation = OperationOf(request, question);
  return question;
}

std::string PrefixOf(const Request& request) { return ParameterOf(request, "prefix"); }

Answer PerformS3(const S3Question& question, const Request& request, const Caller& caller,
                 const Config& config, Buckets& buckets, absl::Time now) {
  const auto operation = Operations().find(question.operation);
  if (operation == Operations().end()) {
    return Refuse(501, "NotImplemented",
                  absl::StrCat("The emulator has no operation of S3 for ", request.method, " ",
                               request.path, request.query.empty() ? "" : "?", request.query));
  }
  const auto bucket = buckets.find(question.bucket);
  if (bucket == buckets.end()) {
    return Refuse(404, "NoSuchBucket", "The specified bucket does not exist");
  }
  if (bucket->second.account != caller.account) return Refuse(403, "AccessDenied", "Access Denied");
  if (bucket->second.region != caller.region) {
    Answer answer = Refuse(301, "PermanentRedirect",
                           "The bucket you are attempting to access must be addressed using the "
                           "specified endpoint. Please send all future requests to this endpoint.");
    answer.headers.emplace_back("x-amz-bucket-region", bucket->second.region);
    return answer;
  }
  Call call{.request = request,
            .key = question.key,
            .config = config,
            .bucket = bucket->second,
            .now = now};
  return operation->second(call);
}

std::vector<std::string> S3OperationNames() {
  std::vector<std::string> names;
  for (const auto& [name, perform] : Operations()) names.push_back(name);
  return names;
}

}  // namespace er::emulator
