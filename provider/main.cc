// terraform-provider-entityresolution: builds everything, owns everything, decides nothing.
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <future>
#include <iostream>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/time/time.h"
#include "assembly/connect.h"
#include "assembly/provider.h"
#include "base/clock.h"
#include "base/environment.h"
#include "base/workers.h"
#include "plugin/serve.h"
#include "schema/loader.h"
#include "terraform/provider_service.h"

namespace {

constexpr char kSourceAddress[] = "registry.terraform.io/idmapping/entityresolution";

#ifdef ER_TEST_CLOCK
// The tests of waits that take minutes run this program with a faster clock. What is released has
// no such thing: it would ask the service a hundred times as often as it may be asked.
double ClockSpeed(const er::Environment& environment) {
  double speed = 1;
  const auto text = environment.Variable("TF_ENTITYRESOLUTION_TEST_CLOCK_SPEED");
  if (!text.has_value() || !absl::SimpleAtod(*text, &speed) || !(speed > 0)) return 1;
  return speed;
}
#else
double ClockSpeed(const er::Environment& /*environment*/) { return 1; }
#endif

}  // namespace

int main(int argc, char** argv) {
  // Threads that wait most of their time need no heap of their own, each with its own gaps.
  mallopt(M_ARENA_MAX, 2);
  bool debug = false;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "-version" || argument == "--version") {
      std::cout << "terraform-provider-entityresolution " << ER_VERSION << "\n";
      return EXIT_SUCCESS;
    }
    if (argument != "-debug" && argument != "--debug") {
      std::cerr << "Unknown argument " << argument << ". There are -debug and -version.\n";
      return EXIT_FAILURE;
    }
    debug = true;
  }

  const er::Environment& environment = er::ProcessEnvironment();
  er::Clock& clock = er::SystemClock(ClockSpeed(environment));
  const pid_t host = getppid();
  const er::assembly::Outside outside{
      .environment = environment,
      .clock = clock,
      .is_orphaned = [host, debug] { return !debug && getppid() != host; },
      .background = [](std::function<void()> work) { er::ProcessWorkers().Do(std::move(work)); },
      .lease = std::max(absl::Minutes(1) / ClockSpeed(environment), absl::Seconds(3))};
  const auto connect = [&](const er::Value& config, std::stop_token stop) {
    return er::assembly::ConnectWith(
        {.environment = &environment, .clock = &clock, .version = ER_VERSION}, config, stop);
  };
  // The schemas are read while the server starts: the host waits for both, one beside the other.
  const std::shared_future<std::unique_ptr<er::assembly::Provider>> provider =
      std::async(std::launch::async, [&] {
        return std::make_unique<er::assembly::Provider>(er::schema::BuiltInCatalog(), outside,
                                                        connect);
      }).share();
  er::terraform::ProviderService service(
      [&]() -> auto& { return *provider.get(); }, er::ProcessWorkers());
  return er::plugin::Serve({.source_address = kSourceAddress,
                            .service = &service,
                            .stop = [&] { service.StopForEnd(); },
                            .end = [&] { service.End(); },
                            .debug = debug});
}
