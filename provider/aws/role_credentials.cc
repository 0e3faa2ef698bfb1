#include "aws/role_credentials.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "aws/profile_file.h"
#include "base/shown.h"
#include "base/status.h"

namespace er::aws {
namespace {

CallerConfig With(CallerConfig config, CredentialsSource* source) {
  config.credentials = source;
  return config;
}

absl::StatusOr<Credentials> Of(const RoleRequest& role, absl::StatusOr<Credentials> credentials) {
  const std::string name = absl::StrCat("the role ", role.role_arn);
  if (!credentials.ok()) {
    return WithContext(credentials.status(), absl::StrCat("assuming ", name));
  }
  credentials->source = name;
  return credentials;
}

}  // namespace

RoleCredentials::RoleCredentials(RoleRequest role, std::unique_ptr<CredentialsSource> source,
                                 std::string sts_endpoint, CallerConfig config)
    : role_(std::move(role)),
      source_(std::move(source)),
      sts_(std::move(sts_endpoint), With(std::move(config), source_.get())) {}

absl::StatusOr<Credentials> RoleCredentials::Get(std::stop_token stop) {
  return Of(role_, sts_.AssumeRole(role_, std::move(stop)));
}

WebIdentityCredentials::WebIdentityCredentials(RoleRequest role, Token token,
                                               std::string sts_endpoint, CallerConfig config,
                                               const Environment& environment)
    : role_(std::move(role)),
      token_(std::move(token)),
      environment_(environment),
      sts_(std::move(sts_endpoint), With(std::move(config), nullptr)) {}

absl::StatusOr<Credentials> WebIdentityCredentials::Get(std::stop_token stop) {
  Secret token = token_.text;
  const std::string name = token_.file_name.empty() ? Shown(token_.file) : token_.file_name;
  if (token.empty()) {
    absl::StatusOr<std::string> text = environment_.ReadFile(ExpandHome(environment_, token_.file));
    if (!text.ok()) {
      // Whoever named the file means it to be used: not the kNotFound of a source that is not.
      return absl::FailedPreconditionError(absl::StrCat(
          "the web identity token cannot be read: ", name, ": ", text.status().message()));
    }
    token = Secret(std::string(absl::StripAsciiWhitespace(*text)));
  }
  if (token.empty()) {
    return absl::FailedPreconditionError(absl::StrCat("the web identity token is empty: ", name));
  }
  return Of(role_, sts_.AssumeRoleWithWebIdentity(role_, token, std::move(stop)));
}

}  // namespace er::aws
