#include "run/turns.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <thread>
#include <vector>

#include "base/log.h"
#include "gmock/gmock.h"
#include "run/one_at_a_time.h"
#include "support/await.h"
#include "support/fake_clock.h"

namespace er::run {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Those who queue, each in a thread; time stands still.
class TurnsTest : public testing::Test {
 protected:
  ~TurnsTest() override { stop_.request_stop(); }

  // Comes for a turn, and keeps it until it is told to give it back.
  void Come(const std::string& who, absl::Duration time_out = absl::InfiniteDuration()) {
    const resource::Until until{.stop = stop_.get_token(), .deadline = clock_.Elapsed() + time_out};
    threads_.emplace_back([this, who, until] {
      absl::StatusOr<Turns::Turn> turn = Await(turns_.Take(until));
      std::lock_guard lock(mutex_);
      if (turn.ok()) {
        went_.push_back(who);
        given_.push_back(*std::move(turn));
      } else {
        left_.push_back(std::string(turn.status().message()));
      }
    });
  }
  // As the `place`th of those who have to wait.
  void ComeAndWait(const std::string& who, int place = 1,
                   absl::Duration time_out = absl::InfiniteDuration()) {
    Come(who, time_out);
    clock_.AwaitSleepers(place);
  }
  // The first of those who have a turn gives it back; the next one goes.
  void GiveBack() {
    std::optional<Turns::Turn> turn;
    std::lock_guard lock(mutex_);
    turn = std::move(given_.front());
    given_.erase(given_.begin());
  }
  void AwaitWent(std::size_t count) {
    for (;;) {
      std::lock_guard lock(mutex_);
      if (went_.size() + left_.size() >= count) return;
    }
  }

  FakeClock clock_{FakeClock::Mode::kWaits};
  Turns turns_{clock_, 1};
  std::stop_source stop_;
  std::mutex mutex_;
  std::vector<std::string> went_;
  std::vector<std::string> left_;
  std::vector<Turns::Turn> given_;
  std::vector<std::jthread> threads_;
};

// What is logged, by a clock that jumps.
class NoticeTest : public testing::Test {
 protected:
  static std::string Log(const std::function<void()>& act) {
    log::SetLevel(log::Level::kInfo);
    testing::internal::CaptureStderr();
    act();
    log::SetLevel(log::Level::kOff);
    return testing::internal::GetCapturedStderr();
  }

  FakeClock clock_;
  Turns turns_{clock_, 1, "In the way"};
};

TEST_F(TurnsTest, WhoComesFirstGoesFirst) {
  Come("first");
  AwaitWent(1);
  ComeAndWait("second");
  ComeAndWait("third", 2);
  ComeAndWait("fourth", 3);
  EXPECT_THAT(went_, ElementsAre("first"));
  for (std::size_t count = 2; count <= 4; ++count) {
    GiveBack();
    AwaitWent(count);
  }
  EXPECT_THAT(went_, ElementsAre("first", "second", "third", "fourth"));
}

TEST_F(TurnsTest, WhoeverTakesOverGoesAtOnceAndOthersWait) {
  std::optional<Turns::Turn> running = turns_.TakeOver();
  std::optional<Turns::Turn> another = turns_.TakeOver();
  ComeAndWait("waits");
  running.reset();
  clock_.AwaitSleepers(1);
  EXPECT_THAT(went_, IsEmpty());
  another.reset();
  AwaitWent(1);
  EXPECT_THAT(went_, ElementsAre("waits"));
}

TEST_F(TurnsTest, WhoWaitsTooLongLeavesAndTheNextOneGoes) {
  Come("first");
  AwaitWent(1);
  ComeAndWait("impatient", 1, absl::Minutes(1));
  ComeAndWait("patient", 2);
  clock_.Advance(absl::Minutes(1));
  AwaitWent(2);
  EXPECT_THAT(left_, ElementsAre("the time ran out while waiting for a turn"));
  GiveBack();
  AwaitWent(3);
  EXPECT_THAT(went_, ElementsAre("first", "patient"));
}

TEST_F(TurnsTest, AfterAnInterruptNobodyGoes) {
  Come("first");
  AwaitWent(1);
  ComeAndWait("second");
  stop_.request_stop();
  AwaitWent(2);
  EXPECT_THAT(left_, ElementsAre("interrupted while waiting for a turn"));
  GiveBack();
  Come("third");  // though it is free
  AwaitWent(3);
  EXPECT_THAT(went_, ElementsAre("first"));
}

TEST_F(TurnsTest, ATurnThatIsHandedOnIsGivenBackOnce) {
  Turns::Turn first = turns_.TakeOver();
  Turns::Turn second = std::move(first);
  first = std::move(second);
  ComeAndWait("waits");
  { const Turns::Turn gone = std::move(first); }
  AwaitWent(1);
  ComeAndWait("waits, too");
  EXPECT_THAT(went_, ElementsAre("waits"));
}

TEST_F(NoticeTest, WhoWaitsSaysForWhatAndHowLong) {
  const Turns::Turn running = turns_.TakeOver("j-1");
  const resource::Until until{.deadline = absl::Minutes(1)};
  const std::string lines = Log([&] { Await(turns_.Take(until, "wf")).status().IgnoreError(); });
  EXPECT_THAT(lines, HasSubstr("In the way: workflow_name=wf running=j-1 ahead=0 waited=0 "
                               "next_notice_in=1s"));
  EXPECT_THAT(lines, HasSubstr("running=j-1 ahead=0 waited=21s next_notice_in=2s"));
  // As often as a job is looked at, and no longer than the time lasts.
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 29);
}

TEST_F(NoticeTest, OfWhatHasNoJobYet) {
  const Turns::Turn starting = *Await(turns_.Take({}));
  const resource::Until until{.deadline = absl::Seconds(1)};
  EXPECT_THAT(Log([&] { Await(turns_.Take(until, "wf")).status().IgnoreError(); }),
              HasSubstr("running=\\\"\\\" ahead=0"));
  starting.Has("j-2");
  const resource::Until later{.deadline = absl::Seconds(2)};
  EXPECT_THAT(Log([&] { Await(turns_.Take(later, "wf")).status().IgnoreError(); }),
              HasSubstr("running=j-2 ahead=0"));
}

TEST(Turns, AsManyGoAsAreAllowed) {
  FakeClock clock;
  Turns turns(clock, 3);
  std::vector<Turns::Turn> taken;
  const resource::Until soon{.deadline = absl::Minutes(1)};
  for (int i = 0; i < 3; ++i) taken.push_back(*Await(turns.Take(soon)));
  EXPECT_TRUE(absl::IsDeadlineExceeded(Await(turns.Take(soon)).status()));
  EXPECT_EQ(clock.Elapsed(), absl::Minutes(1));
}

// The same for plain functions.
TEST(OneAtATimeTest, OneIsInside) {
  FakeClock clock;
  OneAtATime turns(clock);
  int inside = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int turn = 0; turn < 1000; ++turn) {
        const OneAtATime::Turn mine = turns.Take();
        EXPECT_EQ(++inside, 1);
        --inside;
      }
    });
  }
}

}  // namespace
}  // namespace er::run
