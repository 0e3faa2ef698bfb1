// What names an object for Terraform from 1.12 on: an object of its own beside the state. It is a
// function of the state, of such parts of it as never change while the object lives. Pure.
// https://developer.hashicorp.com/terraform/plugin/framework/resources/identity
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "schema/schema.h"
#include "value/value.h"

namespace er::schema {

// What the identity of a resource has: the attributes that name the object, which an import needs;
// and, unless its ARN is among them, account_id and region, which it does not.
std::vector<Attribute> IdentityAttributes(const Schema& schema);

// The type of the whole.
Type IdentityTypeOf(const Schema& schema);

// The identity of `object`, a plan or a state of the type. What is unknown there is unknown in it;
// null where something is missing that names the object. A name that is written as an ARN is the
// name in it: it may be rewritten in place.
Value IdentityOf(const Schema& schema, const Value& object);

// Sets the attributes that name what an import by `identity` asks for, and region where that says
// it. kInvalidArgument, as a clause, where it names nothing, or something of another account than
// `account` (any, if that is empty).
absl::Status FromIdentity(const Schema& schema, const Value& identity, const std::string& account,
                          Value::Map& object);

// What is wrong with the attributes of `object` that name it and its Region, by their limits;
// kInvalidArgument, as a clause.
absl::Status CheckNames(const Schema& schema, const Value::Map& object);

}  // namespace er::schema
