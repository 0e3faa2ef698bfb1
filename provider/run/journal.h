// Notes on disk of the runs that Terraform has not been seen to know as finished, so that a job
// survives the death of the plugin and of Terraform between its start and the state file.
//
// A note is a file of lines, each a JSON object; the last word on each member counts. Who works on
// a run holds a lock (flock) on its note until its process ends: a note that can be locked was left
// behind.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"

namespace er::run {

// What a create has done so far.
struct Intent {
  std::string settings{};  // hash of all that makes two runs the same; 64 hexadecimal digits
  std::string workflow{};
  std::string region{};
  // Of the attempt to start that is under way or was the last: the jobs there were before it, and
  // when it was sent, by the service's clock. InfiniteFuture: nothing has been sent.
  std::vector<std::string> snapshot{};
  absl::Time sent_at = absl::InfiniteFuture();
  std::string job_id{};  // empty: not known
  // By the computer's clock: until when a create may take this up.
  absl::Time keep_until = absl::InfiniteFuture();
};

// Safe for concurrent use, also by several processes.
class Journal {
 public:
  // One note, locked for this process until it ends or the note is dropped.
  class Note {
   public:
    ~Note();
    Note(const Note&) = delete;
    Note& operator=(const Note&) = delete;

    Intent intent() const;

    // Each is on disk when it returns OK.
    absl::Status Sending(std::vector<std::string> snapshot, absl::Time at);
    absl::Status NotSent();
    absl::Status Started(const std::string& job_id);

    // There is nothing to remember: no job was started.
    void Drop();

   private:
    friend class Journal;
    Note(Journal& journal, std::string path, int file, Intent intent);
    void Remove();  // with the journal's mutex held

    Journal& journal_;
    std::string path_;
    int file_;
    Intent intent_;  // under the journal's mutex
  };

  // Among the processes that share the journal, one has it; it is given back when it goes.
  class Lock {
   public:
    explicit Lock(int file) : file_(file) {}
    Lock(Lock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
    Lock& operator=(Lock&& other) noexcept {
      std::swap(file_, other.file_);
      return *this;
    }
    ~Lock();

   private:
    int file_;  // -1: nothing is locked
  };

  // `folder` is made when the first note is written.
  Journal(std::string folder, Clock& clock) : folder_(std::move(folder)), clock_(clock) {}

  // A new note, on disk. The failure says why there can be none; a run goes on without.
  absl::StatusOr<Note*> Begin(Intent intent);

  // A note with these settings that nobody holds; null if there is none.
  Note* TakeOver(const std::string& settings);

  // The note of this job, if nobody holds it; null if there is none.
  Note* TakeOverJob(const std::string& job_id);

  // Terraform has this job in its state, and nobody is going to take it up: its note has served.
  void Forget(const std::string& job_id);

  // The lock, at once; nullopt if another holds it. Where the folder cannot be locked, whoever asks
  // has it.
  std::optional<Lock> TryLock();

  // Whether a note, of any process, says that this job was started for its run. Reads the folder.
  bool IsNoted(const std::string& job_id);

  // Removes the notes that are too old to be taken up and gives them back, to be reported.
  std::vector<Intent> DropOld();

 private:
  // Reads the folder, once. What other processes write later is theirs.
  void Scan();
  // Says in every note of an attempt whose outcome is open that `job_id`, which belongs to `owner`,
  // is not what came of it: the list may not have shown it before that attempt.
  void KeepFromOthers(const std::string& job_id, const Note& owner);
  // Locks a note that was found, and forgets that it was; null if somebody else holds it or it is
  // gone.
  Note* Claim(const std::string& path);

  const std::string folder_;
  Clock& clock_;
  std::mutex mutex_;
  bool scanned_ = false;
  std::map<std::string, Intent> found_;  // by path: what the scan found and nobody claimed since
  // From settings and from job id to paths; those that are no longer in found_ do not count.
  std::multimap<std::string, std::string> by_settings_;
  std::multimap<std::string, std::string> by_job_;
  std::vector<std::unique_ptr<Note>> notes_;  // held by this process
  // Their paths, and those of notes that say which job was started.
  std::set<std::string> not_open_;
};

}  // namespace er::run
