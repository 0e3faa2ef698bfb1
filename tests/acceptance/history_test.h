// What tests of histories have: commands that are cut short, and what must have come of them in the
// end. Each test says what was typed, what died where, what was kept and what was lost; and then
// how many jobs were started, which of them are in states, and what was said.
#pragma once

#include <signal.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "acceptance/acceptance_test.h"

namespace er::acceptance {

inline constexpr char kProvider[] = "terraform-provi";  // as much as /proc shows

// So short that a job that never ends outlasts it.
inline constexpr char kShort[] = "timeouts {\n create = \"30s\"\n update = \"30s\"\n}\n";
inline constexpr char kCreateFirst[] = "lifecycle {\n create_before_destroy = true\n}\n";

class HistoryTest : public AcceptanceTest {
 protected:
  // Jobs end when the test says so, and there is one run.
  HistoryTest() {
    emulator.SetConfig({{"job_duration", "inf"}});
    workspace.Write(Customers());
  }

  // A run of the workflow "customers" with these lines.
  static std::string Customers(const std::string& lines = "", const std::string& name = "a") {
    return JobRun(name, "workflow_name = \"customers\"\n" + lines);
  }
  void Configure(const std::string& lines) { workspace.Write(Customers(lines)); }

  // An apply under way whose run waits for its job.
  Process ApplyUntilItWaits(Workspace& where, const Workspace::Arguments& arguments = {}) {
    const int looks = emulator.Calls("GetIdMappingJob");
    Process apply = where.StartApply(arguments);
    emulator.AwaitCalls("GetIdMappingJob", looks + 3);
    return apply;
  }
  Process ApplyUntilItWaits() { return ApplyUntilItWaits(workspace); }

  // Terraform and the plugin die at once, as with their machine. The files stay.
  static void Kill(Process& apply) {
    const std::vector<pid_t> plugins = apply.Children(kProvider);
    apply.Signal(SIGKILL);
    for (const pid_t plugin : plugins) kill(plugin, SIGKILL);
    Workspace::Await(apply);
    AwaitDeath(plugins);
  }
  static void KillPlugin(const Process& apply) {
    for (const pid_t plugin : apply.Children(kProvider)) kill(plugin, SIGKILL);
  }
  // One that has died and that nobody has asked how is dead, too.
  static bool IsAlive(pid_t process) {
    const std::string status = ReadFile(absl::StrCat("/proc/", process, "/status"));
    return !status.empty() && !absl::StrContains(status, "\nState:\tZ");
  }
  static void AwaitDeath(const std::vector<pid_t>& processes) {
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    for (const pid_t process : processes) {
      while (IsAlive(process)) {
        ASSERT_LT(absl::Now(), deadline) << "process " << process << " lives on";
        absl::SleepFor(absl::Milliseconds(5));
      }
    }
  }

  // Cuts an apply short in the middle of its wait.
  void ApplyAndKill(Workspace& where, const Workspace::Arguments& arguments = {}) {
    Process apply = ApplyUntilItWaits(where, arguments);
    Kill(apply);
  }
  void ApplyAndKill() { ApplyAndKill(workspace); }
  Outcome ApplyAndInterrupt(const Workspace::Arguments& arguments = {}) {
    Process apply = ApplyUntilItWaits(workspace, arguments);
    apply.Interrupt();
    return Workspace::Await(apply);
  }
  // A create that times out, with what there is of Configure(), which says so.
  void ApplyAndTimeOut() {
    EXPECT_THAT(workspace.Apply(), FailsWith("Timeout While Waiting for the ID Mapping Job"));
  }

  // Every job that there is ends, and those to come end by themselves.
  void EndJobs() {
    emulator.SetConfig({{"job_duration", "20ms"}});
    for (const nlohmann::json& job : emulator.Jobs()) {
      const std::string status = job.at("status");
      if (status == "RUNNING" || status == "QUEUED") emulator.Finish(job.at("jobId"));
    }
  }

  // Undisturbed, the next apply brings everything to its end: so many jobs in all, one for each
  // run, and nothing is left to do.
  Outcome ExpectSettled(Workspace& where, std::size_t jobs,
                        const Workspace::Arguments& arguments = {}) {
    EndJobs();
    const Outcome applied = where.Apply(arguments);
    EXPECT_THAT(applied, Succeeds());
    EXPECT_THAT(where.Plan(), IsEmptyPlan());
    EXPECT_THAT(emulator.Jobs(), testing::SizeIs(jobs));
    ExpectWhole(where);
    return applied;
  }
  Outcome ExpectSettled(std::size_t jobs, const Workspace::Arguments& arguments = {}) {
    Outcome applied = ExpectSettled(workspace, jobs, arguments);
    EXPECT_THAT(workspace.OpenNotes(), testing::IsEmpty());
    return applied;
  }

  // The state has each of its jobs once, finished.
  static void ExpectWhole(Workspace& where) {
    std::vector<std::string> ids = where.JobIds();
    std::sort(ids.begin(), ids.end());
    EXPECT_TRUE(std::adjacent_find(ids.begin(), ids.end()) == ids.end()) << "one job in two runs";
    const nlohmann::json state = where.State();
    for (const nlohmann::json& resource : state.at("resources")) {
      if (resource.at("type") != "entityresolution_id_mapping_job_run") continue;
      for (const nlohmann::json& instance : resource.at("instances")) {
        EXPECT_EQ(instance.at("attributes").at("status"), "SUCCEEDED") << instance;
        EXPECT_EQ(instance.at("attributes").at("unfinished"), false) << instance;
        EXPECT_EQ(instance.value("status", ""), "") << "tainted";
        EXPECT_FALSE(instance.contains("deposed")) << instance;
      }
    }
  }

  std::string JobOf(const std::string& name) {
    const nlohmann::json run = workspace.Attributes(name);
    return run.is_object() ? run.at("job_id").get<std::string>() : "";
  }
  std::string Job(std::size_t number) { return emulator.JobIds().at(number - 1); }

  void LoseJournal() {
    std::filesystem::remove_all(workspace.folder() + "/.terraform/entityresolution-journal");
  }
};

}  // namespace er::acceptance
