#include "run/private_data.h"

#include <ostream>

#include "gtest/gtest.h"
#include "unit/run/printing.h"

namespace er::run {
namespace {

struct Row {
  const char* name;
  PrivateData data;
  const char* text;

  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

class PrivateDataWith : public testing::TestWithParam<Row> {};

TEST_P(PrivateDataWith, ComesBackFromItsText) {
  const PrivateData& data = GetParam().data;
  EXPECT_EQ(ToText(data), GetParam().text);
  const PrivateData again = ToPrivateData(ToText(data));
  EXPECT_EQ(again.is_imported, data.is_imported);
  EXPECT_EQ(again.has_own_output, data.has_own_output);
  EXPECT_EQ(again.unfinished_job, data.unfinished_job);
  EXPECT_EQ(again.replaced_job, data.replaced_job);
  EXPECT_EQ(again.planned, data.planned);
  EXPECT_EQ(again.is_destroy, data.is_destroy);
}

INSTANTIATE_TEST_SUITE_P(
    Each, PrivateDataWith,
    testing::Values(
        // Terraform's own: nothing is nothing, and not an empty object.
        Row{"Nothing", {}, ""}, Row{"AnImport", {.is_imported = true}, R"({"imported":true})"},
        Row{"AnOutputOfItsOwn", {.has_own_output = true}, R"({"own_output":true})"},
        Row{"AnUnfinishedJob", {.unfinished_job = "01"}, R"({"unfinished_job":"01"})"},
        Row{"AReplacedJob", {.replaced_job = "01"}, R"({"replaced_job":"01"})"},
        Row{"APlannedCreate",
            {.planned = Settings{.workflow = "wf"}},
            R"({"planned":{"workflow":"wf"}})"},
        Row{"ADestroy", {.is_destroy = true}, R"({"destroy":true})"},
        Row{"AllOfIt",
            {.is_imported = true,
             .has_own_output = true,
             .unfinished_job = "01",
             .replaced_job = "02",
             .planned = Settings{.region = "eu-west-1", .workflow = "wf", .triggers = "ab"},
             .is_destroy = true},
            R"({"destroy":true,"imported":true,"own_output":true,)"
            R"("planned":{"region":"eu-west-1","triggers":"ab","workflow":"wf"},)"
            R"("replaced_job":"02","unfinished_job":"01"})"}),
    [](const auto& row) { return row.param.name; });

TEST(PrivateDataTest, WhatCannotBeReadSaysNothing) {
  for (const char* text :
       {"", "{", "null", "7", "[]", "\"imported\"", "\xff", R"({"imported": 1, "own_output": "yes",
         "unfinished_job": 7, "replaced_job": [], "destroy": null})"}) {
    EXPECT_EQ(ToText(ToPrivateData(text)), "") << text;
  }
  // A create was planned, and what it asks for is not known: it is like no other.
  EXPECT_EQ(ToPrivateData(R"({"planned": 7})").planned, Settings{});
}

}  // namespace
}  // namespace er::run
