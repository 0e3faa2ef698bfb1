// The proxy that a request goes through, if it goes through one: as every program in Go decides it,
// Terraform and its other providers among them.
// https://pkg.go.dev/golang.org/x/net/http/httpproxy
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/secret.h"

namespace er::http {

struct Proxy {
  std::string url{};  // SCHEME://HOST[:PORT], without user; empty: none
  Secret user{};
  Secret password{};
};

// Reads the address of a proxy: http, https, socks4, socks4a, socks5 or socks5h, http where it has
// no scheme, with or without user and password. Empty text is no proxy.
//
// kInvalidArgument where libcurl takes it for anything else. Nothing of `text` shows in the
// message, which goes on after the name of the setting.
absl::StatusOr<Proxy> ParseProxy(const Secret& text);

// The servers that are reached directly: those of a NO_PROXY list, and always this computer.
class NoProxy {
 public:
  // `list` has commas between "host" and "*.host" (subdomains included), ".host" (only they),
  // "10.0.0.1", "fe80::1", "10.0.0.0/8", each but the last with or without ":port"; "*" is all.
  // What is none of these matches nothing.
  explicit NoProxy(absl::string_view list = "");

  // False also for what is no URL.
  bool Covers(const std::string& url) const;

 private:
  // An IPv4 address is one of IPv6 behind ::ffff:0:0/96.
  using Address = std::array<std::uint8_t, 16>;
  static std::optional<Address> ParseAddress(absl::string_view text);

  struct Network {
    Address address{};
    int bits = 128;
    std::string port{};  // empty: any
  };
  struct Domain {
    std::string end{};  // with the dot before it
    bool itself = false;
    std::string port{};
  };

  static bool IsV4(const Address& address);
  static bool Contains(const Network& network, const Address& address);
  void Add(absl::string_view entry);

  bool all_ = false;
  std::vector<Network> networks_;
  std::vector<Domain> domains_;
};

}  // namespace er::http
