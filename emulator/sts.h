// The Security Token Service of the emulator: roles, which give out keys that end, and who the
// caller is. A role needs nobody to make it; what a session may do is not looked at.
//
// https://docs.aws.amazon.com/STS/latest/APIReference/
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "emulator/config.h"
#include "emulator/credentials.h"
#include "emulator/message.h"

namespace er::emulator {

// The action that the form in the body, or the query, names. Empty where there is none.
std::string StsAction(const Request& request);

// Whether `action` is asked for without a signature, by somebody who has no keys yet.
bool IsUnsigned(absl::string_view action);

// Performs the action of `request`. The keys that it gives out are in `credentials` then; they
// follow from `seed`.
Answer PerformSts(const Request& request, const Caller& caller, const Config& config,
                  std::uint64_t seed, Credentials& credentials, absl::Time now);

std::vector<std::string> StsActions();

}  // namespace er::emulator
