// A history: what was typed, one command after the other, and the seed that decides everything
// else. Random ones are made, played, and, where a promise does not hold, made shorter.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace er::explorer {

struct History {
  unsigned seed = 0;         // of what goes wrong, and of who goes first
  int faults = 0;            // that may happen in the middle
  double fault_rate = 0.01;  // at each step, while any are left
  std::vector<std::string> commands{};

  // The world.
  bool in_local_file = true;  // the state of module A; that of B is in a backend
  bool knows_deaths = true;   // the journal is a folder
  bool is_cbd = false;        // create_before_destroy
  bool tells_apply = true;
  bool journal_faults = false;
  int lag = 0;  // of the list, in seconds
  int quota = 1;
};

// What a history came to.
struct Outcome {
  std::string violation{};  // empty: all promises held
  std::vector<std::string> story{};
  // After the last command: how many jobs there are, and by which command those were started that
  // module A's state shows, such as "3 jobs; a of command 2, b of command 4".
  std::string result{};
};

History RandomHistory(unsigned seed);
Outcome Play(const History& history);

// A shorter history with a violation of the same promise.
History Shrink(const History& history, const std::string& violation);

// As it is written in a test.
std::string ToCode(const History& history);

}  // namespace er::explorer
