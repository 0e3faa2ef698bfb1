// Schema mappings as a service has them, without HTTP, and a declared resource on them: the service
// does wrong what a test asks for.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "aws/client.h"
#include "aws/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "managed/declared_resource.h"
#include "resource/session.h"
#include "schema/loader.h"
#include "schema/translate.h"
#include "support/await.h"
#include "support/fake_clock.h"
#include "support/value_printing.h"

namespace er::managed {

using nlohmann::json;
using resource::PlanAnswer;
using resource::StateAnswer;

// What goes wrong with a call.
struct Fault {
  std::string code{};  // a refusal; empty: no answer came
  std::string message{};
  bool works = false;  // without an answer: the service did what was asked
};

class FakeService {
 public:
  explicit FakeService(Clock& clock) : clock_(clock) {}

  struct Thing {
    json definition{};
    std::map<std::string, std::string> tags{};
    absl::Time created{};
    absl::Time updated{};
    std::optional<json> before{};  // what reads tell until they have caught up; null: nothing
    int late_reads = 0;            // how many of them
  };
  std::map<std::string, Thing> things{};              // by name
  std::map<std::string, std::deque<Fault>> faults{};  // of the next calls of an operation
  std::vector<std::pair<std::string, json>> calls{};  // operation and members
  std::function<void(json&)> retell = [](json&) {};   // what reads make of an object
  int late_reads = 0;                                 // after each write
  bool has_workflows = false;
  std::function<void()> on_lost = [] {};  // when an answer is lost

  std::vector<std::string> Operations() const {
    std::vector<std::string> names;
    for (const auto& [name, members] : calls) names.push_back(name);
    return names;
  }
  // The members of the last call of this operation.
  json Sent(const std::string& operation) const {
    json sent;
    for (const auto& [name, members] : calls) {
      if (name == operation) sent = members;
    }
    return sent;
  }

  absl::StatusOr<aws::Answer> Handle(const std::string& operation, const json& members) {
    calls.emplace_back(operation, members);
    std::deque<Fault>& next = faults[operation];
    if (next.empty()) return Work(operation, members);
    const Fault fault = next.front();
    next.pop_front();
    if (!fault.code.empty()) return Refusal(operation, fault.code, fault.message);
    if (fault.works) Work(operation, members).IgnoreError();
    on_lost();
    return aws::ToStatus({.operation = operation,
                          .message = "the connection was reset",
                          .region = "eu-west-1",
                          .execution = aws::Execution::kUnknown});
  }

  static absl::Status Refusal(const std::string& operation, const std::string& code,
                              const std::string& message) {
    return aws::ToStatus({.operation = operation,
                          .code = code,
                          .message = message,
                          .request_id = "7f3c",
                          .region = "eu-west-1",
                          .http_status = code == "ResourceNotFoundException" ? 404
                                         : code == "AccessDeniedException"   ? 403
                                         : code == "InternalServerException" ? 500
                                                                             : 400,
                          .execution = aws::Execution::kRefused});
  }

 private:
  absl::StatusOr<aws::Answer> Work(const std::string& operation, const json& members) {
    aws::Answer answer{.date = absl::FromUnixSeconds(absl::ToUnixSeconds(clock_.Now()))};
    if (members.contains("resourceArn")) {
      answer.body = Tag(operation, members);
      return answer;
    }
    const std::string name = members.at("schemaName").get<std::string>();
    const auto found = things.find(name);
    if (operation == "CreateSchemaMapping") {
      if (found != things.end()) return Refusal(operation, "ConflictException", "it exists");
      Thing& thing = things[name];
      thing = {.definition = Definition(members),
               .created = clock_.Now(),
               .updated = clock_.Now(),
               .before = json(),
               .late_reads = late_reads};
      if (members.contains("tags")) thing.tags = members["tags"];
      answer.body = {{"schemaName", name}, {"schemaArn", ArnOf(name)}};
      return answer;
    }
    if (operation == "DeleteSchemaMapping") {
      things.erase(name);
      return answer;
    }
    if (found == things.end()) {
      return Refusal(operation, "ResourceNotFoundException", "there is none");
    }
    Thing& thing = found->second;
    if (operation == "UpdateSchemaMapping") {
      thing.before = Told(name, thing);
      thing.late_reads = late_reads;
      thing.definition = Definition(members);
      thing.updated = clock_.Now();
      answer.body = {{"schemaName", name}, {"schemaArn", ArnOf(name)}};
      return answer;
    }
    const bool is_late = thing.late_reads > 0;
    if (is_late) --thing.late_reads;
    if (is_late && thing.before->is_null()) {
      return Refusal(operation, "ResourceNotFoundException", "there is none");
    }
    answer.body = is_late ? *thing.before : Told(name, thing);
    return answer;
  }

  json Told(const std::string& name, const Thing& thing) const {
    json told = thing.definition;
    retell(told);
    told["schemaName"] = name;
    told["schemaArn"] = ArnOf(name);
    told["createdAt"] = static_cast<double>(absl::ToUnixMillis(thing.created)) / 1000;
    told["updatedAt"] = static_cast<double>(absl::ToUnixMillis(thing.updated)) / 1000;
    told["hasWorkflows"] = has_workflows;
    return told;
  }

  static json Definition(const json& members) {
    json definition = members;
    definition.erase("schemaName");
    definition.erase("tags");
    return definition;
  }

  json Tag(const std::string& operation, const json& members) {
    const std::string arn = members.at("resourceArn").get<std::string>();
    std::map<std::string, std::string>& tags = things[arn.substr(arn.rfind('/') + 1)].tags;
    if (operation == "ListTagsForResource") return {{"tags", tags}};
    if (operation == "TagResource") {
      for (const auto& [key, value] : members["tags"].items()) tags[key] = value;
    } else {
      for (const json& key : members["tagKeys"]) tags.erase(key.get<std::string>());
    }
    return json::object();
  }

  static std::string ArnOf(const std::string& name) {
    return "arn:aws:entityresolution:eu-west-1:123456789012:schemamapping/" + name;
  }

  Clock& clock_;
};

class FakeClient final : public aws::Client {
 public:
  explicit FakeClient(FakeService& service) : service_(service) {}
  absl::StatusOr<aws::Answer> Call(const aws::Operation& operation, const json& members,
                                   std::stop_token stop) override {
    if (stop.stop_requested()) return absl::CancelledError("interrupted");
    return service_.Handle(operation.name, members);
  }

 private:
  FakeService& service_;
};

class DeclaredResourceTest : public testing::Test {
 protected:
  static constexpr char kArn[] =
      "arn:aws:entityresolution:eu-west-1:123456789012:schemamapping/customers";

  static Value Field(const char* name, const char* type, Value match_key = {}, Value hashed = {}) {
    return Value::Map{{"field_name", name},          {"type", type},
                      {"group_name", Value::Null()}, {"match_key", std::move(match_key)},
                      {"sub_type", Value::Null()},   {"hashed", std::move(hashed)}};
  }

  // A configuration: customers with two fields, but for `parts`.
  Value Config(Value::Map parts = {}) const {
    Value config = schema::EmptyObject(resource_->schema());
    config.AsMap()["schema_name"] = "customers";
    config.AsMap()["mapped_input_fields"] =
        Value::List{Field("id", "UNIQUE_ID"), Field("name", "NAME", "name")};
    for (auto& [name, value] : parts) config.AsMap()[name] = value;
    return config;
  }

  PlanAnswer PlanTo(const Value& prior, const Value& config, std::string private_data = "") {
    return resource_->Plan(
        {.prior = prior, .config = config, .private_data = std::move(private_data)});
  }

  // From the prior state of `before` (nothing: a create) to `config`, as Terraform applies it.
  StateAnswer Apply(const Value& config, const StateAnswer& before = {},
                    std::stop_token stop = {}) {
    PlanAnswer plan = PlanTo(before.state, config, before.private_data);
    EXPECT_FALSE(HasError(plan.diagnostics)) << plan.diagnostics.front().detail;
    resource::ApplyRequest request{.prior = before.state,
                                   .planned = plan.planned,
                                   .private_data = plan.private_data,
                                   .stop = std::move(stop)};
    StateAnswer after = before.state.IsNull() ? Await(resource_->Create(std::move(request)))
                                              : Await(resource_->Update(std::move(request)));
    if (!HasError(after.diagnostics)) ExpectAsPlanned(plan.planned, after.state);
    return after;
  }

  StateAnswer Read(const StateAnswer& before) {
    return resource_->Read(before.state, before.private_data, {});
  }

  StateAnswer Delete(const StateAnswer& before, std::stop_token stop = {}) {
    return Await(resource_->Delete(
        {.prior = before.state, .private_data = before.private_data, .stop = std::move(stop)}));
  }

  // Whether a plan has nothing to do.
  bool IsEmptyPlan(const StateAnswer& before, const Value& config) {
    return PlanTo(before.state, config, before.private_data).planned == before.state;
  }

  // What Terraform insists on: what was known in the plan is so in the state, and nothing is
  // unknown.
  static void ExpectAsPlanned(const Value& planned, const Value& state) {
    EXPECT_TRUE(state.IsWhollyKnown());
    ASSERT_TRUE(state.IsMap());
    for (const auto& [name, value] : planned.AsMap()) {
      if (!value.IsWhollyKnown()) continue;
      EXPECT_EQ(state[name], value) << name;
    }
  }

  void SetTagRules(TagRules rules) {
    context_.tag_rules = std::move(rules);
    resource_.emplace(schema_, context_);
  }

  FakeClock clock_;
  FakeService service_{clock_};
  resource::Session session_{
      {.connect = [this](const std::string&) -> absl::StatusOr<std::unique_ptr<aws::Client>> {
         return std::make_unique<FakeClient>(service_);
       },
       .region = "eu-west-1",
       .account = "123456789012"}};
  const schema::Schema& schema_ =
      *schema::BuiltInCatalog().Find(schema::Kind::kResource, "entityresolution_schema_mapping");
  Context context_{.catalog = &schema::BuiltInCatalog(),
                   .clock = &clock_,
                   .session = &session_,
                   .tag_rules = TagRules()};
  std::optional<DeclaredResource> resource_{std::in_place, schema_, context_};
};

}  // namespace er::managed
