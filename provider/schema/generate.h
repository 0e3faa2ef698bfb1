// The configuration that a person would write for an object that is there. Pure.
#pragma once

#include <string>

#include "schema/schema.h"
#include "value/value.h"

namespace er::schema {

// Of `state`, without what the service decides, what is so by default, and what says nothing. Of
// what excludes each other, the first. `region` is that of the provider, which need not be written
// down either. A plan of it has nothing to do.
Value Generated(const Schema& schema, const Value& state, const std::string& region);

}  // namespace er::schema
