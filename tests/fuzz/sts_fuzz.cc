// What STS answers: credentials and identities are whole or none, and any error is one.
#include "aws/sts.h"
#include "base/utf8.h"
#include "fuzz/fuzz.h"

void er::Fuzz(absl::string_view input) {
  const auto credentials = aws::ParseStsCredentials(input);
  if (credentials.ok()) {
    Require(!credentials->access_key_id.empty() && !credentials->session_token.empty());
  }
  const auto identity = aws::ParseCallerIdentity(input);
  if (identity.ok()) Require(!identity->account.empty() && IsValidUtf8(identity->arn));
  const aws::Error error = aws::DecodeStsError({.code = 400, .body = std::string(input)});
  Require(IsValidUtf8(error.code) && IsValidUtf8(error.message));
}
