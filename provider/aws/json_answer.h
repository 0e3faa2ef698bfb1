// The JSON that a server answers with, whoever it is.
#pragma once

#include <nlohmann/json.hpp>

#include "absl/strings/string_view.h"

namespace er::aws {

// Discarded (nlohmann::json::is_discarded()) where `text` is no JSON, or nests deeper than what any
// service says: of 8 MiB of opening brackets alone the parser would make 600 MiB.
nlohmann::json ParseJsonAnswer(absl::string_view text);

}  // namespace er::aws
