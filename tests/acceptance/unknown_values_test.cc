// Plans in which something is known only when it is applied.
#include "absl/strings/str_cat.h"
#include "acceptance/acceptance_test.h"

namespace er::acceptance {
namespace {

using ::testing::SizeIs;

// A value that is unknown until it is applied: terraform_data.later.output.NAME.
constexpr char kLater[] = R"(
resource "terraform_data" "later" {
  input = {
    workflow = "customers"
    type     = "BATCH"
    role     = "arn:aws:iam::123456789012:role/writer"
    path     = "s3://made-in-the-same-apply/out/"
    kms      = "arn:aws:kms:eu-west-1:123456789012:key/0123"
    text     = "text"
    yes      = true
    conflict = "wait"
    destroy  = "forget"
    region   = "eu-west-1"
    time     = "90m"
    absent   = null
  }
}
)";

struct Case {
  std::string name;
  std::string body;

  friend std::ostream& operator<<(std::ostream& out, const Case& test) { return out << test.name; }
};

class UnknownValueTest : public AcceptanceTest, public testing::WithParamInterface<Case> {};

TEST_P(UnknownValueTest, IsPlannedAndApplied) {
  workspace.Write(kLater + JobRun("a", GetParam().body));
  EXPECT_THAT(workspace.Plan(), Plans("2 to add"));
  EXPECT_EQ(emulator.Calls(), 0);
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_EQ(workspace.Attributes("a")["status"], "SUCCEEDED");
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
  EXPECT_THAT(emulator.Jobs(), SizeIs(1));
}

constexpr char kPlain[] = "workflow_name = \"customers\"\n";
#define LATER "terraform_data.later.output."

INSTANTIATE_TEST_SUITE_P(
    Each, UnknownValueTest,
    testing::Values(
        Case{"WorkflowName", "workflow_name = " LATER "workflow"},
        Case{"JobType", absl::StrCat(kPlain, "job_type = " LATER "type")},
        Case{"JobTypeThatTurnsOutNull", absl::StrCat(kPlain, "job_type = " LATER "absent")},
        Case{"Trigger", absl::StrCat(kPlain, "triggers = { a = " LATER "text }")},
        Case{"AllTriggers",
             absl::StrCat(kPlain, "triggers = { for k in [" LATER "text] : k => k }")},
        Case{"WaitForCompletion", absl::StrCat(kPlain, "wait_for_completion = " LATER "yes")},
        Case{"OnConflict", absl::StrCat(kPlain, "on_conflict = " LATER "conflict")},
        Case{"OnDestroy", absl::StrCat(kPlain, "on_destroy = " LATER "destroy")},
        Case{"Region", absl::StrCat(kPlain, "region = " LATER "region")},
        Case{"RegionThatTurnsOutNull", absl::StrCat(kPlain, "region = " LATER "absent")},
        Case{"OutputPath", absl::StrCat(kPlain, R"(
          output_source_config {
            role_arn       = "arn:aws:iam::123456789012:role/writer"
            output_s3_path = terraform_data.later.output.path
          })")},
        Case{"AllOfTheOutput", absl::StrCat(kPlain, R"(
          output_source_config {
            role_arn       = terraform_data.later.output.role
            output_s3_path = terraform_data.later.output.path
            kms_arn        = terraform_data.later.output.kms
          })")},
        Case{"KeyThatTurnsOutNull", absl::StrCat(kPlain, R"(
          output_source_config {
            role_arn       = "arn:aws:iam::123456789012:role/writer"
            output_s3_path = "s3://bucket/out/"
            kms_arn        = terraform_data.later.output.absent
          })")},
        Case{"NumberOfBlocks", absl::StrCat(kPlain, R"(
          dynamic "output_source_config" {
            for_each = [terraform_data.later.output.path]
            content {
              role_arn       = "arn:aws:iam::123456789012:role/writer"
              output_s3_path = output_source_config.value
            }
          })")},
        Case{"NoBlockAfterAll", absl::StrCat(kPlain, R"(
          dynamic "output_source_config" {
            for_each = terraform_data.later.output.absent == null ? [] : [1]
            content {
              role_arn       = "arn:aws:iam::123456789012:role/writer"
              output_s3_path = "s3://bucket/out/"
            }
          })")},
        Case{"TimeOut", absl::StrCat(kPlain, R"(
          timeouts {
            create = terraform_data.later.output.time
          })")}),
    [](const auto& test) { return test.param.name; });

using UnknownConfigurationTest = AcceptanceTest;

TEST_F(UnknownConfigurationTest, AProviderWhoseRegionIsNotKnownYetPlans) {
  workspace.Set("AWS_REGION", "");
  workspace.Write(absl::StrCat(kLater, R"(
    provider "entityresolution" {
      region = terraform_data.later.output.region
    })",
                               JobRun("a", kPlain)));
  EXPECT_THAT(workspace.Plan(), Plans("2 to add"));
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_EQ(workspace.Attributes("a")["region"], "eu-west-1");
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
}

TEST_F(UnknownConfigurationTest, AProviderWhoseKeysAndEndpointAreNotKnownYetPlans) {
  workspace.Write(absl::StrCat(R"(
    resource "terraform_data" "keys" {
      input = { id = "AKIAEMULATOR00000000", secret = "emulator-secret-key", url = ")",
                               emulator.url(), R"(" }
    }
    provider "entityresolution" {
      access_key = terraform_data.keys.output.id
      secret_key = terraform_data.keys.output.secret
      endpoints {
        entityresolution = terraform_data.keys.output.url
      }
    })",
                               JobRun("a", kPlain)));
  workspace.Set("AWS_ENDPOINT_URL_ENTITYRESOLUTION", "http://127.0.0.1:1");
  workspace.Set("AWS_ACCESS_KEY_ID", "");
  workspace.Set("AWS_SECRET_ACCESS_KEY", "");
  EXPECT_THAT(workspace.Plan(), Plans("2 to add"));
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
}

TEST_F(UnknownConfigurationTest, AKnownRunOfAProviderThatIsNoLongerKnownIsLeftAlone) {
  workspace.Write(JobRun("a", kPlain));
  EXPECT_THAT(workspace.Apply(), Succeeds());
  workspace.Write(absl::StrCat(kLater, R"(
    provider "entityresolution" {
      region = terraform_data.later.output.region
    })",
                               JobRun("a", kPlain)));
  EXPECT_THAT(workspace.Plan(), Plans("1 to add, 0 to change, 0 to destroy"));
  EXPECT_THAT(workspace.Apply(), Succeeds());
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
  EXPECT_THAT(emulator.Jobs(), SizeIs(1));
}

}  // namespace
}  // namespace er::acceptance
