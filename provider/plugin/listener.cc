#include "plugin/listener.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "absl/strings/str_cat.h"
#include "base/log.h"

namespace er::plugin {
namespace {

// For the kernel to free what a connection needs and there is none of, such as descriptors.
constexpr std::chrono::milliseconds kShortage(100);

void Accept(int socket, grpc::experimental::ExternalConnectionAcceptor& server) {
  for (;;) {
    grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters connection;
    connection.listener_fd = socket;
    connection.fd = accept4(socket, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (connection.fd >= 0) {
      server.HandleNewConnection(&connection);
    } else if (errno == EINVAL) {
      return;  // shut down by ~Listener()
    } else if (errno != EINTR && errno != ECONNABORTED) {
      log::Warn(absl::ErrnoToStatus(errno, "accepting the host's connection").message());
      std::this_thread::sleep_for(kShortage);
    }
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Listener>> Listener::Open(const std::string& socket_path) {
  const auto failed = [&] {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot listen on ", socket_path));
  };
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_path.size() >= sizeof(address.sun_path)) {
    errno = ENAMETOOLONG;
    return failed();
  }
  std::copy(socket_path.begin(), socket_path.end(), address.sun_path);

  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return failed();
  std::unique_ptr<Listener> listener(new Listener(fd));
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      listen(fd, SOMAXCONN) != 0) {
    return failed();
  }
  return listener;
}

Listener::~Listener() {
  shutdown(socket_, SHUT_RDWR);
  if (thread_.joinable()) thread_.join();
  close(socket_);
}

void Listener::HandTo(grpc::experimental::ExternalConnectionAcceptor& server) {
  thread_ = std::thread([this, &server] { Accept(socket_, server); });
}

}  // namespace er::plugin
