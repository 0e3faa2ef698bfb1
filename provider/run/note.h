// A note of the journal: what is known of one run, written before each step that could be its last.
// The journal (journal.h) keeps them; this is what they say and how they are written down.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "run/settings.h"

namespace er::run {

// Where a run stands. A write-ahead log of starts: each state is written before the step that it
// announces.
enum class NoteState {
  kSending,   // a start is under way, or its answer was lost: there may be a job
  kStarted,   // there is a job, and a process waits for it, or died while it did
  kAnswered,  // Terraform is told of the job; may have died before it saved the state
  kShown,     // a plan has seen an unfinished run in a state, which goes on with it: no create may
  kReplaced,  // a plan replaces an unfinished run by the same: its create half takes the job up
  kServed,    // nobody takes the job up any more
};

struct Note {
  std::string scope{};  // digest of whose state it is, and of the endpoint
  Settings settings{};
  NoteState state = NoteState::kSending;
  std::string holder{};  // the process that works on it; empty: none
  std::string job_id{};  // empty: not known
  Told told{};

  // Of the start: the jobs there were before it, and when it was sent, by the service's clock.
  std::vector<std::string> snapshot{};
  absl::Time sent_at = absl::InfinitePast();
  // When it was sent first, where an answer was lost and it was sent again; else InfinitePast.
  absl::Time first_sent_at = absl::InfinitePast();

  // What a state knew of the job, as the state's attributes in JSON; empty: nothing. It outlives
  // the object where a replacement's delete half goes first.
  std::string known{};

  // How long the note is kept after it was last held.
  absl::Duration keep = absl::Hours(24);

  friend bool operator==(const Note&, const Note&) = default;
};

// The text that a store keeps. No two texts are the same: each has a word of its own.
std::string ToText(const Note& note);

// kInvalidArgument where `text` is no note, kUnimplemented where a later version of this program
// wrote it.
absl::StatusOr<Note> ToNote(absl::string_view text);

}  // namespace er::run
