// What an object is called: its id in the state and on the command line, and its ARN. Pure.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "schema/loader.h"
#include "schema/schema.h"
#include "value/value.h"

namespace er::managed {

// The id of `object`, made of the texts of the attributes that name it; empty as long as one of
// them is unknown.
std::string IdOf(const schema::Identity& identity, const Value& object);

// Sets the attributes that name what an import asks for, and region where the id says it: NAME,
// NAME@REGION or the ARN, which must be of the type, of the service and of `account` (any, if that
// is empty). kInvalidArgument, as a clause, for anything else.
absl::Status FromImportId(const schema::Catalog& catalog, const schema::Schema& schema,
                          const std::string& id, const std::string& account, Value::Map& object);

// Sets the ARN of an object that lacks it from its name, its Region and `account`, unless that is
// empty.
void SetArn(const schema::Catalog& catalog, const schema::Schema& schema,
            const std::string& account, Value::Map& object);

}  // namespace er::managed
