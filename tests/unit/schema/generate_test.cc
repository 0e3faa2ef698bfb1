#include "schema/generate.h"

#include "gtest/gtest.h"
#include "support/value_printing.h"

namespace er::schema {
namespace {

Schema Thing() {
  return {.name = "thing",
          .attributes = {
              {.name = "name", .required = true},
              {.name = "color", .optional = true},
              {.name = "mode", .optional = true, .computed = true, .default_value = Value("slow")},
              {.name = "id", .computed = true},
              {.name = "labels", .type = Type::Map(Type::String()), .optional = true},
              {.name = "parts",
               .nesting = Nesting::kList,
               .attributes = {{.name = "by_name", .optional = true},
                              {.name = "by_arn", .optional = true, .computed = true},
                              {.name = "size", .computed = true}},
               .required = true,
               .at_most_one_of = {"by_name", "by_arn"}},
              {.name = "region", .optional = true, .computed = true}}};
}

TEST(Generated, HasWhatAPersonWouldWrite) {
  const Value state = Value::Map{
      {"name", "a"},
      {"color", "red"},
      {"mode", "slow"},
      {"id", "1"},
      {"labels", Value::Map{}},
      {"parts", Value::List{Value::Map{{"by_name", "b"}, {"by_arn", "arn"}, {"size", "2"}}}},
      {"region", "eu-west-1"}};
  const Value::Map generated = {
      {"name", "a"},
      {"color", "red"},
      {"mode", Value::Null()},
      {"id", Value::Null()},
      {"labels", Value::Null()},
      {"parts", Value::List{Value::Map{
                    {"by_name", "b"}, {"by_arn", Value::Null()}, {"size", Value::Null()}}}},
      {"region", Value::Null()}};
  EXPECT_EQ(Generated(Thing(), state, "eu-west-1"), Value(generated));
}

TEST(Generated, NamesARegionThatIsNotTheProviders) {
  Value state = Value::Map{{"name", "a"}, {"region", "us-east-1"}, {"mode", "fast"}};
  const Value generated = Generated(Thing(), state, "eu-west-1");
  EXPECT_EQ(generated["region"], Value("us-east-1"));
  EXPECT_EQ(generated["mode"], Value("fast"));
}

TEST(Generated, LeavesAnEmptyListThatIsRequired) {
  const Value state = Value::Map{{"name", "a"}, {"parts", Value::List{}}};
  EXPECT_EQ(Generated(Thing(), state, "")["parts"], Value(Value::List{}));
}

}  // namespace
}  // namespace er::schema
