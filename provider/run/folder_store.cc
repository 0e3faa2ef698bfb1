#include "run/folder_store.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <random>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status.h"

namespace er::run {
namespace {

constexpr absl::string_view kTextSuffix = ".json";
constexpr char kProcess[] = "process";
constexpr char kUnfinished[] = ".new-";  // what is being made, beside the entries
constexpr char kClock[] = ".clock";

// What has been in the making for longer was left by a process that died.
constexpr absl::Duration kLongestMaking = absl::Hours(1);

// As large as a note can become; anything larger is none.
constexpr off_t kLargestText = 16 << 20;

std::string RandomWord() {
  std::random_device random;
  return absl::StrCat(absl::Hex(random(), absl::kZeroPad8), absl::Hex(random(), absl::kZeroPad8));
}

absl::Status Failed(absl::string_view what, const std::string& path) {
  return absl::ErrnoToStatus(errno, absl::StrCat(what, " ", path));
}

// The name is on disk, too.
void SyncFolder(const std::string& path) {
  const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  ::fsync(folder);
  ::close(folder);
}

// A note says which workflows and accounts there are: nobody else's business.
absl::StatusOr<int> NewFile(const std::string& path) {
  const int file = ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
  if (file < 0) return Failed("making", path);
  return file;
}

// A new file with this text, on disk when it returns OK; otherwise there is none.
absl::Status WriteFile(const std::string& path, absl::string_view text) {
  ASSIGN_OR_RETURN(const int file, NewFile(path));
  absl::Status status;
  while (status.ok() && !text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno != EINTR) status = Failed("writing", path);
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (status.ok() && ::fsync(file) != 0) status = Failed("writing", path);
  ::close(file);
  if (!status.ok()) ::unlink(path.c_str());
  return status;
}

absl::StatusOr<std::string> ReadText(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return Failed("reading", path);
  const auto close = absl::MakeCleanup([&] { ::close(file); });
  struct stat info {};
  if (::fstat(file, &info) != 0) return Failed("reading", path);
  if (info.st_size > kLargestText) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is too large to be a note"));
  }
  std::string text(static_cast<std::size_t>(info.st_size), '\0');
  std::size_t have = 0;
  while (have < text.size()) {
    const ssize_t read = ::read(file, text.data() + have, text.size() - have);
    if (read < 0 && errno != EINTR) return Failed("reading", path);
    if (read == 0) break;
    if (read > 0) have += static_cast<std::size_t>(read);
  }
  text.resize(have);
  return text;
}

// The version of the entry that is this folder; nothing where it is none.
absl::StatusOr<std::optional<std::string>> VersionIn(const std::string& path) {
  DIR* const folder = ::opendir(path.c_str());
  if (folder == nullptr) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    return Failed("reading", path);
  }
  const auto close = absl::MakeCleanup([&] { ::closedir(folder); });
  while (const dirent* const file = ::readdir(folder)) {
    const std::string name = file->d_name;
    if (name[0] == '.' || name == kProcess || absl::EndsWith(name, kTextSuffix)) continue;
    return name;
  }
  return std::nullopt;
}

// Empties the folder that was opened, whatever is called so by now, and removes it if it is empty.
void Clear(DIR* folder, const std::string& path) {
  ::rewinddir(folder);
  while (const dirent* const file = ::readdir(folder)) {
    if (file->d_name[0] != '.') ::unlinkat(::dirfd(folder), file->d_name, 0);
  }
  ::rmdir(path.c_str());
}

void Clear(const std::string& path) {
  DIR* const folder = ::opendir(path.c_str());
  if (folder == nullptr) return;
  Clear(folder, path);
  ::closedir(folder);
}

std::string TextOf(const std::string& path, const std::string& version) {
  return absl::StrCat(path, "/", version, kTextSuffix);
}

absl::Time ToTime(const timespec& time) { return absl::TimeFromTimespec(time); }

// Whether the process that the entry lasts with has died. False where that cannot be told: not
// every file system has locks.
bool IsAbandoned(const std::string& path) {
  const int file = ::open(absl::StrCat(path, "/", kProcess).c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool is_free = ::flock(file, LOCK_SH | LOCK_NB) == 0;
  ::close(file);
  return is_free;
}

// What the file system takes the time to be: that of a server is not this computer's.
absl::Time Now(const std::string& folder) {
  const std::string path = absl::StrCat(folder, "/", kClock);
  const int file = ::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  struct stat info {};
  const bool known = file >= 0 && ::futimens(file, nullptr) == 0 && ::fstat(file, &info) == 0;
  if (file >= 0) ::close(file);
  return known ? ToTime(info.st_mtim) : absl::Now();
}

}  // namespace

FolderStore::~FolderStore() {
  for (const auto& [name, file] : held_) ::close(file);
}

std::string FolderStore::PathOf(const std::string& name) const {
  return absl::StrCat(folder_, "/", name);
}

absl::StatusOr<Store::Listing> FolderStore::List() {
  Listing listing;
  DIR* const folder = ::opendir(folder_.c_str());
  if (folder == nullptr) {
    if (errno != ENOENT) return Failed("reading the folder", folder_);
    listing.now = absl::Now();
    return listing;  // nothing has been written yet
  }
  std::vector<std::string> names;
  while (const dirent* const file = ::readdir(folder)) names.emplace_back(file->d_name);
  ::closedir(folder);
  for (const std::string& name : names) {
    const std::string path = PathOf(name);
    struct stat info {};
    if (absl::StartsWith(name, kUnfinished)) {
      if (::stat(path.c_str(), &info) == 0 && absl::Now() - ToTime(info.st_mtim) > kLongestMaking) {
        Clear(path);
      }
    }
    if (name[0] == '.') continue;
    ASSIGN_OR_RETURN(std::optional<std::string> version, VersionIn(path));
    if (!version.has_value() || ::stat(TextOf(path, *version).c_str(), &info) != 0) continue;
    listing.entries.push_back({.name = name,
                               .version = *std::move(version),
                               .modified = ToTime(info.st_mtim),
                               .abandoned = IsAbandoned(path)});
  }
  listing.now = Now(folder_);
  return listing;
}

absl::StatusOr<Store::Content> FolderStore::Read(const std::string& name) {
  const std::string path = PathOf(name);
  // A version that goes while it is read has been replaced; a few times in a row is a coincidence.
  for (int look = 1;; ++look) {
    ASSIGN_OR_RETURN(std::optional<std::string> version, VersionIn(path));
    if (!version.has_value()) return absl::NotFoundError(absl::StrCat("there is no ", path));
    absl::StatusOr<std::string> text = ReadText(TextOf(path, *version));
    if (text.ok()) return Content{.text = *std::move(text), .version = *std::move(version)};
    if (!absl::IsNotFound(text.status()) || look == 10) return text.status();
  }
}

absl::StatusOr<std::string> FolderStore::Create(const std::string& name, const std::string& text,
                                                Lasts lasts) {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error) return absl::ErrnoToStatus(error.value(), absl::StrCat("making ", folder_));
  const std::string version = RandomWord();
  const std::string made = absl::StrCat(folder_, "/", kUnfinished, version);
  if (::mkdir(made.c_str(), 0700) != 0) return Failed("making", made);
  auto undo = absl::MakeCleanup([&] { Clear(made); });
  RETURN_IF_ERROR(WriteFile(TextOf(made, version), text));
  ASSIGN_OR_RETURN(const int pointer, NewFile(absl::StrCat(made, "/", version)));
  ::close(pointer);
  int process = -1;
  auto release = absl::MakeCleanup([&] {
    if (process >= 0) ::close(process);
  });
  if (lasts == Lasts::kWithTheProcess) {
    const std::string path = absl::StrCat(made, "/", kProcess);
    ASSIGN_OR_RETURN(process, NewFile(path));
    // Without locks, nobody is known to have died before the lease has run out.
    if (::flock(process, LOCK_EX | LOCK_NB) != 0) ::unlink(path.c_str());
  }
  SyncFolder(made);
  const std::string path = PathOf(name);
  while (::rename(made.c_str(), path.c_str()) != 0) {
    if (errno != ENOTEMPTY && errno != EEXIST) return Failed("making", path);
    ASSIGN_OR_RETURN(const std::optional<std::string> there, VersionIn(path));
    if (there.has_value()) return absl::AlreadyExistsError(absl::StrCat(path, " is there already"));
    Clear(path);  // what somebody left who died while removing it
  }
  std::move(undo).Cancel();
  SyncFolder(folder_);
  if (process >= 0) {
    std::lock_guard lock(mutex_);
    held_[name] = std::exchange(process, -1);
  }
  return version;
}

absl::StatusOr<std::string> FolderStore::Replace(const std::string& name,
                                                 const std::string& version,
                                                 const std::string& text) {
  const std::string path = PathOf(name);
  const std::string next = RandomWord();
  if (absl::Status written = WriteFile(TextOf(path, next), text); !written.ok()) {
    if (!absl::IsNotFound(written)) return written;
    return absl::AbortedError(absl::StrCat(path, " is gone"));
  }
  if (::rename(absl::StrCat(path, "/", version).c_str(), absl::StrCat(path, "/", next).c_str()) !=
      0) {
    const absl::Status failure = Failed("replacing", path);
    ::unlink(TextOf(path, next).c_str());
    if (!absl::IsNotFound(failure)) return failure;
    return absl::AbortedError(absl::StrCat(path, " has been replaced"));
  }
  SyncFolder(path);
  ::unlink(TextOf(path, version).c_str());
  return next;
}

absl::Status FolderStore::Remove(const std::string& name, const std::string& version) {
  const std::string path = PathOf(name);
  // Once the version is gone, somebody else may make an entry of this name.
  DIR* const folder = ::opendir(path.c_str());
  if (folder == nullptr) return errno == ENOENT ? absl::OkStatus() : Failed("removing", path);
  const auto close = absl::MakeCleanup([&] { ::closedir(folder); });
  if (::unlinkat(::dirfd(folder), version.c_str(), 0) != 0) {
    const absl::Status failure = Failed("removing", path);
    if (!absl::IsNotFound(failure)) return failure;
    ASSIGN_OR_RETURN(const std::optional<std::string> there, VersionIn(path));
    if (!there.has_value()) return absl::OkStatus();
    return absl::AbortedError(absl::StrCat(path, " has been replaced"));
  }
  Clear(folder, path);
  SyncFolder(folder_);
  std::lock_guard lock(mutex_);
  if (const auto held = held_.find(name); held != held_.end()) {
    ::close(held->second);
    held_.erase(held);
  }
  return absl::OkStatus();
}

}  // namespace er::run
