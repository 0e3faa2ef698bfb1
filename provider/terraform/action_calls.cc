// The calls about actions.
#include <memory>
#include <string>
#include <utility>

#include "base/status.h"
#include "resource/describe.h"
#include "terraform/event_stream.h"
#include "terraform/provider_service.h"

namespace er::terraform {
namespace {

using Event = tfplugin6::InvokeAction::Event;

}  // namespace

grpc::Status ProviderService::ValidateActionConfig(
    grpc::ServerContext*, const tfplugin6::ValidateActionConfig::Request* request,
    tfplugin6::ValidateActionConfig::Response* response) {
  return Answer("ValidateActionConfig", *response->mutable_diagnostics(), [&] {
    ASSIGN_OR_RETURN(const auto action, FindAction(request->type_name()));
    ASSIGN_OR_RETURN(const Value config, FromMessage(request->config(), TypeFor(action->schema())));
    ToMessages(action->Validate(config), *response->mutable_diagnostics());
    return absl::OkStatus();
  });
}

// Nothing of an invocation is decided before it: what can be wrong with its configuration is.
grpc::Status ProviderService::PlanAction(grpc::ServerContext*,
                                         const tfplugin6::PlanAction::Request* request,
                                         tfplugin6::PlanAction::Response* response) {
  return Answer("PlanAction", *response->mutable_diagnostics(), [&] {
    ASSIGN_OR_RETURN(const auto action, FindAction(request->action_type()));
    ASSIGN_OR_RETURN(const Value config, FromMessage(request->config(), TypeFor(action->schema())));
    ToMessages(action->Validate(config), *response->mutable_diagnostics());
    return absl::OkStatus();
  });
}

grpc::ServerWriteReactor<Event>* ProviderService::InvokeAction(
    grpc::CallbackServerContext*, const tfplugin6::InvokeAction::Request* request) {
  const std::shared_ptr<EventStream<Event>> stream = EventStream<Event>::Make(StopToken());
  const auto completed = std::make_shared<Event>();
  // gRPC's own threads must not block.
  workers_.Do([this, stream, completed, request] {
    DiagnosticMessages& diagnostics = *completed->mutable_completed()->mutable_diagnostics();
    Task<absl::Status> invocation = Invoke(*request, stream, diagnostics);
    Begin(Answer("InvokeAction", diagnostics, std::move(invocation)),
          [stream, completed](const grpc::Status&) {
            stream->Write(std::move(*completed));
            stream->End();
          });
  });
  return stream.get();
}

Task<absl::Status> ProviderService::Invoke(const tfplugin6::InvokeAction::Request& request,
                                           std::shared_ptr<EventStream<Event>> stream,
                                           DiagnosticMessages& diagnostics) {
  CO_ASSIGN_OR_RETURN(const auto action, FindAction(request.action_type()));
  CO_ASSIGN_OR_RETURN(Value config, FromMessage(request.config(), TypeFor(action->schema())));
  if (!action.is_configured) {
    ToMessages({resource::NotConfigured()}, diagnostics);
    co_return absl::OkStatus();
  }
  if (!config.IsMap() || !config.IsWhollyKnown()) {
    co_return absl::InvalidArgumentError("the configuration is not wholly known");
  }
  // Terraform 1.15 does not stand a line that comes after an interrupt.
  const auto progress = [stream](const std::string& message) {
    if (stream->stop().stop_requested()) return;
    Event event;
    event.mutable_progress()->set_message(message);
    stream->Write(std::move(event));
  };
  resource::InvokeRequest invocation{.config = std::move(config),
                                     .progress = progress,
                                     .stop = stream->stop(),
                                     .ends = ends_.get_token()};
  Task<Diagnostics> task = action->Invoke(std::move(invocation));
  const Diagnostics told = co_await std::move(task);
  ToMessages(told, diagnostics);
  co_return absl::OkStatus();
}

}  // namespace er::terraform
