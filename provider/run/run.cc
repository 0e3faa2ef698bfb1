#include "run/run.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/log.h"
#include "base/status.h"
#include "run/attributes.h"
#include "run/describe.h"
#include "run/describe_invocation.h"
#include "run/job_watch.h"
#include "schema/translate.h"

namespace er::run {

using nlohmann::json;
using resource::StateAnswer;

namespace {

// How long a note outlives a create whose time-out is shorter.
constexpr absl::Duration kShortestKept = absl::Hours(24);

// How often a job that was just started is looked for before it is left to the next refresh.
constexpr int kReadBacks = 3;

OnConflict OnConflictOf(const Value& run) {
  const std::string word = TextOf(run, "on_conflict");
  if (word == "adopt") return OnConflict::kAdopt;
  return word == "fail" ? OnConflict::kFail : OnConflict::kWait;
}

Settings SettingsFor(const Value& run, const Surroundings& around, bool is_invoked) {
  Settings settings = SettingsOf(run, around);
  if (is_invoked) settings.triggers = kInvoked;
  return settings;
}

// Of holding a note: neither is another at work on it, nor was it waited for in vain.
bool IsJournalTrouble(const absl::Status& held) {
  return !held.ok() && !absl::IsFailedPrecondition(held) && !absl::IsCancelled(held) &&
         !absl::IsDeadlineExceeded(held);
}

const Value& ObjectOf(const resource::ApplyRequest& request) {
  return request.planned.IsNull() ? request.prior : request.planned;
}

}  // namespace

Run::Run(const schema::Schema& schema, Runs& runs, Region& region, resource::ApplyRequest request,
         const char* step, std::optional<Invocation> invocation)
    : schema_(schema),
      runs_(runs),
      region_(region),
      request_(std::move(request)),
      step_(step),
      time_out_(TimeOut(schema, ObjectOf(request_), step)),
      until_{.stop = request_.stop, .deadline = runs.clock().Elapsed() + time_out_},
      settings_(SettingsFor(ObjectOf(request_), runs.surroundings(region.jobs.kind()),
                            invocation.has_value())),
      state_(ObjectOf(request_)),
      invocation_(std::move(invocation)) {
  state_.AsMap()["region"] = region.name;
  private_.has_own_output = settings_.output.empty();
}

// 1. Take up what an earlier apply has begun: its job, or its attempt to start one. 2. Turn.
// 3. to 6. Snapshot, note, start, reconcile: StartOnce(). 7. Wait. 8. Answer.
Task<StateAnswer> Run::Create() {
  if (Ended refused = co_await Enter()) co_return *std::move(refused);
  TakeUp earlier(runs_, settings_);
  const StartRequest request = ToStart(earlier);
  for (;;) {
    if (Ended ended = co_await TakeUpEarlier(earlier)) co_return *std::move(ended);
    if (note_ != nullptr) {
      if (Ended ended = co_await SettleAttempt(request)) co_return *std::move(ended);
    }
    const absl::StatusOr<Turns::Turn> turn = co_await region_.turns.Take(until_, request.workflow);
    if (!turn.ok()) co_return Nothing(turn.status());
    if (Ended ended = co_await Start(request, *turn)) co_return *std::move(ended);
  }
}

// The journal that was asked for can be used; the one that is there by itself may be missing.
Task<Run::Ended> Run::Enter() {
  const absl::Status status = co_await runs_.journal().Enter();
  ReportJournal();
  if (status.ok()) {
    const absl::StatusOr<std::vector<Note>> old = co_await runs_.DropOldNotes();
    if (!old.ok()) co_return Nothing(old.status());
    for (const Note& note : *old) {
      // Of a kind that a later version has, it is that one's.
      const schema::JobKind* const noted = runs_.FindKind(note.settings.kind);
      if (noted != nullptr) diagnostics_.push_back(OldNote(*noted, note));
    }
    co_return std::nullopt;
  }
  diagnostics_.push_back(JournalUnusable(NameOf(kind(), state_), runs_.journal().where(), status));
  co_return NoObject();
}

// A job that is there already and belongs to this run. Sets note_ where an attempt was noted whose
// outcome is open.
Task<Run::Ended> Run::TakeUpEarlier(TakeUp& earlier) {
  if (note_ != nullptr) co_return std::nullopt;
  absl::StatusOr<Journal::Held*> found = co_await earlier.Find(until_);
  if (!found.ok()) co_return Nothing(found.status());
  note_ = *found;
  if (note_ == nullptr || note_->note().job_id.empty()) co_return std::nullopt;
  if (HasEndedMeanwhile(note_->note().job_id)) co_return std::nullopt;
  const Turns::Turn turn = region_.turns.TakeOver(note_->note().job_id);
  taken_up_ = true;
  private_.has_own_output = note_->note().settings.output.empty();
  Has(note_->note().job_id);
  FillKnown(schema_, note_->note().known, state_.AsMap());
  if (invocation_.has_value()) {
    Report(TookUpEarlierJob(note_->note().job_id));
  } else {
    diagnostics_.push_back(TookUp(NameOf(kind(), state_), earlier.was_closed()
                                                              ? TakenUpFrom::kClosed
                                                              : TakenUpFrom::kEarlier));
  }
  co_return co_await Finish();
}

// What a process that died has sent may have been executed: that is settled before anything is
// sent.
Task<Run::Ended> Run::SettleAttempt(const StartRequest& request) {
  Report(kLookingForEarlier);
  const StartResult result = co_await Settle(runs_, region_, note_, request, until_);
  if (result.kind == StartResult::Kind::kNotStarted && result.status.ok()) co_return std::nullopt;
  if (result.kind != StartResult::Kind::kFound) co_return NotStartedBecause(result);
  const Note& settled = note_->note();
  if (!IsSame(settings_, settled.settings, settled.told)) {
    // What was left open has turned out as another than is asked for now: the note is for whoever
    // asks for that again.
    runs_.Unclaim(result.job_id);
    runs_.Leave(std::exchange(note_, nullptr));
    co_return std::nullopt;
  }
  if (HasEndedMeanwhile(result.job_id)) co_return std::nullopt;
  private_.has_own_output = settled.settings.output.empty();
  const Turns::Turn turn = region_.turns.TakeOver(result.job_id);
  Has(result.job_id);
  Report(TookUpEarlierJob(result.job_id));
  Fill(*kind().get, result.answer);
  co_return co_await Finish();
}

// In turn. Nothing: something has turned up that is to be taken up instead.
Task<Run::Ended> Run::Start(const StartRequest& request, const Turns::Turn& turn) {
  const StartResult result =
      co_await StartOnce(runs_, region_, std::exchange(note_, nullptr), request, until_);
  note_ = result.note;
  turn.Has(result.job_id);
  switch (result.kind) {
    case StartResult::Kind::kTakeUp:
      co_return std::nullopt;
    case StartResult::Kind::kStarted:
      Has(result.job_id);
      Report(StartedJob(result.job_id));
      Fill(*kind().start, result.answer);
      break;
    case StartResult::Kind::kFound:
    case StartResult::Kind::kAdopted:
      Has(result.job_id);
      Fill(*kind().get, result.answer);
      Report(result.kind == StartResult::Kind::kAdopted ? AdoptedJob(result.job_id)
                                                        : FoundStartedJob(result.job_id));
      if (result.kind == StartResult::Kind::kAdopted && !invocation_.has_value()) {
        diagnostics_.push_back(TookUp(NameOf(kind(), state_), TakenUpFrom::kRunning));
      }
      break;
    default:
      co_return NotStartedBecause(result);
  }
  co_return co_await Finish();
}

StartRequest Run::ToStart(const TakeUp& earlier) {
  return {.settings = settings_,
          .workflow = TextOf(state_, "workflow_name"),
          .members = schema::ToMembers(schema_, *kind().start, request_.planned),
          .on_conflict = OnConflictOf(state_),
          .keep = std::max(time_out_, kShortestKept),
          .may_take_up = [&earlier](const Look& look,
                                    const Noted& noted) { return earlier.MayTake(look, noted); },
          .report = invocation_.has_value() ? invocation_->progress : nullptr};
}

Run::Ended Run::NotStartedBecause(const StartResult& result) {
  const RunName name = NameOf(kind(), state_);
  switch (result.kind) {
    case StartResult::Kind::kBusy:
      diagnostics_.push_back(NotStartedBusy(name, result.jobs, result.status));
      return NoObject();
    case StartResult::Kind::kUnknown: {
      const std::string note =
          result.note == nullptr || runs_.journal().is_off() ? "" : result.note->name();
      diagnostics_.push_back(
          StartUnknown(name, result.jobs, result.status, runs_.journal().where(), note));
      return NoObject();
    }
    case StartResult::Kind::kTakenOver:
      diagnostics_.push_back(TakenOver(name, result.status));
      return NoObject();
    default:
      return Nothing(result.status);
  }
}

// The job is known from here on: whatever happens, the state has it.
void Run::Has(const std::string& job_id) {
  Value::Map& state = state_.AsMap();
  state["job_id"] = job_id;
  // In place it stays what it was, however the workflow is written now.
  if (!state["id"].IsString()) {
    state["id"] = absl::StrCat(TextOf(state_, "workflow_name"), "/", job_id);
  }
  state["unfinished"] = false;
}

void Run::Fill(const schema::Operation& operation, const json& answer) {
  const absl::Status status = schema::FromAnswer(schema_, operation, answer, state_.AsMap());
  if (!status.ok()) diagnostics_.push_back(AnswerUnreadable(NameOf(kind(), state_), status));
}

// The job is there: waits for its end, or says how it is.
Task<StateAnswer> Run::Finish() {
  ER_CHECK(runs_.IsClaimed(TextOf(state_, "job_id")), "The job of a run is claimed by that run.");
  if (!Flag(state_, "wait_for_completion")) co_return co_await ReadBack();
  if (!region_.jobs.HasEnded(state_)) co_return co_await Wait();
  // What a state knew, or the service has just said, need not be asked: the record may have
  // expired.
  SayHowItEnded(Awaited{});
  co_return Answered();
}

Task<StateAnswer> Run::Wait() {
  const RunName run = NameOf(kind(), state_);
  JobWatch::Progress progress;
  if (invocation_.has_value()) {
    const schema::Attribute& metrics = *schema_.FindAttribute("metrics");
    progress = [invocation = *invocation_, &metrics](const Awaited& so_far, absl::Duration waited) {
      const absl::StatusOr<Value> counts = schema::FromMember(metrics, so_far.job);
      invocation.progress(
          StillWaiting(so_far.last_status, waited,
                       RecordCounts(metrics, counts.ok() ? *counts : Value::Null())));
    };
  }
  Task<Awaited> end = region_.watch.Await(run.workflow, run.job_id, until_, std::move(progress));
  const Awaited awaited = co_await std::move(end);
  if (!awaited.job.empty()) Fill(*kind().get, awaited.job);
  if (!awaited.last_status.empty()) state_.AsMap()["status"] = awaited.last_status;
  state_.AsMap()["unfinished"] = !awaited.status.ok();
  // It was started, and nothing else is known of it, neither now nor before.
  if (!awaited.status.ok() && TextOf(state_, "status").empty() &&
      TextOf(request_.prior, "status").empty()) {
    state_.AsMap()["status"] = "RUNNING";
  }
  SayHowItEnded(awaited);
  if (taken_up_ && region_.jobs.IsGone(awaited.status)) co_return NoObject();
  co_return Answered();
}

// What an earlier invocation began, and what has ended since, is nothing to wait for: the next one
// is asked for a new job. Then the note has served. A job that the service does not show has not
// ended: it is looked for.
bool Run::HasEndedMeanwhile(const std::string& job_id) {
  if (!invocation_.has_value()) return false;
  const absl::StatusOr<json> job = region_.jobs.Get(settings_.workflow, job_id, until_.stop);
  if (!job.ok() || !region_.jobs.HasEnded(*job)) return false;
  Report(EarlierJobHasEnded(job_id));
  const absl::Status served = std::exchange(note_, nullptr)->Serve();
  if (!served.ok()) log::Warn("A note could not be closed", {{"error", served.message()}});
  return true;
}

void Run::Report(const std::string& message) const {
  if (invocation_.has_value()) invocation_->progress(message);
}

void Run::SayHowTheInvocationEnded(const Awaited& awaited) {
  const RunName name = NameOf(kind(), state_);
  const std::string status = TextOf(state_, "status");
  if (region_.jobs.IsGone(awaited.status)) {
    diagnostics_.push_back(InvokedJobNotFound(name, awaited.status, runs_.journal().where(),
                                              note_ == nullptr ? "" : note_->name()));
  } else if (!awaited.status.ok()) {
    diagnostics_.push_back(InvocationCutShort(name, status, time_out_, awaited));
  } else if (region_.jobs.HasFailed(state_)) {
    diagnostics_.push_back(InvokedJobFailed(name, status, TextOf(state_, "error_message")));
  } else {
    Report(HowItEnded(name, status,
                      RecordCounts(*schema_.FindAttribute("metrics"), state_["metrics"])));
  }
}

void Run::SayHowItEnded(const Awaited& awaited) {
  if (invocation_.has_value()) return SayHowTheInvocationEnded(awaited);
  const bool is_create = step_ == "create";
  const RunName name = NameOf(kind(), state_);
  const std::string status = TextOf(state_, "status");
  if (awaited.status.ok()) {
    if (!region_.jobs.HasFailed(state_)) return;
    diagnostics_.push_back(JobFailed(name, status, TextOf(state_, "error_message")));
    // An update does not taint: the mark makes the next plan replace the run.
    if (!is_create) state_.AsMap()["unfinished"] = true;
  } else if (absl::IsCancelled(awaited.status)) {
    diagnostics_.push_back(request_.ends.stop_requested() ? PluginEnds(name, status, is_create)
                                                          : WaitInterrupted(name, status));
  } else if (absl::IsDeadlineExceeded(awaited.status)) {
    diagnostics_.push_back(WaitTimedOut(name, status, time_out_, awaited.last_failure, is_create));
  } else if (region_.jobs.IsGone(awaited.status)) {
    diagnostics_.push_back(JobNotFound(name, awaited.status, runs_.journal().where(),
                                       taken_up_ && note_ != nullptr ? note_->name() : ""));
  } else {
    diagnostics_.push_back(WaitGivenUp(name, awaited.status, is_create));
  }
}

// Without a wait: what the job is now.
Task<StateAnswer> Run::ReadBack() {
  absl::StatusOr<json> job = absl::UnavailableError("");
  for (int look = 1;; ++look) {
    job = region_.jobs.Get(TextOf(state_, "workflow_name"), TextOf(state_, "job_id"), until_.stop);
    // A job that was just started may not be known everywhere yet.
    if (job.ok() || !region_.jobs.IsGone(job.status()) || look == kReadBacks) break;
    if (!co_await runs_.clock().Pause(absl::Seconds(1), until_.stop)) break;
  }
  if (job.ok()) {
    Fill(*kind().get, *job);
  } else {
    diagnostics_.push_back(NotReadBack(NameOf(kind(), state_), job.status()));
  }
  co_return Answered();
}

// In place: goes on waiting for the job of the state.
Task<StateAnswer> Run::Update() {
  const PrivateData before = ToPrivateData(request_.private_data);
  private_.has_own_output = before.has_own_output;
  const std::string job_id = TextOf(request_.prior, "job_id");
  runs_.states().Applies(job_id);
  // Though there may be nothing to wait for: no create is to take up what a state shows.
  const bool waits = request_.planned["status"].IsUnknown();
  const bool is_claimed = runs_.Claim(job_id);
  if (!is_claimed && (waits || !region_.jobs.HasEnded(request_.prior))) {
    diagnostics_.push_back(TakenByAnother(NameOf(kind(), request_.prior)));
    co_return StateAnswer{.state = request_.prior,
                          .private_data = request_.private_data,
                          .diagnostics = std::move(diagnostics_)};
  }
  if (!waits) {
    co_return StateAnswer{.state = std::move(state_), .private_data = ToText(private_)};
  }
  const Turns::Turn turn = region_.turns.TakeOver(job_id);
  const absl::Status held = co_await HoldNote(/*is_mine=*/true, /*makes=*/true);
  const RunName name = NameOf(kind(), request_.prior);
  if (IsJournalTrouble(held)) {
    // No reason not to wait for the job, since the state has it.
    diagnostics_.push_back(JournalLeft(name, runs_.journal().where(), held));
  } else if (!held.ok()) {
    diagnostics_.push_back(absl::IsFailedPrecondition(held)
                               ? HeldByAnother(name, held)
                               : WaitInterrupted(name, TextOf(request_.prior, "status")));
    co_return StateAnswer{.state = request_.prior,
                          .private_data = ToText(before),
                          .diagnostics = std::move(diagnostics_)};
  }
  Has(job_id);
  for (auto& [attribute, value] : state_.AsMap()) {
    if (value.IsUnknown() && region_.jobs.HasEnded(request_.prior)) {
      value = request_.prior[attribute];
    }
  }
  state_.AsMap()["unfinished"] = false;
  co_return co_await Finish();
}

// What the run of the state was asked for.
Settings Run::PriorSettings(const PrivateData& plan) const {
  Settings settings = SettingsOf(request_.prior, runs_.surroundings(kind()));
  if (plan.has_own_output) settings.output.clear();
  // An import cannot know the triggers; those of the configuration are its own.
  if (plan.planned.has_value() && plan.replaced_job == TextOf(request_.prior, "job_id")) {
    settings.triggers = plan.planned->triggers;
  } else if (plan.is_imported && !request_.prior["triggers"].IsMap()) {
    settings.triggers = settings_.triggers;
  }
  return settings;
}

// The note of the state's job, held by this process from here on.
Task<absl::Status> Run::HoldNote(bool is_mine, bool makes) {
  const absl::Status entered = co_await runs_.journal().Enter();
  ReportJournal();
  Note note{.settings = PriorSettings(ToPrivateData(request_.private_data)),
            .state = NoteState::kStarted,
            .told = ToldOf(request_.prior),
            .known = KnownOf(schema_, request_.prior),
            .keep = std::max(time_out_, kShortestKept)};
  if (makes) note.job_id = TextOf(request_.prior, "job_id");
  absl::StatusOr<Journal::Held*> held = nullptr;
  if (!entered.ok()) {
    held = entered;
  } else {
    held = co_await Hold(runs_, TextOf(request_.prior, "job_id"), is_mine, std::move(note), until_);
  }
  if (held.ok()) note_ = *held;
  co_return held.status();
}

// A destroy, which forgets the run, or the delete half of a replacement, which leaves an unfinished
// run to the create half.
Task<StateAnswer> Run::Delete() {
  const PrivateData plan = ToPrivateData(request_.private_data);
  private_.has_own_output = plan.has_own_output;
  const RunName name = NameOf(kind(), request_.prior);
  runs_.states().Applies(name.job_id);
  std::string status = TextOf(request_.prior, "status");
  if (Ended not_yet = co_await AwaitEndBeforeDelete(status)) co_return *std::move(not_yet);

  const bool has_ended = region_.jobs.HasEnded(state_);
  const bool is_done = !Flag(request_.prior, "unfinished") || region_.jobs.HasFailed(state_);
  const bool is_other = plan.planned.has_value() && IsReplacedByAnother(plan);
  bool is_left = false;
  if (is_done || is_other) {
    runs_.Forget(name.job_id);
  } else {
    const absl::StatusOr<bool> left = co_await LeaveToCreate(plan.is_destroy);
    if (!left.ok()) {
      diagnostics_.push_back(NotLeft(name, runs_.journal().where(), left.status()));
      co_return StateAnswer{.state = request_.prior,
                            .private_data = request_.private_data,
                            .diagnostics = std::move(diagnostics_)};
    }
    is_left = *left;
  }
  // Only a destroy says that Terraform forgets a job; of a replacement, the create half says more.
  if (!has_ended && !(is_left && !plan.is_destroy)) {
    diagnostics_.push_back(ForgotRunning(name, status));
  }
  co_return StateAnswer{.state = Value::Null(), .diagnostics = std::move(diagnostics_)};
}

// Whether the create half asks for another job. The run's note knows better than its state what it
// was asked for: an import does not know it all.
bool Run::IsReplacedByAnother(const PrivateData& plan) {
  const std::string job_id = TextOf(request_.prior, "job_id");
  if (plan.replaced_job == job_id ||
      IsSame(*plan.planned, PriorSettings(plan), ToldOf(request_.prior))) {
    return false;
  }
  const absl::StatusOr<std::shared_ptr<const Look>> look = runs_.journal().LookAround();
  return !look.ok() ||
         std::none_of((*look)->notes().begin(), (*look)->notes().end(), [&](const Noted& noted) {
           const Note& note = noted.note;
           return note.job_id == job_id && note.scope == runs_.journal().scope() &&
                  IsSame(*plan.planned, note.settings, note.told);
         });
}

// on_destroy = "wait". Without an answer: the job has ended, or is not waited for.
Task<Run::Ended> Run::AwaitEndBeforeDelete(std::string& status) {
  if (region_.jobs.HasEnded(request_.prior) || TextOf(request_.prior, "on_destroy") != "wait") {
    co_return std::nullopt;
  }
  const RunName name = NameOf(kind(), request_.prior);
  const Awaited awaited = co_await region_.watch.Await(name.workflow, name.job_id, until_);
  if (!awaited.last_status.empty()) status = awaited.last_status;
  if (!awaited.job.empty()) Fill(*kind().get, awaited.job);
  if (awaited.status.ok() || region_.jobs.IsGone(awaited.status)) co_return std::nullopt;
  diagnostics_.push_back(NotEndedBeforeDelete(name, awaited.status));
  co_return StateAnswer{.state = request_.prior,
                        .private_data = request_.private_data,
                        .diagnostics = std::move(diagnostics_)};
}

// The note is written before the last other trace of the job, the state's, is gone: where a create
// is to take it up and that fails, the state keeps it. False: a create of this process has the job
// already, or there is nothing to leave.
Task<absl::StatusOr<bool>> Run::LeaveToCreate(bool is_destroy) {
  const RunName name = NameOf(kind(), request_.prior);
  if (runs_.IsClaimed(name.job_id)) co_return true;
  if (is_destroy) runs_.ForgetAtEnd(name.job_id);
  const absl::Status held = co_await HoldNote(/*is_mine=*/false, /*makes=*/!is_destroy);
  // What another process holds is noted.
  if (!held.ok() && !absl::IsFailedPrecondition(held) && !is_destroy) co_return held;
  if (IsJournalTrouble(held)) {
    diagnostics_.push_back(JournalLeft(name, runs_.journal().where(), held));
  }
  if (note_ == nullptr) co_return runs_.IsClaimed(name.job_id);
  runs_.Leave(note_);
  co_return true;
}

// There is no journal though there should be: said once a process, with what the run is about.
void Run::ReportJournal() {
  const absl::Status trouble = runs_.journal().TakeTrouble();
  if (!trouble.ok())
    diagnostics_.push_back(NoJournal(NameOf(kind(), state_), runs_.journal().where(), trouble));
}

// No job was started, and there is no state.
StateAnswer Run::Nothing(const absl::Status& why) {
  const RunName name = NameOf(kind(), state_);
  if (absl::IsCancelled(why)) {
    diagnostics_.push_back(NotStartedInterrupted(name));
  } else if (absl::IsDeadlineExceeded(why) && runs_.clock().Elapsed() >= until_.deadline) {
    diagnostics_.push_back(NotStartedInTime(name, time_out_));
  } else {
    diagnostics_.push_back(NotStarted(name, why));
  }
  return NoObject();
}

StateAnswer Run::NoObject() { return {.diagnostics = std::move(diagnostics_)}; }

// Terraform is about to be told. Of an invocation, no state will know: what has ended has served,
// and what goes on is for the next one.
absl::Status Run::SettleNote() {
  Note answered = note_->note();
  answered.told = ToldOf(state_);
  if (!invocation_.has_value()) {
    answered.state = NoteState::kAnswered;
  } else if (!Flag(state_, "unfinished")) {
    return note_->Serve();
  } else {
    answered.state = NoteState::kStarted;
  }
  return note_->Write(std::move(answered));
}

// What was learned, and what the state knew before; the note says so before Terraform is told.
StateAnswer Run::Answered() {
  const std::string job_id = TextOf(state_, "job_id");
  if (note_ != nullptr) {
    const absl::Status written = SettleNote();
    if (absl::IsAborted(written)) {
      // The job is the other process's by now, and reported there.
      diagnostics_.push_back(TakenOver(NameOf(kind(), state_), written));
      return {.state = request_.prior,
              .private_data = request_.private_data,
              .diagnostics = std::move(diagnostics_)};
    }
    if (!written.ok()) {
      diagnostics_.push_back(JournalLeft(NameOf(kind(), state_), runs_.journal().where(), written));
    }
  }
  ER_CHECK(!job_id.empty(), "An answer with an object has a job.");
  for (auto& [name, value] : state_.AsMap()) {
    if (value.IsUnknown()) value = request_.prior[name];
  }
  return {.state = std::move(state_),
          .private_data = ToText(private_),
          .diagnostics = std::move(diagnostics_)};
}

}  // namespace er::run
