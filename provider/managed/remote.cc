#include "managed/remote.h"

#include <string>
#include <utility>
#include <vector>

#include "base/secret.h"
#include "managed/policy_statement.h"

namespace er::managed {
namespace {

using nlohmann::json;

// Shorter texts are no secrets, and to strike them out would spoil every message.
constexpr std::size_t kShortestSecret = 4;

// The texts inside of `value`.
void Collect(const json& value, std::vector<Secret>& secrets) {
  if (value.is_string() && value.get_ref<const std::string&>().size() >= kShortestSecret) {
    secrets.emplace_back(value.get<std::string>());
  }
  if (value.is_structured()) {
    for (const json& element : value) Collect(element, secrets);
  }
}

// What `members` hold of sensitive attributes.
void CollectSecrets(const std::vector<schema::Attribute>& attributes, const json& members,
                    std::vector<Secret>& secrets) {
  for (const schema::Attribute& attribute : attributes) {
    if (attribute.member.empty()) continue;
    const json* member = schema::FindMember(members, attribute.member);
    if (member == nullptr) continue;
    if (attribute.sensitive) {
      Collect(*member, secrets);
    } else if (attribute.nesting == schema::Nesting::kSingle) {
      CollectSecrets(attribute.attributes, *member, secrets);
    } else if (attribute.nesting != schema::Nesting::kNone && member->is_structured()) {
      for (const json& element : *member) {
        CollectSecrets(attribute.attributes, element, secrets);
      }
    }
  }
}

}  // namespace

json Remote::CreateMembers(const Value& planned) const {
  return schema::ToMembers(schema_, *managed_.create, planned);
}

absl::StatusOr<aws::Answer> Remote::Call(const schema::Operation& operation, const json& members,
                                         std::stop_token stop) const {
  std::vector<Secret> secrets;
  CollectSecrets(schema_.attributes, members, secrets);
  return resource::Call(client_, operation, members, std::move(stop), nullptr, std::move(secrets));
}

absl::StatusOr<aws::Answer> Remote::Create(const json& members, std::stop_token stop) {
  return Call(*managed_.create, members, std::move(stop));
}

absl::StatusOr<aws::Answer> Remote::Read(const Value& object, std::stop_token stop) {
  return Call(*managed_.read, schema::ToMembers(schema_, *managed_.read, object), std::move(stop));
}

absl::StatusOr<aws::Answer> Remote::Update(const Value& planned, std::stop_token stop) {
  return Call(*managed_.update, schema::ToMembers(schema_, *managed_.update, planned),
              std::move(stop));
}

absl::StatusOr<aws::Answer> Remote::Delete(const Value& object, std::stop_token stop) {
  return Call(*managed_.remove, schema::ToMembers(schema_, *managed_.remove, object),
              std::move(stop));
}

absl::Status Remote::EachPage(const Value& /*within*/, std::stop_token stop,
                              const resource::TakePage& take) {
  return resource::EachPage(client_, list_operation(), managed_.list.items, json::object(),
                            std::move(stop), take);
}

bool Remote::IsGone(const absl::Status& failure) const {
  return resource::HasCode(failure, catalog_.vocabulary.gone);
}

std::unique_ptr<Remote> RemoteOf(const schema::Catalog& catalog, const schema::Schema& schema,
                                 aws::Client& client) {
  if (schema.name == PolicyStatement::kTypeName) {
    return std::make_unique<PolicyStatement>(catalog, schema, client);
  }
  return std::make_unique<Remote>(catalog, schema, client);
}

}  // namespace er::managed
