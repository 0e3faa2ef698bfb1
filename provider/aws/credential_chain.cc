#include "aws/credential_chain.h"

#include "absl/strings/str_cat.h"
#include "aws/error.h"
#include "base/log.h"
#include "base/status.h"

namespace er::aws {

absl::StatusOr<Credentials> CredentialChain::Get(std::stop_token stop) {
  if (const Place* const serving = serving_) {
    absl::StatusOr<Credentials> credentials = serving->source->Get(std::move(stop));
    if (!credentials.ok()) return WithContext(credentials.status(), serving->name);
    return credentials;
  }
  std::string looked_at;
  for (const Place& place : places_) {
    absl::StatusOr<Credentials> credentials = place.source->Get(stop);
    if (credentials.ok()) {
      log::Debug("Found credentials", {{"source", place.name}});
      serving_ = &place;
      return credentials;
    }
    // Who got as far as a call was configured, whatever the service did not find.
    if (!absl::IsNotFound(credentials.status()) || ErrorOf(credentials.status())) {
      return WithContext(credentials.status(), place.name);
    }
    absl::StrAppend(&looked_at, "\n  - ", place.name, ": ", credentials.status().message());
  }
  return absl::UnauthenticatedError(absl::StrCat(
      "no AWS credentials were found in:", looked_at,
      "\nSet AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile by AWS_PROFILE or the "
      "argument profile, after `aws sso login` where it is one of SSO. In a pipeline, take a role "
      "by assume_role_with_web_identity."));
}

void CredentialChain::Invalidate(const Credentials& refused) {
  if (const Place* const serving = serving_) serving->source->Invalidate(refused);
}

bool CredentialChain::CanRenew() const {
  const Place* const serving = serving_;
  return serving == nullptr || serving->source->CanRenew();
}

}  // namespace er::aws
