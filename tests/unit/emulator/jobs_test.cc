// Jobs and workflows as a client of the service sees them.
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "unit/emulator/client.h"

namespace er::emulator {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::string> Ids(const Seen& listed) {
  std::vector<std::string> ids;
  for (const Json& job : listed.json.value("jobs", Json::array())) {
    ids.push_back(job.value("jobId", ""));
  }
  return ids;
}

TEST(Job, RunsAndSucceeds) {
  Client client;
  const std::string job = client.Start();
  const double start = static_cast<double>(absl::ToUnixSeconds(client.clock.Now()));

  Json running = client.Get("customers", job).json;
  EXPECT_EQ(running["jobId"], job);
  EXPECT_EQ(running["status"], "RUNNING");
  EXPECT_EQ(running["startTime"], start);
  EXPECT_FALSE(running.contains("endTime"));
  EXPECT_FALSE(running.contains("metrics"));

  client.clock.Advance(absl::Seconds(29));
  EXPECT_EQ(client.Get("customers", job).json["status"], "RUNNING");

  client.clock.Advance(absl::Milliseconds(2500));
  Json finished = client.Get("customers", job).json;
  EXPECT_EQ(finished["status"], "SUCCEEDED");
  EXPECT_EQ(finished["endTime"], start + 30) << "when it ended, not when somebody looked";
  EXPECT_THAT(finished["metrics"], SizeIs(15));
  EXPECT_EQ(client.Get("customers", job).json["metrics"], finished["metrics"]);
  EXPECT_FALSE(finished.contains("errorDetails"));
}

TEST(Job, FailsWithItsReason) {
  Client client;
  client.Control("POST", "config", {{"outcome", "FAILED"}, {"message", "no such table"}});
  const std::string job = client.Start();
  client.clock.Advance(absl::Minutes(1));

  const Json failed = client.Get("customers", job).json;
  EXPECT_EQ(failed["status"], "FAILED");
  EXPECT_EQ(failed["errorDetails"], Json({{"errorMessage", "no such table"}}));
}

TEST(Job, KeepsToItsWorkflowsFate) {
  Client client;
  client.Control("POST", "config", {{"job_duration", "10m"}});
  client.Control("PUT", "workflows/quick", {{"outcome", "FAILED"}});
  const std::string job = client.Start("quick");
  client.clock.Advance(absl::Minutes(9));
  EXPECT_EQ(client.Get("quick", job).json["status"], "RUNNING");
  client.clock.Advance(absl::Minutes(1));
  EXPECT_EQ(client.Get("quick", job).json["status"], "FAILED");
}

TEST(Job, IsQueuedFirstWhereAskedFor) {
  Client client;
  client.Control("POST", "config", {{"queue_delay", "5s"}});
  const std::string job = client.Start();
  EXPECT_EQ(client.Get("customers", job).json["status"], "QUEUED");
  client.clock.Advance(absl::Seconds(5));
  EXPECT_EQ(client.Get("customers", job).json["status"], "RUNNING");
  client.clock.Advance(absl::Seconds(30));
  EXPECT_EQ(client.Get("customers", job).json["status"], "SUCCEEDED");
}

TEST(Job, HasTheTypeThatItsWorkflowImplies) {
  Client client;
  client.Control("POST", "config", {{"quota", 9}});
  client.Control("PUT", "workflows/growing", {{"incremental", true}});
  const auto type = [&](absl::string_view workflow, const std::string& body) {
    const Json started = client.StartWith(body, workflow).json;
    const Json got = client.Get(workflow, started["jobId"].get<std::string>()).json;
    EXPECT_EQ(got["jobType"], started["jobType"]);
    return started["jobType"].get<std::string>();
  };
  EXPECT_EQ(type("customers", "{}"), "BATCH");
  EXPECT_EQ(type("growing", "{}"), "INCREMENTAL");
  EXPECT_EQ(type("growing", R"({"jobType": "BATCH"})"), "BATCH");
  EXPECT_EQ(type("growing", R"({"jobType": "DELETE_ONLY"})"), "DELETE_ONLY");
}

TEST(Job, WritesWhereItWasTold) {
  Client client;
  const Json output = Json::array({{{"roleArn", "arn:aws:iam::123456789012:role/writer"},
                                    {"outputS3Path", "s3://mine/out/"},
                                    {"KMSArn", "arn:aws:kms:eu-west-1:123456789012:key/k"}}});
  const Json started = client.StartWith(Json{{"outputSourceConfig", output}}.dump()).json;
  EXPECT_EQ(started["outputSourceConfig"], output);
  EXPECT_EQ(client.Get("customers", started["jobId"].get<std::string>()).json["outputSourceConfig"],
            output);
}

TEST(Job, WritesWhereItsWorkflowSaysOtherwise) {
  Client client;
  client.Control("PUT", "workflows/own",
                 {{"output_s3_path", "s3://own/"},
                  {"role_arn", "arn:aws:iam::123456789012:role/own"},
                  {"kms_arn", "arn:aws:kms:eu-west-1:123456789012:key/own"}});
  const Json started = client.StartWith("{}", "own").json;
  EXPECT_EQ(started["outputSourceConfig"],
            Json::array({{{"roleArn", "arn:aws:iam::123456789012:role/own"},
                          {"outputS3Path", "s3://own/"},
                          {"KMSArn", "arn:aws:kms:eu-west-1:123456789012:key/own"}}}));
}

TEST(Job, BelongsToItsWorkflow) {
  Client client;
  client.Control("PUT", "workflows/other");
  const std::string job = client.Start();
  EXPECT_EQ(client.Get("other", job).error(), "ResourceNotFoundException");
  EXPECT_THAT(Ids(client.List("other")), IsEmpty());
}

TEST(Job, IdsFollowFromTheSeed) {
  const auto first = [](std::uint64_t seed) {
    Client client(FakeClock::Mode::kWaits, seed);
    return client.Start();
  };
  EXPECT_EQ(first(5), first(5));
  EXPECT_NE(first(5), first(6));
}

TEST(Quota, RefusesByConflict) {
  Client client;
  client.Control("PUT", "workflows/other");
  client.Start();
  const Seen refused = client.StartWith("{}", "other");
  EXPECT_EQ(refused.code(), 400);
  EXPECT_EQ(refused.error(), "ConflictException");
  EXPECT_EQ(client.JobsStarted(), 1);

  client.clock.Advance(absl::Seconds(30));
  client.Start("other");
}

TEST(Quota, RefusesByLimit) {
  Client client;
  client.Control("POST", "config", {{"refusal", "exceeds-limit"}});
  client.Start();
  const Seen refused = client.StartWith("{}");
  EXPECT_EQ(refused.code(), 402);
  EXPECT_EQ(refused.error(), "ExceedsLimitException");
  EXPECT_EQ(refused.json["quotaValue"], 1);
  EXPECT_TRUE(refused.json["quotaName"].is_string());
  EXPECT_EQ(client.JobsStarted(), 1);
}

TEST(Quota, Queues) {
  Client client;
  client.Control("POST", "config", {{"refusal", "queued"}});
  std::vector<std::string> jobs;
  for (int i = 0; i < 3; ++i) jobs.push_back(client.Start());
  const auto statuses = [&] {
    std::vector<std::string> all;
    for (const std::string& job : jobs) {
      all.push_back(client.Get("customers", job).json.value("status", ""));
    }
    return all;
  };
  EXPECT_THAT(statuses(), ElementsAre("RUNNING", "QUEUED", "QUEUED"));
  client.clock.Advance(absl::Seconds(30));
  EXPECT_THAT(statuses(), ElementsAre("SUCCEEDED", "RUNNING", "QUEUED"));
  // Each starts when the one before it ends, also while nobody looks.
  client.clock.Advance(absl::Seconds(59));
  EXPECT_THAT(statuses(), ElementsAre("SUCCEEDED", "SUCCEEDED", "RUNNING"));
  client.clock.Advance(absl::Seconds(1));
  EXPECT_THAT(statuses(), ElementsAre("SUCCEEDED", "SUCCEEDED", "SUCCEEDED"));
}

TEST(Quota, HoldsPerRegion) {
  Client client;
  const std::string here = client.Start();
  client.signing.region = "us-east-1";
  const std::string there = client.Start();
  EXPECT_EQ(client.StartWith("{}").error(), "ConflictException");
  EXPECT_EQ(client.Get("customers", here).error(), "ResourceNotFoundException");
  EXPECT_THAT(Ids(client.List("customers")), ElementsAre(there));
}

TEST(List, ShowsTheNewestFirst) {
  Client client;
  const std::string first = client.Start();
  client.clock.Advance(absl::Seconds(30));
  const std::string second = client.Start();

  const Seen listed = client.List("customers");
  EXPECT_THAT(Ids(listed), ElementsAre(second, first));
  EXPECT_FALSE(listed.json.contains("nextToken"));
  EXPECT_EQ(listed.json["jobs"][0].size(), 3);  // jobId, status, startTime
  EXPECT_EQ(listed.json["jobs"][1]["status"], "SUCCEEDED");
  EXPECT_TRUE(listed.json["jobs"][1].contains("endTime"));
}

TEST(List, ComesInPages) {
  Client client;
  client.Control("POST", "config", {{"quota", 100}});
  std::vector<std::string> newest_first;
  for (int i = 0; i < 60; ++i) newest_first.insert(newest_first.begin(), client.Start());

  EXPECT_EQ(Ids(client.List("customers")),
            std::vector(newest_first.begin(), newest_first.begin() + 25))
      << "25 unless asked for";

  std::vector<std::string> all;
  std::string token;
  do {
    const Seen page = client.List(
        "customers", absl::StrCat("maxResults=20", token.empty() ? "" : "&nextToken=", token));
    ASSERT_EQ(page.code(), 200) << page.answer.body;
    for (const std::string& id : Ids(page)) all.push_back(id);
    token = absl::StrReplaceAll(page.json.value("nextToken", ""), {{"=", "%3D"}, {"+", "%2B"}});
    // A job that starts between two pages shifts nothing.
    if (all.size() == 20) client.Start();
  } while (!token.empty());
  EXPECT_EQ(all, newest_first);
}

TEST(List, TakesTokensOfItsOwnOnly) {
  Client client;
  client.Control("PUT", "workflows/other");
  client.Control("POST", "config", {{"quota", 2}});
  client.Start();
  client.Start();
  const std::string token = client.List("customers", "maxResults=1").json.value("nextToken", "");
  ASSERT_NE(token, "");
  const std::string query =
      absl::StrCat("nextToken=", absl::StrReplaceAll(token, {{"=", "%3D"}, {"+", "%2B"}}));
  EXPECT_EQ(client.List("customers", query).code(), 200);
  EXPECT_EQ(client.List("other", query).error(), "ValidationException");
}

TEST(List, LagsWhereAskedFor) {
  Client client;
  client.Control("POST", "config", {{"list_lag", "3s"}});
  const std::string job = client.Start();
  EXPECT_THAT(Ids(client.List("customers")), IsEmpty());
  EXPECT_EQ(client.Get("customers", job).code(), 200) << "only List lags";
  client.clock.Advance(absl::Seconds(3));
  EXPECT_THAT(Ids(client.List("customers")), ElementsAre(job));
}

Json NewWorkflow(const std::string& name) {
  return {{"workflowName", name},
          {"inputSourceConfig",
           {{{"inputSourceARN", "arn:aws:glue:eu-west-1:123456789012:table/db/t"}}}},
          {"outputSourceConfig", {{{"outputS3Path", "s3://made/"}}}},
          {"roleArn", "arn:aws:iam::123456789012:role/made"},
          {"incrementalRunConfig", {{"incrementalRunType", "ON_DEMAND"}}},
          {"idMappingTechniques", {{"idMappingType", "RULE_BASED"}}}};
}

TEST(Workflow, IsCreatedReadListedAndDeleted) {
  Client client;
  const Json made = client.Call("POST", "/idmappingworkflows", NewWorkflow("made").dump()).json;
  EXPECT_EQ(made["workflowArn"],
            "arn:aws:entityresolution:eu-west-1:123456789012:idmappingworkflow/made");
  const Json got = client.Call("GET", "/idmappingworkflows/made").json;
  EXPECT_EQ(got["inputSourceConfig"], NewWorkflow("made")["inputSourceConfig"]);
  EXPECT_TRUE(got["createdAt"].is_number());

  const Json started = client.StartWith("{}", "made").json;
  EXPECT_EQ(started["jobType"], "INCREMENTAL");
  EXPECT_EQ(started["outputSourceConfig"],
            Json::array({{{"roleArn", "arn:aws:iam::123456789012:role/made"},
                          {"outputS3Path", "s3://made/"}}}));

  const Json listed = client.Call("GET", "/idmappingworkflows").json;
  ASSERT_THAT(listed["workflowSummaries"], SizeIs(2));
  EXPECT_EQ(listed["workflowSummaries"][1]["workflowName"], "made");

  EXPECT_EQ(client.Call("DELETE", "/idmappingworkflows/made").error(), "ConflictException")
      << "while a job runs";
  client.clock.Advance(absl::Seconds(30));
  EXPECT_EQ(client.Call("DELETE", "/idmappingworkflows/made").code(), 200);
  EXPECT_EQ(client.Call("DELETE", "/idmappingworkflows/made").code(), 200) << "idempotent";
  EXPECT_EQ(client.Call("GET", "/idmappingworkflows/made").code(), 404);
  EXPECT_EQ(client.Get("made", started["jobId"].get<std::string>()).code(), 404);

  // One of the same name is another one: it has no jobs yet.
  client.Call("POST", "/idmappingworkflows", NewWorkflow("made").dump());
  EXPECT_THAT(Ids(client.List("made")), IsEmpty());
}

TEST(Workflow, OfOneRegionIsNotThereInAnother) {
  Client client;
  client.Call("POST", "/idmappingworkflows", NewWorkflow("made").dump());
  client.signing.region = "us-east-1";
  EXPECT_EQ(client.StartWith("{}", "made").error(), "ResourceNotFoundException");
}

TEST(Workflow, IsNotCreatedTwice) {
  Client client;
  EXPECT_EQ(client.Call("POST", "/idmappingworkflows", NewWorkflow("customers").dump()).error(),
            "ConflictException");
}

TEST(Workflow, ListComesInPages) {
  Client client;
  client.Control("PUT", "workflows/b");
  client.Control("PUT", "workflows/a");
  const Json first = client.Call("GET", "/idmappingworkflows?maxResults=2").json;
  EXPECT_EQ(first["workflowSummaries"][0]["workflowName"], "a");
  EXPECT_EQ(first["workflowSummaries"][1]["workflowName"], "b");
  const std::string token = absl::StrReplaceAll(first.value("nextToken", ""), {{"=", "%3D"}});
  const Json second = client.Call("GET", "/idmappingworkflows?nextToken=" + token).json;
  ASSERT_THAT(second["workflowSummaries"], SizeIs(1));
  EXPECT_EQ(second["workflowSummaries"][0]["workflowName"], "customers");
  EXPECT_FALSE(second.contains("nextToken"));
}

TEST(Answer, CarriesIdAndDate) {
  Client client;
  const Seen seen = client.List("customers");
  EXPECT_THAT(seen.Header("x-amzn-RequestId"), testing::MatchesRegex("[0-9a-f-]{36}"));
  EXPECT_EQ(seen.Header("Date"), "Fri, 02 Jan 2026 03:04:05 GMT");
  EXPECT_NE(client.List("customers").Header("x-amzn-RequestId"), seen.Header("x-amzn-RequestId"));
}

TEST(Answer, OfNoOperation) {
  Client client;
  EXPECT_EQ(client.Call("GET", "/matchids").error(), "UnknownOperationException");
  EXPECT_EQ(client.Call("PUT", "/idmappingworkflows/customers/jobs").code(), 404);
}

TEST(Region, IsTheOneServed) {
  Client client;
  client.Control("POST", "config", {{"region", "eu-west-1"}});
  EXPECT_EQ(client.List("customers").code(), 200);
  client.signing.region = "us-east-1";
  EXPECT_EQ(client.List("customers").error(), "InvalidSignatureException");
}

TEST(Sts, NamesTheCaller) {
  Client client;
  client.signing.service = "sts";
  const Seen seen = client.Call("POST", "/", "Action=GetCallerIdentity&Version=2011-06-15");
  EXPECT_EQ(seen.code(), 200);
  EXPECT_TRUE(absl::StrContains(seen.answer.body, "<Account>123456789012</Account>"));
  EXPECT_TRUE(absl::StrContains(seen.answer.body, "<Arn>arn:aws:iam::123456789012:"));
}

TEST(Sts, RefusesInXml) {
  Client client;
  client.signing.service = "sts";
  client.signing.secret_key = "wrong";
  const Seen seen = client.Call("POST", "/", "Action=GetCallerIdentity&Version=2011-06-15");
  EXPECT_EQ(seen.code(), 403);
  EXPECT_TRUE(absl::StrContains(seen.answer.body, "<Code>SignatureDoesNotMatch</Code>"));
}

}  // namespace
}  // namespace er::emulator
