#include "emulator/control.h"

#include <string>

#include "gmock/gmock.h"
#include "unit/emulator/client.h"

namespace er::emulator {
namespace {

using testing::HasSubstr;

TEST(ControlJobs, ShowsEveryJobEverStarted) {
  Client client;
  const std::string ours = client.Start();
  client.signing.region = "us-east-1";
  const std::string there = client.Start();
  client.clock.Advance(absl::Seconds(30));
  client.Control("POST", "purge");

  const Json all = client.Control("GET", "jobs").json;
  EXPECT_EQ(all["total"], 2);
  EXPECT_EQ(all["jobs"][0]["jobId"], ours);
  EXPECT_EQ(all["jobs"][0]["workflow"], "customers");
  EXPECT_EQ(all["jobs"][0]["region"], "eu-west-1");
  EXPECT_EQ(all["jobs"][0]["origin"], "api");
  EXPECT_EQ(all["jobs"][0]["gone"], true);
  EXPECT_EQ(all["jobs"][1]["jobId"], there);
  EXPECT_EQ(client.Control("GET", "jobs?workflow=other").json["total"], 0);
}

TEST(ControlJobs, StartsAForeignJob) {
  Client client;
  const Seen job = client.Control(
      "POST", "jobs",
      {{"workflow", "customers"}, {"region", "eu-west-1"}, {"jobType", "DELETE_ONLY"}});
  ASSERT_EQ(job.code(), 200) << job.answer.body;
  EXPECT_EQ(job.json["origin"], "console");
  EXPECT_EQ(client.StartWith("{}").error(), "ConflictException");
  EXPECT_EQ(client.List("customers").json["jobs"][0]["jobId"], job.json["jobId"]);
  EXPECT_EQ(
      client.Control("POST", "jobs", {{"workflow", "customers"}, {"region", "eu-west-1"}}).code(),
      409);
}

TEST(ControlJobs, AForeignJobIsWhereTheLastCallWas) {
  Client client;
  const auto start = [&] {
    const std::string region =
        client.Control("POST", "jobs", {{"workflow", "customers"}}).json.value("region", "");
    client.clock.Advance(absl::Seconds(30));
    return region;
  };
  EXPECT_EQ(start(), "us-east-1");
  client.List("customers");
  client.signing.region = "us-west-2";
  client.Sts("Action=GetCallerIdentity");
  EXPECT_EQ(start(), "eu-west-1");
  client.Control("POST", "config", {{"region", "eu-central-1"}});
  EXPECT_EQ(start(), "eu-central-1");
}

TEST(ControlJobs, FinishesAJob) {
  Client client;
  client.Control("POST", "config", {{"job_duration", "inf"}});
  const std::string job = client.Start();
  client.clock.Advance(absl::Hours(100));
  EXPECT_EQ(client.Get("customers", job).json["status"], "RUNNING");

  const std::string finish = absl::StrCat("jobs/", job, "/finish");
  EXPECT_EQ(client.Control("POST", finish, {{"status", "FAILED"}, {"message", "why"}}).code(), 200);
  const Json finished = client.Get("customers", job).json;
  EXPECT_EQ(finished["status"], "FAILED");
  EXPECT_EQ(finished["errorDetails"]["errorMessage"], "why");
  EXPECT_EQ(client.Control("POST", finish).code(), 404) << "it is over";
  client.Start();
}

TEST(ControlPurge, ForgetsFinishedJobs) {
  Client client;
  client.Control("PUT", "workflows/other");
  const std::string old = client.Start();
  client.clock.Advance(absl::Seconds(30));
  const std::string other = client.Start("other");
  client.clock.Advance(absl::Seconds(30));
  const std::string running = client.Start();

  EXPECT_EQ(client.Control("POST", "purge", {{"workflow", "customers"}}).json["purged"], 1);
  EXPECT_EQ(client.Get("customers", old).error(), "ResourceNotFoundException");
  EXPECT_EQ(client.Get("other", other).code(), 200);
  EXPECT_EQ(client.Get("customers", running).code(), 200);
  EXPECT_EQ(client.List("customers").json["jobs"].size(), 1);
}

TEST(ControlWorkflows, DeletesEvenWhileAJobRuns) {
  Client client;
  const std::string job = client.Start();
  EXPECT_EQ(client.Control("DELETE", "workflows/customers").code(), 200);
  EXPECT_EQ(client.Get("customers", job).error(), "ResourceNotFoundException");
  EXPECT_EQ(client.List("customers").error(), "ResourceNotFoundException");
  EXPECT_EQ(client.Control("DELETE", "workflows/customers").code(), 404);

  client.Control("PUT", "workflows/next");
  client.Start("next");  // the quota is free
}

TEST(ControlCalls, CountsAndShowsWhatWasAsked) {
  Client client;
  const std::string job = client.Start();
  client.List("customers");
  Request get = Client::Unsigned("GET", "/idmappingworkflows/customers/jobs/" + job, "");
  get.headers = {{"amz-sdk-request", "attempt=2; max=3"}, {"amz-sdk-invocation-id", "id"}};
  get.connection = 5;
  Sign(get, client.signing, client.clock.Now());
  client.Send(get);

  const Json calls = client.Control("GET", "calls").json;
  EXPECT_EQ(calls["total"], 3);
  EXPECT_EQ(calls["connections"], 2);
  EXPECT_EQ(calls["counts"],
            Json({{"StartIdMappingJob", 1}, {"ListIdMappingJobs", 1}, {"GetIdMappingJob", 1}}))
      << "the control API does not count";
  EXPECT_EQ(calls["calls"][0]["job"], job);
  EXPECT_EQ(calls["calls"][0]["body"], "{}");
  EXPECT_EQ(calls["calls"][0]["code"], 200);
  EXPECT_EQ(calls["calls"][2]["attempt"], "attempt=2; max=3");
  EXPECT_EQ(calls["calls"][2]["invocation"], "id");

  const Json later = client.Control("GET", "calls?since=2").json;
  EXPECT_EQ(later["calls"].size(), 1);
  const Json lists = client.Control("GET", "calls?operation=ListIdMappingJobs").json;
  EXPECT_EQ(lists["calls"].size(), 1);

  client.Control("DELETE", "calls");
  EXPECT_EQ(client.Control("GET", "calls").json["total"], 0);
  client.List("customers");
  EXPECT_EQ(client.Control("GET", "calls").json["calls"][0]["number"], 4);
}

TEST(ControlCredentials, ExpireRotateAndGo) {
  Client client;
  client.Control("POST", "credentials", {{"expire", {"AKIDEXAMPLE"}}});
  EXPECT_EQ(client.List("customers").error(), "ExpiredTokenException");

  client.signing = {.access_key = "ASIA", .secret_key = "s", .session_token = "t"};
  client.Control("POST", "credentials",
                 {{"accept",
                   {{{"access_key", "ASIA"},
                     {"secret_key", "s"},
                     {"session_token", "t"},
                     {"expires_in", "1h"}}}}});
  EXPECT_EQ(client.List("customers").code(), 200);
  client.clock.Advance(absl::Hours(1));
  EXPECT_EQ(client.List("customers").error(), "ExpiredTokenException");

  client.Control("POST", "credentials", {{"remove", {"ASIA"}}});
  EXPECT_EQ(client.List("customers").error(), "UnrecognizedClientException");
}

TEST(ControlCredentials, OfAnotherAccountSeeTheirOwnJobs) {
  Client client;
  const std::string ours = client.Start();
  client.Control("POST", "credentials",
                 {{"accept",
                   {{{"access_key", "AKIDEXAMPLE"},
                     {"secret_key", client.signing.secret_key},
                     {"account", "210987654321"}}}}});
  EXPECT_EQ(client.Get("customers", ours).error(), "ResourceNotFoundException");
  client.Start();
}

TEST(ControlConfig, SkewsTheClock) {
  Client client;
  client.Control("POST", "config", {{"clock_skew", "1h"}});
  const Seen refused = client.List("customers");
  EXPECT_EQ(refused.error(), "InvalidSignatureException");
  EXPECT_EQ(refused.Header("Date"), "Fri, 02 Jan 2026 04:04:05 GMT") << "by which a client learns";

  Request corrected = Client::Unsigned("GET", "/idmappingworkflows", "");
  Sign(corrected, client.signing, client.clock.Now() + absl::Hours(1));
  EXPECT_EQ(client.Send(corrected).code(), 200);
}

TEST(ControlConfig, IsRefusedAsAWhole) {
  Client client;
  const Json before = client.Control("GET", "config").json;
  const std::pair<Json, const char*> cases[] = {
      {{{"quota", 2}, {"job_duration", 5}}, "job_duration: must be a duration"},
      {{{"quota", 0}}, "quota: must be"},
      {{{"refusal", "maybe"}}, "refusal: must be"},
      {{{"outcome", "RUNNING"}}, "outcome: must be"},
      {{{"account", "1"}}, "account: must have 12 digits"},
      {{{"region", 1}}, "region: must be a string"},
      {{{"speed", 1}}, "unknown member: speed"},
  };
  for (const auto& [change, message] : cases) {
    const Seen seen = client.Control("POST", "config", change);
    EXPECT_EQ(seen.code(), 400);
    EXPECT_THAT(seen.message(), HasSubstr(message));
  }
  EXPECT_EQ(client.Control("GET", "config").json, before);
}

TEST(Control, RefusesWhatItDoesNotKnow) {
  Client client;
  EXPECT_EQ(client.Control("GET", "nothing").code(), 404);
  EXPECT_EQ(client.Control("PUT", "workflows/a%20b").code(), 400);
  EXPECT_EQ(client.Control("PUT", "workflows/w", {{"output_s3_path", "x"}}).code(), 400);
  EXPECT_EQ(client.Control("POST", "config", Json::array()).code(), 400);
  EXPECT_EQ(client.Control("POST", "credentials", {{"expire", {"nobody"}}}).code(), 400);
  EXPECT_EQ(client.Control("POST", "jobs/x/finish", {{"status", "RUNNING"}}).code(), 400);
  EXPECT_EQ(client.Control("POST", "jobs", {{"workflow", 1}}).code(), 400);
}

// A browser on this computer shows pages of other people's, too, whose scripts may ask anybody.
TEST(Control, ServesNoOtherPage) {
  Client client;
  const auto code = [&](const std::string& path, const std::string& host,
                        const std::string& origin) {
    Request request = Client::Unsigned("GET", path, "");
    request.peer = "127.0.0.1";
    request.headers = {{"host", host}};
    if (!origin.empty()) request.headers.emplace_back("origin", origin);
    return client.Send(request).code();
  };
  for (const char* path : {"/_emulator/jobs", "/"}) {
    for (const char* host : {"127.0.0.1:4566", "localhost:4566", "[::1]:4566", "my-laptop:4566"}) {
      EXPECT_EQ(code(path, host, ""), 200) << path << host;
      EXPECT_EQ(code(path, host, absl::StrCat("http://", host)), 200) << path << host;
      EXPECT_EQ(code(path, host, "https://evil.example"), 403) << path << host;
      EXPECT_EQ(code(path, host, "null"), 403) << path << host;
    }
    EXPECT_EQ(code(path, "evil.example:4566", "http://evil.example:4566"), 403) << path;
    EXPECT_EQ(code(path, "evil.example", ""), 403) << path;
  }
  EXPECT_EQ(code("/_emulator/jobs", "er.localhost", "http://er.localhost"), 200);
}

TEST(Control, ShowsAPage) {
  Client client;
  Request request = Client::Unsigned("GET", "/", "");
  request.peer = "127.0.0.1";
  const Seen page = client.Send(request);
  EXPECT_EQ(page.Header("Content-Type"), "text/html; charset=utf-8");
  EXPECT_THAT(page.answer.body, HasSubstr("<title>entityresolution-emulator</title>"));
  EXPECT_THAT(page.Header("Content-Security-Policy"), HasSubstr("default-src 'none'"));
  EXPECT_EQ(client.Control("GET", "calls").json["total"], 0) << "it is no call";
  request.peer = "10.0.0.1";
  EXPECT_EQ(client.Send(request).code(), 403);
  // What looks like it and is for a service.
  EXPECT_EQ(client.S3("GET", "/").error(), "NotImplemented");
  request = Client::Unsigned("GET", "/?Action=GetCallerIdentity", "");
  EXPECT_EQ(client.Send(request).error(), "MissingAuthenticationToken");
}

TEST(Control, ShowsTheEndOfALongList) {
  Client client;
  client.Control("POST", "config", {{"quota", 9}, {"job_duration", "inf"}});
  for (int i = 0; i < 3; ++i) client.Start();
  const Json jobs = client.Control("GET", "jobs?limit=2").json;
  EXPECT_EQ(jobs["total"], 3);
  EXPECT_EQ(jobs["jobs"].size(), 2);
  EXPECT_EQ(jobs["jobs"][1]["number"], 3);
  EXPECT_EQ(jobs["now"], jobs["jobs"][1]["runTime"]);
  EXPECT_EQ(jobs["jobs"][1]["willEnd"], nullptr);
  const Json calls = client.Control("GET", "calls?limit=1&since=1").json;
  EXPECT_EQ(calls["last"], 3);
  EXPECT_EQ(calls["calls"].size(), 1);
  EXPECT_EQ(calls["calls"][0]["number"], 3);
  EXPECT_EQ(calls["calls"][0]["answered"], true);
  EXPECT_FALSE(client.Control("GET", "faults?injected=0").json.contains("injected"));

  client.Control("PUT", "buckets/b-1");
  for (const char* key : {"a", "b", "b", "b"}) {
    client.Control("POST", "buckets/b-1/objects", {{"key", key}, {"content", "x"}});
  }
  const Json objects = client.Control("GET", "buckets/b-1/objects?limit=1&prefix=b").json;
  EXPECT_EQ(objects["total"], 1);
  const Json cut = client.Control("GET", "buckets/b-1/objects?limit=1&versions=2").json;
  EXPECT_EQ(cut["total"], 2);
  EXPECT_EQ(cut["objects"].size(), 1);
  EXPECT_EQ(
      client.Control("GET", "buckets/b-1/objects?versions=2").json["objects"][1]["versions"].size(),
      2);
  EXPECT_EQ(client.Control("GET", "jobs?limit=x").code(), 400);
}

TEST(Control, ServesThisComputerOnly) {
  Client client;
  Request request = Client::Unsigned("GET", "/_emulator/jobs", "");
  for (const auto& [peer, code] : {std::pair{"10.0.0.1", 403}, {"127.0.0.1", 200}, {"::1", 200}}) {
    request.peer = peer;
    EXPECT_EQ(client.Send(request).code(), code) << peer;
  }
}

}  // namespace
}  // namespace er::emulator
