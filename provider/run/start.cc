#include "run/start.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "aws/error.h"
#include "base/log.h"
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

// The Date header has whole seconds, and the two clocks are read a moment apart.
constexpr absl::Duration kClockError = absl::Seconds(5);

// Twice that: a job that started longer ago cannot be taken for one that starts now.
constexpr absl::Duration kRecent = absl::Seconds(10);

// Between two tries to start while another process does.
constexpr absl::Duration kLockPause = absl::Milliseconds(200);

// How often an answer may be lost before this gives up.
constexpr int kMostLostAnswers = 2;

// An attempt whose answer was lost: what the list showed before it, and when it was sent by the
// service's clock.
struct Attempt {
  std::vector<std::string> snapshot;
  absl::Time sent_at;
};

class Starter {
 public:
  Starter(Runs& runs, Region& region, Journal::Note* note, const StartRequest& request,
          const resource::Until& until)
      : runs_(runs),
        clock_(runs.clock()),
        region_(region),
        jobs_(region.jobs),
        note_(note),
        request_(request),
        until_(until) {}

  // The order of the steps, and why.
  Task<StartResult> Run() {
    // 1. What a process that died has sent may have been executed: settle that before anything is
    // sent. In turn with the starts, as below: a job in the list may be another run's whose answer
    // is not in yet, and of two such attempts only one may take it.
    if (note_ != nullptr && note_->intent().sent_at != absl::InfiniteFuture()) {
      const absl::StatusOr<StartTurn> starting = co_await TakeTurn();
      if (!starting.ok()) co_return Unknown(starting.status(), {});
      Intent noted = note_->intent();  // others have added their jobs to it meanwhile
      lost_ = Attempt{std::move(noted.snapshot), noted.sent_at};
      StartResult found = co_await Reconcile();
      if (found.kind != Kind::kNotStarted) co_return found;
      lost_.reset();
    }
    const absl::Duration since = clock_.Elapsed();
    int lost_answers = 0;
    for (;;) {
      absl::StatusOr<StartTurn> starting = co_await TakeTurn();
      if (!starting.ok()) co_return NotStarted(starting.status());

      // 2. The jobs there are before the start: what is not among them afterwards is new.
      // One that started well before the send cannot be taken for a new one, so that the pages with
      // such are left out; only who looks for running jobs wants all.
      absl::StatusOr<JobList> before =
          request_.on_conflict == OnConflict::kWait
              ? jobs_.ListRecent(request_.workflow, kRecent, until_.stop)
              : jobs_.List(request_.workflow, 0, until_.stop);
      if (!before.ok()) co_return NotStarted(before.status());
      if (request_.on_conflict != OnConflict::kWait) {
        if (std::optional<StartResult> result = LookAtRunning(*before))
          co_return *std::move(result);
      }

      // 3. The intent is on disk before the first byte is sent.
      const absl::Time sent_at = before->date;
      std::vector<std::string> snapshot = Known(*before);
      if (note_ != nullptr) Log(note_->Sending(snapshot, sent_at));

      // 4. Send. An interrupt does not cut this call off: its answer is worth a moment.
      absl::StatusOr<aws::Answer> answer = jobs_.Start(request_.members, std::stop_token());
      absl::Status failure = answer.status();
      if (answer.ok()) {
        if (std::string job_id = schema::TextMember(answer->body, "jobId"); !job_id.empty()) {
          runs_.Claim(job_id);
          co_return Ours(Kind::kStarted, job_id, std::move(answer->body));
        }
        failure = aws::ToStatus({.operation = "StartIdMappingJob",
                                 .message = "the answer has no jobId",
                                 .request_id = answer->request_id,
                                 .region = region_.name,
                                 .http_status = 200});
      }

      // 5. No usable answer: may the service have executed the call?
      const bool busy = jobs_.IsBusy(failure);
      if (MayHaveBeenExecuted(failure)) {
        ++lost_answers;
        if (!lost_.has_value()) lost_ = Attempt{std::move(snapshot), sent_at};
        log::Warn("The answer to a start was lost; looking for the job in the list",
                  {{"workflow_name", request_.workflow}, {"error", failure.message()}});
      } else if (!busy || !lost_.has_value()) {
        if (note_ != nullptr) Log(note_->NotSent());
        if (!busy && IsThrottled(failure)) {
          *starting = StartTurn();
          if (absl::Status paused = co_await Pause(since); !paused.ok())
            co_return NotStarted(failure);
          continue;
        }
        if (!busy) co_return NotStarted(failure);
      }

      // 6. After a lost answer, the list decides; also when the service now says that a job is
      // running, which is most likely this one.
      if (lost_.has_value()) {
        StartResult found = co_await Reconcile();
        if (found.kind != Kind::kNotStarted) co_return found;
        if (lost_answers >= kMostLostAnswers) co_return Unknown(failure, {});
        if (!busy) continue;
        lost_.reset();
        if (note_ != nullptr) Log(note_->NotSent());
      }

      // 7. Another job is running: wait for its end, and begin anew.
      if (request_.on_conflict == OnConflict::kFail) co_return Busy(failure);
      *starting = StartTurn();
      if (absl::Status waited = co_await AwaitOthers(since); !waited.ok())
        co_return NotStarted(waited);
    }
  }

 private:
  // One start of a Region at a time, so that the list never shows two new jobs whose answers are
  // not in yet: neither of this process nor of those that share its journal. Given back before any
  // wait for others.
  struct StartTurn {
    Turns::Turn turn{};
    Journal::Lock lock{-1};
  };

  Task<absl::StatusOr<StartTurn>> TakeTurn() {
    absl::StatusOr<Turns::Turn> turn = co_await region_.starting.Take(until_);
    if (!turn.ok()) co_return turn.status();
    while (note_ != nullptr) {
      if (std::optional<Journal::Lock> lock = runs_.journal().TryLock()) {
        co_return StartTurn{.turn = *std::move(turn), .lock = *std::move(lock)};
      }
      co_await clock_.Pause(std::min(kLockPause, until_.deadline - clock_.Elapsed()), until_.stop);
      if (absl::Status over = IsOver(); !over.ok()) co_return over;
    }
    co_return StartTurn{.turn = *std::move(turn)};
  }

  static void Log(const absl::Status& status) {
    if (!status.ok()) {
      log::Warn("The journal cannot be written", {{"error", status.message()}});
    }
  }

  // The jobs that a start does not make: those in the list, and those of this process that the
  // list, which may lag, does not show yet. Whoever looks at this later takes no job that started
  // well before the send, so that those claimed long ago need not be remembered.
  std::vector<std::string> Known(const JobList& list) {
    std::vector<std::string> ids = runs_.ClaimedWithin(kRecent);
    for (const JobSummary& job : list.jobs) ids.push_back(job.id);
    return ids;
  }

  static bool MayHaveBeenExecuted(const absl::Status& failure) {
    const std::optional<aws::Error> error = aws::ErrorOf(failure);
    return !error.has_value() || error->execution == aws::Execution::kUnknown;
  }

  // Too many calls: refused before execution, and over sooner or later.
  static bool IsThrottled(const absl::Status& failure) {
    return failure.code() == absl::StatusCode::kResourceExhausted &&
           aws::ErrorOf(failure).has_value();
  }

  static StartResult NotStarted(absl::Status status) {
    return {.kind = Kind::kNotStarted, .status = std::move(status)};
  }

  static StartResult Unknown(absl::Status status, std::vector<std::string> jobs) {
    return {.kind = Kind::kUnknown, .status = std::move(status), .jobs = std::move(jobs)};
  }

  // The job, which has been claimed.
  StartResult Ours(Kind kind, const std::string& job_id, json answer) {
    if (note_ != nullptr) Log(note_->Started(job_id));
    log::Info("Have a job", {{"workflow_name", request_.workflow}, {"job_id", job_id}});
    return {.kind = kind, .job_id = job_id, .answer = std::move(answer)};
  }

  // Whether `job`, from GetIdMappingJob, is what was asked for. What the service does not tell, or
  // was not asked, does not count.
  bool IsAsAsked(const json& job) const {
    for (const char* member : {"jobType", "outputSourceConfig"}) {
      const auto asked = request_.members.find(member);
      const auto told = job.find(member);
      if (asked != request_.members.end() && told != job.end() && *told != *asked) return false;
    }
    return true;
  }

  // kNotStarted: the list, looked at for the whole window, shows no job that can be the lost one.
  Task<StartResult> Reconcile() {
    const absl::Duration begin = clock_.Elapsed();
    std::size_t look = 0;
    absl::Status trouble;  // of the last look, if it could not decide
    for (;;) {
      const absl::Duration pause = kPauses[std::min(look, kPauses.size() - 1)];
      const absl::Duration left = until_.deadline - clock_.Elapsed();
      // The pause may be cut short by an interrupt; there is one last look all the same.
      const bool goes_on =
          co_await clock_.Pause(std::min(pause, left), until_.stop) && left > pause;
      const std::stop_token last_look;
      std::vector<StartResult> found;
      trouble = Look(goes_on ? until_.stop : last_look, found);
      // Unless a run that knew the job from its note has claimed it since the look.
      if (found.size() == 1 && runs_.Claim(found[0].job_id))
        co_return Ours(Kind::kFound, found[0].job_id, std::move(found[0].answer));
      if (found.size() > 1) {
        std::vector<std::string> ids;
        for (const StartResult& job : found) ids.push_back(job.job_id);
        co_return Unknown(absl::FailedPreconditionError("several new jobs are as asked"), ids);
      }
      ++look;
      const bool whole_window = clock_.Elapsed() - begin >= kReconcileWindow;
      if (trouble.ok() && whole_window && look >= kPauses.size())
        co_return NotStarted(absl::OkStatus());
      if (!goes_on) {
        if (until_.stop.stop_requested())
          co_return Unknown(absl::CancelledError("interrupted"), {});
        co_return Unknown(absl::DeadlineExceededError("the time ran out"), {});
      }
    }
  }

  // The jobs that can be the lost one. Not OK if that could not be found out.
  absl::Status Look(std::stop_token stop, std::vector<StartResult>& found) {
    absl::StatusOr<JobList> now =
        jobs_.ListSince(request_.workflow, lost_->sent_at - kClockError, stop);
    if (!now.ok()) return now.status();
    absl::Status trouble;
    for (const JobSummary& job : now->jobs) {
      const auto& known = lost_->snapshot;
      if (std::find(known.begin(), known.end(), job.id) != known.end()) continue;
      if (job.start_time < lost_->sent_at - kClockError) continue;
      if (runs_.IsClaimed(job.id) || runs_.journal().IsNoted(job.id)) continue;
      absl::StatusOr<json> details = jobs_.Get(request_.workflow, job.id, stop);
      if (!details.ok()) {
        trouble.Update(details.status());
      } else if (IsAsAsked(*details)) {
        found.push_back({.job_id = job.id, .answer = *std::move(details)});
      }
    }
    return trouble;
  }

  std::vector<std::string> Running(const JobList& list) const {
    std::vector<std::string> ids;
    for (const JobSummary& job : list.jobs) {
      if (!jobs_.HasEnded(job.status)) ids.push_back(job.id);
    }
    return ids;
  }

  // on_conflict is adopt or fail: jobs of this workflow that are running already.
  std::optional<StartResult> LookAtRunning(const JobList& list) {
    const std::vector<std::string> running = Running(list);
    if (running.empty()) return std::nullopt;
    if (request_.on_conflict == OnConflict::kFail) {
      return StartResult{.kind = Kind::kBusy,
                         .jobs = {absl::StrCat(request_.workflow, "/", running.front())}};
    }
    std::vector<StartResult> as_asked;
    for (const std::string& job_id : running) {
      absl::StatusOr<json> job = jobs_.Get(request_.workflow, job_id, until_.stop);
      if (!job.ok()) return NotStarted(job.status());
      if (!runs_.IsClaimed(job_id) && IsAsAsked(*job)) {
        as_asked.push_back({.job_id = job_id, .answer = *std::move(job)});
      }
    }
    if (as_asked.size() != 1 || !runs_.Claim(as_asked[0].job_id)) return std::nullopt;
    return Ours(Kind::kAdopted, as_asked[0].job_id, std::move(as_asked[0].answer));
  }

  StartResult Busy(const absl::Status& failure) {
    StartResult result{.kind = Kind::kBusy, .status = failure};
    if (const auto running = FindRunning())
      result.jobs = {absl::StrCat(running->first, "/", running->second)};
    return result;
  }

  // A running job: of this workflow, else of any other of the Region. {workflow, job id}
  std::optional<std::pair<std::string, std::string>> FindRunning() {
    std::vector<std::string> workflows = {request_.workflow};
    // Whoever may start jobs need not be allowed to list workflows; then only this one is looked
    // at.
    if (auto others = jobs_.ListWorkflows(until_.stop); others.ok()) {
      std::copy_if(others->begin(), others->end(), std::back_inserter(workflows),
                   [&](const std::string& name) { return name != request_.workflow; });
    }
    for (const std::string& workflow : workflows) {
      absl::StatusOr<JobList> list = jobs_.List(workflow, 1, until_.stop);
      if (!list.ok()) continue;
      if (const auto running = Running(*list); !running.empty()) {
        return std::pair(workflow, running.front());
      }
    }
    return std::nullopt;
  }

  // Waits until the job that is in the way has ended, or for a while if it cannot be found.
  Task<absl::Status> AwaitOthers(absl::Duration since) {
    const auto running = FindRunning();
    if (running.has_value()) {
      log::Info("Waiting for another job to end",
                {{"workflow_name", running->first}, {"job_id", running->second}});
      co_await region_.watch.Await(running->first, running->second, until_);
    } else {
      log::Info("The service is busy with another job; trying again",
                {{"workflow_name", request_.workflow}});
      co_return co_await Pause(since);
    }
    co_return IsOver();
  }

  // Waits for a while that grows with the time waited already.
  Task<absl::Status> Pause(absl::Duration since) {
    const absl::Duration pause = PollInterval(clock_.Elapsed() - since);
    co_await clock_.Pause(std::min(pause, until_.deadline - clock_.Elapsed()), until_.stop);
    co_return IsOver();
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
  Region& region_;
  IdMappingJobs& jobs_;
  Journal::Note* note_;
  const StartRequest& request_;
  const resource::Until& until_;
  std::optional<Attempt> lost_;
};

}  // namespace

Task<StartResult> StartOnce(Runs& runs, Region& region, Journal::Note* note,
                            const StartRequest& request, const resource::Until& until) {
  Starter starter(runs, region, note, request, until);
  co_return co_await starter.Run();
}

}  // namespace er::run
