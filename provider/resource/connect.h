// From the arguments of the provider block to clients that can call AWS.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/environment.h"
#include "resource/session.h"
#include "schema/loader.h"
#include "value/value.h"

namespace er::resource {

// What makes the client of a Region, from `config`, the provider block. The clients share their
// connections and credentials. `environment` and `clock` must outlive them. `user_agent` names this
// program.
//
// kInvalidArgument, as a sentence for the person at the terminal, where the arguments contradict
// each other. Asks nobody for anything: that is left to the first call.
absl::StatusOr<Session::Connect> ConnectWith(const schema::Catalog& catalog,
                                             const Environment& environment, Clock& clock,
                                             const std::string& user_agent, const Value& config);

}  // namespace er::resource
