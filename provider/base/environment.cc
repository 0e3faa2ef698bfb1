#include "base/environment.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"

namespace er {
namespace {

constexpr std::size_t kLargestFile = 16 << 20;

absl::Status Failure(int error) {
  if (error == EISDIR) return absl::FailedPreconditionError("it is a folder");
  return {absl::ErrnoToStatusCode(error), std::strerror(error)};
}

class RealEnvironment final : public Environment {
 public:
  std::optional<std::string> Variable(const std::string& name) const override {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr || *value == '\0') return std::nullopt;
    return value;
  }

  std::map<std::string, std::string> VariablesThatBegin(const std::string& prefix) const override {
    std::map<std::string, std::string> variables;
    for (char** entry = environ; *entry != nullptr; ++entry) {
      absl::string_view text = *entry;
      const std::size_t end = text.find('=');
      if (end == absl::string_view::npos || end <= prefix.size()) continue;
      if (!absl::StartsWith(text, prefix)) continue;
      variables.emplace(text.substr(prefix.size(), end - prefix.size()), text.substr(end + 1));
    }
    return variables;
  }

  absl::StatusOr<std::string> ReadFile(const std::string& path) const override {
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return Failure(errno);
    const absl::Cleanup close_file = [file] { close(file); };
    std::string text;
    std::array<char, 16 << 10> block{};
    while (true) {
      const ssize_t size = read(file, block.data(), block.size());
      if (size < 0 && errno == EINTR) continue;
      if (size < 0) return Failure(errno);
      if (size == 0) return text;
      text.append(block.data(), static_cast<std::size_t>(size));
      // Counted, since a device or a pipe does not tell its size.
      if (text.size() > kLargestFile) return absl::FailedPreconditionError("larger than 16 MiB");
    }
  }

  std::string WorkingFolder() const override {
    std::error_code error;
    return std::filesystem::current_path(error).string();
  }
};

}  // namespace

const Environment& ProcessEnvironment() {
  static const RealEnvironment environment;
  return environment;
}

}  // namespace er
