// Start, handshake and calls of a plugin. How it ends is in plugin_end_test.cc.
#include "protocol/plugin_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "proto/go_plugin.grpc.pb.h"
#include "proto/health.grpc.pb.h"

namespace er {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kTestPlugin[] = ER_BINARY_DIR "/tests/er_test_plugin";

grpc::Status GetSchema(const std::shared_ptr<grpc::Channel>& channel) {
  grpc::ClientContext call;
  tfplugin6::GetProviderSchema::Response response;
  return tfplugin6::Provider::NewStub(channel)->GetProviderSchema(&call, {}, &response);
}

TEST(PluginStart, AnswersTerraformOverMutualTls) {
  PluginProcess plugin({.binary = kTestPlugin});
  const absl::StatusOr<Handshake> handshake = plugin.AwaitHandshake();
  ASSERT_TRUE(handshake.ok()) << handshake.status();
  EXPECT_EQ(handshake->core_version, 1);
  EXPECT_EQ(handshake->protocol_version, 6);
  EXPECT_EQ(handshake->network, "unix");
  EXPECT_THAT(handshake->address, StartsWith(plugin.folder().string()));
  EXPECT_EQ(handshake->protocol, "grpc");
  EXPECT_GT(handshake->certificate.size(), 50u);  // hosts take less for none

  ASSERT_TRUE(plugin.Connect().ok());
  const grpc::Status answer = GetSchema(plugin.channel());
  EXPECT_TRUE(answer.ok()) << answer.error_message();
}

TEST(PluginStart, AnswersInPlainTextWhereTheHostHasNoCertificate) {
  PluginProcess plugin({.binary = kTestPlugin, .tls = false});
  const absl::StatusOr<Handshake> handshake = plugin.AwaitHandshake();
  ASSERT_TRUE(handshake.ok()) << handshake.status();
  EXPECT_THAT(handshake->certificate, IsEmpty());
  ASSERT_TRUE(plugin.Connect().ok());
  EXPECT_TRUE(GetSchema(plugin.channel()).ok());
}

TEST(PluginStart, RefusesAStrangersCertificate) {
  PluginProcess plugin({.binary = kTestPlugin});
  ASSERT_TRUE(plugin.Connect().ok());
  EXPECT_EQ(GetSchema(plugin.ConnectAsStranger()).error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_TRUE(GetSchema(plugin.channel()).ok());
}

TEST(PluginStart, KeepsTheSocketFromOtherUsers) {
  PluginProcess plugin({.binary = kTestPlugin});
  const absl::StatusOr<Handshake> handshake = plugin.AwaitHandshake();
  ASSERT_TRUE(handshake.ok()) << handshake.status();
  struct stat status {};
  const std::filesystem::path socket = handshake->address;
  ASSERT_EQ(stat(socket.parent_path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0700u);
}

TEST(PluginStart, ListensInAFolderWhoseNameIsNoUri) {
  std::string folder = "/tmp/er plugin%41#?ü-XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  PluginProcess plugin({.binary = kTestPlugin, .environment = {{"TMPDIR", folder}}});
  const absl::StatusOr<Handshake> handshake = plugin.AwaitHandshake();
  ASSERT_TRUE(handshake.ok()) << handshake.status();
  EXPECT_THAT(handshake->address, StartsWith(folder + "/"));
  EXPECT_TRUE(std::filesystem::is_socket(handshake->address));
  std::filesystem::remove_all(folder);
}

TEST(PluginStart, TellsAPersonInOneLineWhatItIs) {
  PluginProcess plugin({.binary = kTestPlugin, .environment = {{"TF_PLUGIN_MAGIC_COOKIE", ""}}});
  const absl::StatusOr<int> exit = plugin.AwaitExit();
  ASSERT_TRUE(exit.ok()) << exit.status();
  EXPECT_EQ(WEXITSTATUS(*exit), 1);
  EXPECT_EQ(plugin.standard_output().AwaitEnd().value(), "");
  const std::string text = plugin.standard_error().AwaitEnd().value();
  EXPECT_THAT(text, HasSubstr("source = \"example.com/test/entityresolution\""));
  EXPECT_EQ(text.find('\n'), text.size() - 1);
}

TEST(PluginStart, SaysSoWhereTheHostIsTooOld) {
  PluginProcess plugin({.binary = kTestPlugin, .environment = {{"PLUGIN_PROTOCOL_VERSIONS", "5"}}});
  const absl::StatusOr<int> exit = plugin.AwaitExit();
  ASSERT_TRUE(exit.ok()) << exit.status();
  EXPECT_EQ(WEXITSTATUS(*exit), 1);
  EXPECT_THAT(plugin.standard_error().AwaitEnd().value(), HasSubstr("version 6"));
}

// A host that offers multiplexing reads a seventh field, any other must not get one.
TEST(PluginStart, DeclinesMultiplexing) {
  PluginProcess plugin(
      {.binary = kTestPlugin, .environment = {{"PLUGIN_MULTIPLEX_GRPC", "true"}}, .tls = false});
  EXPECT_TRUE(absl::EndsWith(plugin.standard_output().AwaitLine().value(), "|grpc||false"));
}

TEST(PluginServices, ReportTheirHealthUnderTheNameOfGoPlugin) {
  PluginProcess plugin({.binary = kTestPlugin});
  ASSERT_TRUE(plugin.Connect().ok());
  const auto health = grpc::health::v1::Health::NewStub(plugin.channel());
  grpc::health::v1::HealthCheckRequest request;
  grpc::health::v1::HealthCheckResponse response;
  request.set_service("plugin");
  grpc::ClientContext call;
  ASSERT_TRUE(health->Check(&call, request, &response).ok());
  EXPECT_EQ(response.status(), grpc::health::v1::HealthCheckResponse::SERVING);

  request.set_service("unknown");
  grpc::ClientContext other_call;
  EXPECT_EQ(health->Check(&other_call, request, &response).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

// Each process of Terraform holds both streams for all its life, beside its calls.
TEST(PluginServices, HoldTheHostsStreamsOpenUntilItCancelsThem) {
  PluginProcess plugin({.binary = kTestPlugin});
  ASSERT_TRUE(plugin.Connect().ok());
  grpc::ClientContext stdio_call;
  const auto stdio = ::plugin::GRPCStdio::NewStub(plugin.channel())->StreamStdio(&stdio_call, {});
  grpc::ClientContext broker_call;
  const auto broker = ::plugin::GRPCBroker::NewStub(plugin.channel())->StartStream(&broker_call);
  stdio->WaitForInitialMetadata();
  broker->WaitForInitialMetadata();
  EXPECT_TRUE(GetSchema(plugin.channel()).ok());

  stdio_call.TryCancel();
  broker_call.TryCancel();
  ::plugin::StdioData data;
  EXPECT_FALSE(stdio->Read(&data));
  EXPECT_EQ(stdio->Finish().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_EQ(broker->Finish().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(GetSchema(plugin.channel()).ok());
}

// gRPC's own limit is 4 MiB, in either direction.
TEST(PluginServices, TakeAndGiveMessagesOf16Mebibytes) {
  PluginProcess plugin({.binary = kTestPlugin});
  ASSERT_TRUE(plugin.Connect().ok());
  tfplugin6::CallFunction::Request request;
  request.set_name("echo");
  request.add_arguments()->set_msgpack(std::string(16 << 20, 'x'));
  tfplugin6::CallFunction::Response response;
  grpc::ClientContext call;
  const grpc::Status answer = plugin.provider().CallFunction(&call, request, &response);
  ASSERT_TRUE(answer.ok()) << answer.error_message();
  EXPECT_THAT(response.result().msgpack(), SizeIs(16 << 20));
}

// As with terraform apply -parallelism=200: each call waits until all of them are there.
TEST(PluginServices, Answer200CallsAtATime) {
  constexpr int kCalls = 200;
  PluginProcess plugin({.binary = kTestPlugin});
  ASSERT_TRUE(plugin.Connect().ok());
  std::vector<grpc::Status> answers(kCalls);
  std::vector<std::thread> callers;
  for (grpc::Status& answer : answers) {
    callers.emplace_back([&] {
      tfplugin6::CallFunction::Request request;
      request.set_name("meet");
      request.add_arguments()->set_json(absl::StrCat(kCalls));
      tfplugin6::CallFunction::Response response;
      grpc::ClientContext call;
      call.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
      answer = plugin.provider().CallFunction(&call, request, &response);
    });
  }
  for (std::thread& caller : callers) caller.join();
  for (const grpc::Status& answer : answers) EXPECT_TRUE(answer.ok()) << answer.error_message();
}

TEST(PluginDebugServer, PrintsWhatTerraformNeedsToUseIt) {
  PluginProcess plugin({.binary = kTestPlugin,
                        .arguments = {"-debug"},
                        .environment = {{"TF_PLUGIN_MAGIC_COOKIE", ""}}});
  const std::string line = plugin.standard_output().AwaitLine().value();
  EXPECT_THAT(line, StartsWith(R"(TF_REATTACH_PROVIDERS='{"example.com/test/entityresolution":)"));
  EXPECT_THAT(line, HasSubstr(absl::StrCat(R"("Pid":)", plugin.pid())));
  const absl::string_view label = R"("String":")";
  const std::size_t start = line.find(std::string(label)) + label.size();
  const std::string socket = line.substr(start, line.find('"', start) - start);
  EXPECT_TRUE(
      GetSchema(grpc::CreateChannel("unix:" + socket, grpc::InsecureChannelCredentials())).ok());

  plugin.Signal(SIGINT);
  const absl::StatusOr<int> exit = plugin.AwaitExit();
  ASSERT_TRUE(exit.ok()) << exit.status();
  EXPECT_EQ(*exit, 0);
  EXPECT_THAT(plugin.folder(),
              ::testing::ResultOf(
                  [](const auto& folder) { return std::filesystem::is_empty(folder); }, true));
}

}  // namespace
}  // namespace er
