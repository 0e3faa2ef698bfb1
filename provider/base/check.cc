#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace er {
namespace {

void PrintLine(const char* sentence) { std::fprintf(stderr, "%s\n", sentence); }

void (*report)(const char* sentence) = PrintLine;

}  // namespace

void EndByFailedCheck(const char* sentence) {
  report(sentence);
  std::abort();
}

void ReportFailedChecksWith(void (*other)(const char* sentence)) { report = other; }

}  // namespace er
