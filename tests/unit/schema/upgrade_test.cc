#include "schema/upgrade.h"

#include <gtest/gtest.h>

#include "support/value_printing.h"

namespace er::schema {
namespace {

// Its name was "title" until version 1, and "label" in version 1; "note" came with version 2.
const Schema& Thing() {
  static const Schema* const thing =
      new Schema{.version = 2,
                 .upgrades = {{.renamed = {{"title", "label"}}}, {.renamed = {{"label", "name"}}}},
                 .attributes = {{.name = "name", .required = true},
                                {.name = "size", .type = Type::Number(), .optional = true},
                                {.name = "note", .optional = true}}};
  return *thing;
}

TEST(Upgrade, FindsWhatHasBeenRenamed) {
  EXPECT_TRUE(TypeIn(Thing(), 0).attributes().contains("title"));
  EXPECT_TRUE(TypeIn(Thing(), 1).attributes().contains("label"));
  EXPECT_EQ(TypeIn(Thing(), 2), TypeOf(Thing()));
  const Value state = Value::Map{{"name", "a"}, {"size", Number(1.5)}, {"note", Value::Null()}};
  EXPECT_EQ(Upgraded(Thing(), 0, Value::Map{{"title", "a"}, {"size", Number(1.5)}}), state);
  EXPECT_EQ(Upgraded(Thing(), 1, Value::Map{{"label", "a"}, {"size", Number(1.5)}}), state);
}

TEST(Upgrade, LeavesWhatIsOfToday) {
  const Value state = Value::Map{{"name", "a"}, {"size", Value::Null()}, {"note", "n"}};
  EXPECT_EQ(Upgraded(Thing(), 2, state), state);
}

}  // namespace
}  // namespace er::schema
