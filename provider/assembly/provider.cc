#include "assembly/provider.h"

#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "assembly/journal_place.h"
#include "assembly/tag_rules.h"
#include "aws/hash.h"
#include "aws/settings.h"
#include "base/status.h"
#include "managed/context.h"
#include "managed/declared_data_source.h"
#include "managed/declared_query.h"
#include "managed/declared_resource.h"
#include "managed/unique_id_deletion.h"
#include "resource/describe.h"
#include "run/describe.h"
#include "run/folder_store.h"
#include "run/job_action.h"
#include "run/job_query.h"
#include "run/job_run.h"
#include "run/s3_store.h"
#include "run/scope.h"
#include "schema/validate.h"

namespace er::assembly {
namespace {

// How many jobs may run at once: the service's quota unless the configuration says otherwise. The
// schema has checked the number.
int MaxConcurrentJobs(const Value& config) {
  const Value& value = config["max_concurrent_jobs"];
  return value.IsNumber() ? static_cast<int>(value.AsNumber().ToInt64().value_or(1)) : 1;
}

}  // namespace

Bound::Bound(const schema::Catalog& catalog, Clock& clock,
             std::unique_ptr<resource::Session> session, std::unique_ptr<run::Runs> runs,
             std::optional<managed::TagRules> tag_rules)
    : session_(std::move(session)), runs_(std::move(runs)) {
  const managed::Context context{.catalog = &catalog,
                                 .clock = &clock,
                                 .session = session_.get(),
                                 .tag_rules = std::move(tag_rules)};
  std::map<std::string, run::JobRun*> job_runs;
  for (const schema::Schema& type : catalog.types) {
    if (std::holds_alternative<schema::Managed>(type.behaviour)) {
      resources_.emplace(type.name, std::make_unique<managed::DeclaredResource>(type, context));
    } else if (std::holds_alternative<schema::JobKind>(type.behaviour)) {
      auto job_run = std::make_unique<run::JobRun>(catalog, type, runs_.get());
      job_runs.emplace(type.name, job_run.get());
      resources_.emplace(type.name, std::move(job_run));
    } else if (std::holds_alternative<schema::Reading>(type.behaviour)) {
      data_sources_.emplace(type.name,
                            std::make_unique<managed::DeclaredDataSource>(type, context));
    } else if (const auto* starting = std::get_if<schema::Starting>(&type.behaviour)) {
      const schema::Schema& run = *catalog.Find(schema::Kind::kResource, starting->run);
      actions_.emplace(type.name, std::make_unique<run::JobAction>(type, run, runs_.get()));
    } else if (std::holds_alternative<schema::Batch>(type.behaviour)) {
      actions_.emplace(type.name, std::make_unique<managed::UniqueIdDeletion>(type, context));
    }
  }
  for (const schema::Schema& type : catalog.types) {
    if (!std::holds_alternative<schema::Query>(type.behaviour)) continue;
    const auto job_run = job_runs.find(type.name);
    if (job_run != job_runs.end()) {
      list_resources_.emplace(type.name,
                              std::make_unique<run::JobQuery>(type, *job_run->second, runs_.get()));
    } else {
      list_resources_.emplace(
          type.name, std::make_unique<managed::DeclaredQuery>(
                         type, *catalog.Find(schema::Kind::kResource, type.name), context));
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

resource::ListResource* Bound::FindListResource(const std::string& type_name) const {
  const auto found = list_resources_.find(type_name);
  return found == list_resources_.end() ? nullptr : found->second.get();
}

resource::Action* Bound::FindAction(const std::string& type_name) const {
  const auto found = actions_.find(type_name);
  return found == actions_.end() ? nullptr : found->second.get();
}

void Bound::End() {
  if (runs_ != nullptr) runs_->End();
}

Provider::Provider(const schema::Catalog& catalog, Outside outside, Connector connector)
    : catalog_(catalog),
      outside_(std::move(outside)),
      connector_(std::move(connector)),
      bound_(std::make_shared<Bound>(catalog, outside_.clock, nullptr, nullptr, std::nullopt)) {}

absl::StatusOr<run::Journal::Options> Provider::JournalOf(const Value& config,
                                                          const Connected& connected,
                                                          Diagnostics& diagnostics) const {
  ASSIGN_OR_RETURN(const JournalPlace place, ToJournalPlace(config, outside_.environment));
  const bool is_elsewhere = place.folder.empty();
  const run::Scope scope = run::ScopeOf(outside_.environment, is_elsewhere);
  run::Journal::Options options{
      .is_asked_for = place.is_asked_for,
      .scope = aws::Sha256Hex(absl::StrCat(scope.name, "\n", connected.session.endpoint)),
      .in_local_file = scope.in_local_file,
      .lease = outside_.lease,
      .is_orphaned = outside_.is_orphaned,
      .background = outside_.background};
  if (is_elsewhere) {
    absl::StatusOr<std::unique_ptr<aws::S3Bucket>> bucket = connected.bucket(place.bucket);
    if (!bucket.ok()) return aws::OfArgument(bucket.status(), "journal");
    options.store = std::make_unique<run::S3Store>(*std::move(bucket), place.prefix);
  } else {
    options.store = std::make_unique<run::FolderStore>(place.folder);
  }
  if (place.is_asked_for && !scope.names_the_state) {
    diagnostics.push_back(run::UnnamedState(options.store->where()));
  }
  return options;
}

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
    absl::StatusOr<run::Journal::Options> journal = JournalOf(config, *connected, diagnostics);
    if (!journal.ok()) return {resource::InvalidConfiguration(journal.status())};
    session = std::make_unique<resource::Session>(std::move(connected->session));
    runs = std::make_unique<run::Runs>(
        run::Runs::Options{.journal = *std::move(journal),
                           .max_concurrent_jobs = MaxConcurrentJobs(config)},
        *session, catalog_, outside_.clock);
  }
  auto bound = std::make_shared<Bound>(catalog_, outside_.clock, std::move(session),
                                       std::move(runs), ToTagRules(config, outside_.environment));
  const MutexLock lock(mutex_);
  bound_ = std::move(bound);
  return diagnostics;
}

std::shared_ptr<Bound> Provider::bound() const {
  const MutexLock lock(mutex_);
  return bound_;
}

}  // namespace er::assembly
