// A resource that is declared and no more: what its life is follows from its schema. What is in the
// way of a create, an update or a delete is waited for in change.h.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "managed/context.h"
#include "resource/resource.h"
#include "schema/plan.h"
#include "schema/schema.h"

namespace er::managed {

class DeclaredResource final : public resource::Resource {
 public:
  // `schema`, whose behaviour is Managed, must outlive this.
  DeclaredResource(const schema::Schema& schema, Context context)
      : schema_(schema), context_(std::move(context)) {}

  const schema::Schema& schema() const override { return schema_; }
  resource::PlanAnswer Plan(const resource::PlanRequest& request) override;
  Task<resource::StateAnswer> Create(resource::ApplyRequest request) override;
  Task<resource::StateAnswer> Update(resource::ApplyRequest request) override;
  Task<resource::StateAnswer> Delete(resource::ApplyRequest request) override;
  resource::StateAnswer Read(const Value& state, const std::string& private_data,
                             std::stop_token stop) override;
  resource::StateAnswer Import(const std::string& id, std::stop_token stop) override;
  resource::StateAnswer ImportByIdentity(const Value& identity, std::stop_token stop) override;
  Value GenerateConfig(const Value& state) const override;

 private:
  const schema::Managed& managed() const { return std::get<schema::Managed>(schema_.behaviour); }
  schema::Plan PlanObject(const resource::PlanRequest& request) const;
  void PlanRegion(const resource::PlanRequest& request, resource::PlanAnswer& answer) const;
  void PlanTags(const resource::PlanRequest& request, resource::PlanAnswer& answer) const;
  void PlanWhatFollows(const resource::PlanRequest& request, resource::PlanAnswer& answer) const;
  resource::StateAnswer Imported(Value::Map object, const std::string& account) const;

  const schema::Schema& schema_;
  const Context context_;
};

}  // namespace er::managed
