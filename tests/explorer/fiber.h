// Threads of control that take turns on one thread of the computer, so that a test decides which of
// them goes on, at each step, from a seed.
//
//   Fiber fiber([&] { ...; Fiber::Yield(); ... });
//   while (!fiber.is_done()) fiber.Resume();
//
// Code that runs in a fiber must hold no mutex when it yields.
#pragma once

#include <ucontext.h>

#include <functional>
#include <memory>
#include <vector>

namespace er::explorer {

class Fiber {
 public:
  explicit Fiber(std::function<void()> work);
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;
  ~Fiber();  // it is done by then

  // Goes on with it until it yields or is done. Not from within a fiber.
  void Resume();
  bool is_done() const { return done_; }

  // Back to whoever resumed the fiber that calls this.
  static void Yield();
  // The one that runs; null outside of any.
  static Fiber* Current();

 private:
  static void Enter();
  void Leave(bool for_good);

  std::function<void()> work_;
  std::unique_ptr<char[]> stack_;
  ucontext_t here_{};
  ucontext_t back_{};
  bool done_ = false;
  // What the address sanitizer wants to know of stacks that are switched.
  void* fake_stack_ = nullptr;
  const void* back_stack_ = nullptr;
  std::size_t back_size_ = 0;
};

}  // namespace er::explorer
