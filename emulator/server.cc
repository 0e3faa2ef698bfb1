#include "emulator/server.h"

#include <sys/socket.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <set>
#include <stop_token>
#include <thread>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/mutex.h"
#include "emulator/connection.h"

namespace er::emulator {
namespace {

// The connection that this thread serves.
thread_local Connection* current_connection = nullptr;

// A thread per connection: a client that waits for a slow answer holds up nobody.
class ThreadPerTask final : public httplib::TaskQueue {
 public:
  void enqueue(std::function<void()> task) override {
    {
      const MutexLock lock(mutex_);
      ++running_;
    }
    std::thread([this, task = std::move(task)] {
      task();
      const MutexLock lock(mutex_);
      --running_;
      ended_.notify_all();
    }).detach();
  }

  void shutdown() override {
    MutexLock lock(mutex_);
    ended_.wait(lock, [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return running_ == 0; });
  }

 private:
  Mutex mutex_;
  std::condition_variable ended_;
  int running_ ABSL_GUARDED_BY(mutex_) = 0;
};

// The largest body that is looked at. The service's own are kilobytes.
constexpr std::size_t kLargestBody = std::size_t{8} << 20;

// The request from its head as it was sent, without its body.
Request ReadHead(const httplib::Request& from, const Connection& connection) {
  Request request{
      .method = from.method, .peer = from.remote_addr, .connection = connection.number()};
  const std::vector<absl::string_view> lines = absl::StrSplit(connection.head(), "\r\n");
  const std::vector<absl::string_view> words = absl::StrSplit(lines.front(), ' ');
  if (words.size() > 1) {
    const std::pair<absl::string_view, absl::string_view> target =
        absl::StrSplit(words[1], absl::MaxSplits('?', 1));
    request.path = std::string(target.first);
    request.query = std::string(target.second);
  }
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::size_t colon = lines[i].find(':');
    if (colon == absl::string_view::npos) continue;
    request.headers.emplace_back(
        absl::AsciiStrToLower(lines[i].substr(0, colon)),
        std::string(absl::StripAsciiWhitespace(lines[i].substr(colon + 1))));
  }
  return request;
}

// The body, from the library, which undoes chunking. What is too large is read to its end all the
// same, or the client would not get to the answer. False where the client breaks off.
bool ReadBody(const httplib::ContentReader& read, Request& request) {
  return read([&](const char* bytes, std::size_t size) {
    request.is_too_large |= request.body.size() + size > kLargestBody;
    if (request.is_too_large) {
      request.body.clear();
    } else {
      request.body.append(bytes, size);
    }
    return true;
  });
}

void WriteAnswer(const Answer& answer, Connection& connection, httplib::Response& to) {
  std::string content_type;
  for (const auto& [name, value] : answer.headers) {
    if (name == "Content-Type") {
      content_type = value;
    } else {
      to.set_header(name, value);
    }
  }
  to.status = answer.code;
  switch (answer.delivery) {
    case Answer::Delivery::kWhole:
      to.set_content(answer.body, content_type);
      break;
    case Answer::Delivery::kHalf:
      to.set_content_provider(answer.body.size(), content_type,
                              [&connection, half = answer.body.substr(0, answer.body.size() / 2)](
                                  std::size_t, std::size_t, httplib::DataSink& sink) {
                                sink.write(half.data(), half.size());
                                connection.Cut(false);
                                return false;
                              });
      break;
    case Answer::Delivery::kNone:
    case Answer::Delivery::kReset:
      connection.Cut(answer.delivery == Answer::Delivery::kReset);
      break;
  }
}

// Before the library looks for a handler.
void Prepare(httplib::Request& request) {
  // It reads until the connection's end what has no length.
  if (!request.has_header("Content-Length") && !request.has_header("Transfer-Encoding")) {
    request.set_header("Content-Length", "0");
  }
  // It prefers Brotli, which the service does not know.
  const bool takes_gzip = absl::StrContains(request.get_header_value("Accept-Encoding"), "gzip");
  request.headers.erase("Accept-Encoding");
  if (takes_gzip) request.set_header("Accept-Encoding", "gzip");
  // It takes forms apart, limits them, and undoes compression: the body is signed as it was sent.
  request.headers.erase("Content-Type");
  request.headers.erase("Content-Encoding");
  request.ranges.clear();
  request.path = "/";  // one handler for all: its regular expressions see no path of a client's
}

using TlsContext = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;

absl::StatusOr<TlsContext> MakeTls(const ServerOptions& options) {
  TlsContext tls(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  SSL_CTX_set_min_proto_version(tls.get(), TLS1_2_VERSION);
  if (SSL_CTX_use_certificate_chain_file(tls.get(), options.tls_certificate.c_str()) != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(options.tls_certificate, " is not a certificate in PEM form"));
  }
  if (SSL_CTX_use_PrivateKey_file(tls.get(), options.tls_key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(options.tls_key, " is not the certificate's private key in PEM form"));
  }
  return tls;
}

}  // namespace

class Server::Impl final : public httplib::Server {
 public:
  Impl(Emulator& emulator, ServerOptions options, TlsContext tls)
      : emulator_(emulator), options_(std::move(options)), tls_(std::move(tls)) {
    new_task_queue = [] { return new ThreadPerTask; };
    set_keep_alive_timeout(absl::ToInt64Seconds(options_.keep_alive));
    set_keep_alive_max_count(1000000);
    // The library would share the port with another process, which then got half of the calls.
    set_socket_options([](socket_t socket) {
      const int on = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    });
    const auto handle = [this](const Request& request, httplib::Response& response) {
      const Answer answer = emulator_.Handle(request, stop_.get_token());
      WriteAnswer(answer, *current_connection, response);
    };
    Get("/", [handle](const httplib::Request& request, httplib::Response& response) {
      handle(ReadHead(request, *current_connection), response);
    });
    const auto with_body = [handle](const httplib::Request& from, httplib::Response& response,
                                    const httplib::ContentReader& content) {
      Request request = ReadHead(from, *current_connection);
      if (!ReadBody(content, request)) {
        current_connection->Cut(false);
        return;
      }
      handle(request, response);
    };
    Post("/", with_body).Put("/", with_body).Delete("/", with_body).Patch("/", with_body);
  }

  ~Impl() override {
    stop_.request_stop();
    stop();
    {
      const MutexLock lock(mutex_);
      for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
    }
    if (listener_.joinable()) listener_.join();
  }

  absl::Status Listen() {
    port_ = options_.port;
    const bool is_bound = port_ == 0 ? (port_ = bind_to_any_port(options_.host)) > 0
                                     : bind_to_port(options_.host, port_);
    if (!is_bound) {
      return absl::UnavailableError(
          absl::StrCat("cannot listen on ", options_.host, ":", options_.port,
                       errno == EADDRINUSE ? ": another program listens there" : ""));
    }
    ::listen(svr_sock_, SOMAXCONN);  // the library's own backlog is 5
    listener_ = std::thread([this] { listen_after_bind(); });
    while (!is_running()) std::this_thread::yield();  // stop() before that does nothing
    return absl::OkStatus();
  }

  std::string url() const {
    const bool is_v6 = absl::StrContains(options_.host, ':');
    return absl::StrCat(tls_ ? "https://" : "http://", is_v6 ? "[" : "", options_.host,
                        is_v6 ? "]:" : ":", port_);
  }

 private:
  // In the library's place: reads requests from the connection until one side is done with it.
  bool process_and_close_socket(socket_t socket) override {
    {
      const MutexLock lock(mutex_);
      sockets_.insert(socket);
      if (stop_.stop_requested()) ::shutdown(socket, SHUT_RDWR);
    }
    {
      // The listener gave the socket a time-out, and waiting for the next request has its own.
      Connection connection(socket, ++connections_, tls_.get());
      current_connection = &connection;
      bool goes_on = connection.ShakeHands();
      while (goes_on && connection.AwaitRequest(options_.keep_alive)) {
        bool is_last = false;
        bool is_understood = false;  // or nobody knows where the next request begins
        goes_on = process_request(connection, false, is_last,
                                  [&](httplib::Request& request) {
                                    is_understood = true;
                                    Prepare(request);
                                  }) &&
                  is_understood && !is_last && !connection.is_cut();
      }
      // Out of the set before the descriptor is closed and may be another connection's.
      const MutexLock lock(mutex_);
      sockets_.erase(socket);
    }
    return true;
  }

  Emulator& emulator_;
  const ServerOptions options_;
  const TlsContext tls_;
  int port_ = 0;
  std::stop_source stop_;
  std::thread listener_;
  Mutex mutex_;
  std::set<int> sockets_ ABSL_GUARDED_BY(mutex_);
  std::atomic<std::int64_t> connections_ = 0;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;
std::string Server::url() const { return impl_->url(); }

absl::StatusOr<std::unique_ptr<Server>> Server::Start(Emulator& emulator, ServerOptions options) {
  TlsContext tls(nullptr, SSL_CTX_free);
  if (!options.tls_certificate.empty()) {
    absl::StatusOr<TlsContext> made = MakeTls(options);
    if (!made.ok()) return made.status();
    tls = *std::move(made);
  }
  auto impl = std::make_unique<Impl>(emulator, std::move(options), std::move(tls));
  if (absl::Status listening = impl->Listen(); !listening.ok()) return listening;
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

}  // namespace er::emulator
