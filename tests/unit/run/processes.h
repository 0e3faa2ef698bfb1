// Processes that share a journal, without a service: for what a run does before it asks anything.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "resource/session.h"
#include "run/runs.h"
#include "schema/loader.h"
#include "support/await.h"
#include "support/fake_clock.h"
#include "support/memory_store.h"
#include "unit/run/printing.h"

namespace er::run {

inline constexpr char kJob[] = "0123456789abcdef0123456789abcdef";
inline const absl::Status kDown = absl::UnavailableError("memory: connection refused");

// What a process is for.
struct ProcessOptions {
  std::string scope = "a state";
  bool in_local_file = true;
  bool has_journal = true;
  std::string account{};
  std::string endpoint{};
};

class Processes : public testing::Test {
 protected:
  explicit Processes(FakeClock::Mode mode = FakeClock::Mode::kJumps) : clock_(mode) {}

  // One that has made itself a holder. It dies when it goes; End() is the orderly end.
  struct Process {
    Process(resource::Session::Options connected, Runs::Options options, Clock& clock)
        : session(std::move(connected)),
          runs(std::move(options), session, schema::BuiltInCatalog(), clock) {}

    resource::Session session;
    Runs runs;
    Journal& journal = runs.journal();
  };

  std::unique_ptr<Process> Enter(const ProcessOptions& options = {}) {
    auto process = std::make_unique<Process>(
        resource::Session::Options{
            .connect = [](const std::string&) -> absl::StatusOr<std::unique_ptr<aws::Client>> {
              return absl::UnimplementedError("there is no service here");
            },
            .region = "eu-west-1",
            .account = options.account,
            .endpoint = options.endpoint},
        Runs::Options{.journal = {.store = options.has_journal ? memory_.OfProcess() : nullptr,
                                  .is_asked_for = true,
                                  .scope = options.scope,
                                  .in_local_file = options.in_local_file}},
        clock_);
    const absl::Status status = Await(process->journal.Enter());
    EXPECT_TRUE(status.ok()) << status;
    return process;
  }

  static Settings Of(const std::string& workflow = "wf") {
    return {.kind = "id_mapping", .region = "eu-west-1", .workflow = workflow};
  }

  // A note of a run that was begun now.
  Note NoteOf(NoteState state, const std::string& job_id = kJob) {
    return {.settings = Of(),
            .state = state,
            .job_id = state == NoteState::kSending ? "" : job_id,
            .sent_at = clock_.Now()};
  }

  // What a process that has died has left.
  void LeftBehind(Note note, const ProcessOptions& options = {}) {
    ASSERT_TRUE(Enter(options)->journal.Create(std::move(note)).ok());
  }

  std::vector<Note> Notes() const {
    std::vector<Note> notes;
    for (const std::string& text : memory_.Texts("note-")) {
      const absl::StatusOr<Note> note = ToNote(text);
      EXPECT_TRUE(note.ok()) << note.status() << "\n" << text;
      if (note.ok()) notes.push_back(*note);
    }
    return notes;
  }
  // The one that there is.
  Note TheNote() const {
    const std::vector<Note> notes = Notes();
    EXPECT_EQ(notes.size(), 1u);
    return notes.empty() ? Note() : notes[0];
  }

  // Fails each call of `operation` on names that begin so.
  static MemoryStore::Fault Failing(const std::string& operation, const std::string& prefix = "") {
    return [=](const std::string& what, const std::string& name) {
      return what == operation && name.rfind(prefix, 0) == 0 ? kDown : absl::OkStatus();
    };
  }

  FakeClock clock_;
  MemoryStore memory_{clock_};
};

}  // namespace er::run
