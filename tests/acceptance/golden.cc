#include "acceptance/golden.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <regex>
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
  static const std::vector<std::pair<std::regex, const char*>> replacements = {
      {std::regex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "REQUEST-ID"},
      {std::regex("[0-9a-f]{32}"), "JOB-ID"},
      {std::regex("20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z"), "TIME"},
      {std::regex("127\\.0\\.0\\.1:[0-9]+"), "127.0.0.1:PORT"},
      {std::regex("/tmp/er-acceptance-[A-Za-z0-9]+"), "FOLDER"},
      {std::regex("after [0-9]+ ms"), "after N ms"},
      {std::regex("[ \t]+\n"), "\n"},
  };
  std::string stable = output;
  for (const auto& [pattern, replacement] : replacements) {
    stable = std::regex_replace(stable, pattern, replacement);
  }
  return stable;
}

std::string Diagnostics(const std::string& output) {
  const std::string stable = Stable(output);
  static const std::regex start("(^|\n)(Error|Warning): ");
  std::string diagnostics;
  for (std::sregex_iterator match(stable.begin(), stable.end(), start), end; match != end;
       ++match) {
    const auto begin = static_cast<std::size_t>(match->position(2));
    const auto next = std::next(match);
    const std::string text =
        stable.substr(begin, next == end ? std::string::npos
                                         : static_cast<std::size_t>(next->position(0)) - begin);
    absl::StrAppend(&diagnostics, Joined(text));
  }
  return diagnostics;
}

}  // namespace er::acceptance
