// The resource policies of the service: statements of documents that have a token.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "emulator/message.h"
#include "emulator/model.h"
#include "emulator/things.h"

namespace er::emulator {

// By the ARN of what it is the policy of.
struct Policy {
  std::vector<Json> statements{};
  std::int64_t version = 0;  // of the document: another token each
};
using Policies = std::map<std::string, Policy>;

bool IsPolicyOperation(const Operation& operation);

Result PerformOnPolicy(const Operation& operation, const Json& input, const Scope& scope,
                       Things& things, Policies& policies);

}  // namespace er::emulator
