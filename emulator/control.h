// The control API below /_emulator/: what a test sees and changes; and the status page over it.
// Unsigned, and open to clients on this computer only. emulator/README.md lists it.
#pragma once

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "emulator/emulator.h"
#include "emulator/message.h"

namespace er::emulator {

inline constexpr absl::string_view kControlPrefix = "/_emulator/";

// A browser asks for the status page.
bool IsForPage(const Request& request);
Answer Page(const Request& request);

// The caller holds the state's lock.
Answer Control(State& state, const Request& request, absl::Time now);

// What POST /_emulator/credentials takes. On error nothing changed.
absl::Status ChangeCredentials(State& state, const Json& change, absl::Time now);

// The body of PUT /_emulator/workflows/NAME: a workflow for every account and Region.
absl::Status PutWorkflow(State& state, absl::string_view name, const Json& settings,
                         absl::Time now);

// The body of PUT /_emulator/buckets/NAME: an empty bucket. kFailedPrecondition where there is one.
absl::Status PutBucket(State& state, const std::string& name, const Json& settings);

}  // namespace er::emulator
