#include "schema/source.h"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"

namespace er::schema {
namespace {

constexpr std::size_t kDeepest = 32;

// Reads characters and counts lines. nlohmann's parser reports no positions, but calls back as soon
// as a token has been read, so the count is the line of that token. A number has been read only
// when the character after it has, so a line begins with the character after its end.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, int* line) : at_(at), line_(line) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    if (after_line_end_) ++*line_;
    after_line_end_ = *at_ == '\n';
    ++at_;
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  int* line_;
  bool after_line_end_ = false;
};

class TreeBuilder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit TreeBuilder(const int& line) : line_(line) {}

  Node root{};
  std::string error{};

  bool null() override { return Add({.kind = Node::Kind::kNull}); }
  bool boolean(bool value) override { return Add({.kind = Node::Kind::kBool, .boolean = value}); }
  bool number_integer(number_integer_t value) override { return AddNumber(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override {
    return AddNumber(std::to_string(value));
  }
  bool number_float(number_float_t, const string_t& text) override { return AddNumber(text); }
  bool string(string_t& text) override {
    return Add({.kind = Node::Kind::kString, .text = std::move(text)});
  }
  bool binary(binary_t&) override { return Fail("binary data"); }
  bool start_object(std::size_t) override { return Open(Node::Kind::kObject); }
  bool end_object() override { return Close(); }
  bool start_array(std::size_t) override { return Open(Node::Kind::kArray); }
  bool end_array() override { return Close(); }
  bool key(string_t& name) override {
    if (open_.back()->Find(name) != nullptr) return Fail(absl::StrCat("\"", name, "\" twice"));
    key_ = std::move(name);
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception& e) override {
    return Fail(e.what());
  }

 private:
  bool Fail(absl::string_view reason) {
    error = absl::StrCat(line_, ": ", reason);
    return false;
  }

  Node* Place(Node node) {
    node.line = line_;
    if (open_.empty()) {
      root = std::move(node);
      return &root;
    }
    Node& parent = *open_.back();
    if (parent.kind == Node::Kind::kArray) {
      parent.elements.push_back(std::move(node));
      return &parent.elements.back();
    }
    parent.members.emplace_back(std::move(key_), std::move(node));
    return &parent.members.back().second;
  }

  bool Add(Node node) {
    Place(std::move(node));
    return true;
  }

  bool AddNumber(std::string text) {
    return Add({.kind = Node::Kind::kNumber, .text = std::move(text)});
  }

  bool Open(Node::Kind kind) {
    if (open_.size() >= kDeepest) return Fail("nested too deeply");
    // Stays valid: a parent's vector does not grow before its last child is closed.
    open_.push_back(Place({.kind = kind}));
    return true;
  }

  bool Close() {
    open_.pop_back();
    return true;
  }

  const int& line_;
  std::vector<Node*> open_;
  std::string key_;
};

nlohmann::json ToNlohmann(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNull:
      return nullptr;
    case Node::Kind::kBool:
      return node.boolean;
    case Node::Kind::kNumber:
      return nlohmann::json::parse(node.text, nullptr, false);
    case Node::Kind::kString:
      return node.text;
    case Node::Kind::kArray: {
      nlohmann::json array = nlohmann::json::array();
      for (const Node& element : node.elements) array.push_back(ToNlohmann(element));
      return array;
    }
    case Node::Kind::kObject: {
      nlohmann::json object = nlohmann::json::object();
      for (const auto& [name, member] : node.members) object[name] = ToNlohmann(member);
      return object;
    }
  }
  return nullptr;
}

}  // namespace

const Node* Node::Find(absl::string_view name) const {
  for (const auto& [member, node] : members) {
    if (member == name) return &node;
  }
  return nullptr;
}

absl::StatusOr<Node> ParseSource(absl::string_view text) {
  int line = 1;
  TreeBuilder builder(line);
  const CountingIterator first(text.data(), &line);
  const CountingIterator last(text.data() + text.size(), &line);
  if (!nlohmann::json::sax_parse(first, last, &builder)) {
    return absl::InvalidArgumentError(builder.error);
  }
  return std::move(builder.root);
}

std::string ToJson(const Node& node) { return ToNlohmann(node).dump(); }

}  // namespace er::schema
