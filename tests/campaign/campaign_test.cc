// A campaign: many applies of several runs over several workflows, with random faults on every
// call, interrupts, and kills of the plugin and of Terraform. Each round asks for new runs,
// disturbs the apply that starts them, and then applies undisturbed until there is nothing left to
// do. At the end each run that was asked for has had exactly one job, and Terraform knows it.
//
//   ER_CAMPAIGN_APPLIES=1000 ER_CAMPAIGN_SEED=7 er_campaign_test
//
// The seed decides what is asked for, which faults are injected and when the apply is disturbed;
// the scheduling of the computer is not replayed.
#include <signal.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <random>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "acceptance/acceptance_test.h"

namespace er::acceptance {
namespace {

using nlohmann::json;

// What a run is called, its workflow, and whether it says where to write to.
struct Asked {
  const char* name;
  const char* workflow;
  bool has_output;
};
constexpr std::array<Asked, 5> kRuns = {{{"a", "customers", true},
                                         {"b", "customers", true},
                                         {"c", "orders", false},
                                         {"d", "orders", false},
                                         {"e", "visits", false}}};

constexpr char kProvider[] = "terraform-provi";  // as much as /proc shows
constexpr int kMostSettlingApplies = 6;

long FromEnvironment(const char* name, long otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::atol(text);
}

// By where the journal is: in a folder of the machine, or in a bucket. Then the machine of a
// Terraform that is killed vanishes with all but the state.
class CampaignTest : public AcceptanceTest, public testing::WithParamInterface<std::string> {
 protected:
  CampaignTest() {
    if (!in_bucket_) return;
    emulator.PutBucket("journal");
    workspace.Set("TF_ENTITYRESOLUTION_JOURNAL", "s3://journal/campaign");
    workspace.Set("AWS_ENDPOINT_URL_S3", emulator.url());
  }

  int Below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

  void WriteConfiguration() {
    std::string text;
    for (std::size_t i = 0; i < kRuns.size(); ++i) {
      const Asked& run = kRuns[i];
      const std::string output = absl::StrCat(
          "output_source_config {\n role_arn = \"arn:aws:iam::123456789012:role/writer\"\n",
          "output_s3_path = \"s3://bucket/", run.name, "/\"\n}\n");
      absl::StrAppend(
          &text,
          JobRun(run.name,
                 absl::StrCat("workflow_name = \"", run.workflow, "\"\n",
                              run.has_output ? output : "", "triggers = {\n run = \"", run.name,
                              "\"\n generation = \"", generations_[i], "\"\n}")),
          "\n");
    }
    workspace.Write(text);
  }

  // Terraform writes its file in place: killed in the middle of that, it has lost the whole state,
  // finished runs included, and its user takes the copy from before the apply.
  void RestoreState() const {
    const std::string state = workspace.folder() + "/terraform.tfstate";
    const std::string backup = state + ".backup";
    if (json::accept(ReadFile(state)) || !std::filesystem::exists(backup)) return;
    std::filesystem::copy_file(backup, state, std::filesystem::copy_options::overwrite_existing);
  }

  // One apply that something happens to. What, in a word.
  std::string Disturbed() {
    emulator.Ask("POST", "faults",
                 {{"random", {{"seed", Below(1 << 30)}, {"rate", 0.01 * Below(40)}}}});
    Process apply = workspace.StartApply(
        {absl::StrCat("-parallelism=", std::array{1, 4, 10}[static_cast<std::size_t>(Below(3))])});
    const int what = Below(10);
    if (what >= 5) absl::SleepFor(absl::Milliseconds(150 + Below(900)));
    std::string happened = "faults";
    if (what == 5 || what == 6) {
      apply.Interrupt();
      happened = "interrupt";
    } else if (what == 7) {
      for (const pid_t plugin : apply.Children(kProvider)) kill(plugin, SIGKILL);
      happened = "kill of the plugin";
    } else if (what >= 8) {
      if (in_bucket_) {
        for (const pid_t plugin : apply.Children(kProvider)) kill(plugin, SIGKILL);
      }
      apply.Signal(SIGKILL);
      happened = in_bucket_ ? "loss of the machine" : "kill of Terraform";
    }
    Workspace::Await(apply);
    if (what >= 8) RestoreState();
    if (what >= 8 && in_bucket_) std::filesystem::remove_all(workspace.folder() + "/.terraform");
    emulator.Ask("DELETE", "faults");
    return happened;
  }

  // Applies until there is nothing to do.
  int Settle() {
    for (int applies = 1; applies <= kMostSettlingApplies; ++applies) {
      // A Terraform that was killed leaves its lock.
      const Outcome applied = workspace.Apply({"-lock=false"});
      if (applied.code == 0 && workspace.Plan({"-lock=false"}).code == 0) return applies;
      last_ = applied.output;
    }
    ADD_FAILURE() << "not settled after " << kMostSettlingApplies << " applies:\n" << last_;
    return kMostSettlingApplies;
  }

  const bool in_bucket_ = GetParam() == "Bucket";
  std::mt19937 random_;
  std::array<int, kRuns.size()> generations_{};
  std::string last_;
};

TEST_P(CampaignTest, StartsEachRunOnceAndLosesNone) {
  const long applies = FromEnvironment("ER_CAMPAIGN_APPLIES", 60);
  const long seed =
      FromEnvironment("ER_CAMPAIGN_SEED", static_cast<long>(std::random_device()() >> 1));
  std::cout << "seed " << seed << std::endl;
  random_.seed(static_cast<unsigned>(seed));
  constexpr std::array kRefusals = {"conflict", "exceeds-limit", "queued"};
  emulator.PutWorkflow("customers");
  emulator.PutWorkflow("orders");
  emulator.PutWorkflow("visits");

  std::map<std::string, int> happened;
  std::set<std::string> reported;
  std::size_t wanted = 0;
  long done = 0;
  for (int round = 1; done < applies && !HasFailure(); ++round) {
    emulator.SetConfig({{"refusal", kRefusals[static_cast<std::size_t>(Below(3))]},
                        {"job_duration", absl::StrCat(20 + Below(200), "ms")},
                        {"list_lag", absl::StrCat(Below(200), "ms")}});
    std::set<std::size_t> asked;
    for (std::size_t i = 0; i < kRuns.size(); ++i) {
      if (round == 1 || Below(3) == 0) {
        ++generations_[i];
        asked.insert(i);
      }
    }
    WriteConfiguration();
    const std::string what = Disturbed();
    ++happened[what];
    done += 1 + Settle();
    wanted += asked.size();
    for (const std::size_t i : asked) {
      const json run = workspace.Attributes(kRuns[i].name);
      ASSERT_TRUE(run.is_object()) << kRuns[i].name << " is not in the state after " << what;
      EXPECT_TRUE(reported.insert(run["job_id"]).second)
          << "round " << round << " (" << what << "): job " << run["job_id"]
          << " is reported twice";
    }
    EXPECT_EQ(emulator.JobIds().size(), wanted) << "round " << round << ", after " << what;
  }

  const std::vector<std::string> ids = emulator.JobIds();
  const std::set<std::string> started(ids.begin(), ids.end());
  std::size_t lost = 0;
  for (const std::string& id : started) lost += reported.count(id) == 0 ? 1 : 0;
  EXPECT_EQ(lost, 0u);
  const std::size_t faults = emulator.Ask("GET", "faults")["injected"].size();
  std::cout << "applies " << done << ", runs asked for " << wanted << ", jobs started "
            << started.size() << ", jobs reported " << reported.size() << ", duplicates "
            << (started.size() > wanted ? started.size() - wanted : 0) << ", lost " << lost
            << ", faults injected " << faults << "\n";
  for (const auto& [what, times] : happened) std::cout << "  " << what << ": " << times << "\n";
}

INSTANTIATE_TEST_SUITE_P(JournalIn, CampaignTest, testing::Values("Folder", "Bucket"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace er::acceptance
