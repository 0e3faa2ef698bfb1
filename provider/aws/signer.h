// AWS Signature Version 4, as four pure functions and their composition. The time is an argument,
// so that each step can be held against a corpus (tests/corpus/sigv4).
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
//
//   request = Sign(std::move(request), credentials,
//                  {.time = clock.Now(), .region = "eu-west-1", .service = "entityresolution"});
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "aws/credentials.h"
#include "aws/uri.h"
#include "base/secret.h"
#include "http/transport.h"

namespace er::aws {

// What a signature is good for. Region and service are those of the endpoint, not of its URL.
struct SigningScope {
  absl::Time time{};
  std::string region{};
  std::string service{};
};

// "20260102T030405Z", as in the header x-amz-date.
std::string SigningTime(absl::Time time);

// The names of the headers that are signed, in order, with semicolons between them: all but those
// that proxies and clients change on the way.
std::string SignedHeaders(const http::Headers& headers);

// Holds the session token where there is one: never log it. `url` is the request's.
std::string CanonicalRequest(const http::Request& request, const Url& url,
                             const SigningScope& scope);

std::string StringToSign(absl::string_view canonical_request, const SigningScope& scope);

Secret SigningKey(const Secret& secret_access_key, const SigningScope& scope);

// The value of the header Authorization.
std::string Authorization(absl::string_view access_key_id, absl::string_view signed_headers,
                          absl::string_view string_to_sign, const Secret& signing_key,
                          const SigningScope& scope);

// `request` with the headers host, x-amz-date, x-amz-security-token and authorization, and for S3
// x-amz-content-sha256. kInvalidArgument where its URL is none.
absl::StatusOr<http::Request> Sign(http::Request request, const Credentials& credentials,
                                   const SigningScope& scope);

}  // namespace er::aws
