// The calls of protocol 6, each in three steps: convert in, call, convert out. What they mean is
// decided in resource/ and schema/.
//
// A gRPC status is never used for what a person can mend: that is a diagnostic. An answer that
// Terraform would take for "the object is gone" (a null state) is only sent where it is meant.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>

#include "assembly/provider.h"
#include "base/mutex.h"
#include "base/task.h"
#include "base/workers.h"
#include "proto/tfplugin6.grpc.pb.h"
#include "terraform/convert.h"
#include "terraform/event_stream.h"

namespace er::terraform {

// Safe for concurrent use, as gRPC calls it: each call on a thread of its own, but for
// what may wait for hours, which holds none, and what answers with a stream.
class ProviderService final
    : public tfplugin6::Provider::WithCallbackMethod_ApplyResourceChange<
          tfplugin6::Provider::WithCallbackMethod_ListResource<
              tfplugin6::Provider::WithCallbackMethod_InvokeAction<tfplugin6::Provider::Service>>> {
 public:
  // `provider` is called by each call, and may wait for what it returns. Both must outlive this.
  ProviderService(std::function<assembly::Provider&()> provider, Workers& workers)
      : provider_(std::move(provider)), workers_(workers) {}

  // Asks the calls in flight to come to an end; later calls are not affected.
  void Stop();
  // The same because the process is to end, whether or not Terraform knows.
  void StopForEnd();
  // The orderly end: Terraform asks for nothing more.
  void End();

  // provider_calls.cc
  grpc::Status GetMetadata(grpc::ServerContext*, const tfplugin6::ProviderMetadata::Request*,
                           tfplugin6::ProviderMetadata::Response*) override;
  grpc::Status GetProviderSchema(grpc::ServerContext*, const tfplugin6::GetProviderSchema::Request*,
                                 tfplugin6::GetProviderSchema::Response*) override;
  grpc::Status GetResourceIdentitySchemas(
      grpc::ServerContext*, const tfplugin6::GetResourceIdentitySchemas::Request*,
      tfplugin6::GetResourceIdentitySchemas::Response*) override;
  grpc::Status GetFunctions(grpc::ServerContext*, const tfplugin6::GetFunctions::Request*,
                            tfplugin6::GetFunctions::Response*) override;
  grpc::Status CallFunction(grpc::ServerContext*, const tfplugin6::CallFunction::Request*,
                            tfplugin6::CallFunction::Response*) override;
  grpc::Status ValidateProviderConfig(grpc::ServerContext*,
                                      const tfplugin6::ValidateProviderConfig::Request*,
                                      tfplugin6::ValidateProviderConfig::Response*) override;
  grpc::Status ConfigureProvider(grpc::ServerContext*, const tfplugin6::ConfigureProvider::Request*,
                                 tfplugin6::ConfigureProvider::Response*) override;
  grpc::Status StopProvider(grpc::ServerContext*, const tfplugin6::StopProvider::Request*,
                            tfplugin6::StopProvider::Response*) override;

  // resource_calls.cc
  grpc::Status ValidateResourceConfig(grpc::ServerContext*,
                                      const tfplugin6::ValidateResourceConfig::Request*,
                                      tfplugin6::ValidateResourceConfig::Response*) override;
  grpc::Status UpgradeResourceState(grpc::ServerContext*,
                                    const tfplugin6::UpgradeResourceState::Request*,
                                    tfplugin6::UpgradeResourceState::Response*) override;
  grpc::Status UpgradeResourceIdentity(grpc::ServerContext*,
                                       const tfplugin6::UpgradeResourceIdentity::Request*,
                                       tfplugin6::UpgradeResourceIdentity::Response*) override;
  grpc::Status ReadResource(grpc::ServerContext*, const tfplugin6::ReadResource::Request*,
                            tfplugin6::ReadResource::Response*) override;
  grpc::Status PlanResourceChange(grpc::ServerContext*,
                                  const tfplugin6::PlanResourceChange::Request*,
                                  tfplugin6::PlanResourceChange::Response*) override;
  grpc::ServerUnaryReactor* ApplyResourceChange(grpc::CallbackServerContext*,
                                                const tfplugin6::ApplyResourceChange::Request*,
                                                tfplugin6::ApplyResourceChange::Response*) override;
  grpc::Status ImportResourceState(grpc::ServerContext*,
                                   const tfplugin6::ImportResourceState::Request*,
                                   tfplugin6::ImportResourceState::Response*) override;
  grpc::Status MoveResourceState(grpc::ServerContext*, const tfplugin6::MoveResourceState::Request*,
                                 tfplugin6::MoveResourceState::Response*) override;

  // data_source_calls.cc
  grpc::Status ValidateDataResourceConfig(
      grpc::ServerContext*, const tfplugin6::ValidateDataResourceConfig::Request*,
      tfplugin6::ValidateDataResourceConfig::Response*) override;
  grpc::Status ReadDataSource(grpc::ServerContext*, const tfplugin6::ReadDataSource::Request*,
                              tfplugin6::ReadDataSource::Response*) override;

  // list_calls.cc
  grpc::Status ValidateListResourceConfig(
      grpc::ServerContext*, const tfplugin6::ValidateListResourceConfig::Request*,
      tfplugin6::ValidateListResourceConfig::Response*) override;
  grpc::ServerWriteReactor<tfplugin6::ListResource::Event>* ListResource(
      grpc::CallbackServerContext*, const tfplugin6::ListResource::Request*) override;
  grpc::Status GenerateResourceConfig(grpc::ServerContext*,
                                      const tfplugin6::GenerateResourceConfig::Request*,
                                      tfplugin6::GenerateResourceConfig::Response*) override;

  // action_calls.cc
  grpc::Status ValidateActionConfig(grpc::ServerContext*,
                                    const tfplugin6::ValidateActionConfig::Request*,
                                    tfplugin6::ValidateActionConfig::Response*) override;
  grpc::Status PlanAction(grpc::ServerContext*, const tfplugin6::PlanAction::Request*,
                          tfplugin6::PlanAction::Response*) override;
  grpc::ServerWriteReactor<tfplugin6::InvokeAction::Event>* InvokeAction(
      grpc::CallbackServerContext*, const tfplugin6::InvokeAction::Request*) override;

 private:
  // Runs `call`, and turns what goes wrong (kInvalidArgument and the like: what was sent makes no
  // sense) and what is thrown (no memory) into a diagnostic. The answer is what `call` has made of
  // it by then.
  static grpc::Status Answer(absl::string_view name, DiagnosticMessages& diagnostics,
                             const std::function<absl::Status()>& call);
  static Task<grpc::Status> Answer(absl::string_view name, DiagnosticMessages& diagnostics,
                                   Task<absl::Status> call);

  Task<absl::Status> Apply(const tfplugin6::ApplyResourceChange::Request& request,
                           tfplugin6::ApplyResourceChange::Response& response,
                           std::stop_token stop);
  absl::Status List(const tfplugin6::ListResource::Request& request,
                    EventStream<tfplugin6::ListResource::Event>& stream,
                    DiagnosticMessages& diagnostics);
  Task<absl::Status> Invoke(const tfplugin6::InvokeAction::Request& request,
                            std::shared_ptr<EventStream<tfplugin6::InvokeAction::Event>> stream,
                            DiagnosticMessages& diagnostics);

  // A type, and whether it may be asked of AWS: the provider's configuration is known. It stays
  // bound to that as long as this is held.
  template <typename Type>
  struct Found {
    std::shared_ptr<Type> type;
    bool is_configured;

    Type* operator->() const { return type.get(); }
  };
  absl::StatusOr<Found<resource::Resource>> FindResource(const std::string& type_name) const;
  absl::StatusOr<Found<resource::DataSource>> FindDataSource(const std::string& type_name) const;
  absl::StatusOr<Found<resource::ListResource>> FindListResource(
      const std::string& type_name) const;
  absl::StatusOr<Found<resource::Action>> FindAction(const std::string& type_name) const;

  // The type of a schema's object, made once.
  const Type& TypeFor(const schema::Schema& schema);

  // Requested by the next Stop() or StopForEnd().
  std::stop_token StopToken();

  const std::function<assembly::Provider&()> provider_;
  Workers& workers_;
  Mutex mutex_;
  std::stop_source stop_ ABSL_GUARDED_BY(mutex_);
  std::stop_source ends_;
  bool stopped_by_terraform_ ABSL_GUARDED_BY(mutex_) = false;
  std::map<const schema::Schema*, Type> types_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace er::terraform
