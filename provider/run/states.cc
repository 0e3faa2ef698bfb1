#include "run/states.h"

#include <algorithm>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "base/log.h"
#include "run/start.h"

namespace er::run {
namespace {

// How long a plan of a create waits for what may come of an object that is seen at the same time;
// and no longer than the second, however long that object is being refreshed.
constexpr absl::Duration kMoment = absl::Seconds(1);
constexpr absl::Duration kLongestMoment = absl::Minutes(1);
constexpr absl::Duration kPause = absl::Milliseconds(20);

}  // namespace

bool States::Planned::MayBe(const Settings& had, const Told& told) const {
  const std::vector<std::string> differences = Differences(settings, had, told);
  return std::all_of(differences.begin(), differences.end(),
                     [&](const std::string& name) { return unknown.contains(name); });
}

bool States::Planned::MayBe(const ShownRun& run) const {
  Settings had = run.settings;
  if (!run.knows_triggers) had.triggers = settings.triggers;
  return MayBe(had, run.told);
}

absl::Status States::Trouble(const absl::Status& status) {
  // Somebody else has changed it: the next plan sees what it is then.
  if (status.ok() || absl::IsAborted(status)) return absl::OkStatus();
  log::Warn("The journal cannot be used", {{"error", status.message()}});
  const MutexLock lock(mutex_);
  trouble_.Update(status);
  return status;
}

absl::Status States::TakeTrouble() {
  const MutexLock lock(mutex_);
  if (trouble_.ok() || std::exchange(trouble_told_, true)) return absl::OkStatus();
  return trouble_;
}

bool States::LookOnce() {
  const OneAtATime::Turn turn = looking_.Take();
  {
    const MutexLock lock(mutex_);
    if (look_ != nullptr || !trouble_.ok()) return look_ != nullptr;
  }
  absl::StatusOr<std::shared_ptr<const Look>> look = journal_.LookAround();
  Trouble(look.status()).IgnoreError();
  {
    const MutexLock lock(mutex_);
    if (!look.ok()) return false;
    look_ = *look;
    for (const Noted& noted : look_->notes()) {
      if (noted.note.scope == journal_.scope() && noted.note.state != NoteState::kServed) {
        notes_[noted.name] = noted;
      }
    }
  }
  journal_.RemoveRests(*look_);
  return true;
}

std::vector<Noted> States::Notes() {
  std::vector<Noted> notes;
  if (!LookOnce()) return notes;
  const MutexLock lock(mutex_);
  for (const auto& [name, noted] : notes_) {
    if (!journal_.IsHeld(name)) notes.push_back(noted);
  }
  return notes;
}

absl::Status States::Change(const Noted& noted, Note change) {
  absl::StatusOr<Noted> changed = journal_.Change(noted, std::move(change));
  const absl::Status trouble = Trouble(changed.status());
  const MutexLock lock(mutex_);
  if (changed.ok()) {
    notes_[noted.name] = *std::move(changed);
  } else {
    notes_.erase(noted.name);
  }
  return trouble;
}

void States::Serve(const Noted& noted) {
  Trouble(journal_.Serve(noted, look_->now())).IgnoreError();
  const MutexLock lock(mutex_);
  notes_.erase(noted.name);
}

void States::Saw(const ShownRun& run) {
  {
    const MutexLock lock(mutex_);
    Seen& seen = seen_[run.job_id];
    // What one state knows of a job's end holds for every object with that job.
    if (!run.is_unfinished) seen.fate = Fate::kDone;
    seen.run = run;
    if (seen.is_imported) return;
  }
  TellOpenAttempts(run);
  if (run.is_unfinished) return;
  for (const Noted& noted : Notes()) {
    if (noted.note.job_id == run.job_id) Serve(noted);
  }
}

void States::Imports(const std::string& job_id) {
  const MutexLock lock(mutex_);
  seen_[job_id].is_imported = true;
}

void States::BeginsReading(const std::string& job_id) {
  const MutexLock lock(mutex_);
  ++seen_[job_id].readers;
}

void States::EndsReading(const std::string& job_id) {
  const MutexLock lock(mutex_);
  --seen_[job_id].readers;
}

// The job has an object: it is not what came of a start whose answer was lost.
void States::TellOpenAttempts(const ShownRun& run) {
  const auto is_open = [](const Noted& noted) { return noted.note.state == NoteState::kSending; };
  if (const std::vector<Noted> notes = Notes(); std::none_of(notes.begin(), notes.end(), is_open)) {
    return;
  }
  // Each of those that are seen at the same time adds its own.
  const OneAtATime::Turn turn = telling_.Take();
  for (const Noted& noted : Notes()) {
    const Note& note = noted.note;
    if (!is_open(noted) || !MayHaveStarted(note, run.started)) continue;
    if (note.settings.workflow != run.settings.workflow ||
        note.settings.region != run.settings.region || !look_->IsFree(noted) ||
        std::count(note.snapshot.begin(), note.snapshot.end(), run.job_id) > 0) {
      continue;
    }
    Note told = note;
    told.snapshot.push_back(run.job_id);
    Change(noted, std::move(told)).IgnoreError();
  }
}

absl::Status States::Mark(const ShownRun& run, NoteState state) {
  if (!LookOnce()) {
    const MutexLock lock(mutex_);
    return trouble_;
  }
  absl::Status status;
  bool noted_already = false;
  for (const Noted& noted : Notes()) {
    if (noted.note.job_id != run.job_id) continue;
    noted_already = true;
    if (noted.note.state == state || !look_->IsFree(noted)) continue;
    Note marked = noted.note;
    marked.state = state;
    marked.told = run.told;
    marked.known = run.known;
    status.Update(Change(noted, std::move(marked)));
  }
  // Without a note, the state is the last trace of the job, and is about to go.
  if (noted_already || state != NoteState::kReplaced || journal_.FindHeld(run.job_id) != nullptr) {
    return status;
  }
  absl::StatusOr<Noted> left = journal_.Leave({.settings = run.settings,
                                               .state = state,
                                               .job_id = run.job_id,
                                               .told = run.told,
                                               .known = run.known});
  MutexLock lock(mutex_);
  if (left.ok()) notes_[left->name] = *left;
  lock.unlock();
  return Trouble(left.status());
}

void States::Keeps(const ShownRun& run) {
  bool was_imported = false;
  {
    const MutexLock lock(mutex_);
    was_imported = std::exchange(seen_[run.job_id].is_imported, false);
  }
  if (was_imported) Saw(run);
  {
    const MutexLock lock(mutex_);
    Seen& seen = seen_[run.job_id];
    seen.run = run;
    if (seen.fate != Fate::kSeen && seen.fate != Fate::kKept) return;
    seen.fate = Fate::kKept;
  }
  if (run.is_unfinished) Mark(run, NoteState::kShown).IgnoreError();
}

absl::Status States::Replaces(const ShownRun& run) {
  {
    const MutexLock lock(mutex_);
    Seen& seen = seen_[run.job_id];
    seen.run = run;
    if (seen.fate == Fate::kDone) return absl::OkStatus();
    seen.fate = Fate::kReplaced;
  }
  return run.is_unfinished ? Mark(run, NoteState::kReplaced) : absl::OkStatus();
}

// Whether nothing that is seen now can still change what the create is going to meet.
bool States::IsSettled(const Planned& planned, bool is_early) {
  // The notes first: while they are read, another object may be seen.
  if (is_early && Foresee(planned).kind != Prospect::Kind::kNew) return false;
  const MutexLock lock(mutex_);
  return std::none_of(seen_.begin(), seen_.end(), [&](const auto& shown) {
    const Seen& seen = shown.second;
    return seen.fate == Fate::kSeen && seen.run.is_unfinished && (is_early || seen.readers > 0) &&
           planned.MayBe(seen.run);
  });
}

// What the notes say.
Prospect States::Foresee(const Planned& planned) {
  Prospect before;
  for (const Noted& noted : Notes()) {
    const Note& note = noted.note;
    if (!planned.MayBe(note.settings, note.told) || look_->IsOld(noted)) continue;
    const bool is_closed = look_->IsClosed(noted);
    {
      const MutexLock lock(mutex_);
      if (seen_.contains(note.job_id)) continue;  // it is that object's
    }
    const Prospect found{
        .kind = Prospect::Kind::kTakeUp, .job_id = note.job_id, .sent_at = note.sent_at};
    if (note.state == NoteState::kShown || (is_closed && journal_.in_local_file())) {
      before = found;
      before.kind = Prospect::Kind::kBefore;
    } else if (note.state != NoteState::kReplaced) {
      return found;
    }
  }
  return before;
}

// The unfinished run that a create of these settings replaces.
std::optional<ShownRun> States::TakeReplaced(const Planned& planned, const std::string& job_id) {
  const MutexLock lock(mutex_);
  for (auto& [shown, seen] : seen_) {
    const bool is_it = job_id.empty() ? seen.fate == Fate::kSeen || seen.fate == Fate::kReplaced
                                      : shown == job_id && seen.fate != Fate::kDone;
    if (is_it && !seen.promised && seen.run.is_unfinished && planned.MayBe(seen.run)) {
      seen.promised = true;
      return seen.run;
    }
  }
  return std::nullopt;
}

Prospect States::Plan(const Settings& asked, const std::set<std::string>& unknown,
                      const std::string& replaced) {
  const Planned planned{.settings = asked, .unknown = unknown};
  {
    const MutexLock lock(mutex_);
    planned_.push_back(planned);
  }
  const absl::Duration begun = clock_.Elapsed();
  while (replaced.empty()) {
    const absl::Duration waited = clock_.Elapsed() - begun;
    if (waited >= kLongestMoment || IsSettled(planned, waited < kMoment)) break;
    clock_.Sleep(kPause, std::stop_token());
  }
  std::optional<ShownRun> run = TakeReplaced(planned, replaced);
  if (!run.has_value()) return Foresee(planned);
  if (!run->knows_triggers) run->settings.triggers = asked.triggers;
  return {.kind = Prospect::Kind::kTakeUp,
          .job_id = run->job_id,
          .sent_at = run->started,
          .is_replaced = true,
          .noted = Replaces(*run)};
}

void States::Applies(const std::string& job_id) {
  const MutexLock lock(mutex_);
  applies_ = true;
  if (job_id.empty()) return;
  Seen& seen = seen_[job_id];
  if (seen.fate == Fate::kSeen) seen.fate = Fate::kKept;
}

void States::End() {
  std::vector<Planned> planned;
  {
    const MutexLock lock(mutex_);
    if (applies_ || look_ == nullptr) return;
    planned = planned_;
  }
  for (const Noted& noted : Notes()) {
    if (noted.note.state != NoteState::kReplaced || !look_->IsFree(noted)) continue;
    {
      const MutexLock lock(mutex_);
      const auto seen = seen_.find(noted.note.job_id);
      if (seen != seen_.end() && seen->second.fate == Fate::kReplaced) continue;
    }
    const bool is_wanted = std::any_of(planned.begin(), planned.end(), [&](const Planned& create) {
      return create.MayBe(noted.note.settings, noted.note.told);
    });
    if (!is_wanted) continue;
    Note shown = noted.note;
    shown.state = NoteState::kShown;
    Change(noted, std::move(shown)).IgnoreError();
  }
}

std::vector<std::string> States::Shown() const {
  const MutexLock lock(mutex_);
  std::vector<std::string> jobs;
  for (const auto& [job_id, seen] : seen_) jobs.push_back(job_id);
  return jobs;
}

}  // namespace er::run
