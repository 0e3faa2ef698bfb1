#include "run/folder_store.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <random>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
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

// What has been no entry for longer was left by a process that died.
constexpr absl::Duration kLongestMaking = absl::Hours(1);

// A version that goes while it is looked at has been replaced, which may happen a few times in a
// row. It never happens so often.
constexpr int kMostLooks = 100;

// As large as a note can become; anything larger is none.
constexpr std::size_t kLargestText = 16 << 20;

std::string RandomWord() {
  std::random_device random;
  return absl::StrCat(absl::Hex(random(), absl::kZeroPad8), absl::Hex(random(), absl::kZeroPad8));
}

// Whether RandomWord() may have said it: whatever else there is in a folder is somebody else's.
bool IsWord(absl::string_view text) {
  return text.size() == 16 && std::all_of(text.begin(), text.end(), absl::ascii_isxdigit);
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

absl::Status WriteAll(int file, absl::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno != EINTR) return Failed("writing", path);
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(file) != 0) return Failed("writing", path);
  return absl::OkStatus();
}

// A new file with this text, on disk when it returns OK; otherwise there is none.
absl::Status WriteFile(const std::string& path, absl::string_view text) {
  ASSIGN_OR_RETURN(const int file, NewFile(path));
  const absl::Status status = WriteAll(file, text, path);
  ::close(file);
  if (!status.ok()) ::unlink(path.c_str());
  return status;
}

absl::StatusOr<std::string> ReadAll(int file, const std::string& path) {
  std::string text;
  char piece[4096];
  for (;;) {
    const ssize_t read = ::read(file, piece, sizeof(piece));
    if (read == 0) return text;
    if (read < 0 && errno != EINTR) return Failed("reading", path);
    if (read > 0) text.append(piece, static_cast<std::size_t>(read));
    if (text.size() > kLargestText) {
      return absl::InvalidArgumentError(absl::StrCat(path, " is too large to be a note"));
    }
  }
}

// This computer, since it was started; empty where that cannot be told.
// https://man7.org/linux/man-pages/man5/proc_sys_kernel.5.html
const std::string& ThisBoot() {
  static const std::string* const boot = [] {
    const int file = ::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    absl::StatusOr<std::string> id = file < 0 ? Failed("reading", "") : ReadAll(file, "");
    if (file >= 0) ::close(file);
    return new std::string(id.value_or(""));
  }();
  return *boot;
}

// An entry's folder, held open: whatever is done to what is in it is done to this one, and not to
// one of the same name that somebody makes meanwhile.
class EntryFolder {
 public:
  explicit EntryFolder(const std::string& path) : path_(path), folder_(::opendir(path.c_str())) {}
  EntryFolder(const EntryFolder&) = delete;
  EntryFolder& operator=(const EntryFolder&) = delete;
  ~EntryFolder() {
    if (folder_ != nullptr) ::closedir(folder_);
  }

  // kNotFound where there is none: no entry is called so.
  absl::Status status() const { return status_; }

  // The entry's version; nothing where the folder is none: it has been removed, but for the rest.
  std::optional<std::string> Version() {
    ::rewinddir(folder_);
    while (const dirent* const file = ::readdir(folder_)) {
      if (IsWord(file->d_name)) return file->d_name;
    }
    return std::nullopt;
  }

  // kNotFound where there is no such version any more.
  absl::StatusOr<std::string> Text(const std::string& version) {
    const std::string name = absl::StrCat(version, kTextSuffix);
    const int file = ::openat(fd(), name.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return Failed("reading", path_);
    const auto close = absl::MakeCleanup([&] { ::close(file); });
    return ReadAll(file, path_);
  }

  // When the version was written; nothing where there is no such version any more.
  std::optional<absl::Time> Modified(const std::string& version) {
    struct stat info {};
    const std::string name = absl::StrCat(version, kTextSuffix);
    if (::fstatat(fd(), name.c_str(), &info, 0) != 0) return std::nullopt;
    return absl::TimeFromTimespec(info.st_mtim);
  }

  absl::Time Modified() {
    struct stat info {};
    return ::fstat(fd(), &info) == 0 ? absl::TimeFromTimespec(info.st_mtim)
                                     : absl::InfiniteFuture();
  }

  // Whether the process that the entry lasts with has died. False where that cannot be told: not
  // every file system has locks, and those of one that several computers share may be known to each
  // of them alone.
  bool IsAbandoned() {
    const int file = ::openat(fd(), kProcess, O_RDONLY | O_CLOEXEC);
    if (file < 0) return false;
    const auto close = absl::MakeCleanup([&] { ::close(file); });
    const absl::StatusOr<std::string> boot = ReadAll(file, path_);
    return boot.ok() && !boot->empty() && *boot == ThisBoot() &&
           ::flock(file, LOCK_SH | LOCK_NB) == 0;
  }

  bool Remove(const std::string& version) { return ::unlinkat(fd(), version.c_str(), 0) == 0; }

  // Takes away what is left of an entry whose version is gone.
  void Clear() {
    ::rewinddir(folder_);
    while (const dirent* const file = ::readdir(folder_)) {
      const absl::string_view name = file->d_name;
      if (IsWord(name) || name == kProcess || absl::EndsWith(name, kTextSuffix)) {
        ::unlinkat(fd(), file->d_name, 0);
      }
    }
    ::rmdir(path_.c_str());  // another one of this name is not empty
  }

 private:
  absl::Status Open() const {
    if (folder_ != nullptr) return absl::OkStatus();
    if (errno != ENOTDIR) return Failed("reading", path_);
    return absl::NotFoundError(absl::StrCat(path_, " is no folder"));
  }
  int fd() const { return ::dirfd(folder_); }

  const std::string path_;
  DIR* const folder_;
  const absl::Status status_ = Open();
};

std::string TextOf(const std::string& path, const std::string& version) {
  return absl::StrCat(path, "/", version, kTextSuffix);
}

absl::Status Damaged(const std::string& path) {
  return absl::DataLossError(
      absl::StrCat(path, " has lost its text, so that nobody knows what it said"));
}

// What the file system takes the time to be: that of a server is not this computer's.
absl::Time Now(const std::string& folder) {
  const std::string path = absl::StrCat(folder, "/", kClock);
  const int file = ::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  struct stat info {};
  const bool known = file >= 0 && ::futimens(file, nullptr) == 0 && ::fstat(file, &info) == 0;
  if (file >= 0) ::close(file);
  return known ? absl::TimeFromTimespec(info.st_mtim) : absl::Now();
}

}  // namespace

FolderStore::~FolderStore() {
  for (const auto& [name, file] : held_) ::close(file);
}

std::string FolderStore::PathOf(const std::string& name) const {
  return absl::StrCat(folder_, "/", name);
}

absl::StatusOr<Store::Listing> FolderStore::List() {
  std::vector<std::string> names;
  DIR* const folder = ::opendir(folder_.c_str());
  if (folder == nullptr) {
    if (errno != ENOENT) return Failed("reading the folder", folder_);
    return Listing{.now = absl::Now()};  // nothing has been written yet
  }
  while (const dirent* const file = ::readdir(folder)) {
    const std::string name = file->d_name;
    if (name[0] != '.' || absl::StartsWith(name, kUnfinished)) names.push_back(name);
  }
  ::closedir(folder);
  // Before anything is looked at: whoever renews its entry meanwhile is not to be taken for dead.
  Listing listing{.now = Now(folder_)};
  for (const std::string& name : names) {
    ASSIGN_OR_RETURN(std::optional<Entry> entry, Find(name, listing.now));
    if (entry.has_value()) listing.entries.push_back(*std::move(entry));
  }
  return listing;
}

// The entry of this name, if there is one. What somebody left long before `now` is taken away.
absl::StatusOr<std::optional<Store::Entry>> FolderStore::Find(const std::string& name,
                                                              absl::Time now) {
  const std::string path = PathOf(name);
  for (int look = 1; look <= kMostLooks; ++look) {
    EntryFolder folder(path);
    if (absl::IsNotFound(folder.status())) return std::nullopt;
    RETURN_IF_ERROR(folder.status());
    std::optional<std::string> version = folder.Version();
    const bool is_unfinished = absl::StartsWith(name, kUnfinished);
    if (is_unfinished || !version.has_value()) {
      if (now - folder.Modified() > kLongestMaking) folder.Clear();
      return std::nullopt;
    }
    const std::optional<absl::Time> modified = folder.Modified(*version);
    if (!modified.has_value()) continue;
    return Entry{.name = name,
                 .version = *std::move(version),
                 .modified = *modified,
                 .abandoned = folder.IsAbandoned()};
  }
  return Damaged(path);
}

absl::StatusOr<Store::Content> FolderStore::Read(const std::string& name) {
  const std::string path = PathOf(name);
  for (int look = 1; look <= kMostLooks; ++look) {
    EntryFolder folder(path);
    RETURN_IF_ERROR(folder.status());
    std::optional<std::string> version = folder.Version();
    if (!version.has_value()) return absl::NotFoundError(absl::StrCat("there is no ", path));
    absl::StatusOr<std::string> text = folder.Text(*version);
    if (text.ok()) return Content{.text = *std::move(text), .version = *std::move(version)};
    if (!absl::IsNotFound(text.status())) return text.status();
  }
  return Damaged(path);
}

absl::StatusOr<std::string> FolderStore::Create(const std::string& name, const std::string& text,
                                                Lasts lasts) {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error) return absl::ErrnoToStatus(error.value(), absl::StrCat("making ", folder_));
  const std::string version = RandomWord();
  const std::string made = absl::StrCat(folder_, "/", kUnfinished, version);
  if (::mkdir(made.c_str(), 0700) != 0) return Failed("making", made);
  auto undo = absl::MakeCleanup([&] {
    if (EntryFolder rest(made); rest.status().ok()) rest.Clear();
  });
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
    RETURN_IF_ERROR(WriteAll(process, ThisBoot(), path));
    // Without locks, nobody is known to have died before the lease has run out.
    if (::flock(process, LOCK_EX | LOCK_NB) != 0) ::unlink(path.c_str());
  }
  SyncFolder(made);
  const std::string path = PathOf(name);
  for (int look = 1; ::rename(made.c_str(), path.c_str()) != 0; ++look) {
    if (errno != ENOTEMPTY && errno != EEXIST) return Failed("making", path);
    if (look == kMostLooks) {
      return absl::FailedPreconditionError(
          absl::StrCat("making ", path, ": what is left there of another cannot be taken away"));
    }
    EntryFolder there(path);
    if (absl::IsNotFound(there.status())) continue;
    RETURN_IF_ERROR(there.status());
    if (there.Version().has_value()) {
      return absl::AlreadyExistsError(absl::StrCat(path, " is there already"));
    }
    there.Clear();  // what somebody left who died while removing it
  }
  std::move(undo).Cancel();
  SyncFolder(folder_);
  if (process >= 0) {
    const MutexLock lock(mutex_);
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
    // Where everything is gone, nobody has taken this entry in particular.
    if (::access(folder_.c_str(), F_OK) != 0) {
      return absl::UnavailableError(absl::StrCat(folder_, " is gone"));
    }
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
  EntryFolder folder(path);
  if (absl::IsNotFound(folder.status())) return absl::OkStatus();
  RETURN_IF_ERROR(folder.status());
  if (!folder.Remove(version)) {
    const absl::Status failure = Failed("removing", path);
    if (!absl::IsNotFound(failure)) return failure;
    if (!folder.Version().has_value()) return absl::OkStatus();
    return absl::AbortedError(absl::StrCat(path, " has been replaced"));
  }
  folder.Clear();
  SyncFolder(folder_);
  const MutexLock lock(mutex_);
  if (const auto held = held_.find(name); held != held_.end()) {
    ::close(held->second);
    held_.erase(held);
  }
  return absl::OkStatus();
}

}  // namespace er::run
