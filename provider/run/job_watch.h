// Waiting for jobs, for all runs of a Region at once.
//
// There is no loop of its own: one of those who wait asks the service for all of them, and when its
// own job has ended another takes over. A workflow with one awaited job costs one
// GetIdMappingJob a tick, one with several a ListIdMappingJobs as far back as the oldest of them,
// and a GetIdMappingJob for each job that has ended.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "base/task.h"
#include "resource/until.h"
#include "run/jobs.h"

namespace er::run {

// How a wait ended.
struct Awaited {
  // OK: the job has ended. kDeadlineExceeded, kCancelled: `until` was over first. Else why it made
  // no sense to go on asking; what the job does then is unknown.
  absl::Status status{};
  // What GetIdMappingJob said last; empty where it has not said anything yet.
  nlohmann::json job = nlohmann::json::object();
  std::string last_status{};    // QUEUED, RUNNING, ...; empty where nothing is known
  absl::Status last_failure{};  // of the last look, if that failed
};

// The time between two looks at a job that has been waited for since `waited`: a tenth of it, at
// least a second and at most a minute.
absl::Duration PollInterval(absl::Duration waited);

// For the log, in whole seconds: what a person wants to read of a wait of minutes or hours.
std::string Shown(absl::Duration duration);

// How long the service may refuse or not know what is asked before a wait gives up. Failures that
// pass by themselves (no connection, throttling, server faults) never end a wait.
inline constexpr absl::Duration kLongestRefusal = absl::Minutes(15);
inline constexpr absl::Duration kLongestAbsence = absl::Minutes(2);

// Safe for concurrent use.
class JobWatch {
 public:
  // Both must outlive this.
  JobWatch(Clock& clock, Jobs& jobs) : clock_(clock), jobs_(jobs) {}

  // Told after each look at a job that goes on: what is known so far, and how long it has been
  // waited for.
  using Progress = std::function<void(const Awaited& so_far, absl::Duration waited)>;

  Task<Awaited> Await(const std::string& workflow, const std::string& job_id,
                      const resource::Until& until, Progress progress = nullptr);

 private:
  struct Waiter {
    std::string workflow;
    std::string job_id;
    absl::Duration since;
    absl::Duration due;
    bool over = false;  // `result` is final
    Awaited result{};
    absl::Duration failing_since = absl::InfiniteDuration();
    absl::Time started = absl::InfinitePast();  // the job; InfinitePast: not known
    Progress progress{};
  };

  absl::Duration EarliestDue() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Each releases `lock` while it asks.
  void Poll(MutexLock& lock, std::stop_token stop)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) ABSL_NO_THREAD_SAFETY_ANALYSIS;
  absl::Status PollOne(MutexLock& lock, const std::string& workflow, const std::string& job_id,
                       std::stop_token stop)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) ABSL_NO_THREAD_SAFETY_ANALYSIS;
  absl::Status PollMany(MutexLock& lock, const std::string& workflow, std::stop_token stop)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) ABSL_NO_THREAD_SAFETY_ANALYSIS;
  void Saw(Waiter& waiter, nlohmann::json job);
  static void SawStatus(Waiter& waiter, const std::string& status);
  void Failed(Waiter& waiter, const absl::Status& failure);

  Clock& clock_;
  Jobs& jobs_;
  Mutex mutex_;
  Clock::Signal changed_;
  std::list<Waiter> waiters_ ABSL_GUARDED_BY(mutex_);
  bool led_ ABSL_GUARDED_BY(mutex_) = false;  // one of the waiters asks for all
};

}  // namespace er::run
