// The journal: a write-ahead log of starts. A note (note.h) is written before a start is sent, and
// removed once a state has been seen to show the run as finished, so that a job outlives the
// plugin, Terraform and the machine. run/README.md has the words, DESIGN.md the promises.
//
// Who works on a note is its holder: a process, which has an entry of its own and renews it. A
// process whose entry is gone, has not been renewed for the length of the lease, or says that it
// has ended, holds nothing: its notes can be taken over. Every write says which version it takes to
// be there, so that of two processes that want a note one has it, and the other finds out.
//
// It uses a store (store.h) and knows no words of Entity Resolution; create, update, delete and
// plan (run.h, states.h) say what is written when.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "base/task.h"
#include "resource/until.h"
#include "run/note.h"
#include "run/store.h"
#include "run/turns.h"

namespace er::run {

// A note as it was found.
struct Noted {
  std::string name{};
  std::string version{};
  absl::Time modified{};
  Note note{};
};

// All that the journal held at one moment.
class Look {
 public:
  const std::vector<Noted>& notes() const { return notes_; }
  absl::Time now() const { return now_; }  // by the store's clock

  // Whether nobody works on the note; the process that looks counts as nobody.
  bool IsFree(const Noted& noted) const;

  // Terraform was told of the run, and lived to the end of its walk.
  bool IsClosed(const Noted& noted) const;

  // When the note was last held, as far as can be seen; and whether that is too long ago.
  absl::Time LastHeld(const Noted& noted) const;
  bool IsOld(const Noted& noted) const { return now_ - LastHeld(noted) > noted.note.keep; }

  // When a process was last seen to renew its entry; nothing where there is none.
  std::optional<absl::Time> Renewed(const std::string& holder) const;

 private:
  friend class Journal;
  struct Process {
    absl::Time modified = absl::InfinitePast();
    bool there = false;
    bool abandoned = false;
    bool ended = false;
    std::string version{};
    std::string ended_version{};
  };

  std::vector<Noted> notes_;
  std::map<std::string, Process> processes_;  // by name
  absl::Time now_;
  absl::Duration lease_;
};

// Safe for concurrent use. Calls of the store block; what waits for other processes is a task.
class Journal : public std::enable_shared_from_this<Journal> {
 public:
  struct Options {
    // Null: there is no journal. Everything works, and nothing outlives the process.
    std::unique_ptr<Store> store{};
    // Somebody has asked for this journal: where it cannot be used, nothing is started.
    bool is_asked_for = false;
    std::string scope{};  // of the notes that are ours
    bool in_local_file = true;
    // How long a process holds without renewing: by the store's clock, and by this computer's. A
    // third of it passes between two renewals. (They differ where a test's clock is faster.)
    absl::Duration lease = absl::Minutes(1);
    absl::Duration own_lease = absl::Minutes(1);
    // Whether nobody waits for this process any more.
    std::function<bool()> is_orphaned = [] { return false; };
    // Does what is given to it beside everything else, until the journal goes.
    std::function<void(std::function<void()>)> background =
        [](const std::function<void()>& /*work*/) {};
  };

  // A note that this process holds. One run at a time uses it.
  class Held {
   public:
    const Note& note() const { return noted_.note; }
    const std::string& name() const { return noted_.name; }  // empty: there is no journal

    // Replaces what the note says. kAborted: another process has taken it over, and whoever calls
    // has lost the run to it. Any other failure: whether it was written is not known; the note
    // still says what it is to say.
    absl::Status Write(Note note);

    // kAborted as above.
    absl::Status Remove();
    absl::Status Serve();  // as Journal's

   private:
    friend class Journal;
    Held(Journal& journal, Noted noted) : journal_(journal), noted_(std::move(noted)) {}
    absl::Status FindVersion();

    Journal& journal_;
    Noted noted_;              // without a name: there is no journal
    bool lost_ = false;        // another process has taken it over
    std::string last_text_{};  // what was tried last, while it is not known whether it was written
  };

  // The right to start among all that share the journal. Given back when it goes.
  class Lock {
   public:
    Lock() = default;
    Lock(Lock&& other) noexcept { *this = std::move(other); }
    Lock& operator=(Lock&& other) noexcept {
      std::swap(journal_, other.journal_);
      std::swap(name_, other.name_);
      std::swap(version_, other.version_);
      return *this;
    }
    ~Lock();

   private:
    friend class Journal;
    Journal* journal_ = nullptr;
    std::string name_;
    std::string version_;
  };

  static std::shared_ptr<Journal> Open(Options options, Clock& clock);

  const std::string& scope() const { return options_.scope; }
  bool in_local_file() const { return options_.in_local_file; }
  std::string where() const { return options_.store ? options_.store->where() : ""; }

  // Makes this process a holder, and finds out whether the store can do what it must, once. A
  // failure says why nothing may be started. Where nobody asked for the journal, there is none from
  // then on instead, and TakeTrouble() says why.
  Task<absl::Status> Enter();
  bool is_off() const;
  // Why there is no journal though there should be; once, OK afterwards.
  absl::Status TakeTrouble();

  // What there is. Empty where there is no journal.
  absl::StatusOr<std::shared_ptr<const Look>> LookAround();

  // A new note, held by this process.
  absl::StatusOr<Held*> Create(Note note);
  // The note, taken over with `change`. Null: somebody was faster.
  absl::StatusOr<Held*> TakeOver(const Noted& noted, Note change);
  // What this process holds of the job; null if nothing.
  Held* FindHeld(const std::string& job_id);
  // Whether this process holds it, or is just about to.
  bool IsHeld(const std::string& name) const;

  // Changes or removes a note that nobody holds, and makes one that nobody holds. kAborted: it has
  // changed meanwhile.
  absl::StatusOr<Noted> Change(const Noted& noted, Note change);
  absl::Status Remove(const Noted& noted);
  absl::StatusOr<Noted> Leave(Note note);
  // The note has served: nobody is to take its job up any more. It goes, at once or, where a list
  // may not show its job yet, by RemoveRests() of a later process. `now` is the store's.
  absl::Status Serve(const Noted& noted, absl::Time now);

  // Removes notes that have served, and the entries of processes that have ended and hold nothing.
  void RemoveRests(const Look& look);

  // Waits for the right to start. kCancelled or kDeadlineExceeded when `until` ends first.
  Task<absl::StatusOr<Lock>> TakeLock(const std::string& name, const resource::Until& until);

  // Whether this process may still act on what it holds: its lease has not run out, and somebody
  // waits for it. To be asked right before what cannot be taken back.
  bool MayAct() const;
  // Renews the lease. A failure says why nothing may be sent any more.
  Task<absl::Status> Renew();

  // The orderly end: what was answered counts as known to Terraform from here on.
  void End();

 private:
  Journal(Options options, Clock& clock);

  absl::Status Probe();
  bool ReachFor(const std::string& name);
  void LetGo(const std::string& name);
  absl::StatusOr<Held*> Hold(Noted noted);
  absl::StatusOr<std::vector<Noted>> ReadNotes(const Store::Listing& listing);
  static Task<bool> KeepRenewing(std::weak_ptr<Journal> weak, Clock& clock, std::stop_token stop);
  std::string ProcessText() const;
  bool IsLeaseGood() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  Clock& clock_;
  const std::string process_;  // the name of this process's entry
  Turns entering_;
  Turns renewing_;
  std::stop_source ended_;

  // Guards what follows, never while the store is asked.
  mutable Mutex mutex_;
  bool entered_ ABSL_GUARDED_BY(mutex_) = false;
  bool off_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status trouble_ ABSL_GUARDED_BY(mutex_);
  bool trouble_told_ ABSL_GUARDED_BY(mutex_) = false;
  std::string process_version_ ABSL_GUARDED_BY(mutex_);
  // What was tried last, while it is not known whether it was written.
  std::string renewal_ ABSL_GUARDED_BY(mutex_);
  // When the last good renewal was begun.
  absl::Duration renewed_ ABSL_GUARDED_BY(mutex_) = -absl::InfiniteDuration();
  absl::Status lost_ ABSL_GUARDED_BY(mutex_);  // why the lease is lost for good
  std::list<Held> held_ ABSL_GUARDED_BY(mutex_);
  std::set<std::string> reached_for_
      ABSL_GUARDED_BY(mutex_);  // by name: what is being written to be held
  std::map<std::string, Noted> read_ ABSL_GUARDED_BY(mutex_);  // by name: what was read last
};

}  // namespace er::run
