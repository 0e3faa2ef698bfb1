// What a create that is planned is going to meet, and what its plan says of it.
#include <functional>
#include <ostream>
#include <thread>

#include "unit/run/states_fixture.h"

namespace er::run {
namespace {

using Kind = Prospect::Kind;

// --------------------------------------------------------------------- what a create is to meet

struct Met {
  const char* name;
  NoteState state;
  bool is_closed;
  bool in_local_file;
  Kind kind;

  friend void PrintTo(const Met& met, std::ostream* out) { *out << met.name; }
};

class Foreseen : public StatesTest, public testing::WithParamInterface<Met> {};

TEST_P(Foreseen, IsWhatTheNoteSays) {
  const Met& met = GetParam();
  const ProcessOptions options{.in_local_file = met.in_local_file};
  Note note = NoteOf(met.state);
  note.sent_at -= absl::Minutes(1);
  {
    const auto other = Enter(options);
    ASSERT_TRUE(other->journal.Create(note).ok());
    if (met.is_closed) other->runs.End();
  }
  const auto process = Enter(options);
  const Prospect prospect = PlanOf(*process);
  EXPECT_EQ(prospect.kind, met.kind);
  EXPECT_FALSE(prospect.is_replaced);
  if (met.kind != Kind::kNew) {
    EXPECT_EQ(prospect.job_id, note.job_id);
    EXPECT_EQ(prospect.sent_at, note.sent_at);
  }
  EXPECT_EQ(KindOf(*process, Of("wf2")), Kind::kNew);
  EXPECT_EQ(TheNote().state, met.state);  // a plan that is not applied changes nothing
}

INSTANTIATE_TEST_SUITE_P(
    Each, Foreseen,
    testing::Values(Met{"AnAttempt", NoteState::kSending, false, true, Kind::kTakeUp},
                    Met{"AJob", NoteState::kStarted, false, true, Kind::kTakeUp},
                    Met{"AnAnswer", NoteState::kAnswered, false, true, Kind::kTakeUp},
                    Met{"AClosedRun", NoteState::kAnswered, true, true, Kind::kBefore},
                    Met{"AClosedRunOfABackend", NoteState::kAnswered, true, false, Kind::kTakeUp},
                    Met{"AShownRun", NoteState::kShown, false, true, Kind::kBefore},
                    Met{"AShownRunOfABackend", NoteState::kShown, false, false, Kind::kBefore},
                    Met{"AReplacedRun", NoteState::kReplaced, false, true, Kind::kNew},
                    Met{"AServedRun", NoteState::kServed, false, true, Kind::kNew}),
    [](const auto& row) { return row.param.name; });

TEST_F(StatesTest, WhatIsTakenUpComesBeforeWhatWasBefore) {
  LeftLongAgo(NoteState::kShown, "shown");
  LeftLongAgo(NoteState::kStarted, "started");
  LeftLongAgo(NoteState::kShown, "shown, too");
  EXPECT_EQ(PlanOf(*Enter()).job_id, "started");
}

TEST_F(StatesTest, WhatIsOldIsNotForeseen) {
  LeftLongAgo(NoteState::kStarted);
  clock_.Advance(absl::Hours(25));
  EXPECT_EQ(KindOf(*Enter()), Kind::kNew);
}

TEST_F(StatesTest, WhatAnObjectHasIsNotForeseen) {
  LeftLongAgo(NoteState::kAnswered);
  const auto process = Enter();
  process->runs.states().Keeps(Unfinished());
  EXPECT_EQ(KindOf(*process), Kind::kNew);
}

TEST_F(StatesTest, WhatIsNotKnownYetMayBeTheSame) {
  LeftLongAgo(NoteState::kStarted);
  Settings asked = Of();
  asked.triggers = "other";
  const auto process = Enter();
  EXPECT_EQ(process->runs.states().Plan(asked, {}, "").kind, Kind::kNew);
  EXPECT_EQ(process->runs.states().Plan(asked, {"triggers"}, "").kind, Kind::kTakeUp);
  EXPECT_EQ(process->runs.states().Plan(asked, {"region"}, "").kind, Kind::kNew);
}

// ------------------------------------------------------------------------------- replacements

TEST_F(StatesTest, ACreateTakesUpTheRunThatItReplaces) {
  LeftLongAgo(NoteState::kAnswered);
  const auto process = Enter();
  process->runs.states().Saw(Unfinished());
  const Prospect prospect = PlanOf(*process, kJob);
  EXPECT_EQ(prospect.kind, Kind::kTakeUp);
  EXPECT_TRUE(prospect.is_replaced);
  EXPECT_EQ(prospect.job_id, kJob);
  EXPECT_EQ(prospect.sent_at, Unfinished().started);
  EXPECT_EQ(TheNote().state, NoteState::kReplaced);
  EXPECT_EQ(clock_.Elapsed(), absl::ZeroDuration());  // there is nothing to wait for
}

TEST_F(StatesTest, ACreateOfOtherSettingsReplacesNothing) {
  LeftLongAgo(NoteState::kAnswered);
  const auto process = Enter();
  process->runs.states().Keeps(Unfinished());
  EXPECT_EQ(PlanOf(*process, kJob, Of("wf2")).kind, Kind::kNew);
  EXPECT_EQ(TheNote().state, NoteState::kShown);
}

TEST_F(StatesTest, AFinishedRunIsReplacedByANewOne) {
  const auto process = Enter();
  process->runs.states().Saw(Finished());
  EXPECT_EQ(PlanOf(*process, kJob).kind, Kind::kNew);
}

TEST_F(StatesTest, ARunIsPromisedToOneCreate) {
  const auto process = Enter();
  process->runs.states().Saw(Unfinished());
  EXPECT_EQ(KindOf(*process), Kind::kTakeUp);
  EXPECT_EQ(KindOf(*process), Kind::kNew);
}

TEST_F(StatesTest, AnImportTakesTheTriggersOfWhatReplacesIt) {
  const auto process = Enter();
  ShownRun run = Unfinished();
  run.knows_triggers = false;
  process->runs.states().Saw(run);
  Settings asked = Of();
  asked.triggers = "of the configuration";
  const Prospect prospect = PlanOf(*process, kJob, asked);
  EXPECT_EQ(prospect.kind, Kind::kTakeUp);
  EXPECT_EQ(TheNote().settings, asked);
}

// --------------------------------------------------------------------------- the moment of waiting

// A create is planned in a thread of its own; time passes as the test says.
class Moment : public StatesTest {
 protected:
  Moment() : StatesTest(FakeClock::Mode::kWaits) {}

  void Begin(Process& process) {
    planning_ = std::jthread([&] { prospect_ = PlanOf(process); });
  }

  // As often as the plan looks again.
  void Pass(absl::Duration duration) {
    for (absl::Duration left = duration; left > absl::ZeroDuration();
         left -= absl::Milliseconds(20)) {
      clock_.AwaitSleepers(1);
      clock_.Advance(absl::Milliseconds(20));
    }
  }
  // What happens after so long, while the plan waits; and then it looks again.
  void After(absl::Duration duration, const std::function<void()>& happens) {
    Pass(duration);
    clock_.AwaitSleepers(1);
    happens();
    clock_.Advance(absl::Milliseconds(20));
  }
  Prospect End() {
    planning_.join();
    return prospect_;
  }

  std::jthread planning_;
  Prospect prospect_{};
};

TEST_F(Moment, IsOverAtOnceWhereThereIsNothing) {
  const auto process = Enter();
  process->runs.states().Saw(Finished("01"));
  process->runs.states().Keeps(Unfinished("02"));
  Begin(*process);
  EXPECT_EQ(End().kind, Kind::kNew);
}

TEST_F(Moment, AnObjectThatIsKeptMeanwhileIsNotReplaced) {
  const auto process = Enter();
  process->runs.states().Saw(Unfinished());
  Begin(*process);
  After(absl::Milliseconds(900), [&] { process->runs.states().Keeps(Unfinished()); });
  EXPECT_EQ(End().kind, Kind::kNew);
}

TEST_F(Moment, AnObjectOfWhichNothingComesIsReplaced) {
  const auto process = Enter();
  process->runs.states().Saw(Unfinished());
  Begin(*process);
  Pass(absl::Seconds(1));
  EXPECT_EQ(End().kind, Kind::kTakeUp);
  EXPECT_TRUE(prospect_.is_replaced);
  EXPECT_EQ(TheNote().state, NoteState::kReplaced);
}

TEST_F(Moment, AnObjectThatGoesMeanwhileIsReplacedAtOnce) {
  const auto process = Enter();
  process->runs.states().Saw(Unfinished());
  Begin(*process);
  After(absl::Milliseconds(100),
        [&] { EXPECT_TRUE(process->runs.states().Replaces(Unfinished()).ok()); });
  EXPECT_EQ(End().kind, Kind::kTakeUp);
}

TEST_F(Moment, AnObjectThatIsBeingReadIsWaitedForLonger) {
  const auto process = Enter();
  States& states = process->runs.states();
  states.Saw(Unfinished());
  states.BeginsReading(kJob);
  Begin(*process);
  After(absl::Seconds(30), [&] {
    states.Saw(Finished());
    states.EndsReading(kJob);
  });
  EXPECT_EQ(End().kind, Kind::kNew);
}

TEST_F(Moment, AnObjectThatIsReadForEverIsWaitedForAMinute) {
  const auto process = Enter();
  process->runs.states().Saw(Unfinished());
  process->runs.states().BeginsReading(kJob);
  Begin(*process);
  Pass(absl::Minutes(1));
  EXPECT_EQ(End().kind, Kind::kTakeUp);
}

TEST_F(Moment, WhereANoteTellsOfARunItsObjectMayYetBeSeen) {
  LeftLongAgo(NoteState::kAnswered);
  const auto process = Enter();
  Begin(*process);
  After(absl::Milliseconds(500), [&] { process->runs.states().Keeps(Unfinished()); });
  EXPECT_EQ(End().kind, Kind::kNew);
  const auto later = Enter();
  Begin(*later);
  Pass(absl::Seconds(1));
  EXPECT_EQ(End().kind, Kind::kBefore);
}

}  // namespace
}  // namespace er::run
