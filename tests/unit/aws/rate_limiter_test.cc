#include "aws/rate_limiter.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "support/fake_clock.h"

namespace er::aws {
namespace {

TEST(RateLimiterTest, LetsASecondsWorthThroughAndThenPaces) {
  FakeClock clock;
  RateLimiter limiter(5, clock);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(limiter.Acquire({}));
  EXPECT_TRUE(clock.sleeps().empty());
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(limiter.Acquire({}));
  EXPECT_EQ(clock.Elapsed(), absl::Seconds(2));
}

TEST(RateLimiterTest, APauseIsWorthASecondAtMost) {
  FakeClock clock;
  RateLimiter limiter(5, clock);
  EXPECT_TRUE(limiter.Acquire({}));
  clock.Advance(absl::Hours(1));
  const absl::Duration begin = clock.Elapsed();
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(limiter.Acquire({}));
  EXPECT_EQ(clock.Elapsed() - begin, absl::Milliseconds(200));
}

TEST(RateLimiterTest, LessThanOneASecond) {
  FakeClock clock;
  RateLimiter limiter(0.5, clock);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limiter.Acquire({}));
  EXPECT_EQ(clock.Elapsed(), absl::Seconds(4));
}

TEST(RateLimiterTest, ServesFirstComeFirstServed) {
  FakeClock clock(FakeClock::Mode::kWaits);
  RateLimiter limiter(1, clock);
  EXPECT_TRUE(limiter.Acquire({}));
  std::mutex mutex;
  std::vector<int> order;
  std::vector<std::thread> callers;
  for (int i = 0; i < 3; ++i) {
    callers.emplace_back([&, i] {
      EXPECT_TRUE(limiter.Acquire({}));
      std::lock_guard lock(mutex);
      order.push_back(i);
    });
    clock.AwaitSleepers(i + 1);
  }
  for (int i = 2; i >= 0; --i) {
    clock.Advance(absl::Seconds(1));
    callers[static_cast<std::size_t>(2 - i)].join();
  }
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2}));
}

TEST(RateLimiterTest, StopEndsTheWait) {
  FakeClock clock(FakeClock::Mode::kWaits);
  RateLimiter limiter(1, clock);
  EXPECT_TRUE(limiter.Acquire({}));
  std::stop_source stop;
  std::thread caller([&] { EXPECT_FALSE(limiter.Acquire(stop.get_token())); });
  clock.AwaitSleepers(1);
  stop.request_stop();
  caller.join();
}

TEST(AdaptivePaceTest, DoesNotPaceBeforeAThrottledCall) {
  FakeClock clock;
  AdaptivePace pace(clock);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(pace.Acquire({}));
    pace.Observe(false);
  }
  EXPECT_TRUE(clock.sleeps().empty());
}

TEST(AdaptivePaceTest, FallsWhenThrottledAndRecovers) {
  FakeClock clock;
  AdaptivePace pace(clock);
  const auto seconds_for = [&](int calls) {
    const absl::Duration begin = clock.Elapsed();
    for (int i = 0; i < calls; ++i) {
      EXPECT_TRUE(pace.Acquire({}));
      pace.Observe(false);
    }
    return absl::ToDoubleSeconds(clock.Elapsed() - begin);
  };
  for (int i = 0; i < 100; ++i) {  // ten calls a second
    EXPECT_TRUE(pace.Acquire({}));
    pace.Observe(false);
    clock.Advance(absl::Milliseconds(100));
  }
  pace.Observe(true);
  const double right_after = seconds_for(5);
  EXPECT_GT(right_after, 0.3);
  EXPECT_LT(right_after, 10);
  seconds_for(500);
  EXPECT_LT(seconds_for(5), right_after);
}

}  // namespace
}  // namespace er::aws
