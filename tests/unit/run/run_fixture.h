// A provider's session over the model of the service, and job runs as a configuration would plan
// them.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

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
#include "support/job_kinds.h"
#include "support/memory_store.h"
#include "unit/run/fake_service.h"
#include "unit/run/printing.h"

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
  JobRun run{schema::BuiltInCatalog(), IdMappingRun(), &runs};
};

class Fixture {
 public:
  explicit Fixture(Clock& clock) : service(clock), journal(clock), clock_(clock) { NewProcess(); }

  // What a new plugin process has: nothing but the journal. The one before dies; End() first is the
  // orderly end.
  void NewProcess() {
    process = nullptr;
    process = std::make_shared<Process>(
        resource::Session::Options{
            .connect = [this](const std::string&) -> absl::StatusOr<std::unique_ptr<aws::Client>> {
              return std::make_unique<FakeServiceClient>(service);
            },
            .region = "eu-west-1"},
        Runs::Options{.journal = {.store = has_journal ? journal.OfProcess() : nullptr,
                                  .is_asked_for = is_journal_asked_for,
                                  .scope = scope,
                                  .in_local_file = in_local_file},
                      .max_concurrent_jobs = max_concurrent_jobs},
        clock_);
  }

  void End() { process->runs.End(); }

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
    return run.Plan({.prior = prior, .config = config, .private_data = std::move(private_data)});
  }

  StateAnswer Create(Value::Map arguments = {}, std::stop_token stop = {}) {
    return Await(
        process->run.Create({.planned = PlanTo(Value::Null(), Config(std::move(arguments))).planned,
                             .stop = std::move(stop)}));
  }

  // The notes in the journal.
  std::vector<Note> Notes() const {
    std::vector<Note> notes;
    for (const std::string& text : journal.Texts("note-")) {
      const absl::StatusOr<Note> note = ToNote(text);
      EXPECT_TRUE(note.ok()) << note.status() << "\n" << text;
      if (note.ok()) notes.push_back(*note);
    }
    return notes;
  }

  FakeService service;
  MemoryStore journal;
  std::string scope = "a state";
  bool has_journal = true;
  bool is_journal_asked_for = false;
  bool in_local_file = true;
  int max_concurrent_jobs = 1;
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
