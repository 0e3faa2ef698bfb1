// Signs requests for the emulator's tests, by AWS's documentation and apart from the emulator's own
// reading of it:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
//
// Expects a path that is in its canonical form already, and a query whose names are sorted.
#pragma once

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <map>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "emulator/message.h"

namespace er::emulator {

struct Signing {
  std::string access_key = "AKIDEXAMPLE";
  std::string secret_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
  std::string session_token{};
  std::string region = "eu-west-1";
  std::string service = "entityresolution";
};

inline std::string TestSha256(const std::string& text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha256(), nullptr);
  return absl::BytesToHexString({reinterpret_cast<char*>(digest), size});
}

inline std::string TestHmac(const std::string& key, const std::string& text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &size);
  return {reinterpret_cast<char*>(digest), size};
}

// Adds Host, X-Amz-Date, X-Amz-Security-Token and, for S3, X-Amz-Content-Sha256, unless they are
// there; signs these and every other x-amz- header.
inline void Sign(Request& request, const Signing& signing, absl::Time time) {
  const bool is_s3 = signing.service == "s3";
  const std::string stamp = absl::FormatTime("%Y%m%dT%H%M%SZ", time, absl::UTCTimeZone());
  const std::string day = stamp.substr(0, 8);
  const auto add = [&](const char* name, const std::string& value) {
    if (!request.HasHeader(name)) request.headers.emplace_back(name, value);
  };
  add("host", "localhost");
  add("x-amz-date", stamp);
  if (is_s3) add("x-amz-content-sha256", TestSha256(request.body));
  if (!signing.session_token.empty()) add("x-amz-security-token", signing.session_token);
  std::map<std::string, std::string> headers;
  for (const auto& [name, value] : request.headers) {
    if (name == "host" || name.rfind("x-amz-", 0) == 0) headers[name] = value;
  }
  std::string canonical_headers;
  std::string signed_headers;
  for (const auto& [name, value] : headers) {
    absl::StrAppend(&canonical_headers, name, ":", value, "\n");
    absl::StrAppend(&signed_headers, signed_headers.empty() ? "" : ";", name);
  }
  const std::string path = is_s3 ? request.path : absl::StrReplaceAll(request.path, {{"%", "%25"}});
  const std::string hash =
      is_s3 ? request.Header("x-amz-content-sha256") : TestSha256(request.body);
  const std::string canonical = absl::StrCat(request.method, "\n", path, "\n", request.query, "\n",
                                             canonical_headers, "\n", signed_headers, "\n", hash);
  const std::string scope =
      absl::StrCat(day, "/", signing.region, "/", signing.service, "/aws4_request");
  const std::string to_sign =
      absl::StrCat("AWS4-HMAC-SHA256\n", stamp, "\n", scope, "\n", TestSha256(canonical));
  std::string key = absl::StrCat("AWS4", signing.secret_key);
  for (const std::string& part :
       {day, signing.region, signing.service, std::string("aws4_request"), to_sign}) {
    key = TestHmac(key, part);
  }
  request.headers.emplace_back(
      "authorization", absl::StrCat("AWS4-HMAC-SHA256 Credential=", signing.access_key, "/", scope,
                                    ", SignedHeaders=", signed_headers,
                                    ", Signature=", absl::BytesToHexString(key)));
}

}  // namespace er::emulator
