// Measures how long programs take from exec to their first line on stdout: what a host waits for at
// each launch of a plugin.
//
//   launch ROUNDS PROGRAM...    prints the median for each program, in microseconds, a line each
//
// The programs take turns, so that what else the machine does falls on all of them alike. Each runs
// in the environment of this program and is killed after its line.
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void Fail(const char* what) {
  std::perror(what);
  std::exit(EXIT_FAILURE);
}

double MicrosecondsToFirstLine(char* program) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) Fail("pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&actions, ends[0]);
  posix_spawn_file_actions_addclose(&actions, ends[1]);
  std::array<char*, 2> arguments = {program, nullptr};

  const Clock::time_point start = Clock::now();
  pid_t child = 0;
  // posix_spawn and not fork: a copy of this process would be part of what is measured.
  if (posix_spawn(&child, program, &actions, nullptr, arguments.data(), environ) != 0) {
    Fail(program);
  }
  close(ends[1]);
  bool line = false;
  std::array<char, 4096> text{};
  while (!line) {
    const ssize_t count = read(ends[0], text.data(), text.size());
    if (count <= 0) break;
    line = std::find(text.data(), text.data() + count, '\n') != text.data() + count;
  }
  const Clock::duration taken = Clock::now() - start;

  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  close(ends[0]);
  posix_spawn_file_actions_destroy(&actions);
  if (!line) {
    std::fprintf(stderr, "%s ended without a line on stdout\n", program);
    std::exit(EXIT_FAILURE);
  }
  return std::chrono::duration<double, std::micro>(taken).count();
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 2 ? std::atoi(argv[1]) : 0;
  if (rounds < 1) {
    std::fputs("usage: launch ROUNDS PROGRAM...\n", stderr);
    return EXIT_FAILURE;
  }
  std::vector<std::vector<double>> taken(static_cast<std::size_t>(argc - 2));
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < taken.size(); ++i) {
      taken[i].push_back(MicrosecondsToFirstLine(argv[i + 2]));
    }
  }
  for (std::vector<double>& times : taken) {
    std::nth_element(times.begin(), times.begin() + rounds / 2, times.end());
    std::printf("%.0f\n", times[static_cast<std::size_t>(rounds / 2)]);
  }
}
