#include "plugin/logging.h"

#include <gtest/gtest.h>

#include "support/fake_environment.h"

namespace er::plugin {
namespace {

constexpr char kAddress[] = "registry.terraform.io/idmapping/entityresolution";

TEST(LogLevel, IsOffUnlessAskedFor) {
  EXPECT_EQ(LogLevel(FakeEnvironment(), kAddress), log::Level::kOff);
}

TEST(LogLevel, IsThatOfTheMostParticularVariable) {
  FakeEnvironment environment;
  environment.variables["TF_LOG"] = "ERROR";
  EXPECT_EQ(LogLevel(environment, kAddress), log::Level::kError);
  environment.variables["TF_LOG_PROVIDER"] = "warn";
  EXPECT_EQ(LogLevel(environment, kAddress), log::Level::kWarn);
  environment.variables["TF_LOG_PROVIDER_ENTITYRESOLUTION"] = "INFO";
  EXPECT_EQ(LogLevel(environment, kAddress), log::Level::kInfo);
}

TEST(LogLevel, CanBeOffForTheProviderAlone) {
  FakeEnvironment environment;
  environment.variables["TF_LOG"] = "TRACE";
  environment.variables["TF_LOG_PROVIDER"] = "OFF";
  EXPECT_EQ(LogLevel(environment, kAddress), log::Level::kOff);
}

TEST(LogLevel, IsTraceForAWordThatIsNoLevelAsInTerraform) {
  FakeEnvironment environment;
  environment.variables["TF_LOG"] = "1";
  EXPECT_EQ(LogLevel(environment, kAddress), log::Level::kTrace);
}

TEST(LogLevel, NamesTheVariableAfterTheProvider) {
  FakeEnvironment environment;
  environment.variables["TF_LOG_PROVIDER_GOOGLE_BETA"] = "DEBUG";
  EXPECT_EQ(LogLevel(environment, "registry.terraform.io/hashicorp/google-beta"),
            log::Level::kDebug);
}

TEST(LogIsJson, IfTerraformsOwnLogIs) {
  FakeEnvironment environment;
  EXPECT_FALSE(LogIsJson(environment));
  environment.variables["TF_LOG_PROVIDER"] = "JSON";
  EXPECT_TRUE(LogIsJson(environment));
  environment.variables["TF_LOG"] = "INFO";
  EXPECT_FALSE(LogIsJson(environment));
  environment.variables["TF_LOG"] = "json";
  environment.variables["TF_LOG_PROVIDER"] = "INFO";
  EXPECT_TRUE(LogIsJson(environment));
}

}  // namespace
}  // namespace er::plugin
