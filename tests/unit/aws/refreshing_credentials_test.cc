#include "aws/refreshing_credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "support/fake_clock.h"

namespace er::aws {
namespace {

// Gives AK1, AK2, ... for `lifetime` each, or fails where it is told to.
class Issuer final : public CredentialsSource {
 public:
  explicit Issuer(FakeClock& clock) : clock_(clock) {}

  absl::StatusOr<Credentials> Get(std::stop_token) override {
    ++asked;
    if (hold != nullptr) hold->wait();
    if (fails) return absl::PermissionDeniedError("not any more");
    return Credentials{.access_key_id = absl::StrCat("AK", ++given),
                       .expiry = clock_.Now() + lifetime};
  }

  std::atomic<int> asked = 0;
  std::atomic<int> given = 0;
  std::atomic<bool> fails = false;
  absl::Duration lifetime = absl::Hours(1);
  std::latch* hold = nullptr;

 private:
  FakeClock& clock_;
};

class RefreshingCredentialsTest : public ::testing::Test {
 protected:
  RefreshingCredentialsTest() {
    auto issuer = std::make_unique<Issuer>(clock_);
    issuer_ = issuer.get();
    credentials_ = std::make_unique<RefreshingCredentials>(std::move(issuer), clock_);
  }

  std::string Id() {
    const auto credentials = credentials_->Get({});
    return credentials.ok() ? credentials->access_key_id
                            : std::string(credentials.status().message());
  }

  // The renewal in the background has no end that could be waited for, but for what it brings.
  void AwaitAsked(int count) {
    while (issuer_->asked < count) std::this_thread::yield();
  }

  FakeClock clock_;
  Issuer* issuer_;
  std::unique_ptr<RefreshingCredentials> credentials_;
};

TEST_F(RefreshingCredentialsTest, AsksOnceAndKeeps) {
  EXPECT_EQ(Id(), "AK1");
  clock_.Advance(absl::Minutes(44));
  EXPECT_EQ(Id(), "AK1");
  EXPECT_EQ(issuer_->asked, 1);
}

// After a failure there is a pause, but not with keys that have come to their end.
TEST_F(RefreshingCredentialsTest, ThePauseEndsWithTheKeys) {
  EXPECT_EQ(Id(), "AK1");
  issuer_->fails = true;
  clock_.Advance(absl::Hours(1) - absl::Seconds(30));
  EXPECT_EQ(Id(), "AK1");
  issuer_->fails = false;
  clock_.Advance(absl::Seconds(29));
  EXPECT_EQ(Id(), "AK1");
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(Id(), "AK2");
}

TEST_F(RefreshingCredentialsTest, WhatLastsIsNotRenewed) {
  issuer_->lifetime = absl::InfiniteDuration();
  EXPECT_EQ(Id(), "AK1");
  clock_.Advance(absl::Hours(10'000));
  EXPECT_EQ(Id(), "AK1");
}

TEST_F(RefreshingCredentialsTest, FromFifteenMinutesBeforeTheEndItRenewsInTheBackground) {
  EXPECT_EQ(Id(), "AK1");
  clock_.Advance(absl::Minutes(46));
  std::latch hold(1);
  issuer_->hold = &hold;
  EXPECT_EQ(Id(), "AK1");  // comes back while the issuer is held
  AwaitAsked(2);
  EXPECT_EQ(Id(), "AK1");
  EXPECT_EQ(issuer_->asked, 2);
  hold.count_down();
  while (Id() != "AK2") std::this_thread::yield();
}

TEST_F(RefreshingCredentialsTest, FromTenMinutesBeforeTheEndItWaits) {
  EXPECT_EQ(Id(), "AK1");
  clock_.Advance(absl::Minutes(51));
  EXPECT_EQ(Id(), "AK2");
}

TEST_F(RefreshingCredentialsTest, ARefusedRenewalIsSaidOnceAndTheOldOnesServe) {
  EXPECT_EQ(Id(), "AK1");
  clock_.Advance(absl::Minutes(51));
  issuer_->fails = true;
  log::SetLevel(log::Level::kWarn);
  ::testing::internal::CaptureStderr();
  for (int minute = 51; minute < 60; ++minute) {
    EXPECT_EQ(Id(), "AK1") << minute;
    clock_.Advance(absl::Minutes(1));
  }
  EXPECT_EQ(Id(), "not any more");
  const std::string log = ::testing::internal::GetCapturedStderr();
  log::SetLevel(log::Level::kOff);
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
  EXPECT_THAT(log, ::testing::HasSubstr("not any more"));
}

TEST_F(RefreshingCredentialsTest, ARefusedRenewalIsTriedAgainAMinuteLater) {
  EXPECT_EQ(Id(), "AK1");
  clock_.Advance(absl::Minutes(51));
  issuer_->fails = true;
  EXPECT_EQ(Id(), "AK1");
  EXPECT_EQ(Id(), "AK1");
  EXPECT_EQ(issuer_->asked, 2);
  issuer_->fails = false;
  clock_.Advance(absl::Minutes(1));
  EXPECT_EQ(Id(), "AK2");
}

TEST_F(RefreshingCredentialsTest, WhatTheServiceRefusedIsRenewedAtOnce) {
  const auto first = credentials_->Get({});
  credentials_->Invalidate(*first);
  EXPECT_EQ(Id(), "AK2");
  credentials_->Invalidate(*first);  // an old complaint
  EXPECT_EQ(Id(), "AK2");
}

TEST_F(RefreshingCredentialsTest, WhatTheServiceRefusedDoesNotServeOn) {
  credentials_->Invalidate(*credentials_->Get({}));
  issuer_->fails = true;
  EXPECT_EQ(Id(), "not any more");
}

TEST_F(RefreshingCredentialsTest, AFailureAtFirstIsTheAnswer) {
  issuer_->fails = true;
  EXPECT_EQ(Id(), "not any more");
  issuer_->fails = false;
  EXPECT_EQ(Id(), "AK1");
}

// Where the clock of this computer is wrong, all that comes has expired already.
TEST_F(RefreshingCredentialsTest, AWrongClockDoesNotAskForEachCall) {
  issuer_->lifetime = -absl::Hours(2);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(Id(), "AK1");
}

TEST_F(RefreshingCredentialsTest, ThoseOfAQuarterHourAreNotRenewedAllTheTime) {
  issuer_->lifetime = absl::Minutes(15);
  EXPECT_EQ(Id(), "AK1");
  clock_.Advance(absl::Minutes(7));
  EXPECT_EQ(Id(), "AK1");
  EXPECT_EQ(issuer_->asked, 1);
}

// terraform-provider-aws#37647: a session of an hour ended in the middle of a wait of several.
TEST_F(RefreshingCredentialsTest, AWaitOfThreeHoursSeesNoExpiredOnes) {
  issuer_->lifetime = absl::Minutes(15);
  for (int minute = 0; minute < 180; ++minute) {
    const auto credentials = credentials_->Get({});
    ASSERT_TRUE(credentials.ok());
    EXPECT_GT(credentials->expiry, clock_.Now() + absl::Minutes(4)) << minute;
    clock_.Advance(absl::Minutes(1));
  }
  EXPECT_LE(issuer_->asked, 180 / 7 + 1);
}

TEST_F(RefreshingCredentialsTest, ManyCallersAskOnce) {
  std::latch hold(1);
  issuer_->hold = &hold;
  std::vector<std::jthread> callers;
  for (int i = 0; i < 8; ++i) callers.emplace_back([&] { EXPECT_EQ(Id(), "AK1"); });
  AwaitAsked(1);
  hold.count_down();
  callers.clear();
  EXPECT_EQ(issuer_->asked, 1);
}

TEST_F(RefreshingCredentialsTest, StopEndsTheWaitForAnothersRenewal) {
  std::latch hold(1);
  issuer_->hold = &hold;
  std::jthread first([&] { EXPECT_EQ(Id(), "AK1"); });
  AwaitAsked(1);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(credentials_->Get(stop.get_token()).status().code(), absl::StatusCode::kCancelled);
  hold.count_down();
}

}  // namespace
}  // namespace er::aws
