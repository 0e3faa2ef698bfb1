#include "run/store.h"

namespace er::run {

std::vector<absl::StatusOr<Store::Content>> Store::ReadMany(const std::vector<std::string>& names) {
  std::vector<absl::StatusOr<Content>> contents;
  contents.reserve(names.size());
  for (const std::string& name : names) contents.push_back(Read(name));
  return contents;
}

}  // namespace er::run
