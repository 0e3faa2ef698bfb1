// The service's API model, model.json, as the build put it into the program. For model.h only.
#pragma once

#include "absl/strings/string_view.h"

namespace er::emulator {

extern const absl::string_view kModel;

}  // namespace er::emulator
