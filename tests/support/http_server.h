// A small HTTP/1.1 server on a loopback port, for tests that need real sockets: it does what a test
// tells it to, wrong things included.
//
//   HttpServer server([](const HttpServer::Received&) { return HttpServer::Ok("{}"); });
//   transport.Send({.method = "GET", .url = server.url() + "/x"}, {});
//   EXPECT_EQ(server.connections(), 1);
#pragma once

#include <condition_variable>
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

    std::string Header(absl::string_view name) const;
  };

  struct Reply {
    std::string bytes{};  // what goes over the wire, status line and all
    bool close = false;   // hang up afterwards
    bool hang = false;    // then neither answer nor hang up until the server ends
  };
  static Reply Ok(absl::string_view body) { return Answer(200, body); }
  static Reply Answer(int code, absl::string_view body, const http::Headers& headers = {});

  using Handler = std::function<Reply(const Received&)>;

  enum class Tls { kOff, kOn };
  explicit HttpServer(Handler handler, Tls tls = Tls::kOff);
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

  void Accept();
  void Serve(Connection& connection);

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
