// AWS credentials and where they come from.
//
//   ASSIGN_OR_RETURN(const Credentials credentials, source.Get(stop));
//
// Each kind of source has a file of its own in this folder; credential_chain.h puts them in order.
#pragma once

#include <stop_token>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/secret.h"

namespace er::aws {

struct Credentials {
  std::string access_key_id{};
  Secret secret_access_key{};
  Secret session_token{};  // empty for keys that last
  absl::Time expiry = absl::InfiniteFuture();
  std::string source{};  // for people: "the environment", "the role arn:aws:iam::..."

  friend bool operator==(const Credentials&, const Credentials&) = default;
};

// What messages call the parts of credentials, as in "AWS_SESSION_TOKEN".
struct CredentialsNames {
  std::string access_key_id{};
  std::string secret_access_key{};
  std::string session_token{};
};

// kInvalidArgument, which names the part, where one holds white space or a control character. No
// key does; secret stores often add a line end, with which a signature is wrong or a header is
// none.
absl::Status CheckCredentials(const Credentials& credentials, const CredentialsNames& names);

// Safe for concurrent use.
class CredentialsSource {
 public:
  CredentialsSource() = default;
  CredentialsSource(const CredentialsSource&) = delete;
  CredentialsSource& operator=(const CredentialsSource&) = delete;
  virtual ~CredentialsSource() = default;

  // Credentials that are valid now. May read files, run a program or ask a server.
  //
  // Returns kNotFound where this source is not configured, so that the next one may serve; any
  // other failure means that it is configured and does not work. kCancelled soon after `stop`.
  virtual absl::StatusOr<Credentials> Get(std::stop_token stop) = 0;

  // The service called `refused` expired, whatever their expiry says: a source that keeps
  // credentials gets new ones at the next Get().
  virtual void Invalidate(const Credentials& refused) { static_cast<void>(refused); }

  // False where Get() gives the same for as long as the process lives: keys of the environment or
  // of the provider block, once they have expired, cannot become fresh.
  virtual bool CanRenew() const { return true; }
};

// The same credentials for ever.
class StaticCredentials final : public CredentialsSource {
 public:
  explicit StaticCredentials(Credentials credentials) : credentials_(std::move(credentials)) {}
  absl::StatusOr<Credentials> Get(std::stop_token) override { return credentials_; }
  bool CanRenew() const override { return false; }

 private:
  const Credentials credentials_;
};

}  // namespace er::aws
