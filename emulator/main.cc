// entityresolution-emulator: the program around the emulator. See README.md in this folder.
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <iostream>
#include <random>

#include "absl/strings/str_cat.h"
#include "base/environment.h"
#include "base/status.h"
#include "emulator/log_line.h"
#include "emulator/options.h"
#include "emulator/server.h"

namespace er::emulator {
namespace {

constexpr int kWrongUse = 2;

// SIGINT and SIGTERM, for this thread and those it will start.
sigset_t BlockEndSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// A connection takes a descriptor, and the usual limit is as low as 1024.
void AllowManyConnections() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

// To stderr, in colour where a person sees it. https://no-color.org
void LogCallsOf(Emulator& emulator) {
  const Environment& environment = ProcessEnvironment();
  const bool coloured = isatty(STDERR_FILENO) == 1 && !environment.Variable("NO_COLOR") &&
                        environment.Variable("TERM").value_or("") != "dumb";
  emulator.set_observer([coloured](const LoggedCall& call) {
    std::cerr << absl::StrCat(LogLine(call, coloured), "\n") << std::flush;
  });
}

absl::Status Serve(Options options) {
  std::string plan;
  if (!options.fault_plan.empty()) {
    absl::StatusOr<std::string> text = ProcessEnvironment().ReadFile(options.fault_plan);
    if (!text.ok()) return WithContext(text.status(), options.fault_plan);
    plan = *std::move(text);
  }
  const sigset_t end_signals = BlockEndSignals();
  std::signal(SIGPIPE, SIG_IGN);  // TLS writes to connections that the client closed
  AllowManyConnections();

  Clock& clock = SystemClock();
  Emulator emulator(clock, options.seed.value_or(std::random_device()()));
  RETURN_IF_ERROR(Apply(options, plan, emulator.state(), clock.Now()));
  if (options.log) LogCallsOf(emulator);
  ASSIGN_OR_RETURN(const std::unique_ptr<Server> server,
                   Server::Start(emulator, std::move(options.server)));
  std::cout << "Listening on " << server->url() << std::endl;

  int signal = 0;
  sigwait(&end_signals, &signal);
  return absl::OkStatus();
}

int Main(const std::vector<std::string>& arguments) {
  absl::StatusOr<Options> options = ParseOptions(arguments);
  if (!options.ok()) {
    std::cerr << "entityresolution-emulator: " << options.status().message() << "\nTry --help.\n";
    return kWrongUse;
  }
  if (!options->answer.empty()) {
    std::cout << options->answer;
    return 0;
  }
  if (const absl::Status served = Serve(*std::move(options)); !served.ok()) {
    std::cerr << "entityresolution-emulator: " << served.message() << "\n";
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace er::emulator

int main(int argc, char** argv) {
  return er::emulator::Main(std::vector<std::string>(argv + 1, argv + argc));
}
