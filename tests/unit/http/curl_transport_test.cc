#include "http/curl_transport.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/inotify.h>
#include <unistd.h>
#include <zlib.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "base/log.h"
#include "http/mask.h"
#include "support/fake_environment.h"
#include "support/http_server.h"

namespace er::http {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::unique_ptr<Transport> NewTransport(CurlOptions options = {}) {
  absl::StatusOr<std::unique_ptr<Transport>> transport = NewCurlTransport(std::move(options));
  EXPECT_TRUE(transport.ok()) << transport.status();
  return *std::move(transport);
}

HttpServer::Handler Always(HttpServer::Reply reply) {
  return [reply](const HttpServer::Received&) { return reply; };
}

std::string Gzip(std::string text) {
  z_stream stream{};
  deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string packed(text.size() + 1000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

// A port where nobody listens: it belonged to a server that is gone.
std::string DeadUrl() { return HttpServer(Always({})).url(); }

// ------------------------------------------------------------------------------ what goes out

TEST(CurlTransportTest, SendsMethodHeadersAndBodyAsGiven) {
  HttpServer server(Always(HttpServer::Ok("{}")));
  const auto answer = NewTransport()->Send(
      {.method = "POST",
       .url = server.url() + "/a%2Fb/../%3a?x=%20",
       .headers = {{"content-type", "application/json"}, {"x-empty", ""}, {"User-Agent", "me"}},
       .body = std::string("{\"a\":\0}", 7)},
      {});
  ASSERT_TRUE(answer.ok()) << answer.status();
  const HttpServer::Received got = server.requests().at(0);
  EXPECT_EQ(got.method, "POST");
  EXPECT_EQ(got.target, "/a%2Fb/../%3a?x=%20");  // or the signature would be of another path
  EXPECT_EQ(got.body, std::string("{\"a\":\0}", 7));
  EXPECT_EQ(got.Header("content-type"), "application/json");
  EXPECT_EQ(got.Header("user-agent"), "me");
  EXPECT_THAT(got.headers, ::testing::Contains(std::pair<std::string, std::string>("x-empty", "")));
}

TEST(CurlTransportTest, AddsNoContentTypeAndNoExpect) {
  HttpServer server(Always(HttpServer::Ok("{}")));
  const auto transport = NewTransport();
  ASSERT_TRUE(
      transport
          ->Send({.method = "POST", .url = server.url(), .body = std::string(2 << 20, 'x')}, {})
          .ok());
  EXPECT_EQ(server.requests().at(0).Header("content-type"), "");
  EXPECT_EQ(server.requests().at(0).Header("expect"), "");
}

TEST(CurlTransportTest, PutsAndDeletesWithoutABody) {
  HttpServer server(Always(HttpServer::Ok("{}")));
  const auto transport = NewTransport();
  ASSERT_TRUE(transport->Send({.method = "PUT", .url = server.url()}, {}).ok());
  ASSERT_TRUE(transport->Send({.method = "DELETE", .url = server.url()}, {}).ok());
  EXPECT_EQ(server.requests().at(0).method, "PUT");
  EXPECT_EQ(server.requests().at(0).Header("content-length"), "0");
  EXPECT_EQ(server.requests().at(1).method, "DELETE");
}

TEST(CurlTransportTest, RefusesAHeaderThatWouldStartAnother) {
  const auto answer = NewTransport()->Send(
      {.method = "GET", .url = DeadUrl(), .headers = {{"x", "1\r\nx-evil: 2"}}}, {});
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(DeliveryOf(answer.status()), Delivery::kUnsent);
}

// ----------------------------------------------------------------------------- what comes back

TEST(CurlTransportTest, AnyStatusCodeIsAnAnswer) {
  HttpServer server(Always(HttpServer::Answer(503, "busy", {{"X-Amzn-RequestId", " 7 "}})));
  const auto answer = NewTransport()->Send({.method = "GET", .url = server.url()}, {});
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->code, 503);
  EXPECT_EQ(answer->body, "busy");
  EXPECT_EQ(answer->Header("x-amzn-requestid"), "7");
}

TEST(CurlTransportTest, FollowsNoRedirect) {
  HttpServer server(Always(HttpServer::Answer(302, "", {{"Location", "/elsewhere"}})));
  const auto answer = NewTransport()->Send({.method = "GET", .url = server.url()}, {});
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->code, 302);
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST(CurlTransportTest, HeadersOfAnInterimAnswerAreNotTheAnswers) {
  HttpServer server(Always({.bytes = absl::StrCat("HTTP/1.1 103 Early\r\nx-early: 1\r\n\r\n",
                                                  HttpServer::Ok("{}").bytes)}));
  const auto answer = NewTransport()->Send({.method = "GET", .url = server.url()}, {});
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->code, 200);
  EXPECT_EQ(answer->Header("x-early"), "");
}

TEST(CurlTransportTest, UndoesGzip) {
  HttpServer server(
      Always(HttpServer::Answer(200, Gzip("{\"a\": 1}"), {{"content-encoding", "gzip"}})));
  const auto answer = NewTransport()->Send({.method = "GET", .url = server.url()}, {});
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->body, "{\"a\": 1}");
  EXPECT_EQ(server.requests().at(0).Header("accept-encoding"), "gzip");
}

TEST(CurlTransportTest, AnAnswerHasALargestSizeAlsoAfterGzip) {
  constexpr std::size_t kLargest = 8 << 20;
  for (const auto& [size, zipped] :
       {std::pair(kLargest, false), std::pair(kLargest, true), std::pair(kLargest + 1, false),
        std::pair(kLargest + 1, true)}) {
    const std::string body(size, 'a');
    HttpServer server(
        Always(zipped ? HttpServer::Answer(200, Gzip(body), {{"content-encoding", "gzip"}})
                      : HttpServer::Ok(body)));
    const auto answer = NewTransport()->Send({.method = "GET", .url = server.url()}, {});
    if (size == kLargest) {
      ASSERT_TRUE(answer.ok()) << answer.status();
      EXPECT_EQ(answer->body.size(), size);
      continue;
    }
    EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnavailable);
    EXPECT_THAT(std::string(answer.status().message()), HasSubstr("larger than 8388608 bytes"));
    EXPECT_EQ(DeliveryOf(answer.status()), Delivery::kUnknown);
  }
}

// ------------------------------------------------------------------------ no answer, and why

struct BrokenCase {
  std::string name;
  HttpServer::Reply reply;

  friend void PrintTo(const BrokenCase& broken, std::ostream* out) { *out << broken.name; }
};

class BrokenAnswerTest : public ::testing::TestWithParam<BrokenCase> {};

TEST_P(BrokenAnswerTest, IsUnavailableAndMayHaveBeenDelivered) {
  HttpServer server(Always(GetParam().reply));
  const auto answer = NewTransport()->Send(
      {.method = "POST", .url = server.url(), .body = "{}", .at_most_once = true}, {});
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnavailable) << answer.status();
  EXPECT_EQ(DeliveryOf(answer.status()), Delivery::kUnknown);
  EXPECT_THAT(std::string(answer.status().message()), HasSubstr(server.url()));
  EXPECT_EQ(server.requests().size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(
    All, BrokenAnswerTest,
    ::testing::Values(
        BrokenCase{"NoByte", {.close = true}},
        BrokenCase{"HalfAHeader", {.bytes = "HTTP/1.1 200 OK\r\ncont", .close = true}},
        BrokenCase{
            "HalfABody",
            {.bytes = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"jobId\"", .close = true}},
        BrokenCase{"HalfAChunk",
                   {.bytes = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n20\r\n{",
                    .close = true}},
        BrokenCase{"BadGzip",
                   {.bytes = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\ncontent-encoding: gzip"
                             "\r\n\r\nnope",
                    .close = true}},
        BrokenCase{"Garbage", {.bytes = "\x16\x03\x01 this is no HTTP\r\n\r\n", .close = true}}),
    [](const auto& test) { return test.param.name; });

TEST(CurlTransportTest, NobodyListeningIsUnsent) {
  const auto answer = NewTransport()->Send({.method = "GET", .url = DeadUrl()}, {});
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(DeliveryOf(answer.status()), Delivery::kUnsent);
}

TEST(CurlTransportTest, AnUnknownNameIsUnsent) {
  const auto answer =
      NewTransport()->Send({.method = "GET", .url = "http://no-such-host.invalid/"}, {});
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(DeliveryOf(answer.status()), Delivery::kUnsent);
}

TEST(CurlTransportTest, AUrlThatIsNoneIsUnsent) {
  for (const char* url : {"", "http://", "ftp://127.0.0.1/", "file:///etc/passwd"}) {
    const auto answer = NewTransport()->Send({.method = "GET", .url = url}, {});
    EXPECT_EQ(answer.status().code(), absl::StatusCode::kInvalidArgument) << url;
    EXPECT_EQ(DeliveryOf(answer.status()), Delivery::kUnsent) << url;
  }
}

TEST(CurlTransportTest, TimeOutAfterSendingMayHaveBeenDelivered) {
  HttpServer server(Always({.hang = true}));
  const auto answer = NewTransport()->Send(
      {.method = "POST", .url = server.url(), .timeout = absl::Milliseconds(100)}, {});
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(DeliveryOf(answer.status()), Delivery::kUnknown);
}

TEST(CurlTransportTest, TimeOutInTheTlsHandshakeIsUnsent) {
  // To a TLS client this plain server is one that says nothing: it waits for a line to end.
  HttpServer server(Always({.hang = true}));
  const std::string url = absl::StrCat("https", server.url().substr(4));
  const auto answer = NewTransport()->Send(
      {.method = "POST", .url = url, .connect_timeout = absl::Milliseconds(100)}, {});
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(DeliveryOf(answer.status()), Delivery::kUnsent);
}

TEST(CurlTransportTest, StopCutsAHangingRequestShort) {
  HttpServer server(Always({.hang = true}));
  const auto transport = NewTransport();
  std::stop_source stop;
  auto sending = std::async(std::launch::async, [&] {
    return transport->Send({.method = "POST", .url = server.url()}, stop.get_token());
  });
  server.AwaitRequests(1);
  const absl::Time stopped = absl::Now();
  stop.request_stop();
  const auto answer = sending.get();
  EXPECT_LT(absl::Now() - stopped, absl::Milliseconds(500));  // the time-out is a minute
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(DeliveryOf(answer.status()), Delivery::kUnknown);
}

TEST(CurlTransportTest, AfterStopNothingIsSent) {
  HttpServer server(Always(HttpServer::Ok("{}")));
  std::stop_source stop;
  stop.request_stop();
  const auto answer =
      NewTransport()->Send({.method = "POST", .url = server.url()}, stop.get_token());
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(DeliveryOf(answer.status()), Delivery::kUnsent);
  EXPECT_EQ(server.connections(), 0);
}

// -------------------------------------------------------------------------------- connections

TEST(CurlTransportTest, ReusesItsConnection) {
  HttpServer server(Always(HttpServer::Ok("{}")), HttpServer::Tls::kOn);
  const auto transport = NewTransport({.ca_bundle = {server.ca_file()}});
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(transport->Send({.method = "GET", .url = server.url()}, {}).ok());
  }
  EXPECT_EQ(server.requests().size(), 20u);
  EXPECT_EQ(server.connections(), 1);
}

TEST(CurlTransportTest, HasNoMoreConnectionsThanCallersAtOnce) {
  HttpServer server(Always(HttpServer::Ok("{}")));
  const auto transport = NewTransport();
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      for (int call = 0; call < 25; ++call) {
        EXPECT_TRUE(transport->Send({.method = "GET", .url = server.url()}, {}).ok());
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(server.requests().size(), 100u);
  EXPECT_LE(server.connections(), 4);
}

// The server answers the first request and, on the same connection, hangs up after it has read the
// second one. libcurl then takes the connection for one that had been dead all along, and sends the
// request a second time by itself, which a start must never be.
HttpServer::Handler HangsUpOnTheSecondRequest() {
  return [first = true](const HttpServer::Received& request) mutable -> HttpServer::Reply {
    if (request.connection > 1) return HttpServer::Ok("{}");
    if (!std::exchange(first, false)) return {.close = true};
    return HttpServer::Ok("{}");
  };
}

TEST(CurlTransportTest, LibcurlRepeatsARequestOnAReusedConnection) {
  HttpServer server(HangsUpOnTheSecondRequest());
  const auto transport = NewTransport();
  ASSERT_TRUE(transport->Send({.method = "GET", .url = server.url()}, {}).ok());
  ASSERT_TRUE(transport->Send({.method = "POST", .url = server.url()}, {}).ok());
  EXPECT_EQ(server.requests().size(), 3u);  // what at_most_once is there to prevent
}

TEST(CurlTransportTest, AtMostOnceIsSentOverAConnectionOfItsOwn) {
  HttpServer server([](const HttpServer::Received& request) -> HttpServer::Reply {
    if (request.method == "POST") return {.close = true};
    return HttpServer::Ok("{}");
  });
  const auto transport = NewTransport();
  ASSERT_TRUE(transport->Send({.method = "GET", .url = server.url()}, {}).ok());
  const auto answer =
      transport->Send({.method = "POST", .url = server.url(), .at_most_once = true}, {});
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(DeliveryOf(answer.status()), Delivery::kUnknown);
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[1].connection, 2);
}

TEST(CurlTransportTest, NoSilentRepeatReusesAConnectionAndSaysThatItBroke) {
  HttpServer server(HangsUpOnTheSecondRequest());
  const auto transport = NewTransport();
  const Request put{.method = "PUT", .url = server.url(), .body = "x", .no_silent_repeat = true};
  ASSERT_TRUE(transport->Send(put, {}).ok());
  const auto answer = transport->Send(put, {});
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(answer.status().message()), HasSubstr("closed the connection"));
  EXPECT_EQ(DeliveryOf(answer.status()), Delivery::kUnknown);
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[1].connection, 1);
  EXPECT_TRUE(transport->Send(put, {}).ok());  // nothing of it sticks
}

TEST(CurlTransportTest, AReadSurvivesThatTheServerClosedAnIdleConnection) {
  HttpServer server(Always(HttpServer::Ok("{}")));
  const auto transport = NewTransport();
  ASSERT_TRUE(transport->Send({.method = "GET", .url = server.url()}, {}).ok());
  server.HangUp();
  ASSERT_TRUE(transport->Send({.method = "GET", .url = server.url()}, {}).ok());
  EXPECT_EQ(server.connections(), 2);
}

// A server of HTTP/2 may refuse a single request of a connection, before it has looked at it or
// afterwards. libcurl takes its word for it and sends the request again.
HttpServer::Handler RefusesTheFirstStream() {
  return [first = true](const HttpServer::Received& request) mutable -> HttpServer::Reply {
    if (!request.http2) return HttpServer::Ok("{}");
    return {.reset = std::exchange(first, false) ? HttpServer::kRefusedStream : 0};
  };
}

TEST(CurlTransportTest, SpeaksHttp2) {
  HttpServer server([](const HttpServer::Received&) { return HttpServer::Reply(); },
                    HttpServer::TlsOptions{.http2 = true});
  const auto transport = NewTransport({.ca_bundle = {server.ca_file()}});
  for (int i = 0; i < 3; ++i) {
    const auto answer = transport->Send({.method = "POST", .url = server.url(), .body = "{}"}, {});
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(answer->body, "{}");
  }
  EXPECT_EQ(server.connections(), 1);
  EXPECT_TRUE(server.requests().at(2).http2);
}

TEST(CurlTransportTest, LibcurlRepeatsWhatAnHttp2ServerRefuses) {
  HttpServer server(RefusesTheFirstStream(), HttpServer::TlsOptions{.http2 = true});
  const auto transport = NewTransport({.ca_bundle = {server.ca_file()}});
  ASSERT_TRUE(transport->Send({.method = "POST", .url = server.url(), .body = "{}"}, {}).ok());
  EXPECT_EQ(server.requests().size(), 2u);  // what at_most_once is there to prevent
}

TEST(CurlTransportTest, AtMostOnceIsNotSentOverHttp2) {
  HttpServer server(RefusesTheFirstStream(), HttpServer::TlsOptions{.http2 = true});
  const auto transport = NewTransport({.ca_bundle = {server.ca_file()}});
  const auto answer = transport->Send(
      {.method = "POST", .url = server.url(), .body = "{}", .at_most_once = true}, {});
  ASSERT_TRUE(answer.ok()) << answer.status();
  ASSERT_EQ(server.requests().size(), 1u);
  EXPECT_FALSE(server.requests().at(0).http2);
}

TEST(CurlTransportTest, WhatMustNotBeRepeatedInSilenceFailsWhereAnHttp2ServerRefusesIt) {
  HttpServer server(RefusesTheFirstStream(), HttpServer::TlsOptions{.http2 = true});
  const auto transport = NewTransport({.ca_bundle = {server.ca_file()}});
  const auto answer = transport->Send(
      {.method = "PUT", .url = server.url(), .body = "{}", .no_silent_repeat = true}, {});
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(DeliveryOf(answer.status()), Delivery::kUnknown);
  EXPECT_EQ(server.requests().size(), 1u);
}

// ---------------------------------------------------------------------------------------- TLS

// OpenSSL as somebody's openssl.cnf may have it: any version and any key will do. Read when OpenSSL
// is used first.
const bool kOpensslIsLax = [] {
  const std::string path = absl::StrCat(std::filesystem::temp_directory_path().string(),
                                        "/er-openssl-", getpid(), ".cnf");
  std::ofstream(path)
      << "openssl_conf = init\n[init]\nssl_conf = ssl\n[ssl]\nsystem_default = lax\n"
         "[lax]\nMinProtocol = TLSv1\nCipherString = DEFAULT@SECLEVEL=0\n";
  setenv("OPENSSL_CONF", path.c_str(), 1);
  std::atexit([] { std::remove(std::getenv("OPENSSL_CONF")); });
  return true;
}();

TEST(CurlTransportTest, ATlsVersionThatIsTooOldIsRefusedWhateverOpensslAllows) {
  ASSERT_TRUE(kOpensslIsLax);
  for (const auto& [newest, allowed] :
       {std::pair(TLS1_1_VERSION, false), std::pair(TLS1_2_VERSION, true)}) {
    HttpServer server(Always(HttpServer::Ok("{}")), HttpServer::TlsOptions{.newest = newest});
    const auto answer = NewTransport({.ca_bundle = {server.ca_file()}})
                            ->Send({.method = "POST", .url = server.url()}, {});
    EXPECT_EQ(answer.ok(), allowed) << newest << ": " << answer.status();
    HttpServer proxy(Always(HttpServer::Ok("{}")), HttpServer::TlsOptions{.newest = newest});
    const auto by_proxy =
        NewTransport({.ca_bundle = {proxy.ca_file()}, .http_proxy = {proxy.url()}})
            ->Send({.method = "POST", .url = "http://service.invalid/"}, {});
    EXPECT_EQ(by_proxy.ok(), allowed) << newest << ": " << by_proxy.status();
  }
}

// Debian's libcurl looks into this folder, too, unless it is told not to.
TEST(CurlTransportTest, NothingButTheBundleIsTrusted) {
  constexpr char kSystemBundle[] = "/etc/ssl/certs/ca-certificates.crt";
  FILE* file = fopen(kSystemBundle, "r");
  ASSERT_NE(file, nullptr) << "this test needs the package ca-certificates";
  X509* authority = PEM_read_X509(file, nullptr, nullptr, nullptr);
  fclose(file);
  const std::string of_folder = absl::StrFormat(
      "/etc/ssl/certs/%08x.0",
      X509_NAME_hash_ex(X509_get_subject_name(authority), nullptr, nullptr, nullptr));
  X509_free(authority);
  const int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  ASSERT_GE(inotify_add_watch(watch, of_folder.c_str(), IN_OPEN), 0) << of_folder;

  HttpServer other(Always({}), HttpServer::Tls::kOn);
  const HttpServer::TlsOptions of_authority{.issuer = kSystemBundle};
  HttpServer server(Always(HttpServer::Ok("{}")), of_authority);
  EXPECT_FALSE(NewTransport({.ca_bundle = {other.ca_file()}})
                   ->Send({.method = "GET", .url = server.url()}, {})
                   .ok());
  HttpServer proxy(Always(HttpServer::Ok("{}")), of_authority);
  EXPECT_FALSE(NewTransport({.ca_bundle = {other.ca_file()}, .http_proxy = {proxy.url()}})
                   ->Send({.method = "GET", .url = "http://service.invalid/"}, {})
                   .ok());
  inotify_event event{};
  EXPECT_LT(read(watch, &event, sizeof event), 0)
      << "the certificate was looked at in " << of_folder;
  close(watch);
}

TEST(CurlTransportTest, AnUnknownCertificateIsRefusedBeforeAnythingIsSent) {
  HttpServer server(Always(HttpServer::Ok("{}")), HttpServer::Tls::kOn);
  HttpServer other(Always({}), HttpServer::Tls::kOn);
  const auto answer = NewTransport({.ca_bundle = {other.ca_file()}})
                          ->Send({.method = "POST", .url = server.url(), .body = "secret"}, {});
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(DeliveryOf(answer.status()), Delivery::kUnsent);
  EXPECT_THAT(std::string(answer.status().message()),
              HasSubstr(absl::StrCat("(CA bundle: ", other.ca_file(), ")")));
  EXPECT_TRUE(server.requests().empty());
}

TEST(CurlTransportTest, InsecureAcceptsAnyCertificate) {
  HttpServer server(Always(HttpServer::Ok("{}")), HttpServer::Tls::kOn);
  EXPECT_TRUE(
      NewTransport({.insecure = true})->Send({.method = "GET", .url = server.url()}, {}).ok());
}

TEST(CurlTransportTest, ACertificateIsForItsHostOnly) {
  HttpServer server(Always(HttpServer::Ok("{}")), HttpServer::Tls::kOn);
  const std::string url =
      absl::StrCat("https://127.0.0.1", server.url().substr(server.url().rfind(':')));
  const auto answer =
      NewTransport({.ca_bundle = {server.ca_file()}})->Send({.method = "GET", .url = url}, {});
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(DeliveryOf(answer.status()), Delivery::kUnsent);
}

TEST(CurlTransportTest, ABundleThatIsNoneIsSaidAtOnce) {
  EXPECT_EQ(NewCurlTransport({.ca_bundle = "/nowhere/ca.pem"}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(NewCurlTransport({.ca_bundle = "/proc/self/status"}).status().message()),
              HasSubstr("holds no PEM certificate"));
}

TEST(FindCaBundleTest, PrefersTheVariable) {
  FakeEnvironment environment;
  EXPECT_EQ(FindCaBundle(environment).path, "");
  environment.files["/etc/ssl/cert.pem"] = "";
  EXPECT_EQ(FindCaBundle(environment).path, "/etc/ssl/cert.pem");
  environment.variables["SSL_CERT_FILE"] = "/mine.pem";
  EXPECT_EQ(FindCaBundle(environment).path, "/mine.pem");
  EXPECT_EQ(FindCaBundle(environment).name, "SSL_CERT_FILE is \"/mine.pem\"");
}

// -------------------------------------------------------------------------------------- proxies

TEST(CurlTransportTest, SendsThroughTheProxy) {
  HttpServer proxy(Always(HttpServer::Ok("from the proxy")));
  const auto transport = NewTransport({.http_proxy = {proxy.url()}});
  const auto answer = transport->Send({.method = "GET", .url = "http://service.invalid/x"}, {});
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->body, "from the proxy");
  EXPECT_EQ(proxy.requests().at(0).target, "http://service.invalid/x");
}

TEST(CurlTransportTest, TunnelsHttpsThroughTheProxy) {
  HttpServer proxy(Always(HttpServer::Answer(403, "no")));
  const auto transport = NewTransport({.https_proxy = {proxy.url()}});
  const auto answer = transport->Send({.method = "POST", .url = "https://service.invalid/x"}, {});
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(DeliveryOf(answer.status()), Delivery::kUnsent);
  EXPECT_EQ(proxy.requests().at(0).method, "CONNECT");
}

Proxy WithPassword(const HttpServer& server) {
  return {.url = server.url(), .user = Secret("user"), .password = Secret("hunter2")};
}

TEST(CurlTransportTest, LogsInToTheProxy) {
  HttpServer proxy(Always(HttpServer::Ok("from the proxy")));
  const Request request{.method = "GET", .url = "http://service.invalid/x"};
  ASSERT_TRUE(NewTransport({.http_proxy = WithPassword(proxy)})->Send(request, {}).ok());
  ASSERT_TRUE(NewTransport({.http_proxy = {.url = proxy.url()}})->Send(request, {}).ok());
  EXPECT_EQ(proxy.requests().at(0).Header("proxy-authorization"), "Basic dXNlcjpodW50ZXIy");
  EXPECT_EQ(proxy.requests().at(1).Header("proxy-authorization"), "");
}

// libcurl adds the password to the request by itself, in base64.
TEST(CurlTransportTest, ThePasswordOfTheProxyIsAmongTheSecretsOfTheExchange) {
  HttpServer proxy([](const HttpServer::Received& request) {
    return HttpServer::Answer(
        503,
        absl::StrCat("<pre>", request.Header("proxy-authorization"), "\n",
                     request.Header("x-amz-security-token"), " hunter2</pre>"),
        {{"x-echo", request.Header("proxy-authorization")}});
  });
  log::SetLevel(log::Level::kTrace);
  ::testing::internal::CaptureStderr();
  const auto answer = NewTransport({.http_proxy = WithPassword(proxy)})
                          ->Send({.method = "GET",
                                  .url = "http://service.invalid/x",
                                  .headers = {{"x-amz-security-token", "t0k3n"}}},
                                 {});
  const std::string trace = ::testing::internal::GetCapturedStderr();
  log::SetLevel(log::Level::kOff);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_THAT(answer->body, HasSubstr("dXNlcjpodW50ZXIy"));
  EXPECT_EQ(Masked(answer->body, answer->secrets), "<pre>Basic ***\n*** ***</pre>");
  EXPECT_THAT(trace,
              AllOf(HasSubstr("x-echo: Basic ***"), HasSubstr("<pre>Basic ***"),
                    Not(HasSubstr("dXNlcj")), Not(HasSubstr("t0k3n")), Not(HasSubstr("hunter2"))));
}

TEST(CurlTransportTest, AProxyThatIsNotThereIsToldWithoutItsPassword) {
  const auto transport = NewTransport(
      {.http_proxy = {.url = DeadUrl(), .user = Secret("user"), .password = Secret("hunter2")}});
  const auto answer = transport->Send({.method = "GET", .url = "http://service.invalid/x"}, {});
  EXPECT_EQ(DeliveryOf(answer.status()), Delivery::kUnsent);
  EXPECT_THAT(std::string(answer.status().message()),
              AllOf(HasSubstr("service.invalid"), Not(HasSubstr("hunter2"))));
}

TEST(CurlTransportTest, TrustsAProxyAsItTrustsAServer) {
  HttpServer proxy(Always(HttpServer::Ok("from the proxy")), HttpServer::Tls::kOn);
  const Request request{.method = "GET", .url = "http://service.invalid/x"};
  EXPECT_FALSE(NewTransport({.http_proxy = {proxy.url()}})->Send(request, {}).ok());
  for (const CurlOptions& options :
       {CurlOptions{.ca_bundle = {proxy.ca_file()}, .http_proxy = {proxy.url()}},
        CurlOptions{.insecure = true, .http_proxy = {proxy.url()}}}) {
    const auto answer = NewTransport(options)->Send(request, {});
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(answer->body, "from the proxy");
  }
}

TEST(CurlTransportTest, GoesDirectToThisComputerAndWhereNoProxyOrTheCallerSaysSo) {
  HttpServer server(Always(HttpServer::Ok("direct")));
  HttpServer proxy(Always(HttpServer::Ok("from the proxy")));
  const Request request{.method = "GET", .url = "http://service.invalid/"};
  EXPECT_EQ(NewTransport({.http_proxy = {proxy.url()}})
                ->Send({.method = "GET", .url = server.url()}, {})
                ->body,
            "direct");
  EXPECT_EQ(NewTransport({.http_proxy = {proxy.url()}})->Send(request, {})->body, "from the proxy");
  EXPECT_EQ(NewTransport({.http_proxy = {proxy.url()}, .no_proxy = NoProxy("*.invalid")})
                ->Send(request, {})
                .status()
                .code(),
            absl::StatusCode::kUnavailable);
  Request bypassing = request;
  bypassing.bypass_proxy = true;
  EXPECT_FALSE(NewTransport({.http_proxy = {proxy.url()}})->Send(bypassing, {}).ok());
  EXPECT_EQ(proxy.requests().size(), 1u);
}

TEST(CurlTransportTest, ReadsNoProxyFromTheEnvironment) {
  HttpServer server(Always(HttpServer::Ok("direct")));
  setenv("http_proxy", DeadUrl().c_str(), 1);
  const auto answer = NewTransport()->Send({.method = "GET", .url = server.url()}, {});
  unsetenv("http_proxy");
  EXPECT_TRUE(answer.ok()) << answer.status();
}

// ------------------------------------------------------------------------------------------ log

TEST(CurlTransportTest, TheTraceShowsTheExchangeButNoSecret) {
  HttpServer server(Always(
      HttpServer::Answer(200, "{\"SecretAccessKey\": \"s3cr3t\"}", {{"x-amzn-requestid", "id7"}})));
  const auto transport = NewTransport();
  log::SetLevel(log::Level::kTrace);
  ::testing::internal::CaptureStderr();
  const auto answer = transport->Send({.method = "POST",
                                       .url = server.url() + "/role?token=s3cr3t",
                                       .headers = {{"authorization", "Bearer s3cr3t"},
                                                   {"x-amz-security-token", "s3cr3t"},
                                                   {"x-shown", "yes"}},
                                       .body = "password=s3cr3t",
                                       .confidential = true},
                                      {});
  const std::string trace = ::testing::internal::GetCapturedStderr();
  log::SetLevel(log::Level::kOff);
  ASSERT_TRUE(answer.ok());
  EXPECT_THAT(trace, AllOf(HasSubstr("x-shown: yes"), HasSubstr("id7"), HasSubstr("/role")));
  EXPECT_THAT(trace, Not(HasSubstr("s3cr3t")));
}

}  // namespace
}  // namespace er::http
