#include "aws/profile_file.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "aws/shell_words.h"
#include "base/log.h"
#include "base/utf8.h"

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

std::optional<KeyValue> SplitLine(absl::string_view line, absl::string_view delimiters) {
  const std::size_t delimiter = line.find_first_of(delimiters);
  if (delimiter == absl::string_view::npos) return std::nullopt;
  KeyValue result{absl::AsciiStrToLower(absl::StripAsciiWhitespace(line.substr(0, delimiter))),
                  std::string(Bare(line.substr(delimiter + 1)))};
  if (result.key.empty()) return std::nullopt;
  return result;
}

// Whether a line that could go on with the value before it is a key of its own: people indent what
// they paste. An option of a long command, as in "--role = x", is none.
bool IsKeyOfItsOwn(absl::string_view line) {
  const std::optional<KeyValue> pair = SplitLine(line, "=");
  return pair && absl::ascii_isalpha(static_cast<unsigned char>(pair->key.front())) &&
         absl::c_all_of(pair->key, [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_';
         });
}

// A name may have brackets in it, and what looks like a comment.
std::string SectionName(absl::string_view line) {
  std::size_t end = Bare(line).rfind(']');
  if (end == absl::string_view::npos) end = line.rfind(']');
  if (end == absl::string_view::npos) return "";
  return std::string(absl::StripAsciiWhitespace(line.substr(1, end - 1)));
}

void Merge(ProfileSection& into, ProfileSection&& from) {
  for (auto& [key, value] : from.values) into.values[key] = std::move(value);
  for (auto& [key, values] : from.nested) into.nested[key] = std::move(values);
}

const ProfileSection* Find(const Sections& sections, absl::string_view name) {
  const auto found = sections.find(std::string(name));
  return found == sections.end() ? nullptr : &found->second;
}

std::optional<std::string> ValueIn(const Sections& sections, absl::string_view section,
                                   absl::string_view key) {
  const ProfileSection* const found = Find(sections, section);
  return found == nullptr ? std::nullopt : found->Value(key);
}

}  // namespace

std::optional<std::string> ProfileSection::Value(absl::string_view key) const {
  const auto found = values.find(std::string(key));
  if (found == values.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

Sections ParseProfileFile(absl::string_view as_written) {
  // No-break spaces come along with what people paste from a page.
  const std::string spaced = absl::StrReplaceAll(as_written, {{"\xC2\xA0", " "}});
  absl::string_view text = spaced;
  Sections sections;
  ProfileSection* section = nullptr;
  std::string key;                             // the last one
  std::size_t key_indent = 0;                  // how far it is indented
  absl::ConsumePrefix(&text, "\xEF\xBB\xBF");  // the mark that Windows editors begin a file with
  for (const absl::string_view whole : absl::StrSplit(text, absl::ByAnyChar("\r\n"))) {
    const absl::string_view line = absl::StripAsciiWhitespace(whole);
    if (line.empty() || IsComment(line)) continue;
    if (line.front() == '[') {
      const std::string name = SectionName(line);
      section = name.empty() ? nullptr : &sections[name];
      key.clear();
      continue;
    }
    if (section == nullptr) continue;
    const auto indent = static_cast<std::size_t>(line.data() - whole.data());
    const std::optional<KeyValue> pair = SplitLine(line, "=:");
    if (!key.empty() && indent > key_indent) {
      std::string& value = section->values[key];
      if (value.empty()) {
        if (pair) section->nested[key][pair->key] = pair->value;
        continue;
      }
      if (!IsKeyOfItsOwn(line)) {
        absl::StrAppend(&value, "\n", line);
        continue;
      }
    }
    if (!pair) continue;
    key = pair->key;
    key_indent = indent;
    section->values[key] = pair->value;
  }
  return sections;
}

std::string ExpandHome(const Environment& environment, std::string path) {
  const std::optional<std::string> home = environment.Variable("HOME");
  for (const absl::string_view name : {"~", "$HOME", "${HOME}"}) {
    absl::string_view rest = path;
    if (home && absl::ConsumePrefix(&rest, name) && (rest.empty() || rest.front() == '/')) {
      return absl::StrCat(*home, rest);
    }
  }
  return path;
}

Profiles Profiles::Load(const Environment& environment,
                        const std::vector<std::string>& config_files,
                        const std::vector<std::string>& credentials_files) {
  Profiles profiles;
  // The sections of the files, merged; `names` are the files, for messages.
  const auto load = [&](const std::vector<std::string>& paths, std::string& names) {
    Sections sections;
    for (const std::string& path : paths) {
      const absl::StatusOr<std::string> text = environment.ReadFile(ExpandHome(environment, path));
      absl::StrAppend(&names, names.empty() ? "" : " and ", ToPrintable(path));
      if (absl::IsNotFound(text.status())) {
        absl::StrAppend(&names, " (not there)");
      } else if (!text.ok()) {
        // Whoever has keys elsewhere does not need it.
        log::Debug("A shared file cannot be read and is left out",
                   {{"file", path}, {"reason", text.status().message()}});
        absl::StrAppend(&names, " (", text.status().message(), ")");
      } else {
        for (auto& [name, section] : ParseProfileFile(*text)) {
          Merge(sections[name], std::move(section));
        }
      }
    }
    return sections;
  };
  profiles.config_paths_ = config_files;
  profiles.credentials_paths_ = credentials_files;
  profiles.AddConfig(load(config_files, profiles.config_files_));
  profiles.credentials_ = load(credentials_files, profiles.credentials_files_);
  return profiles;
}

Profiles Profiles::ReadAgain(const Environment& environment) const {
  return Load(environment, config_paths_, credentials_paths_);
}

// Of the config file's sections, "profile x" is the profile x; "profile default" beats "default".
void Profiles::AddConfig(Sections sections) {
  if (const auto usual = sections.find("default"); usual != sections.end()) {
    config_["default"] = std::move(usual->second);
  }
  for (auto& [title, section] : sections) {
    absl::StatusOr<std::vector<std::string>> words = SplitWords(title);
    if (!words.ok() || words->size() < 2) continue;
    const std::string name = absl::StrJoin(words->begin() + 1, words->end(), " ");
    if (words->front() == "profile") {
      config_[name] = std::move(section);
    } else if (words->front() == "sso-session") {
      sso_sessions_[name] = std::move(section);
    } else if (words->front() == "services") {
      services_[name] = std::move(section);
    }
  }
}

std::string Profiles::files() const {
  return absl::StrCat(config_files_, " and ", credentials_files_);
}

bool Profiles::Has(absl::string_view profile) const {
  return Find(config_, profile) != nullptr || Find(credentials_, profile) != nullptr;
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
  return Find(sso_sessions_, name);
}

const ProfileSection* Profiles::Services(absl::string_view name) const {
  return Find(services_, name);
}

}  // namespace er::aws
