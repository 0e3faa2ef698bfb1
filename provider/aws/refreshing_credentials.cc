#include "aws/refreshing_credentials.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace er::aws {
namespace {

constexpr absl::Duration kSoon = absl::Minutes(15);
constexpr absl::Duration kNow = absl::Minutes(10);
constexpr absl::Duration kPause = absl::Minutes(1);

}  // namespace

RefreshingCredentials::~RefreshingCredentials() {
  // Before the members that the thread uses are gone.
  background_ = std::jthread();
}

RefreshingCredentials::Need RefreshingCredentials::NeedFor(absl::Time now) const {
  if (!kept_) return Need::kNow;
  if (refused_) return Need::kNow;
  if (now < next_try_ && now < kept_->expiry) return Need::kNone;
  const absl::Duration lifetime = kept_->expiry - kept_since_;
  const absl::Duration left = kept_->expiry - now;
  // Where the expiry was past when they came, our clock is wrong: they are good for a while.
  if (now - kept_since_ < kPause) return Need::kNone;
  if (left <= std::min(kNow, lifetime / 3)) return Need::kNow;
  if (left <= std::min(kSoon, lifetime / 2)) return Need::kSoon;
  return Need::kNone;
}

void RefreshingCredentials::Renew(MutexLock& lock, const std::stop_token& stop) {
  renewing_ = true;
  lock.unlock();
  absl::StatusOr<Credentials> fresh = source_->Get(stop);
  lock.lock();
  renewing_ = false;
  changed_.notify_all();
  if (fresh.ok()) {
    kept_ = *std::move(fresh);
    kept_since_ = clock_.Now();
    refused_ = false;
    next_try_ = absl::InfinitePast();
    failure_ = absl::OkStatus();
    log::Debug("Got credentials",
               {{"source", kept_->source},
                {"expiry", absl::FormatTime(kept_->expiry, absl::UTCTimeZone())}});
    return;
  }
  if (kept_ && failure_.ok() && !absl::IsCancelled(fresh.status())) {
    log::Warn("The credentials could not be renewed; the old ones are used as long as they last",
              {{"reason", fresh.status().message()},
               {"expiry", absl::FormatTime(kept_->expiry, absl::UTCTimeZone())}});
  }
  failure_ = fresh.status();
  next_try_ = clock_.Now() + kPause;
}

absl::StatusOr<Credentials> RefreshingCredentials::Get(std::stop_token stop) {
  MutexLock lock(mutex_);
  const auto until_renewed = [&] {
    return changed_.wait(lock, stop,
                         [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !renewing_; });
  };
  Need need = NeedFor(clock_.Now());
  // Whoever must have new ones waits for whoever is getting them already.
  while (need == Need::kNow && renewing_) {
    if (!until_renewed()) return absl::CancelledError("cancelled while waiting for credentials");
    need = NeedFor(clock_.Now());
  }
  if (need == Need::kNow) {
    Renew(lock, stop);
    if (!failure_.ok() && (!kept_ || refused_ || kept_->expiry <= clock_.Now())) return failure_;
  } else if (need == Need::kSoon && !renewing_) {
    renewing_ = true;
    if (background_.joinable()) background_.join();  // it is done: renewing_ was false
    background_ = std::jthread([this](const std::stop_token& ended) {
      MutexLock own(mutex_);
      Renew(own, ended);
    });
  }
  return *kept_;
}

void RefreshingCredentials::Invalidate(const Credentials& refused) {
  const MutexLock lock(mutex_);
  if (kept_ && *kept_ == refused) refused_ = true;
}

}  // namespace er::aws
