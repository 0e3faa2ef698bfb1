// What a plan makes, in the journal, of the runs that it sees in the states.
#include <functional>
#include <ostream>
#include <thread>

#include "run/start.h"
#include "unit/run/states_fixture.h"

namespace er::run {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using Kind = Prospect::Kind;

// --------------------------------------------------------------------- runs that are finished

TEST_F(StatesTest, TheNoteOfAFinishedRunHasServed) {
  for (const NoteState state :
       {NoteState::kStarted, NoteState::kAnswered, NoteState::kShown, NoteState::kReplaced}) {
    LeftLongAgo(state);
    Enter()->runs.states().Saw(Finished());
    EXPECT_THAT(Notes(), IsEmpty());
  }
}

TEST_F(StatesTest, ANoteThatHasServedIsKeptUntilTheListMustShowItsJob) {
  LeftBehind(NoteOf(NoteState::kAnswered));
  Enter()->runs.states().Saw(Finished());
  EXPECT_EQ(TheNote().state, NoteState::kServed);
  clock_.Advance(absl::Minutes(2));
  Enter()->runs.states().Saw(Finished("another"));  // any plan
  EXPECT_THAT(Notes(), IsEmpty());
}

TEST_F(StatesTest, NoOtherNoteIsTouched) {
  LeftLongAgo(NoteState::kAnswered, "another");
  LeftLongAgo(NoteState::kSending);
  LeftBehind(NoteOf(NoteState::kAnswered), {.scope = "another state"});
  const std::vector<Note> before = Notes();
  const auto process = Enter();
  process->runs.states().Saw(Finished());
  process->runs.states().Keeps(Unfinished());
  EXPECT_TRUE(process->runs.states().Replaces(Finished()).ok());
  EXPECT_EQ(Notes(), before);
}

TEST_F(StatesTest, AnUnfinishedRunThatIsOnlySeenChangesNothing) {
  LeftLongAgo(NoteState::kAnswered);
  const Note before = TheNote();
  Enter()->runs.states().Saw(Unfinished());
  EXPECT_EQ(TheNote(), before);
}

// What one state knows of a job's end holds for every other object with that job.
TEST_F(StatesTest, AJobThatIsDoneInOneObjectIsDoneInAll) {
  const std::function<void(States&)> seen[] = {[this](States& states) {
                                                 states.Saw(Finished());
                                                 states.Saw(Unfinished());
                                                 states.Keeps(Unfinished());
                                                 EXPECT_TRUE(states.Replaces(Unfinished()).ok());
                                               },
                                               [this](States& states) {
                                                 states.Saw(Unfinished());
                                                 EXPECT_TRUE(states.Replaces(Unfinished()).ok());
                                                 states.Saw(Finished());
                                                 states.Keeps(Unfinished());
                                               }};
  for (const auto& see : seen) {
    LeftLongAgo(NoteState::kAnswered);
    const auto process = Enter();
    see(process->runs.states());
    EXPECT_THAT(Notes(), IsEmpty());
    EXPECT_EQ(KindOf(*process), Kind::kNew);
  }
}

// -------------------------------------------------------------------------------------- marks

TEST_F(StatesTest, AnUnfinishedRunThatStaysIsMarkedShown) {
  for (const NoteState state : {NoteState::kStarted, NoteState::kAnswered, NoteState::kReplaced}) {
    memory_.Clear();
    LeftLongAgo(state);
    Enter()->runs.states().Keeps(Unfinished());
    EXPECT_EQ(TheNote().state, NoteState::kShown);
    EXPECT_EQ(TheNote().told, Unfinished().told);
    EXPECT_EQ(TheNote().known, Unfinished().known);
    EXPECT_EQ(TheNote().holder, "");
  }
}

TEST_F(StatesTest, AnUnfinishedRunThatIsReplacedIsMarkedReplaced) {
  for (const NoteState state : {NoteState::kStarted, NoteState::kAnswered, NoteState::kShown}) {
    memory_.Clear();
    LeftLongAgo(state);
    EXPECT_TRUE(Enter()->runs.states().Replaces(Unfinished()).ok());
    EXPECT_EQ(TheNote().state, NoteState::kReplaced);
    EXPECT_EQ(TheNote().known, Unfinished().known);
  }
}

TEST_F(StatesTest, AMarkIsMadeOnce) {
  LeftLongAgo(NoteState::kAnswered);
  const auto process = Enter();
  for (int i = 0; i < 3; ++i) process->runs.states().Keeps(Unfinished());
  EXPECT_EQ(memory_.calls["Replace"], 1);
  Enter()->runs.states().Keeps(Unfinished());  // the next plan, too
  EXPECT_EQ(memory_.calls["Replace"], 1);
}

TEST_F(StatesTest, WithoutANoteTheRunThatIsReplacedGetsOne) {
  const auto process = Enter();
  process->runs.states().Keeps(Unfinished());
  EXPECT_THAT(Notes(), IsEmpty());  // the state has it
  // Of an object that goes, whose run a create of the same plan takes up.
  EXPECT_TRUE(process->runs.states().Replaces(Unfinished()).ok());
  EXPECT_EQ(KindOf(*process), Kind::kTakeUp);
  EXPECT_EQ(TheNote().state, NoteState::kReplaced);
  EXPECT_EQ(TheNote().job_id, kJob);
  EXPECT_EQ(TheNote().settings, Unfinished().settings);
  EXPECT_EQ(TheNote().told, Unfinished().told);
  EXPECT_EQ(TheNote().known, Unfinished().known);
  EXPECT_EQ(TheNote().scope, "a state");
}

TEST_F(StatesTest, AFinishedRunThatIsReplacedGetsNoNote) {
  EXPECT_TRUE(Enter()->runs.states().Replaces(Finished()).ok());
  EXPECT_THAT(Notes(), IsEmpty());
}

TEST_F(StatesTest, WhatIsReplacedIsNotKept) {
  LeftLongAgo(NoteState::kAnswered);
  const auto process = Enter();
  States& states = process->runs.states();
  EXPECT_TRUE(states.Replaces(Unfinished()).ok());
  states.Keeps(Unfinished());
  EXPECT_EQ(TheNote().state, NoteState::kReplaced);
}

TEST_F(StatesTest, WhatAProcessThatMayLiveHoldsIsNotMarked) {
  const auto other = Enter();
  ASSERT_TRUE(other->journal.Create(NoteOf(NoteState::kStarted)).ok());
  const Note before = TheNote();
  const auto process = Enter();
  States& states = process->runs.states();
  states.Keeps(Unfinished());
  EXPECT_TRUE(states.Replaces(Unfinished()).ok());
  EXPECT_EQ(TheNote(), before);
}

TEST_F(StatesTest, WhatThisProcessHoldsIsNotMarked) {
  const auto process = Enter();
  Journal::Held* const held = *process->journal.Create(NoteOf(NoteState::kStarted));
  EXPECT_TRUE(process->runs.states().Replaces(Unfinished()).ok());
  EXPECT_EQ(TheNote().state, NoteState::kStarted);
  EXPECT_TRUE(held->Write(NoteOf(NoteState::kAnswered)).ok());
}

TEST_F(StatesTest, WithoutAJournalNothingIsMarked) {
  const auto process = Enter({.has_journal = false});
  States& states = process->runs.states();
  states.Saw(Finished());
  states.Keeps(Unfinished("01"));
  EXPECT_TRUE(states.Replaces(Unfinished("02")).ok());
  EXPECT_EQ(KindOf(*process), Kind::kTakeUp);  // as the states of this process say
  EXPECT_TRUE(states.TakeTrouble().ok());
  process->runs.End();
}

// ------------------------------------------------------------------- marks that are taken back

TEST_F(StatesTest, AMarkOfAnEarlierPlanDoesNotHoldForTheCreatesOfThisOne) {
  for (const bool has_create : {false, true}) {
    memory_.Clear();
    EXPECT_TRUE(
        Enter()->runs.states().Replaces(Unfinished()).ok());  // by a plan that was not applied
    const auto process = Enter();
    process->runs.states().Saw(Unfinished("another"));
    process->runs.states().Keeps(Unfinished("another"));
    if (has_create) {
      EXPECT_EQ(KindOf(*process), Kind::kNew);
    }
    process->runs.End();
    EXPECT_THAT(StatesOfNotes(),
                ElementsAre(has_create ? NoteState::kShown : NoteState::kReplaced));
  }
}

TEST_F(StatesTest, AMarkOfThisPlanHolds) {
  EXPECT_TRUE(Enter()->runs.states().Replaces(Unfinished()).ok());
  const auto process = Enter();
  EXPECT_TRUE(process->runs.states().Replaces(Unfinished()).ok());
  EXPECT_EQ(KindOf(*process), Kind::kTakeUp);
  process->runs.End();
  EXPECT_EQ(TheNote().state, NoteState::kReplaced);
}

TEST_F(StatesTest, AMarkHoldsForTheCreatesOfOthers) {
  EXPECT_TRUE(Enter()->runs.states().Replaces(Unfinished()).ok());
  const auto process = Enter();
  EXPECT_EQ(KindOf(*process, Of("wf2")), Kind::kNew);
  process->runs.End();
  EXPECT_EQ(TheNote().state, NoteState::kReplaced);
}

// An apply sees each state only as it changes it.
TEST_F(StatesTest, AnApplyTakesNoMarkBack) {
  EXPECT_TRUE(Enter()->runs.states().Replaces(Unfinished()).ok());
  const auto process = Enter();
  process->runs.states().Applies("");
  EXPECT_EQ(KindOf(*process), Kind::kNew);
  process->runs.End();
  EXPECT_EQ(TheNote().state, NoteState::kReplaced);
}

TEST_F(StatesTest, AMarkThatAnotherProcessHasTakenUpIsItsOwn) {
  EXPECT_TRUE(Enter()->runs.states().Replaces(Unfinished()).ok());
  const auto other = Enter();
  const std::shared_ptr<const Look> look = *other->journal.LookAround();
  ASSERT_NE(*other->journal.TakeOver(look->notes().at(0), look->notes().at(0).note), nullptr);
  const auto process = Enter();
  EXPECT_NE(KindOf(*process), Kind::kBefore);
  process->runs.End();
  EXPECT_EQ(TheNote().state, NoteState::kReplaced);
}

// ------------------------------------------------------------------------ attempts that are open

const absl::Duration kLongest = kLongestAttempt + kReconcileWindow;

// A run that a state shows, of which it may be asked whether it is what came of an open attempt.
struct Row {
  const char* name;
  void (*change)(Note& attempt, ShownRun& run);
  bool is_told;

  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

class OpenAttempt : public StatesTest, public testing::WithParamInterface<Row> {};

TEST_P(OpenAttempt, IsToldOfTheJobsThatHaveAnObject) {
  Note attempt = NoteOf(NoteState::kSending);
  attempt.snapshot = {"before"};
  ShownRun run = Unfinished();
  run.started = attempt.sent_at + absl::Seconds(1);
  GetParam().change(attempt, run);
  LeftBehind(attempt);
  Enter()->runs.states().Saw(run);
  if (GetParam().is_told) {
    EXPECT_THAT(TheNote().snapshot, ElementsAre("before", kJob));
  } else {
    EXPECT_EQ(TheNote().snapshot, attempt.snapshot);
  }
  EXPECT_EQ(TheNote().state, attempt.state);
}

INSTANTIATE_TEST_SUITE_P(
    Each, OpenAttempt,
    testing::Values(
        Row{"OfOneThatMayBeIt", [](Note&, ShownRun&) {}, true},
        Row{"OfOneThatIsFinished", [](Note&, ShownRun& run) { run.is_unfinished = false; }, true},
        Row{"OfOneOfOtherSettings", [](Note&, ShownRun& run) { run.settings.triggers = "other"; },
            true},
        Row{"OfOneWhoseStartIsNotKnown",
            [](Note&, ShownRun& run) { run.started = absl::InfinitePast(); }, true},
        Row{"OfOneAMinuteBeforeTheSend",
            [](Note& note, ShownRun& run) { run.started = note.sent_at - absl::Minutes(1); }, true},
        Row{"NotOfAnEarlierOne",
            [](Note& note, ShownRun& run) {
              run.started = note.sent_at - absl::Minutes(1) - absl::Seconds(1);
            },
            false},
        Row{"OfTheFirstSendOfTwo",
            [](Note& note, ShownRun& run) {
              note.first_sent_at = note.sent_at - absl::Minutes(5);
              run.started = note.first_sent_at;
            },
            true},
        Row{"OfOneAtTheEndOfItsWindow",
            [](Note& note, ShownRun& run) { run.started = note.sent_at + kLongest; }, true},
        Row{"NotOfALaterOne",
            [](Note& note, ShownRun& run) {
              run.started = note.sent_at + kLongest + absl::Seconds(1);
            },
            false},
        Row{"NotOfAnotherWorkflow", [](Note&, ShownRun& run) { run.settings.workflow = "wf2"; },
            false},
        Row{"NotOfAnotherRegion", [](Note&, ShownRun& run) { run.settings.region = "eu-west-2"; },
            false},
        Row{"NotOfOneThatWasThereBefore", [](Note& note, ShownRun&) { note.snapshot = {kJob}; },
            false},
        Row{"NotWhereItIsOpenNoMore",
            [](Note& note, ShownRun&) {
              note.state = NoteState::kStarted;
              note.job_id = "another";
            },
            false}),
    [](const auto& row) { return row.param.name; });

TEST_F(StatesTest, AnOpenAttemptIsNotToldWhileItsProcessMayLive) {
  const auto other = Enter();
  ASSERT_TRUE(other->journal.Create(NoteOf(NoteState::kSending)).ok());
  ShownRun run = Unfinished();
  run.started = clock_.Now();
  Enter()->runs.states().Saw(run);
  EXPECT_THAT(TheNote().snapshot, IsEmpty());
}

// Terraform refreshes ten at once. The second to write met the first one's version, and its job was
// told of nowhere.
TEST_F(StatesTest, AnOpenAttemptIsToldOfAllThatAreSeenAtOnce) {
  for (int round = 0; round < 20; ++round) {
    memory_.Clear();
    LeftBehind(NoteOf(NoteState::kSending));
    const auto process = Enter();
    const absl::Time started = clock_.Now();  // waiting for each other, they let time pass
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        ShownRun run = Unfinished(absl::StrCat("job-", i));
        run.started = started;
        process->runs.states().Saw(run);
      });
    }
    threads.clear();
    ASSERT_THAT(TheNote().snapshot, UnorderedElementsAre("job-0", "job-1", "job-2", "job-3"));
  }
}

// ------------------------------------------------------------------------------------- trouble

TEST_F(StatesTest, AJournalThatCannotBeReadIsSaidOnce) {
  LeftLongAgo(NoteState::kAnswered);
  const auto process = Enter();
  States& states = process->runs.states();
  memory_.fault = Failing("List");
  states.Saw(Finished());
  states.Keeps(Unfinished("01"));
  EXPECT_EQ(KindOf(*process), Kind::kNew);
  EXPECT_EQ(states.TakeTrouble(), kDown);
  EXPECT_TRUE(states.TakeTrouble().ok());
  states.Saw(Finished());
  EXPECT_TRUE(states.TakeTrouble().ok());
  EXPECT_EQ(TheNote().state, NoteState::kAnswered);
}

TEST_F(StatesTest, AJournalThatCannotBeWrittenIsSaidOnce) {
  LeftLongAgo(NoteState::kAnswered);
  const auto process = Enter();
  States& states = process->runs.states();
  memory_.fault = Failing("Replace");
  states.Keeps(Unfinished());
  EXPECT_EQ(states.TakeTrouble(), kDown);
  EXPECT_TRUE(states.TakeTrouble().ok());
}

// The apply could not know of it, with create_before_destroy, and would start a second job.
TEST_F(StatesTest, ACreateIsToldThatItsReplacementIsNotNoted) {
  for (const char* operation : {"List", "Replace"}) {
    LeftLongAgo(NoteState::kAnswered);
    const auto process = Enter();
    memory_.fault = Failing(operation);
    process->runs.states().Saw(Unfinished());
    const Prospect prospect = PlanOf(*process);
    EXPECT_EQ(prospect.kind, Kind::kTakeUp);
    EXPECT_TRUE(prospect.is_replaced);
    EXPECT_EQ(prospect.noted, kDown) << operation;
    memory_.fault = nullptr;
  }
}

// Terraform may die before a state shows it, and then it never was.
TEST_F(StatesTest, AnImportAloneChangesNothing) {
  LeftLongAgo(NoteState::kAnswered);
  const Note before = TheNote();
  const auto process = Enter();
  States& states = process->runs.states();
  states.Imports(Unfinished().job_id);
  states.Saw(Unfinished());
  states.Saw(Finished());
  EXPECT_EQ(TheNote(), before);
  states.Keeps(Finished());
  EXPECT_THAT(Notes(), IsEmpty());
}

TEST_F(StatesTest, WhereAnotherWasFasterThereIsNoTrouble) {
  LeftLongAgo(NoteState::kAnswered);
  const auto process = Enter();
  States& states = process->runs.states();
  states.Saw(Unfinished());  // it has looked
  Enter()->runs.states().Keeps(Unfinished());
  EXPECT_TRUE(states.Replaces(Unfinished()).ok());
  EXPECT_TRUE(states.TakeTrouble().ok());
  EXPECT_EQ(TheNote().state, NoteState::kShown);
}

TEST_F(StatesTest, TheJournalIsReadOnce) {
  LeftLongAgo(NoteState::kAnswered);
  const auto process = Enter();
  States& states = process->runs.states();
  memory_.calls.clear();
  for (int i = 0; i < 5; ++i) {
    states.Saw(Unfinished(absl::StrCat(i)));
    states.Keeps(Unfinished(absl::StrCat(i)));
    KindOf(*process);
  }
  EXPECT_EQ(memory_.calls["List"], 1);
  EXPECT_EQ(memory_.calls["Read"], 1);
}

TEST_F(StatesTest, KnowsTheJobsThatStatesHaveShown) {
  const auto process = Enter();
  States& states = process->runs.states();
  states.Saw(Unfinished("01"));
  states.Keeps(Finished("02"));
  states.Applies("03");
  EXPECT_THAT(states.Shown(), UnorderedElementsAre("01", "02", "03"));
}

}  // namespace
}  // namespace er::run
