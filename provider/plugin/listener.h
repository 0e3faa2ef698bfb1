// The socket on which the host's connections arrive. It listens before there is a server to answer:
// gRPC and its TLS take several milliseconds to get ready, in which the host can read the handshake
// and connect already. Called by `serve.h`.
#pragma once

#include <grpcpp/server_builder.h>

#include <memory>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace er::plugin {

// Owns the socket, not its file. Connections wait in the kernel until HandTo().
class Listener {
 public:
  static absl::StatusOr<std::unique_ptr<Listener>> Open(const std::string& socket_path);

  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // Returns when the thread of HandTo() has ended.
  ~Listener();

  // Gives each connection to `server`, which must outlive this object, in a thread of its own. To
  // be called once.
  void HandTo(grpc::experimental::ExternalConnectionAcceptor& server);

 private:
  explicit Listener(int socket) : socket_(socket) {}

  const int socket_;
  std::thread thread_;
};

}  // namespace er::plugin
