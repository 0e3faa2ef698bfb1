#include "acceptance/golden.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <cstdlib>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "acceptance/process.h"

namespace er::acceptance {
namespace {

// One diagnostic, its paragraphs each in one line: Terraform breaks them by the length of ids that
// Stable() has shortened. Empty if it is not the provider's.
std::string Joined(const std::string& diagnostic) {
  for (const char* terraforms : {"Provider development overrides", "execution halted"}) {
    if (absl::StrContains(diagnostic, terraforms)) return "";
  }
  std::string joined;
  for (absl::string_view paragraph : absl::StrSplit(diagnostic, "\n\n", absl::SkipWhitespace())) {
    // What Terraform goes on with after the last diagnostic: "Apply complete! ..."
    if (absl::StrContains(paragraph, " complete!")) break;
    // What only some releases say of a warning that they do not repeat.
    if (absl::StrContains(paragraph, "more similar warning")) continue;
    const bool is_code = absl::StartsWith(paragraph, " ");
    const std::vector<absl::string_view> lines =
        absl::StrSplit(paragraph, '\n', absl::SkipWhitespace());
    absl::StrAppend(&joined, absl::StrJoin(lines, is_code ? "\n" : " "), "\n\n");
  }
  return joined;
}

}  // namespace

void ExpectGolden(const std::string& name, const std::string& text) {
  const std::string path = absl::StrCat(ER_SOURCE_DIR, "/tests/golden/", name);
  if (std::getenv("ER_UPDATE_GOLDEN") != nullptr) {
    WriteFile(path, text);
    return;
  }
  EXPECT_EQ(text, ReadFile(path)) << "If that is what it should say now: run the test with "
                                     "ER_UPDATE_GOLDEN=1, and look at the difference.";
}

std::string Stable(const std::string& output) {
  static constexpr std::pair<const char*, const char*> kReplacements[] = {
      {"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "REQUEST-ID"},
      {"[0-9a-f]{32}", "JOB-ID"},
      {"note-[0-9a-f]{16}", "NOTE"},
      {"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z", "TIME"},
      {"127\\.0\\.0\\.1:[0-9]+", "127.0.0.1:PORT"},
      {"/tmp/er-acceptance-[A-Za-z0-9]+", "FOLDER"},
      {"after [0-9]+ ms", "after N ms"},
      {"[ \\t]+\\n", "\n"},
  };
  std::string stable = output;
  for (const auto& [pattern, replacement] : kReplacements) {
    re2::RE2::GlobalReplace(&stable, pattern, replacement);
  }
  return stable;
}

std::string Diagnostics(const std::string& output) {
  // Each begins at the start of a line and goes on to the next.
  std::string marked = Stable(output);
  re2::RE2::GlobalReplace(&marked, "(?m)^(Error|Warning): ", "\x01\\1: ");
  const std::vector<std::string> parts = absl::StrSplit(marked, '\x01');
  std::string diagnostics;
  for (std::size_t i = 1; i < parts.size(); ++i) absl::StrAppend(&diagnostics, Joined(parts[i]));
  return diagnostics;
}

}  // namespace er::acceptance
