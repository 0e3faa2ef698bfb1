// The buckets of the emulated S3 and what is in them, with every version of it. No HTTP, no clock.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace er::emulator {

struct Version {
  std::int64_t number = 0;  // 1 for the first of its key
  bool is_deletion = false;
  std::string content{};
  std::string content_type{};
  std::string etag{};     // the MD5 of the content, in quotation marks
  absl::Time modified{};  // in whole seconds, as S3 counts
};

struct Bucket {
  std::string name{};
  std::string region{};
  std::string account{};
  std::map<std::string, std::deque<Version>> objects{};  // by key; the newest version last

  // The object as it is; nullptr where there is none.
  const Version* Find(const std::string& key) const;
  const Version& Write(const std::string& key, std::string content, std::string content_type,
                       absl::Time now);
  void Remove(const std::string& key, absl::Time now);

 private:
  Version& Add(const std::string& key, absl::Time now);
};

using Buckets = std::map<std::string, Bucket>;  // by name

// Versions that are kept of a key; the older ones are forgotten.
inline constexpr std::size_t kVersionsKept = 1000;

// Whether S3 takes this name for a new bucket.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
bool IsBucketName(absl::string_view name);

}  // namespace er::emulator
