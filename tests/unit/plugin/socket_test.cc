#include "plugin/socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "support/fake_environment.h"

namespace er::plugin {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

namespace fs = std::filesystem;

class SocketFolderTest : public ::testing::Test {
 protected:
  SocketFolderTest() {
    std::string name = "/tmp/er-socket-XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~SocketFolderTest() override { fs::remove_all(folder_); }

  // A folder in this test's own.
  std::string Folder(const std::string& name) {
    const fs::path folder = folder_ / name;
    fs::create_directories(folder);
    return folder;
  }

  fs::path folder_;
  FakeEnvironment environment_;
};

TEST_F(SocketFolderTest, IsFreshAndForThisUserOnly) {
  environment_.variables["TMPDIR"] = Folder("tmp");
  const absl::StatusOr<SocketFolder> one = SocketFolder::Create(environment_);
  const absl::StatusOr<SocketFolder> other = SocketFolder::Create(environment_);
  ASSERT_TRUE(one.ok() && other.ok());
  EXPECT_NE(one->socket_path(), other->socket_path());
  EXPECT_THAT(one->socket_path(), StartsWith(Folder("tmp")));
  struct stat status {};
  ASSERT_EQ(stat(fs::path(one->socket_path()).parent_path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0700u);
}

TEST_F(SocketFolderTest, IsWhereTheHostWantsItBeforeTheUser) {
  environment_.variables["PLUGIN_UNIX_SOCKET_DIR"] = Folder("host");
  environment_.variables["TMPDIR"] = Folder("user");
  const absl::StatusOr<SocketFolder> made = SocketFolder::Create(environment_);
  ASSERT_TRUE(made.ok());
  EXPECT_THAT(made->socket_path(), StartsWith(Folder("host")));
}

// A long TMPDIR, as in build pipelines, leaves no room in a socket's address of 108 bytes.
TEST_F(SocketFolderTest, FallsBackFromAFolderWhosePathIsTooLong) {
  environment_.variables["TMPDIR"] = Folder(std::string(90, 'x'));
  const absl::StatusOr<SocketFolder> made = SocketFolder::Create(environment_);
  ASSERT_TRUE(made.ok());
  EXPECT_THAT(made->socket_path(), StartsWith("/tmp/terraform-plugin-"));
  EXPECT_LT(made->socket_path().size(), 108u);
}

TEST_F(SocketFolderTest, FallsBackFromAFolderThatIsNotThere) {
  environment_.variables["PLUGIN_UNIX_SOCKET_DIR"] = folder_ / "missing";
  environment_.variables["TMPDIR"] = Folder("user");
  const absl::StatusOr<SocketFolder> made = SocketFolder::Create(environment_);
  ASSERT_TRUE(made.ok());
  EXPECT_THAT(made->socket_path(), StartsWith(Folder("user")));
}

TEST_F(SocketFolderTest, TakesTheSocketWithItWhenItGoes) {
  environment_.variables["TMPDIR"] = Folder("tmp");
  {
    absl::StatusOr<SocketFolder> made = SocketFolder::Create(environment_);
    ASSERT_TRUE(made.ok());
    const SocketFolder moved = *std::move(made);
    std::ofstream(moved.socket_path()) << "stands for a socket";
    EXPECT_FALSE(fs::is_empty(Folder("tmp")));
  }
  EXPECT_TRUE(fs::is_empty(Folder("tmp")));
}

TEST_F(SocketFolderTest, LetsAGroupInByNumberIfAsked) {
  environment_.variables["TMPDIR"] = Folder("tmp");
  environment_.variables["PLUGIN_UNIX_SOCKET_GROUP"] = std::to_string(getgid());
  const absl::StatusOr<SocketFolder> made = SocketFolder::Create(environment_);
  ASSERT_TRUE(made.ok());
  std::ofstream(made->socket_path()) << "stands for a socket";
  ASSERT_TRUE(made->ShareWithGroup(environment_).ok());
  struct stat status {};
  ASSERT_EQ(stat(made->socket_path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0660u);
  EXPECT_EQ(status.st_gid, getgid());
}

TEST_F(SocketFolderTest, SaysWhichGroupThereIsNot) {
  environment_.variables["PLUGIN_UNIX_SOCKET_GROUP"] = "no-such-group";
  const absl::StatusOr<SocketFolder> made = SocketFolder::Create(environment_);
  ASSERT_TRUE(made.ok());
  EXPECT_THAT(std::string(made->ShareWithGroup(environment_).message()),
              HasSubstr("\"no-such-group\""));
}

}  // namespace
}  // namespace er::plugin
