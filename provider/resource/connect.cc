#include "resource/connect.h"

#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "aws/credentials.h"
#include "aws/endpoint.h"
#include "aws/environment_credentials.h"
#include "aws/rate_limiter.h"
#include "aws/rest_json_client.h"
#include "base/status.h"
#include "http/curl_transport.h"
#include "resource/provider.h"

namespace er::resource {
namespace {

// The request rates of the job operations are not published; this is shared by everything in the
// account.
constexpr double kDefaultRequestsPerSecond = 5;

// What all clients of a configured provider share.
struct Shared {
  std::unique_ptr<http::Transport> transport;
  std::unique_ptr<aws::CredentialsSource> credentials;
  std::string endpoint;  // a custom one; empty: AWS's own
  std::string service;
  std::string user_agent;
  aws::RetryPolicy retry;
  double requests_per_second = kDefaultRequestsPerSecond;
  std::mutex mutex;
  std::map<std::string, std::unique_ptr<aws::RateLimiter>> limiters;  // by Region
};

}  // namespace

absl::StatusOr<Session::Connect> ConnectWith(const schema::Catalog& catalog,
                                             const Environment& environment, Clock& clock,
                                             const std::string& user_agent, const Value& config) {
  const auto setting = [&](absl::string_view attribute, absl::string_view block = "") {
    return Setting(catalog.provider, environment, config, attribute, block);
  };
  auto shared = std::make_shared<Shared>();
  shared->service = catalog.service;
  shared->user_agent = user_agent;
  shared->endpoint = setting("entityresolution", "endpoints").value_or("");
  ASSIGN_OR_RETURN(shared->transport,
                   http::NewCurlTransport({.ca_bundle = http::FindCaBundle(environment)}));

  const bool has_access_key = config["access_key"].IsKnown();
  const bool has_secret_key = config["secret_key"].IsKnown();
  if (has_access_key != has_secret_key) {
    return absl::InvalidArgumentError(
        absl::StrCat(has_access_key ? "access_key is set but secret_key is not"
                                    : "secret_key is set but access_key is not",
                     ": set both, or neither to use the environment's credentials."));
  }
  if (has_access_key) {
    const std::string token = config["token"].IsKnown() ? config["token"].AsString() : "";
    shared->credentials = std::make_unique<aws::StaticCredentials>(
        aws::Credentials{.access_key_id = config["access_key"].AsString(),
                         .secret_access_key = Secret(config["secret_key"].AsString()),
                         .session_token = Secret(token),
                         .source = "the provider block"});
  } else {
    shared->credentials = std::make_unique<aws::EnvironmentCredentials>(environment);
  }
  if (const auto attempts = setting("max_retries")) {
    if (!absl::SimpleAtoi(*attempts, &shared->retry.max_attempts) ||
        shared->retry.max_attempts < 1) {
      return absl::InvalidArgumentError(absl::StrCat(
          "max_retries is \"", *attempts, "\", but must be a whole number of at least 1."));
    }
  }
  if (const auto rate = setting("requests_per_second")) {
    if (!absl::SimpleAtod(*rate, &shared->requests_per_second) ||
        !(shared->requests_per_second > 0)) {
      return absl::InvalidArgumentError(
          absl::StrCat("requests_per_second is \"", *rate, "\", but must be a number above 0."));
    }
  }
  return [shared,
          &clock](const std::string& region) -> absl::StatusOr<std::unique_ptr<aws::Client>> {
    ASSIGN_OR_RETURN(std::string endpoint,
                     aws::ResolveEndpoint({.region = region, .custom_url = shared->endpoint}));
    std::lock_guard lock(shared->mutex);
    std::unique_ptr<aws::RateLimiter>& limiter = shared->limiters[region];
    limiter = std::make_unique<aws::RateLimiter>(shared->requests_per_second, clock);
    return aws::NewRestJsonClient(std::move(endpoint), {.transport = shared->transport.get(),
                                                        .clock = &clock,
                                                        .credentials = shared->credentials.get(),
                                                        .service = shared->service,
                                                        .region = region,
                                                        .retry = shared->retry,
                                                        .limiter = limiter.get(),
                                                        .user_agent = shared->user_agent});
  };
}

}  // namespace er::resource
