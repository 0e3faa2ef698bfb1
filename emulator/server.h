// Brings an emulator to a TCP port, by HTTP or HTTPS.
//
// The HTTP library reads and writes the messages; connections are our own, because faults cut them,
// because tests count them, and because a signature covers headers as they were sent, which the
// library decodes.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "emulator/emulator.h"
#include "emulator/message.h"

namespace er::emulator {

struct ServerOptions {
  std::string host = "127.0.0.1";
  int port = 0;                                  // 0: any
  std::string tls_certificate{};                 // the PEM file; empty: no TLS
  std::string tls_key{};                         // the PEM file
  absl::Duration keep_alive = absl::Minutes(1);  // an idle connection is closed after
};

// Serves from Start() until the destructor, a thread per connection.
class Server {
 public:
  // `emulator` must outlive the server. kInvalidArgument for files that are no certificate or key,
  // kUnavailable for an address that is not free.
  static absl::StatusOr<std::unique_ptr<Server>> Start(Emulator& emulator, ServerOptions options);

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();  // closes all connections, also of calls that are being answered

  std::string url() const;

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace er::emulator
