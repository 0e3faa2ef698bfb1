// Golden files: what a program printed when it was right, in tests/golden/. With ER_UPDATE_GOLDEN=1
// in the environment a test writes its file instead of comparing with it.
#pragma once

#include <string>

namespace er::acceptance {

// Fails the test if `text` is not what tests/golden/NAME has.
void ExpectGolden(const std::string& name, const std::string& text);

// `output` of Terraform with what differs from run to run replaced: ids, times, ports, folders.
std::string Stable(const std::string& output);

// The diagnostics in `output` of Terraform, Stable(), without those that are not the provider's.
std::string Diagnostics(const std::string& output);

}  // namespace er::acceptance
