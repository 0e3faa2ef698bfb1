#include "resource/resource.h"

#include "schema/validate.h"

namespace er::resource {

Diagnostics Resource::Validate(const Value& config) { return schema::Validate(schema(), config); }

}  // namespace er::resource
