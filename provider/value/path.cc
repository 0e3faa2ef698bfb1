#include "value/path.h"

#include "absl/strings/str_cat.h"

namespace er {

Path Path::Attribute(std::string name) const {
  Path result = *this;
  result.steps_.emplace_back(AttributeName{std::move(name)});
  return result;
}

Path Path::Key(std::string key) const {
  Path result = *this;
  result.steps_.emplace_back(MapKey{std::move(key)});
  return result;
}

Path Path::Index(std::int64_t index) const {
  Path result = *this;
  result.steps_.emplace_back(ListIndex{index});
  return result;
}

Path Path::Below(std::string name) const {
  Path path(std::move(name));
  path.steps_.insert(path.steps_.end(), steps_.begin(), steps_.end());
  return path;
}

std::string Path::ToString() const {
  std::string text;
  for (const Step& step : steps_) {
    if (const auto* attribute = std::get_if<AttributeName>(&step)) {
      if (!text.empty()) text += '.';
      text += attribute->name;
    } else if (const auto* index = std::get_if<ListIndex>(&step)) {
      absl::StrAppend(&text, "[", index->index, "]");
    } else {
      text += "[\"";
      for (const char c : std::get<MapKey>(step).key) {
        if (c == '"' || c == '\\') text += '\\';
        text += c;
      }
      text += "\"]";
    }
  }
  return text;
}

}  // namespace er
