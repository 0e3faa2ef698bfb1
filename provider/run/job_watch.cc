#include "run/job_watch.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "aws/error.h"
#include "base/log.h"
#include "schema/translate.h"

namespace er::run {
namespace {

using nlohmann::json;

// Refusals that a person has to do something about, unlike those that pass by themselves.
bool IsRefusal(absl::StatusCode code) {
  return code == absl::StatusCode::kPermissionDenied ||
         code == absl::StatusCode::kUnauthenticated || code == absl::StatusCode::kInvalidArgument;
}

}  // namespace

std::string Shown(absl::Duration duration) {
  return absl::FormatDuration(absl::Trunc(duration, absl::Seconds(1)));
}

absl::Duration PollInterval(absl::Duration waited) {
  return std::clamp(waited / 10, absl::Seconds(1), absl::Minutes(1));
}

Task<Awaited> JobWatch::Await(const std::string& workflow, const std::string& job_id,
                              const resource::Until& until, Progress progress) {
  MutexLock lock(mutex_);
  const absl::Duration now = clock_.Elapsed();
  const auto me = waiters_.insert(waiters_.end(), {.workflow = workflow,
                                                   .job_id = job_id,
                                                   .since = now,
                                                   .due = now + PollInterval({}),
                                                   .progress = std::move(progress)});
  clock_.NotifyAll(changed_);  // whoever leads may have to ask earlier now
  bool i_lead = false;
  const auto leave = absl::MakeCleanup([&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (i_lead) led_ = false;
    waiters_.erase(me);
    clock_.NotifyAll(changed_);
  });
  while (!me->over) {
    if (until.stop.stop_requested()) {
      me->result.status = absl::CancelledError("interrupted while waiting for the job");
      break;
    }
    if (clock_.Elapsed() >= until.deadline) {
      me->result.status = absl::DeadlineExceededError("the time ran out while waiting for the job");
      break;
    }
    if (!i_lead && !led_) i_lead = led_ = true;
    if (!i_lead) {
      co_await clock_.WaitUntil(
          until.deadline, lock, changed_, until.stop,
          [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return me->over || !led_; });
      continue;
    }
    const absl::Duration due = EarliestDue();
    if (clock_.Elapsed() >= due) {
      Poll(lock, until.stop);
    } else {
      co_await clock_.WaitUntil(
          std::min(due, until.deadline), lock, changed_, until.stop,
          [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return EarliestDue() < due; });
    }
  }
  co_return std::move(me->result);
}

absl::Duration JobWatch::EarliestDue() const {
  absl::Duration due = absl::InfiniteDuration();
  for (const Waiter& waiter : waiters_) {
    if (!waiter.over) due = std::min(due, waiter.due);
  }
  return due;
}

void JobWatch::Poll(MutexLock& lock, std::stop_token stop) {
  const Waiter* first = nullptr;
  for (const Waiter& waiter : waiters_) {
    if (!waiter.over && (first == nullptr || waiter.due < first->due)) first = &waiter;
  }
  const std::string workflow = first->workflow;
  const std::string job_id = first->job_id;
  std::size_t awaited = 0;
  for (const Waiter& waiter : waiters_) {
    if (!waiter.over && waiter.workflow == workflow && waiter.job_id != job_id) ++awaited;
  }
  const absl::Status status =
      awaited == 0 ? PollOne(lock, workflow, job_id, stop) : PollMany(lock, workflow, stop);
  bool any_over = false;
  std::vector<std::function<void()>> reports;
  for (Waiter& waiter : waiters_) {
    if (waiter.workflow != workflow) continue;
    if (!status.ok() && !waiter.over) Failed(waiter, status);
    any_over = any_over || waiter.over;
    const absl::Duration now = clock_.Elapsed();
    waiter.due = now + PollInterval(now - waiter.since);
    if (!waiter.over) {
      log::Info("Waiting for the job", {{"workflow_name", workflow},
                                        {"job_id", waiter.job_id},
                                        {"status", waiter.result.last_status},
                                        {"waited", Shown(now - waiter.since)},
                                        {"next_poll_in", Shown(waiter.due - now)}});
      if (waiter.progress) {
        reports.push_back([progress = waiter.progress, so_far = waiter.result,
                           waited = now - waiter.since] { progress(so_far, waited); });
      }
    }
  }
  if (any_over) clock_.NotifyAll(changed_);
  lock.unlock();
  for (const std::function<void()>& report : reports) report();
  lock.lock();
}

absl::Status JobWatch::PollOne(MutexLock& lock, const std::string& workflow,
                               const std::string& job_id, std::stop_token stop) {
  lock.unlock();
  absl::StatusOr<json> job = jobs_.Get(workflow, job_id, stop);
  lock.lock();
  if (!job.ok()) return job.status();
  for (Waiter& waiter : waiters_) {
    if (waiter.workflow == workflow && waiter.job_id == job_id) Saw(waiter, *job);
  }
  return absl::OkStatus();
}

absl::Status JobWatch::PollMany(MutexLock& lock, const std::string& workflow,
                                std::stop_token stop) {
  absl::Time oldest = absl::InfiniteFuture();
  for (const Waiter& waiter : waiters_) {
    if (waiter.over || waiter.workflow != workflow || waiter.started == absl::InfinitePast()) {
      continue;
    }
    oldest = std::min(oldest, waiter.started);
  }
  lock.unlock();
  absl::StatusOr<JobList> list = JobList();
  if (oldest != absl::InfiniteFuture()) list = jobs_.ListSince(workflow, oldest, stop);
  lock.lock();
  if (!list.ok()) return list.status();
  std::map<std::string, const JobSummary*> listed;
  for (const JobSummary& job : list->jobs) listed.emplace(job.id, &job);
  // Those that have ended, and those that the list does not show: it may lag, or have dropped them,
  // or does not go back as far.
  std::vector<std::string> look_closer;
  for (Waiter& waiter : waiters_) {
    if (waiter.over || waiter.workflow != workflow) continue;
    const auto found = listed.find(waiter.job_id);
    if (found != listed.end() && !found->second->ended) {
      SawStatus(waiter, found->second->status);
    } else {
      look_closer.push_back(waiter.job_id);
    }
  }
  for (const std::string& job_id : look_closer) {
    const absl::Status status = PollOne(lock, workflow, job_id, stop);
    if (status.ok()) continue;
    for (Waiter& waiter : waiters_) {
      if (!waiter.over && waiter.job_id == job_id) Failed(waiter, status);
    }
  }
  return absl::OkStatus();
}

void JobWatch::SawStatus(Waiter& waiter, const std::string& status) {
  waiter.failing_since = absl::InfiniteDuration();
  waiter.result.last_status = status;
  waiter.result.last_failure = absl::OkStatus();
}

void JobWatch::Saw(Waiter& waiter, json job) {
  SawStatus(waiter, schema::TextMember(job, "status"));
  if (!waiter.over && jobs_.HasEnded(job)) {
    waiter.over = true;
    log::Info("The job has ended", {{"workflow_name", waiter.workflow},
                                    {"job_id", waiter.job_id},
                                    {"status", waiter.result.last_status},
                                    {"waited", Shown(clock_.Elapsed() - waiter.since)}});
  }
  waiter.started = schema::ToTime(job.value("startTime", json()));
  waiter.result.job = std::move(job);
}

void JobWatch::Failed(Waiter& waiter, const absl::Status& failure) {
  if (absl::IsCancelled(failure))
    return;  // whoever asked for all was interrupted; the next one goes on
  log::Warn("A look at the job failed; the wait goes on",
            {{"job_id", waiter.job_id}, {"error", failure.message()}});
  waiter.result.last_failure = failure;
  const bool gone = jobs_.IsGone(failure);
  if (!gone && !IsRefusal(failure.code())) return;
  const absl::Duration now = clock_.Elapsed();
  waiter.failing_since = std::min(waiter.failing_since, now);
  const std::optional<aws::Error> error = aws::ErrorOf(failure);
  if ((error && error->lasting) ||
      now - waiter.failing_since >= (gone ? kLongestAbsence : kLongestRefusal)) {
    waiter.result.status = failure;
    waiter.over = true;
  }
}

}  // namespace er::run
