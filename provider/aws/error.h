// Why an AWS call failed, as it travels inside an absl::Status.
//
//   if (std::optional<aws::Error> error = aws::ErrorOf(status)) { ... error->code ... }
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"

namespace er::aws {

// Whether the service can have done what was asked for, in any of the attempts.
//
// kNotSent: no byte reached it. kRefused: it answered that it did not. kUnknown: one attempt had no
// answer, half an answer, or a server fault, so that it may have.
enum class Execution { kNotSent, kRefused, kUnknown };

struct Error {
  std::string operation{};  // StartIdMappingJob
  std::string resource{};   // s3://bucket/key; empty where the caller says what it is
  std::string code{};       // ConflictException; empty where no answer came
  std::string message{};    // the service's words, or the transport's
  std::string request_id{};
  std::string region{};
  int http_status = 0;  // 0 where no answer came
  int attempts = 1;
  Execution execution = Execution::kUnknown;
  bool lasting = false;  // no later call can succeed: the credentials have expired for good
};

// The status that carries `error`. Its code is the nearest absl one (kNotFound, kPermissionDenied,
// kResourceExhausted for throttling, kUnavailable, ...); its message reads as a sentence with the
// AWS code, message, HTTP status, request id and the number of attempts.
absl::Status ToStatus(const Error& error);

// The same with a code that `error` cannot know: kCancelled, kDeadlineExceeded.
absl::Status ToStatus(const Error& error, absl::StatusCode code);

// What ToStatus() put in, also after WithContext(); nothing for any other status.
std::optional<Error> ErrorOf(const absl::Status& status);

}  // namespace er::aws
