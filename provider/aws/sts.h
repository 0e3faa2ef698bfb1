// The Security Token Service: roles, and who the caller is. It speaks the Query protocol: a form
// goes in, XML comes out.
// https://docs.aws.amazon.com/STS/latest/APIReference/
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "aws/call.h"
#include "aws/credentials.h"

namespace er::aws {

// What a role is assumed with; what is empty is left out.
struct RoleRequest {
  std::string role_arn{};
  std::string session_name{};  // empty: one of our own making
  absl::Duration duration{};   // zero: the role's own
  std::string external_id{};
  std::string policy{};
  std::vector<std::string> policy_arns{};
  std::string source_identity{};
  std::map<std::string, std::string> tags{};
  std::vector<std::string> transitive_tag_keys{};
};

struct CallerIdentity {
  std::string account{};
  std::string arn{};
};

// Safe for concurrent use.
class Sts {
 public:
  // `config` without credentials serves AssumeRoleWithWebIdentity() only.
  Sts(std::string endpoint, CallerConfig config);

  absl::StatusOr<Credentials> AssumeRole(const RoleRequest& role, std::stop_token stop);

  // External id, source identity and tags of `role` are not for this operation.
  absl::StatusOr<Credentials> AssumeRoleWithWebIdentity(const RoleRequest& role,
                                                        const Secret& token, std::stop_token stop);

  absl::StatusOr<CallerIdentity> GetCallerIdentity(std::stop_token stop);

 private:
  using Form = std::vector<std::pair<std::string, std::string>>;

  absl::StatusOr<http::Response> Call(const std::string& action, const Form& form,
                                      std::vector<Secret> secrets, std::stop_token stop);
  template <typename T>
  absl::StatusOr<T> OfAnswer(const char* action, absl::StatusOr<T> answer) const;
  Form RoleForm(const RoleRequest& role) const;

  const std::string endpoint_;
  Clock& clock_;
  Caller caller_;
};

// The answers of STS; public for tests. Nothing of the text shows in a failure.
absl::StatusOr<Credentials> ParseStsCredentials(absl::string_view xml);
absl::StatusOr<CallerIdentity> ParseCallerIdentity(absl::string_view xml);
Error DecodeStsError(const http::Response& response);

}  // namespace er::aws
