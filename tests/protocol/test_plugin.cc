// A plugin that misbehaves on request: provider functions that crash, hang or wait. See
// plugin_process_test.cc and plugin_end_test.cc for what each is for.
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

#include "absl/time/time.h"
#include "base/check.h"
#include "plugin/serve.h"
#include "proto/tfplugin6.grpc.pb.h"

namespace er {
namespace {

class TestProvider final : public tfplugin6::Provider::Service {
 public:
  grpc::Status GetProviderSchema(grpc::ServerContext* /*call*/,
                                 const tfplugin6::GetProviderSchema::Request* /*request*/,
                                 tfplugin6::GetProviderSchema::Response* response) override {
    response->mutable_provider()->mutable_block()->set_description("A test's.");
    return grpc::Status::OK;
  }

  grpc::Status CallFunction(grpc::ServerContext* /*call*/,
                            const tfplugin6::CallFunction::Request* request,
                            tfplugin6::CallFunction::Response* response) override {
    const std::map<std::string, std::function<void()>> functions = {
        {"echo", [&] { *response->mutable_result() = request->arguments(0); }},
        {"meet", [&] { Meet(std::stoi(request->arguments(0).json())); }},
        {"wait", [&] { AwaitStop(); }},
        {"hang", [&] { Hang(); }},
        {"abort", [] { std::abort(); }},
        {"check", [] { ER_CHECK(std::strlen("one") == 1, "A word has one letter."); }},
        {"segfault", [] { std::raise(SIGSEGV); }},
        // Not in a thread of gRPC, which would catch it.
        {"throw",
         [] { std::thread([] { throw std::runtime_error("the password is hunter2"); }).join(); }},
    };
    functions.at(request->name())();
    return grpc::Status::OK;
  }

  void Stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }

 private:
  // Returns when `count` calls are here, this one and those in the functions below among them.
  void Meet(int count) {
    std::unique_lock lock(mutex_);
    Arrive();
    changed_.wait(lock, [&] { return here_ >= count; });
  }

  void AwaitStop() {
    std::unique_lock lock(mutex_);
    Arrive();
    changed_.wait(lock, [&] { return stopped_; });
  }

  void Hang() {
    std::unique_lock lock(mutex_);
    Arrive();
    changed_.wait(lock, [] { return false; });
  }

  void Arrive() {
    ++here_;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  int here_ = 0;
  bool stopped_ = false;
};

}  // namespace
}  // namespace er

int main(int argc, char** argv) {
  er::TestProvider provider;
  return er::plugin::Serve({.source_address = "example.com/test/entityresolution",
                            .service = &provider,
                            .stop = [&] { provider.Stop(); },
                            .grace = absl::Milliseconds(500),
                            .debug = argc > 1 && std::strcmp(argv[1], "-debug") == 0});
}
