#include "emulator/credentials.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "emulator/digest.h"
#include "emulator/uri.h"

namespace er::emulator {
namespace {

constexpr absl::Duration kTolerance = absl::Minutes(5);
constexpr absl::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr absl::string_view kS3 = "s3";

Error Refuse(absl::string_view name, std::string message) {
  return {.code = 403, .name = std::string(name), .message = std::move(message)};
}

Error BadSignature(std::string message) {
  return Refuse("InvalidSignatureException", std::move(message));
}

Error Incomplete(std::string message) {
  return Refuse("IncompleteSignatureException", std::move(message));
}

// The parts of the Authorization header.
struct Authorization {
  std::string access_key{};
  std::string date{};
  std::string region{};
  std::string service{};
  std::vector<std::string> signed_headers{};
  std::string signature{};

  std::string Scope() const {
    return absl::StrJoin({date, region, service, std::string("aws4_request")}, "/");
  }
};

std::variant<Authorization, Error> ParseAuthorization(absl::string_view header) {
  if (!absl::ConsumePrefix(&header, kAlgorithm) || !absl::ConsumePrefix(&header, " ")) {
    return Incomplete(absl::StrCat("The Authorization header does not begin with ", kAlgorithm));
  }
  Authorization parsed;
  std::string credential;
  for (absl::string_view part : absl::StrSplit(header, ',')) {
    part = absl::StripAsciiWhitespace(part);
    if (absl::ConsumePrefix(&part, "Credential=")) {
      credential = std::string(part);
    } else if (absl::ConsumePrefix(&part, "SignedHeaders=")) {
      parsed.signed_headers = absl::StrSplit(part, ';', absl::SkipEmpty());
    } else if (absl::ConsumePrefix(&part, "Signature=")) {
      parsed.signature = std::string(part);
    } else {
      return Incomplete(absl::StrCat("The Authorization header has an unknown part: ", part));
    }
  }
  const std::vector<std::string> scope = absl::StrSplit(credential, '/');
  if (scope.size() != 5 || scope[4] != "aws4_request" || scope[0].empty() || scope[2].empty()) {
    return Incomplete("Credential must be KEY/DATE/REGION/SERVICE/aws4_request");
  }
  if (parsed.signed_headers.empty()) return Incomplete("SignedHeaders is missing");
  if (parsed.signature.empty()) return Incomplete("Signature is missing");
  parsed.access_key = scope[0];
  parsed.date = scope[1];
  parsed.region = scope[2];
  parsed.service = scope[3];
  return parsed;
}

std::optional<Error> CheckSignedHeaders(const Request& request,
                                        const std::vector<std::string>& signed_headers) {
  if (!std::is_sorted(signed_headers.begin(), signed_headers.end())) {
    return BadSignature("SignedHeaders must be sorted");
  }
  const auto is_signed = [&](absl::string_view name) {
    return std::find(signed_headers.begin(), signed_headers.end(), name) != signed_headers.end();
  };
  for (const std::string& name : signed_headers) {
    if (name != absl::AsciiStrToLower(name)) {
      return BadSignature("SignedHeaders must be in lower case");
    }
    if (!request.HasHeader(name)) {
      return BadSignature(absl::StrCat("The signed header ", name, " was not sent"));
    }
  }
  for (const absl::string_view name : {"host", "x-amz-date"}) {
    if (!is_signed(name)) return BadSignature(absl::StrCat(name, " must be signed"));
  }
  for (const auto& [name, value] : request.headers) {
    if (absl::StartsWith(name, "x-amz-") && !is_signed(name)) {
      return BadSignature(absl::StrCat(name, " must be signed"));
    }
  }
  return std::nullopt;
}

std::optional<Error> CheckTime(absl::string_view sent, absl::string_view scope_date,
                               absl::Time now) {
  absl::Time time;
  if (sent.size() != 16 || !absl::ParseTime("%E4Y%m%dT%H%M%SZ", sent, &time, nullptr)) {
    return Incomplete("X-Amz-Date must be in the basic form of ISO 8601, in UTC");
  }
  if (!absl::StartsWith(sent, scope_date) || scope_date.size() != 8) {
    return BadSignature("The date of the credential scope is not the date of X-Amz-Date");
  }
  const std::string our_time = absl::FormatTime("%Y%m%dT%H%M%SZ", now, absl::UTCTimeZone());
  if (time < now - kTolerance) {
    return Refuse("RequestTimeTooSkewed",
                  absl::StrCat("Signature expired: ", sent, " is over 5 min. before ", our_time,
                               ", the time here"));
  }
  if (time > now + kTolerance) {
    return Refuse("RequestTimeTooSkewed",
                  absl::StrCat("Signature not yet current: ", sent, " is over 5 min. after ",
                               our_time, ", the time here"));
  }
  return std::nullopt;
}

// RFC 3986, section 5.2.4, with empty segments dropped; then the path as sent is encoded again.
std::string CanonicalPath(absl::string_view path) {
  std::vector<absl::string_view> kept;
  for (const absl::string_view segment : absl::StrSplit(path, '/', absl::SkipEmpty())) {
    if (segment == ".") continue;
    if (segment != "..") {
      kept.push_back(segment);
    } else if (!kept.empty()) {
      kept.pop_back();
    }
  }
  const bool keeps_last_slash = !kept.empty() && absl::EndsWith(path, "/");
  return PercentEncode(absl::StrCat("/", absl::StrJoin(kept, "/"), keeps_last_slash ? "/" : ""),
                       "/");
}

std::string CanonicalQuery(absl::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters = ParseQuery(query);
  for (auto& [name, value] : parameters) {
    name = PercentEncode(name);
    value = PercentEncode(value);
  }
  std::sort(parameters.begin(), parameters.end());
  return absl::StrJoin(parameters, "&", absl::PairFormatter("="));
}

std::string CanonicalHeaders(const Request& request, const std::vector<std::string>& names) {
  std::string canonical;
  for (const std::string& name : names) {
    std::vector<std::string> values;
    for (const auto& [header, value] : request.headers) {
      if (header != name) continue;
      values.push_back(value);
      absl::RemoveExtraAsciiWhitespace(&values.back());
    }
    absl::StrAppend(&canonical, name, ":", absl::StrJoin(values, ","), "\n");
  }
  return canonical;
}

std::string SigningKey(absl::string_view secret_key, const Authorization& scope) {
  std::string key = HmacSha256(absl::StrCat("AWS4", secret_key), scope.date);
  key = HmacSha256(key, scope.region);
  key = HmacSha256(key, scope.service);
  return HmacSha256(key, "aws4_request");
}

// The hash that the signature is made of; S3 wants it told, or told that there is none.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
std::variant<std::string, Error> PayloadHash(const Request& request, absl::string_view service) {
  const std::string told = request.Header("x-amz-content-sha256");
  if (service == kS3 && told.empty()) {
    return Error{.code = 400,
                 .name = "InvalidRequest",
                 .message = "Missing required header for this request: x-amz-content-sha256"};
  }
  if (service == kS3 && told == "UNSIGNED-PAYLOAD") return told;
  if (service == kS3 && absl::StartsWith(told, "STREAMING-")) {
    return Error{.code = 501,
                 .name = "NotImplemented",
                 .message = "The emulator does not take bodies that are signed in chunks"};
  }
  std::string hash = Sha256Hex(request.body);
  if (told.empty() || told == hash) return hash;
  if (service != kS3) return BadSignature("X-Amz-Content-Sha256 is not the hash of the body");
  return Error{.code = 400,
               .name = "XAmzContentSHA256Mismatch",
               .message =
                   "The provided 'x-amz-content-sha256' header does not match what was "
                   "computed."};
}

bool EqualInConstantTime(absl::string_view a, absl::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

std::variant<Caller, Error> Authenticate(const Request& request, const Credentials& credentials,
                                         absl::string_view service, absl::Time now) {
  // What was sent is complete and well formed.
  if (!request.HasHeader("authorization")) {
    return Refuse("MissingAuthenticationTokenException", "The request is not signed");
  }
  std::variant<Authorization, Error> parsed = ParseAuthorization(request.Header("authorization"));
  if (Error* error = std::get_if<Error>(&parsed)) return *error;
  const Authorization& given = std::get<Authorization>(parsed);
  if (!request.HasHeader("x-amz-date")) return Incomplete("X-Amz-Date is missing");
  if (auto error = CheckSignedHeaders(request, given.signed_headers)) return *error;

  // It is for this service and for now.
  if (given.service != service) {
    return BadSignature(absl::StrCat("The credential is scoped to the service '", given.service,
                                     "' instead of '", service, "'"));
  }
  const std::string time = request.Header("x-amz-date");
  if (auto error = CheckTime(time, given.date, now)) return *error;

  // The key is one of ours.
  const auto found = credentials.find(given.access_key);
  if (found == credentials.end() ||
      !EqualInConstantTime(found->second.session_token, request.Header("x-amz-security-token"))) {
    return Refuse("UnrecognizedClientException",
                  "The security token included in the request is invalid");
  }
  const Credential& credential = found->second;

  // The signature covers what arrived.
  const auto payload_hash = PayloadHash(request, service);
  if (const Error* error = std::get_if<Error>(&payload_hash)) return *error;
  const std::string path = service == kS3 ? PercentEncode(PercentDecode(request.path), "/")
                                          : CanonicalPath(request.path);
  const std::string canonical =
      absl::StrJoin({request.method, path, CanonicalQuery(request.query),
                     CanonicalHeaders(request, given.signed_headers),
                     absl::StrJoin(given.signed_headers, ";"), std::get<std::string>(payload_hash)},
                    "\n");
  const std::string to_sign =
      absl::StrCat(kAlgorithm, "\n", time, "\n", given.Scope(), "\n", Sha256Hex(canonical));
  const std::string signature =
      absl::BytesToHexString(HmacSha256(SigningKey(credential.secret_key, given), to_sign));
  if (!EqualInConstantTime(signature, given.signature)) {
    // Like AWS, show what was expected: this is how a signer is debugged.
    return BadSignature(
        absl::StrCat("The signature does not match. The canonical request here is:\n", canonical,
                     "\n\nand the string to sign:\n", to_sign));
  }
  if (credential.expires <= now) {
    return Refuse("ExpiredTokenException", "The security token included in the request is expired");
  }
  return Caller{.access_key = credential.access_key,
                .account = credential.account,
                .region = given.region,
                .arn = credential.arn,
                .user_id = credential.user_id};
}

}  // namespace er::emulator
