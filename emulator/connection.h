// One accepted connection as the HTTP library wants to see it, with or without TLS, which remembers
// the head of each request as it was sent and can be cut. For server.cc.
#pragma once

#include <httplib.h>
#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/time/time.h"

namespace er::emulator {

class Connection final : public httplib::Stream {
 public:
  // Takes `socket` over. `tls` may be null.
  Connection(int socket, std::int64_t number, SSL_CTX* tls);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() override;

  std::int64_t number() const { return number_; }

  // False where the client does not get through it.
  bool ShakeHands();

  // Waits for the first byte of a request. False when it does not come or the client hung up.
  bool AwaitRequest(absl::Duration timeout);

  // The request line and the headers of the request that was read last.
  const std::string& head() const { return head_; }

  // From now on, nothing of what is written reaches the client.
  void Cut(bool with_reset);
  bool is_cut() const { return is_cut_; }

  // What httplib calls.
  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  ssize_t read(char* bytes, std::size_t size) override;
  ssize_t write(const char* bytes, std::size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  // The library refuses descriptors that select() cannot take; it does nothing else with this one.
  socket_t socket() const override { return 0; }

 private:
  bool Fill();  // reads more into buffer_

  const int socket_;
  const std::int64_t number_;
  std::unique_ptr<SSL, decltype(&SSL_free)> tls_{nullptr, SSL_free};
  std::string buffer_;  // received, from position_ on not yet read
  std::size_t position_ = 0;
  std::string head_;
  bool in_head_ = true;
  bool is_cut_ = false;
};

}  // namespace er::emulator
