// entityresolution_id_mapping_job_run: one create is one job. What it promises is in DESIGN.md.
#pragma once

#include <string>

#include "resource/resource.h"
#include "schema/loader.h"

namespace er::resource {

class JobRun final : public Resource {
 public:
  static constexpr absl::string_view kTypeName = "entityresolution_id_mapping_job_run";

  // `catalog` must outlive this.
  explicit JobRun(const schema::Catalog& catalog);

  const schema::Schema& schema() const override { return schema_; }
  PlanAnswer Plan(const SessionPtr& session, const PlanRequest& request) override;
  Task<StateAnswer> Create(SessionPtr session, Value planned, std::stop_token stop) override;
  Task<StateAnswer> Update(SessionPtr session, Value prior, Value planned,
                           std::stop_token stop) override;
  Task<StateAnswer> Delete(SessionPtr session, Value prior, std::stop_token stop) override;
  StateAnswer Read(const SessionPtr& session, const Value& state, const std::string& private_data,
                   std::stop_token stop) override;
  StateAnswer Import(const SessionPtr& session, const std::string& id,
                     std::stop_token stop) override;
  void Seen(Session& session, const Value& state) override;

 private:
  const schema::Catalog& catalog_;
  const schema::Schema& schema_;
};

}  // namespace er::resource
