#include "run/start.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "aws/error.h"
#include "base/check.h"
#include "base/log.h"
#include "base/status.h"
#include "run/describe_invocation.h"
#include "run/job_watch.h"
#include "schema/translate.h"

namespace er::run {
namespace {

using nlohmann::json;
using Kind = StartResult::Kind;

// Between two looks at the list while reconciling; their sum is kReconcileWindow.
constexpr std::array kPauses = {absl::ZeroDuration(), absl::Seconds(1), absl::Seconds(2),
                                absl::Seconds(4),     absl::Seconds(8), absl::Seconds(15),
                                absl::Seconds(30)};

// What the clocks of the service's computers may differ by, and whole seconds.
constexpr absl::Duration kClockError = absl::Minutes(1);

// Twice that: a job that started longer ago cannot be taken for one that starts now.
constexpr absl::Duration kRecent = absl::Minutes(2);

// The list was asked for so long before the send, at most: else it is made anew.
constexpr absl::Duration kFresh = absl::Seconds(20);

// Of the list, where all running jobs are looked for: the newest.
constexpr int kPagesOfRunning = 2;

// Between two looks at another's attempt whose end nobody has told.
constexpr absl::Duration kOpenPause = absl::Seconds(5);

// So much longer a start waits than an open attempt of another may take, by whole seconds and two
// clocks.
constexpr absl::Duration kMargin = absl::Seconds(10);

// How often an answer may be lost before this gives up.
constexpr int kMostLostAnswers = 2;

bool MayHaveBeenExecuted(const absl::Status& failure) {
  const std::optional<aws::Error> error = aws::ErrorOf(failure);
  return !error.has_value() || error->execution == aws::Execution::kUnknown;
}

// Too many calls: refused before execution, and over sooner or later.
bool IsThrottled(const absl::Status& failure) {
  return failure.code() == absl::StatusCode::kResourceExhausted &&
         aws::ErrorOf(failure).has_value();
}

StartResult NotStarted(absl::Status status) {
  return {.kind = Kind::kNotStarted, .status = std::move(status)};
}

absl::Time EarliestStart(const Note& note) {
  return (note.first_sent_at == absl::InfinitePast() ? note.sent_at : note.first_sent_at) -
         kClockError;
}

class Starter {
 public:
  Starter(Runs& runs, Region& region, Journal::Held* note, const StartRequest& request,
          const resource::Until& until)
      : runs_(runs),
        clock_(runs.clock()),
        journal_(runs.journal()),
        region_(region),
        jobs_(region.jobs),
        note_(note),
        request_(request),
        until_(until),
        since_(clock_.Elapsed()) {}

  // Until there is an end: one attempt after the other, each in turn with the starts of all who
  // share the journal, and between them the wait for other jobs.
  Task<StartResult> Run() {
    for (;;) {
      std::optional<StartResult> result = co_await Attempt();
      // Whoever waits now may wait for hours, and there may be a thousand of them.
      before_ = JobList();
      look_ = nullptr;
      if (result.has_value()) {
        result->note = note_;
        co_return *std::move(result);
      }
      if (is_busy_) {
        const absl::Status waited = co_await AwaitOthers();
        if (!waited.ok()) co_return NotStarted(waited);
      }
    }
  }

  // An old attempt is settled in turn with the starts, too: a job in the list may be another run's
  // whose answer is not in yet, and of two such attempts only one may take it.
  Task<StartResult> SettleNote() {
    absl::StatusOr<StartTurn> turn = co_await TakeTurn();
    if (!turn.ok()) co_return Unknown(turn.status(), {});
    StartResult result = co_await Reconcile();
    if (result.kind == Kind::kFound) {
      const absl::Status noted = Started(result);
      if (!noted.ok()) co_return TakenOver(noted);
    }
    result.note = note_;
    co_return result;
  }

 private:
  // One start of a Region at a time, so that the list never shows two new jobs whose answers are
  // not in yet: neither of this process nor of those that share its journal.
  struct StartTurn {
    Turns::Turn turn{};
    Journal::Lock lock{};
  };

  Task<absl::StatusOr<StartTurn>> TakeTurn() {
    StartTurn taken;
    CO_ASSIGN_OR_RETURN(taken.turn, co_await region_.starting.Take(until_));
    const std::string name = runs_.LockName(region_);
    CO_ASSIGN_OR_RETURN(taken.lock, co_await journal_.TakeLock(name, until_));
    co_return taken;
  }

  // The order of the steps, and why. Nothing: begin again, after a wait if is_busy_.
  Task<std::optional<StartResult>> Attempt() {
    is_busy_ = false;
    absl::StatusOr<StartTurn> turn = co_await TakeTurn();
    if (!turn.ok()) co_return NotStarted(turn.status());

    // 1. What there is before the start: the jobs that the service lists, and then what the journal
    // knows. What is in neither afterwards is new.
    if (absl::Status surveyed = Survey(); !surveyed.ok()) co_return NotStarted(surveyed);
    if (HasOpenAttempts()) {
      *turn = StartTurn();  // whoever is to settle them needs it
      if (absl::Status over = co_await AwaitSettling(); !over.ok()) co_return NotStarted(over);
      co_return std::nullopt;
    }

    // 2. Under the lock it is decided that there is nothing to take up instead.
    if (note_ == nullptr && HasTurnedUp()) co_return StartResult{.kind = Kind::kTakeUp};
    if (request_.on_conflict != OnConflict::kWait && !lost_answers_) {
      if (std::optional<StartResult> result = LookAtRunning()) co_return result;
    }

    // 3. The intent is noted before the first byte is sent.
    if (absl::Status noted = NoteSending(); !noted.ok()) co_return NotNoted(noted);

    // 4. Send.
    absl::StatusOr<aws::Answer> answer = Send();
    if (answer.ok()) {
      StartResult result{.kind = Kind::kStarted,
                         .job_id = schema::TextMember(answer->body, "jobId"),
                         .answer = std::move(answer->body)};
      // A service that gives one id twice would have two runs report one job.
      if (!runs_.Claim(result.job_id)) {
        co_return Unknown(absl::InternalError("the service answered with the job of another run"),
                          {result.job_id});
      }
      co_return Ended(std::move(result));
    }

    // 5. No usable answer: may the service have executed the call?
    const absl::Status failure = answer.status();
    if (absl::IsAborted(failure)) co_return co_await NotSentAnyMore();
    const bool is_busy = jobs_.IsBusy(failure);
    if (!MayHaveBeenExecuted(failure) && !(is_busy && lost_answers_ > 0)) {
      co_return Refused(failure, is_busy);
    }

    // 6. After a lost answer, the list decides; also when the service now says that a job is
    // running, which is most likely this one.
    if (!is_busy) ++lost_answers_;
    log::Warn("The answer to a start was lost; looking for the job in the list",
              {{"workflow_name", request_.workflow}, {"error", failure.message()}});
    Report(kLookingForLost);
    StartResult found = co_await Reconcile();
    if (found.kind != Kind::kNotStarted) co_return Ended(std::move(found));
    if (lost_answers_ >= kMostLostAnswers && !is_busy) co_return Unknown(failure, {});
    if (is_busy) co_return Refused(failure, is_busy);
    co_return std::nullopt;
  }

  // Step 1.
  absl::Status Survey() {
    // From before the call: this process may be suspended until it reads the answer.
    listed_at_ = clock_.Elapsed();
    before_ = request_.on_conflict == OnConflict::kWait
                  ? jobs_.ListRecent(request_.workflow, kRecent, until_.stop)
                  : jobs_.List(request_.workflow, kPagesOfRunning, until_.stop);
    RETURN_IF_ERROR(before_.status());
    ASSIGN_OR_RETURN(look_, journal_.LookAround());
    return absl::OkStatus();
  }

  bool IsOurWorkflow(const Note& note) const {
    const Settings& settings = request_.settings;
    return note.settings.kind == settings.kind && note.settings.region == settings.region &&
           note.settings.workflow == settings.workflow;
  }

  // Attempts of other processes whose end nobody has told may still be executed: their jobs are to
  // be among those before the start, or nowhere. They are as old as they were when they were first
  // seen, and what has passed since.
  bool HasOpenAttempts() {
    return std::any_of(look_->notes().begin(), look_->notes().end(), [&](const Noted& noted) {
      if (noted.note.state != NoteState::kSending || !IsOurWorkflow(noted.note) ||
          journal_.IsHeld(noted.name)) {
        return false;
      }
      const absl::Duration now = clock_.Elapsed();
      const auto [open, is_new] = open_since_.emplace(absl::StrCat(noted.name, " ", noted.version),
                                                      now - (look_->now() - noted.modified));
      return now - open->second < kLongestAttempt + kReconcileWindow + kMargin;
    });
  }

  Task<absl::Status> AwaitSettling() {
    log::Info(kSettlingOther, {{"workflow_name", request_.workflow}});
    if (!std::exchange(told_of_settling_, true)) Report(kSettlingOther);
    co_await clock_.Pause(std::min(kOpenPause, until_.deadline - clock_.Elapsed()), until_.stop);
    co_return IsOver();
  }

  // Step 2.
  bool HasTurnedUp() {
    return runs_.IsLeft(request_.settings) ||
           std::any_of(look_->notes().begin(), look_->notes().end(),
                       [&](const Noted& noted) { return request_.may_take_up(*look_, noted); });
  }

  // Step 3. The note names the jobs that a start does not make: those in the list, those of this
  // process that the list, which may lag, does not show yet, and those that others have noted.
  // Whoever looks at this later takes no job that started well before the send, so that those
  // claimed long ago need not be remembered.
  absl::Status NoteSending() {
    std::set<std::string> known;
    for (const JobSummary& job : before_->jobs) known.insert(job.id);
    for (std::string& id : runs_.ClaimedWithin(kRecent)) known.insert(std::move(id));
    for (const Noted& noted : look_->notes()) {
      const Note& note = noted.note;
      if (note.job_id.empty() || !IsOurWorkflow(note)) continue;
      if (before_->date - note.sent_at < kLongestAttempt + kRecent) known.insert(note.job_id);
    }
    Note sending{.settings = request_.settings,
                 .state = NoteState::kSending,
                 .snapshot = {known.begin(), known.end()},
                 .sent_at = before_->date,
                 .keep = request_.keep};
    if (note_ != nullptr && lost_answers_ > 0) {
      const Note& before = note_->note();
      sending.first_sent_at =
          before.first_sent_at == absl::InfinitePast() ? before.sent_at : before.first_sent_at;
    }
    if (note_ != nullptr) return note_->Write(std::move(sending));
    absl::StatusOr<Journal::Held*> made = journal_.Create(std::move(sending));
    if (made.ok()) note_ = *made;
    return made.status();
  }

  StartResult NotNoted(const absl::Status& why) {
    if (!absl::IsAborted(why)) return NotStarted(why);
    return TakenOver(why);
  }

  // Step 4. The POST leaves within seconds of the time that its note says, and only while this
  // process still holds that note.
  absl::StatusOr<aws::Answer> Send() {
    ER_CHECK(note_ != nullptr && note_->note().state == NoteState::kSending,
             "Nothing is sent without a note that says so.");
    absl::StatusOr<aws::Answer> answer = jobs_.Start(request_.members, [this] {
      return journal_.MayAct() && clock_.Elapsed() - listed_at_ <= kFresh;
    });
    if (answer.ok() && schema::TextMember(answer->body, "jobId").empty()) {
      return aws::ToStatus({.operation = jobs_.kind().start->name,
                            .message = "the answer has no jobId",
                            .request_id = answer->request_id,
                            .region = region_.name,
                            .http_status = 200});
    }
    return answer;
  }

  // Too much time has passed on the way to the wire, or nobody waits for this process any more.
  // Nothing was sent: another attempt, unless its lease is lost for good.
  Task<std::optional<StartResult>> NotSentAnyMore() {
    if (absl::Status over = IsOver(); !over.ok()) co_return NotStarted(over);
    const absl::Status renewed = co_await journal_.Renew();
    if (absl::IsAborted(renewed)) co_return TakenOver(renewed);
    if (!renewed.ok()) co_return NotStarted(renewed);
    if (!journal_.MayAct()) co_return NotStarted(absl::CancelledError("Terraform is gone"));
    co_return std::nullopt;
  }

  // The service has not executed it: the note goes.
  std::optional<StartResult> Refused(const absl::Status& failure, bool is_busy) {
    const absl::Status dropped = std::exchange(note_, nullptr)->Remove();
    if (absl::IsAborted(dropped)) return TakenOver(dropped);
    lost_answers_ = 0;
    if (!is_busy && !IsThrottled(failure)) return NotStarted(failure);
    if (is_busy && request_.on_conflict == OnConflict::kFail) return Busy(failure);
    is_busy_ = true;
    in_the_way_ = is_busy;
    refusal_ = failure;
    return std::nullopt;
  }

  static StartResult TakenOver(absl::Status why) {
    return {.kind = Kind::kTakenOver, .status = std::move(why)};
  }

  static StartResult Unknown(absl::Status status, std::vector<std::string> jobs) {
    return {.kind = Kind::kUnknown, .status = std::move(status), .jobs = std::move(jobs)};
  }

  // There is a job, and it is claimed: says so in the note.
  absl::Status Started(const StartResult& result) {
    log::Info("Have a job", {{"workflow_name", request_.workflow}, {"job_id", result.job_id}});
    Note started = note_->note();
    started.state = NoteState::kStarted;
    started.job_id = result.job_id;
    // It has served; ten thousand runs would keep ten thousand of them.
    started.snapshot = std::vector<std::string>();  // clear() would keep the memory
    started.told = ToldOf(result.answer);
    const absl::Status noted = note_->Write(std::move(started));
    if (noted.ok() || absl::IsAborted(noted)) return noted;
    log::Warn("The journal cannot be written; the state will have the job",
              {{"job_id", result.job_id}, {"error", noted.message()}});
    return absl::OkStatus();
  }

  StartResult Ended(StartResult result) {
    if (result.job_id.empty()) return result;
    const absl::Status noted = Started(result);
    if (!noted.ok()) return TakenOver(noted);
    return result;
  }

  // kNotStarted: the list, looked at for the whole window, shows no job that can be the lost one.
  Task<StartResult> Reconcile() {
    const absl::Duration begin = clock_.Elapsed();
    for (std::size_t look = 0;; ++look) {
      const absl::Duration pause = kPauses[std::min(look, kPauses.size() - 1)];
      const absl::Duration left = until_.deadline - clock_.Elapsed();
      // The pause may be cut short by an interrupt; there is one last look all the same.
      const bool goes_on =
          co_await clock_.Pause(std::min(pause, left), until_.stop) && left > pause;
      const bool whole_window = clock_.Elapsed() - begin >= kReconcileWindow;
      std::vector<StartResult> found;
      std::vector<std::string> unlike;
      const absl::Status trouble = Look(goes_on ? until_.stop : std::stop_token(), found, unlike);
      // "None", and "this one", are said by a look after the window: another may still show up.
      if (trouble.ok() && whole_window) {
        if (found.empty() && unlike.empty()) co_return NotStarted(absl::OkStatus());
        if (found.size() > 1 || !unlike.empty()) {
          for (const StartResult& job : found) unlike.push_back(job.job_id);
          co_return Unknown(absl::FailedPreconditionError("it may be any of them"), unlike);
        }
        // Unless a run that knew the job from its note has claimed it since the look.
        if (runs_.Claim(found[0].job_id)) {
          found[0].kind = Kind::kFound;
          co_return std::move(found[0]);
        }
      }
      if (!goes_on) {
        if (until_.stop.stop_requested())
          co_return Unknown(absl::CancelledError("interrupted"), {});
        if (!trouble.ok()) co_return Unknown(trouble, {});
        co_return Unknown(absl::DeadlineExceededError("the time ran out"), {});
      }
    }
  }

  // The jobs that can be the lost one: `found` are as asked, `unlike` are not. Not OK if that could
  // not be found out.
  absl::Status Look(std::stop_token stop, std::vector<StartResult>& found,
                    std::vector<std::string>& unlike) {
    const Note& attempt = note_->note();
    ASSIGN_OR_RETURN(const JobList now,
                     jobs_.ListSince(request_.workflow, EarliestStart(attempt), stop));
    std::vector<std::string> candidates;
    for (const JobSummary& job : now.jobs) {
      const auto& known = attempt.snapshot;
      if (std::find(known.begin(), known.end(), job.id) != known.end()) continue;
      if (MayHaveStarted(attempt, job.start_time)) candidates.push_back(job.id);
    }
    if (candidates.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const std::set<std::string> owned, Owned());
    for (const std::string& id : candidates) {
      if (owned.contains(id)) continue;
      ASSIGN_OR_RETURN(json details, jobs_.Get(request_.workflow, id, stop));
      if (IsAsAsked(attempt.settings, details)) {
        found.push_back({.job_id = id, .answer = std::move(details)});
      } else {
        unlike.push_back(id);
      }
    }
    return absl::OkStatus();
  }

  // The jobs that belong to somebody: to a run of this process, to a state, to a note.
  absl::StatusOr<std::set<std::string>> Owned() {
    ASSIGN_OR_RETURN(const std::shared_ptr<const run::Look> look, journal_.LookAround());
    std::set<std::string> owned;
    for (const Noted& noted : look->notes()) owned.insert(noted.note.job_id);
    for (std::string& id : runs_.ClaimedWithin(absl::InfiniteDuration()))
      owned.insert(std::move(id));
    for (std::string& id : runs_.states().Shown()) owned.insert(std::move(id));
    return owned;
  }

  // on_conflict is adopt or fail: jobs of this workflow that are running already.
  std::optional<StartResult> LookAtRunning() {
    std::vector<std::string> running;
    for (const JobSummary& job : before_->jobs) {
      if (!job.ended) running.push_back(job.id);
    }
    if (running.empty()) return std::nullopt;
    if (request_.on_conflict == OnConflict::kFail) {
      return StartResult{.kind = Kind::kBusy,
                         .jobs = {absl::StrCat(request_.workflow, "/", running.front())}};
    }
    std::set<std::string> noted;
    for (const Noted& other : look_->notes()) noted.insert(other.note.job_id);
    std::vector<StartResult> as_asked;
    for (const std::string& job_id : running) {
      if (runs_.IsClaimed(job_id) || noted.contains(job_id)) continue;
      absl::StatusOr<json> job = jobs_.Get(request_.workflow, job_id, until_.stop);
      if (!job.ok()) return NotStarted(job.status());
      if (IsAsAsked(request_.settings, *job)) {
        as_asked.push_back({.kind = Kind::kAdopted, .job_id = job_id, .answer = *std::move(job)});
      }
    }
    if (as_asked.size() != 1 || !runs_.Claim(as_asked[0].job_id)) return std::nullopt;
    if (note_ == nullptr) {
      absl::StatusOr<Journal::Held*> made = journal_.Create({.settings = request_.settings,
                                                             .state = NoteState::kStarted,
                                                             .job_id = as_asked[0].job_id,
                                                             .keep = request_.keep});
      if (!made.ok()) return NotStarted(made.status());
      note_ = *made;
    }
    return Ended(std::move(as_asked[0]));
  }

  StartResult Busy(const absl::Status& failure) {
    StartResult result{.kind = Kind::kBusy, .status = failure};
    if (const auto running = region_.in_the_way.Find(request_.workflow, until_))
      result.jobs = {absl::StrCat(running->workflow, "/", running->id)};
    return result;
  }

  // Waits until the job that is in the way has ended, or for a while if it cannot be found, or if
  // there were too many calls.
  Task<absl::Status> AwaitOthers() {
    std::optional<RunningJob> running;
    if (in_the_way_) running = region_.in_the_way.Find(request_.workflow, until_);
    if (running.has_value()) {
      log::Info("Waiting for another job to end",
                {{"workflow_name", running->workflow}, {"job_id", running->id}});
      const std::string job = WaitingFor(jobs_.kind(), running->workflow, running->id);
      Report(absl::StrCat(job, " to end"));
      JobWatch::Progress progress;  // may be told once more when this has gone
      if (request_.report) {
        progress = [report = request_.report, job](const Awaited& so_far, absl::Duration waited) {
          report(absl::StrCat(job, ": ", StillWaiting(so_far.last_status, waited, "")));
        };
      }
      co_await region_.watch.Await(running->workflow, running->id, until_, std::move(progress));
    } else {
      log::Info(kTryingAgain,
                {{"workflow_name", request_.workflow}, {"error", refusal_.message()}});
      Report(kTryingAgain);
      // A while that grows with the time waited already.
      const absl::Duration pause = PollInterval(clock_.Elapsed() - since_);
      co_await clock_.Pause(std::min(pause, until_.deadline - clock_.Elapsed()), until_.stop);
    }
    const absl::Status over = IsOver();
    co_return !over.ok() && !in_the_way_ ? refusal_ : over;
  }

  void Report(const std::string& line) const {
    if (request_.report) request_.report(line);
  }

  absl::Status IsOver() {
    if (until_.stop.stop_requested()) return absl::CancelledError("interrupted while waiting");
    if (clock_.Elapsed() >= until_.deadline) {
      return absl::DeadlineExceededError("the time ran out while another job was running");
    }
    return absl::OkStatus();
  }

  Runs& runs_;
  Clock& clock_;
  Journal& journal_;
  Region& region_;
  Jobs& jobs_;
  Journal::Held* note_;  // of the attempt under way, or of one whose answer was lost
  const StartRequest& request_;
  const resource::Until& until_;
  const absl::Duration since_;
  int lost_answers_ = 0;

  // Of this attempt: what there was before, and when the service was asked for its list.
  absl::StatusOr<JobList> before_ = JobList();
  std::shared_ptr<const run::Look> look_;
  absl::Duration listed_at_;

  std::map<std::string, absl::Duration> open_since_;  // others' attempts, by note and version
  bool told_of_settling_ = false;

  // Of a refusal that passes by itself.
  bool is_busy_ = false;
  bool in_the_way_ = false;  // because of another job
  absl::Status refusal_;
};

}  // namespace

bool MayHaveStarted(const Note& note, absl::Time start) {
  return start == absl::InfinitePast() ||
         (start >= EarliestStart(note) &&
          start <= note.sent_at + kLongestAttempt + kReconcileWindow);
}

Task<StartResult> StartOnce(Runs& runs, Region& region, Journal::Held* note,
                            const StartRequest& request, const resource::Until& until) {
  Starter starter(runs, region, note, request, until);
  co_return co_await starter.Run();
}

Task<StartResult> Settle(Runs& runs, Region& region, Journal::Held* note,
                         const StartRequest& request, const resource::Until& until) {
  Starter starter(runs, region, note, request, until);
  co_return co_await starter.SettleNote();
}

}  // namespace er::run
