// What has a name, of every kind: made, read, changed, deleted, listed, tagged.
#include <ostream>
#include <string>

#include "emulator/uri.h"
#include "gmock/gmock.h"
#include "unit/emulator/client.h"

namespace er::emulator {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

constexpr char kTable[] = "arn:aws:glue:eu-west-1:123456789012:table/db/t";
constexpr char kRole[] = "arn:aws:iam::123456789012:role/reader";

Json SchemaBody(const std::string& name) {
  return {{"schemaName", name},
          {"mappedInputFields",
           {{{"fieldName", "id"}, {"type", "UNIQUE_ID"}},
            {{"fieldName", "name"}, {"type", "NAME"}, {"matchKey", "n"}}}}};
}

Json NamespaceBody(const std::string& name) {
  return {{"idNamespaceName", name},
          {"type", "SOURCE"},
          {"inputSourceConfig", {{{"inputSourceARN", kTable}, {"schemaName", "s"}}}},
          {"idMappingWorkflowProperties", {{{"idMappingType", "RULE_BASED"}}}}};
}

Json MappingBody(const std::string& name) {
  return {{"workflowName", name},
          {"inputSourceConfig", {{{"inputSourceARN", kTable}, {"schemaName", "s"}}}},
          {"outputSourceConfig", {{{"outputS3Path", "s3://bucket/out/"}}}},
          {"idMappingTechniques", {{"idMappingType", "RULE_BASED"}}},
          {"roleArn", kRole}};
}

Json MatchingBody(const std::string& name) {
  return {{"workflowName", name},
          {"inputSourceConfig", {{{"inputSourceARN", kTable}, {"schemaName", "s"}}}},
          {"outputSourceConfig",
           {{{"outputS3Path", "s3://bucket/out/"},
             {"output", {{{"name", "id"}}, {{"name", "name"}, {"hashed", true}}}}}}},
          {"resolutionTechniques",
           {{"resolutionType", "RULE_MATCHING"},
            {"ruleBasedProperties",
             {{"rules",
               {{{"ruleName", "b"}, {"matchingKeys", {"x", "y"}}},
                {{"ruleName", "a"}, {"matchingKeys", {"z"}}}}},
              {"attributeMatchingModel", "ONE_TO_ONE"}}}}},
          {"roleArn", kRole}};
}

// A kind, as its operations have it.
struct Row {
  std::string name;  // of the test
  std::string path;
  std::string arn_type;
  std::string name_member;
  std::string arn_member;
  std::string list_member;
  Json (*body)(const std::string& name);
  std::string member;  // one that an update changes
  Json changed;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

const Row kRows[] = {
    {"SchemaMapping",
     "/schemas",
     "schemamapping",
     "schemaName",
     "schemaArn",
     "schemaList",
     SchemaBody,
     "mappedInputFields",
     {{{"fieldName", "a"}, {"type", "NAME"}}, {{"fieldName", "b"}, {"type", "DATE"}}}},
    {"IdNamespace", "/idnamespaces", "idnamespace", "idNamespaceName", "idNamespaceArn",
     "idNamespaceSummaries", NamespaceBody, "roleArn", kRole},
    {"IdMappingWorkflow",
     "/idmappingworkflows",
     "idmappingworkflow",
     "workflowName",
     "workflowArn",
     "workflowSummaries",
     MappingBody,
     "outputSourceConfig",
     {{{"outputS3Path", "s3://bucket/other/"}}}},
    {"MatchingWorkflow",
     "/matchingworkflows",
     "matchingworkflow",
     "workflowName",
     "workflowArn",
     "workflowSummaries",
     MatchingBody,
     "incrementalRunConfig",
     {{"incrementalRunType", "IMMEDIATE"}}},
};

class UniqueIdTest : public testing::Test {
 protected:
  UniqueIdTest() { client.Control("PUT", "workflows/people", {{"kind", "matchingworkflow"}}); }

  Seen Delete(const std::string& workflow, Headers headers) {
    Request request =
        Client::Unsigned("DELETE", absl::StrCat("/matchingworkflows/", workflow, "/uniqueids"), "");
    request.headers = std::move(headers);
    Sign(request, client.signing, client.clock.Now());
    return client.Send(request);
  }

  Client client;
};

TEST_F(UniqueIdTest, AreReadFromAHeaderWithQuotationMarks) {
  const Seen seen = Delete("people", {{"uniqueids", R"(4711, "a,b",c=)"}, {"inputsource", kTable}});
  EXPECT_EQ(seen.code(), 200) << seen.answer.body;
  EXPECT_EQ(seen.json["status"], "COMPLETED");
  EXPECT_EQ(seen.json["deleted"],
            Json({{{"uniqueId", "4711"}}, {{"uniqueId", "a,b"}}, {{"uniqueId", "c="}}}));
  EXPECT_EQ(seen.json["errors"], Json::array());
  EXPECT_EQ(seen.json["disconnectedUniqueIds"], Json::array());
}

TEST_F(UniqueIdTest, AreHeldAgainstTheLimits) {
  EXPECT_EQ(Delete("people", {}).error(), "ValidationException");
  EXPECT_EQ(Delete("people", {{"uniqueids", "a b"}}).error(), "ValidationException");
  EXPECT_EQ(Delete("people", {{"uniqueids", std::string(781, 'a')}}).error(),
            "ValidationException");
  EXPECT_EQ(Delete("people", {{"uniqueids", "a"}, {"inputsource", "s3://bucket/"}}).error(),
            "ValidationException");
  EXPECT_EQ(Delete("nobody", {{"uniqueids", "a"}}).error(), "ResourceNotFoundException");
}

class ThingTest : public testing::TestWithParam<Row> {
 protected:
  ThingTest() { client.Call("POST", "/schemas", SchemaBody("s").dump()); }

  Seen Create(const std::string& name, const Json& more = Json::object()) {
    Json body = GetParam().body(name);
    body.update(more);
    return client.Call("POST", GetParam().path, body.dump());
  }
  Seen Get(const std::string& name) { return client.Call("GET", GetParam().path + "/" + name); }
  Seen Update(const std::string& name, Json body) {
    body.erase(GetParam().name_member);
    body.erase("type");
    return client.Call("PUT", GetParam().path + "/" + name, body.dump());
  }
  Seen Delete(const std::string& name) {
    return client.Call("DELETE", GetParam().path + "/" + name);
  }
  std::string TagsOf(const std::string& name) {
    return "/tags/" + PercentEncode("arn:aws:entityresolution:eu-west-1:123456789012:" +
                                    GetParam().arn_type + "/" + name);
  }

  Client client;
};

TEST_P(ThingTest, IsMadeReadAndDeleted) {
  const Seen made = Create("x");
  ASSERT_EQ(made.code(), 200) << made.answer.body;
  const std::string arn =
      "arn:aws:entityresolution:eu-west-1:123456789012:" + GetParam().arn_type + "/x";
  EXPECT_EQ(made.json[GetParam().arn_member], arn);

  const Seen read = Get("x");
  ASSERT_EQ(read.code(), 200) << read.answer.body;
  EXPECT_EQ(read.json[GetParam().name_member], "x");
  EXPECT_EQ(read.json[GetParam().arn_member], arn);
  EXPECT_TRUE(read.json["createdAt"].is_number());
  const Json body = GetParam().body("x");
  for (const auto& [member, value] : body.items()) {
    EXPECT_EQ(read.json[member], value) << member;
  }

  EXPECT_EQ(Delete("x").code(), 200);
  EXPECT_EQ(Get("x").error(), "ResourceNotFoundException");
  EXPECT_EQ(Delete("x").code(), 200) << "gone already is as good";
}

TEST_P(ThingTest, IsThereOnce) {
  Create("x");
  const Seen again = Create("x");
  EXPECT_EQ(again.error(), "ConflictException");
  EXPECT_THAT(again.message(), HasSubstr("exists already"));
}

// What an update leaves out is gone.
TEST_P(ThingTest, IsReplacedAsAWhole) {
  Create("x", {{"description", "d"}});
  Json body = GetParam().body("x");
  body[GetParam().member] = GetParam().changed;
  client.clock.Advance(absl::Seconds(1));
  const Seen updated = Update("x", body);
  ASSERT_EQ(updated.code(), 200) << updated.answer.body;
  const Json read = Get("x").json;
  EXPECT_EQ(read[GetParam().member], GetParam().changed);
  EXPECT_FALSE(read.contains("description"));
  EXPECT_GT(read["updatedAt"], read["createdAt"]);
  EXPECT_EQ(Update("y", body).error(), "ResourceNotFoundException");
}

TEST_P(ThingTest, IsListedPageByPage) {
  client.Control("POST", "config", {{"workflow_quota", 100}, {"namespace_quota", 100}});
  for (int i = 0; i < 30; ++i) Create(absl::StrCat("x", i + 10));
  std::size_t count = 0;
  std::string token;
  do {
    const Seen seen = client.Call(
        "GET", GetParam().path + (token.empty() ? "" : "?nextToken=" + PercentEncode(token)));
    ASSERT_EQ(seen.code(), 200) << seen.answer.body;
    const Json& page = seen.json;
    for (const Json& item : page[GetParam().list_member]) {
      EXPECT_TRUE(item.contains(GetParam().arn_member));
      if (item[GetParam().name_member].get<std::string>()[0] == 'x') ++count;
    }
    token = page.value("nextToken", "");
  } while (!token.empty());
  EXPECT_EQ(count, 30U);
}

TEST_P(ThingTest, HasTags) {
  Create("x", {{"tags", {{"a", "1"}, {"b", "2"}}}});
  const std::string tags = TagsOf("x");
  EXPECT_EQ(client.Call("GET", tags).json["tags"], Json({{"a", "1"}, {"b", "2"}}));
  EXPECT_EQ(client.Call("POST", tags, R"({"tags": {"b": "3", "c": ""}})").code(), 200);
  EXPECT_EQ(client.Call("DELETE", tags + "?tagKeys=a&tagKeys=c").code(), 200);
  EXPECT_EQ(client.Call("GET", tags).json["tags"], Json({{"b", "3"}}));
  EXPECT_EQ(client.Call("POST", tags, R"({"tags": {"aws:x": "1"}})").error(),
            "ValidationException");
  EXPECT_EQ(client.Call("GET", TagsOf("y")).error(), "ResourceNotFoundException");
}

TEST_P(ThingTest, IsSeenWhenReadsHaveCaughtUp) {
  client.Control("POST", "config", {{"read_lag", "10s"}});
  Create("x");
  EXPECT_EQ(Get("x").code(), 404);
  client.clock.Advance(absl::Seconds(10));
  EXPECT_EQ(Get("x").code(), 200);
  Json body = GetParam().body("x");
  body["description"] = "new";
  Update("x", body);
  EXPECT_FALSE(Get("x").json.contains("description"));
  client.clock.Advance(absl::Seconds(10));
  EXPECT_EQ(Get("x").json["description"], "new");
}

TEST_P(ThingTest, MayTellMoreThanItWasTold) {
  Create("x");
  client.Control("POST", "config", {{"empty_description", true}, {"fills_in", true}});
  EXPECT_EQ(Get("x").json["description"], "");
}

INSTANTIATE_TEST_SUITE_P(Each, ThingTest, testing::ValuesIn(kRows),
                         [](const auto& test) { return test.param.name; });

class ThingsTest : public testing::Test {
 protected:
  ThingsTest() { Post("/schemas", SchemaBody("s")); }

  Seen Post(const std::string& path, const Json& body) {
    return client.Call("POST", path, body.dump());
  }

  Client client;
};

TEST_F(ThingsTest, NameWhatExists) {
  Json body = MappingBody("w");
  body["inputSourceConfig"][0]["schemaName"] = "t";
  Seen refused = Post("/idmappingworkflows", body);
  EXPECT_EQ(refused.error(), "ValidationException");
  EXPECT_EQ(refused.message(), "There is no schema mapping t");
  body["inputSourceConfig"] = {
      {{"inputSourceARN", "arn:aws:entityresolution:eu-west-1:123456789012:idnamespace/n"}}};
  EXPECT_THAT(Post("/idmappingworkflows", body).message(), HasSubstr("idnamespace/n"));
  Post("/idnamespaces", NamespaceBody("n"));
  EXPECT_EQ(Post("/idmappingworkflows", body).code(), 200);
  EXPECT_EQ(client.Call("DELETE", "/idnamespaces/n").error(), "ConflictException");
}

TEST_F(ThingsTest, OfASchemaAreFixedWhileItIsUsed) {
  EXPECT_EQ(client.Call("GET", "/schemas/s").json["hasWorkflows"], false);
  Post("/matchingworkflows", MatchingBody("w"));
  EXPECT_EQ(client.Call("GET", "/schemas/s").json["hasWorkflows"], true);
  Json body = SchemaBody("s");
  body.erase("schemaName");
  const Seen refused = client.Call("PUT", "/schemas/s", body.dump());
  EXPECT_EQ(refused.error(), "ConflictException");
  EXPECT_THAT(refused.message(), HasSubstr("matching workflow w"));
  EXPECT_EQ(client.Call("DELETE", "/schemas/s").error(), "ConflictException");

  client.Control("POST", "config", {{"usage_lag", "5s"}});
  client.Call("DELETE", "/matchingworkflows/w");
  EXPECT_EQ(client.Call("DELETE", "/schemas/s").error(), "ConflictException");
  client.clock.Advance(absl::Seconds(5));
  EXPECT_EQ(client.Call("DELETE", "/schemas/s").code(), 200);
}

TEST_F(ThingsTest, StayWhileTheyRun) {
  Post("/matchingworkflows", MatchingBody("w"));
  const std::string job =
      client.Call("POST", "/matchingworkflows/w/jobs", "{}").json.value("jobId", "");
  EXPECT_THAT(job, SizeIs(32));
  EXPECT_EQ(client.Call("POST", "/matchingworkflows/w/jobs", "{}").error(), "ConflictException");
  EXPECT_EQ(client.StartWith("{}").code(), 200) << "an ID mapping job has a quota of its own";
  EXPECT_THAT(client.Call("DELETE", "/matchingworkflows/w").message(),
              HasSubstr("currently running"));
  client.clock.Advance(absl::Seconds(30));
  const Json ended = client.Call("GET", "/matchingworkflows/w/jobs/" + job).json;
  EXPECT_EQ(ended["status"], "SUCCEEDED");
  EXPECT_TRUE(ended["metrics"].contains("matchIDs"));
  EXPECT_EQ(ended["outputSourceConfig"],
            Json({{{"roleArn", kRole}, {"outputS3Path", "s3://bucket/out/"}}}));
  EXPECT_FALSE(ended.contains("jobType"));
  EXPECT_EQ(client.Call("GET", "/matchingworkflows/w/jobs").json["jobs"][0]["jobId"], job);
  EXPECT_EQ(client.Call("DELETE", "/matchingworkflows/w").code(), 200);
}

TEST_F(ThingsTest, AreLimitedInNumber) {
  client.Control("POST", "config", {{"namespace_quota", 1}});
  EXPECT_EQ(Post("/idnamespaces", NamespaceBody("a")).code(), 200);
  const Seen refused = Post("/idnamespaces", NamespaceBody("b"));
  EXPECT_EQ(refused.code(), 402);
  EXPECT_EQ(refused.json["quotaName"], "ID namespaces");
  EXPECT_EQ(refused.json["quotaValue"], 1);
}

TEST_F(ThingsTest, WaitForARoleThatIsYoung) {
  client.Control("POST", "config", {{"role_delay", "10s"}});
  const Seen refused = Post("/matchingworkflows", MatchingBody("w"));
  EXPECT_EQ(refused.error(), "AccessDeniedException");
  EXPECT_THAT(refused.message(), HasSubstr("assuming the passed role"));
  client.clock.Advance(absl::Seconds(10));
  EXPECT_EQ(Post("/matchingworkflows", MatchingBody("w")).code(), 200);
}

TEST_F(ThingsTest, AreFilledInAndReorderedButForRules) {
  Post("/matchingworkflows", MatchingBody("w"));
  client.Control("POST", "config", {{"fills_in", true}, {"reorders", true}});
  const Json read = client.Call("GET", "/matchingworkflows/w").json;
  EXPECT_EQ(read["inputSourceConfig"][0]["applyNormalization"], true);
  EXPECT_EQ(read["outputSourceConfig"][0]["output"],
            Json({{{"name", "name"}, {"hashed", true}}, {{"name", "id"}, {"hashed", false}}}));
  const Json& rules = read["resolutionTechniques"]["ruleBasedProperties"]["rules"];
  EXPECT_EQ(rules[0]["ruleName"], "b");
  EXPECT_EQ(rules[0]["matchingKeys"], Json({"y", "x"}));
  EXPECT_EQ(read["resolutionTechniques"]["ruleBasedProperties"]["matchPurpose"],
            "IDENTIFIER_GENERATION");
}

TEST_F(ThingsTest, AreChangedBySomebodyElse) {
  Post("/idnamespaces", NamespaceBody("n"));
  EXPECT_EQ(client
                .Control("POST", "things",
                         {{"kind", "idnamespace"},
                          {"name", "n"},
                          {"definition", {{"description", "changed"}}},
                          {"tags", {{"a", "b"}}}})
                .code(),
            200);
  EXPECT_EQ(client.Call("GET", "/idnamespaces/n").json["description"], "changed");
  EXPECT_EQ(client.Call("GET", "/idnamespaces/n").json["tags"], Json({{"a", "b"}}));
  client.Control("POST", "things", {{"kind", "idnamespace"}, {"name", "n"}, {"deleted", true}});
  EXPECT_EQ(client.Call("GET", "/idnamespaces/n").code(), 404);
  EXPECT_EQ(client.Control("POST", "things", {{"kind", "bucket"}, {"name", "n"}}).code(), 400);
}

class PolicyTest : public ThingsTest {
 protected:
  const std::string arn_ = "arn:aws:entityresolution:eu-west-1:123456789012:schemamapping/s";
  const std::string path_ = "/policies/" + PercentEncode(arn_);
  const Json statement_ = {{"effect", "Allow"},
                           {"action", {"entityresolution:GetSchemaMapping"}},
                           {"principal", {"210987654321", "glue.amazonaws.com"}},
                           {"condition", R"({"StringEquals": {"a": "b"}})"}};

  Json Document() {
    return Json::parse(client.Call("GET", path_).json.value("policy", ""), nullptr, false);
  }
};

TEST_F(PolicyTest, IsMadeOfStatements) {
  EXPECT_EQ(client.Call("GET", path_).error(), "ResourceNotFoundException");
  ASSERT_EQ(client.Call("POST", path_ + "/First", statement_.dump()).code(), 200);
  EXPECT_EQ(client.Call("POST", path_ + "/First", statement_.dump()).error(), "ConflictException");
  EXPECT_EQ(Document()["Statement"][0],
            Json({{"Sid", "First"},
                  {"Effect", "Allow"},
                  {"Action", "entityresolution:GetSchemaMapping"},
                  {"Principal",
                   {{"AWS", "arn:aws:iam::210987654321:root"}, {"Service", "glue.amazonaws.com"}}},
                  {"Resource", arn_},
                  {"Condition", {{"StringEquals", {{"a", "b"}}}}}}));
  EXPECT_EQ(client.Call("DELETE", path_ + "/First").code(), 200);
  EXPECT_EQ(client.Call("DELETE", path_ + "/First").error(), "ResourceNotFoundException");
  EXPECT_THAT(Document()["Statement"], SizeIs(0));
}

TEST_F(PolicyTest, IsReplacedByWhoHasReadIt) {
  client.Call("POST", path_ + "/First", statement_.dump());
  const Json read = client.Call("GET", path_).json;
  const Json put = {{"token", read["token"]}, {"policy", R"({"Statement": []})"}};
  EXPECT_EQ(client.Call("PUT", path_, put.dump()).code(), 200);
  EXPECT_EQ(client.Call("PUT", path_, put.dump()).error(), "ConflictException");
  EXPECT_EQ(client.Call("PUT", path_, R"({"policy": "[]"})").error(), "ValidationException");
}

TEST_F(PolicyTest, IsOfWhatExistsAndGoesWithIt) {
  client.Call("POST", path_ + "/First", statement_.dump());
  client.Call("DELETE", "/schemas/s");
  EXPECT_EQ(client.Call("GET", path_).error(), "ResourceNotFoundException");
  Post("/schemas", SchemaBody("s"));
  EXPECT_EQ(client.Call("GET", path_).error(), "ResourceNotFoundException");
}

TEST(ProviderServices, AreListedAndTold) {
  Client client;
  const Json all = client.Call("GET", "/providerservices").json["providerServiceSummaries"];
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_THAT(client.Call("GET", "/providerservices?providerName=Other").json,
              testing::ResultOf([](const Json& json) { return json["providerServiceSummaries"]; },
                                SizeIs(1)));
  const std::string arn = all[0]["providerServiceArn"].get<std::string>();
  const Seen one = client.Call("GET", "/providerservices/Emulated/" + PercentEncode(arn));
  ASSERT_EQ(one.code(), 200) << one.answer.body;
  EXPECT_EQ(one.json["providerServiceName"], "Assignment");
  EXPECT_TRUE(one.json["providerConfigurationDefinition"].is_object());
  EXPECT_EQ(client.Call("GET", "/providerservices/Other/" + PercentEncode(arn)).code(), 404);
}

}  // namespace
}  // namespace er::emulator
