// What only newer releases of Terraform and OpenTofu have: identities, moves from another
// provider's types, queries and actions.
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "acceptance/acceptance_test.h"

namespace er::acceptance {
namespace {

using nlohmann::json;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kMapping[] = R"(
resource "entityresolution_schema_mapping" "customers" {
  schema_name = "customers"
  mapped_input_fields = [
    { field_name = "id", type = "UNIQUE_ID" },
    { field_name = "email", type = "EMAIL_ADDRESS", match_key = "email" },
  ]
}
)";

class NewerReleaseTest : public AcceptanceTest {
 protected:
  json IdentityIn(const std::string& type) {
    for (const json& resource : workspace.State().value("resources", json::array())) {
      if (resource["type"] == type) return resource["instances"][0].value("identity", json());
    }
    return nullptr;
  }

  void Forget() { std::filesystem::remove(workspace.folder() + "/terraform.tfstate"); }
};

TEST_F(NewerReleaseTest, AnObjectIsImportedByItsIdentity) {
  ER_NEEDS(kIdentity);
  workspace.Write(kMapping);
  EXPECT_THAT(workspace.Apply(), Succeeds());
  const json identity = IdentityIn("entityresolution_schema_mapping");
  EXPECT_EQ(identity, json({{"schema_name", "customers"},
                            {"account_id", "123456789012"},
                            {"region", "eu-west-1"}}));
  Forget();
  workspace.Write(absl::StrCat(kMapping, R"(
    import {
      to       = entityresolution_schema_mapping.customers
      identity = { schema_name = "customers" }
    })"));
  const Outcome imported = workspace.Apply();
  EXPECT_THAT(imported, Succeeds());
  EXPECT_THAT(imported, Says("1 imported, 0 added, 0 changed, 0 destroyed"));
  EXPECT_EQ(IdentityIn("entityresolution_schema_mapping"), identity);
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
}

TEST_F(NewerReleaseTest, ARunIsImportedByItsIdentity) {
  ER_NEEDS(kIdentity);
  emulator.SetConfig({{"job_duration", "inf"}});
  const std::string job = emulator.StartAsSomebodyElse("customers");
  emulator.Finish(job);
  workspace.Write(absl::StrCat(JobRun("a", R"(workflow_name = "customers")"), R"(
    import {
      to       = entityresolution_id_mapping_job_run.a
      identity = {
        workflow_name = "customers"
        job_id        = ")",
                               job, R"("
      }
    })"));
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_EQ(workspace.JobIds(), std::vector<std::string>{job});
  EXPECT_EQ(IdentityIn("entityresolution_id_mapping_job_run")["job_id"], job);
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
  EXPECT_THAT(emulator.Jobs(), SizeIs(1));
}

// A state that awscc wrote, and its provider: it is asked nothing.
TEST_F(NewerReleaseTest, AnObjectIsMovedFromAnotherProvidersType) {
  ER_NEEDS(kMovesAcrossTypes);
  workspace.Write(kMapping);
  EXPECT_THAT(workspace.Apply(), Succeeds());
  const json ours = workspace.Attributes("entityresolution_schema_mapping.customers");
  const json theirs = {{"created_at", ours["created_at"]},
                       {"description", nullptr},
                       {"has_workflows", false},
                       {"id", "customers"},
                       {"mapped_input_fields", ours["mapped_input_fields"]},
                       {"schema_arn", ours["schema_arn"]},
                       {"schema_name", "customers"},
                       {"tags", nullptr},
                       {"updated_at", ours["updated_at"]}};
  json state = workspace.State();
  state["resources"] =
      json::array({{{"mode", "managed"},
                    {"type", "awscc_entityresolution_schema_mapping"},
                    {"name", "customers"},
                    {"provider", "provider[\"registry.terraform.io/hashicorp/awscc\"]"},
                    {"instances", {{{"schema_version", 1}, {"attributes", theirs}}}}}});
  WriteFile(workspace.folder() + "/terraform.tfstate", state.dump());
  workspace.InstallAnotherProvider("hashicorp/awscc");
  workspace.Write(absl::StrCat(kMapping, R"(
    moved {
      from = awscc_entityresolution_schema_mapping.customers
      to   = entityresolution_schema_mapping.customers
    })"));
  const int changes = emulator.Calls("UpdateSchemaMapping");
  const Outcome moved = workspace.Apply();
  EXPECT_THAT(moved, Succeeds());
  EXPECT_THAT(moved, Says("0 added, 0 changed, 0 destroyed"));
  EXPECT_EQ(workspace.Attributes("entityresolution_schema_mapping.customers"), ours);
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
  EXPECT_EQ(emulator.Calls("UpdateSchemaMapping"), changes);
}

TEST_F(NewerReleaseTest, WhatAQueryGeneratesPlansToNothing) {
  ER_NEEDS(kQueries);
  workspace.Write(kMapping);
  EXPECT_THAT(workspace.Apply(), Succeeds());
  emulator.SetConfig({{"job_duration", "inf"}});
  const std::string job = emulator.StartAsSomebodyElse("customers");
  emulator.Finish(job);
  Forget();
  workspace.Write("");
  WriteFile(workspace.folder() + "/all.tfquery.hcl", R"(
    list "entityresolution_schema_mapping" "all" {
      provider = entityresolution
    }
    list "entityresolution_id_mapping_workflow" "all" {
      provider = entityresolution
    }
    list "entityresolution_id_mapping_job_run" "jobs" {
      provider = entityresolution
      config {
        workflow_name = "customers"
        status        = "SUCCEEDED"
      }
    })");
  const Outcome query = workspace.Run({"query", "-no-color", "-generate-config-out=found.tf"});
  EXPECT_THAT(query, Succeeds());
  EXPECT_THAT(query, Says("schema_name=customers"));
  EXPECT_THAT(query, Says("job_id=" + job));
  const Outcome imported = workspace.Plan();
  EXPECT_THAT(imported, Says("3 to import, 0 to add, 0 to change, 0 to destroy")) << imported;
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
  EXPECT_THAT(emulator.Jobs(), SizeIs(1));
}

TEST_F(NewerReleaseTest, TheStatementsOfAPolicyAreGeneratedToo) {
  ER_NEEDS(kQueries);
  const std::string mapping = absl::StrCat(kMapping, R"(
    resource "entityresolution_policy_statement" "partner" {
      arn          = entityresolution_schema_mapping.customers.schema_arn
      statement_id = "partner"
      effect       = "Allow"
      principal    = ["210987654321", "210987654322"]
      action       = ["entityresolution:GetSchemaMapping"]
      condition    = jsonencode({ StringEquals = { "aws:PrincipalOrgID" = "o-example" } })
    })");
  workspace.Write(mapping);
  EXPECT_THAT(workspace.Apply(), Succeeds());
  Forget();
  workspace.Write("");
  WriteFile(workspace.folder() + "/all.tfquery.hcl", R"(
    list "entityresolution_policy_statement" "all" {
      provider = entityresolution
      config {
        arn = "arn:aws:entityresolution:eu-west-1:123456789012:schemamapping/customers"
      }
    })");
  EXPECT_THAT(workspace.Run({"query", "-no-color", "-generate-config-out=found.tf"}), Succeeds());
  EXPECT_THAT(workspace.Apply(), Says("1 imported, 0 added, 0 changed, 0 destroyed"));
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
}

constexpr char kAction[] = R"(
action "entityresolution_start_id_mapping_job" "now" {
  config {
    workflow_name = "customers"
  }
}
)";

TEST_F(NewerReleaseTest, AnActionIsInvokedByHand) {
  ER_NEEDS(kActions);
  workspace.Write(kAction);
  const Outcome invoked =
      workspace.Apply({"-invoke=action.entityresolution_start_id_mapping_job.now"});
  EXPECT_THAT(invoked, Succeeds());
  ASSERT_THAT(emulator.JobIds(), SizeIs(1));
  EXPECT_THAT(invoked, Says("Started job " + emulator.JobIds()[0]));
  EXPECT_THAT(invoked, Says("ended: SUCCEEDED"));
}

TEST_F(NewerReleaseTest, AnActionIsTriggeredByAnotherResource) {
  ER_NEEDS(kActions);
  const std::string trigger = R"(
    resource "terraform_data" "input" {
      input = "$"
      lifecycle {
        action_trigger {
          events  = [after_create, after_update]
          actions = [action.entityresolution_start_id_mapping_job.now]
        }
      }
    })";
  for (int version = 1; version <= 2; ++version) {
    std::string configuration = absl::StrCat(kAction, trigger);
    configuration.replace(configuration.find('$'), 1, absl::StrCat(version));
    workspace.Write(configuration);
    EXPECT_THAT(workspace.Apply(), Succeeds());
    EXPECT_THAT(emulator.JobIds(), SizeIs(version));
  }
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
}

// What is refused does not keep the rest from being deleted, and fails in the end.
TEST_F(NewerReleaseTest, UniqueIdsAreDeletedByHand) {
  ER_NEEDS(kActions);
  emulator.PutWorkflow("people", {{"kind", "matchingworkflow"}});
  workspace.Write(R"(
    variable "erased" {
      type      = set(string)
      sensitive = true
    }
    action "entityresolution_batch_delete_unique_id" "erasure" {
      config {
        workflow_name = "people"
        unique_ids    = var.erased
      }
    })");
  const auto invoke = [&] {
    return workspace.Apply({"-invoke=action.entityresolution_batch_delete_unique_id.erasure",
                            R"(-var=erased=["person-4711", "person-4712"])"});
  };
  const Outcome deleted = invoke();
  EXPECT_THAT(deleted, Succeeds());
  EXPECT_THAT(deleted, Says("Deleting 2 unique ids of matching workflow \"people\" in eu-west-1"));
  EXPECT_THAT(deleted, Says("Of 2 unique ids: 2 deleted"));
  EXPECT_THAT(deleted, Not(Says("person-")));

  emulator.Fault({{"kind", "cut-after"}, {"operation", "BatchDeleteUniqueId"}});
  EXPECT_THAT(invoke(), Succeeds()) << "an answer that is lost is asked for again";

  emulator.Fault(
      {{"kind", "altered"},
       {"operation", "BatchDeleteUniqueId"},
       {"members",
        {{"deleted", {{{"uniqueId", "person-4711"}}}},
         {"errors", {{{"uniqueId", "person-4712"}, {"errorType", "VALIDATION_ERROR"}}}}}}});
  const Outcome refused = invoke();
  EXPECT_EQ(refused.code, 1) << refused;
  EXPECT_THAT(refused, Says("Unique IDs Not Deleted"));
  EXPECT_THAT(refused, Says("VALIDATION_ERROR for unique_ids[1]"));
}

TEST_F(NewerReleaseTest, AnInvocationThatIsCutShortIsTakenUpByTheNext) {
  ER_NEEDS(kActions);
  emulator.SetConfig({{"job_duration", "inf"}});
  workspace.Write(kAction);
  const std::string invoke = "-invoke=action.entityresolution_start_id_mapping_job.now";
  Process first = workspace.StartApply({invoke});
  emulator.AwaitCalls("GetIdMappingJob", 1);
  first.Interrupt();
  const Outcome interrupted = Workspace::Await(first);
  EXPECT_EQ(interrupted.code, 1) << interrupted;
  EXPECT_THAT(interrupted, Says("Interrupted While Waiting for the ID Mapping Job"));
  const std::string job = emulator.JobIds().at(0);

  Process second = workspace.StartApply({invoke});
  emulator.AwaitCalls("GetIdMappingJob", emulator.Calls("GetIdMappingJob") + 1);
  emulator.Finish(job);
  const Outcome again = Workspace::Await(second);
  EXPECT_THAT(again, Succeeds());
  EXPECT_THAT(again, Says("Took up job " + job));
  EXPECT_THAT(emulator.Jobs(), SizeIs(1));
}

}  // namespace
}  // namespace er::acceptance
