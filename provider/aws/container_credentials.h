// Credentials that the container platform hands out: ECS tasks and EKS pod identities.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
#pragma once

#include "absl/status/status.h"
#include "aws/call.h"
#include "aws/credentials.h"
#include "base/environment.h"

namespace er::aws {

// Whether the authorization token may be sent to this URL: https to anyone, http to this computer
// and to the addresses of ECS and EKS only. Public for tests.
absl::Status CheckContainerUrl(absl::string_view text);

class ContainerCredentials final : public CredentialsSource {
 public:
  // `environment` must outlive this object; the credentials of `config` are not used.
  ContainerCredentials(const Environment& environment, CallerConfig config);

  absl::StatusOr<Credentials> Get(std::stop_token stop) override;

 private:
  absl::StatusOr<std::string> Url() const;
  absl::StatusOr<Secret> Token() const;

  const Environment& environment_;
  Caller caller_;
};

}  // namespace er::aws
