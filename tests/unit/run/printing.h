// What runs are made of, as GoogleTest prints it where an expectation fails.
#pragma once

#include <nlohmann/json.hpp>
#include <ostream>

#include "absl/time/time.h"
#include "run/note.h"
#include "run/settings.h"
#include "run/states.h"
#include "support/value_printing.h"

namespace er::run {

inline void PrintTo(const Settings& settings, std::ostream* out) { *out << ToJson(settings); }
inline void PrintTo(const Told& told, std::ostream* out) { *out << ToJson(told); }
inline void PrintTo(const Note& note, std::ostream* out) { *out << ToText(note); }
inline void PrintTo(NoteState state, std::ostream* out) {
  *out << nlohmann::json::parse(ToText({.state = state})).at("state").get<std::string>();
}

inline void PrintTo(Prospect::Kind kind, std::ostream* out) {
  const char* const words[] = {"new", "take up", "before"};
  *out << words[static_cast<int>(kind)];
}

}  // namespace er::run
