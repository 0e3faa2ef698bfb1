// States that were written with an earlier version of a type's file. Pure.
#pragma once

#include <cstdint>

#include "schema/schema.h"
#include "value/type.h"
#include "value/value.h"

namespace er::schema {

// The type of a state as version `version` of `schema` wrote it: what has been renamed since has
// its name of that time. What has been dropped since is not in it.
Type TypeIn(const Schema& schema, std::int64_t version);

// Such a state by the names of today.
Value Upgraded(const Schema& schema, std::int64_t version, const Value& state);

}  // namespace er::schema
