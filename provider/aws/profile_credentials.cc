#include "aws/profile_credentials.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "aws/container_credentials.h"
#include "aws/credential_chain.h"
#include "aws/endpoint.h"
#include "aws/environment_credentials.h"
#include "aws/instance_credentials.h"
#include "aws/process_credentials.h"
#include "aws/refreshing_credentials.h"
#include "aws/role_credentials.h"
#include "aws/sso_credentials.h"
#include "base/status.h"

namespace er::aws {
namespace {

using Source = std::unique_ptr<CredentialsSource>;

std::string Named(const std::string& profile) {
  return absl::StrCat("the profile \"", profile, "\"");
}

Source NotConfigured(const std::string& profile, absl::string_view lacks) {
  return std::make_unique<NoCredentials>(
      absl::NotFoundError(absl::StrCat(Named(profile), " has no ", lacks)));
}

Source Mistake(const std::string& profile, absl::string_view what) {
  return std::make_unique<NoCredentials>(
      absl::InvalidArgumentError(absl::StrCat(Named(profile), " ", what)));
}

constexpr char kNoRoleArn[] = "has a role_arn that is no ARN, which begins with arn:";

// A role's name shows in messages; what is something else does not.
bool IsRoleArn(absl::string_view text) {
  return absl::StartsWith(text, "arn:") && absl::c_all_of(text, absl::ascii_isgraph);
}

// Keys in the files of one kind. The files are read again each time: whoever wrote keys that expire
// writes fresh ones there.
class FileKeys final : public CredentialsSource {
 public:
  enum class Kind { kConfig, kCredentials };

  FileKeys(Kind kind, std::string profile, const SourceParts& parts)
      : is_config_(kind == Kind::kConfig),
        profile_(std::move(profile)),
        environment_(*parts.environment),
        profiles_(parts.settings->profiles) {}

  absl::StatusOr<Credentials> Get(std::stop_token) override {
    const Profiles profiles = profiles_.ReadAgain(environment_);
    const auto value = [&](absl::string_view key) {
      return is_config_ ? profiles.ConfigValue(profile_, key)
                        : profiles.CredentialsValue(profile_, key);
    };
    const std::string name = Named(profile_);
    const std::optional<std::string> id = value(kId);
    const std::optional<std::string> key = value(kKey);
    if (!id && !key) {
      return absl::NotFoundError(
          absl::StrCat(name, " has no ", kId, " in ",
                       is_config_ ? profiles.config_files() : profiles.credentials_files()));
    }
    if (!id || !key) {
      return absl::InvalidArgumentError(
          absl::StrCat(name, " has ", id ? kId : kKey, " without ", id ? kKey : kId));
    }
    const char* const token_name = value(kToken) ? kToken : kOldToken;
    Credentials credentials{
        .access_key_id = *id,
        .secret_access_key = Secret(*key),
        .session_token = Secret(value(token_name).value_or("")),
        .source =
            absl::StrCat("the shared ", is_config_ ? "config" : "credentials", " file, ", name)};
    RETURN_IF_ERROR(CheckCredentials(
        credentials, {absl::StrCat(kId, " of ", name), absl::StrCat(kKey, " of ", name),
                      absl::StrCat(token_name, " of ", name)}));
    return credentials;
  }

 private:
  static constexpr char kId[] = "aws_access_key_id";
  static constexpr char kKey[] = "aws_secret_access_key";
  static constexpr char kToken[] = "aws_session_token";
  static constexpr char kOldToken[] = "aws_security_token";  // its name in old tools

  const bool is_config_;
  const std::string profile_;
  const Environment& environment_;
  const Profiles& profiles_;
};

// Makes the source of a role's own credentials; `path` are the profiles on the way to it.
class RoleChain {
 public:
  explicit RoleChain(const SourceParts& parts)
      : parts_(parts), profiles_(parts.settings->profiles) {}

  Source Role(const std::string& profile, std::vector<std::string> path) const {
    path.push_back(profile);
    const auto value = [&](absl::string_view key) { return profiles_.Value(profile, key); };
    const std::optional<std::string> arn = value("role_arn");
    if (!arn || value("web_identity_token_file")) {
      return NotConfigured(profile, "role_arn with source_profile or credential_source");
    }
    if (value("mfa_serial")) {
      return Mistake(profile,
                     "has mfa_serial: a plugin cannot ask for a code; get a session with another "
                     "tool and give its keys");
    }
    if (!IsRoleArn(*arn)) return Mistake(profile, kNoRoleArn);
    RoleRequest role{.role_arn = *arn,
                     .session_name = value("role_session_name").value_or(""),
                     .external_id = value("external_id").value_or("")};
    if (const auto seconds = value("duration_seconds")) {
      int count = 0;
      if (!absl::SimpleAtoi(*seconds, &count) || count <= 0) {
        return Mistake(profile, "has duration_seconds that are no whole number above zero");
      }
      role.duration = absl::Seconds(count);
    }
    const std::optional<std::string> source_profile = value("source_profile");
    const std::optional<std::string> credential_source = value("credential_source");
    if (source_profile.has_value() == credential_source.has_value()) {
      return Mistake(profile,
                     "has role_arn and needs one of source_profile and credential_source with it");
    }
    Source source = source_profile ? OfSourceProfile(*source_profile, std::move(path))
                                   : OfCredentialSource(profile, *credential_source);
    return std::make_unique<RoleCredentials>(
        std::move(role),
        std::make_unique<RefreshingCredentials>(std::move(source), *parts_.sts.clock),
        parts_.sts_endpoint, parts_.sts);
  }

 private:
  Source OfSourceProfile(const std::string& profile, std::vector<std::string> path) const {
    if (!profiles_.Has(profile)) {
      return Mistake(path.back(),
                     absl::StrCat("has a source_profile that is not in ", profiles_.files()));
    }
    // Keys first: a profile may name itself as the source of its role's credentials.
    if (profiles_.CredentialsValue(profile, "aws_access_key_id")) {
      return KeysOfCredentialsFile(profile, parts_);
    }
    if (profiles_.ConfigValue(profile, "aws_access_key_id")) {
      return KeysOfConfigFile(profile, parts_);
    }
    if (std::find(path.begin(), path.end(), profile) != path.end()) {
      return Mistake(path.front(), absl::StrCat("leads back to itself by source_profile: ",
                                                absl::StrJoin(path, " -> "), " -> ", profile));
    }
    std::vector<CredentialChain::Place> places;
    places.push_back({"a role", Role(profile, std::move(path))});
    places.push_back({"a web identity", WebIdentityOfProfile(profile, parts_)});
    places.push_back({"SSO", SsoOfProfile(profile, parts_)});
    places.push_back({"credential_process", ProcessOfProfile(profile, parts_)});
    return std::make_unique<CredentialChain>(std::move(places));
  }

  Source OfCredentialSource(const std::string& profile, const std::string& name) const {
    if (name == "Environment") return std::make_unique<EnvironmentCredentials>(*parts_.environment);
    if (name == "EcsContainer") {
      return std::make_unique<ContainerCredentials>(*parts_.environment, parts_.sts);
    }
    if (name == "Ec2InstanceMetadata") {
      return std::make_unique<InstanceCredentials>(parts_.settings->instance, parts_.sts);
    }
    return Mistake(profile,
                   "has a credential_source that is none of Environment, Ec2InstanceMetadata and "
                   "EcsContainer");
  }

  const SourceParts& parts_;
  const Profiles& profiles_;
};

}  // namespace

Source KeysOfCredentialsFile(const std::string& profile, const SourceParts& parts) {
  return std::make_unique<FileKeys>(FileKeys::Kind::kCredentials, profile, parts);
}

Source KeysOfConfigFile(const std::string& profile, const SourceParts& parts) {
  return std::make_unique<FileKeys>(FileKeys::Kind::kConfig, profile, parts);
}

Source RoleOfProfile(const std::string& profile, const SourceParts& parts) {
  return RoleChain(parts).Role(profile, {});
}

Source WebIdentityOfProfile(const std::string& profile, const SourceParts& parts) {
  const Profiles& profiles = parts.settings->profiles;
  const auto file = profiles.Value(profile, "web_identity_token_file");
  if (!file) return NotConfigured(profile, "web_identity_token_file");
  const auto arn = profiles.Value(profile, "role_arn");
  if (!arn) return Mistake(profile, "has web_identity_token_file without role_arn");
  if (!IsRoleArn(*arn)) return Mistake(profile, kNoRoleArn);
  return std::make_unique<WebIdentityCredentials>(
      RoleRequest{.role_arn = *arn,
                  .session_name = profiles.Value(profile, "role_session_name").value_or("")},
      WebIdentityCredentials::Token{
          .file = *file, .file_name = absl::StrCat("web_identity_token_file of ", Named(profile))},
      parts.sts_endpoint, parts.sts, *parts.environment);
}

Source SsoOfProfile(const std::string& profile, const SourceParts& parts) {
  const Profiles& profiles = parts.settings->profiles;
  const auto value = [&](absl::string_view key) {
    return profiles.Value(profile, key).value_or("");
  };
  SsoRole role{.profile = profile,
               .session = value("sso_session"),
               .start_url = value("sso_start_url"),
               .region = value("sso_region"),
               .account_id = value("sso_account_id"),
               .role_name = value("sso_role_name")};
  if (role.account_id.empty() && role.role_name.empty()) {
    return NotConfigured(profile, "sso_account_id");
  }
  if (!role.session.empty()) {
    const ProfileSection* session = profiles.SsoSession(role.session);
    if (session == nullptr) {
      return Mistake(profile, absl::StrCat("has an sso_session of which there is no section in ",
                                           profiles.config_files()));
    }
    for (const auto& [key, text] :
         {std::pair("sso_region", &role.region), std::pair("sso_start_url", &role.start_url)}) {
      const std::string of_session = session->Value(key).value_or("");
      if (!text->empty() && *text != of_session) {
        return Mistake(profile, absl::StrCat("has another ", key, " than its sso_session"));
      }
      *text = of_session;
    }
  }
  for (const auto& [key, text] :
       {std::pair("sso_region", role.region), std::pair("sso_start_url", role.start_url),
        std::pair("sso_account_id", role.account_id), std::pair("sso_role_name", role.role_name)}) {
    if (text.empty()) return Mistake(profile, absl::StrCat("is set up for SSO without ", key));
  }
  if (!IsRegion(role.region)) return Mistake(profile, "has an sso_region that is no AWS Region");
  // Without FIPS: there is no such endpoint outside of GovCloud, whatever the rules of AWS say.
  // https://github.com/hashicorp/terraform-provider-aws/issues/33952
  const auto portal = ResolveEndpoint(
      {.prefix = "portal.sso", .region = role.region, .custom_url = parts.settings->endpoint_sso});
  const auto oidc = ResolveEndpoint(
      {.prefix = "oidc", .region = role.region, .custom_url = parts.settings->endpoint_sso_oidc});
  if (!portal.ok()) return std::make_unique<NoCredentials>(portal.status());
  if (!oidc.ok()) return std::make_unique<NoCredentials>(oidc.status());
  return std::make_unique<SsoCredentials>(
      SsoCredentials::Options{.role = std::move(role),
                              .portal_endpoint = *portal,
                              .oidc_endpoint = *oidc,
                              .calls = parts.sts,
                              .environment = parts.environment});
}

Source ProcessOfProfile(const std::string& profile, const SourceParts& parts) {
  const auto command = parts.settings->profiles.Value(profile, "credential_process");
  if (!command) return NotConfigured(profile, "credential_process");
  // To the SDK for Go it is a line of a shell.
  return std::make_unique<ProcessCredentials>(Named(profile),
                                              ExpandHome(*parts.environment, *command));
}

}  // namespace er::aws
