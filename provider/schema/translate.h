// Terraform's values to the API's JSON and back, by what the schema says. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "schema/loader.h"
#include "schema/schema.h"
#include "value/value.h"

namespace er::schema {

// The members that `operation` takes, from what `object` holds. What is null, unknown or absent is
// left out.
nlohmann::json ToMembers(const schema::Schema& schema, const schema::Operation& operation,
                         const Value& object);

// Sets each computed attribute of `object` that `operation` gives from its `answer`. What the
// answer lacks becomes null; what the configuration says (an attribute that is known and not
// computed only) stays. kInternal, with the member's name, where the answer has another form than
// the schema says; what can be read has been set nevertheless.
absl::Status FromAnswer(const schema::Schema& schema, const schema::Operation& operation,
                        const nlohmann::json& answer, Value::Map& object);

// One attribute from the object that has its member.
absl::Status FromMember(const schema::Attribute& attribute, const nlohmann::json& object,
                        Value& value);

// The API's time: seconds since 1970, with a fraction of milliseconds. InfinitePast for anything
// else.
absl::Time ToTime(const nlohmann::json& seconds);
std::string ToRfc3339(absl::Time time);

// The text member of this name; empty where there is none or it is no text.
std::string TextMember(const nlohmann::json& object, const char* name);

}  // namespace er::schema
