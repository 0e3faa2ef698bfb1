#include "aws/environment_credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/fake_environment.h"

namespace er::aws {
namespace {

TEST(EnvironmentCredentialsTest, ReadsTheThreeVariables) {
  FakeEnvironment environment;
  environment.variables = {
      {"AWS_ACCESS_KEY_ID", "AK"}, {"AWS_SECRET_ACCESS_KEY", "SK"}, {"AWS_SESSION_TOKEN", "T"}};
  const auto credentials = EnvironmentCredentials(environment).Get({});
  ASSERT_TRUE(credentials.ok()) << credentials.status();
  EXPECT_EQ(credentials->access_key_id, "AK");
  EXPECT_EQ(credentials->secret_access_key.Reveal(), "SK");
  EXPECT_EQ(credentials->session_token.Reveal(), "T");
  EXPECT_EQ(credentials->expiry, absl::InfiniteFuture());
}

TEST(EnvironmentCredentialsTest, TheTokenMayHaveItsNameOfOld) {
  FakeEnvironment environment;
  environment.variables = {
      {"AWS_ACCESS_KEY_ID", "AK"}, {"AWS_SECRET_ACCESS_KEY", "SK"}, {"AWS_SECURITY_TOKEN", "OLD"}};
  EXPECT_EQ(EnvironmentCredentials(environment).Get({})->session_token.Reveal(), "OLD");
  environment.variables["AWS_SESSION_TOKEN"] = "NEW";
  EXPECT_EQ(EnvironmentCredentials(environment).Get({})->session_token.Reveal(), "NEW");
}

TEST(EnvironmentCredentialsTest, ATokenIsNotNeeded) {
  FakeEnvironment environment;
  environment.variables = {{"AWS_ACCESS_KEY_ID", "AK"}, {"AWS_SECRET_ACCESS_KEY", "SK"}};
  EXPECT_TRUE(EnvironmentCredentials(environment).Get({})->session_token.empty());
}

TEST(EnvironmentCredentialsTest, NothingSetIsNotFound) {
  FakeEnvironment environment;
  environment.variables = {{"AWS_ACCESS_KEY_ID", ""}, {"AWS_SESSION_TOKEN", "T"}};
  EXPECT_EQ(EnvironmentCredentials(environment).Get({}).status().code(),
            absl::StatusCode::kNotFound);
}

TEST(EnvironmentCredentialsTest, ALineEndOfASecretStoreNamesItsVariable) {
  FakeEnvironment environment;
  for (const char* name : {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}) {
    environment.variables = {
        {"AWS_ACCESS_KEY_ID", "AK"}, {"AWS_SECRET_ACCESS_KEY", "SK"}, {"AWS_SESSION_TOKEN", "T"}};
    environment.variables[name] += "\n";
    const absl::Status status = EnvironmentCredentials(environment).Get({}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), ::testing::StartsWith(std::string(name) + " holds"));
  }
}

TEST(EnvironmentCredentialsTest, HalfAPairIsAMistake) {
  FakeEnvironment environment;
  environment.variables = {{"AWS_ACCESS_KEY_ID", "AK"}};
  EXPECT_EQ(
      EnvironmentCredentials(environment).Get({}).status(),
      absl::InvalidArgumentError("AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not"));
  environment.variables = {{"AWS_SECRET_ACCESS_KEY", "SK"}};
  EXPECT_EQ(EnvironmentCredentials(environment).Get({}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace er::aws
