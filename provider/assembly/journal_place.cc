#include "assembly/journal_place.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "aws/profile_file.h"
#include "aws/settings.h"
#include "run/scope.h"

namespace er::assembly {
namespace {

constexpr absl::string_view kS3 = "s3://";
constexpr char kVariable[] = "TF_ENTITYRESOLUTION_JOURNAL";

}  // namespace

absl::StatusOr<JournalPlace> ToJournalPlace(const Value& config, const Environment& environment) {
  const Value& argument = config["journal"];
  std::string text = argument.IsString() ? argument.AsString() : "";
  const bool is_argument = !text.empty();
  if (!is_argument) text = environment.Variable(kVariable).value_or("");
  if (text.empty()) {
    return JournalPlace{
        .folder = absl::StrCat(run::DataFolder(environment), "/entityresolution-journal")};
  }
  if (absl::StartsWith(text, kS3)) {
    const absl::string_view place = absl::string_view(text).substr(kS3.size());
    const std::size_t slash = place.find('/');
    JournalPlace found{.bucket = std::string(place.substr(0, slash)), .is_asked_for = true};
    if (slash != absl::string_view::npos) {
      absl::string_view prefix = place.substr(slash);
      while (absl::ConsumePrefix(&prefix, "/") || absl::ConsumeSuffix(&prefix, "/")) {
      }
      found.prefix = std::string(prefix);
    }
    if (!found.bucket.empty()) return found;
  }
  std::string folder = aws::ExpandHome(environment, text);
  const char* mistake = nullptr;
  if (absl::StrContains(text, "://")) {
    mistake = "which is neither a folder nor a place in S3 such as s3://bucket/prefix";
  } else if (folder == text && (text == "~" || absl::StartsWith(text, "~/"))) {
    mistake = "but HOME is not set";
  }
  if (mistake == nullptr) return JournalPlace{.folder = std::move(folder), .is_asked_for = true};
  const absl::Status status = absl::InvalidArgumentError(
      absl::StrCat(is_argument ? "journal" : kVariable, " is \"", text, "\", ", mistake));
  return is_argument ? aws::OfArgument(status, "journal") : status;
}

}  // namespace er::assembly
