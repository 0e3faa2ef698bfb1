// What S3 answers: a page lists whole objects or is none, and any error is one.
#include "aws/s3.h"
#include "base/utf8.h"
#include "fuzz/fuzz.h"

void er::Fuzz(absl::string_view input) {
  const auto page = aws::ParseS3Page(input);
  if (page.ok()) {
    for (const aws::S3Object& object : page->objects) {
      Require(!object.key.empty() && !object.etag.empty());
    }
  }
  const aws::Error error = aws::DecodeS3Error({.code = 400, .body = std::string(input)});
  Require(IsValidUtf8(error.code) && IsValidUtf8(error.message));
}
