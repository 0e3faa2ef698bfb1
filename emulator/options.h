// The program's command line. For main.cc.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "emulator/emulator.h"
#include "emulator/message.h"
#include "emulator/server.h"

namespace er::emulator {

struct Options {
  ServerOptions server{};
  std::string answer{};  // not empty: it is all that was asked for, the help or the version
  bool log = false;
  std::optional<std::uint32_t> seed{};   // none: any
  std::string fault_plan{};              // a file
  std::vector<std::string> workflows{};  // NAME or NAME:incremental
  std::vector<std::string> buckets{};    // NAME or NAME:REGION
  Json config = Json::object();          // what Change(Config&) takes
  Json credential = Json::object();      // what ChangeCredentials() accepts
};

inline constexpr absl::string_view kDefaultAccessKey = "AKIAEMULATOR00000000";
inline constexpr absl::string_view kDefaultSecretKey = "emulator-secret-key";
inline constexpr absl::string_view kDefaultWorkflow = "customers";

// `arguments` without the program's name. An error names the argument and what was expected.
absl::StatusOr<Options> ParseOptions(const std::vector<std::string>& arguments);

// Brings the state to where the options want it; `plan` is the text of the fault plan, or empty.
absl::Status Apply(const Options& options, const std::string& plan, State& state, absl::Time now);

}  // namespace er::emulator
