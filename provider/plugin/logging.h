// How much the plugin logs, and where gRPC's own lines go. Called by `serve.h`.
#pragma once

#include "absl/strings/string_view.h"
#include "base/environment.h"
#include "base/log.h"

namespace er::plugin {

// What the user asked for by TF_LOG_PROVIDER_X (X: the provider's name), TF_LOG_PROVIDER or TF_LOG:
// the first of them that is set. kTrace for a word that is no level, as Terraform has it.
log::Level LogLevel(const Environment& environment, absl::string_view source_address);

// Whether Terraform's own log is JSON, for programs and not for people.
// https://developer.hashicorp.com/terraform/internals/debugging
bool LogIsJson(const Environment& environment);

// gRPC writes to stderr in a form of its own, which Terraform cannot tell the level of.
void SendGrpcLinesToLog();

}  // namespace er::plugin
