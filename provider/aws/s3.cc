#include "aws/s3.h"

#include <algorithm>
#include <pugixml.hpp>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "aws/error_answer.h"
#include "aws/hash.h"
#include "aws/uri.h"
#include "base/status.h"

namespace er::aws {
namespace {

// A page has at most a thousand keys of at most 1024 bytes, of which encoding makes three each.
constexpr std::size_t kLargestAnswer = 8 << 20;

// The objects are small: who waits longer than this waits in vain.
constexpr absl::Duration kTimeout = absl::Seconds(15);

bool Load(pugi::xml_document& document, absl::string_view xml) {
  return xml.size() <= kLargestAnswer &&
         document.load_buffer(xml.data(), xml.size(), pugi::parse_default, pugi::encoding_utf8);
}

std::string Unquoted(absl::string_view etag) {
  absl::ConsumePrefix(&etag, "\"");
  absl::ConsumeSuffix(&etag, "\"");
  return std::string(etag);
}

std::string EtagOf(const http::Response& response) { return Unquoted(response.Header("etag")); }

absl::Status HasEtag(const http::Response& response) {
  return EtagOf(response).empty() ? absl::UnavailableError("the answer has no ETag")
                                  : absl::OkStatus();
}

// A page that somebody on the way puts in the place of the answer is no success.
absl::Status HasNoBody(const http::Response& response) {
  if (response.body.empty()) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("the answer has a body: \"", Excerpt(response), "\""));
}

// "a/b c" is a/b%20c: as every service but S3 would have it, but for the slashes.
std::string EncodeKey(absl::string_view key) {
  return absl::StrReplaceAll(PercentEncode(key), {{"%2F", "/"}});
}

// What `encoding-type=url` made of a key: a form's encoding, where + is a space.
std::string DecodeKey(absl::string_view key) {
  std::string decoded;
  for (std::size_t i = 0; i < key.size(); ++i) {
    if (key[i] == '%' && i + 2 < key.size() &&
        absl::ascii_isxdigit(static_cast<unsigned char>(key[i + 1])) &&
        absl::ascii_isxdigit(static_cast<unsigned char>(key[i + 2]))) {
      decoded += absl::HexStringToBytes(key.substr(i + 1, 2));
      i += 2;
    } else {
      decoded += key[i] == '+' ? ' ' : key[i];
    }
  }
  return decoded;
}

// Names of buckets made before 2018 may have capitals and underscores.
bool IsBucket(absl::string_view name) {
  return name.size() >= 3 && name.size() <= 255 && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::StrContains(".-_", c);
         });
}

// A name that can be the first label of a host's; the certificates are for one label.
bool IsLabel(absl::string_view name) {
  return name.size() <= 63 && name.front() != '-' && name.back() != '-' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return absl::ascii_islower(byte) || absl::ascii_isdigit(byte) || c == '-';
         });
}

// `status` with the code `to` in the place of `from`.
absl::Status Recoded(const absl::Status& status, absl::StatusCode from, absl::StatusCode to) {
  const std::optional<Error> error = ErrorOf(status);
  return error && status.code() == from ? ToStatus(*error, to) : status;
}

// `status` where 404 is kNotFound only if S3 itself says that there is no such key: the bucket may
// be missing, or the address one of somebody else.
absl::Status OfKey(const absl::Status& status) {
  const std::optional<Error> error = ErrorOf(status);
  if (!error || error->code == "NoSuchKey") return status;
  return Recoded(status, absl::StatusCode::kNotFound, absl::StatusCode::kFailedPrecondition);
}

// Of a write: an attempt may have been executed, and reading the object, too, fails.
absl::Status Unclear(Error error, const absl::Status& why) {
  error.message = absl::StrCat(
      "an answer was lost, and reading the object to see what became of "
      "the call failed, too: ",
      why.message());
  error.code.clear();
  error.request_id.clear();
  error.http_status = 0;
  return ToStatus(error, absl::IsCancelled(why) ? why.code() : absl::StatusCode::kUnavailable);
}

// What a failed write may have done, where that is not known.
std::optional<Error> LostAnswer(const absl::Status& status, const std::stop_token& stop) {
  std::optional<Error> error = ErrorOf(status);
  if (status.ok() || stop.stop_requested() || !error || error->execution != Execution::kUnknown) {
    return std::nullopt;
  }
  return error;
}

}  // namespace

std::string S3PermissionFor(absl::string_view operation) {
  return absl::StrCat("s3:", operation == "ListObjectsV2" ? "ListBucket" : operation);
}

absl::StatusOr<S3Page> ParseS3Page(absl::string_view xml) {
  pugi::xml_document document;
  const pugi::xml_node list =
      Load(document, xml) ? document.child("ListBucketResult") : pugi::xml_node();
  if (!list) return absl::UnavailableError("the answer is no list of objects");
  const bool encoded = absl::string_view(list.child_value("EncodingType")) == "url";
  S3Page page;
  for (const pugi::xml_node& node : list.children("Contents")) {
    const absl::string_view key = node.child_value("Key");
    S3Object object{.key = encoded ? DecodeKey(key) : std::string(key),
                    .etag = Unquoted(node.child_value("ETag"))};
    if (object.key.empty() || object.etag.empty() ||
        !absl::ParseTime(absl::RFC3339_full, node.child_value("LastModified"), &object.modified,
                         nullptr)) {
      return absl::UnavailableError("the answer lists an object without key, ETag or date");
    }
    page.objects.push_back(std::move(object));
  }
  if (absl::string_view(list.child_value("IsTruncated")) == "true") {
    page.next = list.child_value("NextContinuationToken");
    if (page.next.empty()) {
      return absl::UnavailableError("the answer is not the last page and does not tell the next");
    }
  }
  return page;
}

Error DecodeS3Error(const http::Response& response) {
  pugi::xml_document document;
  const pugi::xml_node node =
      Load(document, response.body) ? document.child("Error") : pugi::xml_node();
  Error error = DecodeError(response);
  if (node) {
    error.code = WordsOf(response, node.child_value("Code"));
    error.message = WordsOf(response, node.child_value("Message"));
    if (error.request_id.empty())
      error.request_id = WordsOf(response, node.child_value("RequestId"));
  }
  // It did not go ahead if it sends the caller elsewhere, or does not know what is asked.
  if ((response.code >= 300 && response.code < 400) || response.code == 501) {
    error.execution = Execution::kRefused;
  }
  return error;
}

absl::StatusOr<std::unique_ptr<S3Bucket>> S3Bucket::Create(S3Place place, CallerConfig config) {
  if (!IsBucket(place.bucket)) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", place.bucket, "\" is not the name of an S3 bucket"));
  }
  if (absl::EndsWith(place.bucket, "--x-s3")) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", place.bucket,
                     "\" is a directory bucket (S3 Express One Zone); take a general purpose one"));
  }
  std::unique_ptr<S3Bucket> bucket(new S3Bucket(std::move(place), std::move(config)));
  {
    const MutexLock lock(bucket->mutex_);
    RETURN_IF_ERROR(bucket->UrlOf(bucket->region_).status());
  }
  return bucket;
}

S3Bucket::S3Bucket(S3Place place, CallerConfig config)
    : place_(std::move(place)),
      caller_([&] {
        config.service = "s3";
        config.limiter = nullptr;  // that one is for the service whose quota it keeps
        config.decode_error = &DecodeS3Error;
        return std::move(config);
      }()),
      region_(place_.endpoint.region) {}

// Of the bucket: a URL without a slash at its end.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
absl::StatusOr<std::string> S3Bucket::UrlOf(const std::string& region) const {
  EndpointRequest request = place_.endpoint;
  request.region = region;
  ASSIGN_OR_RETURN(const std::string endpoint, ResolveEndpoint(request));
  if (!request.custom_url.empty() || !IsLabel(place_.bucket)) {
    return absl::StrCat(endpoint, "/", place_.bucket);
  }
  const std::size_t host = endpoint.find("://") + 3;
  return absl::StrCat(endpoint.substr(0, host), place_.bucket, ".", endpoint.substr(host));
}

// A call on the object `key`, or on the bucket where there is none.
absl::StatusOr<HttpCall> S3Bucket::NewCall(const char* operation, const char* method,
                                           absl::string_view key, absl::string_view query) {
  HttpCall call{.operation = operation,
                .resource = absl::StrCat("s3://", place_.bucket, "/", key),
                .request = {.method = method, .timeout = kTimeout},
                .repeatable = true};
  {
    const MutexLock lock(mutex_);
    call.region = region_;
  }
  ASSIGN_OR_RETURN(const std::string url, UrlOf(call.region));
  const std::string rest = absl::StrCat("/", EncodeKey(key), query);
  call.request.url = absl::StrCat(url, rest);
  call.redirect = [this, rest](const http::Response& response, HttpCall& redirected) {
    return Redirect(response, rest, redirected);
  };
  return call;
}

// A refusal says where the bucket is, if it is not where it was looked for.
bool S3Bucket::Redirect(const http::Response& response, absl::string_view rest, HttpCall& call) {
  if (response.code < 300 || response.code >= 500) return false;
  std::string region = response.Header("x-amz-bucket-region");
  if (region.empty()) {
    pugi::xml_document document;
    if (Load(document, response.body)) region = document.child("Error").child_value("Region");
  }
  if (region == call.region || !IsRegion(region)) return false;
  const absl::StatusOr<std::string> url = UrlOf(region);
  if (!url.ok()) return false;
  call.region = region;
  call.request.url = absl::StrCat(*url, rest);
  const MutexLock lock(mutex_);
  region_ = region;
  return true;
}

absl::StatusOr<S3Listing> S3Bucket::List(absl::string_view prefix, std::stop_token stop) {
  S3Listing listing;
  S3Page page;
  bool is_first = true;
  do {
    std::string query = "?encoding-type=url&list-type=2";
    if (!is_first) absl::StrAppend(&query, "&continuation-token=", PercentEncode(page.next));
    absl::StrAppend(&query, "&prefix=", PercentEncode(prefix));
    ASSIGN_OR_RETURN(HttpCall call, NewCall("ListObjectsV2", "GET", "", query));
    absl::StrAppend(&call.resource, prefix);
    call.check = [&page](const http::Response& response) -> absl::Status {
      ASSIGN_OR_RETURN(page, ParseS3Page(response.body));
      return absl::OkStatus();
    };
    const absl::StatusOr<http::Response> response = caller_.Run(std::move(call), stop);
    if (!response.ok()) return OfKey(response.status());
    if (std::exchange(is_first, false)) listing.date = caller_.DateOf(*response);
    std::move(page.objects.begin(), page.objects.end(), std::back_inserter(listing.objects));
    if (listing.objects.size() > kMostObjects) {
      return absl::ResourceExhaustedError(absl::StrCat("s3://", place_.bucket, "/", prefix,
                                                       " holds more than ", kMostObjects,
                                                       " objects: it must be a prefix of its own"));
    }
  } while (!page.next.empty());
  return listing;
}

absl::StatusOr<S3Content> S3Bucket::Get(const std::string& key, std::stop_token stop) {
  ASSIGN_OR_RETURN(HttpCall call, NewCall("GetObject", "GET", key));
  absl::Time modified;
  call.check = [&modified](const http::Response& response) -> absl::Status {
    RETURN_IF_ERROR(HasEtag(response));
    if (!absl::ParseTime("%a, %d %b %Y %H:%M:%S GMT", response.Header("last-modified"), &modified,
                         nullptr)) {
      return absl::UnavailableError("the answer has no Last-Modified");
    }
    return absl::OkStatus();
  };
  absl::StatusOr<http::Response> response = caller_.Run(std::move(call), std::move(stop));
  if (!response.ok()) return OfKey(response.status());
  return S3Content{.text = std::move(response->body),
                   .etag = EtagOf(*response),
                   .modified = modified,
                   .date = caller_.DateOf(*response)};
}

absl::StatusOr<S3Written> S3Bucket::Put(const std::string& key, const std::string& text,
                                        http::Headers condition, std::stop_token stop) {
  ASSIGN_OR_RETURN(HttpCall call, NewCall("PutObject", "PUT", key));
  call.request.headers = std::move(condition);
  call.request.headers.emplace_back("content-type", "text/plain; charset=utf-8");
  // Buckets with object lock demand a digest, for which the one that is signed does not count.
  call.request.headers.emplace_back("x-amz-checksum-sha256",
                                    absl::Base64Escape(absl::HexStringToBytes(Sha256Hex(text))));
  call.request.body = text;
  call.request.no_silent_repeat = true;
  call.check = &HasEtag;
  const absl::StatusOr<http::Response> response = caller_.Run(std::move(call), stop);
  if (response.ok()) {
    return S3Written{.etag = EtagOf(*response), .date = caller_.DateOf(*response)};
  }
  const absl::Status status = OfKey(response.status());
  const std::optional<Error> lost = LostAnswer(status, stop);
  if (!lost) return status;
  // The condition of a repeated attempt fails if the first one was executed.
  absl::StatusOr<S3Content> found = Get(key, stop);
  if (found.ok() && found->text == text) {
    return S3Written{.etag = std::move(found->etag), .date = found->date};
  }
  return found.ok() || absl::IsNotFound(found.status()) ? status : Unclear(*lost, found.status());
}

absl::StatusOr<S3Written> S3Bucket::PutIfAbsent(const std::string& key, const std::string& text,
                                                std::stop_token stop) {
  absl::StatusOr<S3Written> written = Put(key, text, {{"if-none-match", "*"}}, std::move(stop));
  if (written.ok()) return written;
  return Recoded(written.status(), absl::StatusCode::kAborted, absl::StatusCode::kAlreadyExists);
}

absl::StatusOr<S3Written> S3Bucket::PutIfMatch(const std::string& key, absl::string_view etag,
                                               const std::string& text, std::stop_token stop) {
  absl::StatusOr<S3Written> written =
      Put(key, text, {{"if-match", absl::StrCat("\"", etag, "\"")}}, std::move(stop));
  if (written.ok()) return written;
  return Recoded(written.status(), absl::StatusCode::kNotFound, absl::StatusCode::kAborted);
}

absl::Status S3Bucket::DeleteIfMatch(const std::string& key, absl::string_view etag,
                                     std::stop_token stop) {
  ASSIGN_OR_RETURN(HttpCall call, NewCall("DeleteObject", "DELETE", key));
  call.request.headers.emplace_back("if-match", absl::StrCat("\"", etag, "\""));
  call.request.no_silent_repeat = true;
  call.check = &HasNoBody;
  const absl::Status status = OfKey(caller_.Run(std::move(call), stop).status());
  const std::optional<Error> lost = LostAnswer(status, stop);
  if (!lost) return status;
  const absl::Status found = Get(key, stop).status();
  if (absl::IsNotFound(found)) return absl::OkStatus();
  return found.ok() ? status : Unclear(*lost, found);
}

}  // namespace er::aws
