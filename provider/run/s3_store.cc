#include "run/s3_store.h"

#include <algorithm>
#include <atomic>
#include <stop_token>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace er::run {
namespace {

constexpr absl::string_view kSuffix = ".json";

// A call takes some tens of milliseconds, most of it on the way.
constexpr std::size_t kReadersAtOnce = 16;

}  // namespace

S3Store::S3Store(std::unique_ptr<aws::S3Bucket> bucket, const std::string& prefix)
    : bucket_(std::move(bucket)), prefix_(prefix.empty() ? prefix : absl::StrCat(prefix, "/")) {}

std::string S3Store::where() const { return absl::StrCat("s3://", bucket_->name(), "/", prefix_); }

absl::StatusOr<Store::Listing> S3Store::List() {
  ASSIGN_OR_RETURN(aws::S3Listing found, bucket_->List(prefix_, std::stop_token()));
  Listing listing{.now = found.date};
  for (aws::S3Object& object : found.objects) {
    const absl::string_view name = absl::string_view(object.key).substr(prefix_.size());
    // Somebody else's: below another prefix, or no note.
    if (absl::StrContains(name, '/') || !absl::EndsWith(name, kSuffix)) continue;
    listing.entries.push_back({.name = std::string(name.substr(0, name.size() - kSuffix.size())),
                               .version = std::move(object.etag),
                               .modified = object.modified});
  }
  return listing;
}

absl::StatusOr<Store::Content> S3Store::Read(const std::string& name) {
  ASSIGN_OR_RETURN(aws::S3Content found,
                   bucket_->Get(absl::StrCat(prefix_, name, kSuffix), std::stop_token()));
  return Content{.text = std::move(found.text), .version = std::move(found.etag)};
}

std::vector<absl::StatusOr<Store::Content>> S3Store::ReadMany(
    const std::vector<std::string>& names) {
  if (names.size() <= 1) return Store::ReadMany(names);
  std::vector<absl::StatusOr<Content>> contents(names.size(), absl::UnknownError("not read"));
  std::atomic<std::size_t> next = 0;
  std::vector<std::jthread> readers;
  while (readers.size() < std::min(names.size(), kReadersAtOnce)) {
    readers.emplace_back([&] {
      for (std::size_t i = next++; i < names.size(); i = next++) contents[i] = Read(names[i]);
    });
  }
  readers.clear();  // joins them
  return contents;
}

absl::StatusOr<std::string> S3Store::Create(const std::string& name, const std::string& text,
                                            Lasts /*lasts*/) {
  ASSIGN_OR_RETURN(
      aws::S3Written written,
      bucket_->PutIfAbsent(absl::StrCat(prefix_, name, kSuffix), text, std::stop_token()));
  return std::move(written.etag);
}

absl::StatusOr<std::string> S3Store::Replace(const std::string& name, const std::string& version,
                                             const std::string& text) {
  ASSIGN_OR_RETURN(aws::S3Written written, bucket_->PutIfMatch(absl::StrCat(prefix_, name, kSuffix),
                                                               version, text, std::stop_token()));
  return std::move(written.etag);
}

absl::Status S3Store::Remove(const std::string& name, const std::string& version) {
  const absl::Status status =
      bucket_->DeleteIfMatch(absl::StrCat(prefix_, name, kSuffix), version, std::stop_token());
  return absl::IsNotFound(status) ? absl::OkStatus() : status;
}

}  // namespace er::run
