// The status page, page.html, as the build put it into the program.
#pragma once

#include "absl/strings/string_view.h"

namespace er::emulator {

extern const absl::string_view kPage;

}  // namespace er::emulator
