// The credentials that a profile of the shared files leads to: keys, a role, a web identity, SSO or
// a program.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "aws/call.h"
#include "aws/credentials.h"
#include "aws/settings.h"
#include "base/environment.h"

namespace er::aws {

// What sources are made of. All of it must outlive them.
struct SourceParts {
  const Settings* settings = nullptr;
  const Environment* environment = nullptr;
  std::string sts_endpoint{};
  CallerConfig sts{};  // its credentials are not used
};

// Each is NoCredentials with kNotFound where the profile does not speak of its kind.
//
// A chain of source_profile ends in keys, another kind of source, or credential_source; one that
// comes back to itself is an error.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html
std::unique_ptr<CredentialsSource> RoleOfProfile(const std::string& profile,
                                                 const SourceParts& parts);
std::unique_ptr<CredentialsSource> WebIdentityOfProfile(const std::string& profile,
                                                        const SourceParts& parts);
std::unique_ptr<CredentialsSource> SsoOfProfile(const std::string& profile,
                                                const SourceParts& parts);
std::unique_ptr<CredentialsSource> ProcessOfProfile(const std::string& profile,
                                                    const SourceParts& parts);
std::unique_ptr<CredentialsSource> KeysOfCredentialsFile(const std::string& profile,
                                                         const SourceParts& parts);
std::unique_ptr<CredentialsSource> KeysOfConfigFile(const std::string& profile,
                                                    const SourceParts& parts);

}  // namespace er::aws
