#include "aws/connection.h"

#include <array>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "aws/container_credentials.h"
#include "aws/credential_chain.h"
#include "aws/endpoint.h"
#include "aws/environment_credentials.h"
#include "aws/refreshing_credentials.h"
#include "aws/rest_json_client.h"
#include "aws/role_credentials.h"
#include "aws/sts.h"
#include "base/log.h"
#include "base/status.h"
#include "http/curl_transport.h"

namespace er::aws {
namespace {

// The Regions whose STS calls went to sts.amazonaws.com before there were regional endpoints.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-sts-regionalized-endpoints.html
constexpr std::array<absl::string_view, 15> kLegacyStsRegions = {
    "ap-northeast-1", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1",
    "eu-central-1",   "eu-north-1", "eu-west-1",      "eu-west-2",      "eu-west-3",
    "sa-east-1",      "us-east-1",  "us-east-2",      "us-west-1",      "us-west-2"};

}  // namespace

Connection::Connection(Settings settings, Outside outside)
    : settings_(std::move(settings)), outside_(std::move(outside)) {}

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(Settings settings, Outside outside,
                                                             std::stop_token stop) {
  std::unique_ptr<Connection> connection(new Connection(std::move(settings), std::move(outside)));
  RETURN_IF_ERROR(connection->Prepare(std::move(stop)));
  return connection;
}

absl::Status Connection::Prepare(std::stop_token stop) {
  for (const std::string& warning : settings_.warnings) log::Warn(warning);
  if (outside_.transport == nullptr) {
    ASSIGN_OR_RETURN(
        own_transport_,
        http::NewCurlTransport({.ca_bundle = settings_.ca_bundle.path.empty()
                                                 ? http::FindCaBundle(*outside_.environment)
                                                 : settings_.ca_bundle,
                                .insecure = settings_.insecure,
                                .http_proxy = settings_.http_proxy,
                                .https_proxy = settings_.https_proxy,
                                .no_proxy = http::NoProxy(settings_.no_proxy)}));
  }
  std::vector<std::string> agents = {
      absl::StrCat("terraform-provider-entityresolution/", outside_.version)};
  agents.insert(agents.end(), settings_.user_agent.begin(), settings_.user_agent.end());
  parts_ = {.settings = &settings_,
            .environment = outside_.environment,
            .sts = {.transport = own_transport_ ? own_transport_.get() : outside_.transport,
                    .clock = outside_.clock,
                    .retry = settings_.retry,
                    .user_agent = absl::StrJoin(agents, " "),
                    .random = outside_.random}};
  RETURN_IF_ERROR(ResolveSts());
  credentials_ = std::make_unique<RefreshingCredentials>(BaseCredentials(), *outside_.clock);
  const absl::StatusOr<Credentials> found = credentials_->Get(stop);
  if (!found.ok()) return OfArgument(found.status(), ArgumentOfBase());
  const Credentials& base = *found;
  if (settings_.region.empty() && base.source == InstanceCredentials::kSource) {
    absl::StatusOr<std::string> region =
        InstanceCredentials(settings_.instance, parts_.sts).Region(stop);
    if (region.ok()) settings_.region = *std::move(region);
    RETURN_IF_ERROR(ResolveSts());
  }
  RETURN_IF_ERROR(AssumeRoles(stop));
  return CheckAccount(std::move(stop));
}

// The argument that the base credentials depend on.
const char* Connection::ArgumentOfBase() const {
  if (settings_.assume_role_with_web_identity) return "assume_role_with_web_identity.0.role_arn";
  return settings_.profile_is_explicit ? "profile" : "";
}

absl::Status Connection::ResolveSts() {
  std::string& region = parts_.sts.region;
  region = !settings_.sts_region.empty() ? settings_.sts_region
           : !settings_.region.empty()   ? settings_.region
                                         : "us-east-1";
  const bool is_global = region == "aws-global" ||
                         (settings_.sts_legacy_global &&
                          absl::c_linear_search(kLegacyStsRegions, absl::string_view(region)));
  if (is_global && settings_.endpoint_sts.empty() && !settings_.use_fips &&
      !settings_.use_dualstack) {
    region = "us-east-1";
    parts_.sts_endpoint = "https://sts.amazonaws.com";
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(parts_.sts_endpoint, ResolveEndpoint({.prefix = "sts",
                                                         .region = region,
                                                         .use_fips = settings_.use_fips,
                                                         .use_dualstack = settings_.use_dualstack,
                                                         .custom_url = settings_.endpoint_sts}));
  return absl::OkStatus();
}

std::unique_ptr<CredentialsSource> Connection::WebIdentityOfEnvironment() const {
  const Environment& environment = *outside_.environment;
  const auto file = environment.Variable("AWS_WEB_IDENTITY_TOKEN_FILE");
  if (!file || settings_.profile_is_explicit) {
    return WebIdentityOfProfile(settings_.profile, parts_);
  }
  const auto arn = environment.Variable("AWS_ROLE_ARN");
  if (!arn) {
    return std::make_unique<NoCredentials>(
        absl::InvalidArgumentError("AWS_WEB_IDENTITY_TOKEN_FILE is set and AWS_ROLE_ARN is not"));
  }
  return std::make_unique<WebIdentityCredentials>(
      RoleRequest{.role_arn = *arn,
                  .session_name = environment.Variable("AWS_ROLE_SESSION_NAME").value_or("")},
      WebIdentityCredentials::Token{.file = *file}, parts_.sts_endpoint, parts_.sts, environment);
}

std::unique_ptr<CredentialsSource> Connection::BaseCredentials() {
  const Environment& environment = *outside_.environment;
  if (settings_.assume_role_with_web_identity) {
    WebIdentityRole identity = *settings_.assume_role_with_web_identity;
    const auto fill = [&](std::string& text, const char* variable) {
      if (text.empty()) text = environment.Variable(variable).value_or("");
    };
    fill(identity.role.role_arn, "AWS_ROLE_ARN");
    fill(identity.role.session_name, "AWS_ROLE_SESSION_NAME");
    if (identity.token.text.empty()) fill(identity.token.file, "AWS_WEB_IDENTITY_TOKEN_FILE");
    if (identity.role.role_arn.empty() ||
        (identity.token.text.empty() && identity.token.file.empty())) {
      return std::make_unique<NoCredentials>(absl::InvalidArgumentError(
          "assume_role_with_web_identity needs role_arn, and web_identity_token or "
          "web_identity_token_file"));
    }
    return std::make_unique<WebIdentityCredentials>(identity.role, identity.token,
                                                    parts_.sts_endpoint, parts_.sts, environment);
  }
  if (settings_.keys) return std::make_unique<StaticCredentials>(*settings_.keys);

  const std::string& profile = settings_.profile;
  std::vector<CredentialChain::Place> places;
  const auto add = [&](const char* name, std::unique_ptr<CredentialsSource> source) {
    places.push_back({name, std::move(source)});
  };
  add("the provider block",
      std::make_unique<NoCredentials>(absl::NotFoundError("access_key is not given")));
  if (settings_.profile_is_explicit) {
    add("the environment", std::make_unique<NoCredentials>(
                               absl::NotFoundError("the argument profile goes before it")));
  } else {
    add("the environment", std::make_unique<EnvironmentCredentials>(environment));
  }
  add("a role of the profile", RoleOfProfile(profile, parts_));
  add("a web identity", WebIdentityOfEnvironment());
  add("SSO", SsoOfProfile(profile, parts_));
  add("the shared credentials file", KeysOfCredentialsFile(profile, parts_));
  add("credential_process", ProcessOfProfile(profile, parts_));
  add("the shared config file", KeysOfConfigFile(profile, parts_));
  add("the container", std::make_unique<ContainerCredentials>(environment, parts_.sts));
  add("the EC2 instance", std::make_unique<InstanceCredentials>(settings_.instance, parts_.sts));
  return std::make_unique<CredentialChain>(std::move(places));
}

absl::Status Connection::AssumeRoles(const std::stop_token& stop) {
  int number = 0;
  for (const RoleRequest& role : settings_.assume_role) {
    const std::string argument = absl::StrCat("assume_role.", number++, ".role_arn");
    if (role.role_arn.empty()) {
      return OfArgument(absl::InvalidArgumentError("an assume_role block needs a role_arn"),
                        argument);
    }
    credentials_ = std::make_unique<RefreshingCredentials>(
        std::make_unique<RoleCredentials>(role, std::move(credentials_), parts_.sts_endpoint,
                                          parts_.sts),
        *outside_.clock);
    const absl::Status assumed = credentials_->Get(stop).status();
    if (!assumed.ok()) return OfArgument(assumed, argument);
  }
  return absl::OkStatus();
}

// What to do where STS cannot be asked who the caller is, or does not want to say.
// https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
std::string Remedy(const absl::Status& why) {
  const std::optional<Error> error = ErrorOf(why);
  const std::string code = error ? error->code : "";
  if (code == "InvalidClientTokenId") {
    return "AWS does not know this access key, or not without its session token: set all of it "
           "anew.";
  }
  if (code == "SignatureDoesNotMatch") {
    return "The secret key is not that of this access key: set both anew.";
  }
  if (code == "ExpiredToken" || code == "ExpiredTokenException") {
    return "These keys have come to their end: get new ones, or take a role or a profile, whose "
           "keys are renewed.";
  }
  if (error && error->http_status == 0) {
    return "See whether this computer reaches that address, if need be by https_proxy, and whether "
           "the Region is right.";
  }
  return "See whether these are the credentials that you mean.";
}

absl::Status Connection::CheckAccount(std::stop_token stop) {
  const std::vector<std::string>& allowed = settings_.allowed_account_ids;
  const std::vector<std::string>& forbidden = settings_.forbidden_account_ids;
  // The keys of a stand-in for Entity Resolution mean nothing to the real STS.
  const bool is_stand_in =
      !settings_.endpoint_entityresolution.empty() && settings_.endpoint_sts.empty();
  const bool is_skipped =
      settings_.skip_credentials_validation && settings_.skip_requesting_account_id;
  if (allowed.empty() && forbidden.empty() && (is_skipped || is_stand_in)) {
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const Credentials checked, credentials_->Get(stop));
  CallerConfig config = parts_.sts;
  config.credentials = credentials_.get();
  absl::StatusOr<CallerIdentity> identity =
      Sts(parts_.sts_endpoint, std::move(config)).GetCallerIdentity(std::move(stop));
  if (!identity.ok()) {
    return WithAdvice(
        WithContext(identity.status(), absl::StrCat("checking the credentials of ", checked.source,
                                                    " (access key ", checked.access_key_id, ")")),
        absl::StrCat(Remedy(identity.status()),
                     " To do without this check, set both skip_credentials_validation and "
                     "skip_requesting_account_id."));
  }
  account_ = identity->account;
  log::Debug("The caller is known", {{"account", account_}, {"arn", identity->arn}});
  if (!allowed.empty() && !absl::c_linear_search(allowed, account_)) {
    return OfArgument(absl::PermissionDeniedError(absl::StrCat(
                          "the account ", account_, " is not among allowed_account_ids")),
                      "allowed_account_ids");
  }
  if (absl::c_linear_search(forbidden, account_)) {
    return OfArgument(absl::PermissionDeniedError(absl::StrCat("the account ", account_,
                                                               " is among forbidden_account_ids")),
                      "forbidden_account_ids");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Client>> Connection::ClientFor(const std::string& region) {
  if (region.empty()) {
    return absl::InvalidArgumentError("Invalid Configuration: Missing Region");
  }
  ASSIGN_OR_RETURN(std::string endpoint,
                   ResolveEndpoint({.region = region,
                                    .use_fips = settings_.use_fips,
                                    .use_dualstack = settings_.use_dualstack,
                                    .custom_url = settings_.endpoint_entityresolution}));
  CallerConfig config = parts_.sts;
  config.credentials = credentials_.get();
  config.service = "entityresolution";
  config.region = region;
  const MutexLock lock(mutex_);
  std::unique_ptr<RateLimiter>& limiter = limiters_[region];
  if (limiter == nullptr) {
    limiter = std::make_unique<RateLimiter>(settings_.requests_per_second, *outside_.clock);
  }
  config.limiter = limiter.get();
  return NewRestJsonClient(std::move(endpoint), std::move(config));
}

absl::StatusOr<std::unique_ptr<S3Bucket>> Connection::BucketFor(const std::string& name) const {
  CallerConfig config = parts_.sts;
  config.credentials = credentials_.get();
  return S3Bucket::Create(
      {.bucket = name,
       .endpoint = {.prefix = "s3",
                    .region = settings_.region.empty() ? "us-east-1" : settings_.region,
                    .use_fips = settings_.use_fips,
                    .use_dualstack = settings_.use_dualstack,
                    .custom_url = settings_.endpoint_s3}},
      std::move(config));
}

}  // namespace er::aws
