// The calls about the provider itself.
#include "base/mutex.h"
#include "base/status.h"
#include "schema/identity.h"
#include "schema/validate.h"
#include "terraform/provider_service.h"

namespace er::terraform {
namespace {

void SetCapabilities(tfplugin6::ServerCapabilities& capabilities) {
  // A destroy is planned here, too, so that it carries the private data of the run.
  capabilities.set_plan_destroy(true);
  // Nothing is prepared in GetProviderSchema: Terraform may leave it out and save a call per
  // process.
  capabilities.set_get_provider_schema_optional(true);
  capabilities.set_move_resource_state(true);
  capabilities.set_generate_resource_config(true);
}

// Where the schema of `type` stands.
tfplugin6::Schema& SchemaIn(tfplugin6::GetProviderSchema::Response& response,
                            const schema::Schema& type) {
  switch (type.kind) {
    case schema::Kind::kDataSource:
      return (*response.mutable_data_source_schemas())[type.name];
    case schema::Kind::kListResource:
      return (*response.mutable_list_resource_schemas())[type.name];
    case schema::Kind::kAction:
      return *(*response.mutable_action_schemas())[type.name].mutable_schema();
    case schema::Kind::kResource:
    case schema::Kind::kProvider:
      break;
  }
  return (*response.mutable_resource_schemas())[type.name];
}

}  // namespace

grpc::Status ProviderService::GetMetadata(grpc::ServerContext*,
                                          const tfplugin6::ProviderMetadata::Request*,
                                          tfplugin6::ProviderMetadata::Response* response) {
  SetCapabilities(*response->mutable_server_capabilities());
  for (const schema::Schema& type : provider_().catalog().types) {
    switch (type.kind) {
      case schema::Kind::kResource:
        response->add_resources()->set_type_name(type.name);
        break;
      case schema::Kind::kDataSource:
        response->add_data_sources()->set_type_name(type.name);
        break;
      case schema::Kind::kListResource:
        response->add_list_resources()->set_type_name(type.name);
        break;
      case schema::Kind::kAction:
        response->add_actions()->set_type_name(type.name);
        break;
      case schema::Kind::kProvider:
        break;
    }
  }
  return grpc::Status::OK;
}

grpc::Status ProviderService::GetProviderSchema(grpc::ServerContext*,
                                                const tfplugin6::GetProviderSchema::Request*,
                                                tfplugin6::GetProviderSchema::Response* response) {
  SetCapabilities(*response->mutable_server_capabilities());
  ToMessage(provider_().catalog().provider, *response->mutable_provider());
  for (const schema::Schema& type : provider_().catalog().types) {
    ToMessage(type, SchemaIn(*response, type));
  }
  return grpc::Status::OK;
}

grpc::Status ProviderService::GetResourceIdentitySchemas(
    grpc::ServerContext*, const tfplugin6::GetResourceIdentitySchemas::Request*,
    tfplugin6::GetResourceIdentitySchemas::Response* response) {
  for (const schema::Schema& type : provider_().catalog().types) {
    if (type.identity.empty()) continue;
    tfplugin6::ResourceIdentitySchema& message = (*response->mutable_identity_schemas())[type.name];
    for (const schema::Attribute& attribute : schema::IdentityAttributes(type)) {
      auto& part = *message.add_identity_attributes();
      part.set_name(attribute.name);
      part.set_type(attribute.type.ToJson());
      part.set_required_for_import(attribute.required);
      part.set_optional_for_import(attribute.optional);
      part.set_description(attribute.description);
    }
  }
  return grpc::Status::OK;
}

grpc::Status ProviderService::GetFunctions(grpc::ServerContext*,
                                           const tfplugin6::GetFunctions::Request*,
                                           tfplugin6::GetFunctions::Response*) {
  return grpc::Status::OK;  // there are none
}

grpc::Status ProviderService::CallFunction(grpc::ServerContext*,
                                           const tfplugin6::CallFunction::Request* request,
                                           tfplugin6::CallFunction::Response* response) {
  response->mutable_error()->set_text("This provider has no function \"" + request->name() + "\".");
  return grpc::Status::OK;
}

grpc::Status ProviderService::ValidateProviderConfig(
    grpc::ServerContext*, const tfplugin6::ValidateProviderConfig::Request* request,
    tfplugin6::ValidateProviderConfig::Response* response) {
  return Answer("ValidateProviderConfig", *response->mutable_diagnostics(), [&] {
    const schema::Schema& schema = provider_().catalog().provider;
    ASSIGN_OR_RETURN(const Value config, FromMessage(request->config(), TypeFor(schema)));
    ToMessages(schema::Validate(schema, config), *response->mutable_diagnostics());
    return absl::OkStatus();
  });
}

grpc::Status ProviderService::ConfigureProvider(
    grpc::ServerContext*, const tfplugin6::ConfigureProvider::Request* request,
    tfplugin6::ConfigureProvider::Response* response) {
  return Answer("ConfigureProvider", *response->mutable_diagnostics(), [&] {
    const Type& type = TypeFor(provider_().catalog().provider);
    ASSIGN_OR_RETURN(const Value config, FromMessage(request->config(), type));
    ToMessages(provider_().Configure(config, StopToken()), *response->mutable_diagnostics());
    return absl::OkStatus();
  });
}

grpc::Status ProviderService::StopProvider(grpc::ServerContext*,
                                           const tfplugin6::StopProvider::Request*,
                                           tfplugin6::StopProvider::Response*) {
  {
    const MutexLock lock(mutex_);
    stopped_by_terraform_ = true;
  }
  Stop();
  return grpc::Status::OK;
}

}  // namespace er::terraform
