// An action that deletes records of a matching workflow by their unique ids. There is nothing to
// remember of it: to delete an id twice is the same as once, so that whatever was cut short or lost
// is simply done again.
// https://docs.aws.amazon.com/entityresolution/latest/apireference/API_BatchDeleteUniqueId.html
#pragma once

#include <utility>

#include "base/task.h"
#include "managed/context.h"
#include "resource/resource.h"
#include "schema/schema.h"

namespace er::managed {

class UniqueIdDeletion final : public resource::Action {
 public:
  // `schema`, whose behaviour is Batch, must outlive this.
  UniqueIdDeletion(const schema::Schema& schema, Context context)
      : schema_(schema), context_(std::move(context)) {}

  const schema::Schema& schema() const override { return schema_; }
  Diagnostics Validate(const Value& config) override;
  Task<Diagnostics> Invoke(resource::InvokeRequest request) override;

 private:
  const schema::Schema& schema_;
  const Context context_;
};

}  // namespace er::managed
