#include "http/wire_log.h"

#include <gtest/gtest.h>

namespace er::http {
namespace {

TEST(LoggableHeadersTest, LeavesTheSignedHeadersOfAuthorization) {
  EXPECT_EQ(
      LoggableHeaders({{"Authorization",
                        "AWS4-HMAC-SHA256 Credential=AKIA/2026, SignedHeaders=host;x-amz-date, "
                        "Signature=abcdef"}},
                      {}),
      "Authorization: *** SignedHeaders=host;x-amz-date ***");
}

TEST(LoggableHeadersTest, HidesEveryToken) {
  EXPECT_EQ(LoggableHeaders({{"authorization", "Bearer abc"},
                             {"X-Amz-Security-Token", "abc"},
                             {"x-amz-sso_bearer_token", "abc"},
                             {"X-aws-ec2-metadata-token", "abc"},
                             {"Proxy-Authorization", "Basic abc"},
                             {"set-cookie", "abc"}},
                            {}),
            "authorization: ***\n"
            "X-Amz-Security-Token: ***\n"
            "x-amz-sso_bearer_token: ***\n"
            "X-aws-ec2-metadata-token: ***\n"
            "Proxy-Authorization: ***\n"
            "set-cookie: ***");
}

TEST(LoggableHeadersTest, ShowsTheRestWithoutWhatIsSecret) {
  EXPECT_EQ(LoggableHeaders({{"host", "example.com"}, {"x-echo", "of t0k3n"}}, {Secret("t0k3n")}),
            "host: example.com\nx-echo: of ***");
}

TEST(LoggableBodyTest, IsMaskedAndThenCut) {
  EXPECT_EQ(LoggableBody("abcdef", 6, false, {}), "abcdef");
  EXPECT_EQ(LoggableBody("abcdef", 4, false, {}), "abcd... (6 bytes)");
  EXPECT_EQ(LoggableBody("a t0k3n and more", 6, false, {Secret("t0k3n")}), "a *** ... (16 bytes)");
}

TEST(LoggableBodyTest, IsNotShownWhereConfidential) {
  EXPECT_EQ(LoggableBody("SecretAccessKey", 1024, true, {}), "(15 bytes not shown)");
  EXPECT_EQ(LoggableBody("", 1024, true, {}), "");
}

TEST(LoggableUrlTest, HidesUserAndQuery) {
  EXPECT_EQ(LoggableUrl("https://me:pass@host:8443/a@b?token=1"), "https://host:8443/a@b?***");
  EXPECT_EQ(LoggableUrl("https://host/path"), "https://host/path");
  EXPECT_EQ(LoggableUrl("no url"), "no url");
}

}  // namespace
}  // namespace er::http
