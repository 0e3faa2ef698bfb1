// The journal's protocol, of one process and of several that share a store.
#include "run/journal.h"

#include <atomic>
#include <nlohmann/json.hpp>
#include <ostream>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "support/await.h"
#include "support/fake_clock.h"
#include "support/memory_store.h"
#include "unit/run/printing.h"

namespace er::run {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

constexpr char kJob[] = "0123456789abcdef0123456789abcdef";
constexpr absl::Duration kLease = absl::Minutes(1);

const absl::Status kDown = absl::UnavailableError("memory: connection refused");

std::string Message(const absl::Status& status) { return std::string(status.message()); }

class JournalTest : public testing::Test {
 protected:
  explicit JournalTest(FakeClock::Mode mode = FakeClock::Mode::kWaits) : clock_(mode) {}

  Journal::Options Options() {
    return {.store = memory_.OfProcess(), .is_asked_for = true, .scope = "a state"};
  }

  // Another process, which has made itself a holder.
  std::shared_ptr<Journal> Enter(Journal::Options options) {
    std::shared_ptr<Journal> journal = Journal::Open(std::move(options), clock_);
    const absl::Status status = Await(journal->Enter());
    EXPECT_TRUE(status.ok()) << status;
    return journal;
  }
  std::shared_ptr<Journal> Enter() { return Enter(Options()); }

  static Note Started(const std::string& job_id = kJob) {
    return {.settings = {.region = "eu-west-1", .workflow = "wf"},
            .state = NoteState::kStarted,
            .job_id = job_id};
  }
  Note Sending() {
    return {.settings = {.region = "eu-west-1", .workflow = "wf"},
            .state = NoteState::kSending,
            .sent_at = clock_.Now()};
  }

  std::vector<Note> Notes() {
    std::vector<Note> notes;
    for (const std::string& text : memory_.Texts("note-")) notes.push_back(*ToNote(text));
    return notes;
  }
  std::size_t Count(const std::string& prefix) { return memory_.Texts(prefix).size(); }

  static std::shared_ptr<const Look> LookOf(Journal& journal) {
    absl::StatusOr<std::shared_ptr<const Look>> look = journal.LookAround();
    EXPECT_TRUE(look.ok()) << look.status();
    return *std::move(look);
  }

  // What a process sees of the one note that there is.
  static Noted TheNote(Journal& journal) {
    const std::shared_ptr<const Look> look = LookOf(journal);
    EXPECT_THAT(look->notes(), SizeIs(1));
    return look->notes().at(0);
  }

  // Fails each call of `operation` on names that begin so, once it is set, until it is cleared.
  static MemoryStore::Fault Failing(const std::string& operation, const std::string& prefix) {
    return [=](const std::string& what, const std::string& name) {
      return what == operation && absl::StartsWith(name, prefix) ? kDown : absl::OkStatus();
    };
  }

  FakeClock clock_;
  MemoryStore memory_{clock_};
};

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

class BadStore : public JournalTest, public testing::WithParamInterface<Bad> {};

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

// ------------------------------------------------------------------------------------------ leases

TEST_F(JournalTest, AProcessMayActWhileItsLeaseIsGoodByItsOwnClock) {
  const std::shared_ptr<Journal> journal = Enter();
  clock_.Advance(absl::Seconds(47));
  EXPECT_TRUE(journal->MayAct());
  clock_.Advance(absl::Seconds(1));  // the rest is for the way to the wire
  EXPECT_FALSE(journal->MayAct());
  EXPECT_TRUE(Await(journal->Renew()).ok());
  EXPECT_TRUE(journal->MayAct());
}

// It counts from when the renewal was begun: the store may have taken its time from then on.
TEST_F(JournalTest, ALeaseCountsFromBeforeTheRenewal) {
  const std::shared_ptr<Journal> journal = Enter();
  memory_.fault = [&](const std::string& operation, const std::string&) {
    if (operation == "Replace") clock_.Advance(absl::Seconds(30));
    return absl::OkStatus();
  };
  ASSERT_TRUE(Await(journal->Renew()).ok());
  clock_.Advance(absl::Seconds(17));
  EXPECT_TRUE(journal->MayAct());
  clock_.Advance(absl::Seconds(1));
  EXPECT_FALSE(journal->MayAct());
}

TEST_F(JournalTest, BeforeItHasEnteredAProcessMayNotAct) {
  EXPECT_FALSE(Journal::Open(Options(), clock_)->MayAct());
}

TEST_F(JournalTest, AProcessThatCouldNotRenewGoesOnIfNobodyTookOver) {
  const std::shared_ptr<Journal> mine = Enter();
  Journal::Held* const held = *mine->Create(Started());
  memory_.fault = Failing("Replace", "");
  EXPECT_EQ(Await(mine->Renew()), kDown);
  clock_.Advance(absl::Minutes(10));
  EXPECT_EQ(Await(mine->Renew()), kDown);
  EXPECT_FALSE(mine->MayAct());
  memory_.fault = nullptr;
  EXPECT_TRUE(Await(mine->Renew()).ok());
  EXPECT_TRUE(mine->MayAct());
  EXPECT_TRUE(held->Write(Started()).ok());
}

TEST_F(JournalTest, AProcessThatWasSuspendedLosesWhatOthersTookOver) {
  const std::shared_ptr<Journal> mine = Enter();
  Journal::Held* const taken = *mine->Create(Started("01"));
  Journal::Held* const kept = *mine->Create(Started("02"));
  clock_.Advance(absl::Minutes(10));
  const std::shared_ptr<Journal> other = Enter();
  const std::shared_ptr<const Look> look = LookOf(*other);
  for (const Noted& noted : look->notes()) {
    if (noted.note.job_id == "01") {
      ASSERT_NE(*other->TakeOver(noted, noted.note), nullptr);
    }
  }
  EXPECT_TRUE(Await(mine->Renew()).ok());
  EXPECT_TRUE(absl::IsAborted(taken->Write(Started("01"))));
  EXPECT_TRUE(kept->Write(Started("02")).ok());
}

// Whoever finds an entry whose lease ran out, and that no note names, removes it.
TEST_F(JournalTest, AProcessWhoseEntryIsGoneIsLostForGood) {
  const std::shared_ptr<Journal> mine = Enter();
  clock_.Advance(absl::Minutes(10));
  const std::shared_ptr<Journal> other = Enter();
  other->RemoveRests(*LookOf(*other));
  ASSERT_EQ(Count("process-"), 1u);
  for (int i = 0; i < 2; ++i) {
    const absl::Status lost = Await(mine->Renew());
    EXPECT_TRUE(absl::IsAborted(lost)) << lost;
    EXPECT_EQ(Message(lost),
              "this process was suspended, or could not reach memory, for longer than 1m, so that "
              "others may have gone on with its runs");
    EXPECT_FALSE(mine->MayAct());
  }
  EXPECT_EQ(memory_.calls["Replace"], 1);
  mine->End();
  EXPECT_EQ(Count("process-"), 1u);
}

// Else the next one names a version that is there no more, and the process takes itself for one
// that others have replaced.
TEST_F(JournalTest, ARenewalWhoseAnswerWasLostIsFoundAgain) {
  const std::shared_ptr<Journal> journal = Enter();
  memory_.lost_answer = Failing("Replace", "process-");
  for (int i = 0; i < 3; ++i) {
    clock_.Advance(absl::Seconds(20));
    EXPECT_EQ(Await(journal->Renew()), kDown);
  }
  EXPECT_FALSE(journal->MayAct());
  memory_.lost_answer = nullptr;
  EXPECT_TRUE(Await(journal->Renew()).ok());
  EXPECT_TRUE(journal->MayAct());
  EXPECT_TRUE(Await(journal->Renew()).ok());
  journal->End();
  EXPECT_EQ(Count("process-"), 0u);
}

TEST_F(JournalTest, ARenewalWhoseAnswerWasLostIsNotSeenInAnothersEntry) {
  const std::shared_ptr<Journal> journal = Enter();
  memory_.lost_answer = Failing("Replace", "process-");
  EXPECT_EQ(Await(journal->Renew()), kDown);
  memory_.lost_answer = nullptr;
  memory_.Clear();
  EXPECT_TRUE(absl::IsAborted(Await(journal->Renew())));
  EXPECT_FALSE(journal->MayAct());
}

TEST_F(JournalTest, WhoNobodyWaitsForMayNotAct) {
  Journal::Options options = Options();
  std::atomic<bool> is_orphaned = false;
  options.is_orphaned = [&] { return is_orphaned.load(); };
  const std::shared_ptr<Journal> journal = Enter(std::move(options));
  EXPECT_TRUE(journal->MayAct());
  is_orphaned = true;
  EXPECT_FALSE(journal->MayAct());
}

// In the background, as long as the process lives and somebody waits for it.
class Renewing : public JournalTest {
 protected:
  // Lets the time between two renewals pass, and the renewal happen.
  void Pass() {
    clock_.AwaitSleepers(1);
    clock_.Advance(absl::Seconds(20));
  }
  int renewals() { return memory_.calls["Replace"]; }

  Journal::Options Options() {
    Journal::Options options = JournalTest::Options();
    options.background = [this](std::function<void()> work) {
      background_ = std::jthread(std::move(work));
    };
    options.is_orphaned = [this] { return is_orphaned_.load(); };
    return options;
  }

  std::atomic<bool> is_orphaned_ = false;
  std::jthread background_;
};

TEST_F(Renewing, HappensThreeTimesALease) {
  const std::shared_ptr<Journal> journal = Enter(Options());
  for (int i = 0; i < 5; ++i) Pass();
  clock_.AwaitSleepers(1);
  EXPECT_EQ(renewals(), 5);
  EXPECT_TRUE(journal->MayAct());
  journal->End();
  background_.join();
  EXPECT_EQ(renewals(), 5);
}

TEST_F(Renewing, GoesOnAfterFailures) {
  memory_.fault = Failing("Replace", "");
  const std::shared_ptr<Journal> journal = Enter(Options());
  for (int i = 0; i < 3; ++i) Pass();
  clock_.AwaitSleepers(1);
  EXPECT_FALSE(journal->MayAct());
  memory_.fault = nullptr;
  Pass();
  clock_.AwaitSleepers(1);
  EXPECT_TRUE(journal->MayAct());
  journal->End();
}

TEST_F(Renewing, EndsWithTerraform) {
  const std::shared_ptr<Journal> journal = Enter(Options());
  is_orphaned_ = true;
  Pass();
  background_.join();
  EXPECT_EQ(renewals(), 0);
}

TEST_F(Renewing, EndsWithTheJournal) {
  std::shared_ptr<Journal> journal = Enter(Options());
  clock_.AwaitSleepers(1);
  journal = nullptr;
  Pass();
  background_.join();
  EXPECT_EQ(renewals(), 0);
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

using JournalDeathTest = JournalTest;

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

// --------------------------------------------------------------------------------- uncertain
// writes

TEST_F(JournalTest, AWriteWhoseAnswerWasLostIsFoundAgain) {
  const std::shared_ptr<Journal> journal = Enter();
  Journal::Held* const held = *journal->Create(Sending());
  memory_.lost_answer = Failing("Replace", "note-");
  EXPECT_EQ(held->Write(Started()), kDown);
  EXPECT_EQ(held->note().job_id, kJob);  // what is to be said is known to this process
  EXPECT_EQ(Notes().at(0).job_id, kJob);
  EXPECT_EQ(held->Write(Started()), kDown);
  memory_.lost_answer = nullptr;
  Note answered = Started();
  answered.state = NoteState::kAnswered;
  EXPECT_TRUE(held->Write(answered).ok());
  EXPECT_EQ(Notes().at(0).state, NoteState::kAnswered);
  EXPECT_TRUE(held->Write(answered).ok());
}

TEST_F(JournalTest, AWriteThatDidNotHappenIsTriedWithTheNext) {
  const std::shared_ptr<Journal> journal = Enter();
  Journal::Held* const held = *journal->Create(Sending());
  memory_.fault = Failing("Replace", "note-");
  EXPECT_EQ(held->Write(Started()), kDown);
  EXPECT_EQ(Notes().at(0).state, NoteState::kSending);
  memory_.fault = Failing("Read", "note-");
  EXPECT_EQ(held->Write(Started()), kDown);
  memory_.fault = nullptr;
  EXPECT_TRUE(held->Write(Started()).ok());
  EXPECT_EQ(Notes().at(0), held->note());
}

TEST_F(JournalTest, AWriteWhoseAnswerWasLostMayHaveBeenReplaced) {
  const std::shared_ptr<Journal> mine = Enter();
  Journal::Held* const held = *mine->Create(Sending());
  memory_.lost_answer = Failing("Replace", "note-");
  EXPECT_EQ(held->Write(Started()), kDown);
  memory_.lost_answer = nullptr;
  const std::shared_ptr<Journal> other = Enter();
  ASSERT_NE(*other->TakeOver(TheNote(*other), TheNote(*other).note), nullptr);
  EXPECT_TRUE(absl::IsAborted(held->Write(Started())));
  EXPECT_EQ(mine->FindHeld(kJob), nullptr);
}

TEST_F(JournalTest, ANoteWhoseAnswerWasLostCanBeRemoved) {
  const std::shared_ptr<Journal> journal = Enter();
  Journal::Held* const held = *journal->Create(Sending());
  memory_.lost_answer = Failing("Replace", "note-");
  EXPECT_EQ(held->Write(Started()), kDown);
  memory_.lost_answer = nullptr;
  EXPECT_TRUE(held->Remove().ok());
  EXPECT_EQ(Count("note-"), 0u);
  EXPECT_EQ(journal->FindHeld(kJob), nullptr);
}

TEST_F(JournalTest, ANoteThatSomebodyRemovedIsLost) {
  const std::shared_ptr<Journal> journal = Enter();
  for (const bool was_uncertain : {false, true}) {
    Journal::Held* const held = *journal->Create(Sending());
    if (was_uncertain) memory_.lost_answer = Failing("Replace", "note-");
    EXPECT_EQ(held->Write(Started()).ok(), !was_uncertain);
    memory_.lost_answer = nullptr;
    memory_.Clear();
    EXPECT_TRUE(absl::IsAborted(held->Write(Started())));
    EXPECT_FALSE(journal->IsHeld(held->name()));
  }
}

TEST_F(JournalTest, ANoteThatCannotBeMadeIsHeldByNobody) {
  const std::shared_ptr<Journal> journal = Enter();
  for (MemoryStore::Fault* const fault : {&memory_.fault, &memory_.lost_answer}) {
    *fault = Failing("Create", "note-");
    EXPECT_EQ(journal->Create(Started()).status(), kDown);
    EXPECT_EQ(journal->FindHeld(kJob), nullptr);
    EXPECT_EQ(Count("note-"), 0u);  // nothing is going to be sent
    *fault = nullptr;
  }
}

// ---------------------------------------------------------------------------- notes that have
// served

TEST_F(JournalTest, ANoteThatHasServedGoesWhenTheListMustShowItsJob) {
  const std::shared_ptr<Journal> journal = Enter();
  for (const bool is_held : {false, true}) {
    Note note = Started();
    note.sent_at = clock_.Now();
    note.known = "{}";
    Journal::Held* held = nullptr;
    if (is_held) {
      held = *journal->Create(note);
    } else {
      ASSERT_TRUE(journal->Leave(note).ok());
    }
    const auto serve = [&] {
      return held != nullptr ? held->Serve() : journal->Serve(TheNote(*journal), clock_.Now());
    };
    clock_.Advance(absl::Minutes(2) - absl::Seconds(1));
    EXPECT_TRUE(serve().ok());
    ASSERT_THAT(Notes(), SizeIs(1));
    EXPECT_EQ(Notes()[0].state, NoteState::kServed);
    EXPECT_EQ(Notes()[0].job_id, kJob);
    clock_.Advance(absl::Seconds(1));
    EXPECT_TRUE(serve().ok());
    EXPECT_THAT(Notes(), IsEmpty());
  }
}

TEST_F(JournalTest, NotesThatHaveServedGoWithTheRests) {
  const std::shared_ptr<Journal> journal = Enter();
  Note served = Started();
  served.sent_at = clock_.Now();
  served.state = NoteState::kServed;
  ASSERT_TRUE(journal->Leave(served).ok());
  Journal::Options options = Options();
  options.scope = "another state";
  ASSERT_TRUE(Enter(std::move(options))->Leave(served).ok());
  ASSERT_TRUE(journal->Leave(Started("02")).ok());
  journal->RemoveRests(*LookOf(*journal));
  EXPECT_THAT(Notes(), SizeIs(3));
  clock_.Advance(absl::Minutes(2));
  journal->RemoveRests(*LookOf(*journal));
  std::set<std::string> left;
  for (const Note& note : Notes()) left.insert(absl::StrCat(note.scope, " ", note.job_id));
  EXPECT_THAT(left, ElementsAre("a state 02", absl::StrCat("another state ", kJob)));
}

TEST_F(JournalTest, EntriesOfTheDeadThatHoldNothingGoWithTheRests) {
  std::shared_ptr<Journal> dead = Enter();
  std::shared_ptr<Journal> dead_with_a_note = Enter();
  std::shared_ptr<Journal> ended_with_a_note = Enter();
  const std::shared_ptr<Journal> alive = Enter();
  Journal::Options options = Options();
  options.scope = "another state";
  std::shared_ptr<Journal> dead_elsewhere = Enter(std::move(options));
  ASSERT_TRUE(dead_with_a_note->Create(Started()).ok());
  ASSERT_TRUE(dead_elsewhere->Create(Started()).ok());
  Note answered = Started();
  answered.state = NoteState::kAnswered;
  ASSERT_TRUE(ended_with_a_note->Create(answered).ok());
  ended_with_a_note->End();
  dead = dead_with_a_note = ended_with_a_note = dead_elsewhere = nullptr;
  ASSERT_EQ(Count("process-"), 5u);

  const std::shared_ptr<Journal> later = Enter();
  later->RemoveRests(*LookOf(*later));
  EXPECT_EQ(Count("process-"), 5u);  // but for `dead`, and with `later`
  EXPECT_EQ(Count("ended-"), 1u);
  const std::shared_ptr<const Look> look = LookOf(*later);
  for (const Noted& noted : look->notes()) {
    if (noted.note.scope == "a state") {
      ASSERT_TRUE(later->Remove(noted).ok());
    }
  }
  later->RemoveRests(*LookOf(*later));
  EXPECT_EQ(Count("process-"), 3u);  // `alive`, `later`, and the other state's
  EXPECT_EQ(Count("ended-"), 0u);
}

TEST_F(JournalTest, AProcessThatLivesAgainIsNotARest) {
  memory_.knows_deaths = false;
  const std::shared_ptr<Journal> slow = Enter();
  clock_.Advance(absl::Minutes(2));
  const std::shared_ptr<Journal> other = Enter();
  const std::shared_ptr<const Look> look = LookOf(*other);
  ASSERT_TRUE(Await(slow->Renew()).ok());
  other->RemoveRests(*look);
  EXPECT_EQ(Count("process-"), 2u);
  EXPECT_TRUE(Await(slow->Renew()).ok());
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

// ------------------------------------------------------------------------------- the start lock

class StartLock : public JournalTest {
 protected:
  // Each wait passes at once.
  StartLock() : JournalTest(FakeClock::Mode::kJumps) {}

  absl::StatusOr<Journal::Lock> Take(Journal& journal, const std::string& name = "eu-west-1") {
    return Await(journal.TakeLock(
        name, {.stop = stop_.get_token(), .deadline = clock_.Elapsed() + absl::Minutes(5)}));
  }

  std::stop_source stop_;
};

TEST_F(StartLock, IsTakenWithOneCall) {
  const std::shared_ptr<Journal> journal = Enter();
  memory_.calls.clear();
  {
    const absl::StatusOr<Journal::Lock> lock = Take(*journal);
    ASSERT_TRUE(lock.ok()) << lock.status();
    EXPECT_EQ(memory_.calls, (std::map<std::string, int>{{"Create", 1}}));
    EXPECT_THAT(memory_.Names(), ElementsAre("lock-eu-west-1", StartsWith("process-")));
  }
  EXPECT_EQ(memory_.calls["Remove"], 1);
  EXPECT_EQ(Count("lock-"), 0u);
}

TEST_F(StartLock, IsOnePerName) {
  const std::shared_ptr<Journal> mine = Enter();
  const std::shared_ptr<Journal> other = Enter();
  const absl::StatusOr<Journal::Lock> lock = Take(*mine, "eu-west-1");
  EXPECT_TRUE(Take(*other, "eu-west-2").ok());
}

TEST_F(StartLock, IsWaitedForUntilTheDeadline) {
  const std::shared_ptr<Journal> mine = Enter();
  const std::shared_ptr<Journal> other = Enter();
  const absl::StatusOr<Journal::Lock> lock = Take(*mine);
  memory_.fault = [&](const std::string& operation, const std::string&) {
    return operation == "List" ? Await(mine->Renew()) : absl::OkStatus();  // it lives
  };
  const absl::Duration begun = clock_.Elapsed();
  const absl::Status late = Take(*other).status();
  EXPECT_TRUE(absl::IsDeadlineExceeded(late)) << late;
  EXPECT_EQ(clock_.Elapsed() - begun, absl::Minutes(5));
  stop_.request_stop();
  EXPECT_TRUE(absl::IsCancelled(Take(*other).status()));
}

TEST_F(StartLock, PassesOnWhenItIsGivenBack) {
  const std::shared_ptr<Journal> mine = Enter();
  const std::shared_ptr<Journal> other = Enter();
  absl::StatusOr<Journal::Lock> lock = Take(*mine);
  int looks = 0;
  memory_.fault = [&](const std::string& operation, const std::string&) {
    if (operation == "List" && ++looks == 3) *lock = Journal::Lock();
    return absl::OkStatus();
  };
  EXPECT_TRUE(Take(*other).ok());
  EXPECT_EQ(looks, 3);
}

TEST_F(StartLock, IsFreedWithItsHolder) {
  for (const bool knows_deaths : {true, false}) {
    memory_.Clear();
    memory_.knows_deaths = knows_deaths;
    std::shared_ptr<Journal> mine = Enter();
    const std::shared_ptr<Journal> other = Enter();
    absl::StatusOr<Journal::Lock> lock = Take(*mine);
    memory_.fault = Failing("Remove", "lock-");  // it dies with the lock
    *lock = Journal::Lock();
    mine = nullptr;
    memory_.fault = nullptr;
    const absl::Duration begun = clock_.Elapsed();
    EXPECT_TRUE(Take(*other).ok());
    EXPECT_EQ(clock_.Elapsed() - begun, knows_deaths ? absl::ZeroDuration() : kLease);
  }
}

TEST_F(StartLock, ThatWasNotGivenBackIsStillItsProcesssOwn) {
  const std::shared_ptr<Journal> journal = Enter();
  memory_.fault = Failing("Remove", "lock-");
  { ASSERT_TRUE(Take(*journal).ok()); }
  ASSERT_EQ(Count("lock-"), 1u);
  memory_.fault = nullptr;
  const absl::Duration begun = clock_.Elapsed();
  EXPECT_TRUE(Take(*journal).ok());
  EXPECT_EQ(clock_.Elapsed(), begun);
}

TEST_F(StartLock, OfNobodyIsTaken) {
  const std::shared_ptr<Journal> journal = Enter();
  for (const char* text : {"", "{", "null", "[]", R"({"holder": 7})", R"({"holder": ""})",
                           R"({"holder": "process-gone"})"}) {
    memory_.Write("lock-eu-west-1", text);
    EXPECT_TRUE(Take(*journal).ok()) << text;
    EXPECT_EQ(Count("lock-"), 0u);
  }
}

TEST_F(StartLock, ThatCannotBeTakenIsAnError) {
  const std::shared_ptr<Journal> mine = Enter();
  const std::shared_ptr<Journal> other = Enter();
  memory_.fault = Failing("Create", "lock-");
  EXPECT_EQ(Take(*mine).status(), kDown);
  memory_.fault = nullptr;
  const absl::StatusOr<Journal::Lock> lock = Take(*mine);
  for (const char* operation : {"Read", "List"}) {
    memory_.fault = Failing(operation, "");
    EXPECT_EQ(Take(*other).status(), kDown) << operation;
  }
}

TEST_F(StartLock, HasOneHolderAtATime) {
  FakeClock clock(0);
  MemoryStore memory(clock);
  std::atomic<int> inside = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    clock.Join();
    threads.emplace_back([&] {
      const std::shared_ptr<Journal> journal =
          Journal::Open({.store = memory.OfProcess(), .scope = "a state"}, clock);
      EXPECT_TRUE(Await(journal->Enter()).ok());
      for (int turn = 0; turn < 20; ++turn) {
        const absl::StatusOr<Journal::Lock> lock = Await(journal->TakeLock("a", {}));
        ASSERT_TRUE(lock.ok()) << lock.status();
        EXPECT_EQ(++inside, 1);
        clock.Elapse(absl::Milliseconds(300));
        --inside;
        EXPECT_TRUE(Await(journal->Renew()).ok());
      }
      clock.Leave();
    });
  }
}

}  // namespace
}  // namespace er::run
