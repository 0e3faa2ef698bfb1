#include "run/jobs.h"

#include <algorithm>
#include <optional>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "aws/error.h"
#include "base/status.h"
#include "schema/translate.h"

namespace er::run {
namespace {

using nlohmann::json;

// Whether `jobs` are listed from the newest on, and back to `newer_than`.
bool Reaches(const json& jobs, absl::Time newer_than) {
  absl::Time before = absl::InfiniteFuture();
  for (const json& job : jobs) {
    const absl::Time start =
        job.is_object() ? schema::ToTime(job.value("startTime", json())) : absl::InfinitePast();
    if (start == absl::InfinitePast() || start > before) return false;  // in no order
    before = start;
  }
  return before < newer_than;
}

}  // namespace

std::vector<JobSummary> Jobs::ToSummaries(const json& jobs) const {
  std::vector<JobSummary> summaries;
  for (const json& job : jobs) {
    if (schema::TextMember(job, "jobId").empty()) continue;
    summaries.push_back({.id = schema::TextMember(job, "jobId"),
                         .status = schema::TextMember(job, "status"),
                         .start_time = schema::ToTime(job.value("startTime", json())),
                         .ended = HasEnded(job)});
  }
  return summaries;
}

absl::StatusOr<JobList> Jobs::ToJobList(absl::StatusOr<aws::Answer> answer) const {
  if (!answer.ok()) return std::move(answer).status();
  return JobList{.jobs = ToSummaries(answer->body[kind_.list.items]), .date = answer->date};
}

absl::Status Jobs::Each(const std::string& workflow, std::stop_token stop,
                        const std::function<bool(const JobSummary&)>& take) {
  return resource::EachPage(client_, *kind_.list.operation, kind_.list.items,
                            {{"workflowName", workflow}}, std::move(stop),
                            [&](const json& jobs, absl::Time) {
                              const std::vector<JobSummary> page = ToSummaries(jobs);
                              return std::all_of(page.begin(), page.end(), take);
                            });
}

absl::StatusOr<aws::Answer> Jobs::Start(const json& members,
                                        const std::function<bool()>& may_send) {
  // An interrupt does not cut this call off: its answer is worth a moment.
  return resource::Call(client_, *kind_.start, members, std::stop_token(), may_send);
}

absl::StatusOr<json> Jobs::Get(const std::string& workflow, const std::string& job_id,
                               std::stop_token stop) {
  ASSIGN_OR_RETURN(
      aws::Answer answer,
      resource::Call(client_, *kind_.get, {{"workflowName", workflow}, {"jobId", job_id}}, stop));
  if (schema::TextMember(answer.body, "status").empty()) {
    return absl::InternalError(absl::StrCat(kind_.get->name, ": the answer for job ", job_id,
                                            " has no status (request id ", answer.request_id, ")"));
  }
  return std::move(answer.body);
}

absl::StatusOr<JobList> Jobs::ListWhile(const std::string& workflow, int pages,
                                        std::stop_token stop, const resource::Enough& enough) {
  return ToJobList(resource::ListAll(client_, *kind_.list.operation, kind_.list.items,
                                     {{"workflowName", workflow}}, pages, stop, enough));
}

absl::StatusOr<JobList> Jobs::List(const std::string& workflow, int pages, std::stop_token stop) {
  return ListWhile(workflow, pages, stop);
}

absl::StatusOr<JobList> Jobs::ListSince(const std::string& workflow, absl::Time newer_than,
                                        std::stop_token stop) {
  return ListWhile(workflow, 0, stop,
                   [&](const json& jobs, absl::Time) { return Reaches(jobs, newer_than); });
}

absl::StatusOr<JobList> Jobs::ListRecent(const std::string& workflow, absl::Duration recent,
                                         std::stop_token stop) {
  return ListWhile(workflow, 0, stop,
                   [&](const json& jobs, absl::Time date) { return Reaches(jobs, date - recent); });
}

absl::StatusOr<std::vector<std::string>> Jobs::ListWorkflows(std::stop_token stop) {
  ASSIGN_OR_RETURN(aws::Answer answer,
                   resource::ListAll(client_, *kind_.workflows.operation, kind_.workflows.items,
                                     json::object(), 0, stop));
  std::vector<std::string> names;
  for (const json& workflow : answer.body[kind_.workflows.items]) {
    if (std::string name = schema::TextMember(workflow, "workflowName"); !name.empty()) {
      names.push_back(std::move(name));
    }
  }
  return names;
}

bool HasEnded(const schema::Catalog& catalog, const Value& run) {
  return catalog.vocabulary.IsEnd(TextOf(run, "status"), run["end_time"].IsString());
}

bool HasFailed(const schema::Catalog& catalog, const Value& run) {
  return HasEnded(catalog, run) &&
         !absl::c_linear_search(catalog.vocabulary.succeeded, TextOf(run, "status"));
}

bool Jobs::HasEnded(const json& job) const {
  return catalog_.vocabulary.IsEnd(schema::TextMember(job, "status"),
                                   !job.value("endTime", json()).is_null());
}

bool Jobs::HasFailed(const json& job) const {
  return HasEnded(job) &&
         !absl::c_linear_search(catalog_.vocabulary.succeeded, schema::TextMember(job, "status"));
}

bool Jobs::IsGone(const absl::Status& failure) const {
  const std::optional<aws::Error> error = aws::ErrorOf(failure);
  return error.has_value() && absl::c_linear_search(catalog_.vocabulary.gone, error->code);
}

bool Jobs::IsBusy(const absl::Status& failure) const {
  const std::optional<aws::Error> error = aws::ErrorOf(failure);
  return error.has_value() && absl::c_linear_search(catalog_.vocabulary.busy, error->code);
}

}  // namespace er::run
