// Several credential sources in an order: the first that is configured serves, from then on.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "aws/credentials.h"

namespace er::aws {

// A source that says why it is none.
class NoCredentials final : public CredentialsSource {
 public:
  explicit NoCredentials(absl::Status why) : why_(std::move(why)) {}
  absl::StatusOr<Credentials> Get(std::stop_token) override { return why_; }

 private:
  const absl::Status why_;
};

class CredentialChain final : public CredentialsSource {
 public:
  struct Place {
    std::string name{};  // for messages
    std::unique_ptr<CredentialsSource> source{};
  };
  explicit CredentialChain(std::vector<Place> places) : places_(std::move(places)) {}

  // Where no place serves, kUnauthenticated lists each and why it does not. A place that is
  // configured and fails ends the search: going on would use credentials that nobody meant.
  absl::StatusOr<Credentials> Get(std::stop_token stop) override;
  void Invalidate(const Credentials& refused) override;
  bool CanRenew() const override;

 private:
  const std::vector<Place> places_;
  std::atomic<const Place*> serving_ = nullptr;
};

}  // namespace er::aws
