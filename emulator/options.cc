#include "emulator/options.h"

#include <functional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "base/status.h"
#include "emulator/control.h"

namespace er::emulator {
namespace {

struct Flag {
  absl::string_view name;
  absl::string_view value;  // what stands for it in the help; empty: the flag takes none
  absl::string_view help;
  std::function<absl::Status(Options&, const std::string&)> set;
};

template <typename T>
std::function<absl::Status(Options&, const std::string&)> Text(T field) {
  return [field](Options& options, const std::string& value) {
    std::invoke(field, options) = value;
    return absl::OkStatus();
  };
}

std::function<absl::Status(Options&, const std::string&)> Config(const char* member) {
  return [member](Options& options, const std::string& value) {
    options.config[member] = value;
    er::emulator::Config checked;
    return Change(checked, options.config);
  };
}

std::function<absl::Status(Options&, const std::string&)> Key(const char* member) {
  return [member](Options& options, const std::string& value) {
    options.credential[member] = value;
    return absl::OkStatus();
  };
}

absl::Status SetPort(Options& options, const std::string& value) {
  if (!absl::SimpleAtoi(value, &options.server.port) || options.server.port < 0 ||
      options.server.port > 65535) {
    return absl::InvalidArgumentError("must be a number from 0 to 65535");
  }
  return absl::OkStatus();
}

absl::Status SetSeed(Options& options, const std::string& value) {
  std::uint32_t seed = 0;
  if (!absl::SimpleAtoi(value, &seed)) {
    return absl::InvalidArgumentError("must be a number from 0 to 4294967295");
  }
  options.seed = seed;
  return absl::OkStatus();
}

absl::Status SetKeepAlive(Options& options, const std::string& value) {
  ASSIGN_OR_RETURN(options.server.keep_alive, ReadDuration(value));
  return absl::OkStatus();
}

const std::vector<Flag>& Flags() {
  static const auto& flags = *new std::vector<Flag>{
      {"--port", "N", "listen there; 0, the default, takes a free port", SetPort},
      {"--host", "ADDRESS", "listen on this address (127.0.0.1)",
       Text([](Options& o) -> std::string& { return o.server.host; })},
      {"--tls-cert", "FILE", "serve HTTPS with this certificate (PEM)",
       Text([](Options& o) -> std::string& { return o.server.tls_certificate; })},
      {"--tls-key", "FILE", "the certificate's private key (PEM)",
       Text([](Options& o) -> std::string& { return o.server.tls_key; })},
      {"--keep-alive", "DURATION", "close idle connections after that (1m)", SetKeepAlive},
      {"--workflow", "NAME[:incremental]", "have this ID mapping workflow; repeatable (customers)",
       [](Options& o, const std::string& value) {
         o.workflows.push_back(value);
         return absl::OkStatus();
       }},
      {"--region", "REGION", "serve this Region only (any)", Config("region")},
      {"--account", "ID", "the account of the keys (123456789012)", Config("account")},
      {"--access-key", "KEY", "accept this key (AKIAEMULATOR00000000)", Key("access_key")},
      {"--secret-key", "SECRET", "with this secret (emulator-secret-key)", Key("secret_key")},
      {"--session-token", "TOKEN", "and this session token (none)", Key("session_token")},
      {"--job-duration", "DURATION", "how long a job runs (30s)", Config("job_duration")},
      {"--queue-delay", "DURATION", "how long a job is QUEUED first (0)", Config("queue_delay")},
      {"--outcome", "STATUS", "SUCCEEDED (the default) or FAILED", Config("outcome")},
      {"--refusal", "MODE",
       "a second job at a time: conflict (the default), exceeds-limit or queued",
       Config("refusal")},
      {"--list-lag", "DURATION", "lists show a job so long after its start (0)",
       Config("list_lag")},
      {"--fault-plan", "FILE", "inject the faults of this plan (JSON)",
       Text([](Options& o) -> std::string& { return o.fault_plan; })},
      {"--seed", "N", "random faults, job ids and metrics follow from it (random)", SetSeed},
      {"--log", "", "write a line for each request to stderr",
       [](Options& o, const std::string&) {
         o.log = true;
         return absl::OkStatus();
       }},
      {"--help", "", "show this",
       [](Options& o, const std::string&) {
         o.help = true;
         return absl::OkStatus();
       }},
  };
  return flags;
}

const Flag* FindFlag(absl::string_view name) {
  for (const Flag& flag : Flags()) {
    if (flag.name == name) return &flag;
  }
  return nullptr;
}

}  // namespace

std::string HelpText() {
  std::string text =
      "entityresolution-emulator: a local AWS Entity Resolution for ID mapping jobs.\n"
      "\n"
      "It prints the URL that it listens on and serves until Ctrl-C. Point a client's endpoints "
      "for\n"
      "entityresolution and sts at the URL, with the access key below.\n"
      "\n";
  for (const Flag& flag : Flags()) {
    absl::StrAppendFormat(&text, "  %-30s %s\n", absl::StrCat(flag.name, " ", flag.value),
                          flag.help);
  }
  return text;
}

absl::StatusOr<Options> ParseOptions(const std::vector<std::string>& arguments) {
  Options options;
  options.credential = {{"access_key", std::string(kDefaultAccessKey)},
                        {"secret_key", std::string(kDefaultSecretKey)}};
  for (auto argument = arguments.begin(); argument != arguments.end(); ++argument) {
    const std::size_t equals = argument->find('=');
    const std::string name = argument->substr(0, equals);
    const Flag* flag = FindFlag(name);
    if (flag == nullptr) return absl::InvalidArgumentError(absl::StrCat("unknown argument ", name));
    std::string value;
    if (flag->value.empty()) {
      if (equals != std::string::npos) {
        return absl::InvalidArgumentError(absl::StrCat(name, " takes no value"));
      }
    } else if (equals != std::string::npos) {
      value = argument->substr(equals + 1);
    } else if (++argument != arguments.end()) {
      value = *argument;
    } else {
      return absl::InvalidArgumentError(absl::StrCat(name, " needs a value: ", flag->value));
    }
    RETURN_IF_ERROR(flag->set(options, value)).With(absl::StrCat(name, "=", value));
  }
  if (options.server.tls_certificate.empty() != options.server.tls_key.empty()) {
    return absl::InvalidArgumentError("--tls-cert and --tls-key go together");
  }
  if (options.workflows.empty()) options.workflows.emplace_back(kDefaultWorkflow);
  return options;
}

absl::Status Apply(const Options& options, const std::string& plan, State& state, absl::Time now) {
  RETURN_IF_ERROR(Change(state.config, options.config));
  RETURN_IF_ERROR(ChangeCredentials(state, {{"accept", Json::array({options.credential})}}, now));
  for (absl::string_view workflow : options.workflows) {
    const bool incremental = absl::ConsumeSuffix(&workflow, ":incremental");
    absl::Status put = PutWorkflow(state, workflow, {{"incremental", incremental}}, now);
    RETURN_IF_ERROR(put).With(absl::StrCat("--workflow=", workflow));
  }
  if (plan.empty()) return absl::OkStatus();
  const Json faults = Json::parse(plan, nullptr, false);
  if (faults.is_discarded()) {
    return absl::InvalidArgumentError(absl::StrCat(options.fault_plan, ": not JSON"));
  }
  RETURN_IF_ERROR(state.faults.Add(faults)).With(options.fault_plan);
  return absl::OkStatus();
}

}  // namespace er::emulator
