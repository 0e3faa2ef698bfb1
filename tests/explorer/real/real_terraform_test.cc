// The explorer's model of Terraform against the real one: random histories of commands,
// undisturbed, are typed into both, and must come to the same jobs in the same places of the state.
//
//   ER_REAL_HISTORIES=500 ER_FIRST_SEED=7 er_real_terraform_test     by hand
#include <cstdlib>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "acceptance/acceptance_test.h"
#include "explorer/history.h"

namespace er::explorer {
namespace {

unsigned FromEnvironment(const char* name, unsigned otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : static_cast<unsigned>(std::atol(text));
}

// What needs the explorer's clock, or somebody else, is left out; and so is all that is disturbed,
// since both would be disturbed at different steps.
bool CanBeTyped(const std::string& command) {
  return command != "later" && command != "fail" && command != "somebody" && command != "both" &&
         !absl::EndsWith(command, "n");
}

History HistoryToType(unsigned seed) {
  History history = RandomHistory(seed);
  std::erase_if(history.commands, [](const std::string& command) { return !CanBeTyped(command); });
  history.faults = 0;
  history.journal_faults = false;
  history.in_local_file = true;
  history.knows_deaths = true;
  history.lag = 0;
  return history;
}

class RealTerraform : public acceptance::AcceptanceTest,
                      public testing::WithParamInterface<unsigned> {
 protected:
  // Types the history, and says what came of it, as Outcome::result does.
  std::string Type(const History& history) {
    is_cbd_ = history.is_cbd;
    emulator.SetConfig({{"quota", 5}});
    Write({"a=1"});
    int number = 0;
    for (const std::string& command : history.commands) {
      ++number;
      TypeOne(absl::StrSplit(command, ' '));
      for (const std::string& id : emulator.JobIds()) {
        begun_.emplace(id, Begun{.command = number, .configuration = configuration_});
      }
    }
    std::vector<std::string> shown;
    for (const char* address : {"a", "b"}) {
      const nlohmann::json run = workspace.Attributes(address);
      if (!run.is_object()) continue;
      shown.push_back(absl::StrCat(address, " of command ", begun_.at(run["job_id"]).command));
    }
    return absl::StrCat(emulator.JobIds().size(), " jobs; ", absl::StrJoin(shown, ", "));
  }

 private:
  // When a job was started.
  struct Begun {
    int command;
    std::map<std::string, std::string> configuration;
  };

  void Write(const std::vector<std::string>& runs) {
    std::string text;
    configuration_.clear();
    for (const std::string& run : runs) {
      const std::string address = run.substr(0, 1);
      const std::string key = run.substr(2, 1);
      configuration_[address] = key;
      absl::StrAppend(
          &text,
          acceptance::JobRun(
              address,
              absl::StrCat("workflow_name = \"",
                           absl::EndsWith(run, "r")
                               ? "arn:aws:entityresolution:eu-west-1:123456789012:"
                                 "idmappingworkflow/customers"
                               : "customers",
                           "\"\ntriggers = { key = \"", key, "\" }\n",
                           is_cbd_ ? "lifecycle {\n create_before_destroy = true\n}\n" : "")),
          "\n");
    }
    workspace.Write(text);
  }

  void TypeOne(std::vector<std::string> words) {
    const std::string verb = words[0];
    const std::string what = words.size() > 1 ? words[1] : "";
    words.erase(words.begin());
    const std::string address =
        absl::StrCat("entityresolution_id_mapping_job_run.", words.empty() ? "" : words.back());
    if (verb == "config") {
      Write(words);
    } else if (verb == "apply" && what == "PLAN") {
      if (has_plan_) workspace.Run({"apply", "-input=false", "-no-color", "saved"});
      has_plan_ = false;
    } else if (verb == "plan") {
      if (what.empty()) {
        workspace.Plan();
      } else {
        has_plan_ = workspace.Plan({"-out=saved"}).code != 1;
      }
    } else if (verb == "apply" || verb == "destroy") {
      std::vector<std::string> arguments;
      for (const std::string& word : words) {
        arguments.push_back(absl::StrCat(absl::EndsWith(word, "=a")
                                             ? absl::StrCat(word.substr(0, word.size() - 1),
                                                            "entityresolution_id_mapping_job_run.a")
                                             : word));
      }
      if (verb == "apply") {
        workspace.Apply(arguments);
      } else {
        workspace.Destroy(arguments);
      }
    } else if (verb == "taint" || verb == "untaint") {
      workspace.Run({verb, "-no-color", address});
    } else if (verb == "state") {
      workspace.Run({"state", "rm", address});
    } else if (verb == "lose" && what == "state") {
      for (const char* name : {"/terraform.tfstate", "/terraform.tfstate.backup", "/saved"}) {
        std::filesystem::remove(workspace.folder() + name);
      }
      has_plan_ = false;
    } else if (verb == "lose") {
      std::filesystem::remove_all(workspace.folder() + "/.terraform/entityresolution-journal");
      has_plan_ = false;
    } else if (verb == "import") {
      Import(what);
    }
  }

  // The newest of its jobs that the state does not show.
  void Import(const std::string& address) {
    const auto configured = configuration_.find(address);
    if (configured == configuration_.end() || workspace.Attributes(address).is_object()) return;
    const std::vector<std::string> ids = emulator.JobIds();
    const std::vector<std::string> shown = workspace.JobIds();
    for (auto id = ids.rbegin(); id != ids.rend(); ++id) {
      const auto& configuration = begun_.at(*id).configuration;
      const bool is_alike =
          std::any_of(configuration.begin(), configuration.end(),
                      [&](const auto& run) { return run.second == configured->second; });
      if (!is_alike || std::count(shown.begin(), shown.end(), *id) > 0) continue;
      workspace.Import(address, absl::StrCat("customers/", *id));
      return;
    }
  }

  bool is_cbd_ = false;
  bool has_plan_ = false;
  std::map<std::string, std::string> configuration_;  // addresses and their triggers
  std::map<std::string, Begun> begun_;                // by job
};

TEST_P(RealTerraform, DoesWhatTheModelDoes) {
  const History history = HistoryToType(FromEnvironment("ER_FIRST_SEED", 1) + GetParam());
  SCOPED_TRACE(ToCode(history));
  EXPECT_EQ(Type(history), Play(history).result);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RealTerraform,
                         testing::Range(0u, FromEnvironment("ER_REAL_HISTORIES", 16)));

}  // namespace
}  // namespace er::explorer
