// A child process that a test drives from one system call to the next: to let it die, or another
// go first, at each moment at which that can make a difference.
//
//   TracedProcess child([&] { return Describe(store.Remove(name, version)); });
//   child.StepTo(7);                      // it is about to make its seventh system call
//   child.Kill();                         // ... which never happens
//
// Linux only. The work must not need other threads: a child has none but its own.
#pragma once

#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>

#include "gtest/gtest.h"

namespace er {

class TracedProcess {
 public:
  // Stands still before `work`, whose result Finish() returns.
  explicit TracedProcess(const std::function<std::string()>& work) {
    result_ = memfd_create("result", 0);
    EXPECT_GE(result_, 0);
    pid_ = fork();
    if (pid_ == 0) {
      ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
      raise(SIGSTOP);
      const std::string result = work();
      const bool told = write(result_, result.data(), result.size()) >= 0;
      _exit(told ? 0 : 1);
    }
    EXPECT_EQ(waitpid(pid_, &status_, 0), pid_);
    EXPECT_TRUE(WIFSTOPPED(status_));
    ptrace(PTRACE_SETOPTIONS, pid_, nullptr, PTRACE_O_EXITKILL);
  }
  TracedProcess(const TracedProcess&) = delete;
  TracedProcess& operator=(const TracedProcess&) = delete;

  ~TracedProcess() {
    Kill();
    close(result_);
  }

  // Goes on until it is about to make its `number`th system call, counted from 1. False: it has
  // come to its end before.
  bool StepTo(int number) {
    while (reached_ < number) {
      // A call stops it twice: before, and when it is done.
      if (!Go(PTRACE_SYSCALL)) return false;
      is_inside_ = !is_inside_;
      if (is_inside_) ++reached_;
    }
    return true;
  }

  bool StepOnce() { return StepTo(reached_ + 1); }

  // Goes on to the end.
  std::string Finish() {
    while (Go(PTRACE_CONT)) {
    }
    EXPECT_TRUE(WIFEXITED(status_) && WEXITSTATUS(status_) == 0) << "status " << status_;
    std::string text;
    char piece[4096];
    lseek(result_, 0, SEEK_SET);
    for (ssize_t size = 0; (size = read(result_, piece, sizeof(piece))) > 0;) {
      text.append(piece, static_cast<std::size_t>(size));
    }
    return text;
  }

  void Kill() {
    if (has_ended_) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, &status_, 0);
    has_ended_ = true;
  }

 private:
  // False: it has ended.
  bool Go(decltype(PTRACE_CONT) request) {
    if (has_ended_) return false;
    int signal = 0;
    do {
      ptrace(request, pid_, nullptr, signal);
      if (waitpid(pid_, &status_, 0) != pid_ || !WIFSTOPPED(status_)) {
        has_ended_ = true;
        return false;
      }
      signal = WSTOPSIG(status_) == SIGTRAP ? 0 : WSTOPSIG(status_);
    } while (signal != 0);  // it is to have what was sent to it
    return true;
  }

  pid_t pid_ = -1;
  int result_ = -1;
  int status_ = 0;
  int reached_ = 0;
  bool is_inside_ = false;
  bool has_ended_ = false;
};

}  // namespace er
