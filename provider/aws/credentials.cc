#include "aws/credentials.h"

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace er::aws {

absl::Status CheckCredentials(const Credentials& credentials, const CredentialsNames& names) {
  for (const auto& [text, name] :
       {std::pair(&credentials.access_key_id, &names.access_key_id),
        std::pair(&credentials.secret_access_key.Reveal(), &names.secret_access_key),
        std::pair(&credentials.session_token.Reveal(), &names.session_token)}) {
    if (absl::c_all_of(*text, absl::ascii_isgraph)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(*name,
                     " holds white space or a control character: is there a line end "
                     "after it, where it comes from?"));
  }
  return absl::OkStatus();
}

}  // namespace er::aws
