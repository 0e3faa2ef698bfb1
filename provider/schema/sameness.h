// When two values are the same to the service: when they would send it the same request. Plan,
// drift and lost answers all ask this question, and it is answered here. Pure.
//
// Left out, null, "", [], {} and an object of nothing are the same; false is not nothing. The order
// of a list counts only where the schema says so, of a set never; JSON is compared by meaning, and
// an ARN is the name that is sent for it.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "schema/schema.h"
#include "schema/translate.h"
#include "value/value.h"

namespace er::schema {

// Of all forms of a member that mean the same, one. Members that the schema does not know are left
// out.
nlohmann::json Canonical(const Attribute& attribute, const nlohmann::json& member);

// Whether `a` and `b`, values of `attribute`, are the same. Where something in them is unknown,
// they are not.
bool IsSame(const Attribute& attribute, const Value& a, const Value& b);

// The same of two objects with these attributes.
bool IsSame(const std::vector<Attribute>& attributes, const Value& a, const Value& b);

// Whether `told` says of the member all that `asked` says, and perhaps more: what the service fills
// in or adds does not count.
bool Covers(const Attribute& attribute, const nlohmann::json& asked, const nlohmann::json& told);

// The same of all members of an object.
bool Covers(const std::vector<Attribute>& attributes, const nlohmann::json& asked,
            const nlohmann::json& told);

}  // namespace er::schema
