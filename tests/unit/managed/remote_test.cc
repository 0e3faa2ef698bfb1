// What goes out of a call, and what becomes of the answers of others meanwhile.
#include "managed/remote.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <utility>
#include <vector>

#include "managed/declared_query.h"
#include "resource/operation.h"
#include "schema/loader.h"
#include "schema/translate.h"
#include "unit/managed/fixture.h"

namespace er::managed {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Answers from a queue, and else with {}; remembers what it was asked.
class RecordingClient final : public aws::Client {
 public:
  absl::StatusOr<aws::Answer> Call(const aws::Operation& operation, const json& members,
                                   std::stop_token) override {
    calls.emplace_back(operation, members);
    if (answers.empty()) return aws::Answer();
    absl::StatusOr<aws::Answer> answer = std::move(answers.front());
    answers.pop_front();
    return answer;
  }

  std::vector<std::pair<aws::Operation, json>> calls{};
  std::deque<absl::StatusOr<aws::Answer>> answers{};
};

// Another client's calls.
class Through final : public aws::Client {
 public:
  explicit Through(aws::Client& to) : to_(to) {}
  absl::StatusOr<aws::Answer> Call(const aws::Operation& operation, const json& members,
                                   std::stop_token stop) override {
    return to_.Call(operation, members, std::move(stop));
  }

 private:
  aws::Client& to_;
};

const schema::Schema& Resource(const char* name) {
  return *schema::BuiltInCatalog().Find(schema::Kind::kResource, name);
}

aws::Answer Answered(json body) {
  aws::Answer answer;
  answer.body = std::move(body);
  return answer;
}

// At whatever depth: in an object, and in a list of objects.
TEST(RemoteTest, WhatIsSensitiveIsASecretOfTheCall) {
  RecordingClient client;
  const auto secrets_of = [&](const char* name, const json& members) {
    EXPECT_TRUE(
        RemoteOf(schema::BuiltInCatalog(), Resource(name), client)->Create(members, {}).ok());
    std::vector<std::string> secrets;
    for (const Secret& secret : client.calls.back().first.secrets) {
      secrets.push_back(secret.Reveal());
    }
    return secrets;
  };
  const json provider = {{"providerServiceArn", "arn:aws:entityresolution:x"},
                         {"providerConfiguration", {{"key", "s3cr3t"}, {"pin", "123"}}}};
  EXPECT_THAT(secrets_of("entityresolution_matching_workflow",
                         {{"workflowName", "wf"},
                          {"resolutionTechniques", {{"providerProperties", provider}}}}),
              ElementsAre("s3cr3t"))
      << "what has three characters is in every text";
  EXPECT_THAT(secrets_of("entityresolution_id_namespace",
                         {{"idMappingWorkflowProperties",
                           json::array({{{"providerProperties", provider}}})}}),
              ElementsAre("s3cr3t"));
  EXPECT_THAT(secrets_of("entityresolution_id_namespace", {{"idNamespaceName", "n"}}), IsEmpty());
}

TEST(RemoteTest, AServiceThatNeverEndsItsListEndsNobody) {
  class Endless final : public aws::Client {
   public:
    absl::StatusOr<aws::Answer> Call(const aws::Operation&, const json&, std::stop_token) override {
      ++calls;
      if (calls > 20'000) return absl::InternalError("it never ends");
      return Answered({{"items", json::array()}, {"nextToken", "again"}});
    }
    int calls = 0;
  } client;
  const absl::Status status =
      resource::EachPage(client, {.name = "ListThings"}, "items", json::object(), {},
                         [](const json&, absl::Time) { return true; });
  EXPECT_EQ(status, absl::InternalError("ListThings: over 10000 pages"));
}

// The token says which document it was made of: without one, what somebody else wrote is lost.
TEST(RemoteTest, APolicyIsWrittenOnlyAsItWasRead) {
  RecordingClient client;
  client.answers = {Answered({{"token", "t7"}, {"policy", R"({"Statement": []})"}})};
  Value planned = schema::EmptyObject(Resource("entityresolution_policy_statement"));
  for (const auto& [name, value] :
       {std::pair("arn", Value("arn:x")), std::pair("statement_id", Value("s")),
        std::pair("effect", Value("Allow")), std::pair("action", Value(Value::List{"a:B"})),
        std::pair("principal", Value(Value::List{"123456789012"}))}) {
    planned.AsMap()[name] = value;
  }
  const auto remote =
      RemoteOf(schema::BuiltInCatalog(), Resource("entityresolution_policy_statement"), client);
  ASSERT_TRUE(remote->Update(planned, {}).ok());
  EXPECT_EQ(client.calls.back().first.name, "PutPolicy");
  EXPECT_EQ(client.calls.back().second["token"], "t7");
}

using QueryTest = DeclaredResourceTest;

TEST_F(QueryTest, WhatIsDeletedMeanwhileIsLeftOut) {
  RecordingClient client;
  client.answers = {
      Answered({{"schemaList", {{{"schemaName", "gone"}, {"schemaArn", "arn:gone"}}}}}),
      FakeService::Refusal("GetSchemaMapping", "ResourceNotFoundException", "there is none")};
  resource::Session session(
      {.connect = [&](const std::string&) -> absl::StatusOr<std::unique_ptr<aws::Client>> {
         return std::make_unique<Through>(client);
       },
       .region = "eu-west-1",
       .account = "123456789012"});
  context_.session = &session;
  const schema::Schema& list = *schema::BuiltInCatalog().Find(schema::Kind::kListResource,
                                                              "entityresolution_schema_mapping");
  std::vector<std::string> listed;
  const Diagnostics told = DeclaredQuery(list, schema_, context_)
                               .List({.config = schema::EmptyObject(list), .wants_objects = true},
                                     [&](const resource::Listed& one) {
                                       listed.push_back(one.display_name);
                                       return true;
                                     });
  EXPECT_THAT(told, IsEmpty());
  EXPECT_THAT(listed, IsEmpty());
  EXPECT_EQ(client.calls.size(), 2u);
}

}  // namespace
}  // namespace er::managed
