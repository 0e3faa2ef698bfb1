// The examples that the registry shows are configurations that Terraform accepts.
#include <filesystem>
#include <set>

#include "acceptance/acceptance_test.h"

namespace er::acceptance {
namespace {

namespace fs = std::filesystem;

using ExamplesTest = AcceptanceTest;

TEST_F(ExamplesTest, AreValid) {
  const fs::path examples = ER_SOURCE_DIR "/examples";
  std::set<fs::path> folders;
  for (const auto& entry : fs::recursive_directory_iterator(examples)) {
    if (entry.path().extension() == ".tf") folders.insert(entry.path().parent_path());
  }
  EXPECT_GE(folders.size(), 5U);
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

}  // namespace
}  // namespace er::acceptance
