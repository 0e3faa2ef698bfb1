// Credentials and Region of the EC2 instance that we run on, from its metadata service (IMDSv2).
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "aws/call.h"
#include "aws/credentials.h"
#include "base/mutex.h"

namespace er::aws {

struct InstanceSettings {
  bool disabled = false;
  std::string endpoint = "http://169.254.169.254";
  absl::Duration timeout = absl::Seconds(1);  // of each request, connecting included
  int attempts = 2;
};

class InstanceCredentials final : public CredentialsSource {
 public:
  static constexpr char kSource[] = "the EC2 instance";

  // The credentials and the retry policy of `config` are not used.
  InstanceCredentials(InstanceSettings settings, CallerConfig config);

  // kNotFound also where nobody answers: most computers are no instance.
  absl::StatusOr<Credentials> Get(std::stop_token stop) override;

  absl::StatusOr<std::string> Region(std::stop_token stop);

 private:
  absl::StatusOr<std::string> Read(const std::string& path, const std::stop_token& stop);
  absl::StatusOr<Secret> Token(const std::stop_token& stop);

  const InstanceSettings settings_;
  Clock& clock_;
  Caller caller_;
  Mutex mutex_;
  Secret token_ ABSL_GUARDED_BY(mutex_);
  absl::Time token_expiry_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace er::aws
