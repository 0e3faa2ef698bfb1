// What a plugin and its host say to each other before the first gRPC call: variables in, one line
// out. Pure functions; `serve.h` is what a program calls.
//
// The host is Terraform or OpenTofu, or any other that speaks go-plugin's protocol with the same
// cookie: https://github.com/hashicorp/go-plugin/blob/main/docs/internals.md
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/environment.h"

namespace er::plugin {

inline constexpr int kProtocolVersion = 6;

// The address of a listener, for a host: a path as it is, with no scheme and no escapes.
struct HandshakeFields {
  std::string socket_path{};
  std::string certificate{};             // as Certificate::for_handshake; empty without TLS
  bool answers_multiplex_offer = false;  // see OffersMultiplexing()
};

// OK if a host started this program. Otherwise one line for the person who did.
absl::Status CheckCookie(const Environment& environment, absl::string_view source_address);

// OK if the host speaks kProtocolVersion, or does not say what it speaks.
absl::Status CheckProtocolVersion(const Environment& environment);

// Whether the host knows of a seventh field. Older ones would take it for a part of the sixth.
bool OffersMultiplexing(const Environment& environment);

// The line for stdout, with its end.
std::string HandshakeLine(const HandshakeFields& fields);

// A shell assignment that makes Terraform use the process `pid` instead of starting its own.
std::string ReattachLine(absl::string_view source_address, int pid, absl::string_view socket_path);

}  // namespace er::plugin
