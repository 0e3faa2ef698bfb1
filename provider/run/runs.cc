#include "run/runs.h"

#include <algorithm>
#include <variant>

#include "absl/strings/str_cat.h"
#include "aws/hash.h"
#include "base/log.h"
#include "base/status.h"

namespace er::run {
namespace {

void LogTrouble(const absl::Status& status) {
  if (!status.ok() && !absl::IsAborted(status)) {
    log::Warn("The journal cannot be written", {{"error", status.message()}});
  }
}

}  // namespace

Runs::Runs(Options options, resource::Session& session, const schema::Catalog& catalog,
           Clock& clock)
    : options_{.max_concurrent_jobs = options.max_concurrent_jobs},
      session_(session),
      catalog_(catalog),
      clock_(clock),
      journal_(Journal::Open(std::move(options.journal), clock)),
      states_(*journal_, clock),
      looking_(clock, 1) {}

Task<absl::StatusOr<std::shared_ptr<const Look>>> Runs::FirstLook() {
  const resource::Until forever;
  const absl::StatusOr<Turns::Turn> turn = co_await looking_.Take(forever);
  if (first_look_ == nullptr) {
    CO_ASSIGN_OR_RETURN(first_look_, journal_->LookAround());
  }
  co_return first_look_;
}

Task<absl::StatusOr<std::vector<Note>>> Runs::DropOldNotes() {
  CO_ASSIGN_OR_RETURN(const std::shared_ptr<const Look> look, co_await FirstLook());
  std::vector<Note> dropped;
  {
    const MutexLock lock(mutex_);
    if (std::exchange(dropped_old_notes_, true)) co_return dropped;
  }
  for (const Noted& noted : look->notes()) {
    const NoteState state = noted.note.state;
    if (noted.note.scope != journal_->scope() || !look->IsOld(noted) || !look->IsFree(noted) ||
        state == NoteState::kServed) {
      continue;
    }
    const absl::Status removed = journal_->Remove(noted);
    LogTrouble(removed);
    // One that a state shows is not lost with its note.
    if (removed.ok() && state != NoteState::kShown) dropped.push_back(noted.note);
  }
  co_return dropped;
}

Surroundings Runs::surroundings(const schema::JobKind& kind) const {
  return {.kind = kind.name, .region = session_.region(), .account = session_.account()};
}

std::string Runs::LockName(const Region& region) const {
  return aws::Sha256Hex(absl::StrCat(region.jobs.kind().name, "\n", region.name, "\n",
                                     session_.account(), "\n", session_.endpoint()))
      .substr(0, 16);
}

const schema::JobKind* Runs::FindKind(absl::string_view name) const {
  for (const schema::Schema& type : catalog_.types) {
    const auto* kind = std::get_if<schema::JobKind>(&type.behaviour);
    if (kind != nullptr && kind->name == name) return kind;
  }
  return nullptr;
}

absl::StatusOr<Region*> Runs::ForRegion(const schema::JobKind& kind, const std::string& name) {
  // Held while connecting: those who come for the same Region would only ask for the same
  // credentials.
  const MutexLock lock(mutex_);
  std::unique_ptr<Region>& region = regions_[{kind.name, name}];
  if (region == nullptr) {
    ASSIGN_OR_RETURN(aws::Client* const client, session_.ClientFor(name));
    region = std::make_unique<Region>(name, *client, catalog_, kind, clock_,
                                      options_.max_concurrent_jobs);
  }
  return region.get();
}

bool Runs::Claim(const std::string& job_id) {
  const MutexLock lock(mutex_);
  return claimed_.emplace(job_id, clock_.Now()).second;
}

void Runs::Unclaim(const std::string& job_id) {
  const MutexLock lock(mutex_);
  claimed_.erase(job_id);
}

bool Runs::IsClaimed(const std::string& job_id) {
  const MutexLock lock(mutex_);
  return claimed_.contains(job_id);
}

std::vector<std::string> Runs::ClaimedWithin(absl::Duration recent) {
  const MutexLock lock(mutex_);
  const absl::Time since = clock_.Now() - recent;
  std::vector<std::string> ids;
  for (const auto& [job_id, when] : claimed_) {
    if (when >= since) ids.push_back(job_id);
  }
  return ids;
}

void Runs::Leave(Journal::Held* note) {
  const MutexLock lock(mutex_);
  left_.push_back(note);
}

Journal::Held* Runs::TakeLeft(const Settings& asked) {
  const MutexLock lock(mutex_);
  for (auto left = left_.begin(); left != left_.end(); ++left) {
    const Note& note = (*left)->note();
    if (!IsSame(asked, note.settings, note.told)) continue;
    if (!claimed_.emplace(note.job_id, clock_.Now()).second) continue;
    Journal::Held* const taken = *left;
    left_.erase(left);
    return taken;
  }
  return nullptr;
}

bool Runs::IsLeft(const Settings& asked) {
  const MutexLock lock(mutex_);
  const auto is_it = [&](Journal::Held* left) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const Note& note = left->note();
    return IsSame(asked, note.settings, note.told) && !claimed_.contains(note.job_id);
  };
  return std::any_of(left_.begin(), left_.end(), is_it);
}

void Runs::Forget(const std::string& job_id) {
  if (IsClaimed(job_id)) return;  // a create of this process goes on with it
  {
    const MutexLock lock(mutex_);
    left_.erase(std::remove_if(left_.begin(), left_.end(),
                               [&](Journal::Held* left) { return left->note().job_id == job_id; }),
                left_.end());
  }
  if (Journal::Held* const held = journal_->FindHeld(job_id)) {
    LogTrouble(held->Serve());
    return;
  }
  absl::StatusOr<std::shared_ptr<const Look>> look = journal_->LookAround();
  LogTrouble(look.status());
  if (!look.ok()) return;
  for (const Noted& noted : (*look)->notes()) {
    if (noted.note.job_id == job_id && noted.note.scope == journal_->scope() &&
        noted.note.state != NoteState::kServed) {
      LogTrouble(journal_->Serve(noted, (*look)->now()));
    }
  }
}

void Runs::ForgetAtEnd(const std::string& job_id) {
  const MutexLock lock(mutex_);
  forgotten_at_end_.push_back(job_id);
}

void Runs::End() {
  if (calls_ > 0) {
    log::Warn("Terraform ends while runs are under way; the next apply takes them up");
    return;
  }
  std::vector<std::string> forgotten;
  {
    const MutexLock lock(mutex_);
    forgotten = forgotten_at_end_;
  }
  for (const std::string& job_id : forgotten) Forget(job_id);
  states_.End();
  journal_->End();
}

}  // namespace er::run
