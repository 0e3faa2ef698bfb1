// Credentials of a role in IAM Identity Center, by the session that `aws sso login` left behind.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "aws/call.h"
#include "aws/credentials.h"
#include "base/environment.h"

namespace er::aws {

struct SsoRole {
  std::string profile{};  // for messages
  std::string session{};  // the name of the sso-session; empty: the legacy form
  std::string start_url{};
  std::string region{};
  std::string account_id{};
  std::string role_name{};
};

// What the cache file holds.
struct SsoToken {
  Secret access_token{};
  absl::Time expiry{};
  Secret refresh_token{};
  std::string client_id{};
  Secret client_secret{};
  absl::Time registration_expiry{};
};

// Public for tests. Nothing of `text` shows in the error.
absl::StatusOr<SsoToken> ParseSsoToken(absl::string_view text);

// Replaces a file by one that only its owner may read, in one step.
absl::Status ReplaceFile(const std::string& path, const std::string& text);

class SsoCredentials final : public CredentialsSource {
 public:
  struct Options {
    SsoRole role{};
    std::string portal_endpoint{};
    std::string oidc_endpoint{};
    CallerConfig calls{};  // its credentials are not used
    const Environment* environment = nullptr;
    std::function<absl::Status(const std::string& path, const std::string& text)> write_file =
        &ReplaceFile;
  };
  explicit SsoCredentials(Options options);

  absl::StatusOr<Credentials> Get(std::stop_token stop) override;

 private:
  std::string CachePath() const;
  absl::StatusOr<Secret> AccessToken(const std::stop_token& stop);
  std::optional<Secret> RenewedByAnother(const std::stop_token& stop) const;
  absl::StatusOr<SsoToken> CreateToken(const SsoToken& old, const std::stop_token& stop);
  void Keep(const std::string& path, const std::string& old_text, const SsoToken& token) const;
  absl::Status LogIn(absl::string_view why) const;

  const Options options_;
  Clock& clock_;
  Caller caller_;
};

}  // namespace er::aws
