// What the fuzzers share: each has a function Fuzz(input), which must return whatever the input.
//
//   void er::Fuzz(absl::string_view input) { ... Require(again == value); }
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include "absl/strings/string_view.h"

namespace er {

void Fuzz(absl::string_view input);

// A property that holds for every input.
inline void Require(bool holds) {
  if (!holds) std::abort();
}

// Inputs of two parts have a line first, so that a person can write one with a text editor.
inline std::pair<absl::string_view, absl::string_view> FirstLine(absl::string_view input) {
  const std::size_t end = input.find('\n');
  if (end == absl::string_view::npos) return {input, {}};
  return {input.substr(0, end), input.substr(end + 1)};
}

}  // namespace er

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  er::Fuzz(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
