// The Transport that speaks to real servers, on libcurl: connections are kept alive and reused by
// all callers, gzip is undone, HTTP/2 is spoken where the server offers it over TLS.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/environment.h"
#include "http/transport.h"

namespace er::http {

struct CurlOptions {
  std::string ca_bundle{};    // a PEM file; FindCaBundle() finds the system's
  bool insecure = false;      // accepts any server certificate
  std::string http_proxy{};   // for http:// URLs; empty: none
  std::string https_proxy{};  // for https:// URLs; empty: none
  std::string no_proxy{};     // hosts, domains and networks that no proxy serves, by commas
  std::size_t largest_response = 64 << 20;  // a longer body is a failure, after gzip is undone
};

// A statically linked libcurl knows no CA bundle, so it is looked for: AWS_CA_BUNDLE,
// SSL_CERT_FILE, then where the common distributions keep it. Empty where there is none.
std::string FindCaBundle(const Environment& environment);

// kInvalidArgument where the CA bundle cannot be read or a proxy is no URL.
absl::StatusOr<std::unique_ptr<Transport>> NewCurlTransport(CurlOptions options);

}  // namespace er::http
