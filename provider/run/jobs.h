// The service's operations on the jobs of one kind, typed as far as this program looks into them.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "aws/client.h"
#include "resource/operation.h"
#include "schema/loader.h"
#include "value/value.h"

namespace er::run {

struct JobSummary {
  std::string id{};
  std::string status{};
  absl::Time start_time{};  // InfinitePast: it cannot be read
  bool ended = false;       // also with a status that this program does not know
};

struct JobList {
  std::vector<JobSummary> jobs{};  // newest first
  absl::Time date{};               // the service's clock when it answered
};

// Whether the job of a state has ended, and whether badly. A status that this program does not
// know, with a time of end, is a bad end.
bool HasEnded(const schema::Catalog& catalog, const Value& run);
bool HasFailed(const schema::Catalog& catalog, const Value& run);

// Safe for concurrent use. Failures are those of aws::Client::Call().
class Jobs {
 public:
  // All must outlive this.
  Jobs(aws::Client& client, const schema::Catalog& catalog, const schema::JobKind& kind)
      : client_(client), catalog_(catalog), kind_(kind) {}

  const schema::JobKind& kind() const { return kind_; }

  // `may_send` is asked right before each attempt goes out: where it says no, the call ends with
  // kAborted, and what was tried before was not executed.
  absl::StatusOr<aws::Answer> Start(const nlohmann::json& members,
                                    const std::function<bool()>& may_send);
  absl::StatusOr<nlohmann::json> Get(const std::string& workflow, const std::string& job_id,
                                     std::stop_token stop);
  // The jobs of the workflow that the service still knows, `pages` of 25 at most; 0 means all.
  absl::StatusOr<JobList> List(const std::string& workflow, int pages, std::stop_token stop);
  // Each of them, page by page as they come, until `take` says that it is enough.
  absl::Status Each(const std::string& workflow, std::stop_token stop,
                    const std::function<bool(const JobSummary&)>& take);
  // At least those that started after `newer_than`, or within `recent` before the answer. The
  // service lists the newest first, which is not documented: as long as it is so, the pages behind
  // those are left out.
  absl::StatusOr<JobList> ListSince(const std::string& workflow, absl::Time newer_than,
                                    std::stop_token stop);
  absl::StatusOr<JobList> ListRecent(const std::string& workflow, absl::Duration recent,
                                     std::stop_token stop);
  // The names of all workflows of the account and Region that can have such jobs.
  absl::StatusOr<std::vector<std::string>> ListWorkflows(std::stop_token stop);

  // The same of what the service says of one job.
  bool HasEnded(const nlohmann::json& job) const;
  bool HasFailed(const nlohmann::json& job) const;
  bool HasEnded(const Value& run) const { return run::HasEnded(catalog_, run); }
  bool HasFailed(const Value& run) const { return run::HasFailed(catalog_, run); }

  bool IsGone(const absl::Status& failure) const;  // the service knows no such workflow or job
  bool IsBusy(const absl::Status& failure) const;  // refused because of another job

 private:
  std::vector<JobSummary> ToSummaries(const nlohmann::json& jobs) const;
  absl::StatusOr<JobList> ToJobList(absl::StatusOr<aws::Answer> answer) const;
  absl::StatusOr<JobList> ListWhile(const std::string& workflow, int pages, std::stop_token stop,
                                    const resource::Enough& enough = nullptr);

  aws::Client& client_;
  const schema::Catalog& catalog_;
  const schema::JobKind& kind_;
};

}  // namespace er::run
