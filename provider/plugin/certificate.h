// The plugin's certificate for the one connection of its life. Both ends make a key when they
// start and tell each other their certificate, over the environment and over stdout; nothing else
// is trusted (go-plugin calls it AutoMTLS). Called by `serve.h`, and by tests as the host.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace er::plugin {

// Before any other use of OpenSSL, which would read the machine's openssl.cnf: that is not written
// for this program and may name modules that a static one cannot load.
void IgnoreOpenSslConfig();

struct Certificate {
  std::string certificate_pem{};
  std::string key_pem{};
  std::string for_handshake{};  // DER in base64 without padding: the host refuses padding
};

// A new P-256 key, and its certificate by itself for "localhost", good for a server and a client.
// `now` is wall time. Takes up to 2 ms. All of OpenSSL's random numbers come straight from the
// kernel from now on: its own generator is slow to set up and no safer.
absl::StatusOr<Certificate> MakeCertificate(absl::Time now);

}  // namespace er::plugin
