// A mutex, and the scope in which it is held, that clang can follow: a member that says
// ABSL_GUARDED_BY(mutex_) is used where the lock is held, or scripts/tidy fails (-Wthread-safety).
// The standard library's own says nothing of what it locks.
// https://clang.llvm.org/docs/ThreadSafetyAnalysis.html
#pragma once

#include <mutex>

#include "absl/base/thread_annotations.h"

namespace er {

class ABSL_LOCKABLE Mutex : public std::mutex {};

// Holds the mutex until the end of the scope, but for what is between unlock() and lock().
// Condition variables wait with it as with the std::unique_lock that it is.
class ABSL_SCOPED_LOCKABLE MutexLock : public std::unique_lock<std::mutex> {
 public:
  explicit MutexLock(Mutex& mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex) : unique_lock(mutex) {}
  ~MutexLock() ABSL_UNLOCK_FUNCTION() {}
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

  void lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { unique_lock::lock(); }
  void unlock() ABSL_UNLOCK_FUNCTION() { unique_lock::unlock(); }
};

}  // namespace er
