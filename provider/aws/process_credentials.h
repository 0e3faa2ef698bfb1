// Credentials that a program prints: `credential_process` of a profile.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "aws/credentials.h"

namespace er::aws {

// Runs a program with nothing to read, and gives what it printed. It gets none of our files: a
// child that keeps the plugin's output open would hold up Terraform.
//
// kFailedPrecondition where it cannot be run or fails, kDeadlineExceeded after `timeout`,
// kCancelled soon after `stop`; then it is killed with its children. Nothing that it printed shows
// in a failure.
absl::StatusOr<std::string> RunProgram(const std::vector<std::string>& words,
                                       absl::Duration timeout, std::stop_token stop);

class ProcessCredentials final : public CredentialsSource {
 public:
  explicit ProcessCredentials(std::string command, absl::Duration timeout = absl::Minutes(1))
      : command_(std::move(command)), timeout_(timeout) {}

  absl::StatusOr<Credentials> Get(std::stop_token stop) override;

 private:
  const std::string command_;
  const absl::Duration timeout_;
};

}  // namespace er::aws
