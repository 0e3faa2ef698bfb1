#include "schema/pattern.h"

#include <re2/re2.h>

#include <utility>

namespace er::schema {

Pattern::Pattern(std::string text) : text_(std::move(text)) {}
Pattern::~Pattern() = default;

const re2::RE2& Pattern::Compiled() const {
  std::call_once(once_,
                 [&] { compiled_ = std::make_unique<const re2::RE2>(text_, re2::RE2::Quiet); });
  return *compiled_;
}

bool Pattern::Matches(absl::string_view text) const {
  return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), Compiled());
}

std::string Pattern::Mistake() const { return Compiled().error(); }

}  // namespace er::schema
