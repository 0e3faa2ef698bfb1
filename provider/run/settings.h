// When two runs are the same: the one answer for plans, hand-overs, the journal and the adoption of
// jobs. Spelling never counts.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "value/value.h"

namespace er::run {

// What a run was asked for. (Which state it belongs to is its scope, scope.h.)
struct Settings {
  std::string kind{};      // of job: id_mapping
  std::string region{};    // where it runs
  std::string account{};   // whose workflow it is; empty: not known, which is like any
  std::string workflow{};  // its bare name
  std::string job_type{};  // empty: whatever the service decides
  std::string output{};    // where it writes to, in normal form; empty: where the workflow says
  std::string triggers{};  // their digest; empty: there are none

  friend bool operator==(const Settings&, const Settings&) = default;
};

// Settings::triggers of what an action asks for: no run of a state is the same.
inline constexpr char kInvoked[] = "invoked";

// What the service has said of the job of a run; empty where it has said nothing (yet).
struct Told {
  std::string job_type{};
  std::string output{};  // in normal form

  friend bool operator==(const Told&, const Told&) = default;
};

// What the settings stand on besides the run's own attributes.
struct Surroundings {
  std::string kind{};
  std::string region{};   // for a run that names none
  std::string account{};  // the caller's; empty: not known
};

// Of `run`, a configuration, a plan or a state of the type. What is unknown in it counts as left
// out: ask AreKnown().
Settings SettingsOf(const Value& run, const Surroundings& around);
Told ToldOf(const Value& run);
// Of an answer of the service about a job.
Told ToldOf(const nlohmann::json& job);

// Whether all is known that settings are made of.
bool AreKnown(const Value& run);

// The attributes in which what is asked for differs from what a run was that was asked for `had`
// and of whose job the service said `told`: workflow_name, region, job_type, output_source_config,
// triggers. None: it is the same run.
std::vector<std::string> Differences(const Settings& asked, const Settings& had, const Told& told);

inline bool IsSame(const Settings& asked, const Settings& had, const Told& told) {
  return Differences(asked, had, told).empty();
}

// Whether it may be the same run, of whose job the service has said nothing yet.
bool MayBeSame(const Settings& asked, const Settings& had);

// Whether `job`, as the service tells of it, can have been started by what `asked` says: each
// member that was asked for is told the same. What the service adds, fills in or does not tell does
// not count.
bool IsAsAsked(const Settings& asked, const nlohmann::json& job);

// As they are written down, in notes and in Terraform's private data.
nlohmann::json ToJson(const Settings& settings);
nlohmann::json ToJson(const Told& told);
Settings ToSettings(const nlohmann::json& object);
Told ToTold(const nlohmann::json& object);

// The parts of the name or ARN of a workflow; of a bare name, all but the name are empty.
struct WorkflowName {
  std::string region{};
  std::string account{};
  std::string name{};
};
WorkflowName ToWorkflowName(absl::string_view text);

}  // namespace er::run
