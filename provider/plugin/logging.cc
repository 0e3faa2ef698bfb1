#include "plugin/logging.h"

#include <grpc/support/log.h>

#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace er::plugin {
namespace {

// gRPC calls an error what may be an everyday event here, such as a host that hangs up.
log::Level LevelOf(gpr_log_severity severity) {
  switch (severity) {
    case GPR_LOG_SEVERITY_ERROR:
      return log::Level::kWarn;
    case GPR_LOG_SEVERITY_INFO:
      return log::Level::kDebug;
    case GPR_LOG_SEVERITY_DEBUG:
      return log::Level::kTrace;
  }
  return log::Level::kDebug;
}

void OnGrpcLine(gpr_log_func_args* line) {
  const log::Level level = LevelOf(line->severity);
  if (log::IsOn(level)) {
    log::Write(level, line->message, {{"grpc_file", line->file}, {"grpc_line", line->line}});
  }
}

}  // namespace

log::Level LogLevel(const Environment& environment, absl::string_view source_address) {
  const absl::string_view type = source_address.substr(source_address.rfind('/') + 1);
  const std::string own_name = absl::StrCat(
      "TF_LOG_PROVIDER_", absl::AsciiStrToUpper(absl::StrReplaceAll(type, {{"-", "_"}})));
  for (const std::string& name :
       {own_name, std::string("TF_LOG_PROVIDER"), std::string("TF_LOG")}) {
    if (const std::optional<std::string> word = environment.Variable(name)) {
      return log::ParseLevel(*word).value_or(log::Level::kTrace);
    }
  }
  return log::Level::kOff;
}

bool LogIsJson(const Environment& environment) {
  for (const char* name : {"TF_LOG", "TF_LOG_CORE", "TF_LOG_PROVIDER"}) {
    const std::string word = environment.Variable(name).value_or("");
    if (!word.empty()) return absl::EqualsIgnoreCase(word, "json");
  }
  return false;
}

void SendGrpcLinesToLog() { gpr_set_log_function(OnGrpcLine); }

}  // namespace er::plugin
