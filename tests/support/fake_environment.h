// An environment of a test's own: the variables and files that it sets, and nothing else.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "base/environment.h"

namespace er {

class FakeEnvironment : public Environment {
 public:
  std::map<std::string, std::string> variables{};
  std::map<std::string, std::string> files{};
  std::map<std::string, absl::Status> failures{};  // of files that are there and cannot be read

  // Called before each look at a file: another process may have changed it.
  std::function<void()> before_reading{};

  std::optional<std::string> Variable(const std::string& name) const override {
    const auto found = variables.find(name);
    if (found == variables.end() || found->second.empty()) return std::nullopt;
    return found->second;
  }

  std::map<std::string, std::string> VariablesThatBegin(const std::string& prefix) const override {
    std::map<std::string, std::string> found;
    for (const auto& [name, value] : variables) {
      if (name.size() > prefix.size() && name.compare(0, prefix.size(), prefix) == 0) {
        found.emplace(name.substr(prefix.size()), value);
      }
    }
    return found;
  }

  absl::StatusOr<std::string> ReadFile(const std::string& path) const override {
    if (before_reading) before_reading();
    const auto found = files.find(path);
    if (found != files.end()) return found->second;
    const auto failure = failures.find(path);
    if (failure != failures.end()) return failure->second;
    return absl::NotFoundError("No such file or directory");
  }

  std::string working_folder = "/home/me/project";

  std::string WorkingFolder() const override { return working_folder; }
};

}  // namespace er
