// The services that a host of go-plugin expects beside the plugin's own. Called by `serve.h`.
#pragma once

#include <condition_variable>
#include <functional>
#include <utility>

#include "base/mutex.h"
#include "proto/go_plugin.grpc.pb.h"
#include "proto/health.grpc.pb.h"

namespace er::plugin {

// Streams that stay open and silent until the host closes them or the plugin ends. Safe for
// concurrent use.
class OpenStreams {
 public:
  // Returns when the call is cancelled or End() was called.
  grpc::Status Hold(const grpc::ServerContext& call);

  void End();

 private:
  Mutex mutex_;
  std::condition_variable changed_;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
};

class Controller final : public ::plugin::GRPCController::Service {
 public:
  // The answer to the host, and with it the user, waits for `on_shutdown`.
  explicit Controller(std::function<void()> on_shutdown) : on_shutdown_(std::move(on_shutdown)) {}

  grpc::Status Shutdown(grpc::ServerContext* call, const ::plugin::Empty* request,
                        ::plugin::Empty* response) override;

 private:
  const std::function<void()> on_shutdown_;
};

// Logs go to the real stderr, so there is never anything to send.
class Stdio final : public ::plugin::GRPCStdio::Service {
 public:
  explicit Stdio(OpenStreams& streams) : streams_(streams) {}

  grpc::Status StreamStdio(grpc::ServerContext* call, const ::plugin::Empty* request,
                           grpc::ServerWriter<::plugin::StdioData>* writer) override;

 private:
  OpenStreams& streams_;
};

// Hosts open this stream at once; a provider never has a second connection to announce on it.
class Broker final : public ::plugin::GRPCBroker::Service {
 public:
  explicit Broker(OpenStreams& streams) : streams_(streams) {}

  grpc::Status StartStream(
      grpc::ServerContext* call,
      grpc::ServerReaderWriter<::plugin::ConnInfo, ::plugin::ConnInfo>* stream) override;

 private:
  OpenStreams& streams_;
};

// Says of the server ("") and of go-plugin's own name for it ("plugin") that they serve.
class Health final : public grpc::health::v1::Health::Service {
 public:
  grpc::Status Check(grpc::ServerContext* call, const grpc::health::v1::HealthCheckRequest* request,
                     grpc::health::v1::HealthCheckResponse* response) override;
};

}  // namespace er::plugin
