// What Terraform may ask of a resource, a data source, a list resource or an action of any type.
// terraform/ calls it; managed/ and run/ are what there is.
//
// Every request brings values of the type's schema; every answer is pre-filled with the safe one,
// so that nothing is destroyed by leaving a field alone.
#pragma once

#include <functional>
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
  // By the id of `terraform import`, or by an identity (schema/identity.h).
  virtual StateAnswer Import(const std::string& id, std::stop_token stop) = 0;
  virtual StateAnswer ImportByIdentity(const Value& identity, std::stop_token stop) = 0;

  // The configuration that a person would write for `state`. Pure.
  virtual Value GenerateConfig(const Value& state) const = 0;

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

// One object that a query finds.
struct Listed {
  Value object{};  // of the resource's schema; only what names it, unless more is asked for
  std::string display_name{};
};

struct ListRequest {
  Value config{};
  bool wants_objects = false;  // all that there is to know of each
  std::stop_token stop{};
};

// What a query lists the objects of a resource by.
class ListResource {
 public:
  // Takes the next object; false: that is enough.
  using Take = std::function<bool(const Listed&)>;

  ListResource() = default;
  ListResource(const ListResource&) = delete;
  ListResource& operator=(const ListResource&) = delete;
  virtual ~ListResource() = default;

  virtual const schema::Schema& schema() const = 0;  // of its configuration
  // Gives each object to `take` as soon as it is found. Says what went wrong.
  virtual Diagnostics List(const ListRequest& request, const Take& take) = 0;
};

struct InvokeRequest {
  Value config{};
  // Shows a line to the person who waits.
  std::function<void(const std::string& message)> progress{};
  std::stop_token stop{};
  std::stop_token ends{};  // as ApplyRequest's
};

class Action {
 public:
  Action() = default;
  Action(const Action&) = delete;
  Action& operator=(const Action&) = delete;
  virtual ~Action() = default;

  virtual const schema::Schema& schema() const = 0;
  // What is wrong with a configuration. Pure.
  virtual Diagnostics Validate(const Value& config) = 0;
  // May take hours, which it waits for without holding a thread.
  virtual Task<Diagnostics> Invoke(InvokeRequest request) = 0;
};

}  // namespace er::resource
