// What Terraform may ask of a resource or a data source of any type. terraform/ calls it; managed/
// and run/ are what there is.
//
// Every request brings values of the type's schema; every answer is pre-filled with the safe one,
// so that nothing is destroyed by leaving a field alone.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "base/task.h"
#include "schema/schema.h"
#include "value/diagnostic.h"
#include "value/path.h"
#include "value/value.h"

namespace er::resource {

// A plan follows the configuration. Terraform's own merge of it with what is there is not among
// this: some releases propose a block that the configuration no longer has.
struct PlanRequest {
  Value prior{};   // null: there is no object
  Value config{};  // null: the object is to go
  std::string private_data{};
  bool is_apply = false;  // of an apply, which plans once more; where Terraform tells
};

struct PlanAnswer {
  Value planned{};
  std::vector<Path> replace{};
  std::string private_data{};
  Diagnostics diagnostics{};
};

struct ApplyRequest {
  Value prior{};    // null: create
  Value planned{};  // null: delete
  std::string private_data{};
  std::stop_token stop{};  // requested when Terraform is interrupted, or the process is to end
  std::stop_token
      ends{};  // requested when the process is to end and Terraform has not asked for it
};

// After a create, an update, a delete, a read or an import.
struct StateAnswer {
  Value state{};  // null: there is no object
  std::string private_data{};
  Diagnostics diagnostics{};
};

// A type, bound to the provider as it is configured. Where the configuration is not known yet, only
// Plan(), Read() and Seen() are called. Safe for concurrent use.
class Resource {
 public:
  Resource() = default;
  Resource(const Resource&) = delete;
  Resource& operator=(const Resource&) = delete;
  virtual ~Resource() = default;

  virtual const schema::Schema& schema() const = 0;

  // What is wrong with a configuration. Pure.
  virtual Diagnostics Validate(const Value& config);

  // Starts nothing, and asks nothing of AWS.
  virtual PlanAnswer Plan(const PlanRequest& request) = 0;

  // These may take hours, which they wait for without holding a thread.
  virtual Task<StateAnswer> Create(ApplyRequest request) = 0;
  virtual Task<StateAnswer> Update(ApplyRequest request) = 0;
  virtual Task<StateAnswer> Delete(ApplyRequest request) = 0;

  virtual StateAnswer Read(const Value& state, const std::string& private_data,
                           std::stop_token stop) = 0;
  virtual StateAnswer Import(const std::string& id, std::stop_token stop) = 0;

  // A state that Terraform has, as it is read from the state file.
  virtual void Seen(const Value& /*state*/) {}
};

class DataSource {
 public:
  DataSource() = default;
  DataSource(const DataSource&) = delete;
  DataSource& operator=(const DataSource&) = delete;
  virtual ~DataSource() = default;

  virtual const schema::Schema& schema() const = 0;
  virtual StateAnswer Read(const Value& config, std::stop_token stop) = 0;
};

}  // namespace er::resource
