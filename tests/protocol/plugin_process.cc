#include "protocol/plugin_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "base/status.h"
#include "proto/go_plugin.grpc.pb.h"

namespace er {
namespace {

constexpr std::chrono::seconds kPatience(30);

// For what a test cannot go on without.
void Require(bool condition, const char* what) {
  if (condition) return;
  std::perror(what);
  std::abort();
}

plugin::Certificate NewCertificate() {
  absl::StatusOr<plugin::Certificate> made = plugin::MakeCertificate(absl::Now());
  Require(made.ok(), "a certificate for the host");
  return *std::move(made);
}

std::string PemOf(absl::string_view base64) {
  std::string pem = "-----BEGIN CERTIFICATE-----\n";
  std::string padded(base64);
  while (padded.size() % 4 != 0) padded += '=';
  for (absl::string_view rest = padded; !rest.empty();) {
    const absl::string_view line = rest.substr(0, 64);
    absl::StrAppend(&pem, line, "\n");
    rest.remove_prefix(line.size());
  }
  return pem + "-----END CERTIFICATE-----\n";
}

struct Pipe {
  int out = -1;
  int in = -1;
};

Pipe MakePipe() {
  std::array<int, 2> ends{};
  Require(pipe2(ends.data(), O_CLOEXEC) == 0, "pipe2");
  return {.out = ends[0], .in = ends[1]};
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

ProcessOutput::ProcessOutput(int fd) : fd_(fd), reader_([this] { Read(); }) {}

ProcessOutput::~ProcessOutput() {
  reader_.join();
  close(fd_);
}

void ProcessOutput::Read() {
  std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t size = read(fd_, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    const std::lock_guard lock(mutex_);
    if (size <= 0) ended_ = true;
    if (size > 0) text_.append(buffer.data(), static_cast<std::size_t>(size));
    changed_.notify_all();
    if (ended_) return;
  }
}

absl::StatusOr<std::string> ProcessOutput::AwaitLine() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kPatience,
                    [&] { return ended_ || text_.find('\n') != std::string::npos; });
  const std::size_t end = text_.find('\n');
  if (end == std::string::npos) return absl::UnavailableError("the process printed no line");
  return text_.substr(0, end);
}

absl::StatusOr<std::string> ProcessOutput::AwaitEnd() {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, kPatience, [&] { return ended_; })) {
    return absl::DeadlineExceededError("the process, or a child of it, still holds its output");
  }
  return text_;
}

PluginProcess::PluginProcess(PluginProcessOptions options) {
  std::string folder = "/tmp/er-plugin-XXXXXX";
  Require(mkdtemp(folder.data()) != nullptr, "mkdtemp");
  folder_ = folder;

  std::map<std::string, std::string> variables = {
      {"HOME", folder},
      {"TMPDIR", folder},
      {"TF_PLUGIN_MAGIC_COOKIE",
       "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"},
      {"PLUGIN_PROTOCOL_VERSIONS", "5,6"},
      {"PLUGIN_MIN_PORT", "10000"},
      {"PLUGIN_MAX_PORT", "25000"},
  };
  for (const char* name : {"PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"}) {
    if (const char* value = std::getenv(name)) variables[name] = value;
  }
  if (options.tls) {
    host_certificate_ = NewCertificate();
    variables["PLUGIN_CLIENT_CERT"] = host_certificate_->certificate_pem;
  }
  for (const auto& [name, value] : options.environment) variables[name] = value;
  std::vector<std::string> environment;
  for (const auto& [name, value] : variables) {
    if (!value.empty()) environment.push_back(absl::StrCat(name, "=", value));
  }
  std::vector<std::string> arguments = {options.binary};
  for (std::string& argument : options.arguments) arguments.push_back(std::move(argument));

  const Pipe out = MakePipe();
  const Pipe err = MakePipe();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out.in, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.in, STDERR_FILENO);
  errno = posix_spawn(&pid_, options.binary.c_str(), &actions, nullptr, Pointers(arguments).data(),
                      Pointers(environment).data());
  Require(errno == 0, options.binary.c_str());
  posix_spawn_file_actions_destroy(&actions);
  close(out.in);
  close(err.in);
  stdout_ = std::make_unique<ProcessOutput>(out.out);
  stderr_ = std::make_unique<ProcessOutput>(err.out);
}

PluginProcess::~PluginProcess() {
  if (!exit_) {
    Signal(SIGKILL);
    AwaitExit().IgnoreError();
  }
  std::filesystem::remove_all(folder_);
}

absl::StatusOr<Handshake> PluginProcess::AwaitHandshake() {
  ASSIGN_OR_RETURN(const std::string line, stdout_->AwaitLine());
  const std::vector<std::string> parts = absl::StrSplit(line, '|');
  Handshake handshake;
  if (parts.size() != 6 || !absl::SimpleAtoi(parts[0], &handshake.core_version) ||
      !absl::SimpleAtoi(parts[1], &handshake.protocol_version)) {
    return absl::InvalidArgumentError(absl::StrCat("not a handshake: ", line));
  }
  handshake.network = parts[2];
  handshake.address = parts[3];
  handshake.protocol = parts[4];
  handshake.certificate = parts[5];
  return handshake;
}

absl::Status PluginProcess::Connect() {
  ASSIGN_OR_RETURN(handshake_, AwaitHandshake());
  channel_ = ChannelFor(host_certificate_.value_or(plugin::Certificate()));
  provider_ = tfplugin6::Provider::NewStub(channel_);
  return absl::OkStatus();
}

std::shared_ptr<grpc::Channel> PluginProcess::ConnectAsStranger() {
  return ChannelFor(NewCertificate());
}

std::shared_ptr<grpc::Channel> PluginProcess::ChannelFor(const plugin::Certificate& own) {
  const std::string target = absl::StrCat("unix:", handshake_->address);
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  // gRPC would share one connection among channels that look alike to it.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  if (handshake_->certificate.empty()) {
    return grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments);
  }
  arguments.SetSslTargetNameOverride("localhost");
  return grpc::CreateCustomChannel(
      target,
      grpc::SslCredentials({.pem_root_certs = PemOf(handshake_->certificate),
                            .pem_private_key = own.key_pem,
                            .pem_cert_chain = own.certificate_pem}),
      arguments);
}

void PluginProcess::Signal(int number) const {
  if (!exit_) kill(pid_, number);
}

absl::StatusOr<absl::Duration> PluginProcess::Shutdown() {
  const absl::Time start = absl::Now();
  {
    grpc::ClientContext call;  // it, too, holds the channel
    call.set_deadline(std::chrono::system_clock::now() + kPatience);
    ::plugin::Empty response;
    const grpc::Status answer =
        ::plugin::GRPCController::NewStub(channel_)->Shutdown(&call, {}, &response);
    if (!answer.ok()) return absl::UnavailableError(answer.error_message());
  }
  provider_.reset();
  channel_.reset();
  RETURN_IF_ERROR(AwaitExit().status());
  return absl::Now() - start;
}

absl::StatusOr<int> PluginProcess::AwaitExit() {
  if (exit_) return *exit_;
  const int fd = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  Require(fd >= 0, "pidfd_open");
  pollfd exit = {.fd = fd, .events = POLLIN, .revents = 0};
  const int ready = poll(&exit, 1, static_cast<int>(std::chrono::milliseconds(kPatience).count()));
  close(fd);
  if (ready != 1) return absl::DeadlineExceededError("the process still runs");
  int status = 0;
  Require(waitpid(pid_, &status, 0) == pid_, "waitpid");
  exit_ = status;
  return status;
}

}  // namespace er
