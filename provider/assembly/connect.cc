#include "assembly/connect.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/secret.h"
#include "base/status.h"

namespace er::assembly {
namespace {

std::optional<std::string> OptionalText(const Value& object, absl::string_view name) {
  if (!object[name].IsString()) return std::nullopt;
  return object[name].AsString();
}

std::optional<Secret> OptionalSecret(const Value& object, absl::string_view name) {
  if (!object[name].IsString()) return std::nullopt;
  return Secret(object[name].AsString());
}

std::optional<bool> Flag(const Value& object, absl::string_view name) {
  if (!object[name].IsBool()) return std::nullopt;
  return object[name].AsBool();
}

std::vector<std::string> Texts(const Value& object, absl::string_view name) {
  std::vector<std::string> texts;
  if (!object[name].IsList()) return texts;
  for (const Value& text : object[name].AsList()) {
    if (text.IsString()) texts.push_back(text.AsString());
  }
  return texts;
}

// The blocks of this name, as objects.
std::vector<Value> Blocks(const Value& config, absl::string_view name) {
  return config[name].IsList() ? config[name].AsList() : std::vector<Value>();
}

aws::RoleRequest ToRole(const Value& block) {
  aws::RoleRequest role{.role_arn = TextOf(block, "role_arn"),
                        .session_name = TextOf(block, "session_name"),
                        .external_id = TextOf(block, "external_id"),
                        .policy = TextOf(block, "policy"),
                        .policy_arns = Texts(block, "policy_arns"),
                        .source_identity = TextOf(block, "source_identity"),
                        .transitive_tag_keys = Texts(block, "transitive_tag_keys")};
  absl::ParseDuration(TextOf(block, "duration"), &role.duration);  // the schema has checked it
  if (block["tags"].IsMap()) {
    for (const auto& [key, value] : block["tags"].AsMap()) {
      if (value.IsString()) role.tags.emplace(key, value.AsString());
    }
  }
  return role;
}

}  // namespace

absl::StatusOr<aws::Arguments> ToArguments(const Value& config) {
  aws::Arguments arguments{
      .access_key = OptionalText(config, "access_key"),
      .secret_key = OptionalText(config, "secret_key"),
      .token = OptionalText(config, "token"),
      .region = OptionalText(config, "region"),
      .profile = OptionalText(config, "profile"),
      .shared_config_files = Texts(config, "shared_config_files"),
      .shared_credentials_files = Texts(config, "shared_credentials_files"),
      .ec2_metadata_service_endpoint = OptionalText(config, "ec2_metadata_service_endpoint"),
      .ec2_metadata_service_endpoint_mode =
          OptionalText(config, "ec2_metadata_service_endpoint_mode"),
      .skip_metadata_api_check = Flag(config, "skip_metadata_api_check"),
      .custom_ca_bundle = OptionalText(config, "custom_ca_bundle"),
      .insecure = Flag(config, "insecure"),
      .http_proxy = OptionalSecret(config, "http_proxy"),
      .https_proxy = OptionalSecret(config, "https_proxy"),
      .no_proxy = OptionalText(config, "no_proxy"),
      .use_fips_endpoint = Flag(config, "use_fips_endpoint"),
      .use_dualstack_endpoint = Flag(config, "use_dualstack_endpoint"),
      .retry_mode = OptionalText(config, "retry_mode"),
      .allowed_account_ids = Texts(config, "allowed_account_ids"),
      .forbidden_account_ids = Texts(config, "forbidden_account_ids"),
      .skip_credentials_validation = Flag(config, "skip_credentials_validation"),
      .skip_requesting_account_id = Flag(config, "skip_requesting_account_id"),
      .user_agent = Texts(config, "user_agent"),
      .sts_region = OptionalText(config, "sts_region")};
  for (const Value& block : Blocks(config, "assume_role")) {
    arguments.assume_role.push_back(ToRole(block));
  }
  for (const Value& block : Blocks(config, "assume_role_with_web_identity")) {
    arguments.assume_role_with_web_identity =
        aws::WebIdentityRole{.role = ToRole(block),
                             .token = {.text = Secret(TextOf(block, "web_identity_token")),
                                       .file = TextOf(block, "web_identity_token_file")}};
  }
  for (const Value& block : Blocks(config, "endpoints")) {
    arguments.endpoint_entityresolution = OptionalText(block, "entityresolution");
    arguments.endpoint_s3 = OptionalText(block, "s3");
    arguments.endpoint_sts = OptionalText(block, "sts");
    arguments.endpoint_sso = OptionalText(block, "sso");
  }
  // The schema has checked the limits of both numbers.
  if (double number = 0;
      config["requests_per_second"].IsNumber() &&
      absl::SimpleAtod(config["requests_per_second"].AsNumber().text(), &number)) {
    arguments.requests_per_second = number;
  }
  if (config["max_retries"].IsNumber()) {
    arguments.max_retries =
        static_cast<int>(config["max_retries"].AsNumber().ToInt64().value_or(0));
  }
  if (arguments.token.has_value() && !arguments.access_key.has_value()) {
    return absl::InvalidArgumentError(
        "token is set, but access_key and secret_key, which it belongs to, are not.");
  }
  if (const auto& identity = arguments.assume_role_with_web_identity;
      identity && !identity->token.text.empty() && !identity->token.file.empty()) {
    return aws::OfArgument(
        absl::InvalidArgumentError("assume_role_with_web_identity has both web_identity_token and "
                                   "web_identity_token_file: leave one of them out"),
        "assume_role_with_web_identity.0.web_identity_token_file");
  }
  return arguments;
}

absl::StatusOr<Connected> ConnectWith(const aws::Outside& outside, const Value& config,
                                      std::stop_token stop) {
  ASSIGN_OR_RETURN(const aws::Arguments arguments, ToArguments(config));
  ASSIGN_OR_RETURN(aws::Settings settings, aws::ResolveSettings(arguments, *outside.environment));
  Connected connected{.session = {.endpoint = settings.endpoint_entityresolution},
                      .warnings = settings.warnings};
  ASSIGN_OR_RETURN(std::shared_ptr<aws::Connection> connection,
                   aws::Connection::Open(std::move(settings), outside, std::move(stop)));
  connected.session.region = connection->region();
  connected.session.account = connection->account();
  connected.session.connect = [connection](const std::string& region) {
    return connection->ClientFor(region);
  };
  connected.bucket = [connection](const std::string& name) { return connection->BucketFor(name); };
  return connected;
}

}  // namespace er::assembly
