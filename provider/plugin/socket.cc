#include "plugin/socket.h"

#include <grp.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace er::plugin {
namespace {

constexpr absl::string_view kFolderName = "/terraform-plugin-XXXXXX";  // mkdtemp fills in the X
constexpr absl::string_view kSocketName = "/socket";
constexpr std::size_t kLongestPath = sizeof(sockaddr_un::sun_path) - 1;

// The group's number, from /etc/group alone: a static program cannot ask the system's name service.
std::optional<gid_t> GroupNumber(const std::string& group) {
  gid_t number = 0;
  if (absl::SimpleAtoi(group, &number)) return number;
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen("/etc/group", "re"), std::fclose);
  if (!file) return std::nullopt;
  while (const struct group* entry = fgetgrent(file.get())) {
    if (group == entry->gr_name) return entry->gr_gid;
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<SocketFolder> SocketFolder::Create(const Environment& environment) {
  std::vector<std::string> parents;
  for (const char* name : {"PLUGIN_UNIX_SOCKET_DIR", "TMPDIR"}) {
    if (std::optional<std::string> parent = environment.Variable(name)) parents.push_back(*parent);
  }
  parents.push_back("/tmp");

  std::string reasons;
  for (const std::string& parent : parents) {
    std::string folder = absl::StrCat(parent, kFolderName);
    if (folder.size() + kSocketName.size() > kLongestPath) {
      absl::StrAppend(&reasons, "; ", parent, ": too long for a socket's path");
    } else if (mkdtemp(folder.data()) == nullptr) {
      absl::StrAppend(&reasons, "; ", absl::ErrnoToStatus(errno, parent).message());
    } else {
      return SocketFolder(folder);
    }
  }
  return absl::FailedPreconditionError(
      absl::StrCat("no folder for the plugin's socket", reasons, ". Set TMPDIR to one."));
}

SocketFolder::SocketFolder(absl::string_view folder)
    : folder_(folder), socket_path_(absl::StrCat(folder, kSocketName)) {}

SocketFolder::SocketFolder(SocketFolder&& other) noexcept
    : folder_(std::exchange(other.folder_, {})), socket_path_(std::move(other.socket_path_)) {}

SocketFolder::~SocketFolder() {
  if (folder_.empty()) return;
  unlink(socket_path_.c_str());
  rmdir(folder_.c_str());
}

absl::Status SocketFolder::ShareWithGroup(const Environment& environment) const {
  const std::optional<std::string> group = environment.Variable("PLUGIN_UNIX_SOCKET_GROUP");
  if (!group) return absl::OkStatus();
  const std::optional<gid_t> number = GroupNumber(*group);
  if (!number) {
    return absl::NotFoundError(
        absl::StrCat("PLUGIN_UNIX_SOCKET_GROUP: there is no group \"", *group, "\""));
  }
  constexpr uid_t kSameUser = static_cast<uid_t>(-1);
  if (chown(folder_.c_str(), kSameUser, *number) != 0 || chmod(folder_.c_str(), 0710) != 0 ||
      chown(socket_path_.c_str(), kSameUser, *number) != 0 ||
      chmod(socket_path_.c_str(), 0660) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("sharing ", socket_path_, " with ", *group));
  }
  return absl::OkStatus();
}

}  // namespace er::plugin
