// The services of other providers that Entity Resolution offers: some that the emulator makes up.
#pragma once

#include "emulator/message.h"
#include "emulator/model.h"
#include "emulator/things.h"

namespace er::emulator {

bool IsProviderServiceOperation(const Operation& operation);

Result PerformOnProviderServices(const Operation& operation, const Json& input, const Scope& scope);

}  // namespace er::emulator
