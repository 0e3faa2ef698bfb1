#include "managed/declared_data_source.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "run/describe.h"
#include "run/session.h"
#include "schema/translate.h"

namespace er::resource {
namespace {

using nlohmann::json;

std::string Text(const Value& object, const std::string& name) {
  return object[name].IsString() ? object[name].AsString() : std::string();
}

}  // namespace

StateAnswer DeclaredDataSource::Read(const SessionPtr& session, const Value& config,
                                     std::stop_token stop) {
  StateAnswer answer;
  Value state = config;
  Value::Map& attributes = state.AsMap();
  if (config["region"].IsNull()) attributes["region"] = session->region();
  RunName name{.workflow = Text(state, "workflow_name"),
               .region = Text(state, "region"),
               .job_id = Text(state, "job_id")};
  if (name.region.empty()) {
    answer.diagnostics.push_back(NoRegion());
    return answer;
  }
  absl::StatusOr<Region*> region = session->ForRegion(name.region);
  if (!region.ok()) {
    answer.diagnostics.push_back(UnableToConnect(name.region, region.status()));
    return answer;
  }
  IdMappingJobs& jobs = (*region)->jobs;

  const schema::Reading& reading = schema_.reading;
  const schema::Operation& operation = jobs.OperationOf(reading.operation);
  const json members = ToMembers(schema_, operation, state);
  const schema::Attribute* items =
      reading.items.empty() ? nullptr : schema_.FindAttribute(reading.items);
  absl::StatusOr<aws::Answer> found =
      items == nullptr ? jobs.Call(reading.operation, members, stop)
                       : jobs.ListAll(reading.operation, items->member, members, 0, stop);
  if (!found.ok()) {
    answer.diagnostics.push_back(UnableToRead(name, found.status()));
    return answer;
  }
  const absl::Status status = FromAnswer(schema_, operation, found->body, attributes);
  if (!status.ok()) {
    answer.diagnostics.push_back(UnableToRead(name, status));
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

}  // namespace er::resource
