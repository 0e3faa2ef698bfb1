#include "base/task.h"

#include <gtest/gtest.h>

#include <coroutine>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "support/await.h"

namespace er {
namespace {

Task<int> Answer(int value) { co_return value; }

TEST(TaskTest, GivesItsResultToWhoAwaitsIt) {
  const auto add = [](int a, int b) -> Task<int> {
    const int first = co_await Answer(a);
    co_return first + co_await Answer(b);
  };
  EXPECT_EQ(Await(add(40, 2)), 42);
}

TEST(TaskTest, GivesWhatCanOnlyBeMoved) {
  const auto make = []() -> Task<std::unique_ptr<int>> { co_return std::make_unique<int>(7); };
  EXPECT_EQ(*Await(make()), 7);
}

TEST(TaskTest, DoesNothingBeforeItIsAwaited) {
  bool begun = false;
  const auto begin = [&]() -> Task<int> {
    begun = true;
    co_return 0;
  };
  { const Task<int> never = begin(); }
  EXPECT_FALSE(begun);
}

// As deep as it would be without tasks: the stack does not grow with the times.
TEST(TaskTest, CanBeAwaitedAMillionTimes) {
  const auto count = []() -> Task<int> {
    int sum = 0;
    for (int i = 0; i < 1'000'000; ++i) sum += co_await Answer(1);
    co_return sum;
  };
  EXPECT_EQ(Await(count()), 1'000'000);
}

TEST(TaskTest, ThrowsWhereItIsAwaited) {
  const auto fail = []() -> Task<int> {
    throw std::runtime_error("out of memory");
    co_return 0;
  };
  const auto catches = [&]() -> Task<std::string> {
    try {
      co_await fail();
    } catch (const std::runtime_error& error) {
      co_return error.what();
    }
    co_return "";
  };
  EXPECT_EQ(Await(catches()), "out of memory");
}

// Leaves the task to whoever holds the handle.
struct Park {
  std::coroutine_handle<>& parked;
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<> task) { parked = task; }
  void await_resume() {}
};

TEST(TaskTest, GoesOnWhereItIsResumed) {
  std::coroutine_handle<> parked;
  const auto inner = [&]() -> Task<int> {
    co_await Park{parked};
    co_return 1;
  };
  const auto outer = [&]() -> Task<int> {
    const int first = co_await inner();
    co_return first + co_await inner();
  };
  int result = 0;
  Begin(outer(), [&](int value) { result = value; });
  std::exchange(parked, nullptr).resume();
  EXPECT_EQ(result, 0);
  parked.resume();
  EXPECT_EQ(result, 2);
}

TEST(TaskTest, HoldsNothingAnyMoreWhenItsEndIsTold) {
  const auto held = std::make_shared<int>(1);
  const auto hold = [](std::shared_ptr<int> value) -> Task<int> { co_return *value; };
  long holders = 0;
  Begin(hold(held), [&](int) { holders = held.use_count(); });
  EXPECT_EQ(holders, 1);
}

}  // namespace
}  // namespace er
