// A call as a line of the log: what was asked, of which service and where, and what came of it.
#pragma once

#include <string>

#include "emulator/call_log.h"

namespace er::emulator {

// "03:04:05.678Z 200 StartIdMappingJob eu-west-1 customers job 7f3a...", with the injected fault
// and the error's code behind it. Without a line break at its end; `coloured` for terminals. What a
// client sent holds no control character here.
std::string LogLine(const LoggedCall& call, bool coloured);

}  // namespace er::emulator
