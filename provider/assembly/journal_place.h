// Where the journal is: the provider's argument, a variable of the environment, or the folder that
// is there by itself.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "base/environment.h"
#include "value/value.h"

namespace er::assembly {

struct JournalPlace {
  std::string folder{};  // empty: in a bucket
  std::string bucket{};
  std::string prefix{};  // without slashes at its ends; empty: the root of the bucket
  bool is_asked_for = false;
};

// Of the provider block `config`. kInvalidArgument, as a sentence, where what is asked for is
// neither a folder nor a place in S3.
absl::StatusOr<JournalPlace> ToJournalPlace(const Value& config, const Environment& environment);

}  // namespace er::assembly
