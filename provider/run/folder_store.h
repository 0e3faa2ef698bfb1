// A journal's entries in a folder, on any file system that renames atomically; no locks are needed.
//
// An entry is a folder of its name. In it, an empty file is named like the entry's version, and the
// text is in a file beside it:
//
//   note-5a1f.../
//     0b3c77aa19e04d52         the version; renaming it is the one step that makes a new one
//     0b3c77aa19e04d52.json    the text, written before
//     process                  locked (flock) as long as the process lives that the entry
//                              lasts with; says on which computer that is
//
// Whoever dies between two steps leaves a text without a version, which means nothing, or an
// entry's folder without one, which is no entry.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/mutex.h"
#include "run/store.h"

namespace er::run {

class FolderStore final : public Store {
 public:
  // `folder` is made at the first write.
  explicit FolderStore(std::string folder) : folder_(std::move(folder)) {}
  ~FolderStore() override;

  std::string where() const override { return folder_; }
  absl::StatusOr<Listing> List() override;
  absl::StatusOr<Content> Read(const std::string& name) override;
  absl::StatusOr<std::string> Create(const std::string& name, const std::string& text,
                                     Lasts lasts) override;
  absl::StatusOr<std::string> Replace(const std::string& name, const std::string& version,
                                      const std::string& text) override;
  absl::Status Remove(const std::string& name, const std::string& version) override;

 private:
  std::string PathOf(const std::string& name) const;
  absl::StatusOr<std::optional<Entry>> Find(const std::string& name, absl::Time now);

  const std::string folder_;
  Mutex mutex_;
  std::map<std::string, int> held_
      ABSL_GUARDED_BY(mutex_);  // the locked files of entries that last with this process
};

}  // namespace er::run
