// What the provider plans: what Terraform would show, and would refuse.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "protocol/provider_under_test.h"
#include "support/value_printing.h"

namespace er {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kJobId[] = "0123456789abcdef0123456789abcdef";

Value Output(const Value& role_arn) {
  return Value::Map{
      {"role_arn", role_arn}, {"output_s3_path", "s3://bucket/out/"}, {"kms_arn", Value::Null()}};
}

// A run that has succeeded, as it stands in the state.
Value Finished(Value::Map parts = {}) {
  Value::Map state = {{"workflow_name", "customers"},
                      {"job_type", "BATCH"},
                      {"wait_for_completion", true},
                      {"on_conflict", "wait"},
                      {"on_destroy", "forget"},
                      {"region", "eu-west-1"},
                      {"id", absl::StrCat("customers/", kJobId)},
                      {"job_id", kJobId},
                      {"unfinished", false},
                      {"status", "SUCCEEDED"},
                      {"start_time", "2026-01-02T03:04:05Z"},
                      {"end_time", "2026-01-02T04:04:05Z"},
                      {"outputs", Value::List{}}};
  for (auto& [name, value] : parts) state[name] = std::move(value);
  return RunConfig(std::move(state));
}

Value Customers(Value::Map parts = {}) {
  parts.try_emplace("workflow_name", "customers");
  return RunConfig(std::move(parts));
}

class ProviderPlan : public testing::Test {
 protected:
  ProviderPlan() { EXPECT_EQ(provider_.Configure(EmulatorArguments("http://127.0.0.1:1")), ""); }
  ProviderUnderTest provider_;
};

TEST_F(ProviderPlan, OfACreateLeavesToTheServiceWhatItDecides) {
  const Planned planned = provider_.Plan(Value::Null(), Customers());
  EXPECT_EQ(planned.told, "");
  EXPECT_THAT(planned.replace, IsEmpty());
  EXPECT_EQ(planned.state["workflow_name"], Value("customers"));
  EXPECT_EQ(planned.state["region"], Value("eu-west-1"));
  EXPECT_EQ(planned.state["wait_for_completion"], Value(true));
  EXPECT_EQ(planned.state["on_conflict"], Value("wait"));
  EXPECT_EQ(planned.state["on_destroy"], Value("forget"));
  EXPECT_EQ(planned.state["triggers"], Value::Null());
  EXPECT_EQ(planned.state["output_source_config"], Value(Value::List{}));
  EXPECT_EQ(planned.state["timeouts"], Value::Null());
  for (const char* name : {"job_type", "id", "job_id", "unfinished", "status", "start_time",
                           "end_time", "metrics", "error_message", "outputs"}) {
    EXPECT_TRUE(planned.state[name].IsUnknown()) << name;
  }
}

TEST_F(ProviderPlan, OfWhatIsThereIsNoChange) {
  const Planned planned = provider_.Plan(Finished(), Customers());
  EXPECT_EQ(planned.told, "");
  EXPECT_EQ(planned.state, Finished());
  EXPECT_THAT(planned.replace, IsEmpty());
}

TEST_F(ProviderPlan, OfAnUpdateKeepsWhatTheServiceHasDecided) {
  const Planned planned = provider_.Plan(Finished(), Customers({{"on_destroy", "wait"}}));
  EXPECT_EQ(planned.state, Finished({{"on_destroy", "wait"}}));
  EXPECT_THAT(planned.replace, IsEmpty());
}

TEST_F(ProviderPlan, ReplacesWhereTheServiceWouldDoSomethingElse) {
  EXPECT_THAT(provider_.Plan(Finished(), Customers({{"workflow_name", "others"}})).replace,
              ElementsAre("workflow_name"));
  EXPECT_THAT(provider_.Plan(Finished(), Customers({{"job_type", "INCREMENTAL"}})).replace,
              ElementsAre("job_type"));
  EXPECT_THAT(provider_.Plan(Finished(), Customers({{"region", "us-east-1"}})).replace,
              ElementsAre("region"));
  EXPECT_THAT(provider_.Plan(Finished(), Customers({{"triggers", Value::Map{{"a", "b"}}}})).replace,
              ElementsAre("triggers"));
  EXPECT_THAT(provider_
                  .Plan(Finished(),
                        Customers({{"output_source_config",
                                    Value::List{Output("arn:aws:iam::123456789012:role/writer")}}}))
                  .replace,
              ElementsAre("output_source_config"));
}

// Terraform 1.1 to 1.3 propose the prior block where the configuration has none any more, and
// refuse a plan that takes it.
TEST_F(ProviderPlan, FollowsTheConfigurationAndNotTheProposal) {
  const Value hour = Value::Map{{"create", "1h"}, {"update", "1h"}, {"delete", Value::Null()}};
  const Value prior = Finished({{"timeouts", hour}});
  tfplugin6::PlanResourceChange::Request request;
  request.set_type_name(kRunType);
  *request.mutable_prior_state() = ToMessage(prior, kRunType);
  *request.mutable_proposed_new_state() = ToMessage(prior, kRunType);
  *request.mutable_config() = ToMessage(Customers(), kRunType);
  const auto response = provider_.Call(&tfplugin6::Provider::Stub::PlanResourceChange, request);
  EXPECT_EQ(ToText(response.diagnostics()), "");
  EXPECT_EQ(FromMessage(response.planned_state(), kRunType), Finished());
  EXPECT_THAT(response.requires_replace(), IsEmpty());
}

// The second plan of a replacement: no prior, and the private data of the first.
TEST_F(ProviderPlan, OfTheNewHalfOfAReplacementForgetsTheOldHalf) {
  const Planned planned = provider_.Plan(Value::Null(), Customers({{"job_type", "INCREMENTAL"}}));
  EXPECT_EQ(planned.state["job_type"], Value("INCREMENTAL"));
  EXPECT_TRUE(planned.state["job_id"].IsUnknown());
}

TEST_F(ProviderPlan, OfADestroyIsNothing) {
  const Planned planned = provider_.Plan(Finished(), Value::Null(), R"({"own_output":true})");
  EXPECT_EQ(planned.told, "");
  EXPECT_TRUE(planned.state.IsNull());
  EXPECT_EQ(planned.private_data, R"({"destroy":true,"own_output":true})");
}

TEST_F(ProviderPlan, KeepsItsPrivateDataAndNoOther) {
  const std::string own = R"({"own_output":true})";
  EXPECT_EQ(provider_.Plan(Finished(), Customers(), own).private_data, own);
  EXPECT_EQ(provider_.Plan(Finished(), Customers(), "p\xff").private_data, "");
}

// An output path from a bucket that the same apply creates.
TEST_F(ProviderPlan, TakesUnknownValuesInEveryArgument) {
  for (const schema::Attribute& attribute : SchemaOf(kRunType).attributes) {
    if (!attribute.required && !attribute.optional) continue;
    const Value config = Customers({{attribute.name, Value::Unknown()}});
    for (const Value& prior : {Value::Null(), Finished()}) {
      const Planned planned = provider_.Plan(prior, config);
      EXPECT_EQ(planned.told, "") << attribute.name;
      EXPECT_TRUE(planned.state[attribute.name].IsUnknown()) << attribute.name;
      if (!prior.IsNull()) {
        EXPECT_EQ(planned.replace.empty(), !attribute.replaces) << attribute.name;
      }
    }
  }
  const Value config = Customers({{"output_source_config", Value::List{Output(Value::Unknown())}},
                                  {"triggers", Value::Map{{"a", Value::Unknown()}}},
                                  {"timeouts", Value::Map{{"create", Value::Unknown()},
                                                          {"update", Value::Null()},
                                                          {"delete", Value::Null()}}}});
  const Planned planned = provider_.Plan(Value::Null(), config);
  EXPECT_EQ(planned.told, "");
  for (const char* name : {"output_source_config", "triggers", "timeouts"}) {
    EXPECT_EQ(planned.state[name], config[name]) << name;
  }
}

// A dynamic block whose for_each is not known: the plan must be the same unknown.
TEST_F(ProviderPlan, TakesABlockOfUnknownNumber) {
  const Planned planned =
      provider_.Plan(Value::Null(), Customers({{"output_source_config", Value::Unknown()}}));
  EXPECT_EQ(planned.told, "");
  EXPECT_TRUE(planned.state["output_source_config"].IsUnknown());
}

// What is promised of a value stays promised: the bytes go back as they came.
TEST_F(ProviderPlan, GivesBackWhatIsKnownOfTheUnknown) {
  const std::string not_null = "\x81\x01\xc2";
  const Planned planned =
      provider_.Plan(Value::Null(), Customers({{"workflow_name", Value::Unknown(not_null)}}));
  ASSERT_TRUE(planned.state["workflow_name"].IsUnknown());
  EXPECT_EQ(planned.state["workflow_name"].Refinements(), not_null);
}

// The values of the first plan that are known by now must be as they were: Terraform plans again
// in the apply.
TEST_F(ProviderPlan, IsCompletedByTheSecondPlan) {
  const Planned first =
      provider_.Plan(Value::Null(), Customers({{"workflow_name", Value::Unknown()}}));
  const Planned second = provider_.Plan(Value::Null(), Customers());
  for (const auto& [name, value] : first.state.AsMap()) {
    if (!value.IsKnown()) continue;
    EXPECT_EQ(second.state[name], value) << name;
  }
}

// An interrupted apply: the next one waits for the same job.
TEST_F(ProviderPlan, OfAnUnfinishedRunIsAnUpdate) {
  const Value prior =
      Finished({{"unfinished", true}, {"status", "RUNNING"}, {"end_time", Value::Null()}});
  const Planned planned = provider_.Plan(prior, Customers());
  EXPECT_THAT(planned.replace, IsEmpty());
  EXPECT_TRUE(planned.state["status"].IsUnknown());
  EXPECT_TRUE(planned.state["unfinished"].IsUnknown());
  EXPECT_EQ(planned.state["job_id"], Value(kJobId));
}

TEST_F(ProviderPlan, OfAnUnfinishedRunThatHasFailedIsAReplacement) {
  const Value prior = Finished({{"unfinished", true}, {"status", "FAILED"}});
  EXPECT_THAT(provider_.Plan(prior, Customers()).replace, ElementsAre("status"));
}

TEST(ProviderPlanUnconfigured, PlansWithoutAnyConfiguration) {
  ProviderUnderTest provider;
  const Planned planned = provider.Plan(Value::Null(), Customers());
  EXPECT_EQ(planned.told, "");
  EXPECT_TRUE(planned.state["region"].IsUnknown());
  EXPECT_EQ(provider.Plan(Finished(), Customers()).state, Finished());
}

TEST(ProviderPlanUnconfigured, PlansWhileTheConfigurationIsUnknown) {
  for (const char* argument : {"region", "access_key", "max_retries", "endpoints"}) {
    ProviderUnderTest provider;
    EXPECT_EQ(provider.Configure({{argument, Value::Unknown()}}), "") << argument;
    const Planned planned = provider.Plan(Value::Null(), Customers());
    EXPECT_EQ(planned.told, "") << argument;
    EXPECT_TRUE(planned.state["region"].IsUnknown()) << argument;
    EXPECT_EQ(provider.Plan(Finished(), Customers()).state, Finished()) << argument;
    const Applied read = provider.Read(Finished(), "p");
    EXPECT_EQ(read.told, "");
    EXPECT_EQ(read.state, Finished()) << "it stays what it was until AWS can be asked";
    EXPECT_EQ(read.private_data, "p");
  }
}

TEST(ProviderPlanUnconfigured, DoesNotApply) {
  ProviderUnderTest provider;
  const Planned planned = provider.Plan(Value::Null(), Customers());
  const Applied created = provider.Apply(Value::Null(), planned);
  EXPECT_THAT(created.told, HasSubstr("error: Provider Not Configured"));
  EXPECT_TRUE(created.state.IsNull());
  const Applied deleted = provider.Apply(Finished(), {.private_data = "p"});
  EXPECT_THAT(deleted.told, HasSubstr("error: Provider Not Configured"));
  EXPECT_EQ(deleted.state, Finished()) << "a failure must not look like a success";
  EXPECT_EQ(deleted.private_data, "p");
}

TEST(ProviderConfigure, RefusesWhatContradictsItself) {
  ProviderUnderTest provider;
  EXPECT_THAT(provider.Configure({{"access_key", "AKIA"}}), HasSubstr("secret_key is not"));
  EXPECT_THAT(provider.Configure({{"max_concurrent_jobs", Number(std::int64_t{0})}}),
              HasSubstr("0 is no value for max_concurrent_jobs"));
  EXPECT_THAT(provider.Configure({{"requests_per_second", Number(-1.0)}}),
              HasSubstr("requests_per_second"));
  EXPECT_THAT(provider.Configure(
                  {{"assume_role_with_web_identity",
                    Value::List{Value::Map{{"role_arn", "arn:aws:iam::111122223333:role/pipeline"},
                                           {"web_identity_token", "jwt"},
                                           {"web_identity_token_file", "/token"}}}}}),
              HasSubstr("has both web_identity_token and web_identity_token_file"));
}

}  // namespace
}  // namespace er
