#include "aws/error.h"

#include <gtest/gtest.h>

#include "absl/status/statusor.h"
#include "base/status.h"

namespace er::aws {
namespace {

const Error kConflict{.operation = "StartIdMappingJob",
                      .code = "ConflictException",
                      .message = "the workflow is running",
                      .request_id = "id-7",
                      .region = "eu-west-1",
                      .http_status = 400,
                      .attempts = 2,
                      .execution = Execution::kRefused};

TEST(ErrorTest, TravelsInAStatus) {
  const std::optional<Error> error = ErrorOf(WithContext(ToStatus(kConflict), "starting"));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->operation, "StartIdMappingJob");
  EXPECT_EQ(error->code, "ConflictException");
  EXPECT_EQ(error->message, "the workflow is running");
  EXPECT_EQ(error->request_id, "id-7");
  EXPECT_EQ(error->region, "eu-west-1");
  EXPECT_EQ(error->http_status, 400);
  EXPECT_EQ(error->attempts, 2);
  EXPECT_EQ(error->execution, Execution::kRefused);
}

TEST(ErrorTest, IsNotInAnyOtherStatus) {
  EXPECT_FALSE(ErrorOf(absl::OkStatus()));
  EXPECT_FALSE(ErrorOf(absl::InternalError("x")));
}

TEST(ErrorTest, ReadsAsASentence) {
  EXPECT_EQ(ToStatus(kConflict).message(),
            "StartIdMappingJob in eu-west-1 was refused: ConflictException: the workflow is "
            "running (HTTP 400, request id id-7, 2 attempts)");
  EXPECT_EQ(ToStatus({.operation = "GetIdMappingJob", .message = "reset"}).message(),
            "GetIdMappingJob got no answer: reset");
  EXPECT_EQ(ToStatus({.operation = "GetIdMappingJob",
                      .message = "no credentials",
                      .execution = Execution::kNotSent})
                .message(),
            "GetIdMappingJob was not sent: no credentials");
  EXPECT_EQ(ToStatus({.operation = "GetIdMappingJob", .http_status = 503}).message(),
            "GetIdMappingJob failed (HTTP 503)");
}

TEST(ErrorTest, SurvivesInvalidUtf8) {
  const absl::Status status = ToStatus({.operation = "X", .message = "a\xff", .http_status = 500});
  EXPECT_EQ(status.message(), "X failed: a\xEF\xBF\xBD (HTTP 500)");
  EXPECT_EQ(ErrorOf(status)->message, "a\xEF\xBF\xBD");
}

TEST(ErrorTest, MayCarryAnotherCode) {
  const absl::Status status = ToStatus(kConflict, absl::StatusCode::kCancelled);
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(ErrorOf(status)->code, "ConflictException");
}

TEST(ErrorTest, HasTheNearestCode) {
  using absl::StatusCode;
  const auto code = [](const char* name, int http_status) {
    return ToStatus({.code = name, .http_status = http_status}).code();
  };
  EXPECT_EQ(code("ResourceNotFoundException", 404), StatusCode::kNotFound);
  EXPECT_EQ(code("AccessDeniedException", 403), StatusCode::kPermissionDenied);
  EXPECT_EQ(code("ConflictException", 400), StatusCode::kFailedPrecondition);
  EXPECT_EQ(code("ExceedsLimitException", 402), StatusCode::kFailedPrecondition);
  EXPECT_EQ(code("ThrottlingException", 429), StatusCode::kResourceExhausted);
  EXPECT_EQ(code("ValidationException", 400), StatusCode::kInvalidArgument);
  EXPECT_EQ(code("InternalServerException", 500), StatusCode::kUnavailable);
  EXPECT_EQ(code("ExpiredTokenException", 403), StatusCode::kUnauthenticated);
  EXPECT_EQ(code("InvalidSignatureException", 403), StatusCode::kUnauthenticated);
  EXPECT_EQ(code("UnrecognizedClientException", 403), StatusCode::kUnauthenticated);
  EXPECT_EQ(code("", 0), StatusCode::kUnavailable);
  EXPECT_EQ(code("", 200), StatusCode::kUnavailable);
  EXPECT_EQ(code("", 302), StatusCode::kUnavailable);
  EXPECT_EQ(code("", 418), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace er::aws
