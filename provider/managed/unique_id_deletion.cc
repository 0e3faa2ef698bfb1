#include "managed/unique_id_deletion.h"

#include <cstddef>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "aws/client.h"
#include "base/secret.h"
#include "base/status.h"
#include "managed/describe.h"
#include "resource/describe.h"
#include "resource/operation.h"
#include "schema/translate.h"
#include "schema/validate.h"

namespace er::managed {
namespace {

using nlohmann::json;
using schema::TextMember;

// The ids travel in a header. The service names no limit of their number; servers refuse headers of
// more than 8 KiB or so in all, of which a session token and the signature may take the half.
constexpr std::size_t kMostBytes = 4096;

// Quotation marks, if they are needed, and a comma.
constexpr std::size_t kBytesAround = 3;

constexpr char kAccepted[] = "ACCEPTED";

// Each once.
std::vector<ListedId> IdsOf(const Value::List& list) {
  std::vector<ListedId> ids;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string& id = list[i].AsString();
    if (seen.insert(id).second) ids.push_back({.index = i, .id = id});
  }
  return ids;
}

// This member where it is a list; else an empty one.
json ListMember(const json& answer, const char* name) {
  const json list = answer.value(name, json());
  return list.is_array() ? list : json::array();
}

// One invocation, request by request.
class Deletion {
 public:
  // All must outlive this.
  Deletion(const schema::Schema& schema, const resource::InvokeRequest& request,
           aws::Client& client, std::string region)
      : batch_(std::get<schema::Batch>(schema.behaviour)),
        request_(request),
        client_(client),
        member_(schema.FindAttribute(batch_.items)->member),
        members_(schema::ToMembers(schema, *batch_.operation, request.config)),
        ids_(IdsOf(request.config[batch_.items].AsList())),
        told_{.items = batch_.items,
              .workflow = request.config["workflow_name"].AsString(),
              .region = std::move(region),
              .asked = ids_.size()} {}

  Diagnostics Run() {
    request_.progress(
        DeletingIds(told_, request_.config[batch_.items].AsList().size() - ids_.size()));
    for (std::size_t sent = 0; sent < ids_.size();) {
      const std::vector<ListedId> some = Next(sent);
      const absl::StatusOr<aws::Answer> answer = Send(some);
      if (!answer.ok()) {
        return {UnableToDeleteIds(told_, sent, batch_.operation->name, answer.status())};
      }
      TakeIn(some, answer->body);
      sent += some.size();
      request_.progress(sent < ids_.size() ? IdsSoFar(told_, sent) : DeletedAsTold(told_));
    }
    Diagnostics diagnostics;
    if (!told_.refused.empty()) diagnostics.push_back(IdsNotDeleted(told_));
    if (!told_.unmentioned.empty()) diagnostics.push_back(IdsUnmentioned(told_));
    return diagnostics;
  }

 private:
  // As many of the ids after the first `sent` as one request takes.
  std::vector<ListedId> Next(std::size_t sent) const {
    std::vector<ListedId> some;
    std::size_t bytes = 0;
    for (std::size_t i = sent; i < ids_.size(); ++i) {
      bytes += ids_[i].id.size() + kBytesAround;
      if (bytes > kMostBytes && !some.empty()) break;
      some.push_back(ids_[i]);
    }
    return some;
  }

  absl::StatusOr<aws::Answer> Send(const std::vector<ListedId>& some) {
    std::vector<Secret> secrets;
    json texts = json::array();
    for (const ListedId& id : some) {
      texts.push_back(id.id);
      secrets.emplace_back(id.id);
    }
    members_[member_] = std::move(texts);
    return resource::Call(client_, *batch_.operation, members_, request_.stop, nullptr,
                          std::move(secrets));
  }

  // What the answer says of each.
  void TakeIn(const std::vector<ListedId>& some, const json& answer) {
    const bool is_accepted = TextMember(answer, "status") == kAccepted;
    std::set<std::string> deleted;
    for (const json& item : ListMember(answer, "deleted")) {
      if (item.is_object()) deleted.insert(TextMember(item, "uniqueId"));
    }
    std::map<std::string, std::string> errors;
    for (const json& item : ListMember(answer, "errors")) {
      if (item.is_object()) errors[TextMember(item, "uniqueId")] = TextMember(item, "errorType");
    }
    for (const ListedId& id : some) {
      const auto error = errors.find(id.id);
      if (error != errors.end()) {
        told_.refused.push_back({.index = id.index, .id = id.id, .error_type = error->second});
      } else if (deleted.contains(id.id)) {
        ++told_.deleted;
      } else if (is_accepted) {
        ++told_.accepted;
      } else {
        told_.unmentioned.push_back(id);
      }
    }
    told_.disconnected += ListMember(answer, "disconnectedUniqueIds").size();
  }

  const schema::Batch& batch_;
  const resource::InvokeRequest& request_;
  aws::Client& client_;
  const std::string member_;
  json members_;
  const std::vector<ListedId> ids_;
  DeletedIds told_;
};

}  // namespace

Diagnostics UniqueIdDeletion::Validate(const Value& config) {
  return schema::Validate(schema_, config);
}

Task<Diagnostics> UniqueIdDeletion::Invoke(resource::InvokeRequest request) {
  // What was unknown when the configuration was validated is known by now.
  Diagnostics mistakes = Validate(request.config);
  if (HasError(mistakes)) co_return mistakes;
  const Value& asked = request.config["region"];
  const std::string region = asked.IsString() ? asked.AsString() : context_.session->region();
  if (region.empty()) co_return Diagnostics{resource::NoRegion()};
  const absl::StatusOr<aws::Client*> client = context_.session->ClientFor(region);
  if (!client.ok()) co_return Diagnostics{resource::UnableToConnect(region, client.status())};
  co_return Deletion(schema_, request, **client, region).Run();
}

}  // namespace er::managed
