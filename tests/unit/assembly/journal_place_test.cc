#include "assembly/journal_place.h"

#include <map>
#include <ostream>

#include "absl/strings/str_cat.h"
#include "aws/settings.h"
#include "gmock/gmock.h"
#include "support/fake_environment.h"

namespace er::assembly {
namespace {

using testing::HasSubstr;

// What stands where JournalPlace keeps it: "folder", "bucket|prefix", or the message.
std::string PlaceOf(Value argument, const std::map<std::string, std::string>& variables = {}) {
  FakeEnvironment environment;
  environment.variables = variables;
  environment.variables["HOME"] = "/home/me";
  const absl::StatusOr<JournalPlace> place =
      ToJournalPlace(Value::Map{{"journal", std::move(argument)}}, environment);
  if (!place.ok()) return std::string(place.status().message());
  std::string text =
      place->folder.empty() ? absl::StrCat(place->bucket, "|", place->prefix) : place->folder;
  return place->is_asked_for ? text : absl::StrCat(text, " by itself");
}

struct Row {
  const char* name;
  const char* text;
  const char* place;

  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

class JournalPlaceOf : public testing::TestWithParam<Row> {};

TEST_P(JournalPlaceOf, TheArgument) { EXPECT_EQ(PlaceOf(GetParam().text), GetParam().place); }

TEST_P(JournalPlaceOf, TheVariable) {
  EXPECT_EQ(PlaceOf(Value::Null(), {{"TF_ENTITYRESOLUTION_JOURNAL", GetParam().text}}),
            GetParam().place);
}

INSTANTIATE_TEST_SUITE_P(
    Each, JournalPlaceOf,
    testing::Values(Row{"NothingAtAll", "", ".terraform/entityresolution-journal by itself"},
                    Row{"AFolder", "/var/journal", "/var/journal"},
                    Row{"ARelativeFolder", "journal/here", "journal/here"},
                    Row{"TheFolderAbove", "../journal", "../journal"},
                    Row{"AFolderAtHome", "~/journal", "/home/me/journal"},
                    Row{"Home", "~", "/home/me"},
                    Row{"AFolderNamedLikeHome", "a~/journal", "a~/journal"},
                    Row{"AFolderWithAColon", "a:b", "a:b"}, Row{"ABucket", "s3://b", "b|"},
                    Row{"ABucketWithASlash", "s3://b/", "b|"}, Row{"APrefix", "s3://b/p", "b|p"},
                    Row{"APrefixWithASlash", "s3://b/p/", "b|p"},
                    Row{"APrefixWithSlashes", "s3://b/p//", "b|p"},
                    Row{"APrefixAfterSlashes", "s3://b//p", "b|p"},
                    Row{"ADeepPrefix", "s3://b/a/b/c", "b|a/b/c"},
                    Row{"APrefixOfAnyCharacters", "s3://my.bucket-1/\u00e4 +%2F?#",
                        "my.bucket-1|\u00e4 +%2F?#"},
                    Row{"APrefixLikeAUrl", "s3://b/s3://c", "b|s3://c"}),
    [](const auto& row) { return row.param.name; });

class NoJournalPlace : public testing::TestWithParam<const char*> {};

TEST_P(NoJournalPlace, IsAnErrorOfWhereItStands) {
  EXPECT_EQ(PlaceOf(GetParam()),
            absl::StrCat("journal is \"", GetParam(),
                         "\", which is neither a folder nor a place in S3 such as "
                         "s3://bucket/prefix"));
  EXPECT_THAT(PlaceOf(Value::Null(), {{"TF_ENTITYRESOLUTION_JOURNAL", GetParam()}}),
              HasSubstr("TF_ENTITYRESOLUTION_JOURNAL is \""));
}

INSTANTIATE_TEST_SUITE_P(Each, NoJournalPlace,
                         testing::Values("S3://b/p", "s3://", "s3:///p",
                                         "https://b.s3.amazonaws.com/p", "http://b", "gs://b/p",
                                         "file:///var/journal", "://"));

TEST(JournalPlaceTest, TheArgumentComesBeforeTheVariable) {
  const std::map<std::string, std::string> variables{{"TF_ENTITYRESOLUTION_JOURNAL", "s3://v"}};
  EXPECT_EQ(PlaceOf("s3://a", variables), "a|");
  EXPECT_EQ(PlaceOf("", variables), "v|");
  EXPECT_EQ(PlaceOf(Value::Null(), variables), "v|");
}

TEST(JournalPlaceTest, AHomeThatIsNotKnownIsAnError) {
  for (const char* text : {"~", "~/journal"}) {
    const absl::Status status =
        ToJournalPlace(Value::Map{{"journal", text}}, FakeEnvironment()).status();
    EXPECT_EQ(std::string(status.message()),
              absl::StrCat("journal is \"", text, "\", but HOME is not set"));
  }
}

TEST(JournalPlaceTest, TheFolderThatIsThereByItselfIsTerraformsOwn) {
  EXPECT_EQ(PlaceOf("", {{"TF_DATA_DIR", "/var/tf"}}),
            "/var/tf/entityresolution-journal by itself");
}

TEST(JournalPlaceTest, AnErrorOfTheArgumentPointsAtIt) {
  FakeEnvironment environment;
  const absl::Status status =
      ToJournalPlace(Value::Map{{"journal", "S3://b"}}, environment).status();
  EXPECT_EQ(aws::ArgumentOf(status), "journal");
  environment.variables["TF_ENTITYRESOLUTION_JOURNAL"] = "S3://b";
  EXPECT_EQ(
      aws::ArgumentOf(ToJournalPlace(Value::Map{{"journal", Value::Null()}}, environment).status()),
      "");
}

}  // namespace
}  // namespace er::assembly
