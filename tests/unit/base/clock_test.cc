#include "base/clock.h"

#include <gtest/gtest.h>

#include <mutex>
#include <stop_token>
#include <thread>

#include "absl/time/clock.h"
#include "support/fake_clock.h"

namespace er {
namespace {

// The process has one clock, and the first call decides its speed: a minute in 6 ms.
Clock& FastClock() { return SystemClock(10'000); }

TEST(SystemClockTest, KnowsWhatTimeItIs) {
  EXPECT_LT(absl::AbsDuration(FastClock().Now() - absl::Now()), absl::Minutes(1));
}

TEST(SystemClockTest, SleepsAtItsOwnSpeed) {
  const absl::Duration before = FastClock().Elapsed();
  EXPECT_TRUE(FastClock().Sleep(absl::Minutes(1), {}));
  EXPECT_GE(FastClock().Elapsed() - before, absl::Minutes(1));
}

TEST(SystemClockTest, SleepEndsWhenStopped) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(FastClock().Sleep(absl::InfiniteDuration(), stop.get_token()));
}

TEST(SystemClockTest, AStopWakesASleeper) {
  bool slept = true;
  {
    std::jthread sleeper(
        [&](std::stop_token stop) { slept = FastClock().Sleep(absl::InfiniteDuration(), stop); });
  }  // stops and joins
  EXPECT_FALSE(slept);
}

TEST(SystemClockTest, WaitsUntilSomebodySaysItIsDone) {
  std::mutex mutex;
  Clock::Signal signal;
  bool done = false;
  std::jthread other([&] {
    {
      std::lock_guard guard(mutex);
      done = true;
    }
    FastClock().NotifyAll(signal);
  });
  std::unique_lock lock(mutex);
  EXPECT_TRUE(
      FastClock().WaitUntil(absl::InfiniteDuration(), lock, signal, {}, [&] { return done; }));
}

TEST(SystemClockTest, WaitsNoLongerThanTheDeadline) {
  std::mutex mutex;
  Clock::Signal signal;
  std::unique_lock lock(mutex);
  const absl::Duration deadline = FastClock().Elapsed() + absl::Minutes(1);
  EXPECT_FALSE(FastClock().WaitUntil(deadline, lock, signal, {}, [] { return false; }));
  EXPECT_GE(FastClock().Elapsed(), deadline);
  EXPECT_TRUE(lock.owns_lock());
}

TEST(FakeClockTest, JumpsToTheEndOfASleep) {
  FakeClock clock;
  const absl::Time before = clock.Now();
  EXPECT_TRUE(clock.Sleep(absl::Hours(1), {}));
  EXPECT_EQ(clock.Now() - before, absl::Hours(1));
}

TEST(FakeClockTest, StandsStillUntilAdvanced) {
  FakeClock clock(FakeClock::Mode::kWaits);
  std::jthread sleeper([&] { EXPECT_TRUE(clock.Sleep(absl::Minutes(5), {})); });
  clock.AwaitSleepers(1);
  EXPECT_EQ(clock.Elapsed(), absl::ZeroDuration());
  clock.Advance(absl::Minutes(5));
}

}  // namespace
}  // namespace er
