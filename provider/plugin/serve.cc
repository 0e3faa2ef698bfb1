#include "plugin/serve.h"

#include <grpcpp/grpcpp.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <future>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/environment.h"
#include "base/log.h"
#include "base/status.h"
#include "plugin/certificate.h"
#include "plugin/crash.h"
#include "plugin/handshake.h"
#include "plugin/lifetime.h"
#include "plugin/listener.h"
#include "plugin/logging.h"
#include "plugin/services.h"
#include "plugin/socket.h"

namespace er::plugin {
namespace {

// A host that asked for the end waits for it, at each of the three launches of a plan; what is
// still in flight then, its user gave up by a second Ctrl-C.
constexpr absl::Duration kShutdownGrace = absl::Milliseconds(50);

// How long a server may take that has just cancelled its last calls.
constexpr absl::Duration kCancelGrace = absl::Milliseconds(20);

// Writes all of `text` to stdout. Fails if nobody reads there: the host died while it waited.
absl::Status Print(absl::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno != EINTR) return absl::ErrnoToStatus(errno, "writing to stdout");
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  return absl::OkStatus();
}

// Only the owner of `host_certificate` may connect; without one, whoever can open the socket.
std::shared_ptr<grpc::ServerCredentials> Protect(const std::optional<std::string>& host_certificate,
                                                 const Certificate& own) {
  if (!host_certificate) return grpc::InsecureServerCredentials();
  grpc::SslServerCredentialsOptions options(
      GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = *host_certificate;
  options.pem_key_cert_pairs.push_back({own.key_pem, own.certificate_pem});
  return grpc::SslServerCredentials(options);
}

// Stops the server, with `grace` for the calls in flight. False if some would not end even when
// cancelled: then the server must not be destroyed.
bool StopServer(grpc::Server& server, absl::Duration grace) {
  std::promise<void> stopped;
  const std::future<void> done = stopped.get_future();
  std::thread([&server, grace, stopped = std::move(stopped)]() mutable {
    // This waits for the handlers' threads, however long they take.
    server.Shutdown(absl::ToChronoTime(absl::Now() + grace));
    stopped.set_value();
  }).detach();
  return done.wait_for(absl::ToChronoMilliseconds(grace + kCancelGrace)) ==
         std::future_status::ready;
}

absl::Status ServeUntilTheEnd(const ServeOptions& options, const Environment& environment) {
  // Handlers first: Ctrl-C may come at any time. The watch of the host has no time to lose either.
  ASSIGN_OR_RETURN(const Lifetime lifetime,
                   options.debug ? Lifetime::OfDebugServer() : Lifetime::OfPlugin());
  ASSIGN_OR_RETURN(std::optional<SocketFolder> socket, SocketFolder::Create(environment));
  const auto host_certificate =
      options.debug ? std::nullopt : environment.Variable("PLUGIN_CLIENT_CERT");
  Certificate certificate;
  if (host_certificate) {
    ASSIGN_OR_RETURN(certificate, MakeCertificate(absl::Now()));
  }
  ASSIGN_OR_RETURN(std::unique_ptr<Listener> listener, Listener::Open(socket->socket_path()));
  RETURN_IF_ERROR(socket->ShareWithGroup(environment));

  // The host waits for this line before it gets ready to connect; the server gets ready meanwhile.
  const HandshakeFields fields = {.socket_path = socket->socket_path(),
                                  .certificate = certificate.for_handshake,
                                  .answers_multiplex_offer = OffersMultiplexing(environment)};
  RETURN_IF_ERROR(Print(options.debug
                            ? ReattachLine(options.source_address, getpid(), socket->socket_path())
                            : HandshakeLine(fields)));

  OpenStreams streams;
  Controller controller([&lifetime, &options] {
    options.end();
    lifetime.Shutdown();
  });
  Stdio stdio(streams);
  Broker broker(streams);
  Health health;
  grpc::ServerBuilder builder;
  const std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> connections =
      builder.experimental().AddExternalConnectionAcceptor(
          grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
          Protect(host_certificate, certificate));
  builder.SetMaxReceiveMessageSize(-1);  // a state may be larger than gRPC's 4 MiB
  const std::initializer_list<grpc::Service*> services = {options.service, &controller, &stdio,
                                                          &broker, &health};
  for (grpc::Service* service : services) builder.RegisterService(service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (!server) return absl::UnavailableError("gRPC cannot start its server");
  listener->HandTo(*connections);

  const Ending ending = lifetime.Await();
  if (ending == Ending::kOrphaned) log::Warn("The host is gone; the plugin ends");
  if (ending == Ending::kSignal) log::Info("A signal asks the plugin to end");
  options.stop();
  streams.End();
  listener.reset();
  const bool stopped =
      StopServer(*server, ending == Ending::kShutdown ? kShutdownGrace : options.grace);
  if (!stopped) {
    log::Warn("The plugin ends before all of its calls did");
    socket.reset();
    _exit(0);
  }
  return absl::OkStatus();
}

}  // namespace

int Serve(const ServeOptions& options) {
  IgnoreOpenSslConfig();
  InstallCrashReport();
  signal(SIGPIPE, SIG_IGN);
  const Environment& environment = ProcessEnvironment();
  log::SetLevel(LogLevel(environment, options.source_address));
  log::SetFieldsAreMembers(LogIsJson(environment));
  SendGrpcLinesToLog();

  absl::Status status;
  if (!options.debug) {
    status = CheckCookie(environment, options.source_address);
    if (status.ok()) status = CheckProtocolVersion(environment);
  }
  if (status.ok()) status = ServeUntilTheEnd(options, environment);
  if (status.ok()) return 0;
  const std::string line = absl::StrCat(status.message(), "\n");
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, line.data(), line.size());
  return 1;
}

}  // namespace er::plugin
