// The kinds of job that schemas/ declares, for tests of run/.
#pragma once

#include <variant>

#include "absl/strings/string_view.h"
#include "schema/loader.h"

namespace er {

inline const schema::Schema& RunType(absl::string_view name) {
  return *schema::BuiltInCatalog().Find(schema::Kind::kResource, name);
}
inline const schema::Schema& IdMappingRun() {
  return RunType("entityresolution_id_mapping_job_run");
}
inline const schema::JobKind& IdMapping() {
  return std::get<schema::JobKind>(IdMappingRun().behaviour);
}
inline const schema::JobKind& Matching() {
  return std::get<schema::JobKind>(RunType("entityresolution_matching_job_run").behaviour);
}

}  // namespace er
