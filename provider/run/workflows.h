// Whether workflows exist, asked once each: what a refresh of finished runs needs to know, and all
// it needs.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "resource/until.h"
#include "run/jobs.h"
#include "run/one_at_a_time.h"

namespace er::run {

// Safe for concurrent use.
class Workflows {
 public:
  // Both must outlive this.
  Workflows(Clock& clock, Jobs& jobs) : clock_(clock), jobs_(jobs) {}

  // Asks with one page of ListIdMappingJobs, and never again for the same workflow unless that
  // failed. Those who ask at the same time share the call.
  absl::StatusOr<bool> Exists(const std::string& workflow, std::stop_token stop);

 private:
  struct Entry {
    explicit Entry(Clock& clock) : asking(clock) {}

    OneAtATime asking;
    // Of who has the turn.
    bool known = false;
    bool exists = false;
  };

  Clock& clock_;
  Jobs& jobs_;
  Mutex mutex_;
  std::map<std::string, std::unique_ptr<Entry>> entries_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace er::run
