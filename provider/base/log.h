// Lines for Terraform's log: hclog JSON on stderr, at the level that Terraform asks for.
// https://developer.hashicorp.com/terraform/plugin/log/writing
//
//   log::Info("Waiting for the job", {{"job_id", id}, {"status", status}});
//
// Terraform shows the members of such a line in an order that changes from line to line. So in a
// log that people read, they stand in the message, as `name=value`, in the order in which they were
// given; only where Terraform's own log is JSON are they members.
//
// Levels: ERROR and WARN for what a person should act on, INFO for each step of a run, DEBUG for
// calls and decisions, TRACE for what goes over the wire. A Secret does not compile as a value.
// Safe for concurrent use.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace er::log {

enum class Level { kTrace, kDebug, kInfo, kWarn, kError, kOff };

// TRACE, debug, ...; nothing for any other word. JSON is Terraform's word for TRACE in JSON form.
std::optional<Level> ParseLevel(absl::string_view word);

// Drops lines below `level` from now on. Starts as kOff: a program that was not asked to log does
// not.
void SetLevel(Level level);
bool IsOn(Level level);

// Whether the fields of a line are members of its JSON from now on. Starts as false.
void SetFieldsAreMembers(bool are_members);

// A value of a line, as text.
struct Field {
  Field(absl::string_view name_, absl::string_view value_) : name(name_), value(value_) {}
  Field(absl::string_view name_, const char* value_) : name(name_), value(value_) {}
  Field(absl::string_view name_, std::int64_t value_)
      : name(name_), value(std::to_string(value_)) {}
  Field(absl::string_view name_, int value_) : name(name_), value(std::to_string(value_)) {}

  absl::string_view name;
  std::string value;
};
using Fields = std::initializer_list<Field>;

// One line, never over 64 KiB (go-plugin splits longer ones); invalid UTF-8 is replaced.
void Write(Level level, absl::string_view message, Fields fields = {});

inline void Trace(absl::string_view message, Fields fields = {}) {
  if (IsOn(Level::kTrace)) Write(Level::kTrace, message, fields);
}
inline void Debug(absl::string_view message, Fields fields = {}) {
  if (IsOn(Level::kDebug)) Write(Level::kDebug, message, fields);
}
inline void Info(absl::string_view message, Fields fields = {}) {
  if (IsOn(Level::kInfo)) Write(Level::kInfo, message, fields);
}
inline void Warn(absl::string_view message, Fields fields = {}) {
  if (IsOn(Level::kWarn)) Write(Level::kWarn, message, fields);
}
inline void Error(absl::string_view message, Fields fields = {}) {
  if (IsOn(Level::kError)) Write(Level::kError, message, fields);
}

}  // namespace er::log
