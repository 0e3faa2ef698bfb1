#include "base/log.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/utf8.h"

namespace er::log {
namespace {

constexpr std::array<absl::string_view, 6> kNames = {"trace", "debug", "info",
                                                     "warn",  "error", "off"};

// go-plugin reads lines of 64 KiB; escapes are six bytes for one at worst.
constexpr std::size_t kLongestText = 8 << 10;

std::atomic<Level> lowest = Level::kOff;
std::atomic<bool> fields_are_members = false;

// As hclog writes values: in quotation marks where they would run into what follows.
void AppendField(std::string& message, const Field& field) {
  absl::StrAppend(&message, " ", field.name, "=");
  if (!field.value.empty() && field.value.find_first_of(" \t\n\r\"=") == std::string::npos) {
    message += field.value;
  } else {
    absl::StrAppend(&message, "\"", absl::StrReplaceAll(field.value, {{"\"", "\\\""}}), "\"");
  }
}

void AppendQuoted(std::string& line, absl::string_view text) {
  const bool cut = text.size() > kLongestText;
  line += '"';
  for (const char c : ToValidUtf8(text.substr(0, kLongestText))) {
    if (c == '"' || c == '\\') {
      line += '\\';
      line += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppendFormat(&line, "\\u%04x", c);
    } else {
      line += c;
    }
  }
  if (cut) line += "...";
  line += '"';
}

}  // namespace

std::optional<Level> ParseLevel(absl::string_view word) {
  const std::string lower = absl::AsciiStrToLower(word);
  if (lower == "json") return Level::kTrace;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (lower == kNames[i]) return static_cast<Level>(i);
  }
  return std::nullopt;
}

void SetLevel(Level level) { lowest = level; }
void SetFieldsAreMembers(bool are_members) { fields_are_members = are_members; }
bool IsOn(Level level) { return level >= lowest && level != Level::kOff; }

void Write(Level level, absl::string_view message, Fields fields) {
  const bool are_members = fields_are_members;
  std::string text(message.substr(0, kLongestText));
  if (!are_members && fields.size() > 0) {
    text += ':';
    for (const Field& field : fields) AppendField(text, field);
  }
  std::string line = R"({"@level":)";
  AppendQuoted(line, kNames[static_cast<std::size_t>(level)]);
  line += R"(,"@message":)";
  AppendQuoted(line, are_members ? message : text);
  if (are_members) line += R"(,"@module":"entityresolution")";
  line += R"(,"@timestamp":)";
  // Six digits exactly, or go-plugin does not read the line as JSON.
  AppendQuoted(line, absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::Now(), absl::UTCTimeZone()));
  for (const Field& field : fields) {
    if (!are_members) break;
    line += ',';
    AppendQuoted(line, field.name);
    line += ':';
    AppendQuoted(line, field.value);
  }
  line += "}\n";
  // One write for the whole line, so that lines of several threads do not mix. If stderr is closed
  // there is nobody to tell.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace er::log
