#include "terraform/provider_service.h"

#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/log.h"

namespace er::terraform {

void ProviderService::Stop() {
  std::stop_source stopped;
  {
    const MutexLock lock(mutex_);
    std::swap(stopped, stop_);
  }
  stopped.request_stop();
}

void ProviderService::StopForEnd() {
  bool is_new = false;
  {
    const MutexLock lock(mutex_);
    is_new = !stopped_by_terraform_;
  }
  // Calls that Terraform itself has stopped answer it as such.
  if (is_new) ends_.request_stop();
  Stop();
}

void ProviderService::End() { provider_().bound()->End(); }

std::stop_token ProviderService::StopToken() {
  const MutexLock lock(mutex_);
  return stop_.get_token();
}

const Type& ProviderService::TypeFor(const schema::Schema& schema) {
  const MutexLock lock(mutex_);
  const auto found = types_.find(&schema);
  if (found != types_.end()) return found->second;
  return types_.emplace(&schema, schema::TypeOf(schema)).first->second;
}

grpc::Status ProviderService::Answer(absl::string_view name, DiagnosticMessages& diagnostics,
                                     const std::function<absl::Status()>& call) {
  log::Trace("Answering", {{"tf_rpc", name}});
  absl::Status status;
  try {
    status = call();
  } catch (const std::exception& exception) {
    // Nothing of ours throws, but the libraries below may be out of memory.
    status = absl::InternalError(exception.what());
  }
  if (!status.ok()) AddFault(absl::StrCat(name, " Failed"), status, diagnostics);
  return grpc::Status::OK;
}

Task<grpc::Status> ProviderService::Answer(absl::string_view name, DiagnosticMessages& diagnostics,
                                           Task<absl::Status> call) {
  log::Trace("Answering", {{"tf_rpc", name}});
  absl::Status status;
  try {
    status = co_await std::move(call);
  } catch (const std::exception& exception) {
    status = absl::InternalError(exception.what());
  }
  if (!status.ok()) AddFault(absl::StrCat(name, " Failed"), status, diagnostics);
  co_return grpc::Status::OK;
}

absl::StatusOr<ProviderService::Found<resource::Resource>> ProviderService::FindResource(
    const std::string& type_name) const {
  const std::shared_ptr<assembly::Bound> bound = provider_().bound();
  if (resource::Resource* const found = bound->FindResource(type_name)) {
    return Found<resource::Resource>{{bound, found}, bound->is_configured()};
  }
  return absl::NotFoundError(
      absl::StrCat("This provider has no resource type \"", type_name, "\"."));
}

absl::StatusOr<ProviderService::Found<resource::DataSource>> ProviderService::FindDataSource(
    const std::string& type_name) const {
  const std::shared_ptr<assembly::Bound> bound = provider_().bound();
  if (resource::DataSource* const found = bound->FindDataSource(type_name)) {
    return Found<resource::DataSource>{{bound, found}, bound->is_configured()};
  }
  return absl::NotFoundError(absl::StrCat("This provider has no data source \"", type_name, "\"."));
}

absl::StatusOr<ProviderService::Found<resource::ListResource>> ProviderService::FindListResource(
    const std::string& type_name) const {
  const std::shared_ptr<assembly::Bound> bound = provider_().bound();
  if (resource::ListResource* const found = bound->FindListResource(type_name)) {
    return Found<resource::ListResource>{{bound, found}, bound->is_configured()};
  }
  return absl::NotFoundError(
      absl::StrCat("This provider has no list resource \"", type_name, "\"."));
}

absl::StatusOr<ProviderService::Found<resource::Action>> ProviderService::FindAction(
    const std::string& type_name) const {
  const std::shared_ptr<assembly::Bound> bound = provider_().bound();
  if (resource::Action* const found = bound->FindAction(type_name)) {
    return Found<resource::Action>{{bound, found}, bound->is_configured()};
  }
  return absl::NotFoundError(absl::StrCat("This provider has no action \"", type_name, "\"."));
}

}  // namespace er::terraform
