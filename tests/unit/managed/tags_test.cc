#include "managed/tags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/value_printing.h"

namespace er::managed {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(Tags, OfAResourceComeBeforeTheDefaults) {
  const TagRules rules{.defaults = {{"team", "data"}, {"stage", "test"}}};
  EXPECT_EQ(WithDefaults(rules, Value::Map{{"stage", "live"}, {"a", "b"}}),
            Value(Value::Map{{"a", "b"}, {"stage", "live"}, {"team", "data"}}));
  EXPECT_EQ(WithDefaults(rules, Value::Null()),
            Value(Value::Map{{"stage", "test"}, {"team", "data"}}));
  EXPECT_EQ(WithDefaults(rules, Value::Unknown()), Value::Unknown());
}

TEST(Tags, ThatAreIgnoredAreNotThere) {
  const TagRules rules{.ignored_keys = {"owner"}, .ignored_prefixes = {"k8s/"}};
  const ReadTags read =
      FromService(rules, {{"owner", "x"}, {"owners", "y"}, {"k8s/a", "z"}, {"AWS:b", "w"}}, {});
  EXPECT_THAT(read.all, ElementsAre(Pair("owners", "y")));
  EXPECT_THAT(read.own, ElementsAre(Pair("owners", "y")));
}

// A configuration that sets a tag that is ignored would else have a difference forever.
TEST(Tags, ThatAreIgnoredStayAsTheyWereSet) {
  const TagRules rules{.ignored_keys = {"owner"}};
  const ReadTags read = FromService(rules, {{"owner", "theirs"}}, {{"owner", "mine"}});
  EXPECT_THAT(read.own, ElementsAre(Pair("owner", "mine")));
  EXPECT_THAT(read.all, ElementsAre(Pair("owner", "mine")));
}

TEST(Tags, LikeADefaultAreOwnOnlyWhereTheyWere) {
  const TagRules rules{.defaults = {{"team", "data"}}};
  EXPECT_THAT(FromService(rules, {{"team", "data"}}, {}).own, IsEmpty());
  EXPECT_THAT(FromService(rules, {{"team", "data"}}, {{"team", "data"}}).own,
              ElementsAre(Pair("team", "data")));
  EXPECT_THAT(FromService(rules, {{"team", "other"}}, {}).own, ElementsAre(Pair("team", "other")));
}

TEST(Tags, AreChangedByTheirDifference) {
  const TagRules rules{.ignored_keys = {"owner"}};
  const TagChange change = Difference(rules, {{"a", "1"}, {"b", "2"}, {"c", "3"}, {"owner", "x"}},
                                      {{"a", "1"}, {"b", "4"}, {"d", ""}});
  EXPECT_THAT(change.set, ElementsAre(Pair("b", "4"), Pair("d", "")));
  EXPECT_THAT(change.remove, ElementsAre("c"));
  EXPECT_TRUE(Difference(rules, {{"a", "1"}}, {{"a", "1"}}).empty());
}

}  // namespace
}  // namespace er::managed
