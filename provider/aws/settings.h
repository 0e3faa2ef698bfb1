// What the client is configured with: the provider block, the environment and the shared config
// file, each setting from the first of them that has it. Names and meaning are those of the AWS
// provider, so that what users have keeps working.
//
//   ASSIGN_OR_RETURN(const Settings settings, ResolveSettings(arguments, environment));
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "aws/credentials.h"
#include "aws/instance_credentials.h"
#include "aws/profile_file.h"
#include "aws/retry.h"
#include "aws/role_credentials.h"
#include "aws/sts.h"
#include "base/environment.h"
#include "base/secret.h"
#include "http/curl_transport.h"
#include "http/proxy.h"

namespace er::aws {

struct WebIdentityRole {
  RoleRequest role{};
  WebIdentityCredentials::Token token{};
};

// The arguments of the provider block; nothing where one is not given. An empty text counts as not
// given.
struct Arguments {
  std::optional<std::string> access_key{};
  std::optional<std::string> secret_key{};
  std::optional<std::string> token{};
  std::optional<std::string> region{};
  std::optional<std::string> profile{};
  std::vector<std::string> shared_config_files{};
  std::vector<std::string> shared_credentials_files{};
  std::vector<RoleRequest> assume_role{};
  std::optional<WebIdentityRole> assume_role_with_web_identity{};
  std::optional<std::string> ec2_metadata_service_endpoint{};
  std::optional<std::string> ec2_metadata_service_endpoint_mode{};  // IPv4 or IPv6
  std::optional<bool> skip_metadata_api_check{};
  std::optional<std::string> custom_ca_bundle{};
  std::optional<bool> insecure{};
  std::optional<Secret> http_proxy{};
  std::optional<Secret> https_proxy{};
  std::optional<std::string> no_proxy{};
  std::optional<bool> use_fips_endpoint{};
  std::optional<bool> use_dualstack_endpoint{};
  std::optional<std::string> endpoint_entityresolution{};
  std::optional<std::string> endpoint_s3{};
  std::optional<std::string> endpoint_sts{};
  std::optional<std::string> endpoint_sso{};
  std::optional<int> max_retries{};
  std::optional<std::string> retry_mode{};
  std::vector<std::string> allowed_account_ids{};
  std::vector<std::string> forbidden_account_ids{};
  std::optional<bool> skip_credentials_validation{};
  std::optional<bool> skip_requesting_account_id{};
  std::vector<std::string> user_agent{};
  std::optional<std::string> sts_region{};
  std::optional<double> requests_per_second{};
};

struct Settings {
  std::optional<Credentials> keys{};  // of the provider block
  std::string region{};               // empty: the instance's, if the credentials are too
  std::string profile = "default";
  bool profile_is_explicit = false;  // named in the provider block: it beats the environment's keys
  Profiles profiles{};
  std::vector<RoleRequest> assume_role{};
  std::optional<WebIdentityRole> assume_role_with_web_identity{};
  InstanceSettings instance{};
  http::CaBundle ca_bundle{};  // no path: to be found
  bool insecure = false;
  http::Proxy http_proxy{};
  http::Proxy https_proxy{};
  std::string no_proxy{};
  bool use_fips = false;
  bool use_dualstack = false;
  std::string endpoint_entityresolution{};  // these five: empty for AWS's own
  std::string endpoint_s3{};
  std::string endpoint_sts{};
  std::string endpoint_sso{};
  std::string endpoint_sso_oidc{};
  RetryPolicy retry{};
  std::vector<std::string> allowed_account_ids{};
  std::vector<std::string> forbidden_account_ids{};
  bool skip_credentials_validation = false;
  bool skip_requesting_account_id = false;
  std::vector<std::string> user_agent{};  // what is appended to ours
  std::string sts_region{};               // empty: `region`
  bool sts_legacy_global = false;
  double requests_per_second = 5;
  std::vector<std::string> warnings{};  // for the user, not for the log alone
};

// The argument that a failure speaks of, as a path whose steps have dots between them:
// "assume_role.1.role_arn", "profile". Empty where it speaks of none, or of one whose line in the
// configuration may hold a secret and must not be shown.
std::string ArgumentOf(const absl::Status& status);

// `status`, speaking of `argument`.
absl::Status OfArgument(absl::Status status, absl::string_view argument);

// kInvalidArgument names the setting and where it came from.
absl::StatusOr<Settings> ResolveSettings(const Arguments& arguments,
                                         const Environment& environment);

}  // namespace er::aws
