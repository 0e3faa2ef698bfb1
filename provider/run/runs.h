// What all runs of a configured provider share, Region by Region: turns, watch, journal, and which
// job is whose.
#pragma once

#include <atomic>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "resource/session.h"
#include "run/job_in_the_way.h"
#include "run/job_watch.h"
#include "run/jobs.h"
#include "run/journal.h"
#include "run/settings.h"
#include "run/states.h"
#include "run/turns.h"
#include "run/workflows.h"
#include "schema/loader.h"

namespace er::run {

// What the runs of one kind of job share in one Region: the service counts each kind apart.
struct Region {
  Region(std::string region, aws::Client& client, const schema::Catalog& catalog,
         const schema::JobKind& kind, Clock& clock, int max_concurrent_jobs)
      : name(std::move(region)),
        jobs(client, catalog, kind),
        turns(clock, max_concurrent_jobs,
              "Waiting for a turn: another job of this account and Region is running"),
        starting(clock, 1),
        watch(clock, jobs),
        in_the_way(clock, jobs),
        workflows(clock, jobs) {}

  const std::string name;
  Jobs jobs;
  Turns turns;     // of runs, from before the start to the end of the wait
  Turns starting;  // of starts alone
  JobWatch watch;
  JobInTheWay in_the_way;
  Workflows workflows;
};

// Safe for concurrent use.
class Runs {
 public:
  struct Options {
    Journal::Options journal{};
    int max_concurrent_jobs = 1;
  };

  // `session`, `catalog` and `clock` must outlive this.
  Runs(Options options, resource::Session& session, const schema::Catalog& catalog, Clock& clock);

  Clock& clock() { return clock_; }
  Journal& journal() { return *journal_; }
  States& states() { return states_; }
  Surroundings surroundings(const schema::JobKind& kind) const;
  // The kind of job that a note is about; null if there is none of this name.
  const schema::JobKind* FindKind(absl::string_view name) const;
  // The start lock of a Region.
  std::string LockName(const Region& region) const;

  // The journal as it was when this process first looked.
  Task<absl::StatusOr<std::shared_ptr<const Look>>> FirstLook();

  // The runs of our state whose notes are too old to be taken up, which are gone from here on; each
  // once.
  Task<absl::StatusOr<std::vector<Note>>> DropOldNotes();

  // The Region of this name for this kind, connected at the first call; owned by this.
  absl::StatusOr<Region*> ForRegion(const schema::JobKind& kind, const std::string& name);

  // A run of this process has this job. False if another one has it already: a job is claimed once.
  bool Claim(const std::string& job_id);
  // It has not come to that.
  void Unclaim(const std::string& job_id);
  bool IsClaimed(const std::string& job_id);
  // Those claimed within the last `recent`.
  std::vector<std::string> ClaimedWithin(absl::Duration recent);

  // An unfinished run that is going from the state; a create of the same settings takes it up. What
  // is taken is claimed. Null if there is none.
  void Leave(Journal::Held* note);
  Journal::Held* TakeLeft(const Settings& asked);
  bool IsLeft(const Settings& asked);

  // Nobody is to take this job up any more.
  void Forget(const std::string& job_id);
  // The same at the orderly end of the process, if no create of it has taken the job up.
  void ForgetAtEnd(const std::string& job_id);

  // A call of Terraform's that changes a run, as long as it is under way. The Runs must outlive it.
  class Call {
   public:
    explicit Call(Runs& runs) : runs_(runs) { ++runs_.calls_; }
    ~Call() { --runs_.calls_; }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

   private:
    Runs& runs_;
  };

  // Terraform says that it has come to the end of its walk. With calls under way it has not: it
  // exits at once, after a second Ctrl-C, and hears no more of them. Then this does nothing, so
  // that what they leave behind is what a process leaves that has died.
  void End();

 private:
  const Options options_;
  resource::Session& session_;
  const schema::Catalog& catalog_;
  Clock& clock_;
  const std::shared_ptr<Journal> journal_;
  std::atomic<int> calls_ = 0;
  States states_;
  Turns looking_;
  std::shared_ptr<const Look> first_look_;  // of whose turn it is
  bool dropped_old_notes_ = false;

  Mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::unique_ptr<Region>> regions_
      ABSL_GUARDED_BY(mutex_);  // by kind, name
  std::map<std::string, absl::Time> claimed_ ABSL_GUARDED_BY(mutex_);
  std::vector<Journal::Held*> left_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> forgotten_at_end_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace er::run
