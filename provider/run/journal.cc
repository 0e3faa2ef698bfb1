#include "run/journal.h"

#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/log.h"
#include "base/status.h"
#include "schema/translate.h"

namespace er::run {
namespace {

// What entries are called.
constexpr absl::string_view kNote = "note-";
constexpr absl::string_view kProcess = "process-";
constexpr absl::string_view kEnded = "ended-";
constexpr absl::string_view kLock = "lock-";

// Between two looks at a lock that another process has.
constexpr absl::Duration kLockPause = absl::Seconds(1);

// Of the lease, what is kept for the way from the last look at the clock to the wire.
constexpr double kUsable = 0.8;

std::string RandomWord() {
  static thread_local std::random_device random;
  return absl::StrCat(absl::Hex(random(), absl::kZeroPad8), absl::Hex(random(), absl::kZeroPad8));
}

// A list may show a job so late: as long as that, its note tells it apart from others'.
constexpr absl::Duration kYoung = absl::Minutes(2);

bool IsYoung(const Note& note, absl::Time now) { return now - note.sent_at < kYoung; }

std::string EndedName(absl::string_view process) {
  return absl::StrCat(kEnded, process.substr(kProcess.size()));
}

}  // namespace

bool Look::IsFree(const Noted& noted) const {
  const auto process = processes_.find(noted.note.holder);
  if (process == processes_.end() || !process->second.there) return true;
  return process->second.ended || process->second.abandoned ||
         now_ - process->second.modified >= lease_;
}

bool Look::IsClosed(const Noted& noted) const {
  const auto process = processes_.find(noted.note.holder);
  return noted.note.state == NoteState::kAnswered && process != processes_.end() &&
         process->second.ended;
}

std::optional<absl::Time> Look::Renewed(const std::string& holder) const {
  const auto process = processes_.find(holder);
  if (process == processes_.end() || !process->second.there) return std::nullopt;
  return process->second.modified;
}

absl::Time Look::LastHeld(const Noted& noted) const {
  return std::max(noted.modified, Renewed(noted.note.holder).value_or(absl::InfinitePast()));
}

std::shared_ptr<Journal> Journal::Open(Options options, Clock& clock) {
  return std::shared_ptr<Journal>(new Journal(std::move(options), clock));
}

Journal::Journal(Options options, Clock& clock)
    : options_(std::move(options)),
      clock_(clock),
      process_(absl::StrCat(kProcess, RandomWord())),
      entering_(clock, 1),
      renewing_(clock, 1),
      off_(options_.store == nullptr) {}

bool Journal::is_off() const {
  const MutexLock lock(mutex_);
  return off_;
}

absl::Status Journal::TakeTrouble() {
  const MutexLock lock(mutex_);
  if (std::exchange(trouble_told_, !trouble_.ok())) return absl::OkStatus();
  return trouble_;
}

std::string Journal::ProcessText() const {
  char host[256] = "";
  ::gethostname(host, sizeof(host) - 1);
  // For people; a host's name need not be UTF-8.
  return nlohmann::ordered_json{{"host", host}, {"process", ::getpid()}, {"written", RandomWord()}}
      .dump(1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Task<absl::Status> Journal::Enter() {
  const resource::Until forever;
  const absl::StatusOr<Turns::Turn> turn = co_await entering_.Take(forever);
  {
    const MutexLock lock(mutex_);
    if (entered_ || off_) co_return absl::OkStatus();
  }
  const absl::Status status = Probe();
  if (status.ok()) {
    options_.background([weak = weak_from_this(), &clock = clock_, stop = ended_.get_token()] {
      er::Begin(KeepRenewing(weak, clock, stop), [](bool) {});
    });
  }
  const MutexLock lock(mutex_);
  entered_ = status.ok();
  if (status.ok() || options_.is_asked_for) co_return status;
  off_ = true;
  trouble_ = status;
  co_return absl::OkStatus();
}

absl::Status Journal::Probe() {
  Store& store = *options_.store;
  const absl::Duration begun = clock_.Elapsed();
  absl::StatusOr<std::string> version =
      store.Create(process_, ProcessText(), Store::Lasts::kWithTheProcess);
  if (absl::IsAlreadyExists(version.status())) {  // by a try before that came no further
    ASSIGN_OR_RETURN(Store::Content there, store.Read(process_));
    version = std::move(there.version);
  }
  if (!version.ok()) return version.status();
  // A store that takes no notice of conditions would let two processes have the same note.
  const absl::StatusOr<std::string> second =
      store.Create(process_, ProcessText(), Store::Lasts::kForGood);
  if (!absl::IsAlreadyExists(second.status())) {
    if (!second.ok()) return second.status();
    store.Remove(process_, *second).IgnoreError();
    return absl::UnimplementedError(
        absl::StrCat(store.where(),
                     " does not know conditional writes: it overwrote an object "
                     "though it was told not to"));
  }
  const MutexLock lock(mutex_);
  process_version_ = *std::move(version);
  renewed_ = begun;
  return absl::OkStatus();
}

Task<bool> Journal::KeepRenewing(std::weak_ptr<Journal> weak, Clock& clock, std::stop_token stop) {
  for (;;) {
    absl::Duration pause;
    {
      const std::shared_ptr<Journal> journal = weak.lock();
      if (journal == nullptr) co_return false;
      pause = journal->options_.own_lease / 3;
    }
    if (!co_await clock.Pause(pause, stop)) co_return true;
    const std::shared_ptr<Journal> journal = weak.lock();
    if (journal == nullptr || journal->options_.is_orphaned()) co_return false;
    if (const absl::Status renewed = co_await journal->Renew(); !renewed.ok()) {
      log::Warn("The journal cannot be reached to renew this process's entry",
                {{"journal", journal->where()}, {"error", renewed.message()}});
    }
  }
}

bool Journal::IsLeaseGood() const {
  return clock_.Elapsed() - renewed_ < options_.own_lease * kUsable;
}

bool Journal::MayAct() const {
  if (options_.is_orphaned()) return false;
  const MutexLock lock(mutex_);
  return off_ || (lost_.ok() && IsLeaseGood());
}

Task<absl::Status> Journal::Renew() {
  const resource::Until forever;
  const absl::StatusOr<Turns::Turn> turn = co_await renewing_.Take(forever);
  std::string version;
  std::string tried;
  {
    const MutexLock lock(mutex_);
    if (off_ || !entered_) co_return absl::OkStatus();
    if (!lost_.ok()) co_return lost_;
    version = process_version_;
    tried = renewal_;
  }
  if (!tried.empty()) {  // its answer was lost: is it there?
    absl::StatusOr<Store::Content> there = options_.store->Read(process_);
    if (!there.ok() && !absl::IsNotFound(there.status())) co_return there.status();
    if (there.ok() && there->text == tried) version = std::move(there->version);
  }
  const absl::Duration begun = clock_.Elapsed();
  std::string text = ProcessText();
  absl::StatusOr<std::string> next = options_.store->Replace(process_, version, text);
  const MutexLock lock(mutex_);
  renewal_.clear();
  if (next.ok()) {
    process_version_ = *std::move(next);
    renewed_ = begun;
    co_return absl::OkStatus();
  }
  if (absl::IsAborted(next.status())) {
    lost_ = absl::AbortedError(absl::StrCat(
        "this process was suspended, or could not reach ", where(), ", for longer than ",
        absl::FormatDuration(options_.lease), ", so that others may have gone on with its runs"));
    co_return lost_;
  }
  process_version_ = std::move(version);
  renewal_ = std::move(text);
  co_return next.status();
}

absl::StatusOr<std::vector<Noted>> Journal::ReadNotes(const Store::Listing& listing) {
  std::vector<Noted> notes;
  std::vector<const Store::Entry*> unread;
  {
    const MutexLock lock(mutex_);
    for (const Store::Entry& entry : listing.entries) {
      if (!absl::StartsWith(entry.name, kNote)) continue;
      const auto held = std::find_if(held_.begin(), held_.end(), [&](const Held& note) {
        return !note.lost_ && note.noted_.name == entry.name;
      });
      const auto read = read_.find(entry.name);
      if (held != held_.end()) {
        notes.push_back(held->noted_);
      } else if (read != read_.end() && read->second.version == entry.version) {
        notes.push_back(read->second);
      } else {
        unread.push_back(&entry);
        continue;
      }
      notes.back().modified = entry.modified;
    }
  }
  std::vector<std::string> names;
  for (const Store::Entry* entry : unread) names.push_back(entry->name);
  std::vector<absl::StatusOr<Store::Content>> texts = options_.store->ReadMany(names);
  for (std::size_t i = 0; i < unread.size(); ++i) {
    absl::StatusOr<Store::Content>& text = texts[i];
    if (absl::IsNotFound(text.status())) continue;  // it has served meanwhile
    if (!text.ok()) return text.status();
    absl::StatusOr<Note> note = ToNote(text->text);
    if (!note.ok()) {
      log::Warn(
          "A note of the journal cannot be read",
          {{"journal", where()}, {"note", unread[i]->name}, {"error", note.status().message()}});
      continue;
    }
    Noted noted{.name = unread[i]->name,
                .version = std::move(text->version),
                .modified = unread[i]->modified,
                .note = *std::move(note)};
    notes.push_back(noted);
    const MutexLock lock(mutex_);
    read_[noted.name] = std::move(noted);
  }
  std::sort(notes.begin(), notes.end(),
            [](const Noted& a, const Noted& b) { return a.name < b.name; });
  return notes;
}

absl::StatusOr<std::shared_ptr<const Look>> Journal::LookAround() {
  auto look = std::make_shared<Look>();
  look->lease_ = options_.lease;
  if (is_off()) {
    look->now_ = clock_.Now();
    const MutexLock lock(mutex_);
    return look;
  }
  ASSIGN_OR_RETURN(const Store::Listing listing, options_.store->List());
  look->now_ = listing.now;
  for (const Store::Entry& entry : listing.entries) {
    if (absl::StartsWith(entry.name, kProcess)) {
      Look::Process& process = look->processes_[entry.name];
      process.there = true;
      process.modified = entry.modified;
      process.abandoned = entry.abandoned;
      process.version = entry.version;
    } else if (absl::StartsWith(entry.name, kEnded)) {
      Look::Process& process = look->processes_[absl::StrCat(
          kProcess, absl::string_view(entry.name).substr(kEnded.size()))];
      process.ended = true;
      process.ended_version = entry.version;
    }
  }
  look->processes_.erase(process_);  // what this process holds is free to it
  ASSIGN_OR_RETURN(look->notes_, ReadNotes(listing));
  return look;
}

absl::StatusOr<Journal::Held*> Journal::Hold(Noted noted) {
  const MutexLock lock(mutex_);
  held_.push_back(Held(*this, std::move(noted)));
  return &held_.back();
}

// From the first byte that is written of a note, no other run of this process takes it for one that
// was left. False: one is there already.
bool Journal::ReachFor(const std::string& name) {
  if (IsHeld(name)) return false;
  const MutexLock lock(mutex_);
  return reached_for_.insert(name).second;
}

void Journal::LetGo(const std::string& name) {
  const MutexLock lock(mutex_);
  reached_for_.erase(name);
}

absl::StatusOr<Journal::Held*> Journal::Create(Note note) {
  note.scope = options_.scope;
  note.holder = process_;
  Noted noted{.note = std::move(note)};
  if (is_off()) return Hold(std::move(noted));
  const std::string name = absl::StrCat(kNote, RandomWord());
  ReachFor(name);
  const auto reached = absl::MakeCleanup([&] { LetGo(name); });
  absl::StatusOr<std::string> version =
      options_.store->Create(name, ToText(noted.note), Store::Lasts::kForGood);
  if (!version.ok()) {
    // It may be there all the same, and speaks of what is not going to happen.
    const absl::StatusOr<Store::Content> there = options_.store->Read(name);
    if (there.ok()) options_.store->Remove(name, there->version).IgnoreError();
    return version.status();
  }
  noted.name = name;
  noted.version = *std::move(version);
  return Hold(std::move(noted));
}

absl::StatusOr<Journal::Held*> Journal::TakeOver(const Noted& noted, Note change) {
  ER_CHECK(noted.note.scope == options_.scope,
           "A note of another state is never taken over, changed or removed.");
  if (!ReachFor(noted.name)) return nullptr;  // another run of this process was faster
  const auto reached = absl::MakeCleanup([&] { LetGo(noted.name); });
  change.holder = process_;
  absl::StatusOr<std::string> version =
      options_.store->Replace(noted.name, noted.version, ToText(change));
  if (absl::IsAborted(version.status())) return nullptr;
  if (!version.ok()) return version.status();
  return Hold({.name = noted.name,
               .version = *std::move(version),
               .modified = noted.modified,
               .note = std::move(change)});
}

Journal::Held* Journal::FindHeld(const std::string& job_id) {
  const MutexLock lock(mutex_);
  for (Held& held : held_) {
    if (!held.lost_ && held.noted_.note.job_id == job_id) return &held;
  }
  return nullptr;
}

bool Journal::IsHeld(const std::string& name) const {
  const MutexLock lock(mutex_);
  return reached_for_.contains(name) ||
         std::any_of(held_.begin(), held_.end(),
                     [&](const Held& held) { return !held.lost_ && held.noted_.name == name; });
}

absl::Status Journal::Held::FindVersion() {
  absl::StatusOr<Store::Content> there = journal_.options_.store->Read(noted_.name);
  const MutexLock lock(journal_.mutex_);
  if (absl::IsNotFound(there.status())) {
    lost_ = true;
    return absl::AbortedError(absl::StrCat(noted_.name, " is gone from ", journal_.where()));
  }
  if (!there.ok()) return there.status();
  if (there->text == last_text_) noted_.version = there->version;
  last_text_.clear();
  return absl::OkStatus();
}

absl::Status Journal::Held::Write(Note note) {
  note.scope = noted_.note.scope;
  note.holder = noted_.note.holder;
  const std::string text = ToText(note);
  {
    // What is to be said is said to this process in any case.
    const MutexLock lock(journal_.mutex_);
    noted_.note = std::move(note);
  }
  if (noted_.name.empty()) return absl::OkStatus();
  if (!last_text_.empty()) RETURN_IF_ERROR(FindVersion());
  absl::StatusOr<std::string> version =
      journal_.options_.store->Replace(noted_.name, noted_.version, text);
  const MutexLock lock(journal_.mutex_);
  if (version.ok()) {
    noted_.version = *version;
  } else if (absl::IsAborted(version.status())) {
    lost_ = true;
  } else {
    last_text_ = text;
  }
  return version.status();
}

absl::Status Journal::Held::Remove() {
  // Nobody but its owner calls this, and never again.
  const std::string name = noted_.name;
  absl::Status status;
  if (!name.empty() && !last_text_.empty()) status = FindVersion();
  if (!name.empty() && status.ok()) {
    status = journal_.options_.store->Remove(name, noted_.version);
  }
  const MutexLock lock(journal_.mutex_);
  journal_.held_.remove_if([&](const Held& held) { return &held == this; });
  return status;
}

absl::Status Journal::Held::Serve() {
  if (noted_.name.empty() || IsYoung(noted_.note, journal_.clock_.Now())) {
    Note served = noted_.note;
    served.state = NoteState::kServed;
    return Write(std::move(served));
  }
  return Remove();
}

absl::Status Journal::Serve(const Noted& noted, absl::Time now) {
  if (!IsYoung(noted.note, now)) return Remove(noted);
  Note served = noted.note;
  served.state = NoteState::kServed;
  served.known.clear();
  return Change(noted, std::move(served)).status();
}

absl::StatusOr<Noted> Journal::Change(const Noted& noted, Note change) {
  ER_CHECK(noted.note.scope == options_.scope,
           "A note of another state is never taken over, changed or removed.");
  change.holder.clear();
  Noted changed{.name = noted.name, .modified = noted.modified, .note = std::move(change)};
  ASSIGN_OR_RETURN(changed.version,
                   options_.store->Replace(noted.name, noted.version, ToText(changed.note)));
  return changed;
}

absl::Status Journal::Remove(const Noted& noted) {
  ER_CHECK(noted.note.scope == options_.scope,
           "A note of another state is never taken over, changed or removed.");
  return options_.store->Remove(noted.name, noted.version);
}

absl::StatusOr<Noted> Journal::Leave(Note note) {
  note.scope = options_.scope;
  note.holder.clear();
  Noted noted{.name = absl::StrCat(kNote, RandomWord()), .note = std::move(note)};
  if (is_off()) return noted;
  ASSIGN_OR_RETURN(noted.version,
                   options_.store->Create(noted.name, ToText(noted.note), Store::Lasts::kForGood));
  return noted;
}

Journal::Lock::~Lock() {
  if (journal_ == nullptr) return;
  const absl::Status status = journal_->options_.store->Remove(name_, version_);
  if (!status.ok() && !absl::IsAborted(status)) {
    // Whoever wants it waits until this process has ended, or its lease has run out.
    log::Warn("The journal's start lock cannot be given back", {{"error", status.message()}});
  }
}

Task<absl::StatusOr<Journal::Lock>> Journal::TakeLock(const std::string& name,
                                                      const resource::Until& until) {
  Lock lock;
  if (is_off()) co_return lock;
  Store& store = *options_.store;
  const std::string entry = absl::StrCat(kLock, name);
  for (bool told = false;; told = true) {
    const std::string text = nlohmann::json{{"holder", process_}, {"written", RandomWord()}}.dump();
    absl::StatusOr<std::string> version = store.Create(entry, text, Store::Lasts::kForGood);
    if (absl::IsAlreadyExists(version.status())) {
      // Whose it is, and whether that process may still be alive.
      absl::StatusOr<Store::Content> there = store.Read(entry);
      if (absl::IsNotFound(there.status())) continue;
      if (!there.ok()) co_return there.status();
      CO_ASSIGN_OR_RETURN(const std::shared_ptr<const Look> look, LookAround());
      Noted noted;
      noted.note.holder =
          schema::TextMember(nlohmann::json::parse(there->text, nullptr, false), "holder");
      if (look->IsFree(noted)) {
        version = store.Replace(entry, there->version, text);
        if (absl::IsAborted(version.status())) continue;
      }
    }
    if (version.ok()) {
      lock.journal_ = this;
      lock.name_ = entry;
      lock.version_ = *std::move(version);
      co_return lock;
    }
    if (!absl::IsAlreadyExists(version.status())) co_return version.status();
    if (!told) log::Info("Waiting while another process starts a job", {{"journal", where()}});
    co_await clock_.Pause(std::min(kLockPause, until.deadline - clock_.Elapsed()), until.stop);
    if (until.stop.stop_requested()) co_return absl::CancelledError("interrupted");
    if (clock_.Elapsed() >= until.deadline) {
      co_return absl::DeadlineExceededError("the time ran out while another process was starting");
    }
  }
}

void Journal::RemoveRests(const Look& look) {
  std::set<std::string> named;
  for (const Noted& noted : look.notes()) {
    named.insert(noted.note.holder);
    // What cannot be removed is removed by the next one who looks.
    if (noted.note.state == NoteState::kServed && noted.note.scope == options_.scope &&
        !IsYoung(noted.note, look.now())) {
      Remove(noted).IgnoreError();
    }
  }
  for (const auto& [name, process] : look.processes_) {
    Noted held;
    held.note.holder = name;
    if (named.contains(name) || !look.IsFree(held)) continue;
    if (process.there) options_.store->Remove(name, process.version).IgnoreError();
    if (process.ended) options_.store->Remove(EndedName(name), process.ended_version).IgnoreError();
  }
}

void Journal::End() {
  ended_.request_stop();
  bool answered = false;
  std::string version;
  {
    const MutexLock lock(mutex_);
    if (off_ || !entered_ || !lost_.ok()) return;
    for (const Held& held : held_) {
      answered = answered || (!held.lost_ && held.noted_.note.state == NoteState::kAnswered);
    }
    version = process_version_;
  }
  const absl::Status status =
      answered ? options_.store->Create(EndedName(process_), ProcessText(), Store::Lasts::kForGood)
                     .status()
               : options_.store->Remove(process_, version);
  if (!status.ok()) {
    log::Warn("The journal cannot be told that this process has ended",
              {{"journal", where()}, {"error", status.message()}});
  }
}

}  // namespace er::run
