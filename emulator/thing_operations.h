// The operations of the service on what has a name, and on its tags.
#pragma once

#include <functional>

#include "absl/time/time.h"
#include "emulator/config.h"
#include "emulator/message.h"
#include "emulator/model.h"
#include "emulator/things.h"

namespace er::emulator {

struct ThingCall {
  Things& things;
  const Config& config;
  const Json& input;
  const Scope scope;
  const absl::Time now;
  // Whether jobs of this workflow are running; forgets what belongs to a thing that is deleted.
  std::function<bool(const Kind&, const std::string& name)> is_busy;
  std::function<void(const Kind&, const std::string& name)> forget;
};

// Whether this is an operation on a thing or on tags.
bool IsThingOperation(const Operation& operation);

Result PerformOnThing(const Operation& operation, const ThingCall& call);

// What Get tells of it.
Json ThingJson(const Things& things, const Config& config, const Thing& thing, const Scope& scope,
               absl::Time now);

}  // namespace er::emulator
