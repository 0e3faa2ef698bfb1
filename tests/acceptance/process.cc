#include "acceptance/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace er::acceptance {
namespace {

constexpr int kPatienceMs = 60'000;

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

Process::Process(ProcessOptions options) : output_(options.output) {
  std::vector<std::string> variables;
  for (const auto& [name, value] : options.environment) {
    variables.push_back(absl::StrCat(name, "=", value));
  }
  const std::vector<char*> arguments = Pointers(options.command);
  const std::vector<char*> environment = Pointers(variables);
  pid_ = fork();
  if (pid_ == 0) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGINT, SIG_DFL);  // whoever runs tests in the background ignores it
    const int file = open(output_.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
    const int nothing = open("/dev/null", O_RDONLY);
    if (dup2(nothing, 0) < 0 || dup2(file, 1) < 0 || dup2(file, 2) < 0) _exit(126);
    if (chdir(options.folder.c_str()) != 0) _exit(126);
    execvpe(arguments[0], arguments.data(), environment.data());
    _exit(127);
  }
  setpgid(pid_, pid_);  // whoever of the two comes first
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), output_(std::move(other.output_)), exit_(other.exit_) {}

Process::~Process() {
  if (pid_ < 0) return;
  kill(-pid_, SIGKILL);
  if (!exit_.has_value()) waitpid(pid_, nullptr, 0);
}

std::string Process::Output() const { return ReadFile(output_); }

int Process::AwaitExit() {
  if (exit_.has_value()) return *exit_;
  const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  pollfd ended{.fd = pidfd, .events = POLLIN, .revents = 0};
  if (poll(&ended, 1, kPatienceMs) <= 0) {
    ADD_FAILURE() << "the process does not end; it has printed:\n" << Output();
    kill(-pid_, SIGKILL);
  }
  close(pidfd);
  int status = 0;
  waitpid(pid_, &status, 0);
  exit_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return *exit_;
}

void Process::Signal(int number) const { kill(pid_, number); }

void Process::Interrupt() const { kill(-pid_, SIGINT); }

std::vector<pid_t> Process::Children(const std::string& name) const {
  std::vector<pid_t> children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    pid_t pid = 0;
    if (!absl::SimpleAtoi(entry.path().filename().string(), &pid)) continue;
    std::istringstream status(ReadFile(absl::StrCat("/proc/", pid, "/status")));
    bool is_named = false;
    bool is_child = false;
    for (std::string line; std::getline(status, line);) {
      if (absl::StartsWith(line, absl::StrCat("Name:\t", name))) is_named = true;
      if (line == absl::StrCat("PPid:\t", pid_)) is_child = true;
    }
    if (is_named && is_child) children.push_back(pid);
  }
  return children;
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void WriteFile(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream file(path);
  file << text;
  ASSERT_TRUE(file.flush()) << path;
}

}  // namespace er::acceptance
