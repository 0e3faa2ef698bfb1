#include "managed/declared_data_source.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "aws/endpoint.h"
#include "base/status.h"
#include "managed/describe.h"
#include "managed/identity.h"
#include "managed/reading.h"
#include "managed/tags.h"
#include "resource/describe.h"
#include "resource/operation.h"
#include "schema/translate.h"

namespace er::managed {
namespace {

using nlohmann::json;

// What is not chosen by the configuration goes.
void Choose(const std::vector<std::string>& filters, const Value& config, Value::List& items) {
  for (const std::string& filter : filters) {
    if (!config[filter].IsKnown()) continue;
    std::erase_if(items, [&](const Value& item) { return item[filter] != config[filter]; });
  }
}

// The texts of one attribute of all items, each once.
Value Collected(const Value::List& items, const std::string& attribute) {
  std::set<std::string> texts;
  for (const Value& item : items) {
    if (item[attribute].IsString()) texts.insert(item[attribute].AsString());
  }
  return Value::List(texts.begin(), texts.end());
}

}  // namespace

resource::StateAnswer DeclaredDataSource::Read(const Value& config, std::stop_token stop) {
  resource::StateAnswer answer;
  Value state = config;
  Value::Map& object = state.AsMap();
  if (config["region"].IsNull()) object["region"] = context_.session->region();
  const std::string region = TextOf(state, "region");
  if (region.empty()) {
    answer.diagnostics.push_back(resource::NoRegion());
    return answer;
  }
  const absl::StatusOr<aws::Client*> client = context_.session->ClientFor(region);
  if (!client.ok()) {
    answer.diagnostics.push_back(resource::UnableToConnect(region, client.status()));
    return answer;
  }
  const absl::Status status = Fill(**client, config, region, stop, object);
  if (!status.ok()) {
    answer.diagnostics.push_back(
        UnableToReadData(*context_.catalog, schema_, config, region, status));
    return answer;
  }
  answer.state = std::move(state);
  return answer;
}

absl::Status DeclaredDataSource::Fill(aws::Client& client, const Value& config,
                                      const std::string& region, std::stop_token stop,
                                      Value::Map& object) const {
  // Of a thing that AWS has, and no account: those of accounts tell their ARN.
  schema::ArnScope scope{.partition = std::string(aws::PartitionOf(region).name),
                         .service = context_.catalog->service,
                         .region = region};
  const json members = schema::ToMembers(schema_, *reading().operation, config, scope);
  const schema::Attribute* items =
      reading().items.empty() ? nullptr : schema_.FindAttribute(reading().items);
  ASSIGN_OR_RETURN(const aws::Answer told,
                   items == nullptr
                       ? resource::Call(client, *reading().operation, members, stop)
                       : resource::ListAll(client, *reading().operation, items->member, members,
                                           /*pages=*/0, stop));
  if (const schema::Attribute* arn = schema_.FindAttribute(reading().arn)) {
    ASSIGN_OR_RETURN(const Value text, schema::FromMember(*arn, told.body));
    if (const auto parsed = schema::ParseArn(text.IsString() ? text.AsString() : "")) {
      scope = parsed->scope;
    }
  }
  RETURN_IF_ERROR(schema::FromAnswer(schema_, *reading().operation, told.body, object, scope));
  if (items != nullptr && object[items->name].IsList()) {
    Choose(reading().filters, config, object[items->name].AsList());
    if (!reading().ids.empty()) {
      object["ids"] = Collected(object[items->name].AsList(), reading().ids);
    }
  }
  if (reading().tagging.has_value()) {
    ASSIGN_OR_RETURN(const Tags tags,
                     ReadTagsOf(client, *reading().tagging, TextOf(Value(object), reading().arn),
                                std::move(stop)));
    object["tags"] = ToValue(FromService(*context_.tag_rules, tags, {}).all);
  }
  if (reading().id.attributes.empty()) return absl::OkStatus();
  // By the name that the service tells, where it was asked for by an ARN.
  Value named(object);
  for (const std::string& name : reading().id.attributes) {
    const schema::Attribute& attribute = *schema_.FindAttribute(name);
    if (attribute.member.empty() || items != nullptr) continue;
    ASSIGN_OR_RETURN(Value value, schema::FromMember(attribute, told.body));
    if (value.IsString()) named.AsMap()[name] = std::move(value);
  }
  object["id"] = IdOf(reading().id, named);
  return absl::OkStatus();
}

}  // namespace er::managed
