#include "explorer/fiber.h"

#include <cassert>
#include <utility>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#else
static void __sanitizer_start_switch_fiber(void**, const void*, std::size_t) {}
static void __sanitizer_finish_switch_fiber(void*, const void**, std::size_t*) {}
#endif

namespace er::explorer {
namespace {

constexpr std::size_t kStackSize = 256 << 10;

thread_local Fiber* current = nullptr;

// Stacks that are free, to be used again: a history has a hundred fibers.
std::vector<std::unique_ptr<char[]>>& FreeStacks() {
  thread_local std::vector<std::unique_ptr<char[]>> stacks;
  return stacks;
}

std::unique_ptr<char[]> TakeStack() {
  auto& free = FreeStacks();
  if (free.empty()) return std::unique_ptr<char[]>(new char[kStackSize]);
  std::unique_ptr<char[]> stack = std::move(free.back());
  free.pop_back();
  return stack;
}

}  // namespace

Fiber::Fiber(std::function<void()> work) : work_(std::move(work)), stack_(TakeStack()) {
  getcontext(&here_);
  here_.uc_stack.ss_sp = stack_.get();
  here_.uc_stack.ss_size = kStackSize;
  here_.uc_link = nullptr;
  makecontext(&here_, &Fiber::Enter, 0);
}

Fiber::~Fiber() {
  assert(done_);
  FreeStacks().push_back(std::move(stack_));
}

Fiber* Fiber::Current() { return current; }

void Fiber::Resume() {
  assert(current == nullptr && !done_);
  current = this;
  void* fake = nullptr;
  __sanitizer_start_switch_fiber(&fake, stack_.get(), kStackSize);
  swapcontext(&back_, &here_);
  __sanitizer_finish_switch_fiber(fake, nullptr, nullptr);
  current = nullptr;
}

void Fiber::Leave(bool for_good) {
  __sanitizer_start_switch_fiber(for_good ? nullptr : &fake_stack_, back_stack_, back_size_);
  swapcontext(&here_, &back_);
  __sanitizer_finish_switch_fiber(fake_stack_, &back_stack_, &back_size_);
}

void Fiber::Yield() { current->Leave(/*for_good=*/false); }

void Fiber::Enter() {
  Fiber& self = *current;
  __sanitizer_finish_switch_fiber(self.fake_stack_, &self.back_stack_, &self.back_size_);
  self.work_();
  self.work_ = nullptr;
  self.done_ = true;
  self.Leave(/*for_good=*/true);
}

}  // namespace er::explorer
