// A data source as its schema declares it: one operation, or a paged one whose items are filtered
// here; the tags of what it found, where it has any.
#pragma once

#include <stop_token>
#include <string>
#include <utility>
#include <variant>

#include "aws/client.h"
#include "managed/context.h"
#include "resource/resource.h"
#include "schema/schema.h"

namespace er::managed {

class DeclaredDataSource final : public resource::DataSource {
 public:
  // `schema`, whose behaviour is Reading, must outlive this.
  DeclaredDataSource(const schema::Schema& schema, Context context)
      : schema_(schema), context_(std::move(context)) {}

  const schema::Schema& schema() const override { return schema_; }
  resource::StateAnswer Read(const Value& config, std::stop_token stop) override;

 private:
  const schema::Reading& reading() const { return std::get<schema::Reading>(schema_.behaviour); }
  // Asks, and puts into `object` what is told.
  absl::Status Fill(aws::Client& client, const Value& config, const std::string& region,
                    std::stop_token stop, Value::Map& object) const;

  const schema::Schema& schema_;
  const Context context_;
};

}  // namespace er::managed
