// An action that starts a job: a run that no state knows of. The steps are those of a create
// (run.h), and so are the promises, but for what only a state can remember.
#pragma once

#include <string>
#include <variant>

#include "base/task.h"
#include "resource/resource.h"
#include "run/runs.h"
#include "schema/schema.h"

namespace er::run {

class JobAction final : public resource::Action {
 public:
  // `schema`, whose behaviour is Starting, and that of the resource which starts the same, whose
  // behaviour is a JobKind, must outlive this, and so must `runs`, which is null where the
  // provider's configuration is not known yet: then nothing is invoked.
  JobAction(const schema::Schema& schema, const schema::Schema& run, Runs* runs)
      : schema_(schema), run_(run), runs_(runs) {}

  const schema::Schema& schema() const override { return schema_; }
  Diagnostics Validate(const Value& config) override;
  Task<Diagnostics> Invoke(resource::InvokeRequest request) override;

 private:
  const schema::JobKind& kind() const { return std::get<schema::JobKind>(run_.behaviour); }
  // The plan of the run that asks for the same.
  Value ToRun(const Value& config, const std::string& region) const;

  const schema::Schema& schema_;
  const schema::Schema& run_;
  Runs* const runs_;
};

}  // namespace er::run
