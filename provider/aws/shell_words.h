// Text split into words as a shell does: the command line of a credential_process, the name of a
// section of the shared config file.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace er::aws {

// White space separates, quotes and backslashes keep together. No shell is involved: $, * and ;
// mean themselves. kInvalidArgument for a quote without an end; nothing of `text` shows in it.
absl::StatusOr<std::vector<std::string>> SplitWords(absl::string_view text);

}  // namespace er::aws
