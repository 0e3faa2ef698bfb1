// What can be said against a configuration before anything is asked of AWS: the limits that the API
// documents, with the path of each offender.
#pragma once

#include "schema/schema.h"
#include "value/diagnostic.h"
#include "value/value.h"

namespace er::schema {

// Every mistake in `config`, an object of `schema`. What is unknown yet is let pass; it is judged
// when it is known. Pure.
Diagnostics Validate(const Schema& schema, const Value& config);

}  // namespace er::schema
