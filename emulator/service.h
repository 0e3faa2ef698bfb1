// The operations of Entity Resolution, and GetCallerIdentity of STS, on a store: input that was
// read by the model in, the answer's members out.
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

// The answer to a request of STS, in XML.
Answer PerformSts(const Request& request, const Caller& caller);

// Of STS: the action that the form in the body names. Empty where there is none.
std::string StsAction(const Request& request);

// What GetIdMappingJob answers.
Json JobJson(const Job& job);

// "arn:aws:entityresolution:...:idmappingworkflow/NAME".
std::string WorkflowArn(const Scope& scope, absl::string_view name);

// What CreateIdMappingWorkflow was given for a workflow that nobody has described.
Json PlainDefinition(const Scope& scope, absl::string_view name);

}  // namespace er::emulator
