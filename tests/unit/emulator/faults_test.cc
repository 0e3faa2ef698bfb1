#include "emulator/faults.h"

#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "unit/emulator/client.h"

namespace er::emulator {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using Delivery = Answer::Delivery;

void Inject(Client& client, const Json& fault) {
  const Seen seen = client.Control("POST", "faults", {{"faults", {fault}}});
  ASSERT_EQ(seen.code(), 200) << seen.answer.body;
}

struct Kind {
  std::string name;
  bool works;
  Delivery delivery = Delivery::kWhole;
  int code = 200;
  std::string error = "";
};

void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }

class EachKind : public testing::TestWithParam<Kind> {};

TEST_P(EachKind, DoesWhatItSays) {
  const Kind& kind = GetParam();
  Client client(FakeClock::Mode::kJumps);
  Inject(client, {{"kind", kind.name}});

  const Seen hit = client.StartWith("{}");

  EXPECT_EQ(hit.answer.delivery, kind.delivery);
  if (kind.delivery == Delivery::kWhole) {
    EXPECT_EQ(hit.code(), kind.code);
    EXPECT_EQ(hit.error(), kind.error);
  }
  EXPECT_EQ(client.JobsStarted(), kind.works ? 1 : 0);

  // Once, and on record.
  EXPECT_EQ(client.List("customers").code(), 200);
  const Json injected = client.Control("GET", "faults").json["injected"];
  ASSERT_EQ(injected.size(), 1);
  EXPECT_EQ(injected[0]["kind"], kind.name);
  EXPECT_EQ(injected[0]["operation"], "StartIdMappingJob");
  EXPECT_EQ(injected[0]["workflow"], "customers");
  const Json call = client.Control("GET", "calls").json["calls"][0];
  EXPECT_EQ(call["fault"], kind.name);
  EXPECT_EQ(call["number"], injected[0]["call"]);
}

INSTANTIATE_TEST_SUITE_P(
    , EachKind,
    testing::Values(Kind{"cut-before", false, Delivery::kNone},
                    Kind{"cut-after", true, Delivery::kNone}, Kind{"half", true, Delivery::kHalf},
                    Kind{"garbage", true}, Kind{"slow", true}, Kind{"slow-before", true},
                    Kind{"list-lag", true},
                    Kind{"500-before", false, Delivery::kWhole, 500, "InternalServerException"},
                    Kind{"500-after", true, Delivery::kWhole, 500, "InternalServerException"},
                    Kind{"502-before", false, Delivery::kWhole, 502},
                    Kind{"502-after", true, Delivery::kWhole, 502},
                    Kind{"503-before", false, Delivery::kWhole, 503, "ServiceUnavailableException"},
                    Kind{"503-after", true, Delivery::kWhole, 503, "ServiceUnavailableException"},
                    Kind{"504-before", false, Delivery::kWhole, 504},
                    Kind{"504-after", true, Delivery::kWhole, 504},
                    Kind{"throttle", false, Delivery::kWhole, 429, "ThrottlingException"},
                    Kind{"conflict", false, Delivery::kWhole, 400, "ConflictException"},
                    Kind{"expired", false, Delivery::kWhole, 403, "ExpiredTokenException"},
                    Kind{"access-denied", false, Delivery::kWhole, 403, "AccessDeniedException"},
                    Kind{"not-found", false, Delivery::kWhole, 404, "ResourceNotFoundException"},
                    Kind{"altered", true}),
    [](const auto& parameter) {
      std::string name = parameter.param.name;
      std::erase(name, '-');
      return "Kind" + name;
    });

TEST(Fault, HitsItsOperationItsWorkflowAndItsCalls) {
  Client client;
  client.Control("PUT", "workflows/other");
  Inject(client, {{"kind", "throttle"},
                  {"operation", "ListIdMappingJobs"},
                  {"workflow", "customers"},
                  {"after", 1},
                  {"times", 2}});
  EXPECT_EQ(client.StartWith("{}").code(), 200);
  EXPECT_EQ(client.List("other").code(), 200);
  std::vector<int> codes;
  for (int i = 0; i < 5; ++i) codes.push_back(client.List("customers").code());
  EXPECT_THAT(codes, ElementsAre(200, 429, 429, 200, 200));
}

TEST(Fault, AltersAnAnswerOrEachJobOfAList) {
  Client client;
  const std::string id = client.StartWith("{}").json["jobId"];
  for (const char* operation : {"GetIdMappingJob", "ListIdMappingJobs"}) {
    Inject(client, {{"kind", "altered"},
                    {"operation", operation},
                    {"members", {{"status", "PAUSED"}, {"costs", 7}, {"startTime", nullptr}}}});
  }
  const Json listed = client.List("customers").json["jobs"][0];
  for (const Json& job : {client.Get("customers", id).json, listed}) {
    EXPECT_EQ(job["jobId"], id);
    EXPECT_EQ(job["status"], "PAUSED");
    EXPECT_EQ(job["costs"], 7);
    EXPECT_FALSE(job.contains("startTime"));
  }
  EXPECT_EQ(client.Get("customers", id).json["status"], "RUNNING");
}

TEST(Fault, IsOfAnOperationThatThereIs) {
  Client client;
  const auto refusal = [&](const Json& plan) {
    const Seen seen = client.Control("POST", "faults", plan);
    EXPECT_EQ(seen.code(), 400);
    return seen.message();
  };
  EXPECT_THAT(
      refusal({{"faults", {{{"kind", "slow"}, {"operation", "StartIDMappingJob"}}}}}),
      AllOf(HasSubstr("fault 1: there is no operation \"StartIDMappingJob\" here"),
            HasSubstr("StartIdMappingJob, "), HasSubstr("AssumeRole, "), HasSubstr("PutObject")));
  EXPECT_THAT(refusal({{"random", {{"operations", {"Start"}}}}}), HasSubstr("\"Start\""));
  EXPECT_EQ(client.Control("GET", "faults").json["faults"].size(), 0);
}

TEST(Fault, HitsForeverWithoutTimes) {
  Client client;
  Inject(client, {{"kind", "throttle"}, {"times", 0}});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(client.List("customers").code(), 429);
  client.Control("DELETE", "faults");
  EXPECT_EQ(client.List("customers").code(), 200);
}

TEST(Fault, SeveralComeOneAfterTheOther) {
  Client client;
  client.Control("POST", "faults",
                 {{"faults", {{{"kind", "throttle"}}, {{"kind", "500-before"}}}}});
  std::vector<int> codes;
  for (int i = 0; i < 3; ++i) codes.push_back(client.List("customers").code());
  EXPECT_THAT(codes, ElementsAre(429, 500, 200));
}

TEST(Fault, IsNotSpentOnCallsThatAreNone) {
  Client client;
  Inject(client, {{"kind", "throttle"}});
  client.Send(Client::Unsigned("GET", "/idmappingworkflows/customers/jobs", ""));
  EXPECT_EQ(client.Call("GET", "/nothing").code(), 404);
  EXPECT_EQ(client.List("customers").code(), 429);
}

TEST(Throttle, SaysWhenToComeAgain) {
  Client client;
  Inject(client, {{"kind", "throttle"}, {"retry_after_ms", 1500}});
  EXPECT_EQ(client.List("customers").Header("x-amz-retry-after"), "1500");
}

TEST(Cut, IsAResetWhereAskedFor) {
  Client client;
  Inject(client, {{"kind", "cut-before"}, {"reset", true}});
  EXPECT_EQ(client.List("customers").answer.delivery, Delivery::kReset);
}

TEST(Slow, AnswersLateWithWorkDoneBeforeOrAfter) {
  for (const bool first : {false, true}) {
    Client client(FakeClock::Mode::kJumps);
    Inject(client, {{"kind", first ? "slow-before" : "slow"}, {"delay", "20s"}});
    const absl::Time sent = client.clock.Now();
    client.Start();
    EXPECT_EQ(client.clock.Now(), sent + absl::Seconds(20));
    const Json job = client.Control("GET", "jobs").json["jobs"][0];
    EXPECT_EQ(job["startTime"].get<double>(),
              static_cast<double>(absl::ToUnixSeconds(sent)) + (first ? 20 : 0));
  }
}

TEST(ListLag, HidesTheJobOfItsCall) {
  Client client;
  Inject(client, {{"kind", "list-lag"}, {"delay", "4s"}, {"operation", "StartIdMappingJob"}});
  client.Start();
  EXPECT_EQ(client.List("customers").json["jobs"].size(), 0);
  client.clock.Advance(absl::Seconds(4));
  EXPECT_EQ(client.List("customers").json["jobs"].size(), 1);
}

std::vector<std::string> Drawn(std::uint64_t seed, const Json& random, int calls = 200,
                               const std::string& operation = "StartIdMappingJob") {
  Faults faults(seed);
  EXPECT_TRUE(faults.Add({{"random", random}}).ok());
  std::vector<std::string> kinds;
  for (int i = 0; i < calls; ++i) {
    // Calls of another operation in between change nothing.
    if (i % 3 == 0) faults.Decide({"GetIdMappingJob", "w"}, i, absl::UnixEpoch());
    const auto fault = faults.Decide({operation, "w"}, i, absl::UnixEpoch());
    kinds.push_back(fault.has_value() ? fault->kind : "");
  }
  return kinds;
}

TEST(RandomPlan, IsReplayedByItsSeed) {
  const Json plan = {{"seed", 7}, {"rate", 0.3}};
  EXPECT_EQ(Drawn(1, plan), Drawn(2, plan));
  EXPECT_NE(Drawn(1, plan), Drawn(1, {{"seed", 8}, {"rate", 0.3}}));
  EXPECT_EQ(Drawn(7, {{"rate", 0.3}}), Drawn(1, plan)) << "the emulator's own seed otherwise";
}

TEST(RandomPlan, HitsAtItsRateWithItsKinds) {
  const std::vector<std::string> drawn =
      Drawn(1, {{"rate", 0.25}, {"kinds", {"cut-after", "garbage"}}}, 4000);
  const auto hits = [&](const char* kind) { return std::count(drawn.begin(), drawn.end(), kind); };
  EXPECT_NEAR(static_cast<double>(hits("cut-after")), 500, 80);
  EXPECT_NEAR(static_cast<double>(hits("garbage")), 500, 80);
  EXPECT_EQ(hits("cut-after") + hits("garbage") + hits(""), 4000);
}

TEST(RandomPlan, DrawsFromWhatPassesUnlessTold) {
  const std::vector<std::string> drawn = Drawn(1, {{"rate", 1}}, 2000);
  const std::set<std::string> kinds(drawn.begin(), drawn.end());
  EXPECT_EQ(kinds.size(), 17);
  for (const char* kind : {"access-denied", "conflict", "not-found", "altered"}) {
    EXPECT_FALSE(kinds.contains(kind)) << kind;
  }
}

TEST(RandomPlan, KeepsToItsOperations) {
  const Json plan = {{"rate", 1}, {"operations", {"GetIdMappingJob"}}};
  const std::vector<std::string> drawn = Drawn(1, plan);
  EXPECT_EQ(std::count(drawn.begin(), drawn.end(), ""), 200);
}

TEST(Rule, CanBeLeftToChance) {
  Client client;
  Inject(client, {{"kind", "throttle"}, {"times", 0}, {"probability", 0.5}, {"seed", 3}});
  int throttled = 0;
  for (int i = 0; i < 200; ++i) throttled += client.List("customers").code() == 429 ? 1 : 0;
  EXPECT_GT(throttled, 60);
  EXPECT_LT(throttled, 140);
}

TEST(Plan, IsRefusedAsAWhole) {
  const std::pair<Json, const char*> cases[] = {
      {{{"faults", {{{"kind", "cut-after"}}, {{"kind", "cut"}}}}}, "fault 2: kind must be one of"},
      {{{"faults", {{{"kind", "slow"}, {"delay", 3}}}}}, "must be a duration"},
      {{{"faults", {{{"kind", "slow"}, {"time", 3}}}}}, "unknown member: time"},
      {{{"faults", {{{"kind", "slow"}, {"times", -1}}}}}, "times must be"},
      {{{"faults", {{{"kind", "altered"}, {"members", 3}}}}}, "members must be an object"},
      {{{"faults", "slow"}}, "faults must be a list"},
      {{{"random", {{"rate", 2}}}}, "rate must be"},
      {{{"random", {{"kinds", {"cut"}}}}}, "kind must be one of"},
      {{{"chance", 1}}, "unknown member: chance"},
  };
  for (const auto& [plan, message] : cases) {
    Client client;
    const Seen seen = client.Control("POST", "faults", plan);
    EXPECT_EQ(seen.code(), 400);
    EXPECT_THAT(seen.message(), HasSubstr(message));
    EXPECT_EQ(client.List("customers").code(), 200);
  }
}

}  // namespace
}  // namespace er::emulator
