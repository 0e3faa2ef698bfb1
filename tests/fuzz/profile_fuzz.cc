// The shared config and credentials files: any text has sections, and keys that can be looked up.
#include "absl/strings/ascii.h"
#include "aws/profile_file.h"
#include "fuzz/fuzz.h"

void er::Fuzz(absl::string_view input) {
  for (const auto& [name, section] : aws::ParseProfileFile(input)) {
    Require(!name.empty());
    for (const auto& [key, value] : section.values) {
      Require(!key.empty() && key == absl::AsciiStrToLower(key));
      Require(section.Value(key).value_or("") == value);
    }
  }
}
