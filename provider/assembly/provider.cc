#include "assembly/provider.h"

#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "managed/declared_data_source.h"
#include "run/describe.h"
#include "run/job_run.h"
#include "schema/validate.h"

namespace er::resource {
namespace {

// Where Terraform keeps what belongs to the working folder.
// https://developer.hashicorp.com/terraform/cli/config/environment-variables#tf_data_dir
std::string DataFolder(const Environment& environment) {
  return environment.Variable("TF_DATA_DIR").value_or(".terraform");
}

std::string Workspace(const Environment& environment) {
  if (auto name = environment.Variable("TF_WORKSPACE")) return *std::move(name);
  const auto file = environment.ReadFile(absl::StrCat(DataFolder(environment), "/environment"));
  return file.ok() ? std::string(absl::StripAsciiWhitespace(*file)) : "default";
}

// How many jobs may run at once: the service's quota unless the configuration says otherwise. The
// schema has checked the number.
int MaxConcurrentJobs(const Value& config) {
  const Value& value = config["max_concurrent_jobs"];
  return value.IsNumber() ? static_cast<int>(value.AsNumber().ToInt64().value_or(1)) : 1;
}

std::string JournalFolder(const Environment& environment, const Value& config) {
  if (config["journal_dir"].IsString()) return config["journal_dir"].AsString();
  if (auto folder = environment.Variable("TF_ENTITYRESOLUTION_JOURNAL_DIR"))
    return *std::move(folder);
  return absl::StrCat(DataFolder(environment), "/entityresolution-journal");
}

}  // namespace

Provider::Provider(const schema::Catalog& catalog, const Environment& environment, Clock& clock,
                   Connector connector)
    : catalog_(catalog),
      environment_(environment),
      clock_(clock),
      connector_(std::move(connector)) {
  resources_.emplace(JobRun::kTypeName, std::make_unique<JobRun>(catalog));
  for (const schema::Schema& type : catalog.types) {
    if (type.kind == schema::Kind::kDataSource) {
      data_sources_.emplace(type.name, std::make_unique<DeclaredDataSource>(catalog, type));
    }
  }
}

Resource* Provider::FindResource(const std::string& type_name) const {
  const auto found = resources_.find(type_name);
  return found == resources_.end() ? nullptr : found->second.get();
}

DataSource* Provider::FindDataSource(const std::string& type_name) const {
  const auto found = data_sources_.find(type_name);
  return found == data_sources_.end() ? nullptr : found->second.get();
}

Diagnostics Provider::Configure(const Value& config, std::stop_token stop) {
  SessionPtr session;
  Diagnostics diagnostics;
  if (config.IsWhollyKnown()) {
    // Terraform has had it validated; whoever else configures a provider may not have.
    Diagnostics mistakes = schema::Validate(catalog_.provider, config);
    if (HasError(mistakes)) return mistakes;
    absl::StatusOr<Connected> connected = connector_(config, std::move(stop));
    if (!connected.ok()) return {InvalidConfiguration(connected.status())};
    for (std::string& warning : connected->warnings) {
      diagnostics.push_back({.severity = Diagnostic::Severity::kWarning,
                             .summary = "Provider Configuration",
                             .detail = std::move(warning)});
    }
    session = std::make_shared<Session>(
        Session::Options{
            .connect = std::move(connected->connect),
            .region = connected->region,
            .scope = absl::StrJoin(
                {Workspace(environment_), connected->account, connected->endpoint}, "\n"),
            .max_concurrent_jobs = MaxConcurrentJobs(config),
            .journal_folder = JournalFolder(environment_, config)},
        catalog_, clock_);
  }
  std::lock_guard lock(mutex_);
  session_ = std::move(session);
  return diagnostics;
}

SessionPtr Provider::session() const {
  std::lock_guard lock(mutex_);
  return session_;
}

}  // namespace er::resource
