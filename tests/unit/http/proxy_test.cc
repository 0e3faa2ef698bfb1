#include "http/proxy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace er::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ParseProxyTest, KeepsUserAndPasswordFromTheAddress) {
  const auto proxy = ParseProxy(Secret("https://us%40er:p%3Ass@p.example.com:3128/"));
  ASSERT_TRUE(proxy.ok()) << proxy.status();
  EXPECT_EQ(proxy->url, "https://p.example.com:3128");
  EXPECT_EQ(proxy->user.Reveal(), "us@er");
  EXPECT_EQ(proxy->password.Reveal(), "p:ss");
}

TEST(ParseProxyTest, TakesEachKindOfProxy) {
  const std::pair<const char*, const char*> cases[] = {
      {"", ""},
      {"p", "http://p"},
      {"p:3128", "http://p:3128"},
      {"10.0.0.1:80", "http://10.0.0.1:80"},
      {"http://p:1", "http://p:1"},
      {"HTTPS://p", "https://p"},
      {"socks4://p", "socks4://p"},
      {"socks4a://p", "socks4a://p"},
      {"socks5://p", "socks5://p"},
      {"socks5h://p:1080", "socks5h://p:1080"},
      {"http://[::1]:3128", "http://[::1]:3128"},
      {"user:pass@p:1", "http://p:1"},
      {"http://user@p:1", "http://p:1"},
  };
  for (const auto& [text, url] : cases) {
    const auto proxy = ParseProxy(Secret(text));
    ASSERT_TRUE(proxy.ok()) << text << ": " << proxy.status();
    EXPECT_EQ(proxy->url, url);
  }
  EXPECT_EQ(ParseProxy(Secret("user:pass@p:1"))->password.Reveal(), "pass");
  EXPECT_EQ(ParseProxy(Secret("http://user@p:1"))->user.Reveal(), "user");
}

// As libcurl reads each of these, a part of the password is the port or the path, or there is no
// proxy at all.
TEST(ParseProxyTest, RefusesWhatLibcurlWouldReadOtherwiseAndShowsNothingOfIt) {
  for (const char* text : {
           "http://user:hunter2?rest@host",
           "http://user:12?hunter2@host",
           "http://user:12#hunter2@host",
           "http://user:12/hunter2@host",
           "http://user:hunter2/x@p:1",
           "http://user:hun\nter2@p:1",
           "http://user:hunter2\r@p:1",
           "http://user:hunter2%0A@p:1",
           "http://us%00er:hunter2@p:1",
           "http://us\x01"
           "er:hunter2@p:1",
           "http://user:hunter2@",
           "http://user:hunter2@bad host:1",
           "http://user:hunter2@p:port",
           "http://user:hunter2@p:123456",
           "ftp://user:hunter2@p:1",
           "user:hunter2@",
           "http://user:hunter2%zz%@p:1\n",
           "://hunter2",
           "http://",
       }) {
    const absl::Status status = ParseProxy(Secret(text)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("hunter2"))) << text;
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("user:1"))) << text;
  }
}

struct NoProxyCase {
  const char* list;
  std::vector<const char*> direct;
  std::vector<const char*> by_proxy;
};

// What Go's httpproxy answers.
TEST(NoProxyTest, DecidesAsGoDoes) {
  const NoProxyCase cases[] = {
      {"*", {"http://x/", "https://10.0.0.1/"}, {}},
      {" , ,", {}, {"http://x/"}},
      {"example.com",
       {"https://example.com/", "https://a.b.EXAMPLE.com/x", "https://example.com:8443/"},
       {"https://myexample.com/", "https://example.com.evil.org/"}},
      {".example.com", {"https://a.example.com/"}, {"https://example.com/"}},
      {"x.org, *.amazonaws.com",
       {"https://entityresolution.eu-west-1.amazonaws.com/jobs", "https://sts.amazonaws.com/"},
       {"https://amazonaws.com/", "https://amazonaws.com.cn/"}},
      {"Example.COM:443,other:80",
       {"https://example.com/", "http://other/", "http://example.com:443/"},
       {"https://example.com:8443/", "http://example.com/", "https://other/"}},
      {"10.0.0.1,[fd00::1]:8080,fd00::2",
       {"http://10.0.0.1/", "http://[fd00::1]:8080/", "http://[FD00::2]/",
        "http://[::ffff:10.0.0.1]/"},
       {"http://10.0.0.2/", "http://[fd00::1]/", "http://10.0.0.1.example.com/"}},
      {"10.0.0.1:81", {"http://10.0.0.1:81/"}, {"http://10.0.0.1/"}},
      {"10.8.0.0/13,fd00::/8",
       {"http://10.8.0.0/", "http://10.15.255.255/", "http://[fdff::1]/"},
       {"http://10.16.0.0/", "http://10.7.255.255/", "http://[fe00::1]/"}},
      {"0.0.0.0/0", {"http://8.8.8.8/"}, {"http://[fd00::1]/"}},
      {"::/0", {"http://[fd00::1]/"}, {"http://8.8.8.8/"}},
      {"10.0.0.0/33,10.0.0.0/-1,10.0.0.0/x,/8,:80,*:80", {}, {"http://10.0.0.0/", "http://x/"}},
  };
  for (const auto& [list, direct, by_proxy] : cases) {
    const NoProxy no_proxy(list);
    for (const char* url : direct) EXPECT_TRUE(no_proxy.Covers(url)) << list << " " << url;
    for (const char* url : by_proxy) EXPECT_FALSE(no_proxy.Covers(url)) << list << " " << url;
  }
}

TEST(NoProxyTest, ThisComputerIsReachedDirectly) {
  for (const char* url :
       {"http://localhost/", "http://LOCALHOST:4566/", "https://127.0.0.1/", "http://127.9.9.9:1/",
        "http://[::1]:80/", "http://[::ffff:127.0.0.1]/", "http://127.1/"}) {
    EXPECT_TRUE(NoProxy().Covers(url)) << url;
  }
  for (const char* url :
       {"http://128.0.0.1/", "http://[::2]/", "http://localhost.example.com/", "no url", ""}) {
    EXPECT_FALSE(NoProxy().Covers(url)) << url;
  }
}

}  // namespace
}  // namespace er::http
