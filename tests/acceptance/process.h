// A program that a test runs beside itself: started in its own process group, as a shell at a
// terminal does, and killed when the test ends, however it ends.
#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace er::acceptance {

struct ProcessOptions {
  std::vector<std::string> command{};
  std::map<std::string, std::string> environment{};  // all of it
  std::string folder{};                              // to work in
  std::string output{};                              // the file for what it prints, both streams
};

class Process {
 public:
  explicit Process(ProcessOptions options);
  Process(Process&& other) noexcept;
  Process& operator=(Process&&) = delete;
  ~Process();  // kills the group

  pid_t pid() const { return pid_; }
  // What it has printed so far.
  std::string Output() const;

  // Waits for the end, up to a minute, and returns the exit code, or 128 + the signal's number.
  // Kills it, and fails the test, if it takes longer.
  int AwaitExit();

  void Signal(int number) const;  // to the process alone
  void Interrupt() const;         // SIGINT to the whole group, as Ctrl-C sends it

  // The processes that this one has started whose program's name begins so.
  std::vector<pid_t> Children(const std::string& name) const;

 private:
  pid_t pid_ = -1;
  std::string output_;
  std::optional<int> exit_;
};

std::string ReadFile(const std::string& path);  // empty where there is none
void WriteFile(const std::string& path, const std::string& text);

}  // namespace er::acceptance
