// From what the service tells of an object to what the state has of it.
#pragma once

#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>

#include "absl/status/statusor.h"
#include "aws/client.h"
#include "managed/memory.h"
#include "managed/tags.h"
#include "schema/schema.h"
#include "value/value.h"

namespace er::managed {

// Brings `object`, of a type whose behaviour is Managed, up to date with what the service tells.
// What is computed is taken as it is. What can be configured stays as long as the service tells
// what `memory` remembers, and is else taken, and remembered, unless it means the same. An answer
// that is older than `object` changes nothing. kInternal, with the member's name, where part of the
// answer has another form than the schema says; the rest has been taken.
absl::Status TakeOver(const schema::Schema& schema, const nlohmann::json& told, Memory& memory,
                      Value::Map& object);

// Remembers what the service tells of all that can be configured.
void RememberAll(const schema::Schema& schema, const nlohmann::json& told, Memory& memory);

// The tags of what has this ARN. Failures are those of aws::Client::Call().
absl::StatusOr<Tags> ReadTagsOf(aws::Client& client, const schema::Tagging& tagging,
                                const std::string& arn, std::stop_token stop);

// Brings tags and tags_all up to date.
void TakeOverTags(const TagRules& rules, const Tags& told, Value::Map& object);

}  // namespace er::managed
