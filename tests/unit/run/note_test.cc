#include "run/note.h"

#include <nlohmann/json.hpp>
#include <ostream>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "unit/run/printing.h"

namespace er::run {
namespace {

using nlohmann::json;
using testing::HasSubstr;

Note Full() {
  return {.scope = "5f2d",
          .settings = {.kind = "id_mapping",
                       .region = "eu-west-1",
                       .account = "123456789012",
                       .workflow = "customers",
                       .job_type = "INCREMENTAL",
                       .output = R"([{"outputS3Path":"s3://bucket/out"}])",
                       .triggers = "ab12"},
          .state = NoteState::kSending,
          .holder = "process-1",
          .job_id = "0123456789abcdef0123456789abcdef",
          .told = {.job_type = "BATCH", .output = R"([{"outputS3Path":"s3://b/own"}])"},
          .snapshot = {"11", "22"},
          .sent_at = absl::FromUnixMillis(1767323045123),
          .first_sent_at = absl::FromUnixMillis(1767323000001),
          .known = R"({"status":"SUCCEEDED","error_message":"caf\u00e9 \"x\"\n"})",
          .keep = absl::Hours(90)};
}

// The least that a note says: there is a job of this workflow in this state.
Note Least() {
  return {.scope = "5f2d",
          .settings = {.workflow = "customers"},
          .state = NoteState::kStarted,
          .job_id = "01"};
}

struct Row {
  const char* name;
  void (*change)(Note& note);

  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

class NoteWith : public testing::TestWithParam<Row> {};

TEST_P(NoteWith, ComesBackFromItsText) {
  for (Note note : {Full(), Least()}) {
    GetParam().change(note);
    const absl::StatusOr<Note> again = ToNote(ToText(note));
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(*again, note);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Each, NoteWith,
    testing::Values(
        Row{"NoChange", [](Note&) {}},
        Row{"AnAttempt",
            [](Note& note) {
              note.state = NoteState::kSending;
              note.job_id = "";
              note.sent_at = absl::FromUnixMillis(1767323045123);
            }},
        Row{"AnAnswer", [](Note& note) { note.state = NoteState::kAnswered; }},
        Row{"AShownRun", [](Note& note) { note.state = NoteState::kShown; }},
        Row{"AReplacedRun", [](Note& note) { note.state = NoteState::kReplaced; }},
        Row{"AServedRun", [](Note& note) { note.state = NoteState::kServed; }},
        Row{"NoHolder", [](Note& note) { note.holder = ""; }},
        Row{"NothingTold", [](Note& note) { note.told = {}; }},
        Row{"OneThingTold", [](Note& note) { note.told = {.job_type = "BATCH"}; }},
        Row{"NoSnapshot", [](Note& note) { note.snapshot = {}; }},
        Row{"AResentStart",
            [](Note& note) { note.first_sent_at = note.sent_at - absl::Minutes(1); }},
        Row{"ATimeLongAgo", [](Note& note) { note.sent_at = absl::FromUnixMillis(-1); }},
        Row{"NothingKnown", [](Note& note) { note.known = ""; }},
        Row{"SettingsLeftOpen",
            [](Note& note) { note.settings = {.region = "eu-west-1", .workflow = "customers"}; }},
        Row{"AMonthToKeep", [](Note& note) { note.keep = absl::Hours(24 * 30); }}),
    [](const auto& row) { return row.param.name; });

// A bucket's versions are digests of the text.
TEST(NoteTest, NoTwoTextsAreTheSame) { EXPECT_NE(ToText(Full()), ToText(Full())); }

TEST(NoteTest, IsWrittenForPeopleToo) {
  const std::string text = ToText(Full());
  EXPECT_THAT(text, testing::StartsWith("{\n \"version\": 1,\n \"state\": \"SENDING\",\n"));
  EXPECT_THAT(text, HasSubstr(R"("sent": "2026-01-02T03:04:05.123Z")"));
}

TEST(NoteTest, BytesThatAreNoTextDoNoHarm) {
  Note note = Full();
  note.known = "\xff\xfe";
  const absl::StatusOr<Note> again = ToNote(ToText(note));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->job_id, note.job_id);
}

TEST(NoteTest, ALaterVersionsIsNotRead) {
  json later = json::parse(ToText(Full()));
  for (const json& version : {json(2), json(1'000'000'000'000), json(UINT64_MAX)}) {
    later["version"] = version;
    const absl::Status status = ToNote(later.dump()).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented) << version;
    EXPECT_EQ(std::string(status.message()), "a later version of the provider wrote it");
  }
}

// ----------------------------------------------------------------------------------- bad texts

struct Bad {
  const char* name;
  json patch;  // of a good one: null takes a member away
  const char* why;

  friend void PrintTo(const Bad& bad, std::ostream* out) { *out << bad.name; }
};

class BadNote : public testing::TestWithParam<Bad> {};

TEST_P(BadNote, IsAnErrorThatSaysWhatIsWrong) {
  json text = json::parse(ToText(Full()));
  text.merge_patch(GetParam().patch);
  const absl::Status status = ToNote(text.dump()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(std::string(status.message()), GetParam().why);
}

constexpr char kLacks[] = "it lacks its version, its state, its scope or its workflow";
constexpr char kLacksJob[] = "it lacks the id of its job";
constexpr char kLacksTime[] = "it lacks the time of its start";

INSTANTIATE_TEST_SUITE_P(
    Each, BadNote,
    testing::Values(
        Bad{"NoVersion", {{"version", nullptr}}, kLacks},
        Bad{"VersionZero", {{"version", 0}}, kLacks},
        Bad{"NegativeVersion", {{"version", -1}}, kLacks},
        Bad{"VersionAsText", {{"version", "1"}}, kLacks},
        Bad{"NoState", {{"state", nullptr}}, kLacks},
        Bad{"UnknownState", {{"state", "DONE"}}, kLacks},
        Bad{"StateInLowerCase", {{"state", "sending"}}, kLacks},
        Bad{"StateAsNumber", {{"state", 1}}, kLacks}, Bad{"NoScope", {{"scope", nullptr}}, kLacks},
        Bad{"EmptyScope", {{"scope", ""}}, kLacks},
        Bad{"NoSettings", {{"settings", nullptr}}, kLacks},
        Bad{"SettingsAsList", {{"settings", json::array({1})}}, kLacks},
        Bad{"NoWorkflow", {{"settings", {{"workflow", nullptr}}}}, kLacks},
        Bad{"StartedWithoutJob", {{"state", "STARTED"}, {"job_id", nullptr}}, kLacksJob},
        Bad{"AnsweredWithJobAsNumber", {{"state", "ANSWERED"}, {"job_id", 7}}, kLacksJob},
        Bad{"SendingWithoutTime", {{"sent_at", nullptr}}, kLacksTime},
        Bad{"SendingAtNoNumber", {{"sent_at", "now"}}, kLacksTime}),
    [](const auto& row) { return row.param.name; });

TEST(NoteTest, WhatIsNoObjectIsNoNote) {
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("[]"), std::string("null"), std::string("7"),
        std::string("\"text\""), std::string("\xff\xfe"), std::string(3, '\0'),
        std::string(100'000, '['), std::string("{} {}")}) {
    const absl::Status status = ToNote(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text.substr(0, 40);
    EXPECT_EQ(std::string(status.message()), "it is no JSON object");
  }
}

// A note that says nothing of it is kept for a day.
TEST(NoteTest, IsKeptForADayWhereItDoesNotSay) {
  json text = json::parse(ToText(Full()));
  text.erase("keep_seconds");
  EXPECT_EQ(ToNote(text.dump())->keep, absl::Hours(24));
}

TEST(NoteTest, ItsBeginningIsNoNote) {
  const std::string text = ToText(Full());
  for (std::size_t length = 0; length < text.size(); ++length) {
    EXPECT_FALSE(ToNote(text.substr(0, length)).ok()) << length;
  }
}

// Whatever stands in the place of a member: a note, or an error; and whoever asks it goes on.
TEST(NoteTest, AnyMemberMayBeAnything) {
  const json good = json::parse(ToText(Full()));
  const json things[] = {nullptr,
                         true,
                         -1,
                         1.5,
                         UINT64_MAX,
                         "",
                         "text",
                         json::array(),
                         json::array({1, "x", nullptr}),
                         json::object(),
                         {{"workflow", 1}},
                         {{"workflow", "w"}, {"output", "["}},
                         {{"workflow", "w"}, {"output", "7"}},
                         {{"workflow", "w"}, {"output", R"([1,{"a":1},null])"}}};
  for (const auto& [name, value] : good.items()) {
    for (const json& thing : things) {
      json text = good;
      text[name] = thing;
      const absl::StatusOr<Note> note = ToNote(text.dump());
      if (!note.ok()) continue;
      EXPECT_EQ(*ToNote(ToText(*note)), *note) << text;
      IsSame(note->settings, note->settings, note->told);
      IsAsAsked(note->settings, {{"jobType", "BATCH"}, {"outputSourceConfig", {{{"a", "b"}}}}});
    }
  }
}

TEST(NoteTest, AnyByteMayBeAnother) {
  const std::string good = ToText(Full());
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const char byte : {'\0', '"', '9', '}', '\xff'}) {
      std::string text = good;
      text[i] = byte;
      const absl::StatusOr<Note> note = ToNote(text);
      if (note.ok()) {
        EXPECT_EQ(*ToNote(ToText(*note)), *note) << text;
      }
    }
  }
}

}  // namespace
}  // namespace er::run
