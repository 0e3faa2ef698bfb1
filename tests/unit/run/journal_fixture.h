// What the tests of the journal have: a store in memory, processes that share it, and a clock.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "run/journal.h"
#include "support/await.h"
#include "support/fake_clock.h"
#include "support/memory_store.h"

namespace er::run {

inline constexpr char kJob[] = "0123456789abcdef0123456789abcdef";
inline constexpr absl::Duration kLease = absl::Minutes(1);

inline const absl::Status kDown = absl::UnavailableError("memory: connection refused");

inline std::string Message(const absl::Status& status) { return std::string(status.message()); }

class JournalFixture : public testing::Test {
 protected:
  explicit JournalFixture(FakeClock::Mode mode = FakeClock::Mode::kWaits) : clock_(mode) {}

  Journal::Options Options() {
    return {.store = memory_.OfProcess(), .is_asked_for = true, .scope = "a state"};
  }

  // Another process, which has made itself a holder.
  std::shared_ptr<Journal> Enter(Journal::Options options) {
    std::shared_ptr<Journal> journal = Journal::Open(std::move(options), clock_);
    const absl::Status status = Await(journal->Enter());
    EXPECT_TRUE(status.ok()) << status;
    return journal;
  }
  std::shared_ptr<Journal> Enter() { return Enter(Options()); }

  static Note Started(const std::string& job_id = kJob) {
    return {.settings = {.region = "eu-west-1", .workflow = "wf"},
            .state = NoteState::kStarted,
            .job_id = job_id};
  }
  Note Sending() {
    return {.settings = {.region = "eu-west-1", .workflow = "wf"},
            .state = NoteState::kSending,
            .sent_at = clock_.Now()};
  }

  std::vector<Note> Notes() {
    std::vector<Note> notes;
    for (const std::string& text : memory_.Texts("note-")) notes.push_back(*ToNote(text));
    return notes;
  }
  std::size_t Count(const std::string& prefix) { return memory_.Texts(prefix).size(); }

  static std::shared_ptr<const Look> LookOf(Journal& journal) {
    absl::StatusOr<std::shared_ptr<const Look>> look = journal.LookAround();
    EXPECT_TRUE(look.ok()) << look.status();
    return *std::move(look);
  }

  // What a process sees of the one note that there is.
  static Noted TheNote(Journal& journal) {
    const std::shared_ptr<const Look> look = LookOf(journal);
    EXPECT_THAT(look->notes(), testing::SizeIs(1));
    return look->notes().at(0);
  }

  // Fails each call of `operation` on names that begin so, once it is set, until it is cleared.
  static MemoryStore::Fault Failing(const std::string& operation, const std::string& prefix) {
    return [=](const std::string& what, const std::string& name) {
      return what == operation && absl::StartsWith(name, prefix) ? kDown : absl::OkStatus();
    };
  }

  FakeClock clock_;
  MemoryStore memory_{clock_};
};

}  // namespace er::run
