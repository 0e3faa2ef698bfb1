#include "plugin/crash.h"

#include <cxxabi.h>
#include <execinfo.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <typeinfo>

#include "absl/strings/str_cat.h"
#include "base/check.h"

namespace er::plugin {
namespace {

// Everything here that a signal handler calls is safe in one: no allocation, no locks, write(2).

struct Crash {
  int signal;
  const char* meaning;
};
constexpr std::array<Crash, 5> kCrashes = {{
    {SIGSEGV, "SIGSEGV: invalid memory reference"},
    {SIGABRT, "SIGABRT: the program found itself in an impossible state"},
    {SIGBUS, "SIGBUS: invalid memory access"},
    {SIGFPE, "SIGFPE: invalid arithmetic"},
    {SIGILL, "SIGILL: invalid instruction"},
}};

// Set by the thread that reports; what ends the program and the abort that follows it are one
// crash.
std::atomic_flag reported = ATOMIC_FLAG_INIT;

void Print(const char* text) {
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text, std::strlen(text));
}

void Report(const char* what) {
  Print("panic: ");
  Print(what);
  Print("\n\nThis is a bug in the provider; please report it with the lines below.\n\n");
  std::array<void*, 64> calls{};
  backtrace_symbols_fd(calls.data(), backtrace(calls.data(), static_cast<int>(calls.size())),
                       STDERR_FILENO);
}

void OnCrash(int number) {
  if (!reported.test_and_set()) {
    const char* what = "a signal";
    for (const Crash& crash : kCrashes) {
      if (crash.signal == number) what = crash.meaning;
    }
    Report(what);
  }
  // The handler is gone (SA_RESETHAND) and the signal is not blocked (SA_NODEFER).
  raise(number);
}

void OnFailedCheck(const char* sentence) {
  if (!reported.test_and_set()) Report(sentence);
}

[[noreturn]] void OnTerminate() {
  if (!reported.test_and_set()) {
    const std::type_info* type = abi::__cxa_current_exception_type();
    if (type == nullptr) {
      Report("std::terminate without an exception");
    } else {
      // No signal handler yet: allocating is allowed.
      const char* name = abi::__cxa_demangle(type->name(), nullptr, nullptr, nullptr);
      Report(
          absl::StrCat("an exception that nobody caught: ", name != nullptr ? name : type->name())
              .c_str());
    }
  }
  std::abort();
}

}  // namespace

void InstallCrashReport() {
  // The first call may allocate, to load the unwinder; the one in the handler must not.
  void* call = nullptr;
  backtrace(&call, 1);

  std::set_terminate(OnTerminate);
  ReportFailedChecksWith(OnFailedCheck);
  struct sigaction action {};
  action.sa_handler = OnCrash;
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_NODEFER;
  for (const Crash& crash : kCrashes) sigaction(crash.signal, &action, nullptr);
}

}  // namespace er::plugin
