#include "aws/signer.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "aws/hash.h"
#include "base/status.h"

namespace er::aws {
namespace {

constexpr absl::string_view kAlgorithm = "AWS4-HMAC-SHA256";

// S3 has its own rules: a path is signed as it stands, since each byte of a key counts, and the
// digest of the body is a header.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
bool IsS3(const SigningScope& scope) { return scope.service == "s3"; }

bool IsSigned(absl::string_view lower_name) {
  return lower_name != "authorization" && lower_name != "user-agent" && lower_name != "expect" &&
         lower_name != "x-amzn-trace-id";
}

// The signed headers by name in lower case; the values of a repeated one with commas between them.
std::map<std::string, std::string> CanonicalHeaders(const http::Headers& headers) {
  std::map<std::string, std::string> canonical;
  for (const auto& [name, value] : headers) {
    const std::string lower = absl::AsciiStrToLower(name);
    if (!IsSigned(lower)) continue;
    const std::string folded = absl::StrJoin(
        absl::StrSplit(value, absl::ByAnyChar(" \t\r\n\f\v"), absl::SkipEmpty()), " ");
    const auto [entry, is_new] = canonical.emplace(lower, folded);
    if (!is_new) absl::StrAppend(&entry->second, ",", folded);
  }
  return canonical;
}

// The path without empty and dot segments, and encoded a second time, as every service but S3
// has it.
std::string CanonicalPath(absl::string_view path) {
  std::vector<absl::string_view> segments;
  for (const absl::string_view segment : absl::StrSplit(path, '/')) {
    if (segment == "..") {
      if (!segments.empty()) segments.pop_back();
    } else if (!segment.empty() && segment != ".") {
      segments.push_back(segment);
    }
  }
  std::string canonical;
  for (const absl::string_view segment : segments) {
    absl::StrAppend(&canonical, "/", PercentEncode(segment));
  }
  if (segments.empty() || path.back() == '/') canonical += '/';
  return canonical;
}

// `query` is encoded already. It is sorted by name and then by value, not by the text "name=value".
std::string CanonicalQuery(absl::string_view query) {
  if (query.empty()) return "";
  std::vector<std::pair<absl::string_view, absl::string_view>> pairs;
  for (const absl::string_view pair : absl::StrSplit(query, '&')) {
    const std::size_t equals = pair.find('=');
    pairs.emplace_back(pair.substr(0, equals), equals == absl::string_view::npos
                                                   ? absl::string_view()
                                                   : pair.substr(equals + 1));
  }
  std::sort(pairs.begin(), pairs.end());
  return absl::StrJoin(pairs, "&", absl::PairFormatter("="));
}

std::string Date(const SigningScope& scope) { return SigningTime(scope.time).substr(0, 8); }

std::string CredentialScope(const SigningScope& scope) {
  return absl::StrCat(Date(scope), "/", scope.region, "/", scope.service, "/aws4_request");
}

}  // namespace

std::string SigningTime(absl::Time time) {
  return absl::FormatTime("%Y%m%dT%H%M%SZ", time, absl::UTCTimeZone());
}

std::string SignedHeaders(const http::Headers& headers) {
  return absl::StrJoin(CanonicalHeaders(headers), ";",
                       [](std::string* out, const auto& header) { *out += header.first; });
}

std::string CanonicalRequest(const http::Request& request, const Url& url,
                             const SigningScope& scope) {
  std::string headers;
  for (const auto& [name, value] : CanonicalHeaders(request.headers)) {
    absl::StrAppend(&headers, name, ":", value, "\n");
  }
  return absl::StrJoin(
      {request.method, IsS3(scope) ? url.path : CanonicalPath(url.path), CanonicalQuery(url.query),
       headers, SignedHeaders(request.headers), Sha256Hex(request.body)},
      "\n");
}

std::string StringToSign(absl::string_view canonical_request, const SigningScope& scope) {
  return absl::StrJoin({std::string(kAlgorithm), SigningTime(scope.time), CredentialScope(scope),
                        Sha256Hex(canonical_request)},
                       "\n");
}

Secret SigningKey(const Secret& secret_access_key, const SigningScope& scope) {
  std::string key = HmacSha256(absl::StrCat("AWS4", secret_access_key.Reveal()), Date(scope));
  key = HmacSha256(key, scope.region);
  key = HmacSha256(key, scope.service);
  return Secret(HmacSha256(key, "aws4_request"));
}

std::string Authorization(absl::string_view access_key_id, absl::string_view signed_headers,
                          absl::string_view string_to_sign, const Secret& signing_key,
                          const SigningScope& scope) {
  return absl::StrCat(kAlgorithm, " Credential=", access_key_id, "/", CredentialScope(scope),
                      ", SignedHeaders=", signed_headers, ", Signature=",
                      absl::BytesToHexString(HmacSha256(signing_key.Reveal(), string_to_sign)));
}

absl::StatusOr<http::Request> Sign(http::Request request, const Credentials& credentials,
                                   const SigningScope& scope) {
  ASSIGN_OR_RETURN(const Url url, ParseUrl(request.url));
  request.headers.emplace_back("host", url.Authority());
  request.headers.emplace_back("x-amz-date", SigningTime(scope.time));
  if (!credentials.session_token.empty()) {
    request.headers.emplace_back("x-amz-security-token", credentials.session_token.Reveal());
  }
  if (IsS3(scope)) {
    request.headers.emplace_back("x-amz-content-sha256", Sha256Hex(request.body));
  }
  request.headers.emplace_back(
      "authorization", Authorization(credentials.access_key_id, SignedHeaders(request.headers),
                                     StringToSign(CanonicalRequest(request, url, scope), scope),
                                     SigningKey(credentials.secret_access_key, scope), scope));
  return request;
}

}  // namespace er::aws
