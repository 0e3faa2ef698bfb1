// The Transport that speaks to real servers, on libcurl: connections are kept alive and reused by
// all callers, gzip is undone, HTTP/2 is spoken where the server offers it over TLS.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/environment.h"
#include "http/proxy.h"
#include "http/transport.h"

namespace er::http {

// A PEM file with the certificates that are trusted, and no others are.
struct CaBundle {
  std::string path{};  // empty: FindCaBundle() found none
  std::string name{};  // what messages call it; empty: its path
};

struct CurlOptions {
  CaBundle ca_bundle{};
  bool insecure = false;  // accepts any server certificate
  Proxy http_proxy{};     // for http:// URLs
  Proxy https_proxy{};    // for https:// URLs
  NoProxy no_proxy{};
  std::size_t largest_response = 8 << 20;  // a longer body is a failure, after gzip is undone
};

// A statically linked libcurl knows no CA bundle, so it is looked for: SSL_CERT_FILE, then where
// the common distributions keep it.
CaBundle FindCaBundle(const Environment& environment);

// kInvalidArgument where the CA bundle cannot be read.
absl::StatusOr<std::unique_ptr<Transport>> NewCurlTransport(CurlOptions options);

}  // namespace er::http
