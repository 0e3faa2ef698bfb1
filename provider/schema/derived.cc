#include "schema/derived.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"

namespace er::schema {
namespace {

// As the service tells it, at any depth: nothing is configured, so nothing can be wrong with it.
void LeaveToTheService(Attribute& attribute) {
  attribute.required = attribute.optional = attribute.replaces = attribute.is_volatile = false;
  attribute.computed = true;
  attribute.default_value.reset();
  attribute.limits = {.one_of = attribute.limits.one_of,
                      .documentation = attribute.limits.documentation};
  attribute.min_items = attribute.max_items = 0;
  attribute.key_limits = nullptr;
  attribute.needs.clear();
  attribute.exactly_one_of.clear();
  attribute.at_most_one_of.clear();
  for (Attribute& inner : attribute.attributes) LeaveToTheService(inner);
}

// Of a configuration that makes no object: nothing is decided by the service, or replaced.
Attribute ArgumentOf(const Attribute& original) {
  Attribute argument = original;
  argument.computed = argument.replaces = argument.is_volatile = false;
  argument.optional = !argument.required;
  for (Attribute& inner : argument.attributes) inner = ArgumentOf(inner);
  return argument;
}

// As the resource has it, but that nothing is replaced.
Attribute RegionOf(const Schema& resource) {
  Attribute region = *resource.FindAttribute("region");
  region.replaces = false;
  return region;
}

}  // namespace

Schema DataSourceOf(const Schema& resource, const Cursor& at, const AttributeLoader& loader,
                    const std::set<std::string>& members) {
  at.Allow({"description", "attributes"});
  const auto& managed = std::get<Managed>(resource.behaviour);
  Schema schema{.kind = Kind::kDataSource,
                .name = resource.name,
                .title = resource.title,
                .subcategory = resource.subcategory,
                .description = at.RequiredText("description"),
                .attributes = loader.Read(at, &members, AttributeLoader::Unless::kComputed),
                .behaviour = Reading{.operation = managed.read,
                                     .id = managed.id,
                                     .arn = managed.arn,
                                     .tagging = managed.tagging}};
  for (const Attribute& original : resource.attributes) {
    if (original.is_block || original.name == "tags_all" || schema.FindAttribute(original.name)) {
      continue;
    }
    if (original.name == "region") {
      schema.attributes.push_back(RegionOf(resource));
      continue;
    }
    Attribute attribute = original;
    if (absl::c_linear_search(managed.id.attributes, original.name)) {
      attribute.replaces = false;
    } else {
      LeaveToTheService(attribute);
    }
    schema.attributes.push_back(std::move(attribute));
  }
  return schema;
}

Schema ListDataSourceOf(const Schema& resource, const Cursor& at, const AttributeLoader& loader) {
  at.Allow({"description", "takes", "attributes"});
  const auto& managed = std::get<Managed>(resource.behaviour);
  Attribute items{.name = SnakeCase(managed.list.items),
                  .description = absl::StrCat("The ", resource.title, "s, in the service's order."),
                  .nesting = Nesting::kList,
                  .computed = true,
                  .member = managed.list.items};
  for (const std::string& name : at.Texts("takes")) {
    const Attribute* original = resource.FindAttribute(name);
    if (original == nullptr) {
      at.Fail(absl::StrCat("there is no attribute ", name));
      continue;
    }
    items.attributes.push_back(*original);
    LeaveToTheService(items.attributes.back());
  }
  for (Attribute& attribute : loader.Read(at, nullptr, AttributeLoader::Unless::kComputed)) {
    items.attributes.push_back(std::move(attribute));
  }
  if (managed.list.operation == nullptr) at.Fail("\"list\" of \"managed\" is missing");
  if (managed.id.attributes.size() != 1) at.Fail("what is listed has one name");
  Schema schema{
      .kind = Kind::kDataSource,
      .name = absl::StrCat(resource.name, "s"),
      .title = absl::StrCat(resource.title, "s"),
      .subcategory = resource.subcategory,
      .description = at.RequiredText("description"),
      .behaviour = Reading{
          .operation = managed.list.operation,
          .items = items.name,
          .ids = managed.id.attributes.empty() ? std::string() : managed.id.attributes.front(),
          .id = {.attributes = {"region"}}}};
  schema.attributes = {RegionOf(resource),
                       std::move(items),
                       {.name = "ids",
                        .description = absl::StrCat("The names of the ", resource.title, "s."),
                        .type = Type::Set(Type::String()),
                        .computed = true},
                       {.name = "id", .description = "The Region.", .computed = true}};
  return schema;
}

Schema ListResourceOf(const Schema& resource, const Cursor& at) {
  at.Allow({"description", "needs", "filters"});
  Schema schema{.kind = Kind::kListResource,
                .name = resource.name,
                .title = absl::StrCat(resource.title, "s"),
                .subcategory = resource.subcategory,
                .description = at.RequiredText("description"),
                .behaviour = Query{.filters = at.Texts("filters")}};
  schema.attributes = ArgumentsOf(resource, at, at.Texts("needs"));
  for (Attribute& filter : ArgumentsOf(resource, at, at.Texts("filters"))) {
    filter.required = false;
    filter.optional = true;
    schema.attributes.push_back(std::move(filter));
  }
  schema.attributes.push_back(ArgumentOf(*resource.FindAttribute("region")));
  for (Attribute& attribute : schema.attributes) attribute.default_value.reset();
  return schema;
}

std::vector<Attribute> ArgumentsOf(const Schema& run, const Cursor& at,
                                   const std::vector<std::string>& takes) {
  std::vector<Attribute> arguments;
  for (const std::string& name : takes) {
    const Attribute* original = run.FindAttribute(name);
    if (original == nullptr) {
      at.Fail(absl::StrCat(run.name, " has no attribute ", name));
    } else {
      arguments.push_back(ArgumentOf(*original));
    }
  }
  return arguments;
}

}  // namespace er::schema
