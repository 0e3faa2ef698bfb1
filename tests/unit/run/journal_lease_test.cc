// The leases of the journal: who may act, and how it is renewed.
#include <atomic>
#include <thread>
#include <utility>

#include "unit/run/journal_fixture.h"
#include "unit/run/printing.h"

namespace er::run {
namespace {

using JournalLeaseTest = JournalFixture;

TEST_F(JournalLeaseTest, AProcessMayActWhileItsLeaseIsGoodByItsOwnClock) {
  const std::shared_ptr<Journal> journal = Enter();
  clock_.Advance(absl::Seconds(47));
  EXPECT_TRUE(journal->MayAct());
  clock_.Advance(absl::Seconds(1));  // the rest is for the way to the wire
  EXPECT_FALSE(journal->MayAct());
  EXPECT_TRUE(Await(journal->Renew()).ok());
  EXPECT_TRUE(journal->MayAct());
}

// It counts from when the renewal was begun: the store may have taken its time from then on.
TEST_F(JournalLeaseTest, ALeaseCountsFromBeforeTheRenewal) {
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

TEST_F(JournalLeaseTest, BeforeItHasEnteredAProcessMayNotAct) {
  EXPECT_FALSE(Journal::Open(Options(), clock_)->MayAct());
}

TEST_F(JournalLeaseTest, AProcessThatCouldNotRenewGoesOnIfNobodyTookOver) {
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

TEST_F(JournalLeaseTest, AProcessThatWasSuspendedLosesWhatOthersTookOver) {
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
TEST_F(JournalLeaseTest, AProcessWhoseEntryIsGoneIsLostForGood) {
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
TEST_F(JournalLeaseTest, ARenewalWhoseAnswerWasLostIsFoundAgain) {
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

TEST_F(JournalLeaseTest, ARenewalWhoseAnswerWasLostIsNotSeenInAnothersEntry) {
  const std::shared_ptr<Journal> journal = Enter();
  memory_.lost_answer = Failing("Replace", "process-");
  EXPECT_EQ(Await(journal->Renew()), kDown);
  memory_.lost_answer = nullptr;
  memory_.Clear();
  EXPECT_TRUE(absl::IsAborted(Await(journal->Renew())));
  EXPECT_FALSE(journal->MayAct());
}

TEST_F(JournalLeaseTest, WhoNobodyWaitsForMayNotAct) {
  Journal::Options options = Options();
  std::atomic<bool> is_orphaned = false;
  options.is_orphaned = [&] { return is_orphaned.load(); };
  const std::shared_ptr<Journal> journal = Enter(std::move(options));
  EXPECT_TRUE(journal->MayAct());
  is_orphaned = true;
  EXPECT_FALSE(journal->MayAct());
}

// In the background, as long as the process lives and somebody waits for it.
class Renewing : public JournalFixture {
 protected:
  // Lets the time between two renewals pass, and the renewal happen.
  void Pass() {
    clock_.AwaitSleepers(1);
    clock_.Advance(absl::Seconds(20));
  }
  int renewals() { return memory_.calls["Replace"]; }

  Journal::Options Options() {
    Journal::Options options = JournalFixture::Options();
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

}  // namespace
}  // namespace er::run
