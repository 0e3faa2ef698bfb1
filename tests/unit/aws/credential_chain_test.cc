#include "aws/credential_chain.h"

#include <gtest/gtest.h>

#include "aws/error.h"

namespace er::aws {
namespace {

class Counting final : public CredentialsSource {
 public:
  Counting(absl::StatusOr<Credentials> answer, int& asked)
      : answer_(std::move(answer)), asked_(asked) {}
  absl::StatusOr<Credentials> Get(std::stop_token) override {
    ++asked_;
    return answer_;
  }

 private:
  const absl::StatusOr<Credentials> answer_;
  int& asked_;
};

// A chain of the places "a", "b", ... that answer so, and how often each was asked.
struct Chain {
  explicit Chain(std::vector<absl::StatusOr<Credentials>> answers) : asked(answers.size()) {
    std::vector<CredentialChain::Place> places;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      places.push_back({std::string(1, static_cast<char>('a' + i)),
                        std::make_unique<Counting>(std::move(answers[i]), asked[i])});
    }
    chain = std::make_unique<CredentialChain>(std::move(places));
  }
  std::vector<int> asked;
  std::unique_ptr<CredentialChain> chain;
};

TEST(CredentialChainTest, TheFirstThatIsConfiguredServesFromThenOn) {
  Chain chain({absl::NotFoundError("no"), Credentials{.access_key_id = "B"},
               Credentials{.access_key_id = "C"}});
  EXPECT_EQ(chain.chain->Get({})->access_key_id, "B");
  EXPECT_EQ(chain.chain->Get({})->access_key_id, "B");
  EXPECT_EQ(chain.asked, (std::vector{1, 2, 0}));
}

TEST(CredentialChainTest, TheOneThatServesIsNamedWhereItFailsLater) {
  class Expiring final : public CredentialsSource {
   public:
    absl::StatusOr<Credentials> Get(std::stop_token) override {
      if (served_) return absl::UnavailableError("down");
      served_ = true;
      return Credentials{.access_key_id = "A"};
    }

   private:
    bool served_ = false;
  };
  std::vector<CredentialChain::Place> places;
  places.push_back({"the container", std::make_unique<Expiring>()});
  CredentialChain chain(std::move(places));
  EXPECT_TRUE(chain.Get({}).ok());
  EXPECT_EQ(chain.Get({}).status(), absl::UnavailableError("the container: down"));
}

TEST(CredentialChainTest, OneThatIsConfiguredAndFailsEndsTheSearch) {
  Chain chain({absl::UnavailableError("down"), Credentials{.access_key_id = "B"}});
  EXPECT_EQ(chain.chain->Get({}).status(), absl::UnavailableError("a: down"));
  EXPECT_EQ(chain.asked, (std::vector{1, 0}));
}

TEST(CredentialChainTest, WhatAServiceDidNotFindIsAFailureToo) {
  Chain chain({ToStatus({.operation = "GetRoleCredentials", .http_status = 404}),
               Credentials{.access_key_id = "B"}});
  EXPECT_FALSE(chain.chain->Get({}).ok());
}

TEST(CredentialChainTest, NoneListsAll) {
  Chain chain({absl::NotFoundError("not set"), absl::NotFoundError("no such file")});
  EXPECT_EQ(chain.chain->Get({}).status(),
            absl::UnauthenticatedError("no AWS credentials were found in:\n"
                                       "  - a: not set\n"
                                       "  - b: no such file\n"
                                       "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a "
                                       "profile by AWS_PROFILE or the "
                                       "argument profile, after `aws sso login` where it is one of "
                                       "SSO. In a pipeline, take a role "
                                       "by assume_role_with_web_identity."));
}

}  // namespace
}  // namespace er::aws
