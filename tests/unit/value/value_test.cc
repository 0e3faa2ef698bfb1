#include "value/value.h"

#include <gtest/gtest.h>

#include "support/value_printing.h"
#include "value/diagnostic.h"

namespace er {
namespace {

TEST(ValueTest, NullUnknownEmptyAndAbsentAreFourThings) {
  const Value null;
  const Value unknown = Value::Unknown();
  const Value empty = Value::Map{};
  EXPECT_TRUE(null.IsNull());
  EXPECT_TRUE(unknown.IsUnknown());
  EXPECT_TRUE(empty.IsKnown());
  EXPECT_FALSE(null.IsKnown());
  EXPECT_FALSE(unknown.IsKnown());
  EXPECT_NE(null, unknown);
  EXPECT_NE(null, empty);
  EXPECT_NE(unknown, empty);
  EXPECT_NE(Value(Value::Map{{"a", Value::Null()}}), empty);
  EXPECT_NE(Value(""), null);
  EXPECT_NE(Value(Value::List{}), empty);
}

TEST(ValueTest, WhatIsNotThereReadsAsNull) {
  const Value value = Value::Map{{"a", "x"}};
  EXPECT_EQ(value["a"], Value("x"));
  EXPECT_TRUE(value["b"].IsNull());
  EXPECT_TRUE(value["b"]["c"].IsNull());
  EXPECT_TRUE(Value("text")["a"].IsNull());
  EXPECT_TRUE(Value::Unknown()["a"].IsNull());
}

TEST(ValueTest, IsWhollyKnownOnlyWithNothingUnknownInside) {
  EXPECT_TRUE(Value::Null().IsWhollyKnown());
  EXPECT_TRUE(Value(Value::List{"a", Value::Null()}).IsWhollyKnown());
  EXPECT_FALSE(Value::Unknown().IsWhollyKnown());
  EXPECT_FALSE(Value(Value::List{"a", Value::Unknown()}).IsWhollyKnown());
  EXPECT_FALSE(
      Value(Value::Map{{"a", Value::List{Value::Map{{"b", Value::Unknown()}}}}}).IsWhollyKnown());
  EXPECT_FALSE(Value::Dynamic(Type::String(), Value::Unknown()).IsWhollyKnown());
  EXPECT_TRUE(Value::Dynamic(Type::String(), "a").IsWhollyKnown());
}

TEST(ValueTest, EqualityIsDeep) {
  const auto make = [](const char* leaf) {
    return Value(Value::Map{{"a", Value::List{leaf, Number(1.5), true}}});
  };
  EXPECT_EQ(make("x"), make("x"));
  EXPECT_NE(make("x"), make("y"));
  EXPECT_NE(Value("1"), Value(Number(std::int64_t{1})));
}

TEST(ValueTest, RefinementsDoNotCountForEquality) {
  EXPECT_EQ(Value::Unknown("\x81\x01\xc2"), Value::Unknown());
  EXPECT_EQ(Value::Unknown("\x81\x01\xc2").Refinements(), "\x81\x01\xc2");
}

TEST(ValueTest, ADynamicValueIsItsTypeToo) {
  const Value value = Value::Dynamic(Type::Number(), Number(std::int64_t{1}));
  EXPECT_TRUE(value.IsDynamic());
  EXPECT_EQ(value.DynamicType(), Type::Number());
  EXPECT_EQ(value.DynamicValue(), Value(Number(std::int64_t{1})));
  EXPECT_EQ(value, Value::Dynamic(Type::Number(), Number(std::int64_t{1})));
  EXPECT_NE(Value::Dynamic(Type::List(Type::String()), Value::List{}),
            Value::Dynamic(Type::Set(Type::String()), Value::List{}));
  EXPECT_NE(Value::Dynamic(Type::String(), Value::Null()), Value::Null());
}

TEST(DiagnosticTest, OnlyErrorsAreErrors) {
  Diagnostics diagnostics;
  EXPECT_FALSE(HasError(diagnostics));
  diagnostics.push_back({.severity = Diagnostic::Severity::kWarning, .summary = "Odd"});
  EXPECT_FALSE(HasError(diagnostics));
  diagnostics.push_back({.summary = "Wrong", .path = Path("a")});
  EXPECT_TRUE(HasError(diagnostics));
}

}  // namespace
}  // namespace er
