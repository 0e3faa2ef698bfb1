// A folder with a Terraform configuration, and the real Terraform (or OpenTofu) working in it with
// the provider that was built, without the network, and without `init` unless the state is kept
// elsewhere.
//
//   Workspace workspace(emulator.url());
//   workspace.Write(R"(resource "entityresolution_id_mapping_job_run" "a" { ... })");
//   EXPECT_THAT(workspace.Apply(), Succeeds());
//   EXPECT_EQ(workspace.Attributes("a")["status"], "SUCCEEDED");
#pragma once

#include <gmock/gmock.h>

#include <map>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "acceptance/process.h"

namespace er::acceptance {

// How a command ended.
struct Outcome {
  int code = 0;
  std::string output{};  // as a person sees it, without colours
  std::string text{};    // the same in one line, without frames: Terraform breaks lines anywhere

  friend std::ostream& operator<<(std::ostream& out, const Outcome& outcome);
};

// The notes in the folder of a journal, as JSON; and those of them whose job may still be taken up:
// one that has served stays for two minutes.
std::vector<nlohmann::json> NotesIn(const std::string& journal);
std::vector<nlohmann::json> Open(std::vector<nlohmann::json> notes);

// What not every release has that the provider works with.
enum class Feature {
  kTerraformData,     // Terraform 1.4, OpenTofu 1.6
  kExamples,          // what examples and pages say: Terraform 1.11, OpenTofu 1.10
  kMovesAcrossTypes,  // Terraform 1.8, OpenTofu 1.10
  kIdentity,          // 1.12 of either
  kActions,           // Terraform 1.14
  kQueries,           // Terraform 1.14
  kStateAtOnce,       // each change is in the state file at once: Terraform
  kTests,             // `test` with mocks of parts, and run.NAME in assertions: Terraform
};

class Workspace {
 public:
  explicit Workspace(const std::string& folder, const std::string& endpoint);

  const std::string& folder() const { return folder_; }
  static const std::string& Terraform();  // the program
  // Why this program has no `feature`, as in "it needs Terraform 1.14, and this is OpenTofu 1.6.3";
  // empty if it has.
  static std::string Lacks(Feature feature);

  // The configuration, beside the block that names the provider. Replaces the last one.
  void Write(const std::string& configuration);
  // Keeps the state in a backend instead of a local file, such as `"http" { address = "..." }`, and
  // runs `init`. Fails the test if that fails.
  void UseBackend(const std::string& block);
  // Another program in the place of the provider: a script of the shell, in which $PROVIDER is the
  // one that was built.
  void RunProviderBy(const std::string& script);
  // A provider that is there, and need do nothing: of this source address, without
  // a registry.
  void InstallAnotherProvider(const std::string& source);
  // A variable of the environment of the commands to come.
  void Set(const std::string& name, const std::string& value) { environment_[name] = value; }

  // The keys are in a shared credentials file with this text, and no longer in the environment.
  void WriteCredentials(const std::string& text);

  using Arguments = std::vector<std::string>;
  Outcome Apply(const Arguments& arguments = {});
  // Exits with 0 if there is nothing to do, with 2 if there is.
  Outcome Plan(const Arguments& arguments = {});
  Outcome Destroy(const Arguments& arguments = {});
  Outcome Import(const std::string& address, const std::string& id);
  Outcome Run(const Arguments& arguments);

  // Starts an apply and does not wait for its end.
  Process StartApply(const Arguments& arguments = {});
  Process Start(const Arguments& arguments);
  static Outcome Await(Process& process);

  // From the state, wherever it is: what is known of the run of this name (or `type.name`,
  // `data.type.name`); null if there is none.
  nlohmann::json Attributes(const std::string& name);
  bool IsTainted(const std::string& name);
  // The jobs of all its runs, also of deposed ones, in the order of the state.
  std::vector<std::string> JobIds();
  nlohmann::json State();
  // The notes in the journal of this folder.
  std::vector<nlohmann::json> Notes() const;
  std::vector<nlohmann::json> OpenNotes() const { return Open(Notes()); }

 private:
  void WriteCliConfiguration(const std::string& programs);
  // The instances of the state at this address, the current one first.
  nlohmann::json Instance(const std::string& name);

  const std::string folder_;
  std::map<std::string, std::string> environment_;
  int started_ = 0;
};

// A job run's block: resource "entityresolution_id_mapping_job_run" "NAME" { BODY }.
std::string JobRun(const std::string& name, const std::string& body);

// The test is left out, aloud, where the program has no `feature`.
#define ER_NEEDS(feature)                                                             \
  if (const std::string lacks = Workspace::Lacks(Feature::feature); !lacks.empty()) { \
    GTEST_SKIP() << lacks;                                                            \
  }                                                                                   \
  static_assert(true, "")

MATCHER(Succeeds, "") { return arg.code == 0; }
MATCHER_P(FailsWith, text, "") { return arg.code == 1 && arg.text.find(text) != std::string::npos; }
MATCHER_P(Says, text, "") { return arg.text.find(text) != std::string::npos; }
// Of Plan(): there is nothing to do.
MATCHER(IsEmptyPlan, "") { return arg.code == 0; }
// Of Plan(): there is this to do, such as "1 to add, 0 to change, 0 to destroy".
MATCHER_P(Plans, summary, "") {
  return arg.code == 2 && arg.text.find(summary) != std::string::npos;
}

}  // namespace er::acceptance
