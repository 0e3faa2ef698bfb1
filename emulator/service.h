// The operations of Entity Resolution on a store: input that was read by the model in, the answer's
// members out.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "emulator/credentials.h"
#include "emulator/message.h"
#include "emulator/model.h"
#include "emulator/store.h"

namespace er::emulator {

// Performs `operation` for `caller`. `list_lag` holds for a job that it starts.
Result Perform(Store& store, const Operation& operation, const Json& input, const Caller& caller,
               absl::Time now, absl::Duration list_lag = absl::ZeroDuration());

// What GetIdMappingJob answers.
Json JobJson(const Job& job);

// aws, aws-cn or aws-us-gov.
std::string PartitionOf(absl::string_view region);

// "arn:aws:entityresolution:...:idmappingworkflow/NAME".
std::string WorkflowArn(const Scope& scope, absl::string_view name);

// What CreateIdMappingWorkflow was given for a workflow that nobody has described.
Json PlainDefinition(const Scope& scope, absl::string_view name);

}  // namespace er::emulator
