// The examples that the registry shows, and those of the README and the guides, are configurations
// that Terraform accepts.
#include <filesystem>
#include <set>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "acceptance/acceptance_test.h"

namespace er::acceptance {
namespace {

namespace fs = std::filesystem;

const fs::path kExamples = ER_SOURCE_DIR "/examples";

constexpr const char* kWorkflowKinds[] = {"idmappingworkflow", "matchingworkflow"};

class ExamplesTest : public AcceptanceTest {
 protected:
  void SetUp() override { ER_NEEDS(kExamples); }

  // What runs: one of each kind.
  void PutWorkflows() {
    for (const char* kind : kWorkflowKinds) emulator.PutWorkflow("customers", {{"kind", kind}});
  }
};

// One as it stands in the registry, which leaves nothing to do.
void ExpectSettles(Workspace& workspace, const std::string& configuration) {
  workspace.Write(configuration);
  EXPECT_THAT(workspace.Apply(), Succeeds()) << configuration;
  EXPECT_THAT(workspace.Plan(), IsEmptyPlan()) << configuration;
}

// Terraform accepts it. `place` is for who reads of a failure.
void ExpectValid(Workspace& workspace, const std::string& configuration, const std::string& place) {
  // Those that say themselves where the provider comes from say it once.
  const std::string own = workspace.folder() + "/provider.tf";
  const std::string requirement = ReadFile(own);
  if (absl::StrContains(configuration, "required_providers")) fs::remove(own);
  workspace.Write(configuration);
  EXPECT_THAT(workspace.Run({"validate", "-no-color"}), Succeeds()) << place;
  WriteFile(own, requirement);
}

// The blocks of a page that begin with ```terraform or ```hcl. Their indentation means nothing to
// Terraform.
std::vector<std::string> Configurations(const fs::path& page) {
  std::vector<std::string> found;
  bool inside = false;
  for (const absl::string_view line : absl::StrSplit(ReadFile(page), '\n')) {
    const absl::string_view text = absl::StripAsciiWhitespace(line);
    if (inside && text == "```") {
      inside = false;
    } else if (inside) {
      absl::StrAppend(&found.back(), line, "\n");
    } else if (text == "```terraform" || text == "```hcl") {
      inside = true;
      found.emplace_back();
    }
  }
  return found;
}

// What `terraform validate` cannot look at by itself: other providers' objects, imports without
// their targets, data sources without the resource beside them in a page's example, and what is not
// for Terraform's configuration.
bool IsWhole(const std::string& configuration) {
  for (const char* foreign : {"\"aws_", "\"awscc_", "provider_installation {", "generate \"",
                              "import {", "run \"", "mock_provider \"", "moved {", "\nlist \""}) {
    if (absl::StrContains(configuration, foreign)) return false;
  }
  // Queries have a test of their own.
  return !absl::StrContains(configuration, "action \"") ||
         Workspace::Lacks(Feature::kActions).empty();
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
      // An import by another kind of name is of the same object.
      if (entry.path().extension() == ".tf" && entry.path().stem() != "import-by-identity") {
        configuration += ReadFile(entry.path());
      }
    }
    if (folder.parent_path().filename() == "actions" &&
        !Workspace::Lacks(Feature::kActions).empty()) {
      continue;
    }
    ExpectValid(workspace, configuration, folder);
  }
}

TEST_F(ExamplesTest, OfThePagesAreValid) {
  std::vector<fs::path> pages = {ER_SOURCE_DIR "/README.md"};
  for (const auto& entry : fs::recursive_directory_iterator(ER_SOURCE_DIR "/docs")) {
    if (entry.path().extension() == ".md") pages.push_back(entry.path());
  }
  WriteFile(workspace.folder() + "/customers.csv", "id\n");
  int tried = 0;
  for (const fs::path& page : pages) {
    for (const std::string& configuration : Configurations(page)) {
      if (!IsWhole(configuration)) continue;
      ++tried;
      ExpectValid(workspace, configuration, page.string() + ":\n" + configuration);
    }
  }
  EXPECT_GE(tried, 12);
}

// Each resource alone, then with each data source that reads such things.
TEST_F(ExamplesTest, OfResourcesAreAppliedPlannedToNothingAndDestroyed) {
  emulator.SetConfig({{"check_references", false}, {"quota", 100}});
  WriteFile(workspace.folder() + "/customers.csv", "id\n");
  for (const auto& entry : fs::directory_iterator(kExamples / "resources")) {
    const std::string type = entry.path().filename();
    // What runs is taken for granted.
    const bool is_run = type.find("job_run") != std::string::npos;
    if (is_run) PutWorkflows();
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
  PutWorkflows();
  for (const char* kind : kWorkflowKinds) {
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

// The module of the guide, with its tests, in the order in which it shows them.
TEST_F(ExamplesTest, TheGuidesTestsPass) {
  ER_NEEDS(kTests);
  const std::vector<std::string> blocks =
      Configurations(ER_SOURCE_DIR "/docs/guides/testing-offline.md");
  ASSERT_EQ(blocks.size(), 3U);
  fs::remove(workspace.folder() + "/provider.tf");
  workspace.Write(blocks[0]);
  const std::string tests = workspace.folder() + "/tests";
  fs::create_directory(tests);
  const std::string journal = "/tmp/entityresolution-test-journal";
  ASSERT_TRUE(absl::StrContains(blocks[1], journal));
  WriteFile(tests + "/run.tftest.hcl",
            absl::StrReplaceAll(blocks[1], {{"http://127.0.0.1:4566", emulator.url()},
                                            {journal, workspace.folder() + "/journal"}}));
  WriteFile(tests + "/mock.tftest.hcl", blocks[2]);
  const Outcome tested = workspace.Run({"test", "-no-color"});
  EXPECT_THAT(tested, Succeeds());
  EXPECT_THAT(tested, Says("Success! 5 passed, 0 failed."));
  EXPECT_EQ(emulator.Jobs().size(), 1U);
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

TEST_F(ExamplesTest, OfImportsByIdentityAreValid) {
  ER_NEEDS(kIdentity);
  for (const auto& entry : fs::directory_iterator(kExamples / "resources")) {
    workspace.Write(ReadFile(entry.path() / "resource.tf") +
                    ReadFile(entry.path() / "import-by-identity.tf"));
    WriteFile(workspace.folder() + "/customers.csv", "id\n");
    EXPECT_THAT(workspace.Run({"validate", "-no-color"}), Succeeds()) << entry.path();
  }
}

TEST_F(ExamplesTest, OfQueriesAreValid) {
  ER_NEEDS(kQueries);
  for (const auto& entry : fs::directory_iterator(kExamples / "list-resources")) {
    WriteFile(workspace.folder() + "/query.tfquery.hcl",
              ReadFile(entry.path() / "list-resource.tfquery.hcl"));
    EXPECT_THAT(workspace.Run({"validate", "-query", "-no-color"}), Succeeds()) << entry.path();
  }
}

}  // namespace
}  // namespace er::acceptance
