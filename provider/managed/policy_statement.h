// A statement of the policy of a schema mapping, a workflow or an ID namespace. It lives inside of
// a document: AddPolicyStatement puts it there and DeletePolicyStatement takes it out, but it is
// read and exchanged with the document as a whole.
#pragma once

#include "managed/remote.h"

namespace er::managed {

class PolicyStatement final : public Remote {
 public:
  static constexpr char kTypeName[] = "entityresolution_policy_statement";

  using Remote::Remote;

  // Gone where the document has no such statement.
  absl::StatusOr<aws::Answer> Read(const Value& object, std::stop_token stop) override;
  // Exchanges the statement in the document, and leaves the others as they are: at no moment is it
  // not there. Where somebody else changed the document in between, it is read again.
  absl::StatusOr<aws::Answer> Update(const Value& planned, std::stop_token stop) override;
  // All statements that have a name are on one page.
  absl::Status EachPage(const Value& within, std::stop_token stop,
                        const resource::TakePage& take) override;
};

// The members of AddPolicyStatement that say what `statement`, of a policy document, says.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
nlohmann::json FromStatement(const nlohmann::json& statement);

// Puts into `statement` what these members say, and leaves the rest of it as it is.
void IntoStatement(const nlohmann::json& members, nlohmann::json& statement);

}  // namespace er::managed
