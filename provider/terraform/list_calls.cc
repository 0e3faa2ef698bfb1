// The calls about list resources: what `terraform query` asks.
#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/status.h"
#include "resource/describe.h"
#include "schema/identity.h"
#include "schema/validate.h"
#include "terraform/event_stream.h"
#include "terraform/provider_service.h"

namespace er::terraform {
namespace {

using Event = tfplugin6::ListResource::Event;

// Terraform finds the place in a list block only where its path says `config`.
Diagnostics InConfig(Diagnostics diagnostics) {
  for (Diagnostic& diagnostic : diagnostics) {
    if (!diagnostic.path.empty()) diagnostic.path = diagnostic.path.Below("config");
  }
  return diagnostics;
}

absl::Status ToEvent(const schema::Schema& resource, const Type& type, bool wants_object,
                     const resource::Listed& listed, Event& event) {
  event.set_display_name(listed.display_name);
  RETURN_IF_ERROR(ToMessage(schema::IdentityOf(resource, listed.object),
                            schema::IdentityTypeOf(resource),
                            *event.mutable_identity()->mutable_identity_data()));
  if (!wants_object) return absl::OkStatus();
  return ToMessage(listed.object, type, *event.mutable_resource_object());
}

}  // namespace

grpc::Status ProviderService::ValidateListResourceConfig(
    grpc::ServerContext*, const tfplugin6::ValidateListResourceConfig::Request* request,
    tfplugin6::ValidateListResourceConfig::Response* response) {
  return Answer("ValidateListResourceConfig", *response->mutable_diagnostics(), [&] {
    ASSIGN_OR_RETURN(const auto list, FindListResource(request->type_name()));
    const schema::Schema& schema = list->schema();
    ASSIGN_OR_RETURN(const Value config, FromMessage(request->config(), TypeFor(schema)));
    ToMessages(InConfig(schema::Validate(schema, config)), *response->mutable_diagnostics());
    return absl::OkStatus();
  });
}

grpc::ServerWriteReactor<Event>* ProviderService::ListResource(
    grpc::CallbackServerContext*, const tfplugin6::ListResource::Request* request) {
  const std::shared_ptr<EventStream<Event>> stream = EventStream<Event>::Make(StopToken());
  // gRPC's own threads must not block.
  workers_.Do([this, stream, request] {
    Event last;
    Answer("ListResource", *last.mutable_diagnostic(),
           [&] { return List(*request, *stream, *last.mutable_diagnostic()); });
    if (last.diagnostic_size() > 0) stream->Write(std::move(last));
    stream->End();
  });
  return stream.get();
}

absl::Status ProviderService::List(const tfplugin6::ListResource::Request& request,
                                   EventStream<Event>& stream, DiagnosticMessages& diagnostics) {
  ASSIGN_OR_RETURN(const auto list, FindListResource(request.type_name()));
  ASSIGN_OR_RETURN(const auto resource, FindResource(request.type_name()));
  const schema::Schema& schema = list->schema();
  ASSIGN_OR_RETURN(const Value config, FromMessage(request.config(), TypeFor(schema)));
  if (!list.is_configured) {
    ToMessages({resource::NotConfigured()}, diagnostics);
    return absl::OkStatus();
  }
  Diagnostics mistakes = schema::Validate(schema, config);
  if (HasError(mistakes)) {
    ToMessages(InConfig(std::move(mistakes)), diagnostics);
    return absl::OkStatus();
  }
  const Type& type = TypeFor(resource->schema());
  std::int64_t left = request.limit() > 0 ? request.limit() : -1;
  absl::Status problem;
  const Diagnostics told = list->List(
      {.config = config, .wants_objects = request.include_resource_object(), .stop = stream.stop()},
      [&](const resource::Listed& listed) {
        Event event;
        problem =
            ToEvent(resource->schema(), type, request.include_resource_object(), listed, event);
        if (!problem.ok() || !stream.Write(std::move(event))) return false;
        return --left != 0 && !stream.stop().stop_requested();
      });
  if (stream.stop().stop_requested() && !stream.is_cancelled()) {
    ToMessages({resource::ListInterrupted(schema)}, diagnostics);
  } else {
    ToMessages(told, diagnostics);
  }
  return problem;
}

grpc::Status ProviderService::GenerateResourceConfig(
    grpc::ServerContext*, const tfplugin6::GenerateResourceConfig::Request* request,
    tfplugin6::GenerateResourceConfig::Response* response) {
  return Answer("GenerateResourceConfig", *response->mutable_diagnostics(), [&] {
    ASSIGN_OR_RETURN(const auto resource, FindResource(request->type_name()));
    const Type& type = TypeFor(resource->schema());
    ASSIGN_OR_RETURN(const Value state, FromMessage(request->state(), type));
    if (!state.IsMap()) return absl::InvalidArgumentError("The state is null.");
    return ToMessage(resource->GenerateConfig(state), type, *response->mutable_config());
  });
}

}  // namespace er::terraform
