#include "emulator/options.h"

#include "gmock/gmock.h"

namespace er::emulator {
namespace {

using testing::HasSubstr;

TEST(Options, HaveDefaultsThatWork) {
  const auto options = ParseOptions({});
  ASSERT_TRUE(options.ok());
  State state(1);
  ASSERT_TRUE(Apply(*options, "", state, absl::UnixEpoch()).ok());
  EXPECT_EQ(state.credentials.count("AKIAEMULATOR00000000"), 1);
  EXPECT_NE(state.store.things().Find(IdMappingWorkflows(), {}, "customers"), nullptr);
  EXPECT_EQ(options->server.host, "127.0.0.1");
}

TEST(Options, ReachTheState) {
  const auto options = ParseOptions(
      {"--port", "8080", "--workflow=a", "--workflow", "b:incremental", "--job-duration=2s",
       "--refusal=queued", "--outcome=FAILED", "--account=210987654321", "--access-key=K",
       "--secret-key=S", "--session-token=T", "--seed=9", "--log", "--list-lag=1s", "--bucket=here",
       "--bucket=there:us-west-2", "--put-conditions=refused", "--session-duration=20m"});
  ASSERT_TRUE(options.ok()) << options.status();
  State state(1);
  ASSERT_TRUE(Apply(*options, R"({"faults": [{"kind": "slow"}]})", state, absl::UnixEpoch()).ok());

  EXPECT_EQ(options->server.port, 8080);
  EXPECT_EQ(options->seed, 9);
  EXPECT_TRUE(options->log);
  EXPECT_EQ(state.config.fate.duration, absl::Seconds(2));
  EXPECT_EQ(state.config.fate.outcome, JobStatus::kFailed);
  EXPECT_EQ(state.config.refusal, RefusalMode::kQueued);
  EXPECT_EQ(state.config.list_lag, absl::Seconds(1));
  EXPECT_EQ(state.config.put_conditions, Conditions::kRefused);
  EXPECT_EQ(state.config.delete_conditions, Conditions::kKept);
  EXPECT_EQ(state.config.session_duration, absl::Minutes(20));
  EXPECT_EQ(state.buckets.at("here").region, "us-east-1");
  EXPECT_EQ(state.buckets.at("there").region, "us-west-2");
  EXPECT_EQ(state.buckets.at("there").account, "210987654321");
  EXPECT_EQ(state.credentials.at("K").session_token, "T");
  EXPECT_EQ(state.credentials.at("K").account, "210987654321");
  EXPECT_FALSE(state.store.things().Find(IdMappingWorkflows(), {}, "a")->IsIncremental());
  EXPECT_TRUE(state.store.things().Find(IdMappingWorkflows(), {}, "b")->IsIncremental());
  EXPECT_EQ(state.store.things().Find(IdMappingWorkflows(), {}, "customers"), nullptr);
  EXPECT_EQ(state.faults.ToJson()["faults"].size(), 1);
}

TEST(Options, SayWhatIsWrong) {
  const std::pair<std::vector<std::string>, const char*> cases[] = {
      {{"--prot"}, "not expected: --prot"},
      {{"8080"}, "not expected: 8080"},
      {{"--port"}, "--port: 1 required"},
      {{"--port=x"}, "--port: Value x not in range 0 to 65535"},
      {{"--port=65536"}, "Value 65536 not in range"},
      {{"--port=1", "--port=2"}, "--port: At Most 1"},
      {{"--job-duration=5"}, "--job-duration=5: job_duration: must be a duration"},
      {{"--refusal=no"}, "--refusal=no: refusal: must be conflict, exceeds-limit or queued"},
      {{"--put-conditions=no"}, "must be kept, refused or ignored"},
      {{"--outcome=GOOD"}, "SUCCEEDED or FAILED"},
      {{"--seed=-1"}, "--seed = -1"},
      {{"--account=12"}, "12 digits"},
      {{"--tls-cert=x"}, "--tls-cert requires --tls-key"},
  };
  for (const auto& [arguments, message] : cases) {
    EXPECT_THAT(std::string(ParseOptions(arguments).status().message()), HasSubstr(message));
  }
}

TEST(Options, SayWhatIsWrongWithWorkflowsAndPlans) {
  State state(1);
  const auto workflow = ParseOptions({"--workflow=a b"});
  EXPECT_THAT(std::string(Apply(*workflow, "", state, absl::UnixEpoch()).message()),
              HasSubstr("--workflow=a b: "));
  const auto bucket = ParseOptions({"--bucket=Up"});
  EXPECT_THAT(std::string(Apply(*bucket, "", state, absl::UnixEpoch()).message()),
              HasSubstr("--bucket=Up: "));
  const auto plan = ParseOptions({"--fault-plan=p.json"});
  EXPECT_THAT(std::string(Apply(*plan, "{", state, absl::UnixEpoch()).message()),
              HasSubstr("p.json: not JSON"));
  EXPECT_THAT(std::string(Apply(*plan, "[]", state, absl::UnixEpoch()).message()),
              HasSubstr("p.json: must be a JSON object"));
}

TEST(Options, AnswerWhatIsAllThatWasAsked) {
  const auto help = ParseOptions({"--help", "--port=1"});
  for (const char* flag :
       {"--port", "--workflow", "--bucket", "--fault-plan", "--tls-cert", "--help", "--version"}) {
    EXPECT_THAT(help->answer, HasSubstr(flag));
  }
  EXPECT_THAT(ParseOptions({"--version"})->answer,
              testing::MatchesRegex("entityresolution-emulator [0-9]+\\.[0-9]+\\.[0-9]+\n"));
  EXPECT_EQ(ParseOptions({})->answer, "");
}

}  // namespace
}  // namespace er::emulator
