// What all declared types share.
#pragma once

#include <optional>

#include "base/clock.h"
#include "managed/tags.h"
#include "resource/session.h"
#include "schema/loader.h"

namespace er::managed {

// All that it points to must outlive the types.
struct Context {
  const schema::Catalog* catalog = nullptr;
  Clock* clock = nullptr;
  resource::Session* session = nullptr;  // null where the provider's configuration is not known yet
  std::optional<TagRules> tag_rules{};   // nothing where they are not known yet
};

}  // namespace er::managed
