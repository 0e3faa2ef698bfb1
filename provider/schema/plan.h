// The plan of a resource, as far as its schema says it. What a type adds of its own comes after.
#pragma once

#include <vector>

#include "schema/schema.h"
#include "value/path.h"
#include "value/value.h"

namespace er::schema {

struct Plan {
  Value planned{};
  std::vector<Path> replace{};  // the changed attributes that ask for another object
};

// The plan for getting from `prior` (null: there is no object yet) to `config` (null: it is to go),
// where `proposed` is Terraform's merge of the two. Pure, and so the same at plan and at apply.
Plan MakePlan(const Schema& schema, const Value& prior, const Value& proposed, const Value& config);

// The attributes and blocks with replaces in which `planned` differs from `prior`, or may differ.
std::vector<Path> Replacements(const Schema& schema, const Value& prior, const Value& planned);

}  // namespace er::schema
