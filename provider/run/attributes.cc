#include "run/attributes.h"

#include <utility>

#include "value/json.h"

namespace er::run {
namespace {

// What the service tells of a job.
bool IsTold(const schema::Attribute& attribute) {
  return (attribute.is_volatile && !attribute.member.empty()) || attribute.name == "job_type";
}

Type ToldType(const schema::Schema& schema) {
  Type::Attributes types;
  for (const schema::Attribute& attribute : schema.attributes) {
    if (IsTold(attribute)) types.emplace(attribute.name, schema::TypeOf(attribute));
  }
  return Type::Object(std::move(types));
}

}  // namespace

bool Flag(const Value& object, absl::string_view name) {
  const Value& value = object[name];
  return value.IsBool() && value.AsBool();
}

RunName NameOf(const schema::JobKind& kind, const Value& run) {
  return {.kind = &kind,
          .workflow = TextOf(run, "workflow_name"),
          .region = TextOf(run, "region"),
          .job_id = TextOf(run, "job_id")};
}

absl::Duration TimeOut(const schema::Schema& schema, const Value& run, const std::string& step) {
  std::string text = TextOf(run["timeouts"], step);
  if (text.empty()) text = schema.timeouts.find(step)->second;
  absl::Duration duration;
  absl::ParseDuration(text, &duration);  // the schema has checked it
  return duration;
}

std::string KnownOf(const schema::Schema& schema, const Value& run) {
  Value::Map told;
  for (const schema::Attribute& attribute : schema.attributes) {
    if (!IsTold(attribute)) continue;
    const Value& value = run[attribute.name];
    told[attribute.name] = value.IsWhollyKnown() ? value : Value::Null();
  }
  return EncodeJson(Value(std::move(told)), ToldType(schema)).value_or("");
}

void FillKnown(const schema::Schema& schema, absl::string_view known, Value::Map& state) {
  if (known.empty()) return;
  absl::StatusOr<Value> told = DecodeJson(known, ToldType(schema), ExtraAttributes::kIgnore);
  if (!told.ok() || !told->IsMap()) return;
  for (auto& [name, value] : told->AsMap()) {
    if (state[name].IsUnknown()) state[name] = std::move(value);
  }
}

absl::Time StartOf(const Value& run) {
  absl::Time time = absl::InfinitePast();
  absl::ParseTime(absl::RFC3339_full, TextOf(run, "start_time"), &time, nullptr);
  return time;
}

}  // namespace er::run
