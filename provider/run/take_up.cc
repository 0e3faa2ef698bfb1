#include "run/take_up.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/status.h"

namespace er::run {
namespace {

// Between two looks at whether a process still lives.
constexpr absl::Duration kLeasePause = absl::Seconds(3);

// As long as a delete half of this process may come for a run that is to be replaced.
constexpr absl::Duration kHalfPause = absl::Seconds(1);

// Between two looks at whether it has left the run, from when it holds the note.
constexpr absl::Duration kHoldPause = absl::Milliseconds(100);

absl::Status IsOver(const resource::Until& until, Clock& clock) {
  if (until.stop.stop_requested()) return absl::CancelledError("interrupted");
  if (clock.Elapsed() >= until.deadline) {
    return absl::DeadlineExceededError("the time ran out while another process may be at work");
  }
  return absl::OkStatus();
}

// Of processes that hold what is wanted: those that were seen to renew their entry live.
class Watch {
 public:
  enum class Verdict { kFree, kLives, kWait };

  Verdict Judge(const Look& look, const Noted& noted) {
    if (look.IsFree(noted)) return Verdict::kFree;
    const std::optional<absl::Time> renewed = look.Renewed(noted.note.holder);
    const auto [seen, is_first] = seen_.emplace(noted.note.holder, *renewed);
    if (is_first || seen->second == *renewed) return Verdict::kWait;
    return Verdict::kLives;
  }

 private:
  std::map<std::string, absl::Time> seen_;
};

int Rank(NoteState state) {
  if (state == NoteState::kAnswered) return 2;
  return state == NoteState::kSending ? 1 : 0;
}

void SayWaiting(const Noted& noted) {
  log::Info("Waiting for the lease of a process that may still be at work on this run",
            {{"workflow_name", noted.note.settings.workflow},
             {"job_id", noted.note.job_id},
             {"note", noted.name}});
}

}  // namespace

bool TakeUp::MayTake(const Look& look, const Noted& noted) const {
  const Note& note = noted.note;
  Journal& journal = runs_.journal();
  if (note.scope != journal.scope() || note.state == NoteState::kServed) return false;
  if (!note.job_id.empty() && runs_.IsClaimed(note.job_id)) return false;
  const bool is_same = note.state == NoteState::kSending ? MayBeSame(asked_, note.settings)
                                                         : IsSame(asked_, note.settings, note.told);
  // Held by this process, and the job is no run's: a delete half is about to leave it.
  if (journal.IsHeld(noted.name)) return is_same && !note.job_id.empty();
  // What Terraform has saved is its state's. An upload may have failed.
  if (note.state == NoteState::kShown || (look.IsClosed(noted) && journal.in_local_file())) {
    return false;
  }
  return is_same && !look.IsOld(noted) && !absl::c_linear_search(living_, note.holder);
}

absl::StatusOr<Journal::Held*> TakeUp::Take(const Look& look, const Noted& noted) {
  Note change = noted.note;
  // Whoever takes a note up sets it back: what was said to Terraform before does not count.
  if (change.state != NoteState::kSending) change.state = NoteState::kStarted;
  if (!change.job_id.empty() && !runs_.Claim(change.job_id)) return nullptr;
  absl::StatusOr<Journal::Held*> taken = runs_.journal().TakeOver(noted, std::move(change));
  if (taken.ok() && *taken != nullptr) {
    was_closed_ = look.IsClosed(noted);
  } else if (!noted.note.job_id.empty()) {
    runs_.Unclaim(noted.note.job_id);
  }
  return taken;
}

Task<absl::StatusOr<Journal::Held*>> TakeUp::Find(const resource::Until& until) {
  Watch watch;
  for (bool is_first = !std::exchange(looked_closer_, true);; is_first = false) {
    // 1. What a delete half, or a destroy, of this process has left.
    if (Journal::Held* const left = runs_.TakeLeft(asked_)) co_return left;
    // 2. The journal. Of several notes that fit, those that know their job come first, and those
    // with an answer last.
    absl::StatusOr<std::shared_ptr<const Look>> there = nullptr;
    if (is_first) {
      there = co_await runs_.FirstLook();
    } else {
      there = runs_.journal().LookAround();
    }
    if (!there.ok()) co_return there.status();
    const std::shared_ptr<const Look> look = *std::move(there);
    std::vector<const Noted*> wanted;
    absl::Duration pause = absl::ZeroDuration();
    for (const Noted& noted : look->notes()) {
      if (!MayTake(*look, noted)) continue;
      if (runs_.journal().IsHeld(noted.name)) {
        pause = kHoldPause;
      } else {
        wanted.push_back(&noted);
      }
    }
    if (wanted.empty() && pause == absl::ZeroDuration()) co_return nullptr;
    if (is_first) continue;
    std::stable_sort(wanted.begin(), wanted.end(), [](const Noted* a, const Noted* b) {
      return Rank(a->note.state) < Rank(b->note.state);
    });
    for (const Noted* noted : wanted) {
      if (noted->note.state == NoteState::kReplaced &&
          !absl::c_linear_search(waited_for_, noted->note.job_id)) {
        waited_for_.push_back(noted->note.job_id);
        pause = kHalfPause;
        break;  // nothing worse is taken meanwhile
      }
      const Watch::Verdict verdict = watch.Judge(*look, *noted);
      if (verdict == Watch::Verdict::kLives) living_.push_back(noted->note.holder);
      if (verdict == Watch::Verdict::kWait) {
        SayWaiting(*noted);
        pause = std::max(pause, kLeasePause);
      }
      if (verdict != Watch::Verdict::kFree) continue;
      CO_ASSIGN_OR_RETURN(Journal::Held* const taken, Take(*look, *noted));
      if (taken != nullptr) co_return taken;
      pause = absl::ZeroDuration();  // somebody was faster: look again
      break;
    }
    co_await runs_.clock().Pause(std::min(pause, until.deadline - runs_.clock().Elapsed()),
                                 until.stop);
    if (absl::Status over = IsOver(until, runs_.clock()); !over.ok()) co_return over;
  }
}

Task<absl::StatusOr<Journal::Held*>> Hold(Runs& runs, std::string job_id, bool is_mine, Note note,
                                          const resource::Until& until) {
  Journal& journal = runs.journal();
  Watch watch;
  for (;;) {
    if (!is_mine && runs.IsClaimed(job_id)) co_return nullptr;
    if (Journal::Held* const held = journal.FindHeld(job_id)) {
      Note again = held->note();
      if (again.state != NoteState::kStarted) {
        again.state = NoteState::kStarted;
        if (absl::Status written = held->Write(std::move(again)); !written.ok()) co_return written;
      }
      co_return held;
    }
    CO_ASSIGN_OR_RETURN(const std::shared_ptr<const Look> look, journal.LookAround());
    const auto found = std::find_if(
        look->notes().begin(), look->notes().end(),
        [&](const Noted& n) { return n.note.job_id == job_id && n.note.scope == journal.scope(); });
    if (found == look->notes().end()) {
      if (note.job_id.empty()) co_return nullptr;
      co_return journal.Create(std::move(note));
    }
    if (found->note.state == NoteState::kServed) co_return nullptr;
    // While the journal was looked at, a create of this process may have taken it.
    if (journal.IsHeld(found->name) || (!is_mine && runs.IsClaimed(job_id))) continue;
    const Watch::Verdict verdict = watch.Judge(*look, *found);
    if (verdict == Watch::Verdict::kLives) {
      co_return absl::FailedPreconditionError(absl::StrCat("another process is at work on it: see ",
                                                           found->name, " in ", journal.where()));
    }
    if (verdict == Watch::Verdict::kFree) {
      Note change = found->note;
      change.state = NoteState::kStarted;
      change.told = note.told;
      change.known = note.known;
      change.keep = std::max(change.keep, note.keep);
      CO_ASSIGN_OR_RETURN(Journal::Held* const taken, journal.TakeOver(*found, std::move(change)));
      if (taken != nullptr) co_return taken;
      continue;
    }
    SayWaiting(*found);
    co_await runs.clock().Pause(std::min(kLeasePause, until.deadline - runs.clock().Elapsed()),
                                until.stop);
    if (absl::Status over = IsOver(until, runs.clock()); !over.ok()) co_return over;
  }
}

}  // namespace er::run
