#include "assembly/journal_place.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "aws/profile_file.h"
#include "aws/settings.h"
#include "run/scope.h"

namespace er::assembly {
namespace {

constexpr absl::string_view kS3 = "s3://";

}  // namespace

absl::StatusOr<JournalPlace> ToJournalPlace(const Value& config, const Environment& environment) {
  const Value& argument = config["journal"];
  std::string text = argument.IsString() ? argument.AsString() : "";
  const bool is_argument = !text.empty();
  if (!is_argument) text = environment.Variable("TF_ENTITYRESOLUTION_JOURNAL").value_or("");
  if (text.empty()) {
    return JournalPlace{
        .folder = absl::StrCat(run::DataFolder(environment), "/entityresolution-journal")};
  }
  if (absl::StartsWith(text, kS3)) {
    const absl::string_view place = absl::string_view(text).substr(kS3.size());
    const std::size_t slash = place.find('/');
    JournalPlace found{.bucket = std::string(place.substr(0, slash)), .is_asked_for = true};
    if (slash != absl::string_view::npos) {
      absl::string_view prefix = place.substr(slash + 1);
      while (absl::ConsumeSuffix(&prefix, "/")) {
      }
      found.prefix = std::string(prefix);
    }
    if (!found.bucket.empty()) return found;
  }
  if (absl::StrContains(text, "://")) {
    const absl::Status status = absl::InvalidArgumentError(
        absl::StrCat(is_argument ? "journal" : "TF_ENTITYRESOLUTION_JOURNAL", " is \"", text,
                     "\", which is neither a folder nor a place in S3 such as "
                     "s3://bucket/prefix"));
    return is_argument ? aws::OfArgument(status, "journal") : status;
  }
  return JournalPlace{.folder = aws::ExpandHome(environment, std::move(text)),
                      .is_asked_for = true};
}

}  // namespace er::assembly
