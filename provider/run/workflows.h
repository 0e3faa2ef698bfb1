// Whether workflows exist, asked once each: what a refresh of finished runs needs to know, and all
// it needs.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/statusor.h"
#include "resource/until.h"
#include "run/id_mapping_jobs.h"

namespace er::run {

// Safe for concurrent use.
class Workflows {
 public:
  explicit Workflows(IdMappingJobs& jobs) : jobs_(jobs) {}

  // Asks with one page of ListIdMappingJobs, and never again for the same workflow unless that
  // failed. Those who ask at the same time share the call.
  absl::StatusOr<bool> Exists(const std::string& workflow, std::stop_token stop);

 private:
  struct Entry {
    std::mutex mutex;
    bool known = false;
    bool exists = false;
  };

  IdMappingJobs& jobs_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Entry>> entries_;
};

}  // namespace er::run
