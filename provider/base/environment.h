// The one door to environment variables and small files, so that a test brings a world of its own
// (tests/support/fake_environment.h) and nothing reads the developer's credentials by accident.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace er {

// Safe for concurrent use.
class Environment {
 public:
  Environment() = default;
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  virtual ~Environment() = default;

  // The variable's value; nothing where it is unset or empty, as the AWS tools have it.
  virtual std::optional<std::string> Variable(const std::string& name) const = 0;

  // The variables whose names begin like this and go on, by the rest of the name; empty ones, too.
  virtual std::map<std::string, std::string> VariablesThatBegin(
      const std::string& prefix) const = 0;

  // The whole file. kNotFound where there is none; kPermissionDenied, kFailedPrecondition (a
  // folder, over 16 MiB) or another code otherwise. The message is the reason alone, as in "No such
  // file or directory": what a variable names by mistake may be a secret, not a path.
  virtual absl::StatusOr<std::string> ReadFile(const std::string& path) const = 0;

  // The absolute path of the folder that relative paths are in.
  virtual std::string WorkingFolder() const = 0;
};

// The process's own. Lives as long as the process.
const Environment& ProcessEnvironment();

}  // namespace er
