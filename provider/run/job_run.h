// A run of a job of any kind as Terraform knows it: plans, reads, imports, and hands what is to be
// applied to Run (run.h). What it promises is in DESIGN.md.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "resource/resource.h"
#include "run/attributes.h"
#include "run/private_data.h"
#include "run/runs.h"
#include "schema/loader.h"

namespace er::run {

class JobRun final : public resource::Resource {
 public:
  // `catalog`, `schema` of it, whose behaviour is a JobKind, and `runs` must outlive this; `runs`
  // is null where the provider's configuration is not known yet.
  JobRun(const schema::Catalog& catalog, const schema::Schema& schema, Runs* runs)
      : catalog_(catalog), runs_(runs), schema_(schema) {}

  const schema::Schema& schema() const override { return schema_; }
  Diagnostics Validate(const Value& config) override;
  resource::PlanAnswer Plan(const resource::PlanRequest& request) override;
  Task<resource::StateAnswer> Create(resource::ApplyRequest request) override;
  Task<resource::StateAnswer> Update(resource::ApplyRequest request) override;
  Task<resource::StateAnswer> Delete(resource::ApplyRequest request) override;
  resource::StateAnswer Read(const Value& state, const std::string& private_data,
                             std::stop_token stop) override;
  resource::StateAnswer Import(const std::string& id, std::stop_token stop) override;
  resource::StateAnswer ImportByIdentity(const Value& identity, std::stop_token stop) override;
  Value GenerateConfig(const Value& state) const override;
  void Seen(const Value& state) override;

  // The run that this job is, as far as the service tells, whoever started it. No state: there is
  // none, and the diagnostics say why.
  resource::StateAnswer FindJob(RunName name, std::stop_token stop);

 private:
  const schema::JobKind& kind() const { return std::get<schema::JobKind>(schema_.behaviour); }
  // Nothing where the provider's configuration is not known yet.
  Surroundings surroundings() const;
  void PlanRegion(const resource::PlanRequest& request, resource::PlanAnswer& answer) const;
  resource::PlanAnswer PlanDestroy(const resource::PlanRequest& request);
  void PlanCreate(const resource::PlanRequest& request, resource::PlanAnswer& answer);
  void PlanChange(const resource::PlanRequest& request, resource::PlanAnswer& answer);
  std::vector<std::string> Replacing(const resource::PlanRequest& request, const Value& planned,
                                     const PrivateData& data) const;
  resource::StateAnswer ImportJob(RunName name, std::stop_token stop);
  Region* RegionOf(const Value& run, Diagnostics& diagnostics) const;
  ShownRun Shown(const Value& state, const PrivateData& data) const;

  const schema::Catalog& catalog_;
  Runs* const runs_;
  const schema::Schema& schema_;
};

}  // namespace er::run
