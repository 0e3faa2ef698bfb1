// A plugin started as Terraform starts one, seen from Terraform's side: variables, handshake, gRPC
// over mTLS, Shutdown, exit.
//
//   PluginProcess plugin({.binary = ER_BINARY_DIR "/terraform-provider-entityresolution"});
//   ASSERT_TRUE(plugin.Connect().ok());
//   grpc::ClientContext call;
//   plugin.provider().GetProviderSchema(&call, request, &response);
//   EXPECT_LT(*plugin.Shutdown(), absl::Milliseconds(100));
#pragma once

#include <grpcpp/grpcpp.h>
#include <sys/types.h>

#include <condition_variable>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "plugin/certificate.h"
#include "proto/tfplugin6.grpc.pb.h"

namespace er {

struct PluginProcessOptions {
  std::string binary{};
  std::vector<std::string> arguments{};

  // Beside what Terraform sets, and instead of it. An empty value unsets. Nothing of the
  // developer's own environment but PATH and the sanitizers' options gets through.
  std::map<std::string, std::string> environment{};

  bool tls = true;  // false: as with TF_DISABLE_PLUGIN_TLS
};

// The parts of the handshake line.
struct Handshake {
  int core_version = 0;
  int protocol_version = 0;
  std::string network{};
  std::string address{};
  std::string protocol{};
  std::string certificate{};  // DER in base64 without padding
};

// The output of a process, read as it comes.
class ProcessOutput {
 public:
  explicit ProcessOutput(int fd);
  ~ProcessOutput();

  // The first line, without its end, when it is complete. kUnavailable if there is none within 30
  // s or the output ended before.
  absl::StatusOr<std::string> AwaitLine();

  // All of it, when every process that could write to it is gone. kDeadlineExceeded if that takes
  // over 30 s.
  absl::StatusOr<std::string> AwaitEnd();

 private:
  void Read();

  const int fd_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string text_;
  bool ended_ = false;
  std::thread reader_;
};

class PluginProcess {
 public:
  // Starts the process; does not wait for it. Ends the test program if that is impossible.
  explicit PluginProcess(PluginProcessOptions options);
  // Kills the process if it still runs.
  ~PluginProcess();

  pid_t pid() const { return pid_; }
  // TMPDIR and HOME of the process: its own, empty at first.
  const std::filesystem::path& folder() const { return folder_; }
  ProcessOutput& standard_output() { return *stdout_; }
  ProcessOutput& standard_error() { return *stderr_; }

  // Waits for the handshake line.
  absl::StatusOr<Handshake> AwaitHandshake();

  // Waits for the handshake and prepares the channel. The connection is made by the first call.
  absl::Status Connect();
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  tfplugin6::Provider::Stub& provider() { return *provider_; }

  // A channel to the same address as a host that holds another certificate.
  std::shared_ptr<grpc::Channel> ConnectAsStranger();

  void Signal(int number) const;

  // Asks for the end and hangs up, as a host does, and returns how long the process took to exit
  // from then on. There is no channel() any more.
  // kDeadlineExceeded if it did not within 30 s; Exit() says how it ended.
  absl::StatusOr<absl::Duration> Shutdown();

  // Waits up to 30 s for the exit, and returns what wait(2) says of it.
  absl::StatusOr<int> AwaitExit();

 private:
  std::shared_ptr<grpc::Channel> ChannelFor(const plugin::Certificate& own);

  std::filesystem::path folder_;
  std::optional<plugin::Certificate> host_certificate_;
  pid_t pid_ = -1;
  std::optional<int> exit_;
  std::unique_ptr<ProcessOutput> stdout_;
  std::unique_ptr<ProcessOutput> stderr_;
  std::optional<Handshake> handshake_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<tfplugin6::Provider::Stub> provider_;
};

}  // namespace er
