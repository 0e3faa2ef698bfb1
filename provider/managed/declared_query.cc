#include "managed/declared_query.h"

#include <memory>
#include <variant>
#include <vector>

#include "aws/client.h"
#include "managed/declared_resource.h"
#include "managed/describe.h"
#include "managed/identity.h"
#include "managed/remote.h"
#include "resource/describe.h"
#include "schema/translate.h"

namespace er::managed {

using nlohmann::json;
using resource::Listed;

Value DeclaredQuery::ToObject(const json& item, const std::string& region) const {
  const auto& managed = std::get<schema::Managed>(listed_.behaviour);
  Value object = schema::EmptyObject(listed_);
  object.AsMap()["region"] = region;
  std::vector<std::string> names = managed.id.attributes;
  names.push_back(managed.arn);
  for (const std::string& name : names) {
    const schema::Attribute* attribute = listed_.FindAttribute(name);
    if (attribute == nullptr) continue;
    absl::StatusOr<Value> value = schema::FromMember(*attribute, item);
    if (value.ok()) object.AsMap()[name] = *std::move(value);
  }
  object.AsMap()["id"] = IdOf(managed.id, object);
  return object;
}

// Where nothing is said, that of an ARN that the configuration has.
std::string DeclaredQuery::RegionOf(const Value& config) const {
  if (config["region"].IsString()) return config["region"].AsString();
  const Value& arn = config[std::get<schema::Managed>(listed_.behaviour).arn];
  const auto parsed = schema::ParseArn(arn.IsString() ? arn.AsString() : "");
  return parsed.has_value() ? parsed->scope.region : context_.session->region();
}

Diagnostics DeclaredQuery::List(const resource::ListRequest& request, const Take& take) {
  const std::string region = RegionOf(request.config);
  if (region.empty()) return {resource::NoRegion()};
  const absl::StatusOr<aws::Client*> client = context_.session->ClientFor(region);
  if (!client.ok()) return {resource::UnableToConnect(region, client.status())};

  DeclaredResource resource(listed_, context_);
  Diagnostics diagnostics;
  const std::unique_ptr<Remote> remote = RemoteOf(*context_.catalog, listed_, **client);
  const absl::Status status =
      remote->EachPage(request.config, request.stop, [&](const json& items, absl::Time) {
        for (const json& item : items) {
          Listed listed{.object = ToObject(item, region)};
          listed.display_name = listed.object["id"].AsString();
          if (listed.display_name.empty()) continue;
          if (request.wants_objects) {
            resource::StateAnswer found = resource.Read(listed.object, "", request.stop);
            if (HasError(found.diagnostics)) {
              diagnostics = std::move(found.diagnostics);
              return false;
            }
            if (found.state.IsNull()) continue;  // it was deleted meanwhile
            listed.object = std::move(found.state);
          }
          if (!take(listed)) return false;
        }
        return true;
      });
  if (remote->IsGone(status)) {
    diagnostics.push_back(NothingToList(schema_, region, status));
  } else if (!status.ok()) {
    diagnostics.push_back(
        UnableToList(*context_.catalog, schema_, region, remote->list_operation().name, status));
  }
  return diagnostics;
}

}  // namespace er::managed
