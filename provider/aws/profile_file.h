// The shared config and credentials files of the AWS tools. They are read as botocore reads them,
// and as the SDK for Go does where botocore gives up.
// https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
//
// Keys lie in them: no message shows a value, only the names of what is wrong.
//
//   ASSIGN_OR_RETURN(const Profiles profiles, Profiles::Load(environment, configs, credentials));
//   profiles.Value("dev", "region")
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/environment.h"

namespace er::aws {

// A section: its keys in lower case, and below a key without a value those that are indented more
// than it is.
struct ProfileSection {
  std::map<std::string, std::string> values{};
  std::map<std::string, std::map<std::string, std::string>> nested{};

  std::optional<std::string> Value(absl::string_view key) const;
};

// The sections of a file by what stands between the brackets, without white space around it:
// "default", "profile dev", "profile \"my dev\"". How far a section or its keys are indented does
// not matter; what is indented more than the key before continues its value, unless it is a key
// with a value itself. Lines that it cannot make sense of are skipped. Reads anything.
std::map<std::string, ProfileSection> ParseProfileFile(absl::string_view as_written);

// "~/x", "$HOME/x" or "${HOME}/x" with the user's home folder.
std::string ExpandHome(const Environment& environment, std::string path);

// All files together, read once. Of several files of a kind, a later one overrides an earlier one,
// and credentials files override config files.
class Profiles {
 public:
  Profiles() = default;

  // A file that is not there, or that cannot be read, is an empty one: files() says so.
  static Profiles Load(const Environment& environment, const std::vector<std::string>& config_files,
                       const std::vector<std::string>& credentials_files);

  // The same files as they are now.
  Profiles ReadAgain(const Environment& environment) const;

  bool Has(absl::string_view profile) const;

  // The key of the profile, in lower case; nothing where it is missing or empty.
  std::optional<std::string> Value(absl::string_view profile, absl::string_view key) const;

  // The same from one kind of file only.
  std::optional<std::string> ConfigValue(absl::string_view profile, absl::string_view key) const;
  std::optional<std::string> CredentialsValue(absl::string_view profile,
                                              absl::string_view key) const;

  // Null where the config files have no such section.
  const ProfileSection* SsoSession(absl::string_view name) const;
  const ProfileSection* Services(absl::string_view name) const;

  // For messages: "~/.aws/config (Permission denied) and ~/.aws/credentials (not there)".
  std::string files() const;
  const std::string& config_files() const { return config_files_; }
  const std::string& credentials_files() const { return credentials_files_; }

 private:
  using Sections = std::map<std::string, ProfileSection>;

  void AddConfig(Sections sections);

  Sections config_;  // the profiles of the config files, by their names
  Sections sso_sessions_;
  Sections services_;
  Sections credentials_;
  std::vector<std::string> config_paths_;
  std::vector<std::string> credentials_paths_;
  std::string config_files_;
  std::string credentials_files_;
};

}  // namespace er::aws
