#include "assembly/provider.h"

#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "managed/declared_data_source.h"
#include "resource/describe.h"
#include "run/job_run.h"
#include "schema/validate.h"

namespace er::assembly {
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

Bound::Bound(const schema::Catalog& catalog, std::unique_ptr<resource::Session> session,
             std::unique_ptr<run::Runs> runs)
    : session_(std::move(session)), runs_(std::move(runs)) {
  resources_.emplace(run::JobRun::kTypeName, std::make_unique<run::JobRun>(catalog, runs_.get()));
  for (const schema::Schema& type : catalog.types) {
    if (type.kind == schema::Kind::kDataSource) {
      data_sources_.emplace(type.name,
                            std::make_unique<managed::DeclaredDataSource>(type, session_.get()));
    }
  }
}

resource::Resource* Bound::FindResource(const std::string& type_name) const {
  const auto found = resources_.find(type_name);
  return found == resources_.end() ? nullptr : found->second.get();
}

resource::DataSource* Bound::FindDataSource(const std::string& type_name) const {
  const auto found = data_sources_.find(type_name);
  return found == data_sources_.end() ? nullptr : found->second.get();
}

Provider::Provider(const schema::Catalog& catalog, const Environment& environment, Clock& clock,
                   Connector connector)
    : catalog_(catalog),
      environment_(environment),
      clock_(clock),
      connector_(std::move(connector)),
      bound_(std::make_shared<Bound>(catalog, nullptr, nullptr)) {}

Diagnostics Provider::Configure(const Value& config, std::stop_token stop) {
  std::unique_ptr<resource::Session> session;
  std::unique_ptr<run::Runs> runs;
  Diagnostics diagnostics;
  if (config.IsWhollyKnown()) {
    // Terraform has had it validated; whoever else configures a provider may not have.
    Diagnostics mistakes = schema::Validate(catalog_.provider, config);
    if (HasError(mistakes)) return mistakes;
    absl::StatusOr<Connected> connected = connector_(config, std::move(stop));
    if (!connected.ok()) return {resource::InvalidConfiguration(connected.status())};
    for (std::string& warning : connected->warnings) {
      diagnostics.push_back(resource::Warning("Provider Configuration", std::move(warning)));
    }
    session = std::make_unique<resource::Session>(std::move(connected->session));
    runs = std::make_unique<run::Runs>(
        run::Runs::Options{
            .scope = absl::StrJoin(
                {Workspace(environment_), session->account(), session->endpoint()}, "\n"),
            .max_concurrent_jobs = MaxConcurrentJobs(config),
            .journal_folder = JournalFolder(environment_, config)},
        *session, catalog_, clock_);
  }
  auto bound = std::make_shared<Bound>(catalog_, std::move(session), std::move(runs));
  std::lock_guard lock(mutex_);
  bound_ = std::move(bound);
  return diagnostics;
}

std::shared_ptr<Bound> Provider::bound() const {
  std::lock_guard lock(mutex_);
  return bound_;
}

}  // namespace er::assembly
