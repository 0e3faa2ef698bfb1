// What the user can expect, told without looking into any process: how many jobs there may be, and
// whose each is.
//
// What the user calls one create begins with the first apply that creates a run at an address with
// certain settings, and goes on, through kills, time-outs and replacements, until the user can know
// its end: a state shows the run as finished or failed, or the run was destroyed, replaced by other
// settings, or taken out of the state by hand.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "value/value.h"

namespace er::explorer {

// Whose runs are alike: those of one state with the same settings. They may change places.
struct Group {
  std::string module;
  int key = 0;

  auto operator<=>(const Group&) const = default;
};

class Truth {
 public:
  // A create begins, at an address.
  void Creates(const std::string& module, const std::string& address, int key);
  // The service has started a job for a create of this group.
  void Started(const std::string& job, const Group& group);
  // A create has answered with this job.
  void Answered(const std::string& job, const Group& group);
  // The user can know the end of the run at this address, and of its job. Not `for_sure` as long as
  // Terraform may have died, or not have uploaded it: then a create may take the job up once more.
  void Ended(const std::string& module, const std::string& address, const std::string& job,
             bool for_sure);
  // A state is saved: what it shows of the jobs, but for objects that are about to go.
  void Shows(const std::string& module, const std::vector<std::string>& jobs);
  void ForSure(const std::string& job);
  // All that a module still knows is its state, which shows these jobs, by address.
  void Forgets(const std::string& module, const std::multimap<std::string, std::string>& shown);
  // The user has put it back into a state.
  void Revives(const std::string& job) { ended_.erase(job); }
  // What a state knew of a job's end, it knows for good.
  void Knows(const std::string& job, const Value& before, const Value& after) const;

  bool IsEnded(const std::string& job) const { return ended_.contains(job); }
  const Group* GroupOf(const std::string& job) const;
  bool IsOf(const std::string& job, const Group& group) const;
  int jobs() const { return static_cast<int>(group_.size()); }

 private:
  void Check(const Group& group) const;

  std::map<std::pair<std::string, std::string>, int> pending_;  // module and address: the key
  std::map<Group, int> creates_;
  std::map<std::string, Group> group_;                     // of a job
  std::map<std::string, bool> ended_;                      // a job; for sure
  std::map<std::string, std::vector<std::string>> shown_;  // by module
};

}  // namespace er::explorer
