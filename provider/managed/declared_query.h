// The objects of a declared type as a query lists them, page by page.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "managed/context.h"
#include "resource/resource.h"
#include "schema/schema.h"

namespace er::managed {

class DeclaredQuery final : public resource::ListResource {
 public:
  // Both must outlive this: `schema`, whose behaviour is Query, and that of the resource it lists,
  // whose behaviour is Managed.
  DeclaredQuery(const schema::Schema& schema, const schema::Schema& listed, Context context)
      : schema_(schema), listed_(listed), context_(std::move(context)) {}

  const schema::Schema& schema() const override { return schema_; }
  Diagnostics List(const resource::ListRequest& request, const Take& take) override;

 private:
  std::string RegionOf(const Value& config) const;
  // What an item of a page says of the object.
  Value ToObject(const nlohmann::json& item, const std::string& region) const;

  const schema::Schema& schema_;
  const schema::Schema& listed_;
  const Context context_;
};

}  // namespace er::managed
