// A text that must never be shown: a secret key, a session token, a bearer token.
//
// It has no operator<<, no conversion to a string and no AbslStringify, so that logging or
// formatting one does not compile. Reveal() is called only where the text goes onto the wire or
// into a signature.
#pragma once

#include <ostream>
#include <string>
#include <utility>

namespace er {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  const std::string& Reveal() const { return text_; }
  bool empty() const { return text_.empty(); }

  friend bool operator==(const Secret&, const Secret&) = default;
  friend std::ostream& operator<<(std::ostream&, const Secret&) = delete;

 private:
  std::string text_;
};

}  // namespace er
