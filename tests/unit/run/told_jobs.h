// What the service tells of jobs: nothing but what a test says, in pages as the service has them.
//
//   ToldJobs service(clock);
//   service.Put({.id = "01", .status = "RUNNING", .start = clock.Now()});
#pragma once

#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "aws/client.h"
#include "aws/error.h"
#include "base/clock.h"

namespace er::run {

struct ToldJob {
  std::string id{};
  std::string workflow = "wf";
  std::string status = "RUNNING";
  absl::Time start{};
  absl::Time end = absl::InfiniteFuture();  // told from then on
  std::string end_status = "SUCCEEDED";
  bool is_listed = true;
};

// Safe for concurrent use.
class ToldJobs final : public aws::Client {
 public:
  explicit ToldJobs(Clock& clock) : clock_(clock) {}

  absl::Duration latency = absl::ZeroDuration();
  std::vector<std::string> workflows = {"wf"};
  // What a call fails with; OK: it does not. `about` is a workflow or a job.
  std::function<absl::Status(const std::string& operation, const std::string& about)> fault;

  void Put(ToldJob job) {
    std::lock_guard lock(mutex_);
    jobs_.push_front(std::move(job));  // newest first
  }
  void Remove(const std::string& id) {
    std::lock_guard lock(mutex_);
    jobs_.remove_if([&](const ToldJob& job) { return job.id == id; });
  }
  // How many calls of an operation there were, and about what.
  int calls(const std::string& operation) const {
    std::lock_guard lock(mutex_);
    const auto found = calls_.find(operation);
    return found == calls_.end() ? 0 : static_cast<int>(found->second.size());
  }
  std::vector<std::string> about(const std::string& operation) const {
    std::lock_guard lock(mutex_);
    const auto found = calls_.find(operation);
    return found == calls_.end() ? std::vector<std::string>() : found->second;
  }

  static absl::Status Failure(const std::string& code, int http_status,
                              aws::Execution execution = aws::Execution::kRefused) {
    return aws::ToStatus({.operation = "GetIdMappingJob",
                          .code = code,
                          .message = "told so",
                          .region = "eu-west-1",
                          .http_status = http_status,
                          .execution = execution});
  }
  static absl::Status Gone() { return Failure("ResourceNotFoundException", 404); }
  static absl::Status Denied() { return Failure("AccessDeniedException", 403); }
  static absl::Status Down() { return Failure("", 503, aws::Execution::kUnknown); }

  absl::StatusOr<aws::Answer> Call(const aws::Operation& operation, const nlohmann::json& members,
                                   std::stop_token stop) override {
    if (!clock_.Sleep(latency, stop) || stop.stop_requested()) {
      return absl::CancelledError("interrupted");
    }
    const std::string about = members.value("jobId", members.value("workflowName", ""));
    {
      std::lock_guard lock(mutex_);
      calls_[operation.name].push_back(about);
    }
    if (fault) {
      if (absl::Status status = fault(operation.name, about); !status.ok()) return status;
    }
    std::lock_guard lock(mutex_);
    aws::Answer answer{.date = clock_.Now()};
    if (operation.name == "ListIdMappingWorkflows") {
      answer.body["workflowSummaries"] = nlohmann::json::array();
      for (const std::string& name : workflows) {
        answer.body["workflowSummaries"].push_back({{"workflowName", name}});
      }
      return answer;
    }
    if (operation.name == "GetIdMappingJob") {
      for (const ToldJob& job : jobs_) {
        if (job.id != about) continue;
        answer.body = Summary(job);
        return answer;
      }
      return Gone();
    }
    std::vector<nlohmann::json> listed;
    for (const ToldJob& job : jobs_) {
      if (job.workflow == about && job.is_listed) listed.push_back(Summary(job));
    }
    std::size_t next = 0;
    (void)absl::SimpleAtoi(members.value("nextToken", "0"), &next);
    answer.body["jobs"] = nlohmann::json::array();
    for (; next < listed.size() && answer.body["jobs"].size() < 25; ++next) {
      answer.body["jobs"].push_back(listed[next]);
    }
    if (next < listed.size()) answer.body["nextToken"] = absl::StrCat(next);
    return answer;
  }

 private:
  nlohmann::json Summary(const ToldJob& job) const {
    const bool has_ended = clock_.Now() >= job.end;
    nlohmann::json summary{{"jobId", job.id},
                           {"status", has_ended ? job.end_status : job.status},
                           {"startTime", absl::ToDoubleSeconds(job.start - absl::UnixEpoch())}};
    if (has_ended) summary["endTime"] = absl::ToDoubleSeconds(job.end - absl::UnixEpoch());
    return summary;
  }

  Clock& clock_;
  mutable std::mutex mutex_;
  std::list<ToldJob> jobs_;
  std::map<std::string, std::vector<std::string>> calls_;
};

}  // namespace er::run
