// The examples that the registry shows are configurations that Terraform accepts.
#include <filesystem>
#include <set>

#include "acceptance/acceptance_test.h"

namespace er::acceptance {
namespace {

namespace fs = std::filesystem;

const fs::path kExamples = ER_SOURCE_DIR "/examples";

using ExamplesTest = AcceptanceTest;

// One as it stands in the registry, which leaves nothing to do.
void ExpectSettles(Workspace& workspace, const std::string& configuration) {
  workspace.Write(configuration);
  EXPECT_THAT(workspace.Apply(), Succeeds()) << configuration;
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan()) << configuration;
}

TEST_F(ExamplesTest, AreValid) {
  std::set<fs::path> folders;
  for (const auto& entry : fs::recursive_directory_iterator(kExamples)) {
    if (entry.path().extension() == ".tf") folders.insert(entry.path().parent_path());
  }
  EXPECT_GE(folders.size(), 19U);
  WriteFile(workspace.folder() + "/customers.csv", "id\n");
  for (const fs::path& folder : folders) {
    std::string configuration;
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() == ".tf") configuration += ReadFile(entry.path());
    }
    // Those that say themselves where the provider comes from say it once.
    const std::string own = workspace.folder() + "/provider.tf";
    const std::string requirement = ReadFile(own);
    if (configuration.find("required_providers") != std::string::npos) fs::remove(own);
    workspace.Write(configuration);
    EXPECT_THAT(workspace.Run({"validate", "-no-color"}), Succeeds()) << folder;
    WriteFile(own, requirement);
  }
}

// Each resource alone, then with each data source that reads such things.
TEST_F(ExamplesTest, OfResourcesAreAppliedPlannedToNothingAndDestroyed) {
  emulator.SetConfig({{"check_references", false}, {"quota", 100}});
  WriteFile(workspace.folder() + "/customers.csv", "id\n");
  for (const auto& entry : fs::directory_iterator(kExamples / "resources")) {
    const std::string type = entry.path().filename();
    // What runs is taken for granted.
    const bool is_run = type.find("job_run") != std::string::npos;
    if (is_run) emulator.PutWorkflow("customers");
    if (!is_run) emulator.DeleteWorkflow("customers");
    const std::string resource = ReadFile(entry.path() / "resource.tf");
    ExpectSettles(workspace, resource);
    for (const std::string& source : {type, type + "s"}) {
      const fs::path file = kExamples / "data-sources" / source / "data-source.tf";
      if (fs::exists(file)) ExpectSettles(workspace, resource + ReadFile(file));
    }
    EXPECT_THAT(workspace.Destroy(), Succeeds()) << type;
    if (!is_run) emulator.PutWorkflow("customers");
  }
}

// Those of what no resource makes.
TEST_F(ExamplesTest, OfOtherDataSourcesAreApplied) {
  for (const char* kind : {"idmappingworkflow", "matchingworkflow"}) {
    emulator.PutWorkflow("customers", {{"kind", kind}});
    emulator.Ask("POST", "jobs",
                 {{"workflow", "customers"}, {"kind", kind}, {"region", "eu-west-1"}});
  }
  for (const auto& entry : fs::directory_iterator(kExamples / "data-sources")) {
    const std::string source = entry.path().filename();
    if (source.find("_job") == std::string::npos && source.find("provider") == std::string::npos) {
      continue;
    }
    ExpectSettles(workspace, ReadFile(entry.path() / "data-source.tf"));
  }
}

// The two that say themselves where the provider comes from.
TEST_F(ExamplesTest, TheQuickstartWorks) {
  fs::remove(workspace.folder() + "/provider.tf");
  workspace.Write(ReadFile(ER_SOURCE_DIR "/examples/quickstart/main.tf"));
  const Outcome applied = workspace.Apply();
  EXPECT_THAT(applied, Succeeds());
  EXPECT_THAT(applied, Says("status = \"SUCCEEDED\""));
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
  EXPECT_THAT(workspace.Plan({"-var=input_version=2"}),
              Plans("1 to add, 0 to change, 1 to destroy"));
  EXPECT_THAT(workspace.Destroy(), Succeeds());
}

TEST_F(ExamplesTest, ThePipelineWorks) {
  emulator.DeleteWorkflow("customers");
  fs::remove(workspace.folder() + "/provider.tf");
  workspace.Write(ReadFile(ER_SOURCE_DIR "/examples/pipeline/main.tf"));
  const Outcome applied = workspace.Apply();
  EXPECT_THAT(applied, Succeeds());
  EXPECT_THAT(applied, Says("status = \"SUCCEEDED\""));
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan());
  EXPECT_EQ(emulator.Jobs().size(), 1U);
  EXPECT_THAT(workspace.Plan({"-var=input_version=2"}),
              Plans("1 to add, 0 to change, 1 to destroy"));
  EXPECT_THAT(workspace.Destroy(), Succeeds());
  EXPECT_EQ(emulator.Ask("GET", "things")["things"], nlohmann::json::array());
}

}  // namespace
}  // namespace er::acceptance
