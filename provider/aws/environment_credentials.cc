#include "aws/environment_credentials.h"

#include <optional>

#include "base/status.h"

namespace er::aws {

absl::StatusOr<Credentials> EnvironmentCredentials::Get(std::stop_token) {
  const std::optional<std::string> id = environment_.Variable("AWS_ACCESS_KEY_ID");
  const std::optional<std::string> key = environment_.Variable("AWS_SECRET_ACCESS_KEY");
  if (!id && !key) return absl::NotFoundError("AWS_ACCESS_KEY_ID is not set");
  if (!id) {
    return absl::InvalidArgumentError("AWS_SECRET_ACCESS_KEY is set and AWS_ACCESS_KEY_ID is not");
  }
  if (!key) {
    return absl::InvalidArgumentError("AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not");
  }
  // The second is its name of old, which there are still tools that set alone.
  std::string token_name = "AWS_SESSION_TOKEN";
  if (!environment_.Variable(token_name)) token_name = "AWS_SECURITY_TOKEN";
  Credentials credentials{
      .access_key_id = *id,
      .secret_access_key = Secret(*key),
      .session_token = Secret(environment_.Variable(token_name).value_or("")),
      .source = "the environment",
  };
  RETURN_IF_ERROR(
      CheckCredentials(credentials, {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", token_name}));
  return credentials;
}

}  // namespace er::aws
