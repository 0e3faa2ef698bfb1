// The emulated services without their sockets: a request in, an answer out. server.h brings it to a
// port; main.cc is the program.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <utility>
#include <variant>

#include "base/clock.h"
#include "base/mutex.h"
#include "emulator/call_log.h"
#include "emulator/config.h"
#include "emulator/credentials.h"
#include "emulator/faults.h"
#include "emulator/message.h"
#include "emulator/policies.h"
#include "emulator/s3/buckets.h"
#include "emulator/store.h"

namespace er::emulator {

// All there is to know, and what the control API changes.
struct State {
  Config config{};
  Credentials credentials{};
  Store store;
  Policies policies{};
  Buckets buckets{};
  Faults faults;
  CallLog calls{};

  explicit State(std::uint64_t seed) : store(config, seed), faults(seed) {}
};

// Safe for concurrent use.
class Emulator {
 public:
  // `clock` must outlive this object. Before the first Handle(), state() is the caller's to fill.
  Emulator(Clock& clock, std::uint64_t seed) : clock_(clock), seed_(seed), state_(seed) {}

  State& state() { return state_; }

  // Called with each call of a service once its answer is known; not of the control API. On the
  // thread of the call, several at a time. To be set before the first Handle().
  void set_observer(std::function<void(const LoggedCall&)> observer) {
    observer_ = std::move(observer);
  }

  // Answers a call of Entity Resolution, of STS, of S3 or (below /_emulator/) of the control API.
  // Takes as long as an injected delay, or until `stop` is requested. The answer's `delivery` is
  // for the caller to carry out.
  Answer Handle(const Request& request, std::stop_token stop);

 private:
  struct Admitted;  // a call that may go on to its operation

  std::variant<Admitted, Answer> Admit(const Request& request, std::int64_t& number);
  std::variant<Caller, Error> WhoAsks(const Request& request, const Admitted& admitted,
                                      absl::Time now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Answer Work(const Request& request, const Admitted& admitted);
  Answer WorkOnJobs(const Admitted& admitted) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Answer Finish(Answer answer, Protocol protocol, std::int64_t number);
  absl::Time Now() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return clock_.Now() + state_.config.clock_skew;
  }

  Clock& clock_;
  const std::uint64_t seed_;
  std::function<void(const LoggedCall&)> observer_;
  Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace er::emulator
