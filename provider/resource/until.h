// How long a piece of work may go on.
#pragma once

#include <stop_token>

#include "absl/time/time.h"

namespace er::resource {

struct Until {
  std::stop_token stop{};                              // requested when Terraform is interrupted
  absl::Duration deadline = absl::InfiniteDuration();  // in Clock::Elapsed()
};

}  // namespace er::resource
