// What `terraform query` asks: objects, streamed as they are found.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acceptance/emulator_process.h"
#include "protocol/provider_under_test.h"
#include "protocol/typed.h"
#include "support/value_printing.h"

namespace er {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using Event = tfplugin6::ListResource::Event;
using Stub = tfplugin6::Provider::Stub;

constexpr char kWorkflow[] = "entityresolution_id_mapping_workflow";

class ProviderQuery : public testing::Test {
 protected:
  ProviderQuery() { EXPECT_EQ(provider_.Configure(EmulatorArguments(emulator_.url())), ""); }
  ~ProviderQuery() override { std::filesystem::remove_all(folder_); }

  struct Options {
    std::int64_t limit = 100;
    bool with_objects = false;
  };

  static tfplugin6::ListResource::Request Request(const std::string& name, Value::Map config,
                                                  Options options) {
    const Typed list(schema::Kind::kListResource, name);
    tfplugin6::ListResource::Request request;
    request.set_type_name(name);
    *request.mutable_config() = list.ToMessage(list.Object(std::move(config)));
    request.set_limit(options.limit);
    request.set_include_resource_object(options.with_objects);
    return request;
  }

  std::vector<Event> List(const std::string& name, Value::Map config) {
    return List(name, std::move(config), Options());
  }
  std::vector<Event> List(const std::string& name, Value::Map config, Options options) {
    grpc::ClientContext call;
    call.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(1));
    const auto reader = provider_.plugin().provider().ListResource(
        &call, Request(name, std::move(config), options));
    std::vector<Event> events;
    for (Event event; reader->Read(&event);) events.push_back(event);
    EXPECT_TRUE(reader->Finish().ok());
    return events;
  }

  static std::string Told(const std::vector<Event>& events) {
    std::string told;
    for (const Event& event : events) absl::StrAppend(&told, ToText(event.diagnostic()));
    return told;
  }

  static std::string NewFolder() {
    std::string folder = "/tmp/er-query-XXXXXX";
    EXPECT_NE(mkdtemp(folder.data()), nullptr);
    return folder;
  }

  std::string folder_ = NewFolder();
  acceptance::EmulatorProcess emulator_{folder_};
  ProviderUnderTest provider_{{{"TF_ENTITYRESOLUTION_TEST_CLOCK_SPEED", "100"}}};
  const Typed workflow_{schema::Kind::kResource, kWorkflow};
  const Typed run_{schema::Kind::kResource, kRunType};
};

TEST_F(ProviderQuery, FindsAllObjectsOfAllPages) {
  std::set<std::string> made;
  for (int i = 0; i < 60; ++i) made.insert(absl::StrCat("wf", i));
  for (const std::string& name : made) emulator_.PutWorkflow(name);
  std::set<std::string> found;
  const std::vector<Event> events = List(kWorkflow, {});
  EXPECT_EQ(Told(events), "");
  for (const Event& event : events) {
    EXPECT_FALSE(event.has_resource_object());
    const Value identity = workflow_.Identity(event.identity());
    EXPECT_EQ(identity["account_id"], Value("123456789012"));
    EXPECT_EQ(identity["region"], Value("eu-west-1"));
    EXPECT_EQ(identity["workflow_name"], Value(event.display_name()));
    found.insert(event.display_name());
  }
  EXPECT_TRUE(std::includes(found.begin(), found.end(), made.begin(), made.end()));
  EXPECT_EQ(events.size(), found.size());
  EXPECT_GT(emulator_.Calls("ListIdMappingWorkflows"), 1);
}

TEST_F(ProviderQuery, EndsAtTheLimitWithoutAnotherCall) {
  for (int i = 0; i < 60; ++i) emulator_.PutWorkflow(absl::StrCat("wf", i));
  EXPECT_THAT(List(kWorkflow, {}, {.limit = 3}), SizeIs(3));
  EXPECT_EQ(emulator_.Calls("ListIdMappingWorkflows"), 1);
}

// It is what an import by the identity, and the refresh after it, make of it.
TEST_F(ProviderQuery, GivesTheWholeObjectOnlyWhereThatIsAsked) {
  emulator_.PutWorkflow("customers");
  const std::vector<Event> events = List(kWorkflow, {}, {.with_objects = true});
  EXPECT_EQ(Told(events), "");
  for (const Event& event : events) {
    if (event.display_name() != "customers") continue;
    const Value object = workflow_.FromMessage(event.resource_object());
    EXPECT_TRUE(object.IsWhollyKnown());
    tfplugin6::ImportResourceState::Request import;
    import.set_type_name(kWorkflow);
    *import.mutable_identity() = event.identity();
    const auto imported = provider_.Call(&Stub::ImportResourceState, import);
    ASSERT_EQ(imported.imported_resources_size(), 1);
    tfplugin6::ReadResource::Request read;
    read.set_type_name(kWorkflow);
    *read.mutable_current_state() = imported.imported_resources(0).state();
    const auto refreshed = provider_.Call(&Stub::ReadResource, read);
    EXPECT_EQ(workflow_.FromMessage(refreshed.new_state()), object);
    EXPECT_EQ(workflow_.Identity(refreshed.new_identity()), workflow_.Identity(event.identity()));
    return;
  }
  FAIL() << "it is not there";
}

TEST_F(ProviderQuery, FindsTheJobsOfAWorkflowWhoeverStartedThem) {
  emulator_.PutWorkflow("customers");
  emulator_.SetConfig({{"job_duration", "inf"}});
  const std::string ended = emulator_.StartAsSomebodyElse("customers");
  emulator_.Finish(ended);
  const std::string failed = emulator_.StartAsSomebodyElse("customers");
  emulator_.Finish(failed, "FAILED", "no such bucket");
  std::vector<std::string> ids;
  for (const Event& event : List(kRunType, {{"workflow_name", "customers"}})) {
    const Value identity = run_.Identity(event.identity());
    EXPECT_EQ(identity["workflow_name"], Value("customers"));
    ids.push_back(identity["job_id"].AsString());
  }
  EXPECT_THAT(ids, UnorderedElementsAre(ended, failed));

  const std::vector<Event> chosen =
      List(kRunType,
           {{"workflow_name",
             "arn:aws:entityresolution:eu-west-1:123456789012:idmappingworkflow/customers"},
            {"status", "FAILED"}},
           {.with_objects = true});
  ASSERT_THAT(chosen, SizeIs(1));
  EXPECT_THAT(chosen[0].display_name(), HasSubstr(absl::StrCat("customers/", failed, " (FAILED")));
  const Value run = run_.FromMessage(chosen[0].resource_object());
  EXPECT_EQ(run["id"], Value(absl::StrCat("customers/", failed)));
  EXPECT_EQ(run["error_message"], Value("no such bucket"));
}

TEST_F(ProviderQuery, FindsTheStatementsOfAPolicy) {
  emulator_.PutWorkflow("customers");
  const std::string arn =
      "arn:aws:entityresolution:eu-west-1:123456789012:idmappingworkflow/customers";
  const Typed statement(schema::Kind::kResource, "entityresolution_policy_statement");
  EXPECT_THAT(Told(List(statement.name(), {{"arn", arn}})),
              HasSubstr("warning: No Policy Statements: There are no policy statements in "
                        "eu-west-1, or not that of which they would be: "));
  for (const char* sid : {"reader", "writer"}) {
    tfplugin6::ApplyResourceChange::Request apply;
    apply.set_type_name(statement.name());
    *apply.mutable_prior_state() = statement.ToMessage(Value::Null());
    Value::Map planned = {{"arn", arn},
                          {"statement_id", sid},
                          {"effect", "Allow"},
                          {"action", Value::List{"entityresolution:GetIdMappingJob"}},
                          {"principal", Value::List{"210987654321"}},
                          {"region", "eu-west-1"},
                          {"id", Value::Unknown()}};
    *apply.mutable_planned_state() = statement.ToMessage(statement.Object(std::move(planned)));
    EXPECT_EQ(ToText(provider_.Call(&Stub::ApplyResourceChange, apply).diagnostics()), "");
  }
  std::vector<std::string> names;
  for (const Event& event : List(statement.name(), {{"arn", arn}}, {.with_objects = true})) {
    EXPECT_EQ(
        event.display_name(),
        absl::StrCat(arn, "|", statement.Identity(event.identity())["statement_id"].AsString()));
    const Value object = statement.FromMessage(event.resource_object());
    EXPECT_EQ(object["principal"], Value(Value::List{"210987654321"}));
    names.push_back(object["statement_id"].AsString());
  }
  EXPECT_THAT(names, UnorderedElementsAre("reader", "writer"));
}

TEST_F(ProviderQuery, SaysWhatWentWrongAndEnds) {
  const std::vector<Event> events = List(kRunType, {{"workflow_name", "nobody"}});
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_FALSE(events[0].has_identity());
  EXPECT_THAT(Told(events), HasSubstr("Unable to Read ID Mapping Jobs"));
  emulator_.Fault({{"kind", "access-denied"}, {"times", 0}});
  EXPECT_THAT(Told(List(kWorkflow, {})),
              HasSubstr("error: Unable to List ID Mapping Workflows: Listing the ID mapping "
                        "workflows in eu-west-1 failed: "));
}

TEST_F(ProviderQuery, IsRefusedBeforeTheProviderIsConfigured) {
  ProviderUnderTest bare;
  grpc::ClientContext call;
  const auto reader =
      bare.plugin().provider().ListResource(&call, Request(kWorkflow, {}, Options()));
  Event event;
  ASSERT_TRUE(reader->Read(&event));
  EXPECT_THAT(ToText(event.diagnostic()), HasSubstr("Provider Not Configured"));
  EXPECT_FALSE(reader->Read(&event));
}

// At its limit, Terraform hangs up without another word.
TEST_F(ProviderQuery, EndsWhereNobodyReadsAnyMore) {
  for (int i = 0; i < 60; ++i) emulator_.PutWorkflow(absl::StrCat("wf", i));
  {
    grpc::ClientContext call;
    const auto reader = provider_.plugin().provider().ListResource(
        &call, Request(kWorkflow, {}, {.limit = 0, .with_objects = true}));
    Event event;
    ASSERT_TRUE(reader->Read(&event));
    call.TryCancel();
    while (reader->Read(&event)) {
    }
    EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  EXPECT_GE(List(kWorkflow, {}).size(), 60U) << "the provider works on";
}

TEST_F(ProviderQuery, ChecksItsConfiguration) {
  const Typed list(schema::Kind::kListResource, kRunType);
  tfplugin6::ValidateListResourceConfig::Request request;
  request.set_type_name(kRunType);
  *request.mutable_config() =
      list.ToMessage(list.Object({{"workflow_name", "customers"}, {"region", Value::Unknown()}}));
  EXPECT_EQ(ToText(provider_.Call(&Stub::ValidateListResourceConfig, request).diagnostics()), "");
  *request.mutable_config() = list.ToMessage(list.Object({{"workflow_name", "no workflow"}}));
  EXPECT_THAT(ToText(provider_.Call(&Stub::ValidateListResourceConfig, request).diagnostics()),
              HasSubstr("error at config.workflow_name: "));
}

TEST_F(ProviderQuery, GeneratesWhatAPersonWouldWrite) {
  emulator_.PutWorkflow("customers");
  emulator_.SetConfig({{"job_duration", "inf"}});
  const std::string job = emulator_.StartAsSomebodyElse("customers");
  emulator_.Finish(job);
  const std::vector<Event> events =
      List(kRunType, {{"workflow_name", "customers"}}, {.with_objects = true});
  ASSERT_THAT(events, SizeIs(1));
  tfplugin6::GenerateResourceConfig::Request request;
  request.set_type_name(kRunType);
  *request.mutable_state() = events[0].resource_object();
  const auto response = provider_.Call(&Stub::GenerateResourceConfig, request);
  EXPECT_EQ(ToText(response.diagnostics()), "");
  EXPECT_EQ(run_.FromMessage(response.config()),
            RunConfig({{"workflow_name", "customers"}, {"job_type", "BATCH"}}));
}

}  // namespace
}  // namespace er
