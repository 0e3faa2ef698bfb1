// The attributes of a run's state that run/ itself looks into.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "run/describe.h"
#include "schema/schema.h"
#include "value/value.h"

namespace er::run {

// The truth of an attribute; false where it has none.
bool Flag(const Value& object, absl::string_view name);

RunName NameOf(const schema::JobKind& kind, const Value& run);

// How long `step` may take: timeouts.create and so on, or what the schema says.
absl::Duration TimeOut(const schema::Schema& schema, const Value& run, const std::string& step);

// What a state knows of its run's job, as a note keeps it (Note::known), and back into a state.
// What cannot be read changes nothing.
std::string KnownOf(const schema::Schema& schema, const Value& run);
void FillKnown(const schema::Schema& schema, absl::string_view known, Value::Map& state);

// When the job of a state was started; InfinitePast where it does not say.
absl::Time StartOf(const Value& run);

}  // namespace er::run
