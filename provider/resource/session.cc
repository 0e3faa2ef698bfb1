#include "resource/session.h"

#include "base/status.h"

namespace er::resource {

absl::StatusOr<aws::Client*> Session::ClientFor(const std::string& region) {
  // Held while connecting: those who come for the same Region would only ask for the same
  // credentials.
  const MutexLock lock(mutex_);
  std::unique_ptr<aws::Client>& client = clients_[region];
  if (client == nullptr) {
    ASSIGN_OR_RETURN(client, options_.connect(region));
  }
  return client.get();
}

}  // namespace er::resource
