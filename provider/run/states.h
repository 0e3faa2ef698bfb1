// What Terraform's states show of runs, as far as this process has seen them, and what a plan makes
// of it in the journal. A process that applies sees a state only as it changes it; with
// create_before_destroy not even that, before the create. So it is the plan that says in the notes
// which unfinished runs stay and which are replaced.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "run/journal.h"
#include "run/one_at_a_time.h"
#include "run/settings.h"

namespace er::run {

// A run as a state shows it.
struct ShownRun {
  Settings settings{};
  Told told{};
  std::string job_id{};
  // The wait for it was cut short; and its job, as far as the state knows, has not failed since.
  bool is_unfinished = false;
  bool knows_triggers = true;                 // an import does not
  absl::Time started = absl::InfinitePast();  // the job; InfinitePast: not known
  std::string known{};                        // Note::known
};

// What a create that is planned is going to meet.
struct Prospect {
  enum class Kind {
    kNew,     // a new job
    kTakeUp,  // the job of an earlier apply, which is taken up
    kBefore,  // a new job, although there is one of the same settings that no state has shown
  };
  Kind kind = Kind::kNew;
  std::string job_id{};      // empty where it is not known whether there is one
  absl::Time sent_at{};      // InfinitePast: not known
  bool is_replaced = false;  // kTakeUp: it is that of the object that this create replaces
  absl::Status noted{};      // is_replaced: the apply can know it; else why not
};

// Safe for concurrent use. What cannot be written into the journal is logged, and TakeTrouble()
// says it once.
class States {
 public:
  // Both must outlive this.
  States(Journal& journal, Clock& clock)
      : journal_(journal), clock_(clock), looking_(clock), telling_(clock) {}

  // A state shows this run. The note of one that is finished, or has failed, has served.
  void Saw(const ShownRun& run);

  // The job is being imported into a state that does not show it yet, and never will if Terraform
  // dies here: the journal hears of it when a plan keeps the run.
  void Imports(const std::string& job_id);

  // What the plan is to do with the run that a state shows: keep it as it is or go on waiting for
  // it; or have it taken up by a create of the same settings.
  void Keeps(const ShownRun& run);
  absl::Status Replaces(const ShownRun& run);  // not OK: the note does not say so

  // Between the two, a state is being refreshed: what becomes of its run is not known yet.
  void BeginsReading(const std::string& job_id);
  void EndsReading(const std::string& job_id);

  // A create of these settings is planned; those of the attributes `unknown` are not known yet.
  // Waits for a moment where an object that is seen now may be the one that it replaces.
  // `replaced`: the unfinished job of the object that it replaces; empty: not known, or none.
  Prospect Plan(const Settings& asked, const std::set<std::string>& unknown,
                const std::string& replaced);

  // This process applies, and has come to a run that a state shows (empty: to a new one).
  void Applies(const std::string& job_id);

  // The orderly end of a plan: marks of earlier plans do not hold for the creates of this one.
  void End();

  // The jobs that states have shown to this process.
  std::vector<std::string> Shown() const;

  // Why the journal cannot be read or written; once, OK afterwards.
  absl::Status TakeTrouble();

 private:
  enum class Fate { kSeen, kKept, kReplaced, kDone };
  struct Seen {
    ShownRun run{};
    Fate fate = Fate::kSeen;
    int readers = 0;           // refreshes under way
    bool is_imported = false;  // by this process, and not planned yet
    bool promised = false;     // a create is planned that takes it up
  };
  struct Planned {
    Settings settings{};
    std::set<std::string> unknown{};

    bool MayBe(const Settings& had, const Told& told) const;
    bool MayBe(const ShownRun& run) const;
  };

  // The notes of our state as they are now: looked at once, with what this has changed since. The
  // failure is told once.
  std::vector<Noted> Notes();
  bool LookOnce();
  void Serve(const Noted& noted);
  absl::Status Change(const Noted& noted, Note change);
  absl::Status Mark(const ShownRun& run, NoteState state);
  void TellOpenAttempts(const ShownRun& run);
  bool IsSettled(const Planned& planned, bool is_early);
  Prospect Foresee(const Planned& planned);
  std::optional<ShownRun> TakeReplaced(const Planned& planned, const std::string& job_id);
  absl::Status Trouble(const absl::Status& status);

  Journal& journal_;
  Clock& clock_;
  OneAtATime looking_;
  OneAtATime telling_;
  // Set by the first LookOnce() that succeeds, and never again; used only after it.
  std::shared_ptr<const Look> look_{};

  mutable Mutex mutex_;
  std::map<std::string, Seen> seen_ ABSL_GUARDED_BY(mutex_);  // by job
  std::vector<Planned> planned_ ABSL_GUARDED_BY(mutex_);      // the creates
  bool applies_ ABSL_GUARDED_BY(mutex_) = false;
  std::map<std::string, Noted> notes_ ABSL_GUARDED_BY(mutex_);  // by name; those of our state
  absl::Status trouble_ ABSL_GUARDED_BY(mutex_);
  bool trouble_told_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace er::run
