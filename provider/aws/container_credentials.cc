#include "aws/container_credentials.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "aws/credentials_json.h"
#include "aws/profile_file.h"
#include "aws/uri.h"
#include "base/shown.h"
#include "base/status.h"

namespace er::aws {
namespace {

CallerConfig Unsigned(CallerConfig config) {
  config.credentials = nullptr;
  config.limiter = nullptr;
  config.region.clear();
  return config;
}

}  // namespace

absl::Status CheckContainerUrl(absl::string_view text) {
  ASSIGN_OR_RETURN(const Url url, ParseUrl(text));
  if (url.scheme == "https") return absl::OkStatus();
  const bool loopback_v4 = absl::StartsWith(url.host, "127.") &&
                           url.host.find_first_not_of("0123456789.") == std::string::npos;
  if (loopback_v4 || url.host == "localhost" || url.host == "[::1]" ||
      url.host == "169.254.170.2" || url.host == "169.254.170.23" || url.host == "[fd00:ec2::23]") {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      "credentials are asked for over plain http on this computer, 169.254.170.2, 169.254.170.23 "
      "and fd00:ec2::23 only");
}

ContainerCredentials::ContainerCredentials(const Environment& environment, CallerConfig config)
    : environment_(environment), caller_(Unsigned(std::move(config))) {}

absl::StatusOr<std::string> ContainerCredentials::Url() const {
  if (const auto path = environment_.Variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")) {
    return absl::StrCat("http://169.254.170.2", absl::StartsWith(*path, "/") ? "" : "/", *path);
  }
  if (auto url = environment_.Variable("AWS_CONTAINER_CREDENTIALS_FULL_URI")) {
    RETURN_IF_ERROR(CheckContainerUrl(*url))
        .With(absl::StrCat("AWS_CONTAINER_CREDENTIALS_FULL_URI is ", Shown(*url)));
    return *std::move(url);
  }
  return absl::NotFoundError("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and _FULL_URI are not set");
}

absl::StatusOr<Secret> ContainerCredentials::Token() const {
  std::string token;
  const char* variable = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
  if (const auto file = environment_.Variable(variable)) {
    absl::StatusOr<std::string> text = environment_.ReadFile(ExpandHome(environment_, *file));
    if (!text.ok()) {
      return absl::FailedPreconditionError(
          absl::StrCat(variable, " is ", Shown(*file), ": ", text.status().message()));
    }
    token = *std::move(text);
  } else {
    variable = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
    token = environment_.Variable(variable).value_or("");
  }
  if (token.find_first_of("\r\n") != std::string::npos) {
    return absl::FailedPreconditionError(
        absl::StrCat("the token of ", variable, " holds a line break"));
  }
  return Secret(std::move(token));
}

absl::StatusOr<Credentials> ContainerCredentials::Get(std::stop_token stop) {
  ASSIGN_OR_RETURN(const std::string url, Url());
  ASSIGN_OR_RETURN(const Secret token, Token());
  HttpCall call{.operation = "reading the container's credentials",
                .request = {.method = "GET",
                            .url = url,
                            .headers = {{"accept", "application/json"}},
                            .connect_timeout = absl::Seconds(2),
                            .timeout = absl::Seconds(10),
                            .bypass_proxy = true,
                            .confidential = true},
                .repeatable = true};
  if (!token.empty()) call.request.headers.emplace_back("authorization", token.Reveal());
  ASSIGN_OR_RETURN(const http::Response response, caller_.Run(call, std::move(stop)));
  ASSIGN_OR_RETURN(Credentials credentials, ParseCredentialsJson(response.body, "Token"));
  credentials.source = "the container";
  return credentials;
}

}  // namespace er::aws
