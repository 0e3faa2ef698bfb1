#include "managed/identity.h"

#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "aws/endpoint.h"
#include "schema/identity.h"
#include "schema/translate.h"

namespace er::managed {
namespace {

absl::Status FromArn(const schema::Catalog& catalog, const schema::Managed& managed,
                     const schema::Arn& arn, const std::string& account, Value::Map& object) {
  if (arn.scope.service != catalog.service || arn.type != managed.arn_type) {
    return absl::InvalidArgumentError(absl::StrCat("it is the ARN of another thing than ",
                                                   catalog.service, "'s ", managed.arn_type));
  }
  if (!account.empty() && arn.scope.account != account) {
    return absl::InvalidArgumentError(
        absl::StrCat("it is of account ", arn.scope.account, ", and the caller's is ", account));
  }
  object["region"] = arn.scope.region;
  object[managed.id.attributes.front()] = arn.name;
  return absl::OkStatus();
}

}  // namespace

std::string IdOf(const schema::Identity& identity, const Value& object) {
  std::vector<std::string> parts;
  for (const std::string& name : identity.attributes) {
    if (!object[name].IsString()) return "";
    parts.push_back(object[name].AsString());
  }
  return absl::StrJoin(parts, identity.separator);
}

absl::Status FromImportId(const schema::Catalog& catalog, const schema::Schema& schema,
                          const std::string& id, const std::string& account, Value::Map& object) {
  const auto& managed = std::get<schema::Managed>(schema.behaviour);
  const std::optional<schema::Arn> arn = schema::ParseArn(id);
  if (arn.has_value() && !managed.arn_type.empty()) {
    const absl::Status status = FromArn(catalog, managed, *arn, account, object);
    if (!status.ok()) return status;
  } else {
    const std::size_t at = id.rfind('@');
    if (at != std::string::npos) object["region"] = id.substr(at + 1);
    const std::string name = id.substr(0, at);
    const std::vector<std::string>& attributes = managed.id.attributes;
    const std::vector<std::string> parts = absl::StrSplit(
        name, absl::MaxSplits(managed.id.separator, static_cast<int>(attributes.size()) - 1));
    for (std::size_t i = 0; i < attributes.size(); ++i) {
      object[attributes[i]] = i < parts.size() ? parts[i] : std::string();
    }
  }
  // What is named by an ARN is where that says.
  const auto named = object.find(managed.arn);
  if (named != object.end() && named->second.IsString() && object["region"].IsNull()) {
    const std::optional<schema::Arn> own = schema::ParseArn(named->second.AsString());
    if (own.has_value()) object["region"] = own->scope.region;
  }
  return schema::CheckNames(schema, object);
}

void SetArn(const schema::Catalog& catalog, const schema::Schema& schema,
            const std::string& account, Value::Map& object) {
  const auto& managed = std::get<schema::Managed>(schema.behaviour);
  const Value& region = object["region"];
  if (managed.arn_type.empty() || account.empty() || !region.IsString()) return;
  if (!object[managed.arn].IsNull()) return;
  const schema::ArnScope scope{.partition = std::string(aws::PartitionOf(region.AsString()).name),
                               .service = catalog.service,
                               .region = region.AsString(),
                               .account = account};
  object[managed.arn] = schema::ToText({.scope = scope,
                                        .type = managed.arn_type,
                                        .name = object[managed.id.attributes.front()].AsString()});
}

}  // namespace er::managed
