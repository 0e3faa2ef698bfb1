#include "emulator/connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "absl/strings/match.h"

namespace er::emulator {
namespace {

constexpr std::size_t kLongestHead = std::size_t{64} * 1024;

void Describe(const sockaddr_storage& address, std::string& ip, int& port) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    port = ntohs(v4.sin_port);
  } else {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    port = ntohs(v6.sin6_port);
  }
  ip = text.data();
}

}  // namespace

Connection::Connection(int socket, std::int64_t number, SSL_CTX* tls)
    : socket_(socket), number_(number) {
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (tls == nullptr) return;
  tls_.reset(SSL_new(tls));
  SSL_set_fd(tls_.get(), socket_);
}

Connection::~Connection() {
  if (tls_ && !is_cut_) SSL_shutdown(tls_.get());
  close(socket_);
}

bool Connection::ShakeHands() { return !tls_ || SSL_accept(tls_.get()) == 1; }

bool Connection::AwaitRequest(absl::Duration timeout) {
  head_.clear();
  in_head_ = true;
  if (position_ < buffer_.size()) return true;
  if (!tls_ || SSL_pending(tls_.get()) == 0) {
    pollfd poll_for{.fd = socket_, .events = POLLIN, .revents = 0};
    if (poll(&poll_for, 1, static_cast<int>(absl::ToInt64Milliseconds(timeout))) <= 0) return false;
  }
  return Fill();
}

bool Connection::Fill() {
  std::array<char, 16384> bytes{};
  const ssize_t got = tls_ ? SSL_read(tls_.get(), bytes.data(), static_cast<int>(bytes.size()))
                           : recv(socket_, bytes.data(), bytes.size(), 0);
  if (got <= 0) return false;
  buffer_.assign(bytes.data(), static_cast<std::size_t>(got));
  position_ = 0;
  return true;
}

void Connection::Cut(bool with_reset) {
  is_cut_ = true;
  if (!with_reset) return;
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

ssize_t Connection::read(char* bytes, std::size_t size) {
  if (position_ == buffer_.size() && !Fill()) return -1;
  const std::size_t count = std::min(size, buffer_.size() - position_);
  std::memcpy(bytes, buffer_.data() + position_, count);
  position_ += count;
  if (in_head_) {
    // The library reads the head byte by byte, so that no byte of the body gets into it.
    head_.append(bytes, count);
    in_head_ = !absl::EndsWith(head_, "\r\n\r\n");
    if (head_.size() > kLongestHead) return -1;
  }
  return static_cast<ssize_t>(count);
}

ssize_t Connection::write(const char* bytes, std::size_t size) {
  if (is_cut_) return -1;
  std::size_t written = 0;
  while (written < size) {
    const std::size_t left = size - written;
    const ssize_t count = tls_ ? SSL_write(tls_.get(), bytes + written,
                                           static_cast<int>(std::min<std::size_t>(left, 1 << 20)))
                               : send(socket_, bytes + written, left, MSG_NOSIGNAL);
    if (count <= 0) return -1;
    written += static_cast<std::size_t>(count);
  }
  return static_cast<ssize_t>(size);
}

void Connection::get_remote_ip_and_port(std::string& ip, int& port) const {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (getpeername(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
    Describe(address, ip, port);
  }
}

void Connection::get_local_ip_and_port(std::string& ip, int& port) const {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
    Describe(address, ip, port);
  }
}

}  // namespace er::emulator
