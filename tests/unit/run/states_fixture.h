// A process that plans, and the runs and notes that it meets: for the tests of states.h.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "run/states.h"
#include "unit/run/processes.h"

namespace er::run {

class StatesTest : public Processes {
 protected:
  explicit StatesTest(FakeClock::Mode mode = FakeClock::Mode::kJumps) : Processes(mode) {}

  // A run as a state shows it, begun longer ago than any note here.
  ShownRun Shown(bool is_unfinished, const std::string& job_id = kJob) {
    return {.settings = Of(),
            .told = {.job_type = "BATCH"},
            .job_id = job_id,
            .is_unfinished = is_unfinished,
            .started = clock_.Now() - absl::Hours(2),
            .known = R"({"status":"RUNNING"})"};
  }
  ShownRun Unfinished(const std::string& job_id = kJob) { return Shown(true, job_id); }
  ShownRun Finished(const std::string& job_id = kJob) { return Shown(false, job_id); }

  // A note, of a run that was begun long ago, whose process is no more.
  void LeftLongAgo(NoteState state, const std::string& job_id = kJob) {
    Note note = NoteOf(state, job_id);
    note.sent_at -= absl::Hours(1);
    LeftBehind(note);
  }

  Prospect PlanOf(Process& process, const std::string& replaced = "", Settings asked = Of()) {
    return process.runs.states().Plan(asked, {}, replaced);
  }
  Prospect::Kind KindOf(Process& process, Settings asked = Of()) {
    return PlanOf(process, "", std::move(asked)).kind;
  }

  std::vector<NoteState> StatesOfNotes() const {
    std::vector<NoteState> states;
    for (const Note& note : Notes()) states.push_back(note.state);
    return states;
  }
};

}  // namespace er::run
