// The jobs of a workflow as a query lists them, whoever started them: each is what an import makes
// a run of.
#pragma once

#include "resource/resource.h"
#include "run/job_run.h"
#include "run/runs.h"
#include "schema/schema.h"

namespace er::run {

class JobQuery final : public resource::ListResource {
 public:
  // `schema`, whose behaviour is Query, and `job_run`, the resource, must outlive this, and so must
  // `runs`, which is null where the provider's configuration is not known yet: then nothing is
  // listed.
  JobQuery(const schema::Schema& schema, JobRun& job_run, Runs* runs)
      : schema_(schema), job_run_(job_run), runs_(runs) {}

  const schema::Schema& schema() const override { return schema_; }
  Diagnostics List(const resource::ListRequest& request, const Take& take) override;

 private:
  const schema::Schema& schema_;
  JobRun& job_run_;
  Runs* const runs_;
};

}  // namespace er::run
