#include "emulator/options.h"

#include <CLI/CLI.hpp>
#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/status.h"
#include "emulator/control.h"

namespace er::emulator {
namespace {

using Strings = std::vector<std::string>;

// Lets `read` take a value; what is wrong with it is for the user.
void Take(CLI::App& app, const char* name, const char* value, const char* help,
          std::function<absl::Status(const std::string&)> read) {
  app.add_option_function<std::string>(
         name,
         [name, read = std::move(read)](const std::string& text) {
           const absl::Status status = read(text);
           if (status.ok()) return;
           throw CLI::ValidationError(absl::StrCat(name, "=", text), std::string(status.message()));
         },
         help)
      ->type_name(value);
}

// An option that sets a member of the configuration.
void Configure(CLI::App& app, Options& options, const char* name, const char* value,
               const char* help, const char* member) {
  Take(app, name, value, help, [&options, member](const std::string& text) {
    options.config[member] = text;
    Config checked;
    return Change(checked, options.config);
  });
}

void DeclareServer(CLI::App& app, Options& options) {
  app.add_option("--port", options.server.port, "listen there; 0 takes a free port")
      ->type_name("N")
      ->check(CLI::Range(0, 65535));
  app.add_option("--host", options.server.host, "listen on this address (127.0.0.1)")
      ->type_name("ADDRESS");
  CLI::Option* certificate = app.add_option("--tls-cert", options.server.tls_certificate,
                                            "serve HTTPS with this certificate (PEM)")
                                 ->type_name("FILE");
  CLI::Option* key =
      app.add_option("--tls-key", options.server.tls_key, "the certificate's private key (PEM)")
          ->type_name("FILE");
  certificate->needs(key);
  key->needs(certificate);
  Take(app, "--keep-alive", "DURATION", "close idle connections after that (1m)",
       [&options](const std::string& text) -> absl::Status {
         ASSIGN_OR_RETURN(options.server.keep_alive, ReadDuration(text));
         return absl::OkStatus();
       });
  app.add_flag("--log", options.log, "write a line for each call to stderr");
}

void DeclareKeys(CLI::App& app, Options& options) {
  Configure(app, options, "--region", "REGION", "have Entity Resolution in this Region only (any)",
            "region");
  Configure(app, options, "--account", "ID", "the account of the keys (123456789012)", "account");
  const auto key = [&](const char* name, const char* value, const char* help, const char* member) {
    Take(app, name, value, help, [&options, member](const std::string& text) {
      options.credential[member] = text;
      return absl::OkStatus();
    });
  };
  key("--access-key", "KEY", "accept this key (AKIAEMULATOR00000000)", "access_key");
  key("--secret-key", "SECRET", "with this secret (emulator-secret-key)", "secret_key");
  key("--session-token", "TOKEN", "and this session token (none)", "session_token");
  Configure(app, options, "--session-duration", "DURATION",
            "let the keys of assumed roles end so early (as asked)", "session_duration");
}

void DeclareService(CLI::App& app, Options& options) {
  app.add_option("--workflow", options.workflows,
                 "have this ID mapping workflow; repeatable (customers)")
      ->type_name("NAME[:incremental]")
      ->allow_extra_args(false);
  app.add_option("--bucket", options.buckets, "have this S3 bucket; repeatable (none)")
      ->type_name("NAME[:REGION]")
      ->allow_extra_args(false);
  Configure(app, options, "--job-duration", "DURATION", "how long a job runs (30s)",
            "job_duration");
  Configure(app, options, "--queue-delay", "DURATION", "how long a job is QUEUED first (0)",
            "queue_delay");
  Configure(app, options, "--outcome", "STATUS", "SUCCEEDED (the default) or FAILED", "outcome");
  Configure(app, options, "--refusal", "MODE",
            "a second job at a time: conflict (the default), exceeds-limit or queued", "refusal");
  Configure(app, options, "--list-lag", "DURATION", "lists show a job so long after its start (0)",
            "list_lag");
  Configure(app, options, "--put-conditions", "MODE",
            "S3's conditional PutObject: kept (the default), refused or ignored", "put_conditions");
  Configure(app, options, "--delete-conditions", "MODE", "the same of DeleteObject",
            "delete_conditions");
}

// All options; parsing fills `options`, which must outlive `app`.
void Declare(CLI::App& app, Options& options) {
  app.description(
      "A local AWS Entity Resolution, with what goes with it of STS and S3.\n"
      "It prints the URL that it listens on and serves until Ctrl-C; a browser sees there what\n"
      "goes on. Point a client's endpoints for entityresolution, sts and s3 at the URL, with the\n"
      "access key below.");
  app.set_help_flag("--help", "show this");
  app.set_version_flag("--version", "entityresolution-emulator " ER_VERSION, "show the version");
  app.option_defaults()->group("Where it listens");
  DeclareServer(app, options);
  app.option_defaults()->group("Who may ask");
  DeclareKeys(app, options);
  app.option_defaults()->group("What there is");
  DeclareService(app, options);
  app.option_defaults()->group("What goes wrong");
  app.add_option("--fault-plan", options.fault_plan, "inject the faults of this plan (JSON)")
      ->type_name("FILE");
  app.add_option("--seed", options.seed,
                 "random faults, job ids and metrics follow from it (random)")
      ->type_name("N");
}

}  // namespace

absl::StatusOr<Options> ParseOptions(const Strings& arguments) {
  Options options;
  options.credential = {{"access_key", std::string(kDefaultAccessKey)},
                        {"secret_key", std::string(kDefaultSecretKey)}};
  CLI::App app("", "entityresolution-emulator");
  Declare(app, options);
  try {
    app.parse(Strings(arguments.rbegin(), arguments.rend()));  // it takes them from the end
  } catch (const CLI::CallForHelp&) {
    options.answer = app.help();
  } catch (const CLI::CallForVersion& version) {
    options.answer = absl::StrCat(version.what(), "\n");
  } catch (const CLI::Error& error) {
    return absl::InvalidArgumentError(error.what());
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
  for (const std::string& bucket : options.buckets) {
    const std::pair<std::string, std::string> name_and_region =
        absl::StrSplit(bucket, absl::MaxSplits(':', 1));
    const auto& [name, region] = name_and_region;
    const Json settings = region.empty() ? Json::object() : Json{{"region", region}};
    RETURN_IF_ERROR(PutBucket(state, name, settings)).With(absl::StrCat("--bucket=", bucket));
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
