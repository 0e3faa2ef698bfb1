// The calls about managed resources.
#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "resource/describe.h"
#include "schema/identity.h"
#include "schema/move.h"
#include "schema/upgrade.h"
#include "schema/validate.h"
#include "terraform/provider_service.h"
#include "value/json.h"

namespace er::terraform {
namespace {

// Blocks that are absent are empty, but for single ones: a state from before the block was declared
// lacks it altogether.
void AddMissingBlocks(const std::vector<schema::Attribute>& attributes, Value& object) {
  for (const schema::Attribute& attribute : attributes) {
    if (!attribute.is_block) continue;
    Value& block = object.AsMap()[attribute.name];
    if (block.IsNull()) block = schema::Nothing(attribute);
    if (block.IsList()) {
      for (Value& element : block.AsList()) AddMissingBlocks(attribute.attributes, element);
    } else if (attribute.nesting == schema::Nesting::kSingle && block.IsMap()) {
      AddMissingBlocks(attribute.attributes, block);
    }
  }
}

// The identity of `object`, where that names one, in a message of `answer`: `mutable_identity`
// makes it. Terraform takes a plan with an identity that is not known yet, and then cannot show it:
// such a one is left out.
template <typename Answer>
absl::Status SetIdentity(const schema::Schema& schema, const Value& object, Answer& answer,
                         tfplugin6::ResourceIdentityData* (Answer::*mutable_identity)()) {
  const Value identity = schema::IdentityOf(schema, object);
  if (identity.IsNull() || !identity.IsWhollyKnown()) return absl::OkStatus();
  return ToMessage(identity, schema::IdentityTypeOf(schema),
                   *(answer.*mutable_identity)()->mutable_identity_data());
}

}  // namespace

grpc::Status ProviderService::ValidateResourceConfig(
    grpc::ServerContext*, const tfplugin6::ValidateResourceConfig::Request* request,
    tfplugin6::ValidateResourceConfig::Response* response) {
  return Answer("ValidateResourceConfig", *response->mutable_diagnostics(), [&] {
    ASSIGN_OR_RETURN(const auto resource, FindResource(request->type_name()));
    const schema::Schema& schema = resource->schema();
    ASSIGN_OR_RETURN(const Value config, FromMessage(request->config(), TypeFor(schema)));
    ToMessages(resource->Validate(config), *response->mutable_diagnostics());
    return absl::OkStatus();
  });
}

grpc::Status ProviderService::UpgradeResourceState(
    grpc::ServerContext*, const tfplugin6::UpgradeResourceState::Request* request,
    tfplugin6::UpgradeResourceState::Response* response) {
  return Answer("UpgradeResourceState", *response->mutable_diagnostics(), [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const auto resource, FindResource(request->type_name()));
    const schema::Schema& schema = resource->schema();
    if (request->version() < 0 || request->version() > schema.version) {
      ToMessages({{.summary = "State of Another Version of the Provider",
                   .detail = absl::StrCat("The state was written with version ", request->version(),
                                          " of the schema of ", schema.name,
                                          "; this provider knows versions up to ", schema.version,
                                          ". Use the newer provider that wrote it.")}},
                 *response->mutable_diagnostics());
      return absl::OkStatus();
    }
    if (request->raw_state().json().empty()) {
      ToMessages({{.summary = "State in an Unknown Form",
                   .detail = absl::StrCat("The state of ", schema.name,
                                          " has no JSON: it was not written by Terraform 0.12 or "
                                          "later.")}},
                 *response->mutable_diagnostics());
      return absl::OkStatus();
    }
    const Type& type = TypeFor(schema);
    const bool is_current = request->version() == schema.version;
    absl::StatusOr<Value> decoded = DecodeJson(
        request->raw_state().json(), is_current ? type : schema::TypeIn(schema, request->version()),
        ExtraAttributes::kIgnore);
    // Terraform would take a null for an object that is gone.
    if (decoded.ok() && !decoded->IsMap()) decoded = absl::InvalidArgumentError("it is null");
    if (!decoded.ok()) {
      ToMessages({{.summary = "State That Cannot Be Read",
                   .detail = absl::StrCat(
                       "What the state says of an object of ", schema.name,
                       " is not what this provider has written: ", decoded.status().message(),
                       ".\n\nIt seems to have been changed by hand. Go back to a version of the "
                       "state from before (terraform.tfstate.backup, or one of the backend's), or "
                       "remove the object with `terraform state rm ADDRESS` and import it.")}},
                 *response->mutable_diagnostics());
      return absl::OkStatus();
    }
    Value state = *std::move(decoded);
    if (!is_current) state = schema::Upgraded(schema, request->version(), state);
    AddMissingBlocks(schema.attributes, state);
    resource->Seen(state);
    return ToMessage(state, type, *response->mutable_upgraded_state());
  });
}

grpc::Status ProviderService::UpgradeResourceIdentity(
    grpc::ServerContext*, const tfplugin6::UpgradeResourceIdentity::Request* request,
    tfplugin6::UpgradeResourceIdentity::Response* response) {
  return Answer("UpgradeResourceIdentity", *response->mutable_diagnostics(), [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const auto resource, FindResource(request->type_name()));
    const schema::Schema& schema = resource->schema();
    if (request->version() != 0) {
      ToMessages({{.summary = "Identity of Another Version of the Provider",
                   .detail = absl::StrCat("The identity was written with version ",
                                          request->version(), " of the identity of ", schema.name,
                                          "; this provider knows version 0. Use the newer "
                                          "provider that wrote it.")}},
                 *response->mutable_diagnostics());
      return absl::OkStatus();
    }
    const std::string& json = request->raw_identity().json();
    ASSIGN_OR_RETURN(const Value identity,
                     DecodeJson(json.empty() ? "{}" : json, schema::IdentityTypeOf(schema),
                                ExtraAttributes::kIgnore));
    return ToMessage(identity, schema::IdentityTypeOf(schema),
                     *response->mutable_upgraded_identity()->mutable_identity_data());
  });
}

grpc::Status ProviderService::ReadResource(grpc::ServerContext*,
                                           const tfplugin6::ReadResource::Request* request,
                                           tfplugin6::ReadResource::Response* response) {
  // Until it is known better, the object is what it was.
  *response->mutable_new_state() = request->current_state();
  response->set_private_(request->private_());
  if (request->has_current_identity()) {
    *response->mutable_new_identity() = request->current_identity();
  }
  return Answer("ReadResource", *response->mutable_diagnostics(), [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const auto resource, FindResource(request->type_name()));
    const schema::Schema& schema = resource->schema();
    const Type& type = TypeFor(schema);
    ASSIGN_OR_RETURN(const Value state, FromMessage(request->current_state(), type));
    if (!state.IsMap()) return absl::OkStatus();
    const resource::StateAnswer answer = resource->Read(state, request->private_(), StopToken());
    ToMessages(answer.diagnostics, *response->mutable_diagnostics());
    response->set_private_(answer.private_data);
    RETURN_IF_ERROR(SetIdentity(schema, answer.state, *response,
                                &tfplugin6::ReadResource::Response::mutable_new_identity));
    return ToMessage(answer.state, type, *response->mutable_new_state());
  });
}

grpc::Status ProviderService::PlanResourceChange(
    grpc::ServerContext*, const tfplugin6::PlanResourceChange::Request* request,
    tfplugin6::PlanResourceChange::Response* response) {
  response->set_planned_private(request->prior_private());
  return Answer("PlanResourceChange", *response->mutable_diagnostics(), [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const auto resource, FindResource(request->type_name()));
    const schema::Schema& schema = resource->schema();
    const Type& type = TypeFor(schema);
    // Terraform does not say that it plans as it applies; but only then does it allow a deferral
    // by itself, or tell what the plan has kept.
    resource::PlanRequest plan{.private_data = request->prior_private(),
                               .is_apply = request->client_capabilities().deferral_allowed() ||
                                           !request->planned_private().empty()};
    ASSIGN_OR_RETURN(plan.prior, FromMessage(request->prior_state(), type));
    ASSIGN_OR_RETURN(plan.config, FromMessage(request->config(), type));
    const resource::PlanAnswer answer = resource->Plan(plan);
    ToMessages(answer.diagnostics, *response->mutable_diagnostics());
    response->set_planned_private(answer.private_data);
    for (const Path& path : answer.replace) ToMessage(path, *response->add_requires_replace());
    RETURN_IF_ERROR(
        SetIdentity(schema, answer.planned, *response,
                    &tfplugin6::PlanResourceChange::Response::mutable_planned_identity));
    return ToMessage(answer.planned, type, *response->mutable_planned_state());
  });
}

grpc::ServerUnaryReactor* ProviderService::ApplyResourceChange(
    grpc::CallbackServerContext* call, const tfplugin6::ApplyResourceChange::Request* request,
    tfplugin6::ApplyResourceChange::Response* response) {
  grpc::ServerUnaryReactor* const reactor = call->DefaultReactor();
  // gRPC's own threads must not block.
  workers_.Do([this, reactor, request, response, stop = StopToken()] {
    Begin(Answer("ApplyResourceChange", *response->mutable_diagnostics(),
                 Apply(*request, *response, stop)),
          [reactor](const grpc::Status& status) { reactor->Finish(status); });
  });
  return reactor;
}

Task<absl::Status> ProviderService::Apply(const tfplugin6::ApplyResourceChange::Request& request,
                                          tfplugin6::ApplyResourceChange::Response& response,
                                          std::stop_token stop) {
  // Until something has been done, the object is what it was.
  *response.mutable_new_state() = request.prior_state();
  response.set_private_(request.planned_private());
  CO_ASSIGN_OR_RETURN(const auto resource, FindResource(request.type_name()));
  const schema::Schema& schema = resource->schema();
  const Type& type = TypeFor(schema);
  CO_ASSIGN_OR_RETURN(Value prior, FromMessage(request.prior_state(), type));
  constexpr auto kIdentity = &tfplugin6::ApplyResourceChange::Response::mutable_new_identity;
  if (absl::Status set = SetIdentity(schema, prior, response, kIdentity); !set.ok()) co_return set;
  CO_ASSIGN_OR_RETURN(Value planned, FromMessage(request.planned_state(), type));
  if (prior.IsNull() && planned.IsNull()) {
    co_return absl::InvalidArgumentError("There is nothing before and nothing after this apply.");
  }
  if (!resource.is_configured) {
    ToMessages({resource::NotConfigured()}, *response.mutable_diagnostics());
    co_return absl::OkStatus();
  }
  const bool is_create = prior.IsNull();
  const bool is_delete = planned.IsNull();
  resource::ApplyRequest change{.prior = std::move(prior),
                                .planned = std::move(planned),
                                .private_data = request.planned_private(),
                                .stop = std::move(stop),
                                .ends = ends_.get_token()};
  Task<resource::StateAnswer> task = is_delete   ? resource->Delete(std::move(change))
                                     : is_create ? resource->Create(std::move(change))
                                                 : resource->Update(std::move(change));
  const resource::StateAnswer answer = co_await std::move(task);
  ToMessages(answer.diagnostics, *response.mutable_diagnostics());
  response.set_private_(answer.private_data);
  if (absl::Status set = SetIdentity(schema, answer.state, response, kIdentity); !set.ok()) {
    co_return set;
  }
  co_return ToMessage(answer.state, type, *response.mutable_new_state());
}

grpc::Status ProviderService::ImportResourceState(
    grpc::ServerContext*, const tfplugin6::ImportResourceState::Request* request,
    tfplugin6::ImportResourceState::Response* response) {
  return Answer("ImportResourceState", *response->mutable_diagnostics(), [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const auto resource, FindResource(request->type_name()));
    if (!resource.is_configured) {
      ToMessages({resource::NotConfigured()}, *response->mutable_diagnostics());
      return absl::OkStatus();
    }
    const schema::Schema& schema = resource->schema();
    Value identity;
    if (request->has_identity()) {
      ASSIGN_OR_RETURN(identity, FromMessage(request->identity().identity_data(),
                                             schema::IdentityTypeOf(schema)));
    }
    const resource::StateAnswer answer = identity.IsMap()
                                             ? resource->ImportByIdentity(identity, StopToken())
                                             : resource->Import(request->id(), StopToken());
    ToMessages(answer.diagnostics, *response->mutable_diagnostics());
    if (!answer.state.IsMap()) return absl::OkStatus();
    tfplugin6::ImportResourceState::ImportedResource& imported =
        *response->add_imported_resources();
    imported.set_type_name(request->type_name());
    imported.set_private_(answer.private_data);
    RETURN_IF_ERROR(
        SetIdentity(schema, answer.state, imported,
                    &tfplugin6::ImportResourceState::ImportedResource::mutable_identity));
    return ToMessage(answer.state, TypeFor(schema), *imported.mutable_state());
  });
}

grpc::Status ProviderService::MoveResourceState(
    grpc::ServerContext*, const tfplugin6::MoveResourceState::Request* request,
    tfplugin6::MoveResourceState::Response* response) {
  return Answer("MoveResourceState", *response->mutable_diagnostics(), [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const auto resource, FindResource(request->target_type_name()));
    const schema::Schema& schema = resource->schema();
    const std::vector<std::string>& sources = schema.moved_from;
    absl::StatusOr<Value> state = absl::InvalidArgumentError(
        sources.empty()
            ? "nothing can be moved to this type"
            : absl::StrCat("only ", absl::StrJoin(sources, " and "), " can be moved to it"));
    if (std::find(sources.begin(), sources.end(), request->source_type_name()) != sources.end()) {
      state = schema::Moved(schema, request->source_state().json());
    }
    if (!state.ok()) {
      ToMessages({{.summary = "Unable to Move Resource State",
                   .detail = absl::StrCat("The state of a ", request->source_type_name(), " of ",
                                          request->source_provider_address(),
                                          " cannot become that of ", schema.name, ": ",
                                          state.status().message(), ". Import it instead.")}},
                 *response->mutable_diagnostics());
      return absl::OkStatus();
    }
    RETURN_IF_ERROR(SetIdentity(schema, *state, *response,
                                &tfplugin6::MoveResourceState::Response::mutable_target_identity));
    return ToMessage(*state, TypeFor(schema), *response->mutable_target_state());
  });
}

}  // namespace er::terraform
