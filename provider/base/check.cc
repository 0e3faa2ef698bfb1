#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace er {
namespace {

void PrintLine(const char* sentence) { std::fprintf(stderr, "%s\n", sentence); }

void (*reporter)(const char* sentence) = PrintLine;

}  // namespace

void EndByFailedCheck(const char* sentence) {
  reporter(sentence);
  std::abort();
}

void ReportFailedChecksWith(void (*report)(const char* sentence)) { reporter = report; }

}  // namespace er
