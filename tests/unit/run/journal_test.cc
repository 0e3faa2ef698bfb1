// The journal: entering, who holds what, reading, take-overs and the end, of one process and of
// several that share a store.
#include <atomic>
#include <ostream>
#include <thread>
#include <utility>
#include <vector>

#include "unit/run/journal_fixture.h"
#include "unit/run/printing.h"

namespace er::run {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

using JournalTest = JournalFixture;

// --------------------------------------------------------------------------------------- entering

TEST_F(JournalTest, AProcessEntersOnce) {
  const std::shared_ptr<Journal> journal = Enter();
  EXPECT_THAT(memory_.Names(), ElementsAre(StartsWith("process-")));
  EXPECT_EQ(memory_.calls["Create"], 2);  // the second is to be refused
  EXPECT_TRUE(Await(journal->Enter()).ok());
  EXPECT_EQ(memory_.calls["Create"], 2);
  EXPECT_TRUE(journal->MayAct());
  EXPECT_FALSE(journal->is_off());
  EXPECT_TRUE(journal->TakeTrouble().ok());
}

TEST_F(JournalTest, ThoseWhoEnterAtOnceShareTheCalls) {
  const std::shared_ptr<Journal> journal = Journal::Open(Options(), clock_);
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { EXPECT_TRUE(Await(journal->Enter()).ok()); });
  }
  threads.clear();
  EXPECT_EQ(memory_.calls["Create"], 2);
}

TEST_F(JournalTest, AProcessWithoutAJournalGoesOn) {
  const std::shared_ptr<Journal> journal = Enter({.scope = "a state"});
  EXPECT_TRUE(journal->is_off());
  EXPECT_TRUE(journal->TakeTrouble().ok());
  EXPECT_EQ(journal->where(), "");
  absl::StatusOr<Journal::Held*> held = journal->Create(Sending());
  ASSERT_TRUE(held.ok());
  EXPECT_EQ((*held)->name(), "");
  EXPECT_TRUE((*held)->Write(Started()).ok());
  EXPECT_EQ(journal->FindHeld(kJob), *held);
  EXPECT_TRUE(journal->MayAct());
  EXPECT_TRUE(Await(journal->Renew()).ok());
  EXPECT_TRUE(Await(journal->TakeLock("a", {})).ok());
  EXPECT_THAT(LookOf(*journal)->notes(), IsEmpty());
  EXPECT_TRUE(journal->Leave(Started()).ok());
  EXPECT_TRUE((*held)->Serve().ok());
  EXPECT_TRUE((*held)->Remove().ok());
  EXPECT_EQ(journal->FindHeld(kJob), nullptr);
  journal->End();
}

// What may be wrong with a store, and what a process that wants to use it says.
struct Bad {
  const char* name;
  void (*break_it)(MemoryStore& memory);
  const char* message;

  friend void PrintTo(const Bad& bad, std::ostream* out) { *out << bad.name; }
};

class BadStore : public JournalFixture, public testing::WithParamInterface<Bad> {};

TEST_P(BadStore, IsAnErrorWhereItWasAskedFor) {
  GetParam().break_it(memory_);
  const std::shared_ptr<Journal> journal = Journal::Open(Options(), clock_);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(Message(Await(journal->Enter())), GetParam().message);
  EXPECT_FALSE(journal->is_off());
  EXPECT_FALSE(journal->MayAct());
  EXPECT_TRUE(journal->TakeTrouble().ok());
}

TEST_P(BadStore, IsSaidOnceWhereItWasNot) {
  GetParam().break_it(memory_);
  Journal::Options options = Options();
  options.is_asked_for = false;
  const std::shared_ptr<Journal> journal = Enter(std::move(options));
  EXPECT_TRUE(journal->is_off());
  EXPECT_TRUE(journal->MayAct());
  EXPECT_EQ(Message(journal->TakeTrouble()), GetParam().message);
  EXPECT_TRUE(journal->TakeTrouble().ok());
  EXPECT_TRUE(Await(journal->Enter()).ok());
  EXPECT_TRUE(journal->TakeTrouble().ok());
  EXPECT_TRUE(journal->Create(Sending()).ok());
  EXPECT_EQ(Count("note-"), 0u);
}

TEST_P(BadStore, IsUsedOnceItHasBeenMended) {
  GetParam().break_it(memory_);
  const std::shared_ptr<Journal> journal = Journal::Open(Options(), clock_);
  ASSERT_FALSE(Await(journal->Enter()).ok());
  memory_.fault = memory_.lost_answer = nullptr;
  memory_.keeps_conditions = true;
  EXPECT_TRUE(Await(journal->Enter()).ok());
  EXPECT_TRUE(journal->MayAct());
  EXPECT_TRUE(Await(journal->Renew()).ok());
  EXPECT_EQ(Count("process-"), 1u);
}

INSTANTIATE_TEST_SUITE_P(
    Each, BadStore,
    testing::Values(
        Bad{"MayNotBeWritten",
            [](MemoryStore& memory) {
              memory.fault = [](const std::string& operation, const std::string&) {
                return operation == "Create"
                           ? absl::PermissionDeniedError("s3:PutObject is missing")
                           : absl::OkStatus();
              };
            },
            "s3:PutObject is missing"},
        Bad{"FailsAtTheSecondWrite",
            [](MemoryStore& memory) {
              memory.fault = [&memory](const std::string&, const std::string&) {
                return memory.calls["Create"] % 2 == 1 ? kDown : absl::OkStatus();
              };
            },
            "memory: connection refused"},
        Bad{"LosesItsAnswers",
            [](MemoryStore& memory) {
              memory.lost_answer = [](const std::string&, const std::string&) { return kDown; };
              memory.fault = [](const std::string& operation, const std::string&) {
                return operation == "Read" ? kDown : absl::OkStatus();
              };
            },
            "memory: connection refused"},
        Bad{"KnowsNoConditions", [](MemoryStore& memory) { memory.keeps_conditions = false; },
            "memory does not know conditional writes: it overwrote an object though it was told "
            "not to"}),
    [](const auto& row) { return row.param.name; });

TEST_F(JournalTest, AStoreThatKnowsNoConditionsIsLeftAsItWas) {
  memory_.keeps_conditions = false;
  ASSERT_FALSE(Await(Journal::Open(Options(), clock_)->Enter()).ok());
  EXPECT_THAT(memory_.Names(), IsEmpty());
}

// --------------------------------------------------------------------------------- who holds what

TEST_F(JournalTest, ANoteIsHeldByWhoMadeIt) {
  const std::shared_ptr<Journal> mine = Enter();
  const std::shared_ptr<Journal> other = Enter();
  Journal::Held* const held = *mine->Create(Started());
  EXPECT_EQ(held->note().scope, "a state");
  EXPECT_EQ(mine->FindHeld(kJob), held);
  EXPECT_TRUE(mine->IsHeld(held->name()));
  EXPECT_FALSE(other->IsHeld(held->name()));
  EXPECT_TRUE(LookOf(*mine)->IsFree(TheNote(*mine)));  // it is nobody's but ours
  EXPECT_FALSE(LookOf(*other)->IsFree(TheNote(*other)));
}

TEST_F(JournalTest, AHolderIsFreeWhenItsLeaseHasRunOut) {
  memory_.knows_deaths = false;
  const std::shared_ptr<Journal> other = Enter();
  std::shared_ptr<Journal> mine = Enter();
  ASSERT_TRUE(mine->Create(Started()).ok());
  clock_.Advance(absl::Seconds(40));
  ASSERT_TRUE(Await(mine->Renew()).ok());
  mine = nullptr;
  clock_.Advance(kLease - absl::Seconds(1));
  EXPECT_FALSE(LookOf(*other)->IsFree(TheNote(*other)));
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE(LookOf(*other)->IsFree(TheNote(*other)));
}

TEST_F(JournalTest, AHolderIsFreeWhenItIsKnownToHaveDied) {
  const std::shared_ptr<Journal> other = Enter();
  std::shared_ptr<Journal> mine = Enter();
  ASSERT_TRUE(mine->Create(Started()).ok());
  EXPECT_FALSE(LookOf(*other)->IsFree(TheNote(*other)));
  mine = nullptr;
  EXPECT_TRUE(LookOf(*other)->IsFree(TheNote(*other)));
  EXPECT_FALSE(LookOf(*other)->IsClosed(TheNote(*other)));
}

TEST_F(JournalTest, ANoteWithoutAHolderIsFree) {
  const std::shared_ptr<Journal> journal = Enter();
  ASSERT_TRUE(journal->Leave(Started()).ok());
  EXPECT_EQ(Notes().at(0).holder, "");
  EXPECT_EQ(Notes().at(0).scope, "a state");
  const std::shared_ptr<const Look> look = LookOf(*journal);
  EXPECT_TRUE(look->IsFree(look->notes().at(0)));
  EXPECT_EQ(look->Renewed(""), std::nullopt);
}

TEST_F(JournalTest, ANoteIsOldWhenItWasLastHeldLongAgo) {
  memory_.knows_deaths = false;
  std::shared_ptr<Journal> mine = Enter();
  Note note = Started();
  note.keep = absl::Hours(24);
  ASSERT_TRUE(mine->Create(note).ok());
  clock_.Advance(absl::Hours(30));
  ASSERT_TRUE(Await(mine->Renew()).ok());  // a run of thirty hours
  mine = nullptr;
  const std::shared_ptr<Journal> other = Enter();
  clock_.Advance(absl::Hours(24));
  EXPECT_FALSE(LookOf(*other)->IsOld(TheNote(*other)));
  EXPECT_EQ(LookOf(*other)->LastHeld(TheNote(*other)), clock_.Now() - absl::Hours(24));
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE(LookOf(*other)->IsOld(TheNote(*other)));
}

// ----------------------------------------------------------------------------------------- reading

TEST_F(JournalTest, ANoteIsReadOnceAVersion) {
  const std::shared_ptr<Journal> mine = Enter();
  const std::shared_ptr<Journal> other = Enter();
  Journal::Held* const held = *mine->Create(Sending());
  LookOf(*mine);
  EXPECT_EQ(memory_.calls["Read"], 0);  // one's own is known
  LookOf(*other);
  LookOf(*other);
  EXPECT_EQ(memory_.calls["Read"], 1);
  ASSERT_TRUE(held->Write(Started()).ok());
  EXPECT_EQ(TheNote(*other).note, held->note());
  EXPECT_EQ(memory_.calls["Read"], 2);
}

TEST_F(JournalTest, ANoteThatGoesWhileItIsReadIsGone) {
  const std::shared_ptr<Journal> journal = Enter();
  ASSERT_TRUE(journal->Leave(Started("01")).ok());
  ASSERT_TRUE(journal->Leave(Started("02")).ok());
  bool is_gone = false;
  memory_.fault = [&](const std::string& operation, const std::string&) {
    return operation == "Read" && !std::exchange(is_gone, true) ? absl::NotFoundError("gone")
                                                                : absl::OkStatus();
  };
  EXPECT_THAT(LookOf(*journal)->notes(), SizeIs(1));
}

TEST_F(JournalTest, AJournalThatCannotBeReadIsAnError) {
  const std::shared_ptr<Journal> journal = Enter();
  ASSERT_TRUE(journal->Leave(Started()).ok());
  for (const char* operation : {"List", "Read"}) {
    memory_.fault = Failing(operation, "");
    EXPECT_EQ(journal->LookAround().status(), kDown) << operation;
  }
}

TEST_F(JournalTest, WhatIsNoNoteIsLeftAlone) {
  const std::shared_ptr<Journal> journal = Enter();
  memory_.Write("note-damaged", "{");
  memory_.Write("note-of-later", R"({"version": 2})");
  memory_.Write("readme", "what is this");
  const std::shared_ptr<const Look> look = LookOf(*journal);
  EXPECT_THAT(look->notes(), IsEmpty());
  journal->RemoveRests(*look);
  EXPECT_THAT(memory_.Names(),
              ElementsAre("note-damaged", "note-of-later", StartsWith("process-"), "readme"));
}

// -------------------------------------------------------------------------------------- take-over

TEST_F(JournalTest, ANoteThatIsTakenOverIsAnothers) {
  const std::shared_ptr<Journal> mine = Enter();
  Journal::Held* const held = *mine->Create(Sending());
  const std::shared_ptr<Journal> other = Enter();
  Note change = Started();
  change.scope = "a state";
  Journal::Held* const taken = *other->TakeOver(TheNote(*other), change);
  ASSERT_NE(taken, nullptr);
  EXPECT_EQ(Notes().at(0), taken->note());
  EXPECT_EQ(other->FindHeld(kJob), taken);
  EXPECT_TRUE(absl::IsAborted(held->Write(Started("other job"))));
  EXPECT_TRUE(absl::IsAborted(held->Write(Started("other job"))));
  EXPECT_FALSE(mine->IsHeld(held->name()));
  EXPECT_EQ(mine->FindHeld("other job"), nullptr);
  EXPECT_EQ(Notes().at(0), taken->note());
}

TEST_F(JournalTest, OfProcessesThatTakeANoteOverOneHasIt) {
  for (int round = 0; round < 50; ++round) {
    memory_.Clear();
    std::vector<std::shared_ptr<Journal>> processes;
    for (int i = 0; i < 4; ++i) processes.push_back(Enter());
    ASSERT_TRUE(processes[0]->Leave(Started()).ok());
    std::vector<Noted> seen;
    for (const auto& process : processes) seen.push_back(TheNote(*process));
    std::atomic<int> taken = 0;
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < processes.size(); ++i) {
      threads.emplace_back([&, i] {
        const absl::StatusOr<Journal::Held*> held = processes[i]->TakeOver(seen[i], seen[i].note);
        ASSERT_TRUE(held.ok()) << held.status();
        if (*held != nullptr) ++taken;
      });
    }
    threads.clear();
    ASSERT_EQ(taken, 1);
  }
}

TEST_F(JournalTest, ATakeOverThatMayHaveHappenedIsAnError) {
  const std::shared_ptr<Journal> journal = Enter();
  ASSERT_TRUE(journal->Leave(Started()).ok());
  memory_.lost_answer = Failing("Replace", "note-");
  EXPECT_EQ(journal->TakeOver(TheNote(*journal), Notes().at(0)).status(), kDown);
  memory_.lost_answer = nullptr;
  // It is nobody's but ours, so that another try of this process has it.
  const std::shared_ptr<const Look> look = LookOf(*journal);
  EXPECT_TRUE(look->IsFree(look->notes().at(0)));
}

TEST_F(JournalTest, WhatHasChangedIsNotChanged) {
  const std::shared_ptr<Journal> journal = Enter();
  ASSERT_TRUE(journal->Leave(Started()).ok());
  const Noted noted = TheNote(*journal);
  Note shown = noted.note;
  shown.state = NoteState::kShown;
  const absl::StatusOr<Noted> changed = journal->Change(noted, shown);
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_EQ(changed->note, shown);
  EXPECT_EQ(TheNote(*journal).version, changed->version);
  EXPECT_TRUE(absl::IsAborted(journal->Change(noted, Started()).status()));
  EXPECT_TRUE(absl::IsAborted(journal->Remove(noted)));
  EXPECT_TRUE(journal->Remove(*changed).ok());
  EXPECT_EQ(Count("note-"), 0u);
}

using JournalDeathTest = JournalFixture;

TEST_F(JournalDeathTest, ANoteOfAnotherStateIsNeverTouched) {
  const std::shared_ptr<Journal> journal = Enter();
  Journal::Options options = Options();
  options.scope = "another state";
  ASSERT_TRUE(Enter(std::move(options))->Leave(Started()).ok());
  const Noted noted = TheNote(*journal);
  const char kSentence[] = "A note of another state is never taken over, changed or removed.";
  EXPECT_DEATH(journal->TakeOver(noted, noted.note).IgnoreError(), kSentence);
  EXPECT_DEATH(journal->Change(noted, noted.note).IgnoreError(), kSentence);
  EXPECT_DEATH(journal->Remove(noted).IgnoreError(), kSentence);
  EXPECT_DEATH(journal->Serve(noted, clock_.Now()).IgnoreError(), kSentence);
}

// -------------------------------------------------------------------------------------- the end

TEST_F(JournalTest, ARunThatWasAnsweredIsClosedByTheEndOfItsProcess) {
  std::shared_ptr<Journal> mine = Enter();
  const std::shared_ptr<Journal> other = Enter();
  Note answered = Started();
  answered.state = NoteState::kAnswered;
  ASSERT_TRUE(mine->Create(answered).ok());
  EXPECT_FALSE(LookOf(*other)->IsClosed(TheNote(*other)));
  mine->End();
  EXPECT_TRUE(LookOf(*other)->IsClosed(TheNote(*other)));
  EXPECT_TRUE(LookOf(*other)->IsFree(TheNote(*other)));
  mine->End();
  mine = nullptr;
  EXPECT_TRUE(LookOf(*other)->IsClosed(TheNote(*other)));
  // Whoever takes it up opens it again.
  ASSERT_NE(*other->TakeOver(TheNote(*other), TheNote(*other).note), nullptr);
  const std::shared_ptr<Journal> third = Enter();
  EXPECT_FALSE(LookOf(*third)->IsClosed(TheNote(*third)));
}

TEST_F(JournalTest, ADeathClosesNothing) {
  std::shared_ptr<Journal> mine = Enter();
  Note answered = Started();
  answered.state = NoteState::kAnswered;
  ASSERT_TRUE(mine->Create(answered).ok());
  mine = nullptr;
  const std::shared_ptr<Journal> other = Enter();
  EXPECT_FALSE(LookOf(*other)->IsClosed(TheNote(*other)));
  EXPECT_TRUE(LookOf(*other)->IsFree(TheNote(*other)));
}

TEST_F(JournalTest, AProcessThatAnsweredNothingLeavesNothing) {
  const std::shared_ptr<Journal> mine = Enter();
  ASSERT_TRUE(mine->Create(Started()).ok());
  mine->End();
  EXPECT_EQ(Count("process-"), 0u);
  EXPECT_EQ(Count("ended-"), 0u);
  const std::shared_ptr<Journal> other = Enter();
  EXPECT_TRUE(LookOf(*other)->IsFree(TheNote(*other)));
  EXPECT_FALSE(LookOf(*other)->IsClosed(TheNote(*other)));
}

TEST_F(JournalTest, AProcessThatLostItsAnswerLeavesNothing) {
  const std::shared_ptr<Journal> mine = Enter();
  Note answered = Started();
  answered.state = NoteState::kAnswered;
  Journal::Held* const held = *mine->Create(Started());
  clock_.Advance(absl::Minutes(2));
  const std::shared_ptr<Journal> other = Enter();
  ASSERT_NE(*other->TakeOver(TheNote(*other), TheNote(*other).note), nullptr);
  EXPECT_TRUE(absl::IsAborted(held->Write(answered)));
  mine->End();
  EXPECT_EQ(Count("process-"), 1u);
  EXPECT_EQ(Count("ended-"), 0u);
}

TEST_F(JournalTest, WhoNeverEnteredLeavesNothing) {
  const std::shared_ptr<Journal> journal = Journal::Open(Options(), clock_);
  journal->End();
  EXPECT_EQ(memory_.calls["Remove"], 0);
  EXPECT_EQ(memory_.calls["Create"], 0);
}

}  // namespace
}  // namespace er::run
