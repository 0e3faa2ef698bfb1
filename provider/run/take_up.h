// What a create, an update or a delete finds in the journal of its run, and takes over: the first
// step of each of them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/task.h"
#include "resource/until.h"
#include "run/journal.h"
#include "run/runs.h"
#include "run/settings.h"

namespace er::run {

// What a create may take up: the runs of the same settings that were begun before, by a process
// that is no more.
class TakeUp {
 public:
  // `runs` must outlive this.
  TakeUp(Runs& runs, Settings asked) : runs_(runs), asked_(std::move(asked)) {}

  // The note of a run that this create is to go on with, held by this process from here on; its job
  // is claimed, if it has one. Null: there is none. Waits for processes that may still be alive,
  // until their leases have run out or they are seen to live, and `until` at most.
  //
  // The first call stands on what the process has seen of the journal before; it decides nothing
  // but whether to look closer, since StartOnce() looks again.
  Task<absl::StatusOr<Journal::Held*>> Find(const resource::Until& until);

  // Whether this create may take the note up, or is to wait until it may.
  bool MayTake(const Look& look, const Noted& noted) const;

  // It was told of CLOSED: Terraform may have saved it all the same.
  bool was_closed() const { return was_closed_; }

 private:
  absl::StatusOr<Journal::Held*> Take(const Look& look, const Noted& noted);

  Runs& runs_;
  const Settings asked_;
  bool looked_closer_ = false;
  bool was_closed_ = false;
  std::vector<std::string> living_;      // processes that were seen to be alive
  std::vector<std::string> waited_for_;  // jobs that a delete half may have come for
};

// The note of the job of a state that an update goes on with, or that a delete leaves to a create:
// held by this process from here on. `is_mine`: the job is claimed by whoever calls; else a create
// of this process may have it, and the result is null. Where there is no note, one is made of
// `note`, or, without a job id in it, none. Null, too, where the run has served.
//
// kFailedPrecondition where another process holds it and lives.
Task<absl::StatusOr<Journal::Held*>> Hold(Runs& runs, std::string job_id, bool is_mine, Note note,
                                          const resource::Until& until);

}  // namespace er::run
