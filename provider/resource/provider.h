// The provider as Terraform sees it: its types, its configuration, and the session that comes of
// it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/environment.h"
#include "resource/resource.h"
#include "resource/session.h"
#include "schema/loader.h"
#include "value/diagnostic.h"
#include "value/value.h"

namespace er::resource {

// How the arguments of the provider block are read: the argument, else the first of its environment
// variables that is set; nothing if there is none. `block` names the block around it, if there is
// one.
std::optional<std::string> Setting(const schema::Schema& provider, const Environment& environment,
                                   const Value& config, absl::string_view attribute,
                                   absl::string_view block = "");

// Safe for concurrent use.
class Provider {
 public:
  // Makes what connects a session to AWS, from the arguments of the provider block.
  using Connector = std::function<absl::StatusOr<Session::Connect>(const Value& config)>;

  // All must outlive this.
  Provider(const schema::Catalog& catalog, const Environment& environment, Clock& clock,
           Connector connector);

  const schema::Catalog& catalog() const { return catalog_; }

  // Null if there is no such type.
  Resource* FindResource(const std::string& type_name) const;
  DataSource* FindDataSource(const std::string& type_name) const;

  // Makes the session of `config`. Where that holds unknown values, there is none until it is
  // known.
  Diagnostics Configure(const Value& config);

  // Null before Configure(), and where the configuration is not known yet.
  SessionPtr session() const;

 private:
  const schema::Catalog& catalog_;
  const Environment& environment_;
  Clock& clock_;
  const Connector connector_;
  std::map<std::string, std::unique_ptr<Resource>> resources_;
  std::map<std::string, std::unique_ptr<DataSource>> data_sources_;
  mutable std::mutex mutex_;
  SessionPtr session_;
};

}  // namespace er::resource
