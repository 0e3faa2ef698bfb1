// How a message shows what somebody configured, if at all.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace er {

// `value`, of an argument or an environment variable, in quotation marks: without what stands
// before an @, where there may be a password, and without a URL's query. What is long or has more
// than one line is not shown; somebody may have put a token or a whole file there.
//
// Values of the shared files are not shown at all: a line that is not what its author took it for
// has the keys of the next line in it.
std::string Shown(absl::string_view value);

}  // namespace er
