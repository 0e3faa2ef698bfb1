// The provider as it is configured: which service answers in which Region, and for whom. Knows
// nothing of types; assembly/ makes it, and each type is bound to it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "aws/client.h"
#include "base/mutex.h"

namespace er::resource {

// Safe for concurrent use.
class Session {
 public:
  // Makes the client of a Region; may ask for credentials.
  using Connect =
      std::function<absl::StatusOr<std::unique_ptr<aws::Client>>(const std::string& region)>;

  struct Options {
    Connect connect{};
    std::string region{};    // where what names no Region goes; empty if none is configured
    std::string account{};   // the caller's; empty if it was not asked for
    std::string endpoint{};  // a custom one; empty: AWS's own
  };

  explicit Session(Options options) : options_(std::move(options)) {}

  const std::string& region() const { return options_.region; }
  const std::string& account() const { return options_.account; }
  const std::string& endpoint() const { return options_.endpoint; }

  // The client of this Region, connected at the first call; owned by the session.
  absl::StatusOr<aws::Client*> ClientFor(const std::string& region);

 private:
  const Options options_;
  Mutex mutex_;
  std::map<std::string, std::unique_ptr<aws::Client>> clients_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace er::resource
