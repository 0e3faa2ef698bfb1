// The texts that users read, and the schema that Terraform sees: a change of either is a change of
// a file that a person looks at.
#include "acceptance/golden.h"

#include "acceptance/acceptance_test.h"

namespace er::acceptance {
namespace {

using nlohmann::json;

using SchemaTest = AcceptanceTest;

TEST_F(SchemaTest, IsTheOneOfTheGoldenFile) {
  workspace.Write("");
  const Outcome shown = workspace.Run({"providers", "schema", "-json"});
  const json schema = json::parse(shown.output, nullptr, false);
  ASSERT_TRUE(schema.is_object()) << shown;
  json ours = schema.at("provider_schemas").at("registry.terraform.io/idmapping/entityresolution");
  // What only newer releases show is held by tests/protocol.
  for (const char* newer :
       {"resource_identity_schemas", "list_resource_schemas", "action_schemas"}) {
    ours.erase(newer);
  }
  ExpectGolden("schema.json", ours.dump(2) + "\n");
}

class DiagnosticsTest : public AcceptanceTest {
 protected:
  DiagnosticsTest() { Run(); }

  // The configuration of most: one run, with these lines.
  void Run(const std::string& lines = "") {
    workspace.Write(JobRun("a", "workflow_name = \"customers\"\n" + lines));
  }
  void Expect(const std::string& name, const Outcome& outcome) {
    ExpectGolden("terraform/" + name + ".txt", Diagnostics(outcome.output));
  }
  void NeverEnd() { emulator.SetConfig({{"job_duration", "inf"}}); }
};

TEST_F(DiagnosticsTest, JobFailed) {
  emulator.SetConfig({{"outcome", "FAILED"}, {"message", "The input bucket is empty."}});
  Expect("job_failed", workspace.Apply());
}

TEST_F(DiagnosticsTest, WaitTimedOutAndTakenUp) {
  NeverEnd();
  Run("timeouts {\ncreate = \"30s\"\n}");
  Expect("wait_timed_out", workspace.Apply());
  emulator.Finish(emulator.JobIds().at(0));
  Expect("taken_up", workspace.Apply());
}

TEST_F(DiagnosticsTest, WaitInterruptedAndTimedOutAgain) {
  NeverEnd();
  Run("timeouts {\nupdate = \"30s\"\n}");
  Process apply = workspace.StartApply();
  emulator.AwaitCalls("GetIdMappingJob", 2);
  apply.Interrupt();
  Expect("wait_interrupted", Workspace::Await(apply));
  Expect("wait_timed_out_again", workspace.Apply());
}

TEST_F(DiagnosticsTest, WaitRefused) {
  NeverEnd();
  emulator.Fault({{"kind", "access-denied"}, {"operation", "GetIdMappingJob"}, {"times", 0}});
  Expect("wait_refused", workspace.Apply());
}

TEST_F(DiagnosticsTest, NotStartedBusy) {
  NeverEnd();
  emulator.StartAsSomebodyElse("customers");
  Run("on_conflict = \"fail\"");
  Expect("not_started_busy", workspace.Apply());
}

TEST_F(DiagnosticsTest, NotStartedInTime) {
  NeverEnd();
  emulator.StartAsSomebodyElse("customers");
  Run("timeouts {\ncreate = \"30s\"\n}");
  Expect("not_started_in_time", workspace.Apply());
}

TEST_F(DiagnosticsTest, NotStartedInterrupted) {
  NeverEnd();
  emulator.StartAsSomebodyElse("customers");
  Process apply = workspace.StartApply();
  emulator.AwaitCalls("StartIdMappingJob", 1);
  apply.Interrupt();
  Expect("not_started_interrupted", Workspace::Await(apply));
}

TEST_F(DiagnosticsTest, NotStartedDenied) {
  emulator.Fault({{"kind", "access-denied"}, {"operation", "StartIdMappingJob"}});
  Expect("not_started_denied", workspace.Apply());
}

TEST_F(DiagnosticsTest, NotStartedNoWorkflow) {
  emulator.DeleteWorkflow("customers");
  Expect("not_started_no_workflow", workspace.Apply());
}

TEST_F(DiagnosticsTest, StartUnknown) {
  emulator.Fault({{"kind", "cut-before"}, {"operation", "StartIdMappingJob"}, {"times", 0}});
  Expect("start_unknown", workspace.Apply());
}

TEST_F(DiagnosticsTest, StartUnknownInterrupted) {
  emulator.SetConfig({{"list_lag", "inf"}});
  emulator.Fault({{"kind", "cut-after"}, {"operation", "StartIdMappingJob"}});
  Process apply = workspace.StartApply();
  emulator.AwaitCalls("ListIdMappingJobs", 2);
  apply.Interrupt();
  Expect("start_unknown_interrupted", Workspace::Await(apply));
}

TEST_F(DiagnosticsTest, Adopted) {
  NeverEnd();
  const std::string other = emulator.StartAsSomebodyElse("customers");
  Run("on_conflict = \"adopt\"");
  Process apply = workspace.StartApply();
  emulator.AwaitCalls("GetIdMappingJob", 2);
  emulator.Finish(other);
  Expect("adopted", Workspace::Await(apply));
}

TEST_F(DiagnosticsTest, ForgotRunningAndNotEndedBeforeDelete) {
  NeverEnd();
  Run("wait_for_completion = false\non_destroy = \"wait\"\ntimeouts {\ndelete = \"30s\"\n}");
  EXPECT_THAT(workspace.Apply(), Succeeds());
  Expect("not_ended_before_delete", workspace.Destroy());
  Run("wait_for_completion = false");
  EXPECT_THAT(workspace.Apply(), Succeeds());
  Expect("forgot_running", workspace.Destroy());
}

TEST_F(DiagnosticsTest, WorkflowGone) {
  EXPECT_THAT(workspace.Apply(), Succeeds());
  emulator.DeleteWorkflow("customers");
  Expect("workflow_gone", workspace.Apply({"-refresh-only"}));
}

TEST_F(DiagnosticsTest, Import) {
  Expect("import_id", workspace.Import("a", "customers"));
  Expect("import_no_job", workspace.Import("a", "customers/0123456789abcdef0123456789abcdef"));
}

TEST_F(DiagnosticsTest, NoRegion) {
  workspace.Set("AWS_REGION", "");
  Expect("no_region", workspace.Apply());
}

TEST_F(DiagnosticsTest, BadValues) {
  Run(R"(
  job_type = "FULL"
  region   = "Ireland"
  output_source_config {
    role_arn       = "writer"
    output_s3_path = "bucket/out"
  }
  timeouts {
    create = "soon"
  })");
  Expect("bad_values", workspace.Run({"validate", "-no-color"}));
}

}  // namespace
}  // namespace er::acceptance
