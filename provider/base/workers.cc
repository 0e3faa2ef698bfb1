#include "base/workers.h"

#include <cstddef>
#include <system_error>
#include <thread>
#include <utility>

namespace er {

void Workers::Do(std::function<void()> work) {
  const MutexLock lock(mutex_);
  work_.push_back(std::move(work));
  if (static_cast<std::size_t>(free_) >= work_.size() || threads_ == most_) {
    changed_.notify_one();
    return;
  }
  try {
    std::thread([this] { Work(); }).detach();
    ++threads_;
  } catch (const std::system_error&) {
    if (threads_ == 0) throw;  // else those that there are do it
  }
}

void Workers::Work() {
  MutexLock lock(mutex_);
  for (;;) {
    ++free_;
    changed_.wait(lock, [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !work_.empty(); });
    --free_;
    const std::function<void()> work = std::move(work_.front());
    work_.pop_front();
    lock.unlock();
    work();
    lock.lock();
  }
}

Workers& ProcessWorkers() {
  static auto* const workers = new Workers(32);  // never destroyed: its threads outlive main
  return *workers;
}

}  // namespace er
