// One call of an AWS service over HTTP: pace, sign, send, judge the answer, and repeat where that
// is safe. The only retry loop there is. Code that wants an operation's JSON uses client.h; this is
// for the clients of the single protocols (rest_json_client.h, sts.h, sso.h).
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "aws/credentials.h"
#include "aws/error.h"
#include "aws/random.h"
#include "aws/rate_limiter.h"
#include "aws/retry.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "http/transport.h"

namespace er::aws {

// What is pointed to must outlive the Caller.
struct CallerConfig {
  http::Transport* transport = nullptr;
  Clock* clock = nullptr;
  CredentialsSource* credentials = nullptr;  // none: for the few operations that are not signed
  std::string service{};                     // signed for
  std::string region{};                      // signed for
  RetryPolicy retry{};
  RateLimiter* limiter = nullptr;  // none: no limit
  std::string user_agent{};
  Random random = SystemRandom();
  std::function<Error(const http::Response&)> decode_error{};  // none: as JSON (error_answer.h)
};

struct HttpCall {
  std::string operation{};
  std::string resource{};  // what it is about, for messages
  std::string region{};    // signed for, if not the caller's
  http::Request request{};
  bool repeatable = false;
  std::function<bool()> may_send{};  // as client.h says
  // Whether an answer of HTTP status 2xx can be read; none: any can.
  std::function<absl::Status(const http::Response&)> check{};
  // Asked about each answer that is no success: whether the call belongs elsewhere. If so, it
  // changes the call, which is sent again at once, a few times at most; none: it never does.
  std::function<bool(const http::Response&, HttpCall&)> redirect{};
};

// Safe for concurrent use.
class Caller {
 public:
  explicit Caller(CallerConfig config);

  // The answer to `call`, of HTTP status 2xx. As client.h says of Client::Call() what is repeated
  // and what a failure tells.
  absl::StatusOr<http::Response> Run(HttpCall call, std::stop_token stop);

  // The service's clock when it answered; now where it did not say.
  absl::Time DateOf(const http::Response& response) const;

 private:
  struct Attempt;
  struct Repeats;
  enum class Next { kReturn, kRepeatAtOnce, kRepeatLater };

  Attempt TryOnce(const HttpCall& call, int number, const std::string& invocation_id,
                  const std::stop_token& stop);
  void Judge(const HttpCall& call, absl::StatusOr<http::Response> response, Attempt& attempt);
  Next Decide(HttpCall& call, const Attempt& attempt, Repeats& repeats);
  absl::Duration ClockOffset() const;
  bool MayGuess();

  const CallerConfig config_;
  RetryQuota quota_;
  AdaptivePace pace_;
  mutable Mutex mutex_;
  absl::Duration clock_offset_
      ABSL_GUARDED_BY(mutex_);  // what the service's clock is ahead of ours, once it complained
  absl::Duration next_guess_ ABSL_GUARDED_BY(mutex_) = -absl::InfiniteDuration();
};

}  // namespace er::aws
