#include "base/environment.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace er {
namespace {

constexpr std::uintmax_t kLargestFile = 16 << 20;

class RealEnvironment final : public Environment {
 public:
  std::optional<std::string> Variable(const std::string& name) const override {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr || *value == '\0') return std::nullopt;
    return value;
  }

  absl::StatusOr<std::string> ReadFile(const std::string& path) const override {
    std::error_code error;
    const std::filesystem::file_status status = std::filesystem::status(path, error);
    if (status.type() == std::filesystem::file_type::directory) {
      return absl::FailedPreconditionError(absl::StrCat(path, ": is a folder"));
    }
    if (std::filesystem::is_regular_file(status) &&
        std::filesystem::file_size(path, error) > kLargestFile) {
      return absl::FailedPreconditionError(absl::StrCat(path, ": is larger than 16 MiB"));
    }
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file) return absl::ErrnoToStatus(errno, path);
    std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (file.bad()) return absl::ErrnoToStatus(errno, path);
    return text;
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
