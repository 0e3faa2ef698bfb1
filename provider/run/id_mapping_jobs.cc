#include "run/id_mapping_jobs.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "aws/error.h"
#include "base/status.h"
#include "schema/translate.h"

namespace er::resource {
namespace {

using nlohmann::json;

bool Contains(const std::vector<std::string>& words, absl::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Whether `jobs` are listed from the newest on, and back to `newer_than`.
bool Reaches(const json& jobs, absl::Time newer_than) {
  absl::Time before = absl::InfiniteFuture();
  for (const json& job : jobs) {
    const absl::Time start =
        job.is_object() ? ToTime(job.value("startTime", json())) : absl::InfinitePast();
    if (start == absl::InfinitePast() || start > before) return false;  // in no order
    before = start;
  }
  return before < newer_than;
}

absl::StatusOr<JobList> ToJobList(absl::StatusOr<aws::Answer> answer) {
  if (!answer.ok()) return std::move(answer).status();
  JobList list{.date = answer->date};
  for (const json& job : answer->body["jobs"]) {
    if (TextMember(job, "jobId").empty()) continue;
    list.jobs.push_back({.id = TextMember(job, "jobId"),
                         .status = TextMember(job, "status"),
                         .start_time = ToTime(job.value("startTime", json()))});
  }
  return list;
}

// A service that never stops paging must not keep a plan forever.
constexpr int kMostPages = 10'000;

}  // namespace

const schema::Operation& IdMappingJobs::OperationOf(const std::string& name) const {
  return catalog_.operations.find(name)->second;
}

absl::StatusOr<aws::Answer> IdMappingJobs::Call(const std::string& name, const json& members,
                                                std::stop_token stop) {
  const schema::Operation& operation = OperationOf(name);
  return client_.Call({.name = operation.name,
                       .method = operation.method,
                       .path = operation.path,
                       .query = operation.query,
                       .repeatable = operation.repeatable},
                      members, stop);
}

absl::StatusOr<aws::Answer> IdMappingJobs::Start(const json& members, std::stop_token stop) {
  return Call("StartIdMappingJob", members, stop);
}

absl::StatusOr<json> IdMappingJobs::Get(const std::string& workflow, const std::string& job_id,
                                        std::stop_token stop) {
  ASSIGN_OR_RETURN(aws::Answer answer,
                   Call("GetIdMappingJob", {{"workflowName", workflow}, {"jobId", job_id}}, stop));
  if (TextMember(answer.body, "status").empty()) {
    return absl::InternalError(absl::StrCat("GetIdMappingJob: the answer for job ", job_id,
                                            " has no status (request id ", answer.request_id, ")"));
  }
  return std::move(answer.body);
}

absl::StatusOr<aws::Answer> IdMappingJobs::ListAll(const std::string& operation,
                                                   const std::string& items, json members,
                                                   int pages, std::stop_token stop,
                                                   const Enough& enough) {
  json all = json::array();
  for (int page = 1; page <= kMostPages; ++page) {
    ASSIGN_OR_RETURN(aws::Answer answer, Call(operation, members, stop));
    if (const auto found = answer.body.find(items); found != answer.body.end()) {
      if (!found->is_array()) {
        return absl::InternalError(absl::StrCat(operation, ": the answer's ", items, " is ",
                                                found->type_name(), ", not a list"));
      }
      for (json& item : *found) all.push_back(std::move(item));
    }
    const std::string token = TextMember(answer.body, "nextToken");
    if (token.empty() || page == pages || (enough && enough(all, answer.date))) {
      answer.body = json{{items, std::move(all)}};
      return answer;
    }
    members["nextToken"] = token;
  }
  return absl::InternalError(absl::StrCat(operation, ": over ", kMostPages, " pages"));
}

absl::StatusOr<JobList> IdMappingJobs::List(const std::string& workflow, int pages,
                                            std::stop_token stop) {
  return ToJobList(ListAll("ListIdMappingJobs", "jobs", {{"workflowName", workflow}}, pages, stop));
}

absl::StatusOr<JobList> IdMappingJobs::ListSince(const std::string& workflow, absl::Time newer_than,
                                                 std::stop_token stop) {
  return ToJobList(
      ListAll("ListIdMappingJobs", "jobs", {{"workflowName", workflow}}, 0, stop,
              [&](const json& jobs, absl::Time) { return Reaches(jobs, newer_than); }));
}

absl::StatusOr<JobList> IdMappingJobs::ListRecent(const std::string& workflow,
                                                  absl::Duration recent, std::stop_token stop) {
  return ToJobList(
      ListAll("ListIdMappingJobs", "jobs", {{"workflowName", workflow}}, 0, stop,
              [&](const json& jobs, absl::Time date) { return Reaches(jobs, date - recent); }));
}

absl::StatusOr<std::vector<std::string>> IdMappingJobs::ListWorkflows(std::stop_token stop) {
  ASSIGN_OR_RETURN(aws::Answer answer,
                   ListAll("ListIdMappingWorkflows", "workflowSummaries", json::object(), 0, stop));
  std::vector<std::string> names;
  for (const json& workflow : answer.body["workflowSummaries"]) {
    if (std::string name = TextMember(workflow, "workflowName"); !name.empty()) {
      names.push_back(std::move(name));
    }
  }
  return names;
}

bool IdMappingJobs::HasSucceeded(absl::string_view status) const {
  return Contains(catalog_.vocabulary.succeeded, status);
}

bool IdMappingJobs::HasFailed(absl::string_view status) const {
  return Contains(catalog_.vocabulary.failed, status);
}

bool IdMappingJobs::IsGone(const absl::Status& failure) const {
  const std::optional<aws::Error> error = aws::ErrorOf(failure);
  return error.has_value() && Contains(catalog_.vocabulary.gone, error->code);
}

bool IdMappingJobs::IsBusy(const absl::Status& failure) const {
  const std::optional<aws::Error> error = aws::ErrorOf(failure);
  return error.has_value() && Contains(catalog_.vocabulary.busy, error->code);
}

}  // namespace er::resource
