// One HTTP exchange: a request goes out, an answer comes back, or there is a reason why none did.
//
// Code that talks to AWS wants `aws/client.h`, which signs, repeats and decodes; this is the layer
// beneath.
//
//   absl::StatusOr<http::Response> answer = transport.Send({.method = "GET", .url = url}, stop);
//   if (!answer.ok()) return answer.status();      // no answer came
//   if (answer->code == 404) ...                   // an answer came; what it means is the caller's
//
// The libcurl implementation is http/curl_transport.h; the recording fake is
// tests/support/fake_transport.h.
#pragma once

#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/secret.h"

namespace er::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method{};
  std::string url{};
  Headers headers{};
  std::string body{};
  absl::Duration connect_timeout = absl::Seconds(10);
  absl::Duration timeout = absl::Seconds(60);  // for the whole exchange, connection included
  // Where the request must reach the server at most once. It goes over a connection of its own: on
  // a reused one libcurl repeats a request by itself when the connection turns out to be dead.
  bool at_most_once = false;
  // Where the caller must know of each time that the request may have reached the server. It goes
  // over a reused connection, and where libcurl would repeat it, it fails.
  bool no_silent_repeat = false;
  bool bypass_proxy = false;
  bool confidential = false;  // the bodies are kept out of the log: one of them holds credentials
  std::vector<Secret> secrets{};  // what the body holds and must not be shown if it comes back
};

struct Response {
  int code = 0;
  Headers headers{};  // as received, in order, names in lower case
  std::string body{};
  // All that went out with the request, by whoever added it, and that must not be shown where the
  // answer repeats it (http/mask.h).
  std::vector<Secret> secrets{};

  // The first value of the header of this (lower-case) name; empty if there is none.
  std::string Header(absl::string_view name) const;
};

// Whether a failed exchange can have reached the server. Every failure of Transport::Send() says
// it.
//
// kUnsent: no byte of the request was sent (DNS, connect, TLS). kUnknown: bytes were sent.
enum class Delivery { kUnsent, kUnknown };
Delivery DeliveryOf(const absl::Status& failure);
absl::Status WithDelivery(absl::Status failure, Delivery delivery);

// Safe for concurrent use. Implementations keep no request or response after Send() returns.
class Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  // Sends `request` once and waits for the whole answer. Never repeats, never follows redirects.
  //
  // Returns kUnavailable if no whole answer came, kDeadlineExceeded after one of the time-outs, and
  // kCancelled soon after `stop` is requested; DeliveryOf() says whether the server can have seen
  // the request. Any HTTP status code, 500 included, is a success here.
  virtual absl::StatusOr<Response> Send(const Request& request, std::stop_token stop) = 0;
};

}  // namespace er::http
