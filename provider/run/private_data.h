// What a run keeps in Terraform's private data: beside its state, and from a plan to its apply.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "run/settings.h"

namespace er::run {

struct PrivateData {
  // Of a state. An imported run carries this until its first apply: the configuration may bring
  // what an import cannot know.
  bool is_imported = false;
  // Of a state: the job was started without an output of its own, whatever the configuration has
  // come to say since.
  bool has_own_output = false;

  // Of a plan for an object that is there and unfinished: its job. Terraform hands it to the second
  // plan of a replacement.
  std::string unfinished_job{};
  // Of a plan of a create: the unfinished job that it is going to take up, whatever the state says
  // of what that was asked for; an import does not know it all.
  std::string replaced_job{};
  // Of a plan of a create, where all of it is known: what it asks for. Terraform hands it to the
  // delete half of a replacement.
  std::optional<Settings> planned{};
  // Of a plan of a destroy. It comes back to the apply of one, and never to the delete half of a
  // replacement.
  bool is_destroy = false;
};

std::string ToText(const PrivateData& data);  // empty where there is nothing to say
// Anything that cannot be read says nothing.
PrivateData ToPrivateData(absl::string_view text);

}  // namespace er::run
