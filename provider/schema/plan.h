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

// The plan for getting from `prior` (null: there is no object yet) to `config` (null: it is to go).
// Pure, and so the same at plan and at apply.
//
// Where the configuration only says in another way what is there (schema/sameness.h), the plan is
// what is there. Terraform's own merge of the two is not looked at: of a block that has gone from
// the configuration, some releases propose the prior one, and refuse a plan that takes it.
Plan MakePlan(const Schema& schema, const Value& prior, const Value& config);

// The same for an object that was imported, and never written from here: where `prior` says false
// and the configuration nothing, the service has filled it in, and it stays.
Plan MakePlanOfImported(const Schema& schema, const Value& prior, const Value& config);

// The attributes and blocks with replaces, at any depth, in which `planned` differs from `prior`,
// or may differ. Of a set, which has no places, it is the set itself.
std::vector<Path> Replacements(const Schema& schema, const Value& prior, const Value& planned);

}  // namespace er::schema
