// The operations of Entity Resolution: input that was read by the model in, the answer's members
// out.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "emulator/credentials.h"
#include "emulator/message.h"
#include "emulator/model.h"
#include "emulator/policies.h"
#include "emulator/store.h"

namespace er::emulator {

// All that the operations work on.
struct Service {
  const Config& config;
  Store& store;
  Policies& policies;
};

// Performs `operation` for `caller`. `list_lag` holds for a job that it starts.
Result Perform(Service& service, const Operation& operation, const Json& input,
               const Caller& caller, absl::Time now,
               absl::Duration list_lag = absl::ZeroDuration());

// Whether the operation starts a job.
bool StartsJob(const Operation& operation);

// What GetIdMappingJob or GetMatchingJob answers.
Json JobJson(const Job& job);

// What a workflow is that nobody has described.
Json PlainDefinition(const Kind& kind, const Scope& scope, absl::string_view name);

}  // namespace er::emulator
