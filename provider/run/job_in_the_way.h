// Which job keeps the service from starting another one: of one job at a time of an account and
// Region, it is any workflow's.
#pragma once

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "resource/until.h"
#include "run/jobs.h"

namespace er::run {

struct RunningJob {
  std::string workflow{};
  std::string id{};
};

// Safe for concurrent use.
class JobInTheWay {
 public:
  // Both must outlive this.
  JobInTheWay(Clock& clock, Jobs& jobs) : clock_(clock), jobs_(jobs) {}

  // A running job: of `workflow`, else of any other of the Region; nothing where none can be seen.
  // Asks as many calls as there are workflows, so the Region is gone through at most once a minute,
  // whoever asks, and no longer than `until`.
  std::optional<RunningJob> Find(const std::string& workflow, const resource::Until& until);

 private:
  std::optional<RunningJob> FindIn(const std::string& workflow, const resource::Until& until);

  Clock& clock_;
  Jobs& jobs_;
  Mutex mutex_;
  absl::Duration next_round_ ABSL_GUARDED_BY(mutex_) = -absl::InfiniteDuration();
};

}  // namespace er::run
