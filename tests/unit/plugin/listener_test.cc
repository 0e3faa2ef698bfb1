#include "plugin/listener.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace er::plugin {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

namespace fs = std::filesystem;

// Stands for gRPC's server: keeps the connections that it is given.
class FakeServer final : public grpc::experimental::ExternalConnectionAcceptor {
 public:
  ~FakeServer() override {
    for (const int connection : connections_) close(connection);
  }

  void HandleNewConnection(NewConnectionParameters* connection) override {
    const std::lock_guard lock(mutex_);
    connections_.push_back(connection->fd);
    changed_.notify_all();
  }

  // Waits until there are `count`.
  std::vector<int> Connections(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return connections_.size() >= count; });
    return connections_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<int> connections_;
};

class ListenerTest : public ::testing::Test {
 protected:
  ListenerTest() {
    std::string name = "/tmp/er-listener-XXXXXX";
    folder_ = mkdtemp(name.data());
    path_ = folder_ / "socket";
  }
  ~ListenerTest() override { fs::remove_all(folder_); }

  // A socket of the host's, as it is after its attempt to connect; -1 if that was refused.
  int Connect() const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy(path_.begin(), path_.end(), address.sun_path);
    const int host = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(host, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
      return host;
    }
    close(host);
    return -1;
  }

  fs::path folder_;
  std::string path_;
};

TEST_F(ListenerTest, KeepsConnectionsUntilThereIsAServer) {
  FakeServer server;
  const auto listener = Listener::Open(path_);
  ASSERT_TRUE(listener.ok());
  const int early = Connect();
  ASSERT_GE(early, 0);
  ASSERT_EQ(write(early, "early", 5), 5);

  (*listener)->HandTo(server);
  const int late = Connect();
  ASSERT_GE(late, 0);
  const std::vector<int> connections = server.Connections(2);
  ASSERT_THAT(connections, SizeIs(2));
  std::string text(5, ' ');
  EXPECT_EQ(read(connections[0], text.data(), text.size()), 5);
  EXPECT_EQ(text, "early");
  close(early);
  close(late);
}

TEST_F(ListenerTest, EndsThoughNobodyEverConnected) {
  FakeServer server;
  {
    const auto listener = Listener::Open(path_);
    ASSERT_TRUE(listener.ok());
    (*listener)->HandTo(server);
  }
  EXPECT_EQ(Connect(), -1);
}

TEST_F(ListenerTest, SaysWhereItCannotListen) {
  const auto listener = Listener::Open(folder_ / "missing" / "socket");
  ASSERT_FALSE(listener.ok());
  EXPECT_THAT(std::string(listener.status().message()), HasSubstr("/missing/socket"));
}

TEST_F(ListenerTest, RefusesAPathThatIsNoSocketsAddress) {
  EXPECT_FALSE(Listener::Open(std::string(200, 'x')).ok());
}

}  // namespace
}  // namespace er::plugin
