// A provider's session over the model of the service, and job runs as a configuration would plan
// them.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "resource/session.h"
#include "run/job_run.h"
#include "run/runs.h"
#include "schema/loader.h"
#include "schema/plan.h"
#include "support/await.h"
#include "support/fake_clock.h"
#include "unit/run/fake_service.h"

namespace er::run {

using resource::PlanAnswer;
using resource::StateAnswer;

// A plugin process that has been configured.
struct Process {
  Process(resource::Session::Options connected, Runs::Options options, Clock& clock)
      : session(std::move(connected)),
        runs(std::move(options), session, schema::BuiltInCatalog(), clock) {}

  resource::Session session;
  Runs runs;
  JobRun run{schema::BuiltInCatalog(), &runs};
};

class Fixture {
 public:
  explicit Fixture(Clock& clock) : service(clock), clock_(clock) {
    static int count = 0;
    // In memory: a disk takes its time for each note.
    journal_folder = absl::StrCat("/dev/shm/entityresolution-test-", getpid(), "-", ++count);
    NewProcess();
  }
  ~Fixture() { std::filesystem::remove_all(journal_folder); }

  // What a new plugin process has: nothing but the journal.
  void NewProcess() {
    process = nullptr;
    process = std::make_shared<Process>(
        resource::Session::Options{
            .connect = [this](const std::string&) -> absl::StatusOr<std::unique_ptr<aws::Client>> {
              return std::make_unique<FakeServiceClient>(service);
            },
            .region = "eu-west-1"},
        Runs::Options{.max_concurrent_jobs = max_concurrent_jobs, .journal_folder = journal_folder},
        clock_);
  }

  // What a configuration with these arguments is, defaults left out.
  Value Config(Value::Map arguments) const {
    Value config = schema::EmptyObject(process->run.schema());
    config.AsMap()["workflow_name"] = "wf";
    for (auto& [name, value] : arguments) config.AsMap()[name] = std::move(value);
    return config;
  }

  PlanAnswer PlanTo(const Value& prior, const Value& config, std::string private_data = "") {
    return PlanTo(process->run, prior, config, std::move(private_data));
  }

  static PlanAnswer PlanTo(JobRun& run, const Value& prior, const Value& config,
                           std::string private_data = "") {
    Value proposed = config;
    if (prior.IsMap()) {
      for (const schema::Attribute& attribute : run.schema().attributes) {
        Value& value = proposed.AsMap()[attribute.name];
        if (attribute.computed && value.IsNull()) value = prior[attribute.name];
      }
    }
    return run.Plan({.prior = prior,
                     .proposed = proposed,
                     .config = config,
                     .private_data = std::move(private_data)});
  }

  StateAnswer Create(Value::Map arguments = {}, std::stop_token stop = {}) {
    return Await(
        process->run.Create({.planned = PlanTo(Value::Null(), Config(std::move(arguments))).planned,
                             .stop = std::move(stop)}));
  }

  std::vector<std::string> Notes() const {
    std::vector<std::string> notes;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(journal_folder, error)) {
      notes.push_back(entry.path());
    }
    return notes;
  }

  FakeService service;
  int max_concurrent_jobs = 1;
  std::string journal_folder;
  std::shared_ptr<Process> process;

 private:
  Clock& clock_;
};

// The fake clock of those that move time themselves.
struct OwnClock {
  FakeClock clock;
};

class RunFixture : public OwnClock, public Fixture {
 public:
  explicit RunFixture(int threads = 1) : OwnClock{.clock = FakeClock(threads)}, Fixture(clock) {}
};

inline std::string TextOf(const Value& state, absl::string_view name) {
  return state[name].IsString() ? state[name].AsString() : "";
}

// The summaries, for messages and comparisons: "error: ID Mapping Job Failed".
inline std::vector<std::string> Summaries(const Diagnostics& diagnostics) {
  std::vector<std::string> summaries;
  for (const Diagnostic& diagnostic : diagnostics) {
    summaries.push_back(
        absl::StrCat(diagnostic.severity == Diagnostic::Severity::kError ? "error: " : "warning: ",
                     diagnostic.summary));
  }
  return summaries;
}

}  // namespace er::run
