// The right to start among all that share a journal.
#include <atomic>
#include <thread>
#include <vector>

#include "unit/run/journal_fixture.h"
#include "unit/run/printing.h"

namespace er::run {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

class StartLock : public JournalFixture {
 protected:
  // Each wait passes at once.
  StartLock() : JournalFixture(FakeClock::Mode::kJumps) {}

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
