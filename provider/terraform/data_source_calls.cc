// The calls about data sources.
#include "base/status.h"
#include "resource/describe.h"
#include "schema/validate.h"
#include "terraform/provider_service.h"

namespace er::terraform {

grpc::Status ProviderService::ValidateDataResourceConfig(
    grpc::ServerContext*, const tfplugin6::ValidateDataResourceConfig::Request* request,
    tfplugin6::ValidateDataResourceConfig::Response* response) {
  return Answer("ValidateDataResourceConfig", *response->mutable_diagnostics(), [&] {
    ASSIGN_OR_RETURN(const auto source, FindDataSource(request->type_name()));
    const schema::Schema& schema = source->schema();
    ASSIGN_OR_RETURN(const Value config, FromMessage(request->config(), TypeFor(schema)));
    ToMessages(schema::Validate(schema, config), *response->mutable_diagnostics());
    return absl::OkStatus();
  });
}

grpc::Status ProviderService::ReadDataSource(grpc::ServerContext*,
                                             const tfplugin6::ReadDataSource::Request* request,
                                             tfplugin6::ReadDataSource::Response* response) {
  return Answer("ReadDataSource", *response->mutable_diagnostics(), [&] {
    ASSIGN_OR_RETURN(const auto source, FindDataSource(request->type_name()));
    const Type& type = TypeFor(source->schema());
    ASSIGN_OR_RETURN(const Value config, FromMessage(request->config(), type));
    if (!source.is_configured || !config.IsMap()) {
      ToMessages({resource::NotConfigured()}, *response->mutable_diagnostics());
      return absl::OkStatus();
    }
    const resource::StateAnswer answer = source->Read(config, StopToken());
    ToMessages(answer.diagnostics, *response->mutable_diagnostics());
    return ToMessage(answer.state, type, *response->mutable_state());
  });
}

}  // namespace er::terraform
