#include "aws/credentials_json.h"

#include "absl/strings/str_cat.h"
#include "aws/json_answer.h"
#include "base/status.h"

namespace er::aws {

absl::StatusOr<Credentials> ParseCredentialsJson(absl::string_view text, const char* token_name) {
  const nlohmann::json object = ParseJsonAnswer(text);
  if (!object.is_object()) return absl::DataLossError("the credentials are no JSON object");
  const auto member = [&](const char* name) -> std::string {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
  };
  Credentials credentials{.access_key_id = member("AccessKeyId"),
                          .secret_access_key = Secret(member("SecretAccessKey")),
                          .session_token = Secret(member(token_name))};
  if (credentials.access_key_id.empty() || credentials.secret_access_key.empty()) {
    return absl::DataLossError("the credentials have no AccessKeyId or no SecretAccessKey");
  }
  RETURN_IF_ERROR(
      CheckCredentials(credentials, {"AccessKeyId", "SecretAccessKey", std::string(token_name)}))
      .With("the credentials");
  const auto expiration = object.find("Expiration");
  if (expiration != object.end() && !expiration->is_null() &&
      !absl::ParseTime(absl::RFC3339_full, member("Expiration"), &credentials.expiry, nullptr)) {
    return absl::DataLossError("the Expiration of the credentials is no time of RFC 3339");
  }
  return credentials;
}

}  // namespace er::aws
