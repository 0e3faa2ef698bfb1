#include "aws/process_credentials.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>
#include <thread>

#include "absl/algorithm/container.h"
#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "aws/credentials_json.h"
#include "aws/shell_words.h"
#include "base/status.h"
#include "base/utf8.h"
#include "http/mask.h"
#include "re2/re2.h"

namespace er::aws {
namespace {

constexpr std::size_t kLargestOutput = 1 << 20;
constexpr std::size_t kLargestError = 64 << 10;
constexpr std::size_t kLongestLine = 400;
// How many blocks are taken from the pipes of a program that has ended.
constexpr std::size_t kMostLeftBehind = 1024;

// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { Take(-1); }
  int get() const { return number_; }
  void Take(int number) {
    if (number_ >= 0) close(number_);
    number_ = number;
  }

 private:
  int number_;
};

struct Pipe {
  Pipe() {
    std::array<int, 2> ends = {-1, -1};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) failure = absl::ErrnoToStatus(errno, "pipe");
    out.Take(ends[0]);
    in.Take(ends[1]);
  }
  absl::Status failure = absl::OkStatus();
  Descriptor out{};
  Descriptor in{};
};

// Starts the program in a process group of its own, with these as its standard output and error.
absl::StatusOr<pid_t> Spawn(const std::vector<std::string>& words, int output, int error) {
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
  posix_spawn_file_actions_adddup2(&files, error, STDERR_FILENO);
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
    return absl::FailedPreconditionError(absl::StrCat("cannot be run: ", std::strerror(failure)));
  }
  return child;
}

// What a program printed, as far as it was read.
struct Printed {
  std::string output{};
  std::string error{};  // its end
};

// Takes what is there to be read, and closes the descriptor at its end.
void Read(Descriptor& from, std::string& into) {
  std::array<char, 4096> block{};
  const ssize_t size = read(from.get(), block.data(), block.size());
  if (size > 0) {
    into.append(block.data(), static_cast<std::size_t>(size));
  } else {
    from.Take(-1);
  }
}

// Reads what the program prints until it has ended; `exited` and `stopped` are readable when it has
// and when we are to stop. Its children, which may have its output and go on, are not waited for.
absl::Status ReadUntilExit(Descriptor& output, Descriptor& error, int exited, int stopped,
                           absl::Duration timeout, Printed& printed) {
  const absl::Time deadline = absl::Now() + timeout;
  bool running = true;
  for (std::size_t left_behind = 0; left_behind < kMostLeftBehind; left_behind += running ? 0 : 1) {
    std::array<pollfd, 4> events = {
        pollfd{stopped, POLLIN, 0}, pollfd{running ? exited : -1, POLLIN, 0},
        pollfd{output.get(), POLLIN, 0}, pollfd{error.get(), POLLIN, 0}};
    const absl::Duration left = running ? deadline - absl::Now() : absl::ZeroDuration();
    const int ready =
        poll(events.data(), events.size(),
             static_cast<int>(std::max<std::int64_t>(0, absl::ToInt64Milliseconds(left))));
    if (ready < 0 && errno == EINTR) continue;
    if (events[0].revents != 0) return absl::CancelledError("was interrupted");
    if (events[2].revents != 0) Read(output, printed.output);
    if (events[3].revents != 0) Read(error, printed.error);
    if (printed.output.size() > kLargestOutput) {
      return absl::FailedPreconditionError("prints too much");
    }
    if (printed.error.size() > kLargestError) {
      printed.error.erase(0, printed.error.size() - kLargestError);
    }
    if (ready == 0 && running) {
      return absl::DeadlineExceededError(
          absl::StrCat("did not end within ", absl::FormatDuration(timeout)));
    }
    if (ready == 0) break;
    if (events[1].revents != 0) running = false;
  }
  return absl::OkStatus();
}

int Reap(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

// What may be secret of what a program complains about: what it printed, the keys for instance, and
// what it was called with.
std::vector<Secret> SecretsOf(const std::vector<std::string>& words, absl::string_view output) {
  std::vector<Secret> secrets;
  for (const absl::string_view piece :
       absl::StrSplit(output, absl::ByAnyChar(" \t\r\n\"'{}[],:="), absl::SkipEmpty())) {
    secrets.emplace_back(std::string(piece));
  }
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::size_t value = words[i].find('=') + 1;  // 0 where there is none
    if (value > 0 || words[i].front() != '-') secrets.emplace_back(words[i].substr(value));
  }
  return secrets;
}

// `line` without what looks like a key or a token that only the program knows: long words of
// capitals, small letters and digits.
std::string WithoutKeys(absl::string_view line) {
  constexpr std::size_t kKeyLength = 24;
  const auto is_part = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::StrContains("+/_=-", c);
  };
  std::string shown;
  while (!line.empty()) {
    const auto* const end = absl::c_find_if_not(line, is_part);
    const absl::string_view word = line.substr(0, static_cast<std::size_t>(end - line.begin()));
    const bool is_key = word.size() >= kKeyLength && absl::c_any_of(word, absl::ascii_isupper) &&
                        absl::c_any_of(word, absl::ascii_islower) &&
                        absl::c_any_of(word, absl::ascii_isdigit);
    absl::StrAppend(&shown, is_key ? http::kMasked : word);
    line.remove_prefix(word.size());
    absl::StrAppend(&shown, line.substr(0, 1));
    line.remove_prefix(std::min<std::size_t>(1, line.size()));
  }
  return shown;
}

// The last line that the program wrote to its standard error, as far as it may be shown.
std::string LastWords(const std::vector<std::string>& words, const Printed& printed) {
  std::string last;
  for (const absl::string_view line : absl::StrSplit(printed.error, '\n')) {
    if (!absl::StripAsciiWhitespace(line).empty())
      last = std::string(absl::StripAsciiWhitespace(line));
  }
  last = http::Masked(last, SecretsOf(words, printed.output));
  static const RE2 named(R"re((?i)((?:secret|password|passwd|token|key)\w*["']?\s*[:=]\s*)\S+)re");
  RE2::GlobalReplace(&last, named, R"(\1***)");
  return ToPrintable(WithoutKeys(last).substr(0, kLongestLine));
}

}  // namespace

absl::StatusOr<std::string> RunProgram(const std::vector<std::string>& words,
                                       absl::Duration timeout, std::stop_token stop) {
  if (words.empty() || words[0].empty()) return absl::FailedPreconditionError("has no name");
  Pipe output;
  Pipe error;
  RETURN_IF_ERROR(output.failure);
  RETURN_IF_ERROR(error.failure);
  Descriptor stopped(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  Descriptor exited(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  ASSIGN_OR_RETURN(const pid_t child, Spawn(words, output.in.get(), error.in.get()));
  output.in.Take(-1);
  error.in.Take(-1);
  const std::stop_callback wake(stop, [&] { eventfd_write(stopped.get(), 1); });
  // A thread, since there are kernels and containers without pidfd_open().
  std::jthread waiting([&] {
    siginfo_t ended{};
    while (waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT) != 0 &&
           errno == EINTR) {
    }
    eventfd_write(exited.get(), 1);
  });

  Printed printed;
  const absl::Status failure =
      ReadUntilExit(output.out, error.out, exited.get(), stopped.get(), timeout, printed);
  // Only then: what a program that has ended left behind, such as an agent, is meant to live on.
  if (!failure.ok()) kill(-child, SIGKILL);
  waiting.join();
  const int status = Reap(child);
  if (!failure.ok()) return failure;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return std::move(printed.output);
  const std::string why = LastWords(words, printed);
  return absl::FailedPreconditionError(
      absl::StrCat(WIFEXITED(status) ? absl::StrCat("ended with exit status ", WEXITSTATUS(status))
                                     : absl::StrCat("was ended by signal ", WTERMSIG(status)),
                   why.empty() ? "; run it by hand to see why" : absl::StrCat(": ", why)));
}

absl::StatusOr<Credentials> ProcessCredentials::Get(std::stop_token stop) {
  const auto named = [&](const absl::Status& status) {
    return absl::Status(status.code(),
                        absl::StrCat("the program of ", profile_, " ", status.message()));
  };
  const absl::StatusOr<std::vector<std::string>> words = SplitWords(command_);
  if (!words.ok())
    return named(
        absl::InvalidArgumentError("cannot be run: its command has a quote without an end"));
  const absl::StatusOr<std::string> text = RunProgram(*words, timeout_, std::move(stop));
  if (!text.ok()) return named(text.status());
  const nlohmann::json object = nlohmann::json::parse(*text, nullptr, false);
  if (!object.is_object() || object.value("Version", nlohmann::json()) != 1) {
    return named(absl::FailedPreconditionError("did not print a JSON object with \"Version\": 1"));
  }
  ASSIGN_OR_RETURN(Credentials credentials, ParseCredentialsJson(*text, "SessionToken"));
  credentials.source = "credential_process";
  return credentials;
}

}  // namespace er::aws
