// Provider blocks with roles, against the STS of the emulator.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "acceptance/acceptance_test.h"
#include "acceptance/process.h"

namespace er::acceptance {
namespace {

using nlohmann::json;
using ::testing::Gt;
using ::testing::SizeIs;
using ::testing::StartsWith;

class RolesTest : public AcceptanceTest {
 protected:
  RolesTest() { workspace.Set("AWS_ENDPOINT_URL_STS", emulator.url()); }

  // A run, and a provider block of these lines.
  void Write(const std::string& provider) {
    workspace.Write(absl::StrCat("provider \"entityresolution\" {\n", provider, "\n}\n",
                                 JobRun("a", R"(workflow_name = "customers")")));
  }

  // Who started the only job: the access key.
  std::string Starter() {
    const json starts = emulator.CallsOf("StartIdMappingJob");
    EXPECT_THAT(starts, SizeIs(1));
    return starts.at(0).at("access_key");
  }
};

TEST_F(RolesTest, OneRoleAssumesTheOther) {
  Write(R"(assume_role {
             role_arn = "arn:aws:iam::111111111111:role/first"
           }
           assume_role {
             role_arn     = "arn:aws:iam::222222222222:role/second"
             session_name = "pipeline"
             duration     = "30m"
           }
           allowed_account_ids = ["222222222222"])");
  ASSERT_THAT(workspace.Apply(), Succeeds());
  EXPECT_THAT(Starter(), StartsWith("ASIA"));
  EXPECT_EQ(emulator.Jobs().at(0).at("account"), "222222222222");
}

TEST_F(RolesTest, AWebIdentityIsEnough) {
  WriteFile(folder_ + "/jwt", "the token of a pipeline");
  Write(absl::StrCat(R"(assume_role_with_web_identity {
             role_arn                = "arn:aws:iam::333333333333:role/pipeline"
             web_identity_token_file = ")",
                     folder_, "/jwt\"\n}"));
  ASSERT_THAT(workspace.Apply(), Succeeds());
  EXPECT_THAT(Starter(), StartsWith("ASIA"));
  EXPECT_EQ(emulator.Jobs().at(0).at("account"), "333333333333");
}

TEST_F(RolesTest, AWaitOutlivesItsSessions) {
  emulator.SetConfig({{"job_duration", "2s"}, {"session_duration", "500ms"}});
  Write("assume_role {\nrole_arn = \"arn:aws:iam::111111111111:role/r\"\n}");
  ASSERT_THAT(workspace.Apply(), Succeeds());
  EXPECT_THAT(Starter(), StartsWith("ASIA"));
  EXPECT_THAT(emulator.Calls("AssumeRole"), Gt(3));
}

TEST_F(RolesTest, ARoleThatIsRefusedIsNamed) {
  emulator.Fault({{"kind", "access-denied"}, {"operation", "AssumeRole"}, {"times", 0}});
  Write("assume_role {\nrole_arn = \"arn:aws:iam::111111111111:role/r\"\n}");
  EXPECT_THAT(workspace.Apply(), FailsWith("arn:aws:iam::111111111111:role/r"));
  EXPECT_EQ(emulator.Calls("StartIdMappingJob"), 0);
}

}  // namespace
}  // namespace er::acceptance
