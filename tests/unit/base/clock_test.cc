#include "base/clock.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <latch>
#include <stop_token>
#include <thread>

#include "absl/time/clock.h"
#include "base/task.h"
#include "support/await.h"
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

// What a task waits for.
struct Gate {
  Mutex mutex{};
  Clock::Signal changed{};
  bool open = false;

  void Open() {
    const MutexLock guard(mutex);
    open = true;
    FastClock().NotifyAll(changed);
  }
};

Task<bool> Pass(Gate& gate, absl::Duration deadline, std::stop_token stop) {
  MutexLock lock(gate.mutex);
  const bool passed =
      co_await FastClock().WaitUntil(deadline, lock, gate.changed, stop, [&] { return gate.open; });
  EXPECT_TRUE(lock.owns_lock());
  co_return passed;
}

TEST(SystemClockTest, ATaskWaitsUntilSomebodySaysItIsDone) {
  Gate gate;
  std::jthread other([&] { gate.Open(); });
  EXPECT_TRUE(Await(Pass(gate, absl::InfiniteDuration(), {})));
}

TEST(SystemClockTest, ATaskWaitsNoLongerThanTheDeadline) {
  Gate gate;
  const absl::Duration deadline = FastClock().Elapsed() + absl::Minutes(1);
  EXPECT_FALSE(Await(Pass(gate, deadline, {})));
  EXPECT_GE(FastClock().Elapsed(), deadline);
}

TEST(SystemClockTest, ATaskWaitsNoLongerThanTheStop) {
  Gate gate;
  std::stop_source stop;
  std::jthread other([&] { stop.request_stop(); });
  EXPECT_FALSE(Await(Pass(gate, absl::InfiniteDuration(), stop.get_token())));
}

TEST(SystemClockTest, ATaskPausesAtTheClocksSpeed) {
  const absl::Duration before = FastClock().Elapsed();
  EXPECT_TRUE(Await(FastClock().Pause(absl::Minutes(1), {})));
  EXPECT_GE(FastClock().Elapsed() - before, absl::Minutes(1));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(Await(FastClock().Pause(absl::InfiniteDuration(), stop.get_token())));
}

// As a mutex demands: glibc and the thread sanitizer know who holds it.
TEST(SystemClockTest, ATaskGoesOnWithTheLockOfItsOwnThread) {
  for (int i = 0; i < 2000; ++i) {
    Gate gate;
    std::jthread other([&] { gate.Open(); });
    const auto pass = [&]() -> Task<bool> {
      MutexLock lock(gate.mutex);
      const bool passed = co_await FastClock().WaitUntil(
          absl::InfiniteDuration(), lock, gate.changed, {}, [&] { return gate.open; });
      EXPECT_EQ(gate.mutex.native_handle()->__data.__owner, gettid());
      co_return passed;
    };
    EXPECT_TRUE(Await(pass()));
  }
}

std::ptrdiff_t ThreadsOfThisProcess() {
  const std::filesystem::directory_iterator threads("/proc/self/task");
  return std::distance(begin(threads), end(threads));
}

// Deadline, stop and signal race for each of them.
TEST(SystemClockTest, AThousandWaitsNeedFewThreads) {
  constexpr int kTasks = 1000;
  Gate gate;
  std::stop_source stop;
  std::atomic<int> passed = 0;
  std::atomic<int> not_passed = 0;
  std::latch ended(kTasks);
  const absl::Duration soon = FastClock().Elapsed() + absl::Minutes(5);
  for (int i = 0; i < kTasks; ++i) {
    Begin(Pass(gate, i % 2 == 0 ? soon : absl::InfiniteDuration(),
               i % 3 == 0 ? stop.get_token() : std::stop_token()),
          [&](bool result) {
            ++(result ? passed : not_passed);
            ended.count_down();
          });
  }
  EXPECT_LT(ThreadsOfThisProcess(), 50);
  std::jthread stopping([&] { stop.request_stop(); });
  gate.Open();
  ended.wait();
  EXPECT_EQ(passed + not_passed, kTasks);
  EXPECT_GE(passed, kTasks / 3);  // those with neither
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
