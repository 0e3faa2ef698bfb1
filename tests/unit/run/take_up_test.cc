#include "run/take_up.h"

#include <optional>
#include <ostream>

#include "unit/run/processes.h"

namespace er::run {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class TakeUpTest : public Processes {
 protected:
  resource::Until Soon(absl::Duration time_out = absl::Minutes(5)) {
    return {.stop = stop_.get_token(), .deadline = clock_.Elapsed() + time_out};
  }

  // What a create finds, when it has come so far that it looks closer.
  absl::StatusOr<Journal::Held*> Find(Process& process, Settings asked = Of()) {
    TakeUp earlier(process.runs, std::move(asked));
    return Find(earlier);
  }
  absl::StatusOr<Journal::Held*> Find(TakeUp& earlier) {
    absl::StatusOr<Journal::Held*> found = Await(earlier.Find(Soon()));
    return found.ok() && *found == nullptr ? Await(earlier.Find(Soon())) : found;
  }
  // The job, "" for an attempt, or nothing.
  std::optional<std::string> JobFound(Process& process, Settings asked = Of()) {
    const absl::StatusOr<Journal::Held*> found = Find(process, std::move(asked));
    EXPECT_TRUE(found.ok()) << found.status();
    if (!found.ok() || *found == nullptr) return std::nullopt;
    return (*found)->note().job_id;
  }

  absl::StatusOr<Journal::Held*> HoldIt(Process& process, Note note = {}, bool is_mine = true) {
    return Await(Hold(process.runs, kJob, is_mine, std::move(note), Soon()));
  }

  std::stop_source stop_;
};

TEST_F(TakeUpTest, WhereThereIsNothingNothingIsFound) {
  const auto process = Enter();
  TakeUp earlier(process->runs, Of());
  memory_.calls.clear();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(*Await(earlier.Find(Soon())), nullptr);
  EXPECT_EQ(memory_.calls["List"], 3);
  EXPECT_EQ(clock_.Elapsed(), absl::ZeroDuration());
  // Another create of the process begins with what the process has seen.
  TakeUp another(process->runs, Of());
  EXPECT_EQ(*Await(another.Find(Soon())), nullptr);
  EXPECT_EQ(memory_.calls["List"], 3);
}

// ---------------------------------------------------------------------- what may be taken up

enum class Holder { kNobody, kDead, kEnded, kAlive };

struct Row {
  const char* name;
  NoteState state;
  Holder holder;
  bool in_local_file;
  bool is_taken;

  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

class NoteToTakeUp : public TakeUpTest, public testing::WithParamInterface<Row> {};

TEST_P(NoteToTakeUp, IsTakenUpOrLeft) {
  const Row& row = GetParam();
  const ProcessOptions options{.in_local_file = row.in_local_file};
  const Note before = NoteOf(row.state);
  auto other = Enter(options);
  if (row.holder == Holder::kNobody) {
    ASSERT_TRUE(other->journal.Leave(before).ok());
  } else {
    ASSERT_TRUE(other->journal.Create(before).ok());
  }
  if (row.holder == Holder::kEnded) other->runs.End();
  if (row.holder != Holder::kAlive) other = nullptr;
  memory_.fault = [&](const std::string& operation, const std::string&) {
    return operation == "List" && other != nullptr ? Await(other->journal.Renew())
                                                   : absl::OkStatus();
  };

  const auto process = Enter(options);
  EXPECT_EQ(JobFound(*process).has_value(), row.is_taken);
  const Note after = TheNote();
  if (!row.is_taken) {
    EXPECT_EQ(after.state, row.state);
    return;
  }
  // Whoever takes a note up sets it back.
  EXPECT_EQ(after.state,
            row.state == NoteState::kSending ? NoteState::kSending : NoteState::kStarted);
  EXPECT_NE(after.holder, before.holder);
  EXPECT_EQ(process->runs.IsClaimed(kJob), row.state != NoteState::kSending);
  EXPECT_FALSE(JobFound(*process).has_value());  // a second create has none
}

INSTANTIATE_TEST_SUITE_P(
    Each, NoteToTakeUp,
    testing::Values(Row{"AnAttemptOfTheDead", NoteState::kSending, Holder::kDead, true, true},
                    Row{"AnAttemptOfTheEnded", NoteState::kSending, Holder::kEnded, true, true},
                    Row{"AnAttemptOfTheLiving", NoteState::kSending, Holder::kAlive, true, false},
                    Row{"AJobOfTheDead", NoteState::kStarted, Holder::kDead, true, true},
                    Row{"AJobOfTheEnded", NoteState::kStarted, Holder::kEnded, true, true},
                    Row{"AJobOfTheLiving", NoteState::kStarted, Holder::kAlive, true, false},
                    Row{"AJobOfNobody", NoteState::kStarted, Holder::kNobody, true, true},
                    Row{"AnAnswerOfTheDead", NoteState::kAnswered, Holder::kDead, true, true},
                    Row{"AnAnswerOfTheLiving", NoteState::kAnswered, Holder::kAlive, true, false},
                    Row{"AClosedRun", NoteState::kAnswered, Holder::kEnded, true, false},
                    Row{"AClosedRunOfABackend", NoteState::kAnswered, Holder::kEnded, false, true},
                    Row{"AShownRun", NoteState::kShown, Holder::kNobody, true, false},
                    Row{"AShownRunOfABackend", NoteState::kShown, Holder::kNobody, false, false},
                    Row{"AReplacedRun", NoteState::kReplaced, Holder::kNobody, true, true},
                    Row{"AServedRun", NoteState::kServed, Holder::kNobody, true, false},
                    Row{"AServedRunOfABackend", NoteState::kServed, Holder::kNobody, false, false}),
    [](const auto& row) { return row.param.name; });

TEST_F(TakeUpTest, OfAClosedRunItSaysSo) {
  const ProcessOptions options{.in_local_file = false};
  for (const bool is_closed : {false, true}) {
    memory_.Clear();
    auto other = Enter(options);
    ASSERT_TRUE(other->journal.Create(NoteOf(NoteState::kAnswered)).ok());
    if (is_closed) other->runs.End();
    other = nullptr;
    const auto process = Enter(options);
    TakeUp earlier(process->runs, Of());
    ASSERT_NE(*Find(earlier), nullptr);
    EXPECT_EQ(earlier.was_closed(), is_closed);
  }
}

TEST_F(TakeUpTest, OnlyTheSameIsTakenUp) {
  LeftBehind(NoteOf(NoteState::kStarted));
  LeftBehind(NoteOf(NoteState::kStarted), {.scope = "another state"});
  const auto process = Enter();
  EXPECT_EQ(JobFound(*process, Of("wf2")), std::nullopt);
  EXPECT_EQ(JobFound(*process), kJob);
  EXPECT_EQ(JobFound(*process), std::nullopt);
  EXPECT_THAT(Notes(), SizeIs(2));
}

TEST_F(TakeUpTest, AnAttemptIsSettledThoughItsSettingsWereLeftOpen) {
  LeftBehind(NoteOf(NoteState::kSending));
  Settings asked = Of();
  asked.job_type = "BATCH";
  const auto process = Enter();
  EXPECT_EQ(JobFound(*process, asked), "");
}

TEST_F(TakeUpTest, WhatIsOldIsLeft) {
  Note note = NoteOf(NoteState::kStarted);
  note.keep = absl::Hours(24);
  LeftBehind(note);
  clock_.Advance(absl::Hours(24) + absl::Seconds(1));
  const auto process = Enter();
  EXPECT_EQ(JobFound(*process), std::nullopt);
}

TEST_F(TakeUpTest, WhatAnotherRunOfTheProcessHasIsLeft) {
  LeftBehind(NoteOf(NoteState::kStarted));
  const auto process = Enter();
  ASSERT_TRUE(process->runs.Claim(kJob));
  EXPECT_EQ(JobFound(*process), std::nullopt);
}

TEST_F(TakeUpTest, ThoseWithoutAnAnswerComeFirst) {
  LeftBehind(NoteOf(NoteState::kAnswered, "answered"));
  LeftBehind(NoteOf(NoteState::kSending));
  LeftBehind(NoteOf(NoteState::kStarted, "started"));
  const auto process = Enter();
  EXPECT_EQ(JobFound(*process), "started");
  EXPECT_EQ(JobFound(*process), "");
  EXPECT_EQ(JobFound(*process), "answered");
  EXPECT_EQ(JobFound(*process), std::nullopt);
}

// ------------------------------------------------------------------------ processes that may live

TEST_F(TakeUpTest, WhoeverMayLiveIsWaitedForAslongAsItsLease) {
  memory_.knows_deaths = false;
  auto other = Enter();
  ASSERT_TRUE(other->journal.Create(NoteOf(NoteState::kStarted)).ok());
  other = nullptr;
  const auto process = Enter();
  const absl::Duration begun = clock_.Elapsed();
  EXPECT_EQ(JobFound(*process), kJob);
  EXPECT_EQ(clock_.Elapsed() - begun, absl::Minutes(1));
}

TEST_F(TakeUpTest, WhoeverIsSeenToLiveIsWaitedForNoLonger) {
  memory_.knows_deaths = false;
  const auto other = Enter();
  ASSERT_TRUE(other->journal.Create(NoteOf(NoteState::kStarted, "theirs")).ok());
  LeftBehind(NoteOf(NoteState::kAnswered, "left"));
  const auto process = Enter();
  int looks = 0;
  memory_.fault = [&](const std::string& operation, const std::string&) {
    return operation == "List" && ++looks == 8 ? Await(other->journal.Renew()) : absl::OkStatus();
  };
  const absl::Duration begun = clock_.Elapsed();
  EXPECT_EQ(JobFound(*process), "left");
  EXPECT_GE(clock_.Elapsed() - begun, absl::Minutes(1));  // as long as that one's lease
  EXPECT_LT(clock_.Elapsed() - begun, absl::Minutes(1) + absl::Seconds(6));
}

TEST_F(TakeUpTest, TheWaitEndsWithTheTime) {
  memory_.knows_deaths = false;
  auto other = Enter();
  ASSERT_TRUE(other->journal.Create(NoteOf(NoteState::kStarted)).ok());
  const auto process = Enter();
  TakeUp earlier(process->runs, Of());
  const absl::Duration begun = clock_.Elapsed();
  EXPECT_TRUE(absl::IsDeadlineExceeded(Await(earlier.Find(Soon(absl::Seconds(10)))).status()));
  EXPECT_EQ(clock_.Elapsed() - begun, absl::Seconds(10));
  stop_.request_stop();
  EXPECT_TRUE(absl::IsCancelled(Await(earlier.Find(Soon())).status()));
  EXPECT_FALSE(process->runs.IsClaimed(kJob));
}

TEST_F(TakeUpTest, WhereAnotherIsFasterItLooksAgain) {
  LeftBehind(NoteOf(NoteState::kStarted, "first"));
  LeftBehind(NoteOf(NoteState::kAnswered, "second"));
  const auto process = Enter();
  const auto faster = Enter();
  bool is_taken = false;
  memory_.fault = [&](const std::string& operation, const std::string& name) {
    if (operation == "Replace" && name.rfind("note-", 0) == 0 && !std::exchange(is_taken, true)) {
      EXPECT_EQ(JobFound(*faster), "first");
    }
    return absl::OkStatus();
  };
  EXPECT_EQ(JobFound(*process), "second");
  EXPECT_FALSE(process->runs.IsClaimed("first"));
}

TEST_F(TakeUpTest, ATakeOverThatFailsIsAnError) {
  LeftBehind(NoteOf(NoteState::kStarted));
  const auto process = Enter();
  memory_.fault = Failing("Replace", "note-");
  EXPECT_EQ(Find(*process).status(), kDown);
  EXPECT_FALSE(process->runs.IsClaimed(kJob));
  memory_.fault = nullptr;
  EXPECT_EQ(JobFound(*process), kJob);
}

TEST_F(TakeUpTest, AJournalThatCannotBeReadIsAnError) {
  const auto process = Enter();
  memory_.fault = Failing("List");
  EXPECT_EQ(Find(*process).status(), kDown);
}

// -------------------------------------------------------------- what a delete half leaves

TEST_F(TakeUpTest, WhatADeleteHalfHasLeftComesFirst) {
  LeftBehind(NoteOf(NoteState::kStarted, "in the journal"));
  const auto process = Enter();
  process->runs.Leave(*process->journal.Create(NoteOf(NoteState::kStarted, "left")));
  EXPECT_EQ(JobFound(*process), "left");
  EXPECT_EQ(JobFound(*process), "in the journal");
}

TEST_F(TakeUpTest, ForARunThatIsReplacedItWaitsAMomentForTheDeleteHalf) {
  const Note replaced = NoteOf(NoteState::kReplaced);
  ASSERT_TRUE(Enter()->journal.Leave(replaced).ok());
  const auto process = Enter();
  bool has_come = false;
  memory_.fault = [&](const std::string& operation, const std::string&) {
    // While the create waits, the delete half comes.
    if (operation == "List" && clock_.Elapsed() > absl::ZeroDuration() &&
        !std::exchange(has_come, true)) {
      process->runs.Leave(*HoldIt(*process, NoteOf(NoteState::kStarted), /*is_mine=*/false));
    }
    return absl::OkStatus();
  };
  EXPECT_EQ(JobFound(*process), kJob);
  EXPECT_EQ(clock_.Elapsed(), absl::Milliseconds(1100));
  EXPECT_EQ(TheNote().state, NoteState::kStarted);
}

// Of a destroy and a create side by side, the destroy may be anywhere between the two.
TEST_F(TakeUpTest, FromWhenTheDeleteHalfHoldsTheNoteItIsWaitedFor) {
  ASSERT_TRUE(Enter()->journal.Leave(NoteOf(NoteState::kReplaced)).ok());
  const auto process = Enter();
  Journal::Held* const held = *HoldIt(*process, NoteOf(NoteState::kStarted), /*is_mine=*/false);
  bool is_left = false;
  memory_.fault = [&](const std::string& operation, const std::string&) {
    if (operation == "List" && clock_.Elapsed() > absl::ZeroDuration() &&
        !std::exchange(is_left, true)) {
      process->runs.Leave(held);
    }
    return absl::OkStatus();
  };
  EXPECT_EQ(JobFound(*process), kJob);
  EXPECT_EQ(clock_.Elapsed(), absl::Milliseconds(200));
}

TEST_F(TakeUpTest, ARunThatIsReplacedIsTakenUpThoughNoDeleteHalfComes) {
  ASSERT_TRUE(Enter()->journal.Leave(NoteOf(NoteState::kReplaced)).ok());
  const auto process = Enter();
  EXPECT_EQ(JobFound(*process), kJob);
  EXPECT_EQ(clock_.Elapsed(), absl::Seconds(1));
}

// ------------------------------------------------------------------------------------- holding

TEST_F(TakeUpTest, ARunWithoutANoteGetsOne) {
  const auto process = Enter();
  const absl::StatusOr<Journal::Held*> held = HoldIt(*process, NoteOf(NoteState::kStarted));
  ASSERT_TRUE(held.ok()) << held.status();
  EXPECT_EQ((*held)->note(), TheNote());
  EXPECT_EQ(TheNote().state, NoteState::kStarted);
  EXPECT_EQ(*HoldIt(*process, NoteOf(NoteState::kStarted)), *held);
  EXPECT_THAT(Notes(), SizeIs(1));
}

TEST_F(TakeUpTest, WhereNoneIsToBeMadeThereIsNone) {
  const auto process = Enter();
  EXPECT_EQ(*HoldIt(*process), nullptr);
  EXPECT_THAT(Notes(), IsEmpty());
}

TEST_F(TakeUpTest, WithoutAJournalARunIsHeldInThisProcess) {
  const auto process = Enter({.has_journal = false});
  Journal::Held* const held = *HoldIt(*process, NoteOf(NoteState::kStarted));
  ASSERT_NE(held, nullptr);
  EXPECT_EQ(*HoldIt(*process), held);
}

TEST_F(TakeUpTest, ANoteThatIsFreeIsHeldFromThereOn) {
  Note before = NoteOf(NoteState::kAnswered);
  before.keep = absl::Hours(90);
  before.snapshot = {"01"};
  LeftBehind(before);
  const auto process = Enter();
  Note now = NoteOf(NoteState::kStarted);
  now.told = {.job_type = "BATCH"};
  now.known = R"({"status":"RUNNING"})";
  now.keep = absl::Hours(24);
  const absl::StatusOr<Journal::Held*> held = HoldIt(*process, now);
  ASSERT_TRUE(held.ok()) << held.status();
  const Note after = TheNote();
  EXPECT_EQ((*held)->note(), after);
  EXPECT_EQ(after.state, NoteState::kStarted);
  EXPECT_EQ(after.told, now.told);
  EXPECT_EQ(after.known, now.known);
  EXPECT_EQ(after.snapshot, before.snapshot);
  EXPECT_EQ(after.keep, absl::Hours(90));
}

TEST_F(TakeUpTest, ANoteOfThisProcessIsSetBack) {
  const auto process = Enter();
  Journal::Held* const mine = *process->journal.Create(NoteOf(NoteState::kAnswered));
  EXPECT_EQ(*HoldIt(*process), mine);
  EXPECT_EQ(TheNote().state, NoteState::kStarted);
  ASSERT_TRUE(mine->Write(NoteOf(NoteState::kAnswered)).ok());
  memory_.fault = Failing("Replace", "note-");
  EXPECT_EQ(HoldIt(*process).status(), kDown);
}

TEST_F(TakeUpTest, ARunThatHasServedIsHeldByNobody) {
  LeftBehind(NoteOf(NoteState::kServed));
  const auto process = Enter();
  EXPECT_EQ(*HoldIt(*process, NoteOf(NoteState::kStarted)), nullptr);
  EXPECT_EQ(TheNote().state, NoteState::kServed);
}

TEST_F(TakeUpTest, ANoteOfAnotherStateIsNotHeld) {
  LeftBehind(NoteOf(NoteState::kStarted), {.scope = "another state"});
  const auto process = Enter();
  EXPECT_EQ(*HoldIt(*process), nullptr);
  ASSERT_NE(*HoldIt(*process, NoteOf(NoteState::kStarted)), nullptr);
  EXPECT_THAT(Notes(), SizeIs(2));
}

TEST_F(TakeUpTest, AJobThatACreateHasIsNotHeldForItsObject) {
  const auto process = Enter();
  ASSERT_TRUE(process->runs.Claim(kJob));
  EXPECT_EQ(*HoldIt(*process, NoteOf(NoteState::kStarted), /*is_mine=*/false), nullptr);
  EXPECT_NE(*HoldIt(*process, NoteOf(NoteState::kStarted), /*is_mine=*/true), nullptr);
}

TEST_F(TakeUpTest, ARunThatAnotherProcessWorksOnIsRefused) {
  memory_.knows_deaths = false;
  const auto other = Enter();
  ASSERT_TRUE(other->journal.Create(NoteOf(NoteState::kStarted)).ok());
  const auto process = Enter();
  memory_.fault = [&](const std::string& operation, const std::string&) {
    return operation == "List" && clock_.Elapsed() > absl::Seconds(20)
               ? Await(other->journal.Renew())
               : absl::OkStatus();
  };
  const absl::Status refused = HoldIt(*process, NoteOf(NoteState::kStarted)).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << refused;
  EXPECT_THAT(std::string(refused.message()), HasSubstr("another process is at work on it"));
  EXPECT_EQ(clock_.Elapsed(), absl::Seconds(21));
}

TEST_F(TakeUpTest, ARunOfAProcessThatDoesNotRenewIsHeldWhenItsLeaseHasRunOut) {
  memory_.knows_deaths = false;
  const auto other = Enter();
  ASSERT_TRUE(other->journal.Create(NoteOf(NoteState::kStarted)).ok());
  const auto process = Enter();
  EXPECT_NE(*HoldIt(*process), nullptr);
  EXPECT_EQ(clock_.Elapsed(), absl::Minutes(1));
}

TEST_F(TakeUpTest, HoldingWaitsNoLongerThanItMay) {
  memory_.knows_deaths = false;
  const auto other = Enter();
  ASSERT_TRUE(other->journal.Create(NoteOf(NoteState::kStarted)).ok());
  const auto process = Enter();
  EXPECT_TRUE(absl::IsDeadlineExceeded(
      Await(Hold(process->runs, kJob, true, {}, Soon(absl::Seconds(10)))).status()));
  EXPECT_EQ(clock_.Elapsed(), absl::Seconds(10));
  stop_.request_stop();
  EXPECT_TRUE(absl::IsCancelled(HoldIt(*process).status()));
}

TEST_F(TakeUpTest, AJournalThatFailsHoldsNothing) {
  LeftBehind(NoteOf(NoteState::kStarted));
  const auto process = Enter();
  for (const char* operation : {"List", "Replace"}) {
    memory_.fault = Failing(operation);
    EXPECT_EQ(HoldIt(*process).status(), kDown) << operation;
  }
}

}  // namespace
}  // namespace er::run
