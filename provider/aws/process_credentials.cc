#include "aws/process_credentials.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "aws/credentials_json.h"
#include "aws/shell_words.h"
#include "base/status.h"

namespace er::aws {
namespace {

constexpr std::size_t kLargestOutput = 1 << 20;

// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { Close(); }
  int get() const { return number_; }
  void Close() {
    if (number_ >= 0) close(number_);
    number_ = -1;
  }

 private:
  int number_;
};

// Starts the program in a process group of its own, with `output` as its standard output.
absl::StatusOr<pid_t> Spawn(const std::vector<std::string>& words, int output) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  const absl::Cleanup destroy = [&] {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  };
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  // What it complains of may hold a secret, and would end up in Terraform's log.
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);

  sigset_t ignored_here;
  sigemptyset(&ignored_here);
  for (const int signal : {SIGINT, SIGPIPE, SIGTERM}) sigaddset(&ignored_here, signal);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigdefault(&attributes, &ignored_here);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);

  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int failure =
      posix_spawnp(&child, words[0].c_str(), &files, &attributes, arguments.data(), environ);
  if (failure != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(words[0], " cannot be run: ", std::strerror(failure)));
  }
  return child;
}

// Ends the group of the program, its children with it, and takes its exit status.
int EndAndReap(pid_t child) {
  kill(-child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace

absl::StatusOr<std::string> RunProgram(const std::vector<std::string>& words,
                                       absl::Duration timeout, std::stop_token stop) {
  if (words.empty() || words[0].empty()) {
    return absl::FailedPreconditionError("the command is empty");
  }
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "pipe");
  Descriptor output(ends[0]);
  Descriptor child_end(ends[1]);
  Descriptor stopped(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  ASSIGN_OR_RETURN(const pid_t child, Spawn(words, child_end.get()));
  child_end.Close();
  Descriptor exited(static_cast<int>(syscall(SYS_pidfd_open, child, 0)));
  const std::stop_callback wake(stop, [&] { eventfd_write(stopped.get(), 1); });

  const absl::Time deadline = absl::Now() + timeout;
  std::string text;
  absl::Status failure = absl::OkStatus();
  bool running = true;
  while (failure.ok()) {
    std::array<pollfd, 3> events = {pollfd{output.get(), POLLIN, 0},
                                    pollfd{stopped.get(), POLLIN, 0},
                                    pollfd{running ? exited.get() : -1, POLLIN, 0}};
    // Once the program is gone, what it left in the pipe is taken; its children are not waited for.
    const absl::Duration left = running ? deadline - absl::Now() : absl::ZeroDuration();
    const int ready =
        poll(events.data(), events.size(),
             static_cast<int>(std::max<std::int64_t>(0, absl::ToInt64Milliseconds(left))));
    if (ready < 0 && errno == EINTR) continue;
    if (events[1].revents != 0) {
      failure = absl::CancelledError(absl::StrCat(words[0], " was cancelled"));
    } else if (events[0].revents != 0) {
      std::array<char, 4096> block{};
      const ssize_t size = read(output.get(), block.data(), block.size());
      if (size <= 0) break;
      text.append(block.data(), static_cast<std::size_t>(size));
      if (text.size() > kLargestOutput) {
        failure = absl::FailedPreconditionError(absl::StrCat(words[0], " prints too much"));
      }
    } else if (events[2].revents != 0) {
      running = false;
    } else if (!running) {
      break;
    } else {
      failure = absl::DeadlineExceededError(
          absl::StrCat(words[0], " did not end within ", absl::FormatDuration(timeout)));
    }
  }
  if (failure.ok() && running) {
    // It closed its output and is about to end.
    pollfd event{exited.get(), POLLIN, 0};
    const absl::Duration left = deadline - absl::Now();
    poll(&event, 1, static_cast<int>(std::max<std::int64_t>(0, absl::ToInt64Milliseconds(left))));
  }
  const int status = EndAndReap(child);
  if (!failure.ok()) return failure;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return text;
  return absl::FailedPreconditionError(
      WIFEXITED(status) ? absl::StrCat(words[0], " ended with exit status ", WEXITSTATUS(status),
                                       "; run the credential_process by hand to see why")
                        : absl::StrCat(words[0], " was ended by signal ", WTERMSIG(status)));
}

absl::StatusOr<Credentials> ProcessCredentials::Get(std::stop_token stop) {
  ASSIGN_OR_RETURN(const std::vector<std::string> words, SplitWords(command_));
  ASSIGN_OR_RETURN(const std::string text, RunProgram(words, timeout_, std::move(stop)));
  const nlohmann::json object = nlohmann::json::parse(text, nullptr, false);
  if (!object.is_object() || object.value("Version", nlohmann::json()) != 1) {
    return absl::FailedPreconditionError(
        absl::StrCat(words[0], " did not print a JSON object with \"Version\": 1"));
  }
  ASSIGN_OR_RETURN(Credentials credentials, ParseCredentialsJson(text, "SessionToken"));
  credentials.source = "credential_process";
  return credentials;
}

}  // namespace er::aws
