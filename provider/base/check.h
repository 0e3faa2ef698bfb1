// What must hold, whatever anybody sends or does: a condition that only a bug in this program can
// break. Bad input of any kind is a Status instead.
//
//   ER_CHECK(!note->job_id().empty(), "An answer with a job id never leaves without a note.");
//
// Where the condition does not hold, the sentence goes into the crash report and the process
// aborts: going on would do harm.
#pragma once

#define ER_CHECK(condition, sentence) \
  (static_cast<bool>(condition) ? void() : ::er::EndByFailedCheck(sentence))

namespace er {

// Says `sentence`, with a full stop at its end, and aborts. Use ER_CHECK.
[[noreturn]] void EndByFailedCheck(const char* sentence);

// Says the sentence from now on in the place of a line on stderr. Call it before there are threads.
void ReportFailedChecksWith(void (*report)(const char* sentence));

}  // namespace er
