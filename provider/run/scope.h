// Which state of Terraform's this process works for: what keeps the runs of two configurations that
// share a journal apart.
#pragma once

#include <string>

#include "base/environment.h"

namespace er::run {

struct Scope {
  // The same on every machine that works for the state, and for no other state.
  std::string name{};
  // A state in a local file has been saved when Terraform has come to its end; the upload of any
  // other may still have failed.
  bool in_local_file = true;
  // False where the backend's settings do not name the state, so that `name` is the working
  // folder's, which is another on another machine.
  bool names_the_state = true;
};

// `is_elsewhere`: the journal is not on this machine, so that a state in a local file has no name
// but the journal's own: two such states need a journal each.
//
// Read from what Terraform has written down in its data folder, and from the environment. Never
// fails: what cannot be read names no state.
//
// https://developer.hashicorp.com/terraform/language/backend
Scope ScopeOf(const Environment& environment, bool is_elsewhere);

// Where Terraform keeps what belongs to the working folder.
// https://developer.hashicorp.com/terraform/cli/config/environment-variables#tf_data_dir
std::string DataFolder(const Environment& environment);

}  // namespace er::run
