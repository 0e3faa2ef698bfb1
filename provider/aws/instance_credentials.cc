#include "aws/instance_credentials.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "aws/credentials_json.h"
#include "aws/uri.h"
#include "base/status.h"

namespace er::aws {
namespace {

constexpr int kTokenSeconds = 21600;
constexpr char kRolePath[] = "/latest/meta-data/iam/security-credentials/";

CallerConfig Unsigned(CallerConfig config, int attempts) {
  config.credentials = nullptr;
  config.limiter = nullptr;
  config.region.clear();
  config.retry = {.max_attempts = attempts};
  return config;
}

int HttpStatusOf(const absl::Status& status) {
  const std::optional<Error> error = ErrorOf(status);
  return error ? error->http_status : 0;
}

}  // namespace

InstanceCredentials::InstanceCredentials(InstanceSettings settings, CallerConfig config)
    : settings_(std::move(settings)),
      clock_(*config.clock),
      caller_(Unsigned(std::move(config), settings_.attempts)) {}

absl::StatusOr<Secret> InstanceCredentials::Token(const std::stop_token& stop) {
  const MutexLock lock(mutex_);
  if (clock_.Now() < token_expiry_) return token_;
  const absl::StatusOr<http::Response> response =
      caller_.Run({.operation = "asking for a metadata token",
                   .request = {.method = "PUT",
                               .url = absl::StrCat(settings_.endpoint, "/latest/api/token"),
                               .headers = {{"x-aws-ec2-metadata-token-ttl-seconds",
                                            absl::StrCat(kTokenSeconds)}},
                               .connect_timeout = settings_.timeout,
                               .timeout = settings_.timeout,
                               .bypass_proxy = true,
                               .confidential = true},
                   .repeatable = true},
                  stop);
  if (absl::IsCancelled(response.status())) return response.status();
  if (!response.ok()) {
    const std::optional<Error> error = ErrorOf(response.status());
    if (HttpStatusOf(response.status()) == 403) {
      return absl::NotFoundError("the instance metadata service is switched off (HTTP 403)");
    }
    // The connection stands, but the answer does not arrive: its packets may not travel far enough.
    if (absl::IsDeadlineExceeded(response.status()) && error &&
        error->execution == Execution::kUnknown) {
      return absl::NotFoundError(
          absl::StrCat("the instance metadata service at ", settings_.endpoint,
                       " takes the connection and gives no token; in a container, the instance's "
                       "metadata hop limit must be at least 2"));
    }
    return absl::NotFoundError(absl::StrCat("no instance metadata service: ",
                                            error ? error->message : response.status().message()));
  }
  token_ = Secret(std::string(absl::StripAsciiWhitespace(response->body)));
  token_expiry_ = clock_.Now() + absl::Seconds(kTokenSeconds) * 0.9;
  return token_;
}

absl::StatusOr<std::string> InstanceCredentials::Read(const std::string& path,
                                                      const std::stop_token& stop) {
  for (const bool first : {true, false}) {
    ASSIGN_OR_RETURN(const Secret token, Token(stop));
    const absl::StatusOr<http::Response> response =
        caller_.Run({.operation = "reading the instance metadata",
                     .request = {.method = "GET",
                                 .url = absl::StrCat(settings_.endpoint, path),
                                 .headers = {{"x-aws-ec2-metadata-token", token.Reveal()}},
                                 .connect_timeout = settings_.timeout,
                                 .timeout = settings_.timeout,
                                 .bypass_proxy = true,
                                 .confidential = true},
                     .repeatable = true},
                    stop);
    if (response.ok()) return response->body;
    if (HttpStatusOf(response.status()) != 401 || !first) return response.status();
    const MutexLock lock(mutex_);
    token_expiry_ = absl::InfinitePast();  // the service forgot it
  }
  return absl::InternalError("not reached");
}

absl::StatusOr<Credentials> InstanceCredentials::Get(std::stop_token stop) {
  if (settings_.disabled) {
    return absl::NotFoundError("the instance metadata service is not to be asked");
  }
  const absl::StatusOr<std::string> roles = Read(kRolePath, stop);
  if (HttpStatusOf(roles.status()) == 404) {
    return absl::NotFoundError("the instance has no role");
  }
  if (!roles.ok()) return roles.status();
  const std::vector<std::string> lines = absl::StrSplit(*roles, '\n');
  const std::string role(absl::StripAsciiWhitespace(lines[0]));
  if (role.empty()) return absl::NotFoundError("the instance has no role");
  ASSIGN_OR_RETURN(const std::string text,
                   Read(absl::StrCat(kRolePath, PercentEncode(role)), stop));
  ASSIGN_OR_RETURN(Credentials credentials, ParseCredentialsJson(text, "Token"));
  credentials.source = kSource;
  return credentials;
}

absl::StatusOr<std::string> InstanceCredentials::Region(std::stop_token stop) {
  ASSIGN_OR_RETURN(const std::string text, Read("/latest/meta-data/placement/region", stop));
  return std::string(absl::StripAsciiWhitespace(text));
}

}  // namespace er::aws
