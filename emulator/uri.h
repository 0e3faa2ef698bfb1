// Percent-encoding as SigV4 and the service understand it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace er::emulator {

// %XX becomes its byte; anything else, a plus included, stays.
std::string PercentDecode(absl::string_view text);

// Every byte but A-Z a-z 0-9 - _ . ~ and those in `also_kept` becomes %XX.
std::string PercentEncode(absl::string_view text, absl::string_view also_kept = "");

// The parameters of a query or of a form, decoded, in order.
std::vector<std::pair<std::string, std::string>> ParseQuery(absl::string_view query);

}  // namespace er::emulator
