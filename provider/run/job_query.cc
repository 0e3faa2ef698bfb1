#include "run/job_query.h"

#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "resource/describe.h"
#include "run/attributes.h"
#include "run/describe.h"
#include "run/settings.h"
#include "schema/translate.h"

namespace er::run {

using resource::Listed;

Diagnostics JobQuery::List(const resource::ListRequest& request, const Take& take) {
  const auto& kind = std::get<schema::JobKind>(job_run_.schema().behaviour);
  const WorkflowName workflow = ToWorkflowName(TextOf(request.config, "workflow_name"));
  std::string region_name = TextOf(request.config, "region");
  if (region_name.empty()) region_name = workflow.region;
  if (region_name.empty()) region_name = runs_->surroundings(kind).region;
  if (region_name.empty()) return {resource::NoRegion()};
  const absl::StatusOr<Region*> region = runs_->ForRegion(kind, region_name);
  if (!region.ok()) return {resource::UnableToConnect(region_name, region.status())};

  Diagnostics diagnostics;
  const std::string wanted = TextOf(request.config, "status");
  const absl::Status status =
      (*region)->jobs.Each(workflow.name, request.stop, [&](const JobSummary& job) {
        if (!wanted.empty() && job.status != wanted) return true;
        const RunName name{
            .kind = &kind, .workflow = workflow.name, .region = region_name, .job_id = job.id};
        Listed listed{.display_name =
                          absl::StrCat(name.workflow, "/", name.job_id, " (", job.status, ", ",
                                       schema::ToRfc3339(job.start_time), ")")};
        if (request.wants_objects) {
          resource::StateAnswer found = job_run_.FindJob(name, request.stop);
          if (HasError(found.diagnostics)) {
            diagnostics = std::move(found.diagnostics);
            return false;
          }
          listed.object = std::move(found.state);
        } else {
          listed.object = schema::EmptyObject(job_run_.schema());
          listed.object.AsMap()["workflow_name"] = name.workflow;
          listed.object.AsMap()["job_id"] = name.job_id;
          listed.object.AsMap()["region"] = name.region;
        }
        return take(listed);
      });
  if (!status.ok()) {
    diagnostics.push_back(
        UnableToRead({.kind = &kind, .workflow = workflow.name, .region = region_name}, status));
  }
  return diagnostics;
}

}  // namespace er::run
