// The emulator on real sockets. The client here is bare, so that it shows what a client library
// would hide or repair.
#include "emulator/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include <memory>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "unit/emulator/client.h"

namespace er::emulator {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class Socket {
 public:
  explicit Socket(const std::string& url) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    int port = 0;
    EXPECT_TRUE(absl::SimpleAtoi(url.substr(url.rfind(':') + 1), &port));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { close(fd_); }

  void Write(const std::string& text) {
    EXPECT_EQ(send(fd_, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }

  // One whole answer, by its Content-Length.
  std::string ReadAnswer() {
    std::string answer;
    while (!IsWhole(answer) && ReadSome(answer) > 0) {
    }
    return answer;
  }

  // Everything until the server hangs up; `error` is errno at the end, 0 for an orderly one.
  std::string ReadToEnd(int& error) {
    std::string all;
    ssize_t got = 0;
    while ((got = ReadSome(all)) > 0) {
    }
    error = got < 0 ? errno : 0;
    return all;
  }

 private:
  ssize_t ReadSome(std::string& into) {
    char bytes[4096];
    const ssize_t got = recv(fd_, bytes, sizeof(bytes), 0);
    if (got > 0) into.append(bytes, static_cast<std::size_t>(got));
    return got;
  }

  static bool IsWhole(const std::string& answer) {
    const std::size_t end = answer.find("\r\n\r\n");
    const std::size_t length = answer.find("Content-Length: ");
    std::size_t size = 0;
    return end != std::string::npos &&
           absl::SimpleAtoi(answer.substr(length + 16, answer.find('\r', length) - length - 16),
                            &size) &&
           answer.size() == end + 4 + size;
  }

  const int fd_;
};

class ServerTest : public testing::Test {
 protected:
  ServerTest() {
    auto started = Server::Start(client_.emulator, {});
    EXPECT_TRUE(started.ok()) << started.status();
    server_ = *std::move(started);
  }

  // A signed request as it goes over the wire.
  std::string Wire(const std::string& method, const std::string& target,
                   const std::string& body = "") {
    Request request = Client::Unsigned(method, target, body);
    Sign(request, client_.signing, client_.clock.Now());
    std::string wire = absl::StrCat(method, " ", target, " HTTP/1.1\r\n");
    for (const auto& [name, value] : request.headers) {
      absl::StrAppend(&wire, name, ": ", value, "\r\n");
    }
    if (!body.empty()) absl::StrAppend(&wire, "content-length: ", body.size(), "\r\n");
    return absl::StrCat(wire, "\r\n", body);
  }
  std::string WireStart() { return Wire("POST", "/idmappingworkflows/customers/jobs", "{}"); }
  std::string WireList() { return Wire("GET", "/idmappingworkflows/customers/jobs"); }

  void Inject(const Json& fault) { client_.Control("POST", "faults", {{"faults", {fault}}}); }

  Client client_;
  std::unique_ptr<Server> server_;
};

TEST_F(ServerTest, AnswersOneCallAfterTheOtherOnAConnection) {
  Socket socket(server_->url());
  for (int i = 0; i < 20; ++i) {
    socket.Write(WireList());
    EXPECT_THAT(socket.ReadAnswer(), StartsWith("HTTP/1.1 200 OK\r\n"));
  }
  const Json calls = client_.Control("GET", "calls").json;
  EXPECT_EQ(calls["total"], 20);
  EXPECT_EQ(calls["connections"], 1);
}

TEST_F(ServerTest, TakesSignaturesOfEncodedTargets) {
  Socket socket(server_->url());
  socket.Write(Wire("GET",
                    "/idmappingworkflows/arn%3Aaws%3Aentityresolution%3Aeu-west-1%3A123456789012"
                    "%3Aidmappingworkflow%2Fcustomers/jobs?maxResults=5&z=%2F%20"));
  EXPECT_THAT(socket.ReadAnswer(), StartsWith("HTTP/1.1 200 OK\r\n"));
}

// The HTTP library decodes percent signs in header values; a signature covers them as sent.
TEST_F(ServerTest, SeesHeadersAsTheyWereSent) {
  Socket socket(server_->url());
  client_.signing.session_token = "100%25";
  client_.Control("POST", "credentials",
                  {{"accept",
                    {{{"access_key", client_.signing.access_key},
                      {"secret_key", client_.signing.secret_key},
                      {"session_token", "100%25"}}}}});
  socket.Write(WireList());
  EXPECT_THAT(socket.ReadAnswer(), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(ServerTest, TakesRequestsWithoutLength) {
  client_.Control("PUT", "workflows/other");
  Socket socket(server_->url());
  socket.Write(Wire("DELETE", "/idmappingworkflows/other"));
  EXPECT_THAT(socket.ReadAnswer(), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(ServerTest, HasAControlApi) {
  Socket socket(server_->url());
  socket.Write("GET /_emulator/jobs HTTP/1.1\r\nhost: localhost\r\n\r\n");
  EXPECT_THAT(socket.ReadAnswer(), HasSubstr("\"total\":0"));
}

TEST_F(ServerTest, CompressesWhereTheClientLikes) {
  Socket socket(server_->url());
  std::string wire = WireStart();
  socket.Write(wire.insert(wire.find("\r\n") + 2, "accept-encoding: br, gzip\r\n"));
  const std::string answer = socket.ReadAnswer();
  EXPECT_THAT(answer, HasSubstr("Content-Encoding: gzip"));

  std::string packed = answer.substr(answer.find("\r\n\r\n") + 4);
  std::string unpacked(1000, '\0');
  z_stream stream{};
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(unpacked.data());
  stream.avail_out = static_cast<uInt>(unpacked.size());
  ASSERT_EQ(inflateInit2(&stream, 16 + MAX_WBITS), Z_OK);
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  inflateEnd(&stream);
  EXPECT_THAT(unpacked, HasSubstr("jobId"));
}

TEST_F(ServerTest, HangsUpWithoutAByte) {
  for (const bool reset : {false, true}) {
    Inject({{"kind", "cut-after"}, {"reset", reset}, {"operation", "ListIdMappingJobs"}});
    Socket socket(server_->url());
    socket.Write(WireList());
    int error = 0;
    EXPECT_EQ(socket.ReadToEnd(error), "");
    EXPECT_EQ(error, reset ? ECONNRESET : 0);
  }
}

TEST_F(ServerTest, HangsUpOnAConnectionThatWasInUse) {
  Socket socket(server_->url());
  socket.Write(WireList());
  socket.ReadAnswer();
  Inject({{"kind", "cut-after"}});
  socket.Write(WireStart());
  int error = 0;
  EXPECT_EQ(socket.ReadToEnd(error), "");
  EXPECT_EQ(client_.JobsStarted(), 1);
}

TEST_F(ServerTest, HangsUpInTheMiddleOfTheBody) {
  Inject({{"kind", "half"}});
  Socket socket(server_->url());
  socket.Write(WireStart());
  int error = 0;
  const std::string answer = socket.ReadToEnd(error);
  EXPECT_EQ(error, 0);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  const std::string body = answer.substr(answer.find("\r\n\r\n") + 4);
  EXPECT_THAT(body, StartsWith("{\"jobId\":\""));
  std::size_t length = 0;
  ASSERT_TRUE(absl::SimpleAtoi(answer.substr(answer.find("Content-Length: ") + 16, 3), &length));
  EXPECT_EQ(body.size(), length / 2);
  EXPECT_EQ(client_.JobsStarted(), 1);
}

TEST_F(ServerTest, ServesManyAtOnceWhileOthersWait) {
  Inject({{"kind", "slow"}, {"operation", "StartIdMappingJob"}, {"delay", "1h"}});
  Socket waiting(server_->url());
  waiting.Write(WireStart());
  client_.clock.AwaitSleepers(1);

  std::vector<std::unique_ptr<Socket>> sockets;
  for (int i = 0; i < 200; ++i) sockets.push_back(std::make_unique<Socket>(server_->url()));
  for (const auto& socket : sockets) socket->Write(WireList());
  for (const auto& socket : sockets) EXPECT_THAT(socket->ReadAnswer(), HasSubstr(" 200 OK"));

  client_.clock.Advance(absl::Hours(1));
  EXPECT_THAT(waiting.ReadAnswer(), HasSubstr("jobId"));
}

TEST_F(ServerTest, EndsWhileClientsWait) {
  Inject({{"kind", "slow"}, {"delay", "1h"}});
  Socket waiting(server_->url());
  waiting.Write(WireStart());
  client_.clock.AwaitSleepers(1);
  Socket idle(server_->url());

  server_.reset();

  int error = 0;
  idle.ReadToEnd(error);
  waiting.ReadToEnd(error);
}

TEST_F(ServerTest, AnswersNonsense) {
  for (const char* nonsense :
       {"\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9\r\n\r\n", "BREW /pot HTTP/1.1\r\n\r\n"}) {
    Socket socket(server_->url());
    socket.Write(nonsense);
    int error = 0;
    EXPECT_THAT(socket.ReadToEnd(error), StartsWith("HTTP/1.1 400"));
  }
}

// What nobody asked for must not fill the memory. It is read to its end, so that the client gets to
// the answer, and the connection goes on.
TEST_F(ServerTest, TakesNoLargeBody) {
  Socket socket(server_->url());
  const std::string chunk(std::size_t{1} << 20, 'x');
  socket.Write(
      "POST /idmappingworkflows/customers/jobs HTTP/1.1\r\nhost: h\r\n"
      "content-length: 67108864\r\n\r\n");
  for (int i = 0; i < 64; ++i) socket.Write(chunk);
  EXPECT_THAT(socket.ReadAnswer(),
              AllOf(StartsWith("HTTP/1.1 413"), HasSubstr("RequestEntityTooLargeException")));
  socket.Write("POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n");
  for (int i = 0; i < 64; ++i) socket.Write(absl::StrCat("100000\r\n", chunk, "\r\n"));
  socket.Write("0\r\n\r\n");
  EXPECT_THAT(socket.ReadAnswer(), StartsWith("HTTP/1.1 413"));
  socket.Write(WireList());
  EXPECT_THAT(socket.ReadAnswer(), StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(client_.Control("GET", "calls").json["calls"][0]["code"], 413);
}

// The HTTP library refuses forms over 8 KiB, and looks for parts in what is called multipart.
TEST_F(ServerTest, LeavesBodiesAsTheyAre) {
  Socket socket(server_->url());
  for (const char* type :
       {"application/x-www-form-urlencoded", "multipart/form-data; boundary=x"}) {
    const std::string body(20'000, 'x');
    socket.Write(absl::StrCat("POST / HTTP/1.1\r\nhost: h\r\ncontent-type: ", type,
                              "\r\ncontent-encoding: gzip\r\ncontent-length: ", body.size(),
                              "\r\n\r\n", body));
    EXPECT_THAT(socket.ReadAnswer(), StartsWith("HTTP/1.1 403"));
    EXPECT_EQ(client_.Control("GET", "calls").json["calls"].back()["body"], body.substr(0, 4096));
  }
}

TEST(Server, SaysWhyItCannotStart) {
  Client client;
  const auto first = Server::Start(client.emulator, {});
  ASSERT_TRUE(first.ok());
  int port = 0;
  ASSERT_TRUE(absl::SimpleAtoi((*first)->url().substr((*first)->url().rfind(':') + 1), &port));
  EXPECT_TRUE(absl::IsUnavailable(
      Server::Start(client.emulator, {.host = "192.0.2.1", .port = port}).status()));
  EXPECT_EQ(Server::Start(client.emulator, {.port = port}).status().message(),
            absl::StrCat("cannot listen on 127.0.0.1:", port, ": another program listens there"));
  EXPECT_TRUE(absl::IsInvalidArgument(
      Server::Start(client.emulator, {.tls_certificate = "/nonexistent", .tls_key = "/nonexistent"})
          .status()));
}

}  // namespace
}  // namespace er::emulator
