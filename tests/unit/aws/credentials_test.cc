#include "aws/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace er::aws {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

absl::Status Check(const std::string& id, const std::string& key, const std::string& token) {
  return CheckCredentials(
      {.access_key_id = id, .secret_access_key = Secret(key), .session_token = Secret(token)},
      {"ID", "KEY", "TOKEN"});
}

TEST(CheckCredentialsTest, NamesThePartThatNoHeaderOrSignatureCanHold) {
  EXPECT_TRUE(Check("AKIA1", "a+/=", "").ok());
  EXPECT_TRUE(Check("AKIA1", "a+/=", "b//==").ok());
  for (const std::string bad : {"s3cr3t\n", "s3cr3t\r\n", "s3c r3t", " s3cr3t", "s3cr3t\t",
                                "\x01s3cr3t", "s3cr3t\xC2\xA0"}) {
    for (const auto& [status, name] :
         {std::pair(Check(bad, "k", "t"), "ID"), std::pair(Check("i", bad, "t"), "KEY"),
          std::pair(Check("i", "k", bad), "TOKEN")}) {
      EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
      EXPECT_THAT(std::string(status.message()),
                  ::testing::AllOf(StartsWith(std::string(name) + " holds white space"),
                                   ::testing::Not(HasSubstr("3cr"))));
    }
  }
}

}  // namespace
}  // namespace er::aws
