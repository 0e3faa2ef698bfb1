#include "value/path.h"

#include <gtest/gtest.h>

namespace er {
namespace {

TEST(PathTest, IsWrittenAsInAConfiguration) {
  EXPECT_EQ(Path().ToString(), "");
  EXPECT_EQ(Path("role_arn").ToString(), "role_arn");
  EXPECT_EQ(Path("output_source_config").Index(0).Attribute("kms_arn").ToString(),
            "output_source_config[0].kms_arn");
  EXPECT_EQ(Path("tags").Key("cost center").ToString(), R"(tags["cost center"])");
}

TEST(PathTest, QuotesWhatAKeyHoldsItself) {
  EXPECT_EQ(Path("tags").Key(R"(a"\b)").ToString(), R"(tags["a\"\\b"])");
}

TEST(PathTest, GrowsWithoutChanging) {
  const Path path("a");
  EXPECT_EQ(path.Attribute("b").steps().size(), 2u);
  EXPECT_EQ(path, Path("a"));
  EXPECT_FALSE(path.empty());
  EXPECT_TRUE(Path().empty());
}

TEST(PathTest, AKeyIsNotAnAttribute) {
  EXPECT_NE(Path("a").Key("b"), Path("a").Attribute("b"));
  EXPECT_EQ(Path("a").Index(1), Path("a").Index(1));
}

}  // namespace
}  // namespace er
