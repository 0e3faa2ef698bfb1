#include "run/runs.h"

#include <atomic>
#include <set>
#include <thread>

#include "support/job_kinds.h"
#include "unit/run/processes.h"

namespace er::run {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class RunsTest : public Processes {
 protected:
  RunsTest() : Processes(FakeClock::Mode::kWaits) {}

  static std::vector<std::string> JobsOf(const std::vector<Note>& notes) {
    std::vector<std::string> jobs;
    for (const Note& note : notes) jobs.push_back(note.job_id);
    return jobs;
  }
};

// ------------------------------------------------------------------------------------- claims

TEST_F(RunsTest, AJobIsClaimedOnce) {
  const auto process = Enter();
  Runs& runs = process->runs;
  EXPECT_FALSE(runs.IsClaimed(kJob));
  EXPECT_TRUE(runs.Claim(kJob));
  EXPECT_FALSE(runs.Claim(kJob));
  EXPECT_TRUE(runs.IsClaimed(kJob));
  runs.Unclaim(kJob);
  EXPECT_FALSE(runs.IsClaimed(kJob));
  EXPECT_TRUE(runs.Claim(kJob));
}

TEST_F(RunsTest, OfThreadsThatClaimAJobOneHasIt) {
  const auto process = Enter();
  for (int job = 0; job < 100; ++job) {
    std::atomic<int> claimed = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] { claimed += process->runs.Claim(absl::StrCat(job)) ? 1 : 0; });
    }
    threads.clear();
    ASSERT_EQ(claimed, 1);
  }
}

TEST_F(RunsTest, KnowsWhatWasClaimedRecently) {
  const auto process = Enter();
  process->runs.Claim("early");
  clock_.Advance(absl::Minutes(2));
  process->runs.Claim("late");
  EXPECT_THAT(process->runs.ClaimedWithin(absl::Minutes(1)), ElementsAre("late"));
  EXPECT_THAT(process->runs.ClaimedWithin(absl::Minutes(2)), UnorderedElementsAre("early", "late"));
  EXPECT_THAT(process->runs.ClaimedWithin(absl::InfiniteDuration()), SizeIs(2));
}

// --------------------------------------------------------------------------- left and forgotten

TEST_F(RunsTest, WhatIsLeftIsTakenOnce) {
  const auto process = Enter();
  Runs& runs = process->runs;
  Journal::Held* const note = *process->journal.Create(NoteOf(NoteState::kStarted));
  EXPECT_FALSE(runs.IsLeft(Of()));
  runs.Leave(note);
  EXPECT_TRUE(runs.IsLeft(Of()));
  EXPECT_FALSE(runs.IsLeft(Of("wf2")));
  EXPECT_EQ(runs.TakeLeft(Of("wf2")), nullptr);
  EXPECT_EQ(runs.TakeLeft(Of()), note);
  EXPECT_TRUE(runs.IsClaimed(kJob));
  EXPECT_FALSE(runs.IsLeft(Of()));
  EXPECT_EQ(runs.TakeLeft(Of()), nullptr);
}

TEST_F(RunsTest, WhatIsLeftAndClaimedIsAnothers) {
  const auto process = Enter();
  Runs& runs = process->runs;
  runs.Leave(*process->journal.Create(NoteOf(NoteState::kStarted)));
  ASSERT_TRUE(runs.Claim(kJob));
  EXPECT_FALSE(runs.IsLeft(Of()));
  EXPECT_EQ(runs.TakeLeft(Of()), nullptr);
}

TEST_F(RunsTest, WhatIsForgottenIsNotTakenUp) {
  clock_.Advance(absl::Hours(1));
  const Note old = [&] {
    Note note = NoteOf(NoteState::kStarted);
    note.sent_at -= absl::Minutes(10);
    return note;
  }();
  const auto process = Enter();
  Runs& runs = process->runs;
  // Held by this process, and left.
  runs.Leave(*process->journal.Create(old));
  runs.Forget(kJob);
  EXPECT_FALSE(runs.IsLeft(Of()));
  EXPECT_THAT(Notes(), IsEmpty());
  // In the journal.
  LeftBehind(old);
  LeftBehind(old, {.scope = "another state"});
  runs.Forget(kJob);
  ASSERT_THAT(Notes(), SizeIs(1));
  EXPECT_EQ(Notes()[0].scope, "another state");
  // Nowhere, or in no journal.
  runs.Forget("unknown");
  Enter({.has_journal = false})->runs.Forget(kJob);
}

TEST_F(RunsTest, AForgottenRunThatHasJustBegunIsStillToldApart) {
  LeftBehind(NoteOf(NoteState::kStarted));
  const auto process = Enter();
  process->runs.Forget(kJob);
  EXPECT_EQ(TheNote().state, NoteState::kServed);
  const int calls = memory_.calls["Replace"];
  process->runs.Forget(kJob);
  EXPECT_EQ(memory_.calls["Replace"], calls);
}

TEST_F(RunsTest, ARunThatACreateHasTakenUpIsNotForgotten) {
  const auto process = Enter();
  Journal::Held* const note = *process->journal.Create(NoteOf(NoteState::kStarted));
  process->runs.Leave(note);
  ASSERT_EQ(process->runs.TakeLeft(Of()), note);
  process->runs.Forget(kJob);
  EXPECT_EQ(TheNote().state, NoteState::kStarted);
}

TEST_F(RunsTest, ADestroyForgetsAtTheEndUnlessACreateTookTheRunUp) {
  const auto process = Enter();
  process->runs.ForgetAtEnd("destroyed");
  process->runs.ForgetAtEnd("taken up");
  for (const char* job : {"destroyed", "taken up"}) {
    ASSERT_TRUE(process->journal.Create(NoteOf(NoteState::kStarted, job)).ok());
  }
  ASSERT_TRUE(process->runs.Claim("taken up"));
  for (const Note& note : Notes()) EXPECT_EQ(note.state, NoteState::kStarted);
  process->runs.End();
  for (const Note& note : Notes()) {
    EXPECT_EQ(note.state, note.job_id == "destroyed" ? NoteState::kServed : NoteState::kStarted);
  }
}

// After a second Ctrl-C, Terraform exits and says to the plugin what it says at an orderly end.
TEST_F(RunsTest, AnEndWithCallsUnderWayIsNone) {
  const auto process = Enter();
  process->runs.ForgetAtEnd("destroyed");
  for (const char* job : {"destroyed", "answered"}) {
    ASSERT_TRUE(process->journal.Create(NoteOf(NoteState::kAnswered, job)).ok());
  }
  const auto is_closed = [&] {
    const auto look = *Enter()->journal.LookAround();
    return std::any_of(look->notes().begin(), look->notes().end(),
                       [&](const Noted& noted) { return look->IsClosed(noted); });
  };
  {
    const Runs::Call call(process->runs);
    process->runs.End();
    EXPECT_FALSE(is_closed());
    for (const Note& note : Notes()) EXPECT_EQ(note.state, NoteState::kAnswered);
  }
  process->runs.End();
  EXPECT_TRUE(is_closed());
}

TEST_F(RunsTest, ADeathForgetsNothing) {
  auto process = Enter();
  process->runs.ForgetAtEnd(kJob);
  ASSERT_TRUE(process->journal.Create(NoteOf(NoteState::kStarted)).ok());
  process = nullptr;
  EXPECT_EQ(TheNote().state, NoteState::kStarted);
}

// ------------------------------------------------------------------------------------ the journal

TEST_F(RunsTest, ThoseWhoLookFirstShareTheLook) {
  const auto process = Enter();
  LeftBehind(NoteOf(NoteState::kStarted));
  memory_.calls.clear();
  const std::shared_ptr<const Look> look = *Await(process->runs.FirstLook());
  EXPECT_THAT(look->notes(), SizeIs(1));
  memory_.Clear();
  EXPECT_EQ(*Await(process->runs.FirstLook()), look);
  EXPECT_EQ(memory_.calls["List"], 1);
}

TEST_F(RunsTest, AFirstLookThatFailsIsTriedAgain) {
  const auto process = Enter();
  memory_.fault = Failing("List");
  EXPECT_EQ(Await(process->runs.FirstLook()).status(), kDown);
  EXPECT_EQ(Await(process->runs.DropOldNotes()).status(), kDown);
  memory_.fault = nullptr;
  EXPECT_TRUE(Await(process->runs.FirstLook()).ok());
}

TEST_F(RunsTest, OldNotesAreDroppedAndToldOfOnce) {
  memory_.knows_deaths = false;
  LeftBehind(NoteOf(NoteState::kStarted, "old"));
  LeftBehind(NoteOf(NoteState::kSending));
  LeftBehind(NoteOf(NoteState::kShown, "shown"));  // a state has it
  LeftBehind(NoteOf(NoteState::kServed, "served"));
  LeftBehind(NoteOf(NoteState::kStarted, "another state's"), {.scope = "another state"});
  const auto slow = Enter();
  ASSERT_TRUE(slow->journal.Create(NoteOf(NoteState::kStarted, "alive")).ok());
  clock_.Advance(absl::Hours(24) + absl::Seconds(1));
  LeftBehind(NoteOf(NoteState::kStarted, "young"));
  ASSERT_TRUE(Await(slow->journal.Renew()).ok());

  const auto process = Enter();
  EXPECT_THAT(JobsOf(*Await(process->runs.DropOldNotes())), UnorderedElementsAre("old", ""));
  EXPECT_THAT(JobsOf(Notes()), UnorderedElementsAre("served", "another state's", "alive", "young"));
  EXPECT_THAT(*Await(process->runs.DropOldNotes()), IsEmpty());
}

TEST_F(RunsTest, AnOldNoteThatAnotherDropsIsNotToldOf) {
  LeftBehind(NoteOf(NoteState::kStarted));
  clock_.Advance(absl::Hours(25));
  const auto process = Enter();
  const auto other = Enter();
  ASSERT_TRUE(Await(process->runs.FirstLook()).ok());
  // Another has changed it meanwhile.
  const std::shared_ptr<const Look> look = *other->journal.LookAround();
  ASSERT_TRUE(other->journal.Change(look->notes().at(0), look->notes().at(0).note).ok());
  EXPECT_THAT(*Await(process->runs.DropOldNotes()), IsEmpty());
  EXPECT_THAT(Notes(), SizeIs(1));
}

TEST_F(RunsTest, ThereIsAStartLockForEachRegionAccountAndEndpoint) {
  FakeClock clock;
  std::set<std::string> names;
  for (const ProcessOptions& options : {ProcessOptions{}, ProcessOptions{.account = "123456789012"},
                                        ProcessOptions{.endpoint = "http://localhost"}}) {
    const auto process = Enter(options);
    class NoClient final : public aws::Client {
      absl::StatusOr<aws::Answer> Call(const aws::Operation&, const nlohmann::json&,
                                       std::stop_token) override {
        return absl::UnimplementedError("");
      }
    } client;
    for (const char* name : {"eu-west-1", "eu-west-2"}) {
      for (const schema::JobKind* kind : {&IdMapping(), &Matching()}) {
        Region region(name, client, schema::BuiltInCatalog(), *kind, clock, 1);
        const std::string lock = process->runs.LockName(region);
        EXPECT_EQ(Enter(options)->runs.LockName(region), lock);
        names.insert(lock);
      }
    }
  }
  EXPECT_THAT(names, SizeIs(12));
}

TEST_F(RunsTest, ARegionThatCannotBeConnectedIsAnErrorEachTime) {
  const auto process = Enter();
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(absl::IsUnimplemented(process->runs.ForRegion(IdMapping(), "eu-west-1").status()));
  }
}

}  // namespace
}  // namespace er::run
