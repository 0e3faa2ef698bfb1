// What a type takes and what it exports, as the argument and the attribute reference of its page in
// the registry, in Markdown. For schema-docs alone (schema/docs_main.cc).
#pragma once

#include <string>

#include "schema/schema.h"

namespace er::schema {

// The arguments: the required ones, then the optional ones, then a section for each that has
// arguments of its own. Of a resource, each says what a change of it does. Empty if there are none.
std::string ArgumentReference(const Schema& schema);

// What only the provider or the service decides, in the same form. Empty if there is nothing.
std::string AttributeReference(const Schema& schema);

}  // namespace er::schema
