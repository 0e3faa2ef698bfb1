// A regular expression of a schema file, compiled when it is first asked: most programs that read
// the files never do.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "absl/strings/string_view.h"

namespace re2 {
class RE2;
}

namespace er::schema {

// RE2's syntax, in which the whole text must match. Safe for concurrent use.
class Pattern {
 public:
  explicit Pattern(std::string text);
  ~Pattern();

  const std::string& text() const { return text_; }
  bool Matches(absl::string_view text) const;
  // What keeps it from being a regular expression; empty if nothing does. It matches nothing then.
  std::string Mistake() const;

 private:
  const re2::RE2& Compiled() const;

  const std::string text_;
  mutable std::once_flag once_;
  mutable std::unique_ptr<const re2::RE2> compiled_;
};

}  // namespace er::schema
