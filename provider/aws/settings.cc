#include "aws/settings.h"

#include <initializer_list>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "aws/endpoint.h"
#include "aws/uri.h"
#include "base/log.h"
#include "base/shown.h"
#include "base/status.h"

namespace er::aws {
namespace {

constexpr char kArgument[] = "er/aws/argument";

// A value and where it came from, for messages.
struct Found {
  std::string value;
  std::string origin;
  std::string argument{};       // if it is one
  bool of_shared_file = false;  // then messages do not show it

  std::string Named() const {
    return of_shared_file ? origin : absl::StrCat(origin, " is ", Shown(value));
  }

  // What is wrong with it, as in "it must be true or false".
  absl::Status Bad(absl::string_view why) const {
    const absl::string_view verdict = of_shared_file ? " is wrong (not shown here): " : "; ";
    return OfArgument(absl::InvalidArgumentError(absl::StrCat(Named(), verdict, why)), argument);
  }
};

// Looks a setting up in the three places, in order.
class Places {
 public:
  Places(const Environment& environment, const Settings& settings)
      : environment_(environment), settings_(settings) {}

  std::optional<Found> Find(absl::string_view name, const std::optional<std::string>& argument,
                            std::initializer_list<const char*> variables,
                            absl::string_view config_key = "") const {
    if (argument && !argument->empty()) {
      return Found{*argument, absl::StrCat("the argument ", name), std::string(name)};
    }
    for (const char* variable : variables) {
      if (auto value = environment_.Variable(variable)) return Found{*std::move(value), variable};
    }
    if (config_key.empty()) return std::nullopt;
    if (auto value = settings_.profiles.Value(settings_.profile, config_key)) {
      return Found{
          .value = *std::move(value),
          .origin = absl::StrCat(config_key, " of the profile \"", settings_.profile, "\""),
          .of_shared_file = true};
    }
    return std::nullopt;
  }

  std::string Text(absl::string_view name, const std::optional<std::string>& argument,
                   std::initializer_list<const char*> variables,
                   absl::string_view config_key = "") const {
    const std::optional<Found> found = Find(name, argument, variables, config_key);
    return found ? found->value : "";
  }

  absl::StatusOr<bool> Flag(absl::string_view name, const std::optional<bool>& argument,
                            std::initializer_list<const char*> variables,
                            absl::string_view config_key = "") const {
    if (argument) return *argument;
    const std::optional<Found> found = Find(name, std::nullopt, variables, config_key);
    if (!found) return false;
    if (absl::EqualsIgnoreCase(found->value, "true")) return true;
    if (absl::EqualsIgnoreCase(found->value, "false")) return false;
    return found->Bad("it must be true or false");
  }

  // A whole number of at least 1; `otherwise` where there is none.
  absl::StatusOr<int> Count(std::initializer_list<const char*> variables,
                            absl::string_view config_key, int otherwise) const {
    const std::optional<Found> found = Find("", std::nullopt, variables, config_key);
    if (!found) return otherwise;
    int count = 0;
    if (absl::SimpleAtoi(found->value, &count) && count >= 1) return count;
    return found->Bad("it must be a whole number of at least 1");
  }

 private:
  const Environment& environment_;
  const Settings& settings_;
};

absl::StatusOr<http::Proxy> ParseProxy(const std::optional<Found>& found) {
  if (!found) return http::Proxy();
  absl::StatusOr<http::Proxy> proxy = http::ParseProxy(Secret(found->value));
  if (proxy.ok()) return proxy;
  return WithContext(proxy.status(),
                     absl::StrCat(found->origin, " (not shown: it may hold a password)"));
}

absl::Status ResolveKeys(const Arguments& arguments, Settings& settings) {
  const std::string id = arguments.access_key.value_or("");
  const std::string key = arguments.secret_key.value_or("");
  if (id.empty() != key.empty()) {
    return absl::InvalidArgumentError(
        id.empty() ? "the argument secret_key is given and access_key is not"
                   : "the argument access_key is given and secret_key is not");
  }
  if (id.empty()) return absl::OkStatus();
  settings.keys = Credentials{.access_key_id = id,
                              .secret_access_key = Secret(key),
                              .session_token = Secret(arguments.token.value_or("")),
                              .source = "the provider block"};
  return CheckCredentials(
      *settings.keys, {"the argument access_key", "the argument secret_key", "the argument token"});
}

absl::Status ResolveProfile(const Arguments& arguments, const Environment& environment,
                            Settings& settings) {
  const auto files = [&](const std::vector<std::string>& argument, const char* variable,
                         const char* usual) {
    if (!argument.empty()) return argument;
    return std::vector{environment.Variable(variable).value_or(usual)};
  };
  settings.profiles = Profiles::Load(
      environment, files(arguments.shared_config_files, "AWS_CONFIG_FILE", "~/.aws/config"),
      files(arguments.shared_credentials_files, "AWS_SHARED_CREDENTIALS_FILE",
            "~/.aws/credentials"));
  const Places places(environment, settings);
  const std::optional<Found> profile =
      places.Find("profile", arguments.profile, {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"});
  if (!profile) return absl::OkStatus();
  if (profile->value != settings.profile && !settings.profiles.Has(profile->value)) {
    return OfArgument(absl::InvalidArgumentError(
                          absl::StrCat("there is no profile ", Shown(profile->value), " (",
                                       profile->origin, ") in ", settings.profiles.files())),
                      profile->argument);
  }
  settings.profile = profile->value;
  settings.profile_is_explicit = arguments.profile && !arguments.profile->empty();
  return absl::OkStatus();
}

absl::Status ResolveInstance(const Arguments& arguments, const Places& places,
                             InstanceSettings& instance) {
  const auto disabled =
      places.Find("", std::nullopt, {"AWS_EC2_METADATA_DISABLED"});  // anything but true is ignored
  instance.disabled = arguments.skip_metadata_api_check.value_or(
      disabled && absl::EqualsIgnoreCase(disabled->value, "true"));
  const std::optional<Found> mode = places.Find(
      "ec2_metadata_service_endpoint_mode", arguments.ec2_metadata_service_endpoint_mode,
      {"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"}, "ec2_metadata_service_endpoint_mode");
  if (mode && absl::EqualsIgnoreCase(mode->value, "ipv6")) {
    instance.endpoint = "http://[fd00:ec2::254]";
  } else if (mode && !absl::EqualsIgnoreCase(mode->value, "ipv4")) {
    return mode->Bad("it must be IPv4 or IPv6");
  }
  const std::optional<Found> endpoint =
      places.Find("ec2_metadata_service_endpoint", arguments.ec2_metadata_service_endpoint,
                  {"AWS_EC2_METADATA_SERVICE_ENDPOINT"}, "ec2_metadata_service_endpoint");
  if (endpoint) {
    const absl::StatusOr<Url> url = ParseUrl(endpoint->value);
    if (!url.ok()) return endpoint->Bad(url.status().message());
    instance.endpoint = absl::StrCat(url->scheme, "://", url->Authority(),
                                     std::string(absl::StripSuffix(url->path, "/")));
  }
  // Whoever is on no instance needs neither: a number that is none ends nothing.
  const auto seconds =
      places.Count({"AWS_METADATA_SERVICE_TIMEOUT"}, "metadata_service_timeout", 1);
  const auto attempts = places.Count({"AWS_METADATA_SERVICE_NUM_ATTEMPTS"},
                                     "metadata_service_num_attempts", instance.attempts);
  for (const absl::Status& wrong : {seconds.status(), attempts.status()}) {
    if (!wrong.ok()) log::Warn("A setting is ignored", {{"reason", wrong.message()}});
  }
  instance.timeout = absl::Seconds(seconds.value_or(1));
  instance.attempts = attempts.value_or(instance.attempts);
  return absl::OkStatus();
}

absl::Status ResolveProxies(const Arguments& arguments, const Places& places, Settings& settings) {
  const auto find = [&](absl::string_view name, const std::optional<Secret>& argument,
                        const char* upper, const char* lower) {
    return places.Find(name, argument ? std::optional(argument->Reveal()) : std::nullopt,
                       {upper, lower});
  };
  ASSIGN_OR_RETURN(settings.http_proxy, ParseProxy(find("http_proxy", arguments.http_proxy,
                                                        "HTTP_PROXY", "http_proxy")));
  ASSIGN_OR_RETURN(settings.https_proxy, ParseProxy(find("https_proxy", arguments.https_proxy,
                                                         "HTTPS_PROXY", "https_proxy")));
  settings.no_proxy = places.Text("no_proxy", arguments.no_proxy, {"NO_PROXY", "no_proxy"});
  if (arguments.http_proxy && !arguments.http_proxy->empty() && settings.https_proxy.url.empty()) {
    settings.https_proxy = settings.http_proxy;
    settings.warnings.push_back(
        "http_proxy is set and https_proxy is not: the HTTP proxy is used for HTTPS too. Set "
        "https_proxy to say which proxy HTTPS requests take.");
  }
  return absl::OkStatus();
}

// A service's own setting beats the one for all services in the same place.
absl::Status ResolveEndpoints(const Arguments& arguments, const Environment& environment,
                              const Places& places, Settings& settings) {
  ASSIGN_OR_RETURN(const bool ignored,
                   places.Flag("", std::nullopt, {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"},
                               "ignore_configured_endpoint_urls"));
  const std::optional<std::string> section = settings.profiles.Value(settings.profile, "services");
  const ProfileSection* const services = section ? settings.profiles.Services(*section) : nullptr;
  if (section && services == nullptr && !ignored) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the profile \"", settings.profile, "\" has services of which there is no section in ",
        settings.profiles.config_files()));
  }
  const auto configured = [&](const std::string& variable_end,
                              const std::string& section_key) -> std::optional<Found> {
    if (ignored) return std::nullopt;
    for (const std::string& variable :
         {absl::StrCat("AWS_ENDPOINT_URL_", variable_end), std::string("AWS_ENDPOINT_URL")}) {
      if (auto url = environment.Variable(variable)) return Found{*std::move(url), variable};
    }
    if (services != nullptr) {
      const auto service = services->nested.find(section_key);
      if (service != services->nested.end()) {
        const auto url = service->second.find("endpoint_url");
        if (url != service->second.end() && !url->second.empty()) {
          return Found{.value = url->second,
                       .origin = absl::StrCat("endpoint_url of ", section_key,
                                              " in the section [services ", *section, "]"),
                       .of_shared_file = true};
        }
      }
    }
    return places.Find("", std::nullopt, {}, "endpoint_url");
  };
  const auto resolve = [&](const std::optional<std::string>& argument, const std::string& variable,
                           const std::string& key, std::string& endpoint) {
    const std::optional<Found> found =
        argument && !argument->empty()
            ? Found{*argument, absl::StrCat("the argument endpoints.", key),
                    absl::StrCat("endpoints.0.", key)}
            : configured(variable, key);
    if (!found) return absl::OkStatus();
    endpoint = found->value;
    const absl::StatusOr<Url> url = ParseUrl(endpoint);
    if (!url.ok()) return found->Bad(url.status().message());
    return url->query.empty() ? absl::OkStatus() : found->Bad("it must not have a query");
  };
  RETURN_IF_ERROR(resolve(arguments.endpoint_entityresolution, "ENTITYRESOLUTION",
                          "entityresolution", settings.endpoint_entityresolution));
  RETURN_IF_ERROR(resolve(arguments.endpoint_s3, "S3", "s3", settings.endpoint_s3));
  RETURN_IF_ERROR(resolve(arguments.endpoint_sts, "STS", "sts", settings.endpoint_sts));
  RETURN_IF_ERROR(resolve(arguments.endpoint_sso, "SSO", "sso", settings.endpoint_sso));
  return resolve(std::nullopt, "SSO_OIDC", "sso_oidc", settings.endpoint_sso_oidc);
}

absl::Status ResolveRetries(const Arguments& arguments, const Places& places, RetryPolicy& retry) {
  if (arguments.max_retries) {
    if (*arguments.max_retries < 0) {
      return absl::InvalidArgumentError("the argument max_retries must not be negative");
    }
    retry.max_attempts = *arguments.max_retries + 1;
  } else {
    ASSIGN_OR_RETURN(retry.max_attempts,
                     places.Count({"AWS_MAX_ATTEMPTS"}, "max_attempts", retry.max_attempts));
  }
  const std::optional<Found> mode =
      places.Find("retry_mode", arguments.retry_mode, {"AWS_RETRY_MODE"}, "retry_mode");
  if (!mode) return absl::OkStatus();
  const std::optional<RetryMode> parsed = ParseRetryMode(mode->value);
  if (!parsed) return mode->Bad("it must be standard or adaptive");
  retry.mode = *parsed;
  return absl::OkStatus();
}

absl::Status ResolveSts(const Arguments& arguments, const Places& places, Settings& settings) {
  settings.sts_region = arguments.sts_region.value_or("");
  const std::optional<Found> kind =
      places.Find("", std::nullopt, {"AWS_STS_REGIONAL_ENDPOINTS"}, "sts_regional_endpoints");
  if (!kind || absl::EqualsIgnoreCase(kind->value, "regional")) return absl::OkStatus();
  if (!absl::EqualsIgnoreCase(kind->value, "legacy")) {
    return kind->Bad("it must be regional or legacy");
  }
  settings.sts_legacy_global = true;
  return absl::OkStatus();
}

absl::Status ResolveUserAgent(const Arguments& arguments, const Places& places,
                              Settings& settings) {
  const std::string app_id = places.Text("", std::nullopt, {"AWS_SDK_UA_APP_ID"}, "sdk_ua_app_id");
  if (!app_id.empty()) settings.user_agent.push_back(absl::StrCat("app/", app_id));
  settings.user_agent.insert(settings.user_agent.end(), arguments.user_agent.begin(),
                             arguments.user_agent.end());
  const std::string appended = places.Text("", std::nullopt, {"TF_APPEND_USER_AGENT"});
  if (!appended.empty()) settings.user_agent.push_back(appended);
  for (const std::string& product : settings.user_agent) {
    if (!absl::c_all_of(product, absl::ascii_isprint)) {
      return absl::InvalidArgumentError(
          "the user agent (user_agent, TF_APPEND_USER_AGENT, AWS_SDK_UA_APP_ID or sdk_ua_app_id) "
          "must be of printable ASCII characters, without line breaks");
    }
  }
  return absl::OkStatus();
}

// A Region that an argument names, the schema has checked.
absl::Status ResolveRegion(const Arguments& arguments, const Places& places, Settings& settings) {
  const std::optional<Found> region =
      places.Find("region", arguments.region, {"AWS_REGION", "AWS_DEFAULT_REGION"}, "region");
  if (!region) return absl::OkStatus();
  // The Regions of FIPS endpoints, from before there was a setting for them.
  absl::string_view name = region->value;
  settings.use_fips |= absl::ConsumePrefix(&name, "fips-") || absl::ConsumeSuffix(&name, "-fips");
  if (!IsRegion(name)) return region->Bad("it must be an AWS Region such as eu-west-1");
  settings.region = std::string(name);
  return absl::OkStatus();
}

}  // namespace

std::string ArgumentOf(const absl::Status& status) {
  const absl::optional<absl::Cord> argument = status.GetPayload(kArgument);
  return argument ? std::string(*argument) : "";
}

absl::Status OfArgument(absl::Status status, absl::string_view argument) {
  if (!status.ok() && !argument.empty()) status.SetPayload(kArgument, absl::Cord(argument));
  return status;
}

absl::StatusOr<Settings> ResolveSettings(const Arguments& arguments,
                                         const Environment& environment) {
  Settings settings;
  RETURN_IF_ERROR(ResolveKeys(arguments, settings));
  RETURN_IF_ERROR(ResolveProfile(arguments, environment, settings));
  const Places places(environment, settings);
  RETURN_IF_ERROR(ResolveRegion(arguments, places, settings));
  settings.assume_role = arguments.assume_role;
  settings.assume_role_with_web_identity = arguments.assume_role_with_web_identity;
  RETURN_IF_ERROR(ResolveInstance(arguments, places, settings.instance));
  if (const auto bundle = places.Find("custom_ca_bundle", arguments.custom_ca_bundle,
                                      {"AWS_CA_BUNDLE"}, "ca_bundle")) {
    settings.ca_bundle = {.path = ExpandHome(environment, bundle->value), .name = bundle->Named()};
  }
  settings.insecure = arguments.insecure.value_or(false);
  RETURN_IF_ERROR(ResolveProxies(arguments, places, settings));
  ASSIGN_OR_RETURN(const bool use_fips,
                   places.Flag("use_fips_endpoint", arguments.use_fips_endpoint,
                               {"AWS_USE_FIPS_ENDPOINT"}, "use_fips_endpoint"));
  settings.use_fips |= use_fips;
  ASSIGN_OR_RETURN(settings.use_dualstack,
                   places.Flag("use_dualstack_endpoint", arguments.use_dualstack_endpoint,
                               {"AWS_USE_DUALSTACK_ENDPOINT"}, "use_dualstack_endpoint"));
  RETURN_IF_ERROR(ResolveEndpoints(arguments, environment, places, settings));
  RETURN_IF_ERROR(ResolveRetries(arguments, places, settings.retry));
  if (!arguments.allowed_account_ids.empty() && !arguments.forbidden_account_ids.empty()) {
    return OfArgument(
        absl::InvalidArgumentError(
            "the arguments allowed_account_ids and forbidden_account_ids exclude each other"),
        "forbidden_account_ids");
  }
  settings.allowed_account_ids = arguments.allowed_account_ids;
  settings.forbidden_account_ids = arguments.forbidden_account_ids;
  settings.skip_credentials_validation = arguments.skip_credentials_validation.value_or(false);
  settings.skip_requesting_account_id = arguments.skip_requesting_account_id.value_or(false);
  RETURN_IF_ERROR(ResolveSts(arguments, places, settings));
  RETURN_IF_ERROR(ResolveUserAgent(arguments, places, settings));
  if (arguments.requests_per_second) {
    if (!(*arguments.requests_per_second > 0)) {
      return absl::InvalidArgumentError("the argument requests_per_second must be above zero");
    }
    settings.requests_per_second = *arguments.requests_per_second;
  }
  return settings;
}

}  // namespace er::aws
