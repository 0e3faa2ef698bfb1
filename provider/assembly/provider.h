// The provider as Terraform sees it: its types, its configuration, and the session that comes of
// it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/environment.h"
#include "resource/resource.h"
#include "run/session.h"
#include "schema/loader.h"
#include "value/diagnostic.h"
#include "value/value.h"

namespace er::resource {

// What a provider block leads to.
struct Connected {
  Session::Connect connect{};  // makes the client of a Region
  std::string region{};        // where runs go that name none; empty if there is none
  std::string account{};       // empty if it was not asked for
  std::string endpoint{};      // a custom one; empty: AWS's own
  std::vector<std::string> warnings{};
};

// Safe for concurrent use.
class Provider {
 public:
  // Connects to AWS by the arguments of the provider block, which are all known.
  using Connector =
      std::function<absl::StatusOr<Connected>(const Value& config, std::stop_token stop)>;

  // All must outlive this.
  Provider(const schema::Catalog& catalog, const Environment& environment, Clock& clock,
           Connector connector);

  const schema::Catalog& catalog() const { return catalog_; }

  // Null if there is no such type.
  Resource* FindResource(const std::string& type_name) const;
  DataSource* FindDataSource(const std::string& type_name) const;

  // Makes the session of `config`. Where that holds unknown values, there is none until it is
  // known.
  Diagnostics Configure(const Value& config, std::stop_token stop);

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
