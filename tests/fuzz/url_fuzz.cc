// The URLs of endpoints: what is one stays the same when it is put together from its parts.
#include "absl/strings/str_cat.h"
#include "aws/container_credentials.h"
#include "aws/uri.h"
#include "fuzz/fuzz.h"

void er::Fuzz(absl::string_view input) {
  const auto url = er::aws::ParseUrl(input);
  static_cast<void>(er::aws::CheckContainerUrl(input));
  if (!url.ok()) return;
  const std::string text = absl::StrCat(url->scheme, "://", url->Authority(), url->path,
                                        url->query.empty() ? "" : "?", url->query);
  const auto again = er::aws::ParseUrl(text);
  Require(again.ok() && again->Authority() == url->Authority() && again->path == url->path &&
          again->query == url->query);
}
