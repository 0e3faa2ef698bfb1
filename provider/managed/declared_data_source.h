// A data source as its schema declares it: one operation, or a paged one whose items are filtered
// here.
#pragma once

#include "resource/resource.h"
#include "resource/session.h"
#include "schema/schema.h"

namespace er::managed {

class DeclaredDataSource final : public resource::DataSource {
 public:
  // `schema` says how it is read. Both must outlive this. `session` is null where the provider's
  // configuration is not known yet.
  DeclaredDataSource(const schema::Schema& schema, resource::Session* session)
      : schema_(schema), session_(session) {}

  const schema::Schema& schema() const override { return schema_; }
  resource::StateAnswer Read(const Value& config, std::stop_token stop) override;

 private:
  const schema::Schema& schema_;
  resource::Session* const session_;
};

}  // namespace er::managed
