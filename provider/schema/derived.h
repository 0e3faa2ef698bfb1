// The data sources that follow from a resource's file: of one object, and of all. For the loader
// only.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "schema/attribute_loader.h"
#include "schema/cursor.h"
#include "schema/schema.h"

namespace er::schema {

// The data source that reads one object of `resource`, whose behaviour is Managed: all its
// attributes as the service tells them, by those that name it. `at` is "data_source" of its file:
// a description, and attributes that are declared otherwise here.
Schema DataSourceOf(const Schema& resource, const Cursor& at, const AttributeLoader& loader,
                    const std::set<std::string>& members);

// The data source that lists them, under the name of the resource with an s. `at` is
// "data_sources": a description, "takes" (the attributes of the resource that the list tells, too),
// and attributes that only the list has.
Schema ListDataSourceOf(const Schema& resource, const Cursor& at, const AttributeLoader& loader);

// The list resource of `resource`. `at` is "list_resource": a description, "needs" (the attributes
// of the resource without which nothing can be listed) and "filters" (those that choose).
Schema ListResourceOf(const Schema& resource, const Cursor& at);

// The arguments of an action that starts what `run` starts: `takes` are attributes and blocks of
// it, which mean the same.
std::vector<Attribute> ArgumentsOf(const Schema& run, const Cursor& at,
                                   const std::vector<std::string>& takes);

}  // namespace er::schema
