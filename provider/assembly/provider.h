// The provider as Terraform sees it: its types, bound to its configuration.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "aws/s3.h"
#include "base/clock.h"
#include "base/environment.h"
#include "base/mutex.h"
#include "managed/tags.h"
#include "resource/resource.h"
#include "resource/session.h"
#include "run/runs.h"
#include "schema/loader.h"
#include "value/diagnostic.h"
#include "value/value.h"

namespace er::assembly {

// What a provider block leads to.
struct Connected {
  resource::Session::Options session{};
  // The S3 bucket of this name.
  std::function<absl::StatusOr<std::unique_ptr<aws::S3Bucket>>(const std::string& name)> bucket{};
  std::vector<std::string> warnings{};
};

// The types as they are bound to one configuration. Held by each call, so that a later
// configuration does not pull it away.
class Bound {
 public:
  // `catalog` and `clock` must outlive this. `runs` is what the runs share, on `session`; both are
  // null where the configuration is not known yet, as `tag_rules` is where it does not tell them.
  Bound(const schema::Catalog& catalog, Clock& clock, std::unique_ptr<resource::Session> session,
        std::unique_ptr<run::Runs> runs, std::optional<managed::TagRules> tag_rules);

  bool is_configured() const { return session_ != nullptr; }

  // The orderly end: Terraform has come to the end of its walk, and asks for nothing more.
  void End();

  // Null if there is no such type.
  resource::Resource* FindResource(const std::string& type_name) const;
  resource::DataSource* FindDataSource(const std::string& type_name) const;
  resource::ListResource* FindListResource(const std::string& type_name) const;
  resource::Action* FindAction(const std::string& type_name) const;

 private:
  const std::unique_ptr<resource::Session> session_;
  const std::unique_ptr<run::Runs> runs_;
  std::map<std::string, std::unique_ptr<resource::Resource>> resources_;
  std::map<std::string, std::unique_ptr<resource::DataSource>> data_sources_;
  std::map<std::string, std::unique_ptr<resource::ListResource>> list_resources_;
  std::map<std::string, std::unique_ptr<resource::Action>> actions_;
};

// The process around the provider. What is referred to must outlive it.
struct Outside {
  const Environment& environment;
  Clock& clock;
  // Whether the Terraform that started this process is no more.
  std::function<bool()> is_orphaned = [] { return false; };
  // Does what is given to it beside everything else.
  std::function<void(std::function<void()>)> background =
      [](const std::function<void()>& /*work*/) {};
  // Of the journal; tests shorten it.
  absl::Duration lease = absl::Minutes(1);
};

// Safe for concurrent use.
class Provider {
 public:
  // Connects to AWS by the arguments of the provider block, which are all known.
  using Connector =
      std::function<absl::StatusOr<Connected>(const Value& config, std::stop_token stop)>;

  // All must outlive this.
  Provider(const schema::Catalog& catalog, Outside outside, Connector connector);

  const schema::Catalog& catalog() const { return catalog_; }

  // Binds the types to `config`. Where that holds unknown values, they stay unbound until it is
  // known.
  Diagnostics Configure(const Value& config, std::stop_token stop);

  // Never null.
  std::shared_ptr<Bound> bound() const;

 private:
  absl::StatusOr<run::Journal::Options> JournalOf(const Value& config, const Connected& connected,
                                                  Diagnostics& diagnostics) const;

  const schema::Catalog& catalog_;
  const Outside outside_;
  const Connector connector_;
  mutable Mutex mutex_;
  std::shared_ptr<Bound> bound_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace er::assembly
