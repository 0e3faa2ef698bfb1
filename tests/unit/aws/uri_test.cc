#include "aws/uri.h"

#include <gtest/gtest.h>

namespace er::aws {
namespace {

TEST(PercentEncodeTest, LeavesOnlyTheUnreserved) {
  EXPECT_EQ(PercentEncode("azAZ09-._~"), "azAZ09-._~");
  EXPECT_EQ(PercentEncode("arn:aws:x/y z"), "arn%3Aaws%3Ax%2Fy%20z");
  EXPECT_EQ(PercentEncode("=+%ä"), "%3D%2B%25%C3%A4");
  EXPECT_EQ(PercentEncode(absl::string_view("\0\xff", 2)), "%00%FF");
}

TEST(ParseUrlTest, FindsTheParts) {
  const auto url = ParseUrl("HTTPS://Host.example.com:8443/a/b?c=d&e");
  ASSERT_TRUE(url.ok());
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->host, "host.example.com");
  EXPECT_EQ(url->Authority(), "host.example.com:8443");
  EXPECT_EQ(url->path, "/a/b");
  EXPECT_EQ(url->query, "c=d&e");
}

TEST(ParseUrlTest, ThePortOfTheSchemeIsNone) {
  EXPECT_EQ(ParseUrl("https://h:443")->Authority(), "h");
  EXPECT_EQ(ParseUrl("http://h:80")->Authority(), "h");
  EXPECT_EQ(ParseUrl("http://h:443")->Authority(), "h:443");
}

TEST(ParseUrlTest, KnowsAddresses) {
  EXPECT_EQ(ParseUrl("http://[fd00:ec2::23]/v1")->host, "[fd00:ec2::23]");
  EXPECT_EQ(ParseUrl("http://[::1]:8080")->Authority(), "[::1]:8080");
  EXPECT_EQ(ParseUrl("http://169.254.169.254")->path, "/");
}

TEST(ParseUrlTest, RefusesTheRest) {
  for (const char* text :
       {"", "example.com", "ftp://h/", "https://", "https:///x", "https://user:pass@h/",
        "https://h:0/", "https://h:65536", "https://h:x", "https://h /", "https://h/a b",
        "https://h/#f", "https://h\r\nx/", "https://[::1", "https://ä.example"}) {
    EXPECT_EQ(ParseUrl(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(ParseUrlTest, ShowsNothingOfWhatIsNone) {
  EXPECT_EQ(ParseUrl("https://me:s3cr3t@h/").status(),
            absl::InvalidArgumentError("it must be a URL of the form https://host[:port][/path]"));
}

}  // namespace
}  // namespace er::aws
