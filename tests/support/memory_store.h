// A journal's store in memory, shared by the processes of a test, which may see it fail.
//
//   MemoryStore store(clock);
//   Journal::Options{.store = store.OfProcess()}
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "run/store.h"

namespace er::run {

// Safe for concurrent use.
class MemoryStore {
 public:
  explicit MemoryStore(Clock& clock) : clock_(clock) {}

  // Whether the store can tell that a process has died, as a folder can and a bucket cannot.
  bool knows_deaths = true;
  // Whether it writes only over what it is told is there, as it must.
  bool keeps_conditions = true;
  // Called with the name of the operation before it is done; what it returns, if not OK, is the
  // answer, and nothing is done.
  using Fault = std::function<absl::Status(const std::string& operation, const std::string& name)>;
  Fault fault;
  Fault lost_answer;                 // the same, but the operation is done by then
  std::map<std::string, int> calls;  // by operation

  // What a process has; its entries are abandoned when it goes, or with Die(). `before` is as
  // fault; so is `after`, but the operation is done by then.
  std::unique_ptr<Store> OfProcess(Fault before = nullptr, Fault after = nullptr) {
    return std::make_unique<View>(*this, ++processes_, std::move(before), std::move(after));
  }
  // The process that OfProcess() was called for last, to be told to Die().
  int last_process() const { return processes_; }
  void Die(int process) {
    std::lock_guard lock(mutex_);
    dead_.insert(process);
  }

  // The texts of the entries whose names begin so.
  std::vector<std::string> Texts(const std::string& prefix) const {
    std::lock_guard lock(mutex_);
    std::vector<std::string> texts;
    for (const auto& [name, entry] : entries_) {
      if (name.rfind(prefix, 0) == 0) texts.push_back(entry.text);
    }
    return texts;
  }

  std::vector<std::string> Names() const {
    std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [name, entry] : entries_) names.push_back(name);
    return names;
  }

  // As somebody would who gets there by himself.
  void Write(const std::string& name, const std::string& text) {
    std::lock_guard lock(mutex_);
    Put(name, text, 0);
  }

  void Clear() {
    std::lock_guard lock(mutex_);
    entries_.clear();
  }

 private:
  struct Kept {
    std::string text;
    std::string version;
    absl::Time modified;
    int process = 0;  // that it lasts with; 0: for good
  };

  class View final : public Store {
   public:
    View(MemoryStore& store, int process, Fault before, Fault after)
        : store_(store), process_(process), before_(std::move(before)), after_(std::move(after)) {}
    ~View() override {
      std::lock_guard lock(store_.mutex_);
      store_.dead_.insert(process_);
    }

    std::string where() const override { return "memory"; }

    absl::StatusOr<Listing> List() override {
      return Do<absl::StatusOr<Listing>>("List", "", [&]() -> absl::StatusOr<Listing> {
        Listing listing{.now = store_.clock_.Now()};
        for (const auto& [name, entry] : store_.entries_) {
          listing.entries.push_back(
              {.name = name,
               .version = entry.version,
               .modified = entry.modified,
               .abandoned = store_.knows_deaths && store_.dead_.contains(entry.process)});
        }
        return listing;
      });
    }

    absl::StatusOr<Content> Read(const std::string& name) override {
      return Do<absl::StatusOr<Content>>("Read", name, [&]() -> absl::StatusOr<Content> {
        const auto found = store_.entries_.find(name);
        if (found == store_.entries_.end()) return absl::NotFoundError(name);
        return Content{.text = found->second.text, .version = found->second.version};
      });
    }

    absl::StatusOr<std::string> Create(const std::string& name, const std::string& text,
                                       Lasts lasts) override {
      return Do<absl::StatusOr<std::string>>("Create", name, [&]() -> absl::StatusOr<std::string> {
        if (store_.entries_.contains(name) && store_.keeps_conditions) {
          return absl::AlreadyExistsError(name);
        }
        return store_.Put(name, text, lasts == Lasts::kWithTheProcess ? process_ : 0);
      });
    }

    absl::StatusOr<std::string> Replace(const std::string& name, const std::string& version,
                                        const std::string& text) override {
      return Do<absl::StatusOr<std::string>>("Replace", name, [&]() -> absl::StatusOr<std::string> {
        const auto found = store_.entries_.find(name);
        if (found == store_.entries_.end() || found->second.version != version) {
          return absl::AbortedError(absl::StrCat(name, " has been replaced"));
        }
        return store_.Put(name, text, found->second.process);
      });
    }

    absl::Status Remove(const std::string& name, const std::string& version) override {
      return Do<absl::Status>("Remove", name, [&]() -> absl::Status {
        const auto found = store_.entries_.find(name);
        if (found == store_.entries_.end()) return absl::OkStatus();
        if (found->second.version != version) {
          return absl::AbortedError(absl::StrCat(name, " has been replaced"));
        }
        store_.entries_.erase(found);
        return absl::OkStatus();
      });
    }

   private:
    template <typename Result, typename Work>
    Result Do(const std::string& operation, const std::string& name, Work work) {
      if (store_.fault) {
        if (absl::Status status = store_.fault(operation, name); !status.ok()) return status;
      }
      if (before_) {
        if (absl::Status status = before_(operation, name); !status.ok()) return status;
      }
      Result result = [&] {
        std::lock_guard lock(store_.mutex_);
        ++store_.calls[operation];
        return work();
      }();
      if (store_.lost_answer) {
        if (absl::Status status = store_.lost_answer(operation, name); !status.ok()) return status;
      }
      if (after_) {
        if (absl::Status status = after_(operation, name); !status.ok()) return status;
      }
      return result;
    }

    MemoryStore& store_;
    const int process_;
    const Fault before_;
    const Fault after_;
  };

  std::string Put(const std::string& name, const std::string& text, int process) {
    const std::string version = absl::StrCat(++versions_);
    entries_[name] = {
        .text = text, .version = version, .modified = clock_.Now(), .process = process};
    return version;
  }

  Clock& clock_;
  mutable std::mutex mutex_;
  std::map<std::string, Kept> entries_;
  std::set<int> dead_;
  int processes_ = 0;
  int versions_ = 0;
};

}  // namespace er::run
