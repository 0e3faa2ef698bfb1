// All that the settings lead to: transport, credentials, the caller's account, and a client for
// each Region. What main builds for a configured provider.
//
//   ASSIGN_OR_RETURN(Settings settings, ResolveSettings(arguments, environment));
//   ASSIGN_OR_RETURN(auto connection, Connection::Open(std::move(settings), {...}, stop));
//   ASSIGN_OR_RETURN(auto client, connection->ClientFor("eu-west-1"));
#pragma once

#include <map>
#include <memory>
#include <stop_token>
#include <string>

#include "absl/status/statusor.h"
#include "aws/client.h"
#include "aws/credentials.h"
#include "aws/instance_credentials.h"
#include "aws/profile_credentials.h"
#include "aws/rate_limiter.h"
#include "aws/s3.h"
#include "aws/settings.h"
#include "base/clock.h"
#include "base/environment.h"
#include "base/mutex.h"
#include "http/transport.h"

namespace er::aws {

// The world outside, which must outlive the connection.
struct Outside {
  const Environment* environment = nullptr;
  Clock* clock = nullptr;
  http::Transport* transport = nullptr;  // none: one over libcurl, by the settings
  std::string version = "dev";           // ours, for the user agent
  Random random = SystemRandom();
};

// Safe for concurrent use.
class Connection {
 public:
  // Gets credentials, roles included, and checks the account unless the settings say not to, so
  // that what is wrong shows now and not in the middle of an apply.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(Settings settings, Outside outside,
                                                          std::stop_token stop);

  // Where to go by default; empty where nobody said.
  const std::string& region() const { return settings_.region; }

  // The caller's; empty where it was not asked for.
  const std::string& account() const { return account_; }

  // A client of Entity Resolution. The connection must outlive it. kInvalidArgument where there is
  // no endpoint for `region`.
  absl::StatusOr<std::unique_ptr<Client>> ClientFor(const std::string& region);

  // The S3 bucket `name`, in whatever Region of the partition. The connection must outlive it.
  // kInvalidArgument where it cannot be a bucket's name, or the settings contradict each other.
  absl::StatusOr<std::unique_ptr<S3Bucket>> BucketFor(const std::string& name) const;

 private:
  Connection(Settings settings, Outside outside);

  absl::Status Prepare(std::stop_token stop);
  absl::Status ResolveSts();
  std::unique_ptr<CredentialsSource> BaseCredentials();
  std::unique_ptr<CredentialsSource> WebIdentityOfEnvironment() const;
  const char* ArgumentOfBase() const;
  absl::Status AssumeRoles(const std::stop_token& stop);
  absl::Status CheckAccount(std::stop_token stop);

  Settings settings_;
  const Outside outside_;
  std::unique_ptr<http::Transport> own_transport_;
  SourceParts parts_;
  std::unique_ptr<CredentialsSource> credentials_;
  std::string account_;
  Mutex mutex_;
  std::map<std::string, std::unique_ptr<RateLimiter>> limiters_
      ABSL_GUARDED_BY(mutex_);  // by Region, as the quotas are
};

}  // namespace er::aws
