// When the plugin's process is to end: because the host says so, by a signal, or because the host
// is no more. Called by `serve.h`.
#pragma once

#include <sys/types.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace er::plugin {

enum class Ending {
  kShutdown,  // the host asked
  kSignal,    // SIGTERM; in debug mode SIGINT too
  kOrphaned,  // the host died: nobody would ever ask
};

// One per process: signals are the process's. Its signal handlers stay, and do nothing, after it
// is gone.
class Lifetime {
 public:
  // Watches the process that started this one. SIGINT is ignored from now on: Ctrl-C goes to the
  // whole process group, and it is for the host to tell the plugin what to do about it.
  static absl::StatusOr<Lifetime> OfPlugin();

  // Started by a person, who ends it by Ctrl-C and may close its terminal.
  static absl::StatusOr<Lifetime> OfDebugServer();

  Lifetime(Lifetime&& other) noexcept;
  Lifetime& operator=(Lifetime&&) = delete;
  ~Lifetime();

  // From any thread: Await() returns soon after.
  void Shutdown() const;

  Ending Await() const;

 private:
  explicit Lifetime(pid_t host);
  static absl::StatusOr<Lifetime> Create(pid_t host);
  bool HostIsGone() const;

  pid_t host_;        // 0: not watched
  int host_fd_ = -1;  // readable when the host ends; -1: the kernel has no such thing
};

}  // namespace er::plugin
