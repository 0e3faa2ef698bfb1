// Credentials of a role: assumed with other credentials, or with the token of an identity provider.
#pragma once

#include <memory>
#include <string>

#include "aws/credentials.h"
#include "aws/sts.h"
#include "base/environment.h"

namespace er::aws {

// AssumeRole with the credentials of `source`. An `assume_role` block and a profile with role_arn
// both come down to this.
class RoleCredentials final : public CredentialsSource {
 public:
  // `config`'s credentials are replaced by `source`.
  RoleCredentials(RoleRequest role, std::unique_ptr<CredentialsSource> source,
                  std::string sts_endpoint, CallerConfig config);

  absl::StatusOr<Credentials> Get(std::stop_token stop) override;

 private:
  const RoleRequest role_;
  const std::unique_ptr<CredentialsSource> source_;
  Sts sts_;
};

// AssumeRoleWithWebIdentity.
class WebIdentityCredentials final : public CredentialsSource {
 public:
  // The token, or the file where it is. The file is read again each time: whoever put it there
  // replaces it before it expires.
  struct Token {
    Secret text{};
    std::string file{};
    std::string file_name{};  // what messages call it; empty: its path
  };

  // `environment` must outlive this object. No credentials are needed in `config`.
  WebIdentityCredentials(RoleRequest role, Token token, std::string sts_endpoint,
                         CallerConfig config, const Environment& environment);

  absl::StatusOr<Credentials> Get(std::stop_token stop) override;

 private:
  const RoleRequest role_;
  const Token token_;
  const Environment& environment_;
  Sts sts_;
};

}  // namespace er::aws
