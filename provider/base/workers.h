// The threads on which tasks go on after a wait: few, however many tasks there are.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>

#include "base/mutex.h"

namespace er {

// Safe for concurrent use. Its threads end with the process.
class Workers {
 public:
  // `most`: how many threads there may be. Each is started when there is work and no other thread
  // is free.
  explicit Workers(int most) : most_(most) {}

  // Does `work`, soon and on another thread. It may block for as long as a call to a service takes,
  // but not for another piece of work.
  void Do(std::function<void()> work);

 private:
  void Work();

  const int most_;
  Mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> work_ ABSL_GUARDED_BY(mutex_);
  int threads_ ABSL_GUARDED_BY(mutex_) = 0;
  int free_ ABSL_GUARDED_BY(mutex_) = 0;  // threads that wait for work
};

// Those of this process; they live as long as it does. Of so many runs at once, some wait for an
// answer of the service while others go on.
Workers& ProcessWorkers();

}  // namespace er
