#!/usr/bin/env python3
"""Breaks one rule of provider/run after the other, and says how soon the explorer notices.

    tests/explorer/mutate.py [NAME...]

Works on a copy of the sources in a folder of its own (ER_MUTANTS, or build/mutants), never on those
of the checkout. For people who change a rule, or the explorer: it takes half an hour, and no check
runs it. A rule that is not noticed within a minute is either not needed or not tried.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
COPY = pathlib.Path(os.environ.get("ER_MUTANTS", ROOT / "build" / "mutants"))
LONGEST = 60  # seconds of searching, on all cores

# What breaks: the file below provider/run, the text in it, and what stands there instead.
RULES = {
    "a job that is taken up is no longer answered": (
        "take_up.cc",
        "if (change.state != NoteState::kSending) change.state = NoteState::kStarted;",
        "",
    ),
    "what is closed is not taken up": (
        "take_up.cc",
        " || (look.IsClosed(noted) && journal.in_local_file())",
        "",
    ),
    "what a plan has seen to stay is not taken up": (
        "take_up.cc",
        "note.state == NoteState::kShown || ",
        "",
    ),
    "only runs of the same settings are taken up": (
        "take_up.cc",
        ": IsSame(asked_, note.settings, note.told);",
        ": true;",
    ),
    "only runs of the same scope are taken up": (
        "take_up.cc",
        "note.scope != journal.scope() || ",
        "",
    ),
    "a run that is about to be left is waited for": (
        "take_up.cc",
        "return is_same && !note.job_id.empty();",
        "return false;",
    ),
    "what was settled and is another's is left to it": (
        "run.cc",
        "runs_.Leave(std::exchange(note_, nullptr));",
        "note_ = nullptr;",
    ),
    "a replacement is noted, or is not planned": (
        "job_run.cc",
        "if (!prospect.noted.ok()) {",
        "if (false) {",
    ),
    "an import notes nothing": (
        "states.cc",
        "if (seen.is_imported) return;",
        "",
    ),
    "a create waits for the delete half": (
        "take_up.cc",
        "pause = kHalfPause;\n        break;",
        "pause = absl::ZeroDuration();",
    ),
    "a delete half leaves its run to the create half": (
        "run.cc",
        "  runs_.Leave(note_);\n  co_return true;",
        "  co_return true;",
    ),
    "a destroy forgets": (
        "run.cc",
        "if (is_destroy) runs_.ForgetAtEnd(job_id);",
        "",
    ),
    "a failed run is done with": (
        "run.cc",
        "!Flag(request_.prior, \"unfinished\") || region_.jobs.HasFailed(state_)",
        "false",
    ),
    "a lost answer is not sent again": (
        "start.cc",
        "return !error.has_value() || error->execution == aws::Execution::kUnknown;",
        "return !error.has_value();",
    ),
    "the list is looked at for a minute": (
        "start.h",
        "kReconcileWindow = absl::Minutes(1)",
        "kReconcileWindow = absl::Seconds(3)",
    ),
    "jobs from before the start are not the lost one": (
        "start.cc",
        "if (std::find(known.begin(), known.end(), job.id) != known.end()) continue;",
        "(void)known;",
    ),
    "a job that started earlier or later is not the lost one": (
        "start.cc",
        "if (MayHaveStarted(attempt, job.start_time)) candidates",
        "candidates",
    ),
    "a job that belongs to somebody is not the lost one": (
        "start.cc",
        "if (owned.contains(id)) continue;",
        "",
    ),
    "a start waits for the open attempts of others": (
        "start.cc",
        "if (HasOpenAttempts()) {",
        "if (false) {",
    ),
    "under the lock it is looked again": (
        "start.cc",
        "if (note_ == nullptr && HasTurnedUp())",
        "if (false)",
    ),
    "one starts at a time": (
        "start.cc",
        "    CO_ASSIGN_OR_RETURN(taken.lock, co_await journal_.TakeLock(name, until_));\n",
        "",
    ),
    "nothing is sent without a lease, or late": (
        "start.cc",
        "return journal_.MayAct() && clock_.Elapsed() - listed_at_ <= kFresh;",
        "return true;",
    ),
    "the id is noted as soon as it is known": (
        "start.cc",
        "    const absl::Status noted = Started(result);\n"
        "    if (!noted.ok()) return TakenOver(noted);\n    return result;\n  }\n\n"
        "  // kNotStarted",
        "    return result;\n  }\n\n  // kNotStarted",
    ),
    "a plan marks what stays": (
        "states.cc",
        "if (run.is_unfinished) Mark(run, NoteState::kShown).IgnoreError();",
        "",
    ),
    "a plan notes what is replaced": (
        "states.cc",
        "return run.is_unfinished ? Mark(run, NoteState::kReplaced) : absl::OkStatus();",
        "return absl::OkStatus();",
    ),
    "a plan takes back the marks of earlier plans": (
        "states.cc",
        "if (!is_wanted) continue;",
        "if (is_wanted || !is_wanted) continue;",
    ),
    "a plan drops the notes of what has finished": (
        "states.cc",
        "if (noted.note.job_id == run.job_id) Serve(noted);",
        "(void)noted;",
    ),
    "a holder is believed to live for its lease": (
        "journal.cc",
        "if (process == processes_.end() || !process->second.there) return true;",
        "return true;",
    ),
    "an orderly end is told": (
        "journal.cc",
        "if (off_ || !entered_ || !lost_.ok()) return;",
        "return;",
    ),
    "a note is taken over only as it was read": (
        "journal.cc",
        "options_.store->Replace(noted.name, noted.version, ToText(change));",
        "options_.store->Replace(noted.name, options_.store->Read(noted.name)->version, "
        "ToText(change));",
    ),
}


def run(*command, **options):
    return subprocess.run(command, check=False, capture_output=True, text=True, **options)


def build():
    return run("ninja", "-C", COPY / "build" / "dev", "er_explorer_test")


def explore():
    """The seconds until a history broke a promise, with its words; None: none did."""
    begin = time.monotonic()
    program = COPY / "build" / "dev" / "tests" / "er_explorer_test"
    outputs = [tempfile.TemporaryFile("w+") for _ in range(os.cpu_count())]
    searches = [
        subprocess.Popen(
            [program],
            env=dict(os.environ, ER_HISTORIES="10000000", ER_FIRST_SEED=str(1 + core * 100_000_000), GTEST_FAIL_FAST="1"),
            stdout=output,
            stderr=subprocess.DEVNULL,
        )
        for core, output in enumerate(outputs)
    ]
    ended = None
    while ended is None and time.monotonic() - begin < LONGEST:
        time.sleep(0.1)
        ended = next((search for search in searches if search.poll() is not None), None)
    for search in searches:
        if search is not ended:
            search.kill()
    if ended is None:
        return None
    output = outputs[searches.index(ended)]
    output.seek(0)
    lines = [line for line in output.read().splitlines() if line and not line.startswith("[")]
    failed = next((i for i, line in enumerate(lines) if "Failure" in line), None)
    words = "ended by a failed check or a crash"
    if failed is not None:
        words = " ".join(lines[failed + 1 : failed + 3])
    return f"{time.monotonic() - begin:.1f} s: {words}"


def main():
    if not COPY.exists():
        run("git", "-C", ROOT, "worktree", "add", "--detach", COPY)
    run("git", "-C", COPY, "checkout", "--detach", "--force", run("git", "-C", ROOT, "rev-parse", "HEAD").stdout.strip())
    if not (COPY / "build" / "dev").exists():
        run("cmake", "--preset", "dev", cwd=COPY)
    unseen = 0
    for rule, (name, text, other) in RULES.items():
        if len(sys.argv) > 1 and rule not in sys.argv[1:]:
            continue
        path = COPY / "provider" / "run" / name
        sound = path.read_text()
        if sound.count(text) != 1:
            print(f"{rule}: {name} has this {sound.count(text)} times: {text}")
            return 2
        path.write_text(sound.replace(text, other))
        built = build()
        found = explore() if built.returncode == 0 else "does not build: " + built.stdout[-600:]
        path.write_text(sound)
        unseen += found is None
        print(f"{rule}: {found or 'NOT NOTICED'}", flush=True)
    return 1 if unseen else 0


if __name__ == "__main__":
    sys.exit(main())
