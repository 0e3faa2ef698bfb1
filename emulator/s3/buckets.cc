#include "emulator/s3/buckets.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "emulator/digest.h"

namespace er::emulator {

const Version* Bucket::Find(const std::string& key) const {
  const auto found = objects.find(key);
  return found == objects.end() || found->second.back().is_deletion ? nullptr
                                                                    : &found->second.back();
}

Version& Bucket::Add(const std::string& key, absl::Time now) {
  std::deque<Version>& versions = objects[key];
  const std::int64_t number = versions.empty() ? 1 : versions.back().number + 1;
  if (versions.size() == kVersionsKept) versions.pop_front();
  return versions.emplace_back(
      Version{.number = number, .modified = absl::FromUnixSeconds(absl::ToUnixSeconds(now))});
}

const Version& Bucket::Write(const std::string& key, std::string content, std::string content_type,
                             absl::Time now) {
  Version& version = Add(key, now);
  version.etag = absl::StrCat("\"", Md5Hex(content), "\"");
  version.content = std::move(content);
  version.content_type = std::move(content_type);
  return version;
}

void Bucket::Remove(const std::string& key, absl::Time now) {
  if (Find(key) != nullptr) Add(key, now).is_deletion = true;
}

bool IsBucketName(absl::string_view name) {
  if (name.size() < 3 || name.size() > 63) return false;
  for (const absl::string_view label : absl::StrSplit(name, '.')) {
    if (label.empty() || label.front() == '-' || label.back() == '-') return false;
    for (const char c : label) {
      const auto byte = static_cast<unsigned char>(c);
      if (!absl::ascii_islower(byte) && !absl::ascii_isdigit(byte) && c != '-') return false;
    }
  }
  return true;
}

}  // namespace er::emulator
