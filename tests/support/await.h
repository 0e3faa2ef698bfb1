// Runs a task to its end on the thread of a test.
#pragma once

#include <future>
#include <utility>

#include "base/task.h"

namespace er {

template <typename T>
T Await(Task<T> task) {
  std::promise<T> promise;
  std::future<T> result = promise.get_future();
  Begin(std::move(task), [&](T value) { promise.set_value(std::move(value)); });
  return result.get();
}

}  // namespace er
