#include "plugin/lifetime.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <utility>

namespace er::plugin {
namespace {

// The writing and the reading end of a pipe on which each byte is an Ending. Global because a
// signal handler cannot be given anything; open until the process ends.
std::atomic<int> endings_in = -1;
std::atomic<int> endings_out = -1;

// Safe in a signal handler.
void Announce(Ending ending) {
  const int saved_errno = errno;
  const char byte = static_cast<char>(ending);
  // A full pipe already says what is to be said.
  [[maybe_unused]] const ssize_t written = write(endings_in, &byte, 1);
  errno = saved_errno;
}

void OnSignal(int /*signal*/) { Announce(Ending::kSignal); }

// A handler, unlike a blocked signal, is not inherited by the programs that the plugin runs.
void EndOn(int signal) {
  struct sigaction action {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESTART;
  sigaction(signal, &action, nullptr);
}

}  // namespace

absl::StatusOr<Lifetime> Lifetime::Create(pid_t host) {
  std::array<int, 2> pipe{};
  if (pipe2(pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0) return absl::ErrnoToStatus(errno, "pipe2");
  endings_out = pipe[0];
  endings_in = pipe[1];
  EndOn(SIGTERM);
  return Lifetime(host);
}

absl::StatusOr<Lifetime> Lifetime::OfPlugin() {
  signal(SIGINT, SIG_IGN);
  return Create(getppid());
}

absl::StatusOr<Lifetime> Lifetime::OfDebugServer() {
  absl::StatusOr<Lifetime> lifetime = Create(0);
  if (lifetime.ok()) EndOn(SIGINT);
  return lifetime;
}

Lifetime::Lifetime(pid_t host) : host_(host) {
  // glibc 2.36 declares its own pidfd_open() for C only.
  if (host != 0) host_fd_ = static_cast<int>(syscall(SYS_pidfd_open, host, 0));
}

Lifetime::Lifetime(Lifetime&& other) noexcept
    : host_(other.host_), host_fd_(std::exchange(other.host_fd_, -1)) {}

Lifetime::~Lifetime() {
  if (host_fd_ >= 0) close(host_fd_);
}

void Lifetime::Shutdown() const { Announce(Ending::kShutdown); }

// Also true if the host died before there was a descriptor for it. (That the parent has number 1
// means nothing: in a container, that may be Terraform.)
bool Lifetime::HostIsGone() const { return host_ != 0 && getppid() != host_; }

Ending Lifetime::Await() const {
  std::array<pollfd, 2> watched = {{{endings_out, POLLIN, 0}, {host_fd_, POLLIN, 0}}};
  // Without a descriptor of the host, its child has to look now and then.
  const int interval_ms = host_ != 0 && host_fd_ < 0 ? 1000 : -1;
  while (!HostIsGone()) {
    poll(watched.data(), watched.size(), interval_ms);
    char byte = 0;
    if (read(endings_out, &byte, 1) == 1) return static_cast<Ending>(byte);
    if (watched[1].revents != 0) break;
  }
  return Ending::kOrphaned;
}

}  // namespace er::plugin
