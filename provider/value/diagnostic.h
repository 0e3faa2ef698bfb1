// What a person at the terminal is told: an error or a warning, and the place in the configuration
// it speaks of.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "value/path.h"

namespace er {

struct Diagnostic {
  enum class Severity { kError, kWarning };

  Severity severity = Severity::kError;
  std::string summary{};  // title case, no full stop: "Unable to Start Job"
  std::string detail{};   // what was attempted on what, why it failed, what to do next
  Path path{};            // empty if it speaks of the whole block

  friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

using Diagnostics = std::vector<Diagnostic>;

inline bool HasError(const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.severity == Diagnostic::Severity::kError) return true;
  }
  return false;
}

}  // namespace er
