// What all runs of a configured provider share, Region by Region.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "aws/client.h"
#include "base/clock.h"
#include "resource/session.h"
#include "run/id_mapping_jobs.h"
#include "run/job_watch.h"
#include "run/journal.h"
#include "run/turns.h"
#include "run/workflows.h"
#include "schema/loader.h"
#include "value/value.h"

namespace er::run {

// What the runs of one Region share.
struct Region {
  Region(std::string region, aws::Client& client, const schema::Catalog& catalog, Clock& clock,
         int max_concurrent_jobs)
      : name(std::move(region)),
        jobs(client, catalog),
        turns(clock, max_concurrent_jobs,
              "Waiting for a turn: another job of this account and Region is running"),
        starting(clock, 1),
        watch(clock, jobs),
        workflows(jobs) {}

  const std::string name;
  IdMappingJobs jobs;
  Turns turns;     // of runs, from before the start to the end of the wait
  Turns starting;  // of StartOnce() alone
  JobWatch watch;
  Workflows workflows;
};

// Safe for concurrent use.
class Runs {
 public:
  struct Options {
    std::string scope{};  // whose jobs these are: no two workspaces or services share a note
    int max_concurrent_jobs = 1;
    std::string journal_folder{};
  };

  // `session`, `catalog` and `clock` must outlive this.
  Runs(Options options, resource::Session& session, const schema::Catalog& catalog, Clock& clock)
      : options_(std::move(options)),
        session_(session),
        catalog_(catalog),
        clock_(clock),
        journal_(options_.journal_folder, clock) {}

  Clock& clock() { return clock_; }
  const std::string& region() const { return session_.region(); }
  const std::string& scope() const { return options_.scope; }
  Journal& journal() { return journal_; }

  // The Region of this name, connected at the first call; owned by this.
  absl::StatusOr<Region*> ForRegion(const std::string& name);

  // A run of this process has this job. False if another one has it already.
  bool Claim(const std::string& job_id);
  bool IsClaimed(const std::string& job_id);
  // Those claimed within the last `recent`.
  std::vector<std::string> ClaimedWithin(absl::Duration recent);

  // The unfinished run that the delete half of a replacement leaves to its create half. What
  // `accepts` says is the create half's is taken out; null if there is none.
  void HandOver(Value run);
  Value TakeHandedOver(const std::function<bool(const Value&)>& accepts);

 private:
  const Options options_;
  resource::Session& session_;
  const schema::Catalog& catalog_;
  Clock& clock_;
  Journal journal_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Region>> regions_;
  std::set<std::string> claimed_;
  std::vector<std::pair<absl::Time, const std::string*>> claims_;  // in order
  std::vector<Value> handed_over_;
};

}  // namespace er::run
