#include "run/note.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "schema/translate.h"

namespace er::run {
namespace {

using nlohmann::json;
using schema::TextMember;

constexpr int kVersion = 1;

constexpr std::pair<NoteState, const char*> kStates[] = {
    {NoteState::kSending, "SENDING"},   {NoteState::kStarted, "STARTED"},
    {NoteState::kAnswered, "ANSWERED"}, {NoteState::kShown, "SHOWN"},
    {NoteState::kReplaced, "REPLACED"}, {NoteState::kServed, "SERVED"},
};

const char* ToWord(NoteState state) {
  for (const auto& [named, word] : kStates) {
    if (named == state) return word;
  }
  return "";
}

// Members in the order in which a person wants to read them; empty ones are left out.
void Set(nlohmann::ordered_json& object, const char* name, const std::string& text) {
  if (!text.empty()) object[name] = text;
}

// 0 where there is none; what is too large is as large as it can be.
std::int64_t NumberMember(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number_integer()) return 0;
  if (!found->is_number_unsigned()) return found->get<std::int64_t>();
  constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(std::min(found->get<std::uint64_t>(), kMost));
}

}  // namespace

std::string ToText(const Note& note) {
  static thread_local std::random_device random;
  nlohmann::ordered_json text{{"version", kVersion}, {"state", ToWord(note.state)}};
  Set(text, "job_id", note.job_id);
  if (note.sent_at != absl::InfinitePast()) {
    text["sent_at"] = absl::ToUnixMillis(note.sent_at);
    text["sent"] = schema::ToRfc3339(note.sent_at);  // for people
  }
  text["settings"] = ToJson(note.settings);
  if (note.told != Told{}) text["told"] = ToJson(note.told);
  if (note.first_sent_at != absl::InfinitePast()) {
    text["first_sent_at"] = absl::ToUnixMillis(note.first_sent_at);
  }
  Set(text, "scope", note.scope);
  Set(text, "holder", note.holder);
  Set(text, "known", note.known);
  text["keep_seconds"] = absl::ToInt64Seconds(note.keep);
  if (!note.snapshot.empty()) text["snapshot"] = note.snapshot;
  text["written"] =
      absl::StrCat(absl::Hex(random(), absl::kZeroPad8), absl::Hex(random(), absl::kZeroPad8));
  return text.dump(1, ' ', false, json::error_handler_t::replace);
}

absl::StatusOr<Note> ToNote(absl::string_view text) {
  const json parsed = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object()) return absl::InvalidArgumentError("it is no JSON object");
  const std::int64_t version = NumberMember(parsed, "version");
  if (version > kVersion) {
    return absl::UnimplementedError("a later version of the provider wrote it");
  }
  Note note{.scope = TextMember(parsed, "scope"),
            .settings = ToSettings(parsed.value("settings", json())),
            .holder = TextMember(parsed, "holder"),
            .job_id = TextMember(parsed, "job_id"),
            .told = ToTold(parsed.value("told", json())),
            .known = TextMember(parsed, "known")};
  const std::string word = TextMember(parsed, "state");
  bool known = false;
  for (const auto& [state, name] : kStates) {
    if (word == name) {
      note.state = state;
      known = true;
    }
  }
  if (version < 1 || !known || note.scope.empty() || note.settings.workflow.empty()) {
    return absl::InvalidArgumentError("it lacks its version, its state, its scope or its workflow");
  }
  if (note.job_id.empty() && note.state != NoteState::kSending) {
    return absl::InvalidArgumentError("it lacks the id of its job");
  }
  for (const auto& [name, time] :
       {std::pair("sent_at", &note.sent_at), std::pair("first_sent_at", &note.first_sent_at)}) {
    if (const std::int64_t millis = NumberMember(parsed, name); millis != 0) {
      *time = absl::FromUnixMillis(millis);
    }
  }
  if (note.sent_at == absl::InfinitePast() && note.state == NoteState::kSending) {
    return absl::InvalidArgumentError("it lacks the time of its start");
  }
  if (const std::int64_t seconds = NumberMember(parsed, "keep_seconds"); seconds > 0) {
    note.keep = absl::Seconds(seconds);
  }
  if (const auto snapshot = parsed.find("snapshot");
      snapshot != parsed.end() && snapshot->is_array()) {
    for (const json& id : *snapshot) {
      if (id.is_string()) note.snapshot.push_back(id.get<std::string>());
    }
  }
  return note;
}

}  // namespace er::run
