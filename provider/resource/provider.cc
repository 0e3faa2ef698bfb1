#include "resource/provider.h"

#include <limits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "resource/declared_data_source.h"
#include "resource/job_run.h"

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

// A setting that must be a whole number of at least 1.
Diagnostics ReadCount(const std::optional<std::string>& text, const char* name, int& count) {
  if (!text.has_value()) return {};
  const absl::StatusOr<Number> number = Number::Parse(*text);
  const std::optional<std::int64_t> whole = number.ok() ? number->ToInt64() : std::nullopt;
  if (!whole.has_value() || *whole < 1 || *whole > std::numeric_limits<int>::max()) {
    return {{.summary = absl::StrCat("Invalid ", name),
             .detail = absl::StrCat("\"", *text, "\" must be a whole number of at least 1."),
             .path = Path(name)}};
  }
  count = static_cast<int>(*whole);
  return {};
}

}  // namespace

std::optional<std::string> Setting(const schema::Schema& provider, const Environment& environment,
                                   const Value& config, absl::string_view attribute,
                                   absl::string_view block) {
  const Value* object = &config;
  const std::vector<schema::Attribute>* attributes = &provider.attributes;
  if (!block.empty()) {
    attributes = &provider.FindBlock(block)->attributes;
    const Value& blocks = config[block];
    object = blocks.IsList() && !blocks.AsList().empty() ? &blocks.AsList().front() : nullptr;
  }
  if (object != nullptr) {
    const Value& value = (*object)[attribute];
    if (value.IsString()) return value.AsString();
    if (value.IsNumber()) return value.AsNumber().text();
    if (value.IsBool()) return value.AsBool() ? "true" : "false";
  }
  for (const schema::Attribute& declared : *attributes) {
    if (declared.name != attribute) continue;
    for (const std::string& variable : declared.environment) {
      if (auto value = environment.Variable(variable)) return value;
    }
  }
  return std::nullopt;
}

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

Diagnostics Provider::Configure(const Value& config) {
  SessionPtr session;
  Diagnostics diagnostics;
  if (config.IsWhollyKnown()) {
    const auto setting = [&](absl::string_view attribute, absl::string_view block = "") {
      return Setting(catalog_.provider, environment_, config, attribute, block);
    };
    Session::Options options{.region = setting("region").value_or("")};
    diagnostics = ReadCount(setting("max_concurrent_jobs"), "max_concurrent_jobs",
                            options.max_concurrent_jobs);
    options.scope = absl::StrJoin(
        {Workspace(environment_), setting("entityresolution", "endpoints").value_or("")}, "\n");
    options.journal_folder =
        setting("journal_dir")
            .value_or(absl::StrCat(DataFolder(environment_), "/entityresolution-journal"));
    absl::StatusOr<Session::Connect> connect = connector_(config);
    if (!connect.ok()) {
      diagnostics.push_back({.summary = "Invalid Provider Configuration",
                             .detail = std::string(connect.status().message())});
    }
    if (HasError(diagnostics)) return diagnostics;
    options.connect = *std::move(connect);
    session = std::make_shared<Session>(std::move(options), catalog_, clock_);
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
