// What a person is told about declared objects and data sources. Each function is one text;
// tests/golden/diagnostics holds them.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "schema/loader.h"
#include "schema/schema.h"
#include "value/diagnostic.h"
#include "value/value.h"

namespace er::managed {

// What the texts say of an object.
struct ObjectName {
  const schema::Catalog* catalog = nullptr;
  const schema::Schema* schema = nullptr;
  std::string id{};
  std::string region{};
};

// Create. Nothing was made, but for UnknownWhetherCreated().
Diagnostic NotCreated(const ObjectName& object, const absl::Status& why);
Diagnostic AlreadyExists(const ObjectName& object, const absl::Status& why);
Diagnostic UnknownWhetherCreated(const ObjectName& object, const absl::Status& why);
Diagnostic NotReadBack(const ObjectName& object, const absl::Status& why);

// Update.
Diagnostic NotUpdated(const ObjectName& object, const absl::Status& why);
Diagnostic NotTagged(const ObjectName& object, const absl::Status& why);

// Delete. `waited`: how long; `jobs`: those that run, as far as they are known.
Diagnostic NotDeleted(const ObjectName& object, const absl::Status& why);
Diagnostic InUse(const ObjectName& object, const absl::Status& why, absl::Duration waited,
                 const std::vector<std::string>& jobs);
Diagnostic DeleteInterrupted(const ObjectName& object, const absl::Status& why);

// Plan.
Diagnostic FixedWhileInUse(const ObjectName& object);
Diagnostic AnotherRegion(const ObjectName& object, const std::string& region);
Diagnostic TooManyTags(std::size_t count, std::int64_t most);

// Read, import, data sources.
Diagnostic Gone(const ObjectName& object);
Diagnostic UnableToRead(const ObjectName& object, const absl::Status& why);
Diagnostic UnableToReadTags(const ObjectName& object, const absl::Status& why);
Diagnostic AnswerUnreadable(const ObjectName& object, const absl::Status& why);
Diagnostic InvalidImportId(const schema::Schema& schema, const std::string& id,
                           const std::string& why);
Diagnostic UnableToReadData(const schema::Catalog& catalog, const schema::Schema& schema,
                            const Value& config, const std::string& region,
                            const absl::Status& why);

// Of the unique ids that an action was given: where the list has it first, and what the service
// said of it.
struct ListedId {
  std::size_t index = 0;
  std::string id{};
  std::string error_type{};
};

// What the service has said of them so far. Ids may be a person's: no text has more of them than
// where they stand, and the end of a long one.
struct DeletedIds {
  std::string items{};  // the attribute that has them
  std::string workflow{};
  std::string region{};
  std::size_t asked = 0;
  std::size_t deleted = 0;
  std::size_t accepted = 0;  // it works on them
  std::size_t disconnected = 0;
  std::vector<ListedId> refused{};
  std::vector<ListedId> unmentioned{};  // of which it said nothing
};

// Lines.
std::string DeletingIds(const DeletedIds& ids, std::size_t repeated);
std::string IdsSoFar(const DeletedIds& ids, std::size_t sent);
std::string DeletedAsTold(const DeletedIds& ids);

Diagnostic IdsNotDeleted(const DeletedIds& ids);
Diagnostic IdsUnmentioned(const DeletedIds& ids);
// A request failed. `sent`: those of the requests before it.
Diagnostic UnableToDeleteIds(const DeletedIds& ids, std::size_t sent, const std::string& operation,
                             const absl::Status& why);

// The service does not know that of which they would be.
Diagnostic NothingToList(const schema::Schema& schema, const std::string& region,
                         const absl::Status& why);
Diagnostic UnableToList(const schema::Catalog& catalog, const schema::Schema& schema,
                        const std::string& region, const std::string& operation,
                        const absl::Status& why);

}  // namespace er::managed
