#include "schema/cursor.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace er::schema {
namespace {

absl::string_view KindName(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::kNull:
      return "null";
    case Node::Kind::kBool:
      return "true or false";
    case Node::Kind::kNumber:
      return "a number";
    case Node::Kind::kString:
      return "a text";
    case Node::Kind::kArray:
      return "a list";
    case Node::Kind::kObject:
      return "an object";
  }
  return "";
}

}  // namespace

void Cursor::Fail(absl::string_view reason) const {
  complaints_->lines.push_back(
      absl::StrCat(file_, ":", node_->line, ": ", path_, path_.empty() ? "" : ": ", reason));
}

Cursor Cursor::Member(absl::string_view name, const Node& node) const {
  return Cursor(node, file_, path_.empty() ? std::string(name) : absl::StrCat(path_, ".", name),
                *complaints_);
}

std::optional<Cursor> Cursor::Find(absl::string_view name, Node::Kind kind) const {
  const Node* member = node_->Find(name);
  if (member == nullptr) return std::nullopt;
  Cursor cursor = Member(name, *member);
  if (member->kind != kind) {
    cursor.Fail(absl::StrCat("must be ", KindName(kind)));
    return std::nullopt;
  }
  return cursor;
}

std::optional<Cursor> Cursor::Required(absl::string_view name, Node::Kind kind) const {
  if (!Has(name)) Fail(absl::StrCat("\"", name, "\" is missing"));
  return Find(name, kind);
}

std::vector<std::pair<std::string, Cursor>> Cursor::Members(absl::string_view name) const {
  std::vector<std::pair<std::string, Cursor>> members;
  if (const auto object = Find(name, Node::Kind::kObject)) {
    for (const auto& [key, node] : object->node().members) {
      members.emplace_back(key, object->Member(key, node));
    }
  }
  return members;
}

std::string Cursor::Text(absl::string_view name) const {
  const auto member = Find(name, Node::Kind::kString);
  if (!member.has_value()) return "";
  if (member->node().text.empty()) member->Fail("must not be empty");
  return member->node().text;
}

std::string Cursor::RequiredText(absl::string_view name) const {
  if (!Has(name)) Fail(absl::StrCat("\"", name, "\" is missing"));
  return Text(name);
}

bool Cursor::Flag(absl::string_view name) const {
  const auto member = Find(name, Node::Kind::kBool);
  return member.has_value() && member->node().boolean;
}

std::optional<std::int64_t> Cursor::Integer(absl::string_view name) const {
  const auto member = Find(name, Node::Kind::kNumber);
  if (!member.has_value()) return std::nullopt;
  std::int64_t value = 0;
  if (!absl::SimpleAtoi(member->node().text, &value) || value < 0) {
    member->Fail("must be a whole number, 0 or more");
    return std::nullopt;
  }
  return value;
}

std::optional<double> Cursor::Decimal(absl::string_view name) const {
  const auto member = Find(name, Node::Kind::kNumber);
  double value = 0;
  if (!member.has_value() || !absl::SimpleAtod(member->node().text, &value)) return std::nullopt;
  return value;
}

std::vector<std::string> Cursor::Texts(absl::string_view name) const {
  std::vector<std::string> texts;
  const auto member = Find(name, Node::Kind::kArray);
  if (!member.has_value()) return texts;
  for (const Node& element : member->node().elements) {
    if (element.kind != Node::Kind::kString || element.text.empty()) {
      Member(name, element).Fail("must be a list of texts");
    } else {
      texts.push_back(element.text);
    }
  }
  return texts;
}

void Cursor::Allow(const std::set<absl::string_view>& names) const {
  for (const auto& [name, member] : node_->members) {
    if (name == "$schema" || name == "documentation") {
      Text(name);
    } else if (!names.contains(name)) {
      Member(name, member).Fail("is not a key of this format");
    }
  }
}

}  // namespace er::schema
