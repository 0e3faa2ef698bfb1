// One bucket of the Simple Storage Service, for those who keep small notes in it: objects are read
// whole, and each write says what it takes to be there.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html
//
//   ASSIGN_OR_RETURN(auto bucket, connection.BucketFor("my-bucket"));
//   absl::StatusOr<S3Written> mine = bucket->PutIfAbsent("journal/lock", text, stop);
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "aws/call.h"
#include "aws/endpoint.h"
#include "base/mutex.h"

namespace er::aws {

// An ETag stands here without its quotation marks. Dates are S3's clock when it answered.
struct S3Object {
  std::string key{};
  std::string etag{};
  absl::Time modified{};
};

struct S3Listing {
  std::vector<S3Object> objects{};
  absl::Time date{};  // of the first page
};

struct S3Content {
  std::string text{};
  std::string etag{};
  absl::Time modified{};  // in whole seconds
  absl::Time date{};
};

struct S3Written {
  std::string etag{};
  absl::Time date{};
};

// Where the bucket is looked for. Its Region is found out: that of `endpoint` is asked first.
struct S3Place {
  std::string bucket{};
  EndpointRequest endpoint{};
};

// Safe for concurrent use; each call blocks. A key is any text but an empty one.
//
// A failure carries an aws::Error with the operation and s3://bucket/key. Besides the codes below
// there are kPermissionDenied, kFailedPrecondition (no such bucket, among others), kUnimplemented
// (a store that is not AWS's does not know conditions) and kUnavailable.
//
// A write is repeated as any call is, since its condition protects it. Where the answer of an
// attempt was lost, the object is read and tells whether it was ours: so no two contents that are
// ever written under one key may be the same.
class S3Bucket {
 public:
  // kInvalidArgument where `place` is none. What `config` points to must outlive the bucket;
  // `config.region` is not used.
  static absl::StatusOr<std::unique_ptr<S3Bucket>> Create(S3Place place, CallerConfig config);

  // All objects whose keys begin with `prefix`. kResourceExhausted where they are more than
  // kMostObjects: the prefix is not one that was made for us.
  absl::StatusOr<S3Listing> List(absl::string_view prefix, std::stop_token stop);

  // kNotFound where there is no such key; S3 calls it kPermissionDenied where the caller lacks
  // s3:ListBucket.
  absl::StatusOr<S3Content> Get(const std::string& key, std::stop_token stop);

  // kAlreadyExists where there is such a key.
  absl::StatusOr<S3Written> PutIfAbsent(const std::string& key, const std::string& text,
                                        std::stop_token stop);

  // kAborted where the object is another one by now, or gone. Needs s3:GetObject, too.
  absl::StatusOr<S3Written> PutIfMatch(const std::string& key, absl::string_view etag,
                                       const std::string& text, std::stop_token stop);

  // kAborted where the object is another one by now, kNotFound where it is gone; but OK where it is
  // gone after an answer was lost, since who deleted it cannot be seen. Needs s3:GetObject, too.
  absl::Status DeleteIfMatch(const std::string& key, absl::string_view etag, std::stop_token stop);

  const std::string& name() const { return place_.bucket; }

  static constexpr std::size_t kMostObjects = 100'000;

 private:
  S3Bucket(S3Place place, CallerConfig config);

  absl::StatusOr<HttpCall> NewCall(const char* operation, const char* method, absl::string_view key,
                                   absl::string_view query = "");
  absl::StatusOr<S3Written> Put(const std::string& key, const std::string& text,
                                http::Headers condition, std::stop_token stop);
  bool Redirect(const http::Response& response, absl::string_view rest, HttpCall& call);
  absl::StatusOr<std::string> UrlOf(const std::string& region) const;

  const S3Place place_;
  Caller caller_;
  Mutex mutex_;
  std::string region_ ABSL_GUARDED_BY(mutex_);  // where the bucket is, by what is known
};

// The IAM action that allows an operation: s3:ListBucket for ListObjectsV2, s3:X for any other X.
std::string S3PermissionFor(absl::string_view operation);

// The answers of S3; public for tests.
struct S3Page {
  std::vector<S3Object> objects{};
  std::string next{};  // the token of the page that follows; empty for the last one
};
absl::StatusOr<S3Page> ParseS3Page(absl::string_view xml);
Error DecodeS3Error(const http::Response& response);

}  // namespace er::aws
