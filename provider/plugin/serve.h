// Makes a program a plugin of Terraform and OpenTofu: the whole contract with the host, around a
// gRPC service that is none of this folder's business. Called once, by main().
//
//   MyProvider provider;  // a tfplugin6::Provider::Service
//   return plugin::Serve({.source_address = "registry.terraform.io/me/mine",
//                         .service = &provider,
//                         .stop = [&] { provider.Stop(); }});
#pragma once

#include <functional>
#include <string>

#include "absl/time/time.h"

namespace grpc {
class Service;
}  // namespace grpc

namespace er::plugin {

struct ServeOptions {
  // HOST/NAMESPACE/TYPE. Names the plugin in messages, in TF_REATTACH_PROVIDERS and in the name of
  // its own log variable.
  std::string source_address{};

  // Its synchronous calls may block, hundreds at a time: each has a thread. Must outlive the
  // process's other threads, so best lives in main().
  grpc::Service* service = nullptr;

  // Asks all calls in flight to come to an end; returns at once. Called from one thread, before the
  // server is stopped, whatever the reason for that is.
  std::function<void()> stop = [] {};

  // The host has come to the end of what it does, and asks this process to end. Called before
  // stop(), and the host waits for it: what is to be on record is put there now.
  std::function<void()> end = [] {};

  // How long calls in flight have after stop() when no host is waiting for the process to end:
  // after SIGTERM, or when the host died.
  absl::Duration grace = absl::Seconds(5);

  // Serve a person's terraform runs until Ctrl-C instead of the one host that started the process:
  // prints a TF_REATTACH_PROVIDERS line, without TLS and without a handshake.
  bool debug = false;
};

// Serves until the host asks for the end, dies, or a signal says so. Returns the exit code for
// main(), having said on stderr what was wrong if it is not 0. Does not return, but ends the
// process with code 0, if calls in flight are not done in time.
//
// To be called before the process has other threads. Ignores SIGPIPE and SIGINT for good: a child
// process has to be given their defaults back.
int Serve(const ServeOptions& options);

}  // namespace er::plugin
