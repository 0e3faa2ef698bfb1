// Terraform's values to the API's JSON and back, by what the schema says, to any depth. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "schema/schema.h"
#include "value/value.h"

namespace er::schema {

// Where the ARNs are that stand for bare names: all of them but type and name.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
struct ArnScope {
  std::string partition{};
  std::string service{};
  std::string region{};
  std::string account{};
};

struct Arn {
  ArnScope scope{};
  std::string type{};  // schemamapping
  std::string name{};  // all that follows the first slash
};

// The parts of arn:PARTITION:SERVICE:REGION:ACCOUNT:TYPE/NAME; nothing for any other text.
std::optional<Arn> ParseArn(absl::string_view text);
std::string ToText(const Arn& arn);

// The members that `operation` takes, from what `object` holds. What is null, unknown, absent or
// empty is left out; an empty value of a required attribute is sent.
nlohmann::json ToMembers(const Schema& schema, const Operation& operation, const Value& object,
                         const ArnScope& scope = {});

// The same of the attributes of an object inside of it, whatever operation takes them.
nlohmann::json ToMembers(const std::vector<Attribute>& attributes, const Value& object,
                         const ArnScope& scope = {});

// The API's form of a value of `attribute`, which is known. `object` is what it is an attribute of.
nlohmann::json ToMember(const Attribute& attribute, const Value& value, const Value& object,
                        const ArnScope& scope);

// Sets each computed attribute of `object` that `operation` gives from its `answer`. What the
// answer lacks becomes null; what the configuration says (an attribute that is known and not
// computed only) stays. kInternal, with the member's name, where the answer has another form than
// the schema says; what can be read has been set nevertheless.
absl::Status FromAnswer(const Schema& schema, const Operation& operation,
                        const nlohmann::json& answer, Value::Map& object,
                        const ArnScope& scope = {});

// One attribute from the object that has its member: null where it has none, or an empty one that
// stands for nothing.
absl::StatusOr<Value> FromMember(const Attribute& attribute, const nlohmann::json& object,
                                 const ArnScope& scope = {});

// What `object` has at the member, a path with dots; null if there is nothing.
const nlohmann::json* FindMember(const nlohmann::json& object, absl::string_view path);
void PutMember(absl::string_view path, nlohmann::json value, nlohmann::json& object);

// Sets each unknown part of `object`, at any depth, from what `answer` says; what is known stays.
// Elements of lists are found in the answer by what is known of them, wherever they are there. What
// the answer lacks becomes null. kInternal as above.
absl::Status FillUnknown(const std::vector<Attribute>& attributes, const nlohmann::json& answer,
                         const ArnScope& scope, Value::Map& object);

// Whether this says nothing: null, "", [] or {}.
bool IsNothing(const nlohmann::json& value);

// The API's time: seconds since 1970, with a fraction of milliseconds. InfinitePast for anything
// else.
absl::Time ToTime(const nlohmann::json& seconds);
std::string ToRfc3339(absl::Time time);

// The text member of this name; empty where there is none or it is no text.
std::string TextMember(const nlohmann::json& object, const char* name);

}  // namespace er::schema
