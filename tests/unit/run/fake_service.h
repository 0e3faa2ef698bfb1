// Entity Resolution as the life cycle of runs sees it: a model without HTTP, in which each call
// takes some time of the test's clock, and which does wrong what a test asks for.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "aws/client.h"
#include "aws/error.h"
#include "base/clock.h"

namespace er::run {

// What goes wrong with one call.
enum class Fault {
  kNone,
  kNotSent,     // no byte reached the service
  kLostBefore,  // the connection broke before the service did anything
  kLostAfter,   // the service did it, and the answer was lost
  kGarbage,     // the service did it, and answered with nothing that can be used
  kThrottled,   // refused before execution
  kDenied,      // refused: a person has to do something about it
  kExpired,     // refused: the credentials have expired, and cannot become fresh
};

struct FakeJob {
  std::string id;
  std::string workflow;
  nlohmann::json members;
  absl::Time start;  // what the service tells: when it was asked for
  absl::Time runs;   // until then it is queued
  absl::Time end;
  bool fails = false;
  bool foreign = false;
};

class FakeService {
 public:
  // Where its workflows write to.
  static constexpr char kOwnRole[] = "arn:aws:iam::123456789012:role/own";
  static constexpr char kOwnPath[] = "s3://own/out/";

  enum class Refusal { kConflict, kExceedsLimit, kQueued };

  explicit FakeService(Clock& clock) : clock_(clock) {}

  absl::Duration latency = absl::Milliseconds(100);
  absl::Duration job_duration = absl::Minutes(10);
  absl::Duration next_job_duration{};  // of the next job alone; zero: job_duration
  absl::Duration list_lag = absl::ZeroDuration();
  Refusal refusal = Refusal::kConflict;
  int quota = 1;
  bool jobs_fail = false;
  bool tells_own_output = false;  // a job that was not told where to write says where it does
  std::set<std::string> workflows = {"wf"};
  // The fault of the next call of an operation; kNone when there are no more.
  std::map<std::string, std::deque<Fault>> faults;
  // Decides where `faults` has none left.
  std::function<Fault(const std::string& operation)> random_fault;
  // Called, unlocked, when a start has been executed or not, before its answer goes out.
  std::function<void()> on_start;

  std::vector<FakeJob> jobs;         // every job ever started, in order
  std::map<std::string, int> calls;  // by operation
  std::set<std::string> forgotten;   // ids that the service does not tell of any more

  absl::StatusOr<aws::Answer> Handle(const std::string& operation, const nlohmann::json& members,
                                     std::stop_token stop) {
    const auto interrupted = [&] {
      return Failure(operation, "", "interrupted", 0, aws::Execution::kUnknown,
                     absl::StatusCode::kCancelled);
    };
    // The way there and, once it has been executed, the way back.
    if (!clock_.Sleep(latency / 2, stop)) return interrupted();
    absl::StatusOr<aws::Answer> answer = Execute(operation, members);
    if (!clock_.Sleep(latency / 2, stop)) return interrupted();
    return answer;
  }

  FakeJob& Begin(const std::string& workflow, const nlohmann::json& members, bool foreign) {
    const absl::Time start = Now();
    absl::Time runs = start;
    for (const FakeJob& job : jobs) {
      if (refusal == Refusal::kQueued) runs = std::max(runs, job.end);
    }
    jobs.push_back({.id = absl::StrFormat("%032x", jobs.size() + 1),
                    .workflow = workflow,
                    .members = members,
                    .start = start,
                    .runs = runs,
                    .end = runs + Take(next_job_duration, job_duration),
                    .fails = jobs_fail,
                    .foreign = foreign});
    return jobs.back();
  }

 private:
  static absl::Duration Take(absl::Duration& once, absl::Duration otherwise) {
    const absl::Duration taken = std::exchange(once, absl::ZeroDuration());
    return taken == absl::ZeroDuration() ? otherwise : taken;
  }

  // What the service does, and what goes wrong.
  absl::StatusOr<aws::Answer> Execute(const std::string& operation, const nlohmann::json& members) {
    std::unique_lock lock(mutex_);
    ++calls[operation];
    const Fault fault = NextFault(operation);
    switch (fault) {
      case Fault::kNotSent:
        return Failure(operation, "", "connection refused", 0, aws::Execution::kNotSent);
      case Fault::kLostBefore:
        return Failure(operation, "", "connection reset", 0, aws::Execution::kUnknown);
      case Fault::kThrottled:
        return Failure(operation, "ThrottlingException", "slow down", 429,
                       aws::Execution::kRefused);
      case Fault::kDenied:
        return Failure(operation, "AccessDeniedException", "not allowed", 403,
                       aws::Execution::kRefused);
      case Fault::kExpired:
        return aws::ToStatus({.operation = operation,
                              .code = "ExpiredTokenException",
                              .message = "expired",
                              .http_status = 403,
                              .execution = aws::Execution::kRefused,
                              .lasting = true});
      default:
        break;
    }
    absl::StatusOr<aws::Answer> answer = Model(operation, members);
    if (operation == "StartIdMappingJob" && on_start) {
      lock.unlock();
      on_start();
    }
    if (!answer.ok()) return answer;
    if (fault == Fault::kLostAfter) {
      return Failure(operation, "", "connection reset", 0, aws::Execution::kUnknown);
    }
    if (fault == Fault::kGarbage) answer->body = nlohmann::json::object();
    return answer;
  }

  Fault NextFault(const std::string& operation) {
    std::deque<Fault>& next = faults[operation];
    if (next.empty()) return random_fault ? random_fault(operation) : Fault::kNone;
    const Fault fault = next.front();
    next.pop_front();
    return fault;
  }

  static absl::Status Failure(const std::string& operation, const std::string& code,
                              const std::string& message, int http_status, aws::Execution execution,
                              absl::StatusCode status_code = absl::StatusCode::kOk) {
    absl::Status status = aws::ToStatus({.operation = operation,
                                         .code = code,
                                         .message = message,
                                         .request_id = "r-1",
                                         .region = "eu-west-1",
                                         .http_status = http_status,
                                         .execution = execution});
    return status_code == absl::StatusCode::kOk ? status
                                                : absl::Status(status_code, status.message());
  }

  static std::string StatusOf(const FakeJob& job, absl::Time now) {
    if (now < job.runs) return "QUEUED";
    if (now < job.end) return "RUNNING";
    return job.fails ? "FAILED" : "SUCCEEDED";
  }

  nlohmann::json Summary(const FakeJob& job) const {
    const absl::Time now = Now();  // once: a job does not end while it is told of
    nlohmann::json summary{{"jobId", job.id},
                           {"status", StatusOf(job, now)},
                           {"startTime", absl::ToDoubleSeconds(job.start - absl::UnixEpoch())}};
    if (now >= job.end) {
      summary["endTime"] = absl::ToDoubleSeconds(job.end - absl::UnixEpoch());
    }
    return summary;
  }

  void TellOutput(const nlohmann::json& members, nlohmann::json& body) const {
    if (members.contains("outputSourceConfig")) {
      body["outputSourceConfig"] = members["outputSourceConfig"];
    } else if (tells_own_output) {
      body["outputSourceConfig"] = {{{"roleArn", kOwnRole}, {"outputS3Path", kOwnPath}}};
    }
  }

  absl::StatusOr<aws::Answer> Model(const std::string& operation, const nlohmann::json& members) {
    aws::Answer answer{.request_id = "r-1",
                       .date = absl::FromUnixSeconds(absl::ToUnixSeconds(Now()))};
    if (operation == "ListIdMappingWorkflows") {
      answer.body["workflowSummaries"] = nlohmann::json::array();
      for (const std::string& name : workflows) {
        answer.body["workflowSummaries"].push_back({{"workflowName", name}});
      }
      return answer;
    }
    std::string workflow = members.at("workflowName").get<std::string>();
    if (workflow.rfind("arn:", 0) == 0) workflow = workflow.substr(workflow.rfind('/') + 1);
    const auto gone = [&](const std::string& what) {
      return Failure(operation, "ResourceNotFoundException", what + " not found", 404,
                     aws::Execution::kRefused);
    };
    if (workflows.count(workflow) == 0) return gone("workflow " + workflow);
    if (operation == "StartIdMappingJob") {
      const auto running = std::count_if(jobs.begin(), jobs.end(),
                                         [&](const FakeJob& job) { return Now() < job.end; });
      if (running >= quota && refusal == Refusal::kConflict) {
        return Failure(operation, "ConflictException", "a job is running", 400,
                       aws::Execution::kRefused);
      }
      if (running >= quota && refusal == Refusal::kExceedsLimit) {
        return Failure(operation, "ExceedsLimitException", "too many jobs", 402,
                       aws::Execution::kRefused);
      }
      const FakeJob& job = Begin(workflow, members, /*foreign=*/false);
      answer.body = {{"jobId", job.id}, {"jobType", members.value("jobType", "BATCH")}};
      TellOutput(members, answer.body);
      return answer;
    }
    if (operation == "GetIdMappingJob") {
      const std::string id = members.at("jobId").get<std::string>();
      for (const FakeJob& job : jobs) {
        if (job.id != id || job.workflow != workflow || forgotten.count(id) > 0) continue;
        answer.body = Summary(job);
        const bool has_ended = answer.body.contains("endTime");
        answer.body["jobType"] = job.members.value("jobType", "BATCH");
        TellOutput(job.members, answer.body);
        if (answer.body["status"] == "FAILED") {
          answer.body["errorDetails"] = {{"errorMessage", "the input cannot be read"}};
        }
        if (has_ended) answer.body["metrics"] = {{"inputRecords", 100}};
        return answer;
      }
      return gone("job " + id);
    }
    answer.body["jobs"] = nlohmann::json::array();
    for (auto job = jobs.rbegin(); job != jobs.rend(); ++job) {
      if (job->workflow != workflow || forgotten.count(job->id) > 0) continue;
      if (Now() < job->start + list_lag && !job->foreign) continue;
      answer.body["jobs"].push_back(Summary(*job));
    }
    return answer;
  }

  // As fast as its clock's waits: the wall time of a computer's clock is not.
  absl::Time Now() const { return since_ + (clock_.Elapsed() - zero_); }

  Clock& clock_;
  const absl::Time since_ = clock_.Now();
  const absl::Duration zero_ = clock_.Elapsed();
  std::mutex mutex_;
};

// A client of it, as the session makes one for each Region.
class FakeServiceClient final : public aws::Client {
 public:
  explicit FakeServiceClient(FakeService& service) : service_(service) {}

  absl::StatusOr<aws::Answer> Call(const aws::Operation& operation, const nlohmann::json& members,
                                   std::stop_token stop) override {
    for (int attempt = 1;; ++attempt) {
      absl::StatusOr<aws::Answer> answer = service_.Handle(operation.name, members, stop);
      // The real client repeats reads, too.
      if (answer.ok() || !operation.repeatable || attempt == 3) return answer;
      const auto error = aws::ErrorOf(answer.status());
      if (!error.has_value() || error->http_status == 403 || error->http_status == 404)
        return answer;
    }
  }

 private:
  FakeService& service_;
};

}  // namespace er::run
