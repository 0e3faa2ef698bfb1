// What the journal makes of writes whose answer was lost, and of what has served.
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "unit/run/journal_fixture.h"
#include "unit/run/printing.h"

namespace er::run {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

using JournalWritesTest = JournalFixture;

// --------------------------------------------------------------------------------- uncertain
// writes

TEST_F(JournalWritesTest, AWriteWhoseAnswerWasLostIsFoundAgain) {
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

TEST_F(JournalWritesTest, AWriteThatDidNotHappenIsTriedWithTheNext) {
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

TEST_F(JournalWritesTest, AWriteWhoseAnswerWasLostMayHaveBeenReplaced) {
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

TEST_F(JournalWritesTest, ANoteWhoseAnswerWasLostCanBeRemoved) {
  const std::shared_ptr<Journal> journal = Enter();
  Journal::Held* const held = *journal->Create(Sending());
  memory_.lost_answer = Failing("Replace", "note-");
  EXPECT_EQ(held->Write(Started()), kDown);
  memory_.lost_answer = nullptr;
  EXPECT_TRUE(held->Remove().ok());
  EXPECT_EQ(Count("note-"), 0u);
  EXPECT_EQ(journal->FindHeld(kJob), nullptr);
}

TEST_F(JournalWritesTest, ANoteThatSomebodyRemovedIsLost) {
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

TEST_F(JournalWritesTest, ANoteThatCannotBeMadeIsHeldByNobody) {
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

TEST_F(JournalWritesTest, ANoteThatHasServedGoesWhenTheListMustShowItsJob) {
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

TEST_F(JournalWritesTest, NotesThatHaveServedGoWithTheRests) {
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

TEST_F(JournalWritesTest, EntriesOfTheDeadThatHoldNothingGoWithTheRests) {
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

TEST_F(JournalWritesTest, AProcessThatLivesAgainIsNotARest) {
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

}  // namespace
}  // namespace er::run
