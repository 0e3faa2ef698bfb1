#include "support/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace er {

// A key and a self-signed certificate for localhost, and the file where clients find it.
struct HttpServer::Context {
  explicit Context(const TlsOptions& options) : http2(options.http2) {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
    X509_NAME* name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    if (!options.issuer.empty()) {
      FILE* in = fopen(options.issuer.c_str(), "r");
      X509* issuer = PEM_read_X509(in, nullptr, nullptr, nullptr);
      fclose(in);
      X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
      X509_free(issuer);
    }
    X509_set_pubkey(certificate, key);
    for (const auto& [nid, value] : {std::pair(NID_subject_alt_name, "DNS:localhost"),
                                     std::pair(NID_basic_constraints, "critical,CA:TRUE")}) {
      X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
      X509_add_ext(certificate, extension, -1);
      X509_EXTENSION_free(extension);
    }
    X509_sign(certificate, key, EVP_sha256());

    context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate(context, certificate);
    SSL_CTX_use_PrivateKey(context, key);
    SSL_CTX_set_max_proto_version(context, options.newest);
    if (options.newest != 0) {
      SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
      SSL_CTX_set_security_level(context, 0);
    }
    SSL_CTX_set_alpn_select_cb(context, &ChooseProtocol, this);

    std::string pattern =
        absl::StrCat(std::getenv("TMPDIR") ? std::getenv("TMPDIR") : "/tmp", "/er-server-XXXXXX");
    FILE* out = fdopen(mkstemp(pattern.data()), "w");
    PEM_write_X509(out, certificate);
    fclose(out);
    file = pattern;
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  ~Context() {
    SSL_CTX_free(context);
    std::remove(file.c_str());
  }

  static int ChooseProtocol(SSL*, const unsigned char** out, unsigned char* size,
                            const unsigned char* in, unsigned in_size, void* self) {
    static constexpr unsigned char kBoth[] = "\x02h2\x08http/1.1";
    const unsigned skipped = static_cast<Context*>(self)->http2 ? 0 : 3;
    unsigned char* chosen = nullptr;
    if (SSL_select_next_proto(&chosen, size, kBoth + skipped, sizeof kBoth - 1 - skipped, in,
                              in_size) != OPENSSL_NPN_NEGOTIATED) {
      return SSL_TLSEXT_ERR_NOACK;
    }
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
  }

  const bool http2;
  SSL_CTX* context = nullptr;
  std::string file;
};

struct HttpServer::Connection {
  Connection(int socket_, int number_) : socket(socket_), number(number_) {}
  ~Connection() {
    SSL_free(ssl);
    close(socket);
  }

  long Read(char* data, std::size_t size) {
    return ssl ? SSL_read(ssl, data, static_cast<int>(size)) : recv(socket, data, size, 0);
  }
  void Write(absl::string_view data) {
    while (!data.empty()) {
      const long written = ssl ? SSL_write(ssl, data.data(), static_cast<int>(data.size()))
                               : send(socket, data.data(), data.size(), MSG_NOSIGNAL);
      if (written <= 0) return;
      data.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  const int socket;
  const int number;
  SSL* ssl = nullptr;
  std::thread thread{};
};

namespace {

std::string BigEndian(std::uint32_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift & 0xFF);
  return bytes;
}

template <typename Reader>
std::optional<HttpServer::Received> ReadRequest(Reader&& read, std::string& buffered) {
  const auto more = [&] {
    char block[4096];
    const long size = read(block, sizeof block);
    if (size > 0) buffered.append(block, static_cast<std::size_t>(size));
    return size > 0;
  };
  std::size_t head_end;
  while ((head_end = buffered.find("\r\n\r\n")) == std::string::npos) {
    if (!more()) return std::nullopt;
  }
  HttpServer::Received request;
  const std::vector<std::string> lines = absl::StrSplit(buffered.substr(0, head_end), "\r\n");
  const std::vector<std::string> first = absl::StrSplit(lines[0], ' ');
  request.method = first[0];
  if (first.size() > 1) request.target = first[1];
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::pair<std::string, std::string> header =
        absl::StrSplit(lines[i], absl::MaxSplits(':', 1));
    request.headers.emplace_back(absl::AsciiStrToLower(header.first),
                                 std::string(absl::StripAsciiWhitespace(header.second)));
  }
  std::size_t length = 0;
  static_cast<void>(absl::SimpleAtoi(request.Header("content-length"), &length));
  buffered.erase(0, head_end + 4);
  while (buffered.size() < length) {
    if (!more()) return std::nullopt;
  }
  request.body = buffered.substr(0, length);
  buffered.erase(0, length);
  return request;
}

}  // namespace

std::string HttpServer::Received::Header(absl::string_view name) const {
  for (const auto& [header, value] : headers) {
    if (header == name) return value;
  }
  return "";
}

HttpServer::Reply HttpServer::Answer(int code, absl::string_view body,
                                     const http::Headers& headers) {
  std::string bytes =
      absl::StrCat("HTTP/1.1 ", code, " Said\r\ncontent-length: ", body.size(), "\r\n");
  for (const auto& [name, value] : headers) absl::StrAppend(&bytes, name, ": ", value, "\r\n");
  absl::StrAppend(&bytes, "\r\n", body);
  return {.bytes = bytes};
}

HttpServer::HttpServer(Handler handler, Tls tls) : handler_(std::move(handler)) {
  if (tls == Tls::kOn) tls_ = std::make_unique<Context>(TlsOptions());
  Listen();
}

HttpServer::HttpServer(Handler handler, const TlsOptions& options)
    : handler_(std::move(handler)), tls_(std::make_unique<Context>(options)) {
  Listen();
}

void HttpServer::Listen() {
  std::signal(SIGPIPE, SIG_IGN);
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listener_, 64) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  accepting_ = std::thread([this] { Accept(); });
}

HttpServer::~HttpServer() {
  {
    std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }
  shutdown(listener_, SHUT_RDWR);
  accepting_.join();
  HangUp();
  for (const auto& connection : connections_) connection->thread.join();
  close(listener_);
}

std::string HttpServer::url() const {
  return tls_ ? absl::StrCat("https://localhost:", port_)
              : absl::StrCat("http://127.0.0.1:", port_);
}

std::string HttpServer::ca_file() const { return tls_->file; }

std::vector<HttpServer::Received> HttpServer::requests() {
  std::lock_guard lock(mutex_);
  return requests_;
}

int HttpServer::connections() {
  std::lock_guard lock(mutex_);
  return static_cast<int>(connections_.size());
}

void HttpServer::AwaitRequests(std::size_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return requests_.size() >= count; });
}

void HttpServer::HangUp() {
  std::lock_guard lock(mutex_);
  for (const auto& connection : connections_) shutdown(connection->socket, SHUT_RDWR);
}

void HttpServer::Accept() {
  while (true) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    std::lock_guard lock(mutex_);
    if (socket < 0 || ended_) {
      if (socket >= 0) close(socket);
      return;
    }
    connections_.push_back(
        std::make_unique<Connection>(socket, static_cast<int>(connections_.size()) + 1));
    Connection& connection = *connections_.back();
    connection.thread = std::thread([this, &connection] { Serve(connection); });
  }
}

void HttpServer::Serve(Connection& connection) {
  if (tls_) {
    connection.ssl = SSL_new(tls_->context);
    SSL_set_fd(connection.ssl, connection.socket);
    if (SSL_accept(connection.ssl) != 1) {
      shutdown(connection.socket, SHUT_RDWR);
      return;
    }
  }
  const unsigned char* protocol = nullptr;
  unsigned protocol_size = 0;
  if (connection.ssl) SSL_get0_alpn_selected(connection.ssl, &protocol, &protocol_size);
  if (protocol_size == 2) {
    ServeHttp2(connection);
    shutdown(connection.socket, SHUT_RDWR);
    return;
  }
  std::string buffered;
  while (true) {
    std::optional<Received> request = ReadRequest(
        [&](char* data, std::size_t size) { return connection.Read(data, size); }, buffered);
    if (!request) break;
    request->connection = connection.number;
    const Reply reply = ReplyTo(*std::move(request));
    connection.Write(reply.bytes);
    if (reply.hang) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return ended_; });
    }
    if (reply.close || reply.hang) break;
  }
  shutdown(connection.socket, SHUT_RDWR);
}

HttpServer::Reply HttpServer::ReplyTo(Received request) {
  {
    std::lock_guard lock(mutex_);
    requests_.push_back(request);
    changed_.notify_all();
  }
  return handler_(request);
}

// https://www.rfc-editor.org/rfc/rfc9113
void HttpServer::ServeHttp2(Connection& connection) {
  constexpr char kData = 0, kHeaders = 1, kReset = 3, kSettings = 4, kPing = 6;
  constexpr char kAck = 1, kEndStream = 1, kEndHeaders = 4;
  const auto frame = [](char type, char flags, std::string stream, absl::string_view payload) {
    const auto size = static_cast<std::uint32_t>(payload.size());
    return absl::StrCat(BigEndian(size).substr(1), std::string{type, flags}, stream, payload);
  };
  const std::string no_stream(4, '\0');
  std::string buffered;
  const auto take = [&](std::size_t size) -> std::optional<std::string> {
    while (buffered.size() < size) {
      char block[4096];
      const long read = connection.Read(block, sizeof block);
      if (read <= 0) return std::nullopt;
      buffered.append(block, static_cast<std::size_t>(read));
    }
    std::string taken = buffered.substr(0, size);
    buffered.erase(0, size);
    return taken;
  };
  connection.Write(frame(kSettings, 0, no_stream, ""));
  if (!take(24)) return;  // the preface
  while (const std::optional<std::string> head = take(9)) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>((*head)[i]); };
    const std::optional<std::string> payload =
        take(static_cast<std::size_t>(byte(0) << 16 | byte(1) << 8 | byte(2)));
    if (!payload) return;
    const char type = (*head)[3];
    const char flags = (*head)[4];
    const std::string stream = head->substr(5);
    if ((type == kSettings || type == kPing) && (flags & kAck) == 0) {
      connection.Write(frame(type, kAck, no_stream, type == kPing ? *payload : ""));
    }
    if ((type != kHeaders && type != kData) || (flags & kEndStream) == 0) continue;
    const Reply reply = ReplyTo({.connection = connection.number, .http2 = true});
    if (reply.close) return;
    if (reply.reset != 0) {
      connection.Write(frame(kReset, 0, stream, BigEndian(reply.reset)));
      continue;
    }
    // 0x88 is ":status: 200" (https://www.rfc-editor.org/rfc/rfc7541#appendix-A).
    connection.Write(absl::StrCat(frame(kHeaders, kEndHeaders, stream, "\x88"),
                                  frame(kData, kEndStream, stream, "{}")));
  }
}

}  // namespace er
