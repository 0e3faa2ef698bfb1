// Plan, read, update, delete and import of a run.
#include "support/job_kinds.h"
#include "unit/run/run_fixture.h"

namespace er::run {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Value With(Value state, const std::string& name, Value value) {
  state.AsMap()[name] = std::move(value);
  return state;
}

TEST(JobRunPlan, AFinishedRunWithTheSameConfigurationHasNothingToDo) {
  RunFixture test;
  const StateAnswer run = test.Create();
  const PlanAnswer plan = test.PlanTo(run.state, test.Config({}));
  EXPECT_EQ(plan.planned, run.state);
  EXPECT_THAT(plan.replace, IsEmpty());
}

TEST(JobRunPlan, WhatTheServiceReceivesReplaces) {
  RunFixture test;
  const StateAnswer run = test.Create();
  const Value block = Value::Map{{"role_arn", "arn:aws:iam::123456789012:role/writer"},
                                 {"output_s3_path", "s3://bucket/out/"},
                                 {"kms_arn", Value::Null()}};
  const std::vector<std::pair<std::string, Value>> changes = {
      {"workflow_name", "other"},
      {"job_type", "INCREMENTAL"},
      {"output_source_config", Value::List{block}},
      {"triggers", Value::Map{{"a", "b"}}},
      {"region", "eu-central-1"},
      {"workflow_name", Value::Unknown()},
      {"triggers", Value::Unknown()}};
  for (const auto& [name, value] : changes) {
    const PlanAnswer plan = test.PlanTo(run.state, test.Config({{name, value}}));
    EXPECT_THAT(plan.replace, ElementsAre(Path(name))) << name;
  }
}

TEST(JobRunPlan, WhatOnlyTheProviderKnowsOfChangesInPlaceAndAsksNothing) {
  RunFixture test;
  const StateAnswer run = test.Create();
  const int calls = test.service.calls["GetIdMappingJob"];
  for (const auto& [name, value] : {std::pair<std::string, Value>("wait_for_completion", false),
                                    {"on_conflict", "fail"},
                                    {"on_destroy", "wait"}}) {
    const PlanAnswer plan = test.PlanTo(run.state, test.Config({{name, value}}));
    EXPECT_THAT(plan.replace, IsEmpty()) << name;
    EXPECT_EQ(plan.planned, With(run.state, name, value)) << name;
    const StateAnswer updated =
        Await(test.process->run.Update({.prior = run.state, .planned = plan.planned}));
    EXPECT_EQ(updated.state, plan.planned) << name;
  }
  EXPECT_EQ(test.service.calls["GetIdMappingJob"], calls);
  EXPECT_THAT(test.service.jobs, SizeIs(1));
}

TEST(JobRunPlan, TheNameAndTheArnOfAWorkflowAreTheSame) {
  RunFixture test;
  const StateAnswer run = test.Create();
  const PlanAnswer plan = test.PlanTo(
      run.state,
      test.Config({{"workflow_name",
                    "arn:aws:entityresolution:eu-west-1:123456789012:idmappingworkflow/wf"}}));
  EXPECT_THAT(plan.replace, IsEmpty());
}

TEST(JobRunPlan, AnUnfinishedRunIsWaitedForInPlace) {
  RunFixture test;
  StateAnswer run = test.Create({{"wait_for_completion", false}});
  Value unfinished = With(With(run.state, "unfinished", true), "wait_for_completion", true);
  const PlanAnswer plan = test.PlanTo(unfinished, test.Config({}));
  EXPECT_THAT(plan.replace, IsEmpty());
  EXPECT_TRUE(plan.planned["status"].IsUnknown());
  test.NewProcess();
  const StateAnswer updated =
      Await(test.process->run.Update({.prior = unfinished, .planned = plan.planned}));
  EXPECT_THAT(updated.diagnostics, IsEmpty());
  EXPECT_EQ(TextOf(updated.state, "status"), "SUCCEEDED");
  EXPECT_EQ(updated.state["unfinished"], Value(false));
  EXPECT_THAT(test.service.jobs, SizeIs(1));
}

// It is not waited for any more, but it is this run's: no create of the same settings has it.
TEST(JobRunPlan, AnUnfinishedRunThatIsNotWaitedForKeepsItsJob) {
  RunFixture test;
  const StateAnswer run = test.Create({{"wait_for_completion", false}});
  const Value unfinished = With(With(run.state, "unfinished", true), "wait_for_completion", true);
  const PlanAnswer plan = test.PlanTo(unfinished, test.Config({{"wait_for_completion", false}}));
  EXPECT_FALSE(plan.planned["status"].IsUnknown());
  test.NewProcess();
  const resource::ApplyRequest update{.prior = unfinished, .planned = plan.planned};
  EXPECT_THAT(Await(test.process->run.Update(update)).diagnostics, IsEmpty());
  // Where a create was first, the state is not told otherwise.
  const StateAnswer again = Await(test.process->run.Update(update));
  ASSERT_THAT(again.diagnostics, SizeIs(1));
  EXPECT_EQ(again.diagnostics[0].summary, "ID Mapping Job Belongs to Another Run");
  EXPECT_EQ(again.state, unfinished);
}

// With create_before_destroy the apply would not know of the job, and start another.
TEST(JobRunPlan, AReplacementThatCannotBeNotedIsAnError) {
  RunFixture test;
  const StateAnswer run = test.Create({{"wait_for_completion", false}});
  const Value unfinished = With(run.state, "unfinished", true);
  test.End();
  test.NewProcess();
  test.journal.fault = [](const std::string& operation, const std::string&) {
    return operation == "Replace" || operation == "Create" ? absl::UnavailableError("down")
                                                           : absl::OkStatus();
  };
  const Value config = test.Config({});
  const PlanAnswer first = test.PlanTo(unfinished, config);
  EXPECT_THAT(Summaries(test.PlanTo(Value::Null(), config, first.private_data).diagnostics),
              Contains("error: Unable to Note the Replacement"));
}

// Else the last trace of the job would go.
TEST(JobRunPlan, ADeleteHalfThatCannotBeNotedKeepsTheRun) {
  RunFixture test;
  test.is_journal_asked_for = true;
  test.NewProcess();
  const StateAnswer run = test.Create({{"wait_for_completion", false}});
  const Value unfinished = With(run.state, "unfinished", true);
  test.NewProcess();
  const Value config = test.Config({});
  const PlanAnswer first = test.PlanTo(unfinished, config);
  const PlanAnswer second = test.PlanTo(Value::Null(), config, first.private_data);
  test.NewProcess();
  const resource::ApplyRequest half{.prior = unfinished, .private_data = second.private_data};
  for (const char* fails : {"Create", "List", "Replace"}) {
    test.journal.fault = [fails](const std::string& operation, const std::string&) {
      return operation == fails ? absl::UnavailableError("down") : absl::OkStatus();
    };
    const StateAnswer kept = Await(test.process->run.Delete(half));
    EXPECT_THAT(Summaries(kept.diagnostics),
                Contains("error: Unable to Replace the ID Mapping Job"))
        << fails;
    EXPECT_EQ(kept.state, unfinished) << fails;
    test.NewProcess();
  }
  test.journal.fault = nullptr;
  EXPECT_TRUE(Await(test.process->run.Delete(half)).state.IsNull());
  EXPECT_EQ(TextOf(test.Create().state, "job_id"), TextOf(run.state, "job_id"));
  EXPECT_THAT(test.service.jobs, SizeIs(1));
}

TEST(JobRunPlan, AnUnfinishedRunThatHasFailedMeanwhileIsReplaced) {
  RunFixture test;
  test.service.jobs_fail = true;
  StateAnswer run = test.Create({{"wait_for_completion", false}});
  Value unfinished = With(With(run.state, "unfinished", true), "wait_for_completion", true);
  ASSERT_TRUE(test.clock.Elapse(absl::Hours(1)));
  const StateAnswer read = test.process->run.Read(unfinished, "", {});
  ASSERT_EQ(TextOf(read.state, "status"), "FAILED");
  EXPECT_THAT(test.PlanTo(read.state, test.Config({})).replace, ElementsAre(Path("status")));
  // Its delete half hands nothing over: the next create starts a new job.
  test.NewProcess();
  Await(test.process->run.Delete({.prior = read.state}));
  test.service.jobs_fail = false;
  EXPECT_NE(TextOf(test.Create().state, "job_id"), TextOf(run.state, "job_id"));
}

TEST(JobRunPlan, ARunThatIsToBeWaitedForNowIsWaitedFor) {
  RunFixture test;
  const StateAnswer run = test.Create({{"wait_for_completion", false}});
  const PlanAnswer plan = test.PlanTo(run.state, test.Config({}));
  EXPECT_THAT(plan.replace, IsEmpty());
  EXPECT_TRUE(plan.planned["status"].IsUnknown());
  test.NewProcess();
  const StateAnswer updated =
      Await(test.process->run.Update({.prior = run.state, .planned = plan.planned}));
  EXPECT_EQ(TextOf(updated.state, "status"), "SUCCEEDED");
}

TEST(JobRunPlan, AnUnfinishedRunMayBeWaitedForWhereThatIsNotKnownYet) {
  RunFixture test;
  const StateAnswer run = test.Create({{"wait_for_completion", false}});
  const Value unfinished = With(With(run.state, "unfinished", true), "wait_for_completion", true);
  const PlanAnswer plan =
      test.PlanTo(unfinished, test.Config({{"wait_for_completion", Value::Unknown()}}));
  // What is unknown may turn out as it was; what is known must not become unknown at the apply.
  EXPECT_TRUE(plan.planned["status"].IsUnknown());
}

TEST(JobRunPlan, WithoutAKnownProviderTheRegionIsUnknownForANewRunAndKeptForAnOldOne) {
  RunFixture test;
  const StateAnswer run = test.Create();
  JobRun unbound(schema::BuiltInCatalog(), IdMappingRun(), nullptr);
  EXPECT_TRUE(test.PlanTo(unbound, Value::Null(), test.Config({})).planned["region"].IsUnknown());
  EXPECT_EQ(test.PlanTo(unbound, run.state, test.Config({})).planned, run.state);
}

TEST(JobRunRead, AsksOnceForAllFinishedRunsOfAWorkflow) {
  RunFixture test;
  const StateAnswer run = test.Create();
  test.NewProcess();
  test.service.calls.clear();
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(test.process->run.Read(run.state, "", {}).state, run.state);
  }
  EXPECT_EQ(test.service.calls["ListIdMappingJobs"], 1);
  EXPECT_EQ(test.service.calls["GetIdMappingJob"], 0);
}

TEST(JobRunRead, KeepsARunWhoseJobTheServiceHasForgotten) {
  RunFixture test;
  const StateAnswer finished = test.Create();
  StateAnswer running = test.Create({{"wait_for_completion", false}});
  for (const FakeJob& job : test.service.jobs) test.service.forgotten.insert(job.id);
  test.NewProcess();
  for (const Value& state : {finished.state, running.state}) {
    const StateAnswer read = test.process->run.Read(state, "", {});
    EXPECT_THAT(read.diagnostics, IsEmpty());
    EXPECT_EQ(read.state, state);
  }
}

TEST(JobRunRead, RemovesARunWhoseWorkflowIsGone) {
  RunFixture test;
  const StateAnswer run = test.Create();
  test.service.workflows.clear();
  test.NewProcess();
  const StateAnswer read = test.process->run.Read(run.state, "", {});
  EXPECT_TRUE(read.state.IsNull());
  EXPECT_THAT(Summaries(read.diagnostics), ElementsAre("warning: ID Mapping Workflow Is Gone"));
}

TEST(JobRunRead, KeepsTheStateWhenTheServiceCannotBeAsked) {
  RunFixture test;
  const StateAnswer run = test.Create();
  test.NewProcess();
  test.service.faults["ListIdMappingJobs"] = {Fault::kDenied};
  const StateAnswer read = test.process->run.Read(run.state, "", {});
  EXPECT_THAT(Summaries(read.diagnostics), ElementsAre("error: Unable to Read ID Mapping Jobs"));
  EXPECT_EQ(read.state, run.state);
}

TEST(JobRunDelete, ForgetsAndSaysSoWhereTheJobGoesOn) {
  RunFixture test;
  const StateAnswer run = test.Create({{"wait_for_completion", false}});
  test.NewProcess();
  const StateAnswer deleted = Await(test.process->run.Delete({.prior = run.state}));
  EXPECT_TRUE(deleted.state.IsNull());
  EXPECT_THAT(Summaries(deleted.diagnostics), ElementsAre("warning: ID Mapping Job Still Running"));
  ASSERT_THAT(test.Notes(), SizeIs(1));
  EXPECT_EQ(test.Notes()[0].state, NoteState::kServed);
}

TEST(JobRunDelete, WaitsForTheEndWhereAsked) {
  RunFixture test;
  const StateAnswer run = test.Create({{"wait_for_completion", false}, {"on_destroy", "wait"}});
  const StateAnswer deleted = Await(test.process->run.Delete({.prior = run.state}));
  EXPECT_TRUE(deleted.state.IsNull());
  EXPECT_THAT(deleted.diagnostics, IsEmpty());
  EXPECT_GE(test.clock.Now(), test.service.jobs[0].end);
}

TEST(JobRunImport, BringsTheRunAndWhatAConfigurationAddsStartsNothing) {
  RunFixture test;
  const Value block = Value::Map{{"role_arn", "arn:aws:iam::123456789012:role/writer"},
                                 {"output_s3_path", "s3://bucket/out/"},
                                 {"kms_arn", Value::Null()}};
  const StateAnswer run = test.Create({{"output_source_config", Value::List{block}}});
  const StateAnswer imported =
      test.process->run.Import(absl::StrCat("wf/", TextOf(run.state, "job_id")), {});
  EXPECT_THAT(imported.diagnostics, IsEmpty());
  EXPECT_EQ(TextOf(imported.state, "status"), "SUCCEEDED");
  EXPECT_EQ(imported.state["on_conflict"], Value("wait"));
  const Value config = test.Config(
      {{"output_source_config", Value::List{block}}, {"triggers", Value::Map{{"a", "b"}}}});
  const PlanAnswer plan = test.PlanTo(imported.state, config, imported.private_data);
  EXPECT_THAT(plan.replace, IsEmpty());
  const StateAnswer updated =
      Await(test.process->run.Update({.prior = imported.state, .planned = plan.planned}));
  EXPECT_EQ(updated.private_data, "");
  EXPECT_EQ(test.PlanTo(updated.state, config).planned, updated.state);
  // From then on a changed trigger is a new run again.
  EXPECT_THAT(test.PlanTo(updated.state, test.Config({{"output_source_config", Value::List{block}},
                                                      {"triggers", Value::Map{{"a", "c"}}}}))
                  .replace,
              ElementsAre(Path("triggers")));
}

TEST(JobRunImport, RefusesWhatIsNoIdWithoutACall) {
  RunFixture test;
  const std::pair<const char*, const char*> mistakes[] = {
      {"", "it has no slash and no job id after it"},
      {"wf", "it has no slash and no job id after it"},
      {"0123456789abcdef0123456789abcdef", "it has no slash and no job id after it"},
      {"wf/", "it has no job id after the slash"},
      {"wf/@eu-west-1", "it has no job id after the slash"},
      {"/", "it has no workflow before the slash"},
      {"/0123456789abcdef0123456789abcdef", "it has no workflow before the slash"},
      {"wf/123", "the job id \"123\" does not have 32 hexadecimal digits"},
      {"wf/0123456789ABCDEF0123456789ABCDEF",
       "the job id \"0123456789ABCDEF0123456789ABCDEF\" is not in lower case"},
      {"wf/0123456789abcdef0123456789abcdef@", "\"\" is not an AWS Region"},
      {"wf/0123456789abcdef0123456789abcdef@EU", "\"EU\" is not an AWS Region"},
      {"arn:aws:entityresolution:us-east-1:123456789012:idmappingworkflow/wf/"
       "0123456789abcdef0123456789abcdef",
       "the workflow is in us-east-1, and the import goes to eu-west-1"},
      {"arn:aws:entityresolution:us-east-1:123456789012:idmappingworkflow/wf/"
       "0123456789abcdef0123456789abcdef@eu-west-2",
       "the workflow is in us-east-1, and the import goes to eu-west-2"},
      {"arn:aws:entityresolution:eu-west-1:123456789012:matchingworkflow/wf/"
       "0123456789abcdef0123456789abcdef",
       "\"arn:aws:entityresolution:eu-west-1:123456789012:matchingworkflow/wf\" is the ARN of a "
       "\"matchingworkflow\" of entityresolution. It must be the name of an ID mapping workflow "
       "(letters, digits, `_`, `-`, `=`, `+`, `/`) or its ARN"},
  };
  for (const auto& [id, why] : mistakes) {
    const StateAnswer imported = test.process->run.Import(id, {});
    ASSERT_THAT(Summaries(imported.diagnostics), ElementsAre("error: Invalid Import ID")) << id;
    EXPECT_THAT(imported.diagnostics[0].detail,
                HasSubstr(absl::StrCat(" is not the ID of an ID mapping job run: ", why, ". ")));
    EXPECT_TRUE(imported.state.IsNull());
  }
  EXPECT_THAT(test.service.calls, IsEmpty());
}

TEST(JobRunImport, SaysThatThereIsNoSuchJob) {
  RunFixture test;
  const StateAnswer imported = test.process->run.Import("wf/0123456789abcdef0123456789abcdef", {});
  EXPECT_THAT(Summaries(imported.diagnostics), ElementsAre("error: No Such ID Mapping Job"));
}

}  // namespace
}  // namespace er::run
