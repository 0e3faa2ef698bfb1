// Where the plugin listens: a Unix socket in a folder of its own that only this user may enter.
// The socket is created by the umask, so the folder is what protects it. Called by `serve.h`.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/environment.h"

namespace er::plugin {

// Owns the folder; removes it, and the socket in it, when it goes.
class SocketFolder {
 public:
  // Makes a fresh folder of mode 0700 in PLUGIN_UNIX_SOCKET_DIR, TMPDIR or /tmp: the first of them
  // where that works and the path is short enough for a socket's address.
  static absl::StatusOr<SocketFolder> Create(const Environment& environment);

  SocketFolder(SocketFolder&& other) noexcept;
  SocketFolder& operator=(SocketFolder&&) = delete;
  ~SocketFolder();

  // For `listener.h`, and for the host.
  const std::string& socket_path() const { return socket_path_; }

  // Lets the host in if it runs as another user: PLUGIN_UNIX_SOCKET_GROUP, by name or number.
  // Nothing to do where that is not set. The socket must exist.
  absl::Status ShareWithGroup(const Environment& environment) const;

 private:
  explicit SocketFolder(absl::string_view folder);

  std::string folder_;  // empty: moved from
  std::string socket_path_;
};

}  // namespace er::plugin
