#include "explorer/truth.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "explorer/world.h"

namespace er::explorer {
namespace {

std::string Named(const Group& group) { return absl::StrCat(group.module, "/", group.key); }

}  // namespace

const Group* Truth::GroupOf(const std::string& job) const {
  const auto found = group_.find(job);
  return found == group_.end() ? nullptr : &found->second;
}

bool Truth::IsOf(const std::string& job, const Group& group) const {
  const Group* const whose = GroupOf(job);
  return whose != nullptr && *whose == group;
}

void Truth::Knows(const std::string& job, const Value& before, const Value& after) const {
  if (after.IsNull()) return;
  for (const char* name : {"start_time", "end_time", "metrics", "outputs", "error_message"}) {
    if (before[name].IsKnown() && after[name] != before[name]) {
      throw Violation(absl::StrCat("6: the state forgets ", name, " of ", job));
    }
  }
  if (before["end_time"].IsKnown() && after["status"] != before["status"]) {
    throw Violation(absl::StrCat("6: the state forgets the status of ", job));
  }
}

void Truth::Creates(const std::string& module, const std::string& address, int key) {
  const auto [pending, is_new] = pending_.emplace(std::pair(module, address), key);
  if (!is_new && pending->second == key) return;
  pending->second = key;
  ++creates_[{.module = module, .key = key}];
}

void Truth::Check(const Group& group) const {
  const auto jobs = std::count_if(group_.begin(), group_.end(),
                                  [&](const auto& job) { return job.second == group; });
  const auto creates = creates_.find(group);
  const int allowed = creates == creates_.end() ? 0 : creates->second;
  if (jobs > allowed) {
    throw Violation(absl::StrCat("1: ", jobs, " jobs for ", allowed, " creates of ", Named(group)));
  }
}

void Truth::Started(const std::string& job, const Group& group) {
  group_[job] = group;
  Check(group);
}

void Truth::Answered(const std::string& job, const Group& group) {
  const Group* const whose = GroupOf(job);
  if (whose == nullptr) {
    throw Violation(absl::StrCat("2: ", job, " is somebody else's, taken by ", Named(group)));
  }
  if (*whose != group) {
    throw Violation(absl::StrCat("2: ", job, " of ", Named(*whose), " taken by ", Named(group)));
  }
  const auto ended = ended_.find(job);
  if (ended != ended_.end() && ended->second) {
    throw Violation(absl::StrCat("4: ", job, ", whose run has ended, given to another create"));
  }
  ended_.erase(job);
}

void Truth::Ended(const std::string& module, const std::string& address, const std::string& job,
                  bool for_sure) {
  pending_.erase({module, address});
  bool& sure = ended_[job];
  sure = sure || for_sure;
}

void Truth::ForSure(const std::string& job) {
  const auto ended = ended_.find(job);
  if (ended != ended_.end()) ended->second = true;
}

void Truth::Forgets(const std::string& module,
                    const std::multimap<std::string, std::string>& shown) {
  std::erase_if(pending_, [&](const auto& pending) {
    if (pending.first.first != module) return false;
    const Group group{.module = module, .key = pending.second};
    const auto there = shown.equal_range(pending.first.second);
    return std::none_of(there.first, there.second, [&](const auto& object) {
      return IsOf(object.second, group) && !IsEnded(object.second);
    });
  });
}

void Truth::Shows(const std::string& module, const std::vector<std::string>& jobs) {
  shown_[module] = jobs;
  std::set<std::string> seen;
  for (const auto& [name, shown] : shown_) {
    for (const std::string& job : shown) {
      if (!seen.insert(job).second) {
        throw Violation(absl::StrCat("2: ", job, " is in two objects of the states"));
      }
    }
  }
}

}  // namespace er::explorer
