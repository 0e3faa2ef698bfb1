#include "plugin/services.h"

#include <chrono>

#include "base/log.h"

namespace er::plugin {

grpc::Status OpenStreams::Hold(const grpc::ServerContext& call) {
  // gRPC's synchronous calls cannot be told of a cancellation, only asked. It matters to nobody
  // but this thread: the host is gone by then.
  constexpr std::chrono::seconds kInterval(1);
  MutexLock lock(mutex_);
  while (!changed_.wait_for(lock, kInterval,
                            [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return ended_; })) {
    if (call.IsCancelled()) return grpc::Status::CANCELLED;
  }
  return grpc::Status::OK;
}

void OpenStreams::End() {
  const MutexLock lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

grpc::Status Controller::Shutdown(grpc::ServerContext* /*call*/, const ::plugin::Empty* /*request*/,
                                  ::plugin::Empty* /*response*/) {
  log::Debug("The host asks the plugin to end");
  on_shutdown_();
  return grpc::Status::OK;
}

grpc::Status Stdio::StreamStdio(grpc::ServerContext* call, const ::plugin::Empty* /*request*/,
                                grpc::ServerWriter<::plugin::StdioData>* writer) {
  writer->SendInitialMetadata();
  return streams_.Hold(*call);
}

grpc::Status Broker::StartStream(
    grpc::ServerContext* call,
    grpc::ServerReaderWriter<::plugin::ConnInfo, ::plugin::ConnInfo>* stream) {
  stream->SendInitialMetadata();
  return streams_.Hold(*call);
}

grpc::Status Health::Check(grpc::ServerContext* /*call*/,
                           const grpc::health::v1::HealthCheckRequest* request,
                           grpc::health::v1::HealthCheckResponse* response) {
  if (!request->service().empty() && request->service() != "plugin") {
    return {grpc::StatusCode::NOT_FOUND, "unknown service"};
  }
  response->set_status(grpc::health::v1::HealthCheckResponse::SERVING);
  return grpc::Status::OK;
}

}  // namespace er::plugin
