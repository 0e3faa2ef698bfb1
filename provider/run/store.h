// Where a journal is kept: a flat set of named entries, each with a version, and writes that say
// which version they take to be there. folder_store.h and s3_store.h are the two there are;
// journal.h is who uses them.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace er::run {

// Safe for concurrent use, also by several processes on several machines. Each call blocks, for no
// longer than a call of AWS with its repetitions. What has returned OK outlives the process and the
// machine; what has not, may have happened or not.
//
// Names are lower case letters, digits and hyphens. No two texts that are ever written under one
// name may be the same: where an answer was lost, the text tells whose it was.
//
// Failures besides those named below say in their message what was tried and where, for the person
// at the terminal.
class Store {
 public:
  struct Entry {
    std::string name{};
    std::string version{};
    absl::Time modified{};   // by the store's clock, in whole seconds at least
    bool abandoned = false;  // it was to last with its process, and that is known to be dead
  };
  struct Listing {
    std::vector<Entry> entries{};
    absl::Time now{};  // by the store's clock
  };
  struct Content {
    std::string text{};
    std::string version{};
  };

  // Whether an entry lasts with the process that creates it. A store that can tell when that has
  // died says so in List(); for any other the two are the same.
  enum class Lasts { kForGood, kWithTheProcess };

  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  // For messages: "s3://bucket/prefix", or the folder.
  virtual std::string where() const = 0;

  virtual absl::StatusOr<Listing> List() = 0;

  // kNotFound where there is none.
  virtual absl::StatusOr<Content> Read(const std::string& name) = 0;

  // Each of them, or why it cannot be read.
  virtual std::vector<absl::StatusOr<Content>> ReadMany(const std::vector<std::string>& names);

  // The version of the new entry. kAlreadyExists where there is one of this name.
  virtual absl::StatusOr<std::string> Create(const std::string& name, const std::string& text,
                                             Lasts lasts) = 0;

  // The new version. kAborted where the entry has another version by now, or is gone.
  virtual absl::StatusOr<std::string> Replace(const std::string& name, const std::string& version,
                                              const std::string& text) = 0;

  // kAborted where the entry has another version by now; OK where it is gone already.
  virtual absl::Status Remove(const std::string& name, const std::string& version) = 0;
};

}  // namespace er::run
