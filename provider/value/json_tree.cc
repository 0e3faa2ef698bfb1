#include "value/json_tree.h"

#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "value/place.h"

namespace er {
namespace {

// Called by nlohmann's parser, which does not recurse, for each piece of the text; returning false
// stops it.
class TreeBuilder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  absl::StatusOr<JsonTree> Result() && {
    if (!error_.ok()) return error_;
    return std::move(root_);
  }

  bool null() override { return Add({}); }
  bool boolean(bool value) override { return Add({value}); }
  bool number_integer(std::int64_t value) override { return AddNumber(absl::StrCat(value)); }
  bool number_unsigned(std::uint64_t value) override { return AddNumber(absl::StrCat(value)); }
  bool number_float(double, const std::string& text) override { return AddNumber(text); }
  bool string(std::string& value) override { return Add({std::move(value)}); }
  bool binary(nlohmann::json::binary_t&) override { return false; }  // not in JSON

  bool start_object(std::size_t) override { return Open({JsonTree::Object()}); }
  bool key(std::string& name) override {
    auto& object = std::get<JsonTree::Object>(open_.back()->content);
    const auto [member, is_new] = object.try_emplace(std::move(name));
    if (!is_new) return Fail(absl::StrCat("the key \"", member->first, "\" comes twice"));
    next_ = &member->second;
    return true;
  }
  bool end_object() override { return Close(); }
  bool start_array(std::size_t) override { return Open({JsonTree::Array()}); }
  bool end_array() override { return Close(); }

  // The text itself may be secret: nothing of it goes into the message.
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::json::exception&) override {
    return Fail(absl::StrCat("not valid JSON at byte ", position));
  }

 private:
  bool Fail(absl::string_view message) {
    error_ = absl::InvalidArgumentError(message);
    return false;
  }

  JsonTree* Put(JsonTree tree) {
    if (!open_.empty()) {
      if (auto* array = std::get_if<JsonTree::Array>(&open_.back()->content)) {
        return &array->emplace_back(std::move(tree));
      }
    }
    *next_ = std::move(tree);
    return next_;
  }

  bool Add(JsonTree tree) {
    Put(std::move(tree));
    return true;
  }

  bool AddNumber(std::string text) { return Add({JsonTree::Number{std::move(text)}}); }

  bool Open(JsonTree container) {
    if (open_.size() == Place::kDeepest) return Fail("nested too deeply");
    open_.push_back(Put(std::move(container)));
    return true;
  }

  bool Close() {
    open_.pop_back();
    return true;
  }

  JsonTree root_;
  JsonTree* next_ = &root_;      // where a value goes that is no element of an array
  std::vector<JsonTree*> open_;  // stay where they are: only the last one grows
  absl::Status error_;
};

}  // namespace

absl::StatusOr<JsonTree> ParseJson(absl::string_view json) {
  TreeBuilder builder;
  nlohmann::json::sax_parse(json.begin(), json.end(), &builder);
  return std::move(builder).Result();
}

void AppendJsonString(std::string& json, absl::string_view text) {
  json += nlohmann::json(std::string(text))
              .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace er
