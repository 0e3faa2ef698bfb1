// An object of a declared type as the service has it: what is asked of the service, in members of
// the API. Everything above (plan, waiting, tags, texts) is the same for all types.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <stop_token>

#include "absl/status/statusor.h"
#include "aws/client.h"
#include "resource/operation.h"
#include "schema/loader.h"
#include "schema/schema.h"
#include "schema/translate.h"
#include "value/value.h"

namespace er::managed {

// By default, each step is the operation that the type's file names. Safe for concurrent use;
// failures are those of aws::Client::Call().
class Remote {
 public:
  // All must outlive this.
  Remote(const schema::Catalog& catalog, const schema::Schema& schema, aws::Client& client)
      : catalog_(catalog),
        schema_(schema),
        managed_(std::get<schema::Managed>(schema.behaviour)),
        client_(client) {}
  Remote(const Remote&) = delete;
  Remote& operator=(const Remote&) = delete;
  virtual ~Remote() = default;

  // The members that a create of `planned` sends.
  nlohmann::json CreateMembers(const Value& planned) const;

  virtual absl::StatusOr<aws::Answer> Create(const nlohmann::json& members, std::stop_token stop);
  // The object that has the identity of `object`, with its members as the attributes stand for
  // them.
  virtual absl::StatusOr<aws::Answer> Read(const Value& object, std::stop_token stop);
  virtual absl::StatusOr<aws::Answer> Update(const Value& planned, std::stop_token stop);
  virtual absl::StatusOr<aws::Answer> Delete(const Value& object, std::stop_token stop);

  // The objects that there are, page by page: items with the members that name an object. `within`
  // has the attributes without which nothing can be listed.
  virtual absl::Status EachPage(const Value& within, std::stop_token stop,
                                const resource::TakePage& take);

  // The operation that tells them.
  const schema::Operation& list_operation() const {
    return managed_.in_document ? *managed_.read : *managed_.list.operation;
  }

  bool IsGone(const absl::Status& failure) const;

 protected:
  absl::StatusOr<aws::Answer> Call(const schema::Operation& operation,
                                   const nlohmann::json& members, std::stop_token stop) const;

  const schema::Catalog& catalog_;
  const schema::Schema& schema_;
  const schema::Managed& managed_;
  aws::Client& client_;
};

// The one for this type: of its own where it behaves in its own way.
std::unique_ptr<Remote> RemoteOf(const schema::Catalog& catalog, const schema::Schema& schema,
                                 aws::Client& client);

}  // namespace er::managed
