#include "resource/describe.h"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "aws/error.h"
#include "aws/settings.h"

namespace er::resource {

std::string TitleCase(absl::string_view title) {
  std::vector<std::string> words = absl::StrSplit(title, ' ');
  for (std::string& word : words) {
    if (!word.empty()) word[0] = absl::ascii_toupper(static_cast<unsigned char>(word[0]));
  }
  return absl::StrJoin(words, " ");
}

std::string WithArticle(absl::string_view title) {
  const bool begins_with_vowel =
      !title.empty() && absl::StrContains("aeiouAEIOU", title.substr(0, 1));
  return absl::StrCat(begins_with_vowel ? "an " : "a ", title);
}

std::string Shown(absl::Duration duration) {
  std::string text = absl::FormatDuration(duration);
  for (const absl::string_view zero : {"m0s", "h0m"}) {
    if (absl::EndsWith(text, zero)) text.resize(text.size() - 2);
  }
  return text;
}

Diagnostic Error(std::string summary, std::string detail) {
  return {.severity = Diagnostic::Severity::kError,
          .summary = std::move(summary),
          .detail = std::move(detail)};
}

Diagnostic Warning(std::string summary, std::string detail) {
  return {.severity = Diagnostic::Severity::kWarning,
          .summary = std::move(summary),
          .detail = std::move(detail)};
}

std::string Reason(const absl::Status& why) {
  std::string text(why.message());
  if (!text.empty() && text.back() != '.') text += '.';
  return text;
}

std::string Advice(const absl::Status& why, absl::string_view operation) {
  const std::optional<aws::Error> error = aws::ErrorOf(why);
  if (!error.has_value()) return "";
  if (error->code == "AccessDeniedException") {
    // What was refused need not be what was attempted: a start begins with a list.
    const std::string refused =
        error->operation.empty() ? std::string(operation) : error->operation;
    return absl::StrCat(
        " Grant entityresolution:", refused, " on the workflow to the caller",
        refused == "StartIdMappingJob"
            ? ", and iam:PassRole on the role_arn of output_source_config if it is set."
            : ".");
  }
  if (error->code == "ResourceNotFoundException") {
    return " Check workflow_name, the Region and the account of the credentials.";
  }
  if (error->code == "ExpiredTokenException" || error->code == "UnrecognizedClientException" ||
      error->code == "InvalidSignatureException") {
    return " Renew or correct the credentials, and apply again.";
  }
  if (error->execution == aws::Execution::kNotSent) {
    return " Check the network, the proxy settings and the endpoint, and apply again.";
  }
  if (why.code() == absl::StatusCode::kResourceExhausted) {
    return " Apply again later, or lower requests_per_second of the provider.";
  }
  return "";
}

Diagnostic InvalidConfiguration(const absl::Status& why) {
  Diagnostic diagnostic = Error("Unable to Configure the Provider", Reason(why));
  for (const absl::string_view step :
       absl::StrSplit(aws::ArgumentOf(why), '.', absl::SkipEmpty())) {
    std::int64_t index = 0;
    const Path& path = diagnostic.path;
    diagnostic.path = absl::SimpleAtoi(step, &index) ? path.Index(index)
                      : path.empty()                 ? Path(std::string(step))
                                                     : path.Attribute(std::string(step));
  }
  return diagnostic;
}

Diagnostic NotConfigured() {
  return Error(
      "Provider Not Configured",
      "The configuration of the entityresolution provider depends on values that are not known "
      "yet, so that AWS cannot be asked. Apply what they depend on first, with -target.");
}

Diagnostic NoRegion() {
  return Error(
      "Missing Region",
      "There is no AWS Region to work in. Set region here or in the provider block, or set the "
      "environment variable AWS_REGION.");
}

Diagnostic UnableToConnect(const std::string& region, const absl::Status& why) {
  return Error("Unable to Use AWS",
               absl::StrCat("Entity Resolution in ", region, " cannot be called: ", Reason(why),
                            "\n\nNothing was sent."));
}

Diagnostic InvalidImportIdentity(const schema::Schema& schema, const absl::Status& why) {
  std::string attributes = absl::StrJoin(schema.identity, " and ");
  return Error(
      "Invalid Import Identity",
      absl::StrCat("This is not the identity of ", WithArticle(schema.title), ": ", why.message(),
                   ". Give ", attributes, ", and region for another Region than the provider's."));
}

Diagnostic ListInterrupted(const schema::Schema& schema) {
  return Error(absl::StrCat("Interrupted While Listing ", TitleCase(schema.title)),
               "What is shown is not all that there is. Ask again for the rest.");
}

}  // namespace er::resource
