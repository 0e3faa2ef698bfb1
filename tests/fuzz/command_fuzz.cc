// The command line of a credential_process: its words, quoted, are the same words.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "aws/shell_words.h"
#include "fuzz/fuzz.h"

void er::Fuzz(absl::string_view input) {
  const auto words = er::aws::SplitWords(input);
  if (!words.ok()) return;
  std::string quoted;
  for (const std::string& word : *words) {
    absl::StrAppend(&quoted, "'", absl::StrReplaceAll(word, {{"'", "'\"'\"'"}}), "' ");
  }
  const auto again = er::aws::SplitWords(quoted);
  Require(again.ok() && *again == *words);
}
