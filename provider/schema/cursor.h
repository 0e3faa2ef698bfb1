// A place in a file of schemas/ while it is read: what stands there, and where complaints about it
// go. For the loader only.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "schema/source.h"

namespace er::schema {

// What is said against the files, and how closely they are looked at.
struct Complaints {
  bool compiles_patterns = true;
  std::vector<std::string> lines{};
};

// What it points to must outlive it.
class Cursor {
 public:
  Cursor(const Node& node, absl::string_view file, std::string path, Complaints& complaints)
      : node_(&node), file_(file), path_(std::move(path)), complaints_(&complaints) {}

  const Node& node() const { return *node_; }
  bool compiles_patterns() const { return complaints_->compiles_patterns; }

  // Notes "file:line: path: reason".
  void Fail(absl::string_view reason) const;

  Cursor Member(absl::string_view name, const Node& node) const;

  bool Has(absl::string_view name) const { return node_->Find(name) != nullptr; }

  // The member of this name; nothing, after a complaint, if it is of another kind. Where it has to
  // be there, also after a complaint if it is not.
  std::optional<Cursor> Find(absl::string_view name, Node::Kind kind) const;
  std::optional<Cursor> Required(absl::string_view name, Node::Kind kind) const;

  // The members of the object of this name, each as a place of its own; none if there is no such
  // object.
  std::vector<std::pair<std::string, Cursor>> Members(absl::string_view name) const;

  // What the member of this name holds: empty or nothing, perhaps after a complaint, where it holds
  // nothing of the kind.
  std::string Text(absl::string_view name) const;
  std::string RequiredText(absl::string_view name) const;
  bool Flag(absl::string_view name) const;
  std::optional<std::int64_t> Integer(absl::string_view name) const;  // 0 or more
  std::optional<double> Decimal(absl::string_view name) const;
  std::vector<std::string> Texts(absl::string_view name) const;

  // Complains of each member that is not among `names`. Each object may have "$schema" and
  // "documentation".
  void Allow(const std::set<absl::string_view>& names) const;

 private:
  const Node* node_;
  absl::string_view file_;
  std::string path_;
  Complaints* complaints_;
};

}  // namespace er::schema
