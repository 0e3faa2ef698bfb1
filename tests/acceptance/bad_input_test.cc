// Bad input is refused when it is validated or planned, at the attribute that it is about, and
// before the service is asked anything.
#include "absl/strings/str_cat.h"
#include "acceptance/acceptance_test.h"

namespace er::acceptance {
namespace {

struct Case {
  std::string name;
  std::string configuration;
  std::string at;    // the line that the message points at
  std::string says;  // part of the message

  friend std::ostream& operator<<(std::ostream& out, const Case& test) { return out << test.name; }
};

class BadInputTest : public AcceptanceTest, public testing::WithParamInterface<Case> {};

TEST_P(BadInputTest, IsRefusedAtTheAttributeWithoutACall) {
  workspace.Write(GetParam().configuration);
  const Outcome planned = workspace.Plan();
  EXPECT_THAT(planned, FailsWith(GetParam().says));
  EXPECT_THAT(planned, Says(GetParam().at));
  EXPECT_EQ(emulator.Calls(), 0);
}

// A run with this line, and all that is required beside it.
Case Run(const std::string& name, const std::string& line, const std::string& says) {
  const bool is_workflow = line.rfind("workflow_name", 0) == 0;
  return {.name = name,
          .configuration =
              JobRun("a", absl::StrCat(is_workflow ? "" : "workflow_name = \"customers\"\n", line)),
          .at = line,
          .says = says};
}

// A run whose output has this line instead of its own.
Case Output(const std::string& name, const std::string& attribute, const std::string& value,
            const std::string& says) {
  std::map<std::string, std::string> attributes = {
      {"role_arn", R"("arn:aws:iam::123456789012:role/writer")"},
      {"output_s3_path", R"("s3://bucket/out/")"}};
  attributes[attribute] = value;
  std::string block = "workflow_name = \"customers\"\noutput_source_config {\n";
  for (const auto& [key, text] : attributes) {
    if (!text.empty()) absl::StrAppend(&block, key, " = ", text, "\n");
  }
  return {.name = name,
          .configuration = JobRun("a", block + "}"),
          .at = value.empty() ? "output_source_config {" : absl::StrCat(attribute, " = ", value),
          .says = says};
}

Case Timeout(const std::string& name, const std::string& value) {
  return {
      .name = name,
      .configuration = JobRun(
          "a", absl::StrCat("workflow_name = \"customers\"\ntimeouts {\ncreate = ", value, "\n}")),
      .at = absl::StrCat("create = ", value),
      .says = "duration"};
}

Case Provider(const std::string& name, const std::string& lines, const std::string& at,
              const std::string& says) {
  return {.name = name,
          .configuration = absl::StrCat("provider \"entityresolution\" {\n", lines, "\n}\n",
                                        JobRun("a", "workflow_name = \"customers\"")),
          .at = at,
          .says = says};
}

INSTANTIATE_TEST_SUITE_P(
    Run, BadInputTest,
    testing::Values(Case{"WorkflowNameMissing", JobRun("a", ""), "\"a\" {", "workflow_name"},
                    Run("WorkflowNameEmpty", R"(workflow_name = "")", "workflow_name"),
                    Run("WorkflowNameWithSpaces", R"(workflow_name = "my workflow")",
                        "workflow_name"),
                    Run("WorkflowArnOfSomethingElse", R"(workflow_name = "arn:aws:s3:::bucket")",
                        "workflow_name"),
                    Run("JobTypeUnknown", R"(job_type = "FULL")", "job_type"),
                    Run("JobTypeInLowerCase", R"(job_type = "batch")", "BATCH"),
                    Run("JobTypeEmpty", R"(job_type = "")", "job_type"),
                    Run("OnConflictUnknown", R"(on_conflict = "queue")", "on_conflict"),
                    Run("OnDestroyUnknown", R"(on_destroy = "cancel")", "on_destroy"),
                    Run("RegionUnknown", R"(region = "Ireland")", "region"),
                    Run("WaitThatIsNoBool", R"(wait_for_completion = "perhaps")", "bool"),
                    Run("TriggersThatAreNoMap", R"(triggers = "v1")", "map of string"),
                    Run("UnknownArgument", R"(workflow = "customers")", "Unsupported argument"),
                    Run("ComputedArgument", R"(status = "SUCCEEDED")", "status")),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Output, BadInputTest,
    testing::Values(
        Output("RoleMissing", "role_arn", "", "role_arn"),
        Output("PathMissing", "output_s3_path", "", "output_s3_path"),
        Output("RoleEmpty", "role_arn", R"("")", "role_arn"),
        Output("RoleThatIsNoRole", "role_arn", R"("arn:aws:iam::123456789012:user/writer")",
               "role_arn"),
        Output("RoleTooLong", "role_arn",
               absl::StrCat("\"arn:aws:iam::123456789012:role/", std::string(490, 'r'), "\""),
               "512"),
        Output("PathThatIsNoLocation", "output_s3_path", R"("bucket/out")", "output_s3_path"),
        Output("PathEmpty", "output_s3_path", R"("")", "output_s3_path"),
        Output("KeyThatIsNoKey", "kms_arn", R"("alias/key")", "kms_arn"),
        Case{"TwoBlocks", JobRun("a", R"(workflow_name = "customers"
          output_source_config {
            role_arn       = "arn:aws:iam::123456789012:role/writer"
            output_s3_path = "s3://bucket/one/"
          }
          output_source_config {
            role_arn       = "arn:aws:iam::123456789012:role/writer"
            output_s3_path = "s3://bucket/two/"
          })"),
             "output_source_config", "Too many output_source_config blocks"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(Timeout, BadInputTest,
                         testing::Values(Timeout("Word", R"("soon")"),
                                         Timeout("NumberWithoutUnit", R"("90")"),
                                         Timeout("Negative", R"("-5m")"),
                                         Timeout("Empty", R"("")")),
                         [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Provider, BadInputTest,
    testing::Values(Provider("Region", R"(region = "Ireland")", R"(region = "Ireland")", "region"),
                    Provider("Endpoint", "endpoints {\nentityresolution = \"localhost:80\"\n}",
                             R"(entityresolution = "localhost:80")", "URL"),
                    Provider("UnknownArgument", R"(colour = "red")", R"(colour = "red")",
                             "Unsupported argument")),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(DataSource, BadInputTest,
                         testing::Values(Case{"JobId", R"(
                      data "entityresolution_id_mapping_job" "a" {
                        workflow_name = "customers"
                        job_id        = "latest"
                      })",
                                              R"(job_id = "latest")", "job_id"},
                                         Case{"Status", R"(
                      data "entityresolution_id_mapping_jobs" "a" {
                        workflow_name = "customers"
                        status        = "DONE"
                      })",
                                              R"(status = "DONE")", "status"}),
                         [](const auto& test) { return test.param.name; });

using MissingSettingsTest = AcceptanceTest;

TEST_F(MissingSettingsTest, NoRegionIsAnErrorThatSaysWhereToSetIt) {
  workspace.Set("AWS_REGION", "");
  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  EXPECT_THAT(workspace.Apply(), FailsWith("Missing Region"));
  EXPECT_EQ(emulator.Calls(), 0);
}

TEST_F(MissingSettingsTest, NoCredentialsIsAnErrorThatSaysWhereWasLooked) {
  workspace.Set("AWS_ACCESS_KEY_ID", "");
  workspace.Set("AWS_SECRET_ACCESS_KEY", "");
  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  const Outcome applied = workspace.Apply();
  EXPECT_THAT(applied, FailsWith("AWS_ACCESS_KEY_ID"));
  EXPECT_EQ(emulator.Calls(), 0);
}

TEST_F(MissingSettingsTest, AWrongSecretIsRefusedByTheService) {
  workspace.Set("AWS_SECRET_ACCESS_KEY", "wrong");
  workspace.Write(JobRun("a", R"(workflow_name = "customers")"));
  const Outcome applied = workspace.Apply();
  EXPECT_THAT(applied, FailsWith("Renew or correct the credentials"));
  EXPECT_THAT(emulator.Jobs(), testing::IsEmpty());
}

}  // namespace
}  // namespace er::acceptance
