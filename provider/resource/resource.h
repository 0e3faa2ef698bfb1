// What Terraform may ask of a resource or a data source of any type. terraform/ calls it; job_run.h
// and data_source.h are what there is.
//
// Every request brings values of the type's schema; every answer is pre-filled with the safe one,
// so that nothing is destroyed by leaving a field alone.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/task.h"
#include "resource/until.h"
#include "schema/schema.h"
#include "value/diagnostic.h"
#include "value/path.h"
#include "value/value.h"

namespace er::resource {

class Session;

// The provider as it is configured; null where its configuration is not known yet. Held by each
// call, so that a later configuration does not pull it away.
using SessionPtr = std::shared_ptr<Session>;

struct PlanRequest {
  Value prior{};     // null: there is no object
  Value proposed{};  // Terraform's merge of prior and config
  Value config{};    // null: the object is to go
  std::string private_data{};
};

struct PlanAnswer {
  Value planned{};
  std::vector<Path> replace{};
  std::string private_data{};
  Diagnostics diagnostics{};
};

// After a create, an update, a delete, a read or an import.
struct StateAnswer {
  Value state{};  // null: there is no object
  std::string private_data{};
  Diagnostics diagnostics{};
};

// Safe for concurrent use. `session` may be null in Plan() and Read() only; everything else is
// refused without it before it gets here.
class Resource {
 public:
  Resource() = default;
  Resource(const Resource&) = delete;
  Resource& operator=(const Resource&) = delete;
  virtual ~Resource() = default;

  virtual const schema::Schema& schema() const = 0;

  // Pure but for the provider's configuration and its journal; starts nothing and asks nothing of
  // AWS.
  virtual PlanAnswer Plan(const SessionPtr& session, const PlanRequest& request) = 0;

  // These may take hours, which they wait for without holding a thread.
  virtual Task<StateAnswer> Create(SessionPtr session, Value planned, std::stop_token stop) = 0;
  virtual Task<StateAnswer> Update(SessionPtr session, Value prior, Value planned,
                                   std::stop_token stop) = 0;
  virtual Task<StateAnswer> Delete(SessionPtr session, Value prior, std::stop_token stop) = 0;

  virtual StateAnswer Read(const SessionPtr& session, const Value& state,
                           const std::string& private_data, std::stop_token stop) = 0;
  virtual StateAnswer Import(const SessionPtr& session, const std::string& id,
                             std::stop_token stop) = 0;

  // A state that Terraform has, as it is read from the state file.
  virtual void Seen(Session& /*session*/, const Value& /*state*/) {}
};

class DataSource {
 public:
  DataSource() = default;
  DataSource(const DataSource&) = delete;
  DataSource& operator=(const DataSource&) = delete;
  virtual ~DataSource() = default;

  virtual const schema::Schema& schema() const = 0;
  virtual StateAnswer Read(const SessionPtr& session, const Value& config,
                           std::stop_token stop) = 0;
};

}  // namespace er::resource
