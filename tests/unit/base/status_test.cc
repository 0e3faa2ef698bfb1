#include "base/status.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/cord.h"

namespace er {
namespace {

absl::Status Failure() {
  absl::Status status = absl::NotFoundError("no such file");
  status.SetPayload("example/kind", absl::Cord("file"));
  return status;
}

TEST(StatusTest, ContextComesBeforeTheMessage) {
  const absl::Status status = WithContext(WithContext(Failure(), "reading ~/.aws/config"), "start");
  EXPECT_EQ(status.message(), "start: reading ~/.aws/config: no such file");
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status.GetPayload("example/kind"), absl::Cord("file"));
}

TEST(StatusTest, AdviceComesAfterTheMessage) {
  const absl::Status status = WithAdvice(Failure(), "Make one.");
  EXPECT_EQ(status.message(), "no such file. Make one.");
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status.GetPayload("example/kind"), absl::Cord("file"));
  EXPECT_EQ(WithAdvice(absl::OkStatus(), "Make one."), absl::OkStatus());
}

TEST(StatusTest, SuccessNeedsNoContext) {
  EXPECT_EQ(WithContext(absl::OkStatus(), "start"), absl::OkStatus());
}

absl::Status Pass(const absl::Status& status, bool& went_on) {
  RETURN_IF_ERROR(status).With("passing on");
  went_on = true;
  return absl::OkStatus();
}

TEST(StatusTest, ReturnIfErrorReturnsOnlyErrors) {
  bool went_on = false;
  EXPECT_EQ(Pass(Failure(), went_on).message(), "passing on: no such file");
  EXPECT_FALSE(went_on);
  EXPECT_TRUE(Pass(absl::OkStatus(), went_on).ok());
  EXPECT_TRUE(went_on);
}

absl::StatusOr<std::string> PassAsAnotherType(const absl::Status& status) {
  RETURN_IF_ERROR(status);
  return "went on";
}

TEST(StatusTest, ReturnIfErrorServesFunctionsWithAResult) {
  EXPECT_EQ(PassAsAnotherType(Failure()).status(), Failure());
  EXPECT_EQ(*PassAsAnotherType(absl::OkStatus()), "went on");
}

absl::Status PassInABranch(bool branch, const absl::Status& status) {
  if (branch)
    RETURN_IF_ERROR(status);
  else
    return absl::InternalError("the else of the wrong if");
  return absl::OkStatus();
}

TEST(StatusTest, ReturnIfErrorTakesNobodysElse) {
  EXPECT_TRUE(PassInABranch(true, absl::OkStatus()).ok());
  EXPECT_EQ(PassInABranch(true, Failure()), Failure());
  EXPECT_EQ(PassInABranch(false, Failure()).code(), absl::StatusCode::kInternal);
}

absl::StatusOr<std::unique_ptr<int>> Make(int value) {
  if (value < 0) return absl::OutOfRangeError("negative");
  return std::make_unique<int>(value);
}

absl::StatusOr<int> Sum(int a, int b) {
  ASSIGN_OR_RETURN(const std::unique_ptr<int> first, Make(a));
  ASSIGN_OR_RETURN(const std::unique_ptr<int> second, Make(b));
  return *first + *second;
}

TEST(StatusTest, AssignOrReturnMovesTheResultOut) {
  EXPECT_EQ(*Sum(1, 2), 3);
  EXPECT_EQ(Sum(1, -2).status().message(), "negative");
  EXPECT_FALSE(Sum(-1, 2).ok());
}

}  // namespace
}  // namespace er
