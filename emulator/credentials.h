// The keys that the emulator accepts, and the check of a request's signature against them (AWS
// Signature Version 4, https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html).
//
// Written apart from the provider's signer on purpose: an error in one shows in the other.
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <variant>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "emulator/message.h"

namespace er::emulator {

struct Credential {
  std::string access_key{};
  std::string secret_key{};
  std::string session_token{};  // empty for a long-term key
  std::string account{};
  std::string arn{};      // of a role's session; empty: a user
  std::string user_id{};  // the same
  absl::Time expires = absl::InfiniteFuture();
};

// By access key.
using Credentials = std::map<std::string, Credential>;

// Who signed a request, and for where.
struct Caller {
  std::string access_key{};
  std::string account{};
  std::string region{};
  std::string arn{};  // as the credential's
  std::string user_id{};
};

// The caller, or the service's refusal: the scheme, the scope's form, date and service, the signed
// headers, the five minutes around `now`, the token, its expiry, the body's hash and the signature.
std::variant<Caller, Error> Authenticate(const Request& request, const Credentials& credentials,
                                         absl::string_view service, absl::Time now);

}  // namespace er::emulator
