// A process that works on a store beside a test (store_test.cc):
//   er_store_process PLACE count NAME TIMES
//   er_store_process PLACE take-turns NAME WHO TIMES WITNESS
//   er_store_process PLACE churn SEED
//   er_store_process PLACE hold NAME
// PLACE is what OpenStore() takes. Ends with 0 where all went as it should.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "unit/run/store_work.h"

int main(int count, char** arguments) {
  if (count < 4) return 2;
  const std::unique_ptr<er::run::Store> store = er::run::OpenStore(arguments[1]);
  const std::string work = arguments[2];
  absl::Status status = absl::InvalidArgumentError(work);
  if (work == "count" && count == 5) {
    status = Count(*store, arguments[3], std::atoi(arguments[4]));
  } else if (work == "take-turns" && count == 7) {
    status = TakeTurns(*store, arguments[3], arguments[4], std::atoi(arguments[5]), arguments[6]);
  } else if (work == "churn") {
    status = er::run::Churn(*store, std::atoi(arguments[3]));
  } else if (work == "hold") {
    status = store->Create(arguments[3], "held", er::run::Store::Lasts::kWithTheProcess).status();
    std::puts("held");
    std::fflush(stdout);
    if (status.ok()) pause();
  }
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return 1;
}
