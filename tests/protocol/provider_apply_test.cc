// What the provider does, against the emulator: create, update, delete, read, import, and the end
// of a wait by Ctrl-C.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <future>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "acceptance/emulator_process.h"
#include "protocol/provider_under_test.h"
#include "support/value_printing.h"

namespace er {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Stub = tfplugin6::Provider::Stub;

class ProviderApply : public testing::Test {
 protected:
  ProviderApply() {
    ConfigureAgain();
    emulator_.PutWorkflow("customers");
  }
  ~ProviderApply() override { std::filesystem::remove_all(folder_); }

  static Value Customers(Value::Map parts = {}) {
    parts.try_emplace("workflow_name", "customers");
    return RunConfig(std::move(parts));
  }

  Applied Create(const Value& config) {
    return provider_.Apply(Value::Null(), provider_.Plan(Value::Null(), config));
  }

  Applied Delete(const Value& state) {
    return provider_.Apply(state, provider_.Plan(state, Value::Null()));
  }

  // The next command of Terraform. In reattach mode the same process serves it.
  void ConfigureAgain() { EXPECT_EQ(provider_.Configure(EmulatorArguments(emulator_.url())), ""); }

  // Jobs run until the test says otherwise.
  void LetJobsRun() { emulator_.SetConfig({{"job_duration", "inf"}}); }

  static std::string NewFolder() {
    std::string folder = "/tmp/er-apply-XXXXXX";
    EXPECT_NE(mkdtemp(folder.data()), nullptr);
    return folder;
  }

  std::string folder_ = NewFolder();
  acceptance::EmulatorProcess emulator_{folder_};
  ProviderUnderTest provider_{{{"TF_ENTITYRESOLUTION_TEST_CLOCK_SPEED", "100"}}};
};

TEST_F(ProviderApply, StartsAJobAndRecordsItsEnd) {
  const Planned planned = provider_.Plan(Value::Null(), Customers());
  const Applied created = provider_.Apply(Value::Null(), planned);
  EXPECT_EQ(created.told, "");
  ASSERT_EQ(emulator_.JobIds().size(), 1U);
  const std::string job_id = emulator_.JobIds()[0];
  EXPECT_EQ(created.state["job_id"], Value(job_id));
  EXPECT_EQ(created.state["id"], Value(absl::StrCat("customers/", job_id)));
  EXPECT_EQ(created.state["status"], Value("SUCCEEDED"));
  EXPECT_EQ(created.state["job_type"], Value("BATCH"));
  EXPECT_EQ(created.state["unfinished"], Value(false));
  EXPECT_TRUE(created.state["metrics"]["input_records"].IsNumber());
  EXPECT_TRUE(created.state["start_time"].IsString());
  EXPECT_TRUE(created.state["end_time"].IsString());
  EXPECT_EQ(created.state["error_message"], Value::Null());
  EXPECT_TRUE(created.state.IsWhollyKnown());

  // What was planned is what is there, or Terraform calls it an inconsistent result.
  for (const auto& [name, value] : planned.state.AsMap()) {
    if (!value.IsWhollyKnown()) continue;
    EXPECT_EQ(created.state[name], value) << name;
  }
  EXPECT_EQ(provider_.Plan(created.state, Customers()).state, created.state);
  EXPECT_EQ(provider_.Read(created.state).state, created.state);
}

TEST_F(ProviderApply, SendsTheBlockAndGetsItBack) {
  const Value output = Value::Map{{"role_arn", "arn:aws:iam::123456789012:role/writer"},
                                  {"output_s3_path", "s3://bucket/out/"},
                                  {"kms_arn", "arn:aws:kms:eu-west-1:123456789012:key/1"}};
  const Applied created =
      Create(Customers({{"output_source_config", Value::List{output}}, {"job_type", "BATCH"}}));
  EXPECT_EQ(created.told, "");
  EXPECT_EQ(created.state["output_source_config"], Value(Value::List{output}));
  EXPECT_EQ(created.state["outputs"], Value(Value::List{output}));
  const nlohmann::json job = emulator_.Jobs().at(0);
  EXPECT_EQ(job.at("outputSourceConfig").at(0).at("KMSArn"),
            "arn:aws:kms:eu-west-1:123456789012:key/1");
}

TEST_F(ProviderApply, ReturnsTheStateOfAJobThatFailed) {
  emulator_.SetConfig({{"outcome", "FAILED"}, {"message", "No records."}});
  const Applied created = Create(Customers());
  EXPECT_THAT(created.told,
              AllOf(StartsWith("error: ID Mapping Job Failed: "), HasSubstr("No records.")));
  EXPECT_EQ(created.state["job_id"], Value(emulator_.JobIds().at(0)));
  EXPECT_EQ(created.state["status"], Value("FAILED"));
  EXPECT_EQ(created.state["error_message"], Value("No records."));
  EXPECT_TRUE(created.state.IsWhollyKnown());
}

TEST_F(ProviderApply, ReturnsNothingWhereNothingWasStarted) {
  const Applied created = Create(Customers({{"workflow_name", "nobody"}}));
  EXPECT_THAT(created.told, StartsWith("error: Unable to Start ID Mapping Job: "));
  EXPECT_TRUE(created.state.IsNull());
  EXPECT_TRUE(emulator_.JobIds().empty());
}

TEST_F(ProviderApply, UpdatesWithoutACallWhatTheServiceDoesNotKnow) {
  const Value state = Create(Customers()).state;
  const int calls = emulator_.Calls();
  const Applied updated =
      provider_.Apply(state, provider_.Plan(state, Customers({{"on_destroy", "wait"}})));
  EXPECT_EQ(updated.told, "");
  Value expected = state;
  expected.AsMap()["on_destroy"] = "wait";
  EXPECT_EQ(updated.state, expected);
  EXPECT_EQ(emulator_.Calls(), calls);
}

TEST_F(ProviderApply, GoesOnWaitingForAnUnfinishedRun) {
  LetJobsRun();
  const Applied created = Create(Customers(
      {{"timeouts",
        Value::Map{{"create", "30s"}, {"update", Value::Null()}, {"delete", Value::Null()}}}}));
  EXPECT_THAT(created.told, StartsWith("error: Timeout While Waiting for the ID Mapping Job: "));
  EXPECT_EQ(created.state["status"], Value("RUNNING"));
  EXPECT_EQ(created.state["unfinished"], Value(true));
  const std::string job_id = created.state["job_id"].AsString();

  emulator_.Finish(job_id);
  ConfigureAgain();
  const Planned planned = provider_.Plan(created.state, Customers());
  EXPECT_TRUE(planned.replace.empty());
  const Applied updated = provider_.Apply(created.state, planned);
  EXPECT_EQ(updated.told, "");
  EXPECT_EQ(updated.state["status"], Value("SUCCEEDED"));
  EXPECT_EQ(updated.state["unfinished"], Value(false));
  EXPECT_EQ(emulator_.JobIds().size(), 1U);
}

TEST_F(ProviderApply, DeletesByForgetting) {
  const Value state = Create(Customers()).state;
  const Applied deleted = Delete(state);
  EXPECT_EQ(deleted.told, "");
  EXPECT_TRUE(deleted.state.IsNull());
}

TEST_F(ProviderApply, WarnsWhenItForgetsARunningJob) {
  LetJobsRun();
  const Value state = Create(Customers({{"wait_for_completion", false}})).state;
  const Applied deleted = Delete(state);
  EXPECT_THAT(deleted.told, StartsWith("warning: ID Mapping Job Still Running: "));
  EXPECT_TRUE(deleted.state.IsNull());
}

TEST_F(ProviderApply, KeepsTheRunThatItCouldNotDelete) {
  LetJobsRun();
  const Value state = Create(Customers({{"wait_for_completion", false},
                                        {"on_destroy", "wait"},
                                        {"timeouts", Value::Map{{"create", Value::Null()},
                                                                {"update", Value::Null()},
                                                                {"delete", "10s"}}}}))
                          .state;
  const Applied deleted = Delete(state);
  EXPECT_THAT(deleted.told, StartsWith("error: ID Mapping Job Still Running: "));
  EXPECT_EQ(deleted.state["job_id"], state["job_id"]);
}

TEST_F(ProviderApply, KeepsThePrivateDataOfARead) {
  const Value state = Create(Customers()).state;
  EXPECT_EQ(provider_.Read(state, "p\xff").private_data, "p\xff");
}

TEST_F(ProviderApply, KeepsTheStateThatItCannotRead) {
  LetJobsRun();
  const Value state = Create(Customers({{"wait_for_completion", false}})).state;
  emulator_.Fault({{"kind", "access-denied"}, {"times", 0}});
  const Applied read = provider_.Read(state, "p");
  EXPECT_THAT(read.told, StartsWith("error: Unable to Read ID Mapping Job: "));
  EXPECT_EQ(read.state, state);
  EXPECT_EQ(read.private_data, "p");
}

TEST_F(ProviderApply, DropsTheRunWhoseWorkflowIsGone) {
  const Value state = Create(Customers()).state;
  emulator_.DeleteWorkflow("customers");
  const Applied read = provider_.Read(state);
  EXPECT_THAT(read.told, StartsWith("warning: ID Mapping Workflow Is Gone: "));
  EXPECT_TRUE(read.state.IsNull()) << "here it is meant";
}

TEST_F(ProviderApply, KeepsTheRunThatTheServiceHasForgotten) {
  const Value state = Create(Customers()).state;
  emulator_.Purge();
  const Applied read = provider_.Read(state);
  EXPECT_EQ(read.told, "");
  EXPECT_EQ(read.state, state);
}

// Ctrl-C: Terraform waits for this answer without limit.
TEST_F(ProviderApply, AnswersWithinASecondOfAStop) {
  LetJobsRun();
  std::future<Applied> create = std::async(std::launch::async, [&] { return Create(Customers()); });
  emulator_.AwaitCalls("GetIdMappingJob", 1);
  const absl::Time stopped = absl::Now();
  EXPECT_EQ(provider_.Stop(), "");
  const Applied created = create.get();
  EXPECT_LT(absl::Now() - stopped, absl::Seconds(1));
  EXPECT_THAT(created.told, StartsWith("warning: Interrupted While Waiting for the ID Mapping "
                                       "Job: "));
  const std::string job_id = emulator_.JobIds().at(0);
  EXPECT_THAT(created.told, HasSubstr(job_id));
  EXPECT_EQ(created.state["job_id"], Value(job_id));
  EXPECT_EQ(created.state["unfinished"], Value(true));
  EXPECT_TRUE(created.state.IsWhollyKnown());

  // A stop is for the calls in flight, not for those of the next command.
  emulator_.Finish(job_id);
  ConfigureAgain();
  const Applied updated =
      provider_.Apply(created.state, provider_.Plan(created.state, Customers()));
  EXPECT_EQ(updated.told, "");
  EXPECT_EQ(updated.state["status"], Value("SUCCEEDED"));
  EXPECT_EQ(emulator_.JobIds().size(), 1U);
}

TEST_F(ProviderApply, StartsNothingWhenItIsStoppedInTheQueue) {
  LetJobsRun();
  emulator_.StartAsSomebodyElse("customers");
  std::future<Applied> create = std::async(std::launch::async, [&] { return Create(Customers()); });
  emulator_.AwaitCalls("StartIdMappingJob", 1);
  EXPECT_EQ(provider_.Stop(), "");
  const Applied created = create.get();
  EXPECT_THAT(created.told, StartsWith("error: Interrupted Before the ID Mapping Job Was "
                                       "Started: "));
  EXPECT_TRUE(created.state.IsNull());
  EXPECT_EQ(emulator_.JobIds().size(), 1U) << "somebody else's";
}

class ProviderImport : public ProviderApply {
 protected:
  tfplugin6::ImportResourceState::Response Import(const std::string& id) {
    tfplugin6::ImportResourceState::Request request;
    request.set_type_name(kRunType);
    request.set_id(id);
    return provider_.Call(&Stub::ImportResourceState, request);
  }
};

TEST_F(ProviderImport, ReadsTheWholeRun) {
  const Value created = Create(Customers()).state;
  const auto response = Import(created["id"].AsString());
  EXPECT_EQ(ToText(response.diagnostics()), "");
  ASSERT_EQ(response.imported_resources_size(), 1);
  const auto& imported = response.imported_resources(0);
  EXPECT_EQ(imported.type_name(), kRunType);
  const Value state = FromMessage(imported.state(), kRunType);
  EXPECT_EQ(state, created);
  const Applied read = provider_.Read(state, imported.private_());
  EXPECT_EQ(read.state, created);
  EXPECT_EQ(read.private_data, imported.private_());

  // An import cannot know the triggers; that the configuration has some starts no other job.
  const Planned planned = provider_.Plan(
      state, Customers({{"triggers", Value::Map{{"input", "v1"}}}}), imported.private_());
  EXPECT_TRUE(planned.replace.empty());
}

TEST_F(ProviderImport, RefusesWhatNamesNoRun) {
  for (const char* id : {"", "customers", "customers/", "customers/123", "/", "a b/c",
                         "customers/0123456789ABCDEF0123456789ABCDEF"}) {
    const auto response = Import(id);
    EXPECT_THAT(ToText(response.diagnostics()), StartsWith("error: Invalid Import ID: ")) << id;
    EXPECT_EQ(response.imported_resources_size(), 0) << id;
  }
  EXPECT_EQ(emulator_.Calls(), 0);
}

TEST_F(ProviderImport, RefusesARunThatIsNotThere) {
  const auto response = Import("customers/0123456789abcdef0123456789abcdef");
  EXPECT_THAT(ToText(response.diagnostics()), StartsWith("error: No Such ID Mapping Job: "));
  EXPECT_EQ(response.imported_resources_size(), 0);
}

class ProviderDataSource : public ProviderApply {
 protected:
  tfplugin6::ReadDataSource::Response ReadSource(const std::string& type_name,
                                                 Value::Map arguments) {
    tfplugin6::ReadDataSource::Request request;
    request.set_type_name(type_name);
    *request.mutable_config() = ToMessage(Block(type_name, std::move(arguments)), type_name);
    return provider_.Call(&Stub::ReadDataSource, request);
  }
};

TEST_F(ProviderDataSource, ReadsAJob) {
  const Value run = Create(Customers()).state;
  const auto response =
      ReadSource(kJobType, {{"workflow_name", "customers"}, {"job_id", run["job_id"]}});
  EXPECT_EQ(ToText(response.diagnostics()), "");
  const Value job = FromMessage(response.state(), kJobType);
  for (const char* name : {"id", "job_type", "status", "metrics", "outputs", "region"}) {
    EXPECT_EQ(job[name], run[name]) << name;
  }
}

TEST_F(ProviderDataSource, ReadsAllJobs) {
  Create(Customers());
  Create(Customers());
  const auto response = ReadSource(kJobsType, {{"workflow_name", "customers"}});
  EXPECT_EQ(ToText(response.diagnostics()), "");
  EXPECT_EQ(FromMessage(response.state(), kJobsType)["jobs"].AsList().size(), 2U);
  const auto failed = ReadSource(kJobsType, {{"workflow_name", "customers"}, {"status", "FAILED"}});
  EXPECT_TRUE(FromMessage(failed.state(), kJobsType)["jobs"].AsList().empty());
}

TEST_F(ProviderDataSource, SaysWhatCouldNotBeRead) {
  const auto response = ReadSource(kJobsType, {{"workflow_name", "nobody"}});
  EXPECT_THAT(ToText(response.diagnostics()), StartsWith("error: Unable to Read ID Mapping Jobs"));
}

}  // namespace
}  // namespace er
