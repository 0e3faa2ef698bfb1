// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.
#pragma once

#include "aws/credentials.h"
#include "base/environment.h"

namespace er::aws {

class EnvironmentCredentials final : public CredentialsSource {
 public:
  // `environment` must outlive this object.
  explicit EnvironmentCredentials(const Environment& environment) : environment_(environment) {}

  // kInvalidArgument where one of the two keys is set and the other is not.
  absl::StatusOr<Credentials> Get(std::stop_token stop) override;
  bool CanRenew() const override { return false; }

 private:
  const Environment& environment_;
};

}  // namespace er::aws
