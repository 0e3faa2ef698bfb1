#include "run/journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <random>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/status.h"
#include "schema/translate.h"

namespace er::run {
namespace {

using nlohmann::json;

constexpr absl::string_view kSuffix = ".run";

json ToJson(absl::Time time) {
  if (time == absl::InfiniteFuture()) return nullptr;
  return absl::ToUnixMillis(time);
}

absl::Time TimeMember(const json& line, const char* name) {
  const auto found = line.find(name);
  if (found == line.end() || !found->is_number_integer()) return absl::InfiniteFuture();
  return absl::FromUnixMillis(found->get<std::int64_t>());
}

// One line of a note; members that it lacks keep their value.
void ReadLine(const std::string& text, Intent& intent) {
  const json line = json::parse(text, nullptr, /*allow_exceptions=*/false);
  // The last line of a process that died in the middle of it: what it would have said did not
  // happen, since the line is on disk before the step it announces.
  if (!line.is_object()) return;
  for (const auto& [name, place] :
       {std::pair("settings", &intent.settings), std::pair("workflow", &intent.workflow),
        std::pair("region", &intent.region), std::pair("job_id", &intent.job_id)}) {
    if (line.contains(name)) *place = schema::TextMember(line, name);
  }
  if (line.contains("keep_until")) intent.keep_until = TimeMember(line, "keep_until");
  if (line.contains("sent_at")) intent.sent_at = TimeMember(line, "sent_at");
  if (const auto snapshot = line.find("snapshot"); snapshot != line.end() && snapshot->is_array()) {
    intent.snapshot.clear();
    for (const json& id : *snapshot) {
      if (id.is_string()) intent.snapshot.push_back(id.get<std::string>());
    }
  }
  if (std::string job_id = schema::TextMember(line, "not_job_id"); !job_id.empty()) {
    intent.snapshot.push_back(std::move(job_id));
  }
}

// Whether a job of `other` could be taken for what came of the attempt of `intent`.
bool IsOpenBeside(const Intent& intent, const Intent& other) {
  return intent.job_id.empty() && intent.sent_at != absl::InfiniteFuture() &&
         intent.workflow == other.workflow && intent.region == other.region;
}

// Adds a line, on disk when it returns OK. It begins with an end of line: a process that died, or a
// disk that was full, may have left half a line.
absl::Status Append(int file, const std::string& path, const json& line) {
  const std::string text = absl::StrCat("\n", line.dump());
  if (::write(file, text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      ::fdatasync(file) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("writing the journal's ", path));
  }
  return absl::OkStatus();
}

absl::StatusOr<Intent> ReadNote(const std::string& path) {
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(path);
  Intent intent;
  for (std::string line; std::getline(file, line);) ReadLine(line, intent);
  if (intent.settings.empty()) return absl::InvalidArgumentError(absl::StrCat(path, ": no note"));
  if (!intent.job_id.empty()) intent.snapshot = std::vector<std::string>();  // it has served
  return intent;
}

// Reads the notes of `folder` whose path is `wanted`.
void ForEachNote(const std::string& folder,
                 const std::function<bool(const std::string& path)>& wanted,
                 const std::function<void(const std::string& path, Intent intent)>& see) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string path = entry->path().string();
    if (!absl::EndsWith(path, kSuffix) || !wanted(path)) continue;
    absl::StatusOr<Intent> intent = ReadNote(path);
    if (!intent.ok()) {
      log::Debug("A file of the journal cannot be read", {{"error", intent.status().message()}});
      continue;
    }
    see(path, *std::move(intent));
  }
}

bool AnyNote(const std::string& /*path*/) { return true; }

std::string RandomName() {
  std::random_device random;
  return absl::StrCat(absl::Hex(random(), absl::kZeroPad8), absl::Hex(random(), absl::kZeroPad8));
}

}  // namespace

Journal::Note::Note(Journal& journal, std::string path, int file, Intent intent)
    : journal_(journal), path_(std::move(path)), file_(file), intent_(std::move(intent)) {}

Journal::Note::~Note() {
  if (file_ >= 0) ::close(file_);
}

Intent Journal::Note::intent() const {
  std::lock_guard lock(journal_.mutex_);
  return intent_;
}

absl::Status Journal::Note::Sending(std::vector<std::string> snapshot, absl::Time at) {
  const json line{{"snapshot", snapshot}, {"sent_at", ToJson(at)}};
  {
    std::lock_guard lock(journal_.mutex_);
    intent_.snapshot = std::move(snapshot);
    intent_.sent_at = at;
  }
  return Append(file_, path_, line);
}

absl::Status Journal::Note::NotSent() {
  {
    std::lock_guard lock(journal_.mutex_);
    intent_.sent_at = absl::InfiniteFuture();
  }
  return Append(file_, path_, {{"sent_at", nullptr}});
}

absl::Status Journal::Note::Started(const std::string& job_id) {
  {
    std::lock_guard lock(journal_.mutex_);
    intent_.job_id = job_id;
    // It has served; ten thousand runs that wait would keep ten thousand of them.
    intent_.snapshot = std::vector<std::string>();
    journal_.KeepFromOthers(job_id, *this);
  }
  return Append(file_, path_, {{"job_id", job_id}});
}

void Journal::Note::Drop() {
  std::lock_guard lock(journal_.mutex_);
  Remove();
}

void Journal::Note::Remove() {
  if (file_ < 0) return;
  ::unlink(path_.c_str());
  ::close(std::exchange(file_, -1));
}

absl::StatusOr<Journal::Note*> Journal::Begin(Intent intent) {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error) {
    return absl::UnavailableError(absl::StrCat(folder_, ": ", error.message()));
  }
  const std::string path = absl::StrCat(folder_, "/", RandomName(), kSuffix);
  // A note says which workflows and accounts there are: nobody else's business.
  const int file = ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) return absl::ErrnoToStatus(errno, path);
  std::unique_ptr<Note> note(new Note(*this, path, file, std::move(intent)));
  ::flock(file, LOCK_EX | LOCK_NB);  // nobody else can know the file yet
  const Intent& noted = note->intent_;
  RETURN_IF_ERROR(Append(file, path,
                         {{"settings", noted.settings},
                          {"workflow", noted.workflow},
                          {"region", noted.region},
                          {"keep_until", ToJson(noted.keep_until)}}));
  if (const int folder = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); folder >= 0) {
    ::fsync(folder);  // the name of the file is on disk, too
    ::close(folder);
  }
  std::lock_guard lock(mutex_);
  not_open_.insert(path);
  notes_.push_back(std::move(note));
  return notes_.back().get();
}

void Journal::Scan() {
  if (std::exchange(scanned_, true)) return;
  ForEachNote(folder_, AnyNote, [&](const std::string& path, Intent intent) {
    by_settings_.emplace(intent.settings, path);
    if (!intent.job_id.empty()) by_job_.emplace(intent.job_id, path);
    found_.emplace(path, std::move(intent));
  });
}

bool Journal::IsNoted(const std::string& job_id) {
  bool noted = false;
  ForEachNote(folder_, AnyNote, [&](const std::string&, const Intent& intent) {
    noted = noted || intent.job_id == job_id;
  });
  return noted;
}

std::optional<Journal::Lock> Journal::TryLock() {
  const int folder = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  Lock lock(folder);
  if (folder >= 0 && ::flock(folder, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    return std::nullopt;
  }
  return lock;
}

Journal::Lock::~Lock() {
  if (file_ >= 0) ::close(file_);
}

void Journal::KeepFromOthers(const std::string& job_id, const Note& owner) {
  const json line{{"not_job_id", job_id}};
  const auto log_failure = [](const absl::Status& status) {
    if (!status.ok()) log::Warn("The journal cannot be written", {{"error", status.message()}});
  };
  for (const std::unique_ptr<Note>& note : notes_) {
    if (note.get() == &owner || note->file_ < 0 || !IsOpenBeside(note->intent_, owner.intent_)) {
      continue;
    }
    note->intent_.snapshot.push_back(job_id);
    log_failure(Append(note->file_, note->path_, line));
  }
  // Those of other processes, living or dead, are read again when somebody takes them over.
  ForEachNote(
      folder_, [&](const std::string& path) { return !not_open_.contains(path); },
      [&](const std::string& path, const Intent& intent) {
        if (!intent.job_id.empty()) not_open_.insert(path);
        if (!IsOpenBeside(intent, owner.intent_)) return;
        const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
        if (file < 0) return;  // another process has done with it
        log_failure(Append(file, path, line));
        ::close(file);
      });
}

Journal::Note* Journal::Claim(const std::string& path) {
  if (found_.erase(path) == 0) return nullptr;
  const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (file < 0) return nullptr;
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    ::close(file);
    return nullptr;
  }
  // Read again under the lock: its last holder may have written, or removed it, since the scan.
  absl::StatusOr<Intent> intent = ReadNote(path);
  if (!intent.ok()) {
    ::close(file);
    return nullptr;
  }
  not_open_.insert(path);
  notes_.emplace_back(new Note(*this, path, file, *std::move(intent)));
  return notes_.back().get();
}

Journal::Note* Journal::TakeOver(const std::string& settings) {
  std::lock_guard lock(mutex_);
  Scan();
  const auto [first, last] = by_settings_.equal_range(settings);
  for (auto entry = first; entry != last; ++entry) {
    const auto found = found_.find(entry->second);
    if (found == found_.end() || found->second.keep_until < clock_.Now()) continue;
    if (Note* note = Claim(entry->second); note != nullptr) return note;
  }
  return nullptr;
}

Journal::Note* Journal::TakeOverJob(const std::string& job_id) {
  std::lock_guard lock(mutex_);
  Scan();
  const auto entry = by_job_.find(job_id);
  return entry == by_job_.end() ? nullptr : Claim(entry->second);
}

void Journal::Forget(const std::string& job_id) {
  std::lock_guard lock(mutex_);
  Scan();
  const auto [first, last] = by_job_.equal_range(job_id);
  for (auto entry = first; entry != last; ++entry) {
    if (found_.erase(entry->second) > 0) ::unlink(entry->second.c_str());
  }
  for (const std::unique_ptr<Note>& note : notes_) {
    if (note->intent_.job_id == job_id) note->Remove();
  }
}

std::vector<Intent> Journal::DropOld() {
  std::lock_guard lock(mutex_);
  Scan();
  std::vector<std::string> old;
  for (const auto& [path, intent] : found_) {
    if (intent.keep_until < clock_.Now()) old.push_back(path);
  }
  std::vector<Intent> dropped;
  for (const std::string& path : old) {
    if (Note* note = Claim(path); note != nullptr) {
      dropped.push_back(note->intent_);
      note->Remove();
    }
  }
  return dropped;
}

}  // namespace er::run
