// A small server on a loopback port, for tests that need real sockets: it does what a test tells it
// to, wrong things included. It speaks HTTP/1.1, and enough of HTTP/2 to answer or refuse a
// request.
//
//   HttpServer server([](const HttpServer::Received&) { return HttpServer::Ok("{}"); });
//   transport.Send({.method = "GET", .url = server.url() + "/x"}, {});
//   EXPECT_EQ(server.connections(), 1);
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/string_view.h"
#include "http/transport.h"

namespace er {

class HttpServer {
 public:
  struct Received {
    std::string method{};
    std::string target{};
    http::Headers headers{};  // names in lower case
    std::string body{};
    int connection = 0;  // 1 for the first
    bool http2 = false;  // then nothing but the connection is known

    std::string Header(absl::string_view name) const;
  };

  struct Reply {
    std::string bytes{};  // what goes over the wire, status line and all
    bool close = false;   // hang up afterwards
    bool hang = false;    // then neither answer nor hang up until the server ends
    // Of HTTP/2 instead of all that: RST_STREAM with this code
    // (https://www.rfc-editor.org/rfc/rfc9113#name-error-codes), or where it is 0, status 200.
    std::uint32_t reset = 0;
  };
  static constexpr std::uint32_t kRefusedStream = 7;
  static Reply Ok(absl::string_view body) { return Answer(200, body); }
  static Reply Answer(int code, absl::string_view body, const http::Headers& headers = {});

  using Handler = std::function<Reply(const Received&)>;

  enum class Tls { kOff, kOn };
  struct TlsOptions {
    bool http2 = false;    // offers it beside HTTP/1.1
    int newest = 0;        // as in TLS1_1_VERSION, which only the laxest of clients speak; 0: any
    std::string issuer{};  // the PEM file of a certificate that issued ours, it says; empty: itself
  };
  explicit HttpServer(Handler handler, Tls tls = Tls::kOff);
  HttpServer(Handler handler, const TlsOptions& options);
  ~HttpServer();

  std::string url() const;      // http://127.0.0.1:PORT or https://localhost:PORT
  std::string ca_file() const;  // the PEM file of its certificate, with Tls::kOn

  std::vector<Received> requests();
  int connections();  // how many were made so far
  void AwaitRequests(std::size_t count);
  void HangUp();  // closes the open connections

 private:
  struct Connection;
  struct Context;

  void Listen();
  void Accept();
  void Serve(Connection& connection);
  void ServeHttp2(Connection& connection);
  Reply ReplyTo(Received request);

  const Handler handler_;
  std::unique_ptr<Context> tls_;
  int listener_ = -1;
  int port_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  std::vector<Received> requests_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::thread accepting_;
};

}  // namespace er
