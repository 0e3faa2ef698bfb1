// Where in a configuration or state a value is: output_source_config[0].role_arn.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace er {

class Path {
 public:
  struct AttributeName {
    std::string name;  // of an attribute or of a block
    bool operator==(const AttributeName&) const = default;
  };
  struct MapKey {
    std::string key;
    bool operator==(const MapKey&) const = default;
  };
  struct ListIndex {
    std::int64_t index;
    bool operator==(const ListIndex&) const = default;
  };
  using Step = std::variant<AttributeName, MapKey, ListIndex>;

  Path() = default;
  explicit Path(std::string attribute) : steps_{AttributeName{std::move(attribute)}} {}

  // This path and one step more.
  [[nodiscard]] Path Attribute(std::string name) const;
  [[nodiscard]] Path Key(std::string key) const;
  [[nodiscard]] Path Index(std::int64_t index) const;

  // The same place in the object that is the attribute `name`.
  [[nodiscard]] Path Below(std::string name) const;

  const std::vector<Step>& steps() const { return steps_; }
  bool empty() const { return steps_.empty(); }

  // As Terraform's users write it: a.b[0]["key"].
  std::string ToString() const;

  friend bool operator==(const Path&, const Path&) = default;

 private:
  std::vector<Step> steps_;
};

}  // namespace er
