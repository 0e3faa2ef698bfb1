// Credentials that a program prints: `credential_process` of a profile.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "aws/credentials.h"

namespace er::aws {

// Runs a program with nothing to read, and gives what it printed. It gets none of our files: a
// child that keeps the plugin's output open would hold up Terraform. What it leaves running when it
// ends goes on.
//
// kFailedPrecondition where it cannot be run or fails, then with the last line of what it wrote to
// its standard error, without what may be secret; kDeadlineExceeded after `timeout`, kCancelled
// soon after `stop`: then it is killed with its children. The message goes on after the program's
// name, which may hold a secret, too, and is the caller's to say or not.
absl::StatusOr<std::string> RunProgram(const std::vector<std::string>& words,
                                       absl::Duration timeout, std::stop_token stop);

class ProcessCredentials final : public CredentialsSource {
 public:
  // `profile` is what messages call the profile with the command.
  ProcessCredentials(std::string profile, std::string command,
                     absl::Duration timeout = absl::Minutes(1))
      : profile_(std::move(profile)), command_(std::move(command)), timeout_(timeout) {}

  absl::StatusOr<Credentials> Get(std::stop_token stop) override;

 private:
  const std::string profile_;
  const std::string command_;
  const absl::Duration timeout_;
};

}  // namespace er::aws
