// A journal's entries as objects of an S3 bucket, below a prefix.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "aws/s3.h"
#include "run/store.h"

namespace er::run {

class S3Store final : public Store {
 public:
  // `prefix` without slashes at its ends; empty: the root of the bucket.
  S3Store(std::unique_ptr<aws::S3Bucket> bucket, const std::string& prefix);

  std::string where() const override;
  absl::StatusOr<Listing> List() override;
  absl::StatusOr<Content> Read(const std::string& name) override;
  std::vector<absl::StatusOr<Content>> ReadMany(const std::vector<std::string>& names) override;
  absl::StatusOr<std::string> Create(const std::string& name, const std::string& text,
                                     Lasts lasts) override;
  absl::StatusOr<std::string> Replace(const std::string& name, const std::string& version,
                                      const std::string& text) override;
  absl::Status Remove(const std::string& name, const std::string& version) override;

 private:
  const std::unique_ptr<aws::S3Bucket> bucket_;
  const std::string prefix_;  // with a slash at its end, or empty
};

}  // namespace er::run
