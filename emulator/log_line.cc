#include "emulator/log_line.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace er::emulator {
namespace {

constexpr absl::string_view kDim = "\x1b[2m";
constexpr absl::string_view kRed = "\x1b[31m";
constexpr absl::string_view kGreen = "\x1b[32m";
constexpr absl::string_view kYellow = "\x1b[33m";
constexpr absl::string_view kMagenta = "\x1b[35m";
constexpr absl::string_view kBold = "\x1b[1m";
constexpr absl::string_view kPlain = "\x1b[0m";

absl::string_view ColourOf(int code) {
  if (code >= 200 && code < 300) return kGreen;
  return code == 0 || code >= 500 ? kRed : kYellow;
}

std::string Printable(absl::string_view text) {
  std::string printable;
  for (const char c : text) {
    printable += absl::ascii_iscntrl(static_cast<unsigned char>(c)) ? '?' : c;
  }
  return printable;
}

// What the call is about: a workflow, or an object.
std::string SubjectOf(const LoggedCall& call) {
  if (call.bucket.empty()) return Printable(call.workflow);
  return Printable(absl::StrCat("s3://", call.bucket, "/", call.key));
}

}  // namespace

std::string LogLine(const LoggedCall& call, bool coloured) {
  std::string line;
  const auto add = [&](absl::string_view colour, absl::string_view text) {
    if (text.empty()) return;
    if (!line.empty()) line += ' ';
    const bool plain = !coloured || colour.empty();
    absl::StrAppend(&line, plain ? "" : colour, text, plain ? "" : kPlain);
  };
  add(kDim, absl::FormatTime("%H:%M:%E3SZ", call.time, absl::UTCTimeZone()));
  add(ColourOf(call.code), call.code == 0 ? "---" : absl::StrCat(call.code));
  const bool is_known = call.operation != "unknown" && !call.operation.empty();
  add(kBold,
      absl::StrFormat("%-20s", is_known ? Printable(call.operation)
                                        : Printable(absl::StrCat(call.method, " ", call.path))));
  add("", Printable(call.region));
  add("", SubjectOf(call));
  const std::string& job = call.job.empty() ? call.asked_job : call.job;
  if (!job.empty()) add("", absl::StrCat("job ", Printable(job)));
  if (!call.fault.empty()) add(kMagenta, absl::StrCat("fault ", call.fault));
  add(kYellow, call.error);
  if (call.delivery == Answer::Delivery::kHalf) add(kRed, "(half of it)");
  if (call.code == 0) add(kRed, "(cut)");
  return line;
}

}  // namespace er::emulator
