// Keeps the credentials of a source and renews them before they expire.
#pragma once

#include <condition_variable>
#include <memory>
#include <optional>
#include <thread>

#include "aws/credentials.h"
#include "base/clock.h"
#include "base/mutex.h"

namespace er::aws {

// From 15 minutes before the end in the background of the calls that ask, from 10 minutes before it
// while they wait; earlier for credentials that live for less than half an hour. A renewal that
// fails is tried again a minute later, is said once in the log, and the old credentials serve as
// long as they last.
class RefreshingCredentials final : public CredentialsSource {
 public:
  // `clock` must outlive this object.
  RefreshingCredentials(std::unique_ptr<CredentialsSource> source, Clock& clock)
      : source_(std::move(source)), clock_(clock) {}
  ~RefreshingCredentials() override;

  absl::StatusOr<Credentials> Get(std::stop_token stop) override;
  void Invalidate(const Credentials& refused) override;
  bool CanRenew() const override { return source_->CanRenew(); }

 private:
  enum class Need { kNone, kSoon, kNow };
  Need NeedFor(absl::Time now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Asks the source with `lock` released, and keeps what it gives.
  void Renew(MutexLock& lock, const std::stop_token& stop)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) ABSL_NO_THREAD_SAFETY_ANALYSIS;

  const std::unique_ptr<CredentialsSource> source_;
  Clock& clock_;

  Mutex mutex_;
  std::condition_variable_any changed_;
  bool renewing_ ABSL_GUARDED_BY(mutex_) = false;
  bool refused_ ABSL_GUARDED_BY(mutex_) = false;  // the service called kept_ expired
  std::optional<Credentials> kept_ ABSL_GUARDED_BY(mutex_);
  absl::Time kept_since_ ABSL_GUARDED_BY(mutex_);
  absl::Time next_try_ ABSL_GUARDED_BY(mutex_) =
      absl::InfinitePast();                                          // after a renewal that failed
  absl::Status failure_ ABSL_GUARDED_BY(mutex_) = absl::OkStatus();  // of the last renewal
  std::jthread background_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace er::aws
