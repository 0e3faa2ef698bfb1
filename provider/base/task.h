// Work that can wait without holding a thread: coroutines. Whoever waits for minutes or hours is a
// Task; what is done in a moment is a plain function.
//
//   Task<int> Count(Clock& clock, std::stop_token stop) {
//     co_await clock.Pause(absl::Hours(3), stop);  // no thread waits here
//     co_return 1;
//   }
//
// A task begins when it is awaited, and whoever awaits it goes on where it ended, on any thread of
// Workers. What its reference parameters refer to must live until then: awaiting a call at once, as
// above, is enough.
#pragma once

#include <atomic>
#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace er {

template <typename T>
class [[nodiscard]] Task {
 public:
  class promise_type {
   public:
    Task get_return_object() { return Task(Handle::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }

    auto final_suspend() noexcept {
      struct GoOn {
        bool await_ready() noexcept { return false; }
        void await_suspend(Handle task) noexcept {
          promise_type& promise = task.promise();
          const std::coroutine_handle<> caller = promise.caller_;
          if (promise.met_.exchange(true)) caller.resume();
        }
        void await_resume() noexcept {}
      };
      return GoOn();
    }

    void return_value(T value) { value_.emplace(std::move(value)); }
    void unhandled_exception() { exception_ = std::current_exception(); }

   private:
    friend class Task;
    std::coroutine_handle<> caller_{};
    // The end of the task and the return from its first piece meet: who comes second lets the
    // caller go on. So a task that ends without waiting costs its caller no deeper stack, however
    // often it is awaited.
    std::atomic<bool> met_ = false;
    std::optional<T> value_;
    std::exception_ptr exception_;
  };

  Task(Task&& other) noexcept : task_(std::exchange(other.task_, nullptr)) {}
  Task& operator=(Task&& other) = delete;
  ~Task() {
    if (task_) task_.destroy();
  }

  auto operator co_await() && noexcept {
    struct Awaiting {
      bool await_ready() noexcept { return false; }
      bool await_suspend(std::coroutine_handle<> caller) {
        promise_type& promise = task.promise();
        promise.caller_ = caller;
        task.resume();
        return !promise.met_.exchange(true);
      }
      T await_resume() {
        promise_type& promise = task.promise();
        if (promise.exception_) std::rethrow_exception(promise.exception_);
        return *std::move(promise.value_);
      }
      Handle task;
    };
    return Awaiting{task_};
  }

 private:
  using Handle = std::coroutine_handle<promise_type>;
  explicit Task(Handle task) : task_(task) {}

  Handle task_;
};

namespace task_internal {

struct Detached {
  struct promise_type {
    Detached get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
};

}  // namespace task_internal

// Begins `task` on this thread. When it has ended and all it held is gone, `done` is called with
// its result, on the thread where it ended. The task must not throw.
template <typename T, typename Done>
task_internal::Detached Begin(Task<T> task, Done done) {
  // As a temporary, the task is destroyed before `done` is called.
  T result = co_await Task<T>(std::move(task));
  done(std::move(result));
}

}  // namespace er
