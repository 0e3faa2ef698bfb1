// Credentials in JSON (credential_process, containers, instances), the SSO cache, and the errors of
// services that speak JSON. The first line is the header x-amzn-ErrorType.
#include "aws/credentials_json.h"
#include "aws/error_answer.h"
#include "aws/sso_credentials.h"
#include "base/utf8.h"
#include "fuzz/fuzz.h"

void er::Fuzz(absl::string_view input) {
  const auto [header, text] = FirstLine(input);
  const auto credentials = aws::ParseCredentialsJson(text, "Token");
  if (credentials.ok()) {
    Require(!credentials->access_key_id.empty() && !credentials->secret_access_key.empty());
  }
  const auto token = aws::ParseSsoToken(text);
  if (token.ok()) Require(!token->access_token.empty());
  const aws::Error error = aws::DecodeError({.code = 400,
                                             .headers = {{"x-amzn-errortype", std::string(header)}},
                                             .body = std::string(text)});
  Require(IsValidUtf8(error.code) && IsValidUtf8(error.message));
  const auto carried = aws::ErrorOf(aws::ToStatus(error));
  Require(carried.has_value() && carried->code == error.code);
}
