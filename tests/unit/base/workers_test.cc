#include "base/workers.h"

#include <gtest/gtest.h>

#include <barrier>
#include <latch>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

namespace er {
namespace {

// Their threads outlive a test, and so they do.
Workers& NewWorkers(int most) { return *new Workers(most); }

TEST(WorkersTest, WorkAtTheSameTime) {
  Workers& workers = NewWorkers(3);
  const auto meeting = std::make_shared<std::barrier<>>(4);  // this thread is there, too
  for (int i = 0; i < 3; ++i) {
    workers.Do([meeting] { meeting->arrive_and_wait(); });
  }
  meeting->arrive_and_wait();  // would wait forever for two at once
}

TEST(WorkersTest, AreNoMoreThanAllowedHoweverMuchThereIsToDo) {
  Workers& workers = NewWorkers(2);
  std::mutex mutex;
  std::set<std::thread::id> threads;
  std::latch done(1000);
  for (int i = 0; i < 1000; ++i) {
    workers.Do([&] {
      {
        const std::lock_guard lock(mutex);
        threads.insert(std::this_thread::get_id());
      }
      done.count_down();
    });
  }
  done.wait();
  EXPECT_LE(threads.size(), 2u);
  EXPECT_EQ(threads.count(std::this_thread::get_id()), 0u);
}

TEST(WorkersTest, AnotherThreadIsOnlyStartedWhenAllAreBusy) {
  Workers& workers = NewWorkers(100);
  std::set<std::thread::id> threads;
  for (int i = 0; i < 100; ++i) {
    std::latch done(1);
    workers.Do([&] {
      threads.insert(std::this_thread::get_id());
      done.count_down();
    });
    done.wait();
  }
  // One that has just done its work may not be free yet when the next comes.
  EXPECT_LT(threads.size(), 10u);
}

TEST(WorkersTest, MayBeGivenWorkByAWorker) {
  Workers& workers = NewWorkers(1);
  std::latch done(1);
  workers.Do([&] { workers.Do([&] { done.count_down(); }); });
  done.wait();
}

}  // namespace
}  // namespace er
