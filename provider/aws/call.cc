#include "aws/call.h"

#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "aws/error_answer.h"
#include "aws/signer.h"
#include "aws/uri.h"
#include "base/log.h"
#include "base/status.h"

namespace er::aws {
namespace {

constexpr absl::Duration kLargestSkew = absl::Minutes(4);
constexpr int kMostRedirects = 2;

// A 403 that is meant must not make each poll of a wait ask for new credentials.
constexpr absl::Duration kGuessPause = absl::Minutes(5);

std::optional<absl::Time> ParseDate(const http::Response& response) {
  absl::Time date;
  if (!absl::ParseTime("%a, %d %b %Y %H:%M:%S GMT", response.Header("date"), &date, nullptr)) {
    return std::nullopt;
  }
  return date;
}

std::optional<absl::Duration> RetryAfter(const http::Response& response) {
  int milliseconds = 0;
  if (!absl::SimpleAtoi(response.Header("x-amz-retry-after"), &milliseconds)) return std::nullopt;
  return absl::Milliseconds(milliseconds);
}

// The code of a call that has no credentials: kNotFound or kPermissionDenied of a role must not
// look like the answer of the service called.
absl::StatusCode WithoutCredentials(const absl::Status& why) {
  switch (why.code()) {
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:
      return why.code();
    default:
      return absl::StatusCode::kUnauthenticated;
  }
}

}  // namespace

// One attempt and what came of it.
struct Caller::Attempt {
  absl::Status status = absl::OkStatus();  // what the caller gets if this was the last attempt
  Error error{};                           // if status is none of success
  http::Response response{};               // http_status 0: none came
  Credentials credentials{};
  bool could_not_try = false;  // no credentials, stopped, or a request that is none
};

// What one call was repeated for. Those at once take none of the attempts that the user allowed.
struct Caller::Repeats {
  int later = 0;
  int redirects = 0;
  bool refreshed = false;
  bool clock_corrected = false;
};

Caller::Caller(CallerConfig config) : config_(std::move(config)), pace_(*config_.clock) {}

absl::Time Caller::DateOf(const http::Response& response) const {
  return ParseDate(response).value_or(config_.clock->Now());
}

absl::Duration Caller::ClockOffset() const {
  const MutexLock lock(mutex_);
  return clock_offset_;
}

bool Caller::MayGuess() {
  const MutexLock lock(mutex_);
  const absl::Duration now = config_.clock->Elapsed();
  if (now < next_guess_) return false;
  next_guess_ = now + kGuessPause;
  return true;
}

Caller::Attempt Caller::TryOnce(const HttpCall& call, int number, const std::string& invocation_id,
                                const std::stop_token& stop) {
  const std::string& region = call.region.empty() ? config_.region : call.region;
  Attempt attempt{.error = {.operation = call.operation,
                            .resource = call.resource,
                            .region = region,
                            .attempts = number,
                            .execution = Execution::kNotSent}};
  const auto could_not_try = [&](const absl::Status& why, absl::StatusCode code) {
    attempt.could_not_try = true;
    attempt.error.message = std::string(why.message());
    const std::optional<Error> cause = ErrorOf(why);
    attempt.error.lasting = cause && cause->lasting;
    attempt.status = ToStatus(attempt.error, code);
    return attempt;
  };
  const bool adaptive = config_.retry.mode == RetryMode::kAdaptive;
  if ((config_.limiter != nullptr && !config_.limiter->Acquire(stop)) ||
      (adaptive && !pace_.Acquire(stop))) {
    return could_not_try(absl::CancelledError("cancelled before it was sent"),
                         absl::StatusCode::kCancelled);
  }

  http::Request request = call.request;
  request.headers.emplace_back("amz-sdk-invocation-id", invocation_id);
  request.headers.emplace_back(
      "amz-sdk-request", absl::StrCat("attempt=", number, "; max=", config_.retry.max_attempts));
  if (!config_.user_agent.empty()) request.headers.emplace_back("user-agent", config_.user_agent);
  request.at_most_once = !call.repeatable;
  if (config_.credentials != nullptr) {
    absl::StatusOr<Credentials> credentials = config_.credentials->Get(stop);
    if (!credentials.ok()) {
      return could_not_try(credentials.status(), WithoutCredentials(credentials.status()));
    }
    attempt.credentials = *std::move(credentials);
    absl::StatusOr<http::Request> signed_request =
        Sign(std::move(request), attempt.credentials,
             {.time = config_.clock->Now() + ClockOffset(),
              .region = region,
              .service = config_.service});
    if (!signed_request.ok()) {
      return could_not_try(signed_request.status(), signed_request.status().code());
    }
    request = *std::move(signed_request);
  }

  if (call.may_send && !call.may_send()) {
    return could_not_try(absl::AbortedError("it may not be sent any more"),
                         absl::StatusCode::kAborted);
  }
  const absl::Duration begin = config_.clock->Elapsed();
  Judge(call, config_.transport->Send(request, stop), attempt);
  log::Debug("Called AWS", {{"operation", call.operation},
                            {"region", region},
                            {"resource", call.resource},
                            {"attempt", number},
                            {"http_status", attempt.response.code},
                            {"error", attempt.status.message()},
                            {"request_id", RequestIdOf(attempt.response)},
                            {"duration", absl::FormatDuration(config_.clock->Elapsed() - begin)}});
  return attempt;
}

// What came of sending it.
void Caller::Judge(const HttpCall& call, absl::StatusOr<http::Response> response,
                   Attempt& attempt) {
  if (!response.ok()) {
    attempt.error.message = std::string(response.status().message());
    attempt.error.execution = http::DeliveryOf(response.status()) == http::Delivery::kUnsent
                                  ? Execution::kNotSent
                                  : Execution::kUnknown;
    attempt.could_not_try = response.status().code() == absl::StatusCode::kInvalidArgument;
    attempt.status = ToStatus(attempt.error, response.status().code());
    return;
  }
  attempt.response = *std::move(response);
  const int code = attempt.response.code;
  const bool success = code >= 200 && code < 300;
  const absl::Status readable =
      success && call.check ? call.check(attempt.response) : absl::OkStatus();
  if (!success || !readable.ok()) {
    Error error = config_.decode_error ? config_.decode_error(attempt.response)
                                       : DecodeError(attempt.response);
    if (!readable.ok()) {
      error.code.clear();
      error.message = std::string(readable.message());
    }
    error.operation = attempt.error.operation;
    error.resource = attempt.error.resource;
    error.region = attempt.error.region;
    error.attempts = attempt.error.attempts;
    if (config_.credentials != nullptr && IsExpiredToken(error) &&
        !config_.credentials->CanRenew()) {
      absl::StrAppend(&error.message, "; the keys come from ", attempt.credentials.source,
                      " and stay the same as long as Terraform runs");
      error.lasting = true;
    }
    attempt.error = std::move(error);
    attempt.status = ToStatus(attempt.error);
  }
  if (config_.retry.mode == RetryMode::kAdaptive) {
    pace_.Observe(!attempt.status.ok() && IsThrottling(attempt.error));
  }
}

Caller::Next Caller::Decide(HttpCall& call, const Attempt& attempt, Repeats& repeats) {
  const Error& error = attempt.error;
  if (attempt.could_not_try || attempt.status.code() == absl::StatusCode::kCancelled) {
    return Next::kReturn;
  }
  const bool has_credentials = config_.credentials != nullptr;

  if (call.redirect && attempt.response.code != 0 && repeats.redirects < kMostRedirects &&
      call.redirect(attempt.response, call)) {
    ++repeats.redirects;
    return Next::kRepeatAtOnce;
  }

  // Refused because of our clock: the answer says what time it is.
  if (has_credentials && !repeats.clock_corrected && MayBeClockSkew(error)) {
    if (const std::optional<absl::Time> date = ParseDate(attempt.response)) {
      const absl::Duration offset = *date - config_.clock->Now();
      if (absl::AbsDuration(offset - ClockOffset()) > kLargestSkew) {
        log::Warn("The clock of this computer is wrong; requests are signed by the service's time",
                  {{"offset", absl::FormatDuration(offset)}});
        const MutexLock lock(mutex_);
        clock_offset_ = offset;
        repeats.clock_corrected = true;
        return Next::kRepeatAtOnce;
      }
    }
  }

  // Refused because of the credentials. A read is worth a try with new ones after any 403: that is
  // how a session that was revoked in the middle of a long wait shows.
  const bool may_be_credentials =
      call.repeatable && error.http_status == 403 && !attempt.credentials.session_token.empty();
  if (has_credentials && !repeats.refreshed && config_.credentials->CanRenew() &&
      (IsExpiredToken(error) || (may_be_credentials && MayGuess()))) {
    config_.credentials->Invalidate(attempt.credentials);
    repeats.refreshed = true;
    return Next::kRepeatAtOnce;
  }

  const bool safe = error.execution == Execution::kNotSent ||
                    (error.execution == Execution::kRefused && IsThrottling(error)) ||
                    (call.repeatable && (IsTransient(error) || IsThrottling(error)));
  if (!safe || repeats.later + 1 >= config_.retry.max_attempts) return Next::kReturn;
  const bool timed_out = attempt.status.code() == absl::StatusCode::kDeadlineExceeded;
  return quota_.Take(call.operation, timed_out) ? Next::kRepeatLater : Next::kReturn;
}

absl::StatusOr<http::Response> Caller::Run(HttpCall call, std::stop_token stop) {
  const std::string invocation_id = NewUuid(config_.random);
  Repeats repeats;
  bool may_be_executed = false;
  for (int number = 1;; ++number) {
    Attempt attempt = TryOnce(call, number, invocation_id, stop);
    if (attempt.status.ok()) {
      quota_.Refund(call.operation, repeats.later);
      return std::move(attempt.response);
    }
    const Next next = Decide(call, attempt, repeats);
    may_be_executed |= attempt.error.execution == Execution::kUnknown;
    if (may_be_executed && attempt.error.execution != Execution::kUnknown) {
      attempt.error.execution = Execution::kUnknown;
      attempt.status = ToStatus(attempt.error, attempt.status.code());
    }
    if (next == Next::kReturn) return attempt.status;
    if (next == Next::kRepeatAtOnce) continue;
    const absl::Duration wait = Backoff(++repeats.later, IsThrottling(attempt.error),
                                        Fraction(config_.random), RetryAfter(attempt.response));
    if (!config_.clock->Sleep(wait, stop)) {
      return ToStatus(attempt.error, absl::StatusCode::kCancelled);
    }
  }
}

}  // namespace er::aws
