#include "aws/profile_file.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/status.h"

namespace er::aws {
namespace {

using Sections = std::map<std::string, ProfileSection>;

bool IsComment(absl::string_view line) {
  return absl::StartsWith(line, "#") || absl::StartsWith(line, ";");
}

// `text` without white space around it and without a comment, which white space sets off.
absl::string_view Bare(absl::string_view text) {
  for (const char* mark : {" #", " ;", "\t#", "\t;"}) text = text.substr(0, text.find(mark));
  return absl::StripAsciiWhitespace(text);
}

struct KeyValue {
  std::string key;
  std::string value;
};

std::optional<KeyValue> SplitLine(absl::string_view line) {
  const std::size_t equals = line.find('=');
  if (equals == absl::string_view::npos) return std::nullopt;
  KeyValue result{absl::AsciiStrToLower(absl::StripAsciiWhitespace(line.substr(0, equals))),
                  std::string(Bare(line.substr(equals + 1)))};
  if (result.key.empty()) return std::nullopt;
  return result;
}

std::string SectionName(absl::string_view line) {
  const std::size_t end = line.find(']');
  if (end == absl::string_view::npos) return "";
  std::string name = absl::StrReplaceAll(line.substr(1, end - 1), {{"\"", ""}, {"'", ""}});
  absl::RemoveExtraAsciiWhitespace(&name);
  return name;
}

void Merge(Sections& into, Sections&& from) {
  for (auto& [name, section] : from) {
    ProfileSection& target = into[name];
    for (auto& [key, value] : section.values) target.values[key] = std::move(value);
    for (auto& [key, values] : section.nested) target.nested[key] = std::move(values);
  }
}

// Of the config file's sections, "profile x" is the profile x; "profile default" beats "default".
Sections WithoutPrefix(Sections&& sections) {
  Sections result;
  for (const bool prefixed : {false, true}) {
    for (auto& [name, section] : sections) {
      if (absl::StartsWith(name, "profile ") != prefixed) continue;
      const bool is_profile = prefixed || name == "default";
      const bool is_other =
          absl::StartsWith(name, "sso-session ") || absl::StartsWith(name, "services ");
      if (!is_profile && !is_other) continue;
      result[std::string(absl::StripPrefix(name, "profile "))] = std::move(section);
    }
  }
  return result;
}

std::optional<std::string> ValueIn(const Sections& sections, absl::string_view section,
                                   absl::string_view key) {
  const auto found = sections.find(std::string(section));
  return found == sections.end() ? std::nullopt : found->second.Value(key);
}

}  // namespace

std::optional<std::string> ProfileSection::Value(absl::string_view key) const {
  const auto found = values.find(std::string(key));
  if (found == values.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

Sections ParseProfileFile(absl::string_view text) {
  Sections sections;
  ProfileSection* section = nullptr;
  std::string last_key;
  absl::ConsumePrefix(&text, "\xEF\xBB\xBF");  // the mark that Windows editors begin a file with
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    line = absl::StripTrailingAsciiWhitespace(line);
    const absl::string_view stripped = absl::StripLeadingAsciiWhitespace(line);
    if (stripped.empty() || IsComment(stripped)) continue;
    if (line.front() == '[') {
      const std::string name = SectionName(line);
      section = name.empty() ? nullptr : &sections[name];
      last_key.clear();
      continue;
    }
    if (section == nullptr) continue;
    const std::optional<KeyValue> pair = SplitLine(stripped);
    const bool indented = stripped.size() < line.size();
    if (indented && !last_key.empty()) {
      std::string& value = section->values[last_key];
      if (!value.empty()) {
        absl::StrAppend(&value, "\n", stripped);
      } else if (pair) {
        section->nested[last_key][pair->key] = pair->value;
      }
    } else if (pair) {
      last_key = pair->key;
      section->values[last_key] = pair->value;
    }
  }
  return sections;
}

std::string ExpandHome(const Environment& environment, std::string path) {
  if (path != "~" && !absl::StartsWith(path, "~/")) return path;
  const std::optional<std::string> home = environment.Variable("HOME");
  return home ? absl::StrCat(*home, path.substr(1)) : path;
}

absl::StatusOr<Profiles> Profiles::Load(const Environment& environment,
                                        const std::vector<std::string>& config_files,
                                        const std::vector<std::string>& credentials_files) {
  Profiles profiles;
  const auto load = [&](const std::vector<std::string>& paths, Sections& into, std::string& names) {
    for (const std::string& path : paths) {
      const absl::StatusOr<std::string> text = environment.ReadFile(ExpandHome(environment, path));
      absl::StrAppend(&names, names.empty() ? "" : " and ", path,
                      absl::IsNotFound(text.status()) ? " (not there)" : "");
      if (absl::IsNotFound(text.status())) continue;
      if (!text.ok()) return text.status();
      Merge(into, ParseProfileFile(*text));
    }
    return absl::OkStatus();
  };
  Sections config;
  RETURN_IF_ERROR(load(config_files, config, profiles.config_files_));
  profiles.config_ = WithoutPrefix(std::move(config));
  RETURN_IF_ERROR(load(credentials_files, profiles.credentials_, profiles.credentials_files_));
  return profiles;
}

std::string Profiles::files() const {
  return absl::StrCat(config_files_, " and ", credentials_files_);
}

const ProfileSection* Profiles::ConfigSection(absl::string_view section) const {
  const auto found = config_.find(std::string(section));
  return found == config_.end() ? nullptr : &found->second;
}

bool Profiles::Has(absl::string_view profile) const {
  return ConfigSection(profile) != nullptr || credentials_.contains(std::string(profile));
}

std::optional<std::string> Profiles::Value(absl::string_view profile, absl::string_view key) const {
  if (auto value = CredentialsValue(profile, key)) return value;
  return ConfigValue(profile, key);
}

std::optional<std::string> Profiles::ConfigValue(absl::string_view profile,
                                                 absl::string_view key) const {
  return ValueIn(config_, profile, key);
}

std::optional<std::string> Profiles::CredentialsValue(absl::string_view profile,
                                                      absl::string_view key) const {
  return ValueIn(credentials_, profile, key);
}

const ProfileSection* Profiles::SsoSession(absl::string_view name) const {
  return ConfigSection(absl::StrCat("sso-session ", name));
}

const ProfileSection* Profiles::Services(absl::string_view name) const {
  return ConfigSection(absl::StrCat("services ", name));
}

}  // namespace er::aws
