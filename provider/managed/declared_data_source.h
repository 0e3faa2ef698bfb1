// A data source as its schema declares it: one operation, or a paged one whose items are filtered
// here.
#pragma once

#include "resource/resource.h"
#include "schema/loader.h"

namespace er::resource {

class DeclaredDataSource final : public DataSource {
 public:
  // Both must outlive this.
  DeclaredDataSource(const schema::Catalog& catalog, const schema::Schema& schema)
      : catalog_(catalog), schema_(schema) {}

  const schema::Schema& schema() const override { return schema_; }
  StateAnswer Read(const SessionPtr& session, const Value& config, std::stop_token stop) override;

 private:
  const schema::Catalog& catalog_;
  const schema::Schema& schema_;
};

}  // namespace er::resource
