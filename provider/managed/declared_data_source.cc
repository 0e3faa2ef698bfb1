#include "managed/declared_data_source.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "resource/describe.h"
#include "resource/operation.h"
#include "schema/translate.h"

namespace er::managed {
namespace {

using nlohmann::json;

std::string Text(const Value& object, const std::string& name) {
  return object[name].IsString() ? object[name].AsString() : std::string();
}

// "Unable to Read ID Mapping Job": of job 0123... of workflow customers.
Diagnostic UnableToRead(const schema::Schema& schema, const Value& config,
                        const std::string& region, const absl::Status& why) {
  std::vector<std::string> words = absl::StrSplit(schema.title, ' ');
  for (std::string& word : words)
    word[0] = absl::ascii_toupper(static_cast<unsigned char>(word[0]));
  std::vector<std::string> arguments;
  for (const schema::Attribute& attribute : schema.attributes) {
    if (!attribute.required) continue;
    arguments.push_back(absl::StrCat(attribute.name, " \"", Text(config, attribute.name), "\""));
  }
  return resource::Error(
      absl::StrCat("Unable to Read ", absl::StrJoin(words, " ")),
      absl::StrCat(
          "Reading the ", schema.title, " of ", absl::StrJoin(arguments, ", "), " in ", region,
          " failed: ", resource::Reason(why),
          resource::Advice(why, std::get<schema::Reading>(schema.behaviour).operation->name)));
}

}  // namespace

resource::StateAnswer DeclaredDataSource::Read(const Value& config, std::stop_token stop) {
  resource::StateAnswer answer;
  Value state = config;
  Value::Map& attributes = state.AsMap();
  if (config["region"].IsNull()) attributes["region"] = session_->region();
  const std::string region = Text(state, "region");
  if (region.empty()) {
    answer.diagnostics.push_back(resource::NoRegion());
    return answer;
  }
  absl::StatusOr<aws::Client*> client = session_->ClientFor(region);
  if (!client.ok()) {
    answer.diagnostics.push_back(resource::UnableToConnect(region, client.status()));
    return answer;
  }
  const schema::Reading& reading = std::get<schema::Reading>(schema_.behaviour);
  const schema::Operation& operation = *reading.operation;
  const json members = schema::ToMembers(schema_, operation, state);
  const schema::Attribute* items =
      reading.items.empty() ? nullptr : schema_.FindAttribute(reading.items);
  absl::StatusOr<aws::Answer> found =
      items == nullptr ? resource::Call(**client, operation, members, stop)
                       : resource::ListAll(**client, operation, items->member, members, 0, stop);
  absl::Status status = found.status();
  if (status.ok()) status = schema::FromAnswer(schema_, operation, found->body, attributes);
  if (!status.ok()) {
    answer.diagnostics.push_back(UnableToRead(schema_, config, region, status));
    return answer;
  }
  if (items != nullptr && attributes[items->name].IsList()) {
    Value::List& list = attributes[items->name].AsList();
    for (const std::string& filter : reading.filters) {
      if (!config[filter].IsKnown()) continue;
      list.erase(std::remove_if(list.begin(), list.end(),
                                [&](const Value& item) { return item[filter] != config[filter]; }),
                 list.end());
    }
  }
  if (!reading.id.empty()) {
    std::vector<std::string> parts;
    for (const std::string& part : reading.id) parts.push_back(Text(state, part));
    attributes["id"] = absl::StrJoin(parts, "/");
  }
  answer.state = std::move(state);
  return answer;
}

}  // namespace er::managed
