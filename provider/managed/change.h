// One create, update or delete of a declared object: the order of its steps, and what is waited for
// on the way.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "aws/client.h"
#include "base/task.h"
#include "managed/context.h"
#include "managed/describe.h"
#include "managed/memory.h"
#include "managed/remote.h"
#include "resource/resource.h"
#include "resource/until.h"

namespace er::managed {

// Whether `planned` asks for another object than `prior` is, tags aside: then an update is sent.
bool NeedsUpdate(const schema::Schema& schema, const Value& prior, const Value& planned);

// The operation's ARNs are of this place, as far as `object` tells it by its own.
schema::ArnScope ScopeOf(const schema::Managed& managed, const Value& object);

class Change {
 public:
  // `schema`, whose behaviour is Managed, `context` and `client` must outlive this. The objects of
  // the request have a Region. `step`: create, update or delete.
  Change(const schema::Schema& schema, const Context& context, aws::Client& client,
         resource::ApplyRequest request, const char* step);

  // Makes the object with its tags, waits until it can be read, and remembers what was read.
  Task<resource::StateAnswer> Create();
  // Sends the whole object where anything of it changed, then the difference of the tags.
  Task<resource::StateAnswer> Update();
  // Deletes it as soon as nothing uses it any more.
  Task<resource::StateAnswer> Delete();

 private:
  using Result = absl::StatusOr<aws::Answer>;

  // After a failure, what is wrong has been told.
  Task<Result> Make(nlohmann::json members);
  Task<Result> Send();
  // What the service tells of the object as it is now; the last that it told where it goes on
  // telling of the one before.
  Task<Result> ReadBack(bool is_new);

  // Waits for `pause`. False if that goes beyond `give_up` (of Elapsed()), the time-out or a stop.
  Task<bool> Pause(absl::Duration pause, absl::Duration give_up);
  absl::Status ChangeTags();
  bool IsOurs(const nlohmann::json& sent, const aws::Answer& found) const;
  bool IsFresh(const aws::Answer& found, bool is_new) const;
  bool MayBeAssumedLater(const absl::Status& failure) const;
  std::vector<std::string> RunningJobs() const;

  // Takes what is unknown yet from what the service told.
  void Settle(const nlohmann::json& told);
  void Remember(const aws::Answer& found, bool is_new);
  resource::StateAnswer Done(Value state);

  Clock& clock() const { return *context_.clock; }

  const schema::Schema& schema_;
  const schema::Managed& managed_;
  const Context& context_;
  aws::Client& client_;
  const std::unique_ptr<Remote> remote_;
  const Value prior_;
  const absl::Duration began_;
  const absl::Time first_sent_;
  const resource::Until until_;
  Value state_;
  Memory memory_;
  const ObjectName name_;
  Diagnostics diagnostics_;
};

}  // namespace er::managed
