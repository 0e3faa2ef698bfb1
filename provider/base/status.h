// What absl::Status lacks in Debian's release: passing it on in one line, and context gathered on
// the way up.
//
// Every fallible function below `terraform/` returns absl::Status or absl::StatusOr; no exception
// leaves a folder.
//
//   ASSIGN_OR_RETURN(std::string text, ReadFile(path));
//   RETURN_IF_ERROR(Check(text)).With("reading profile \"dev\" in ~/.aws/config");
#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace er {

// `status` with "context: " before its message; code and payloads are kept. An OK status stays OK.
absl::Status WithContext(const absl::Status& status, absl::string_view context);

// `status` with ". advice" after its message: what the person at the terminal can do about it.
absl::Status WithAdvice(const absl::Status& status, absl::string_view advice);

namespace status_internal {

class Returned {
 public:
  explicit Returned(absl::Status status) : status_(std::move(status)) {}
  Returned&& With(absl::string_view context) && {
    status_ = WithContext(status_, context);
    return std::move(*this);
  }
  template <typename T>
  operator absl::StatusOr<T>() && {  // NOLINT(google-explicit-constructor)
    return std::move(status_);
  }
  operator absl::Status() && { return std::move(status_); }  // NOLINT(google-explicit-constructor)

 private:
  absl::Status status_;
};

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

}  // namespace status_internal
}  // namespace er

// A loop that never comes round: unlike an if, it takes no else of an if around it.
#define RETURN_IF_ERROR(expression)                                          \
  for (absl::Status er_status = (expression); !er_status.ok(); /* NOLINT */) \
  return ::er::status_internal::Returned(std::move(er_status))

#define ER_CONCAT_INNER(a, b) a##b
#define ER_CONCAT(a, b) ER_CONCAT_INNER(a, b)

#define ASSIGN_OR_RETURN(declaration, expression) \
  ASSIGN_OR_RETURN_IMPL(ER_CONCAT(er_result_, __LINE__), declaration, expression)
#define ASSIGN_OR_RETURN_IMPL(result, declaration, expression) \
  auto result = (expression);                                  \
  if (!result.ok()) return std::move(result).status();         \
  declaration = *std::move(result)

// The same in a task.
#define CO_ASSIGN_OR_RETURN(declaration, expression) \
  CO_ASSIGN_OR_RETURN_IMPL(ER_CONCAT(er_result_, __LINE__), declaration, expression)
#define CO_ASSIGN_OR_RETURN_IMPL(result, declaration, expression) \
  auto result = (expression);                                     \
  if (!result.ok()) co_return std::move(result).status();         \
  declaration = *std::move(result)
