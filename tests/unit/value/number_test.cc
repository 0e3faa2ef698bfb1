#include "value/number.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "support/value_printing.h"

namespace er {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(NumberTest, HasOneTextForEachDecimal) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"0", "0"},
      {"-0", "0"},
      {"0.000", "0"},
      {"-0e99", "0"},
      {"0e99999999999999999999", "0"},
      {"7", "7"},
      {"-7", "-7"},
      {"0.10", "0.1"},
      {"1.50", "1.5"},
      {"-1.5", "-1.5"},
      {"100", "100"},
      {"100.0", "100"},
      {"10.01", "10.01"},
      {"1e5", "100000"},
      {"1E+5", "100000"},
      {"1.25e1", "12.5"},
      {"1.25e2", "125"},
      {"1.25e3", "1250"},
      {"1.25e-3", "0.00125"},
      {"120e-1", "12"},
      {"120e-3", "0.12"},
      {"0.00012e4", "1.2"},
      {"12345678901234567890123", "12345678901234567890123"},
      {"0.1234567890123456789012345", "0.1234567890123456789012345"},
      {"Infinity", "Infinity"},
      {"+Infinity", "Infinity"},
      {"-Infinity", "-Infinity"},
  };
  for (const auto& [text, canonical] : rows) {
    const absl::StatusOr<Number> number = Number::Parse(text);
    ASSERT_TRUE(number.ok()) << text;
    EXPECT_EQ(number->text(), canonical) << text;
    EXPECT_EQ(Number::Parse(canonical)->text(), canonical);
  }
}

TEST(NumberTest, RefusesWhatIsNoNumber) {
  for (const std::string text :
       {"", "-", "+1", "01", "-01", ".5", "5.", "1e", "1e+", "1e5.0", " 1", "1 ", "1,5", "0x10",
        "1_000", "NaN", "inf", "infinity", "--Infinity"}) {
    EXPECT_EQ(Number::Parse(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
  EXPECT_FALSE(Number::Parse(absl::string_view("1\0", 2)).ok());
}

TEST(NumberTest, WritesOutNoMoreZerosThanIsReasonable) {
  EXPECT_EQ(Number::Parse("1e4095")->text().size(), 4096u);
  EXPECT_FALSE(Number::Parse("1e4096").ok());
  EXPECT_TRUE(Number::Parse("1e-4095").ok());
  EXPECT_FALSE(Number::Parse("1e-4097").ok());
  EXPECT_FALSE(Number::Parse("1e99999999999999999999").ok());
  EXPECT_FALSE(Number::Parse("1e-99999999999999999999").ok());
  EXPECT_FALSE(Number::Parse("1e2147483647").ok());
  // Digits that are there already cost nothing more.
  EXPECT_EQ(Number::Parse(std::string(5000, '9'))->text().size(), 5000u);
}

TEST(NumberTest, TakesIntegersOfAllSizes) {
  EXPECT_EQ(Number(std::int64_t{0}).text(), "0");
  EXPECT_EQ(Number(std::numeric_limits<std::int64_t>::min()).text(), "-9223372036854775808");
  EXPECT_EQ(Number(std::numeric_limits<std::uint64_t>::max()).text(), "18446744073709551615");
}

TEST(NumberTest, GivesIntegersBackWhereTheyFit) {
  EXPECT_EQ(Number::Parse("9223372036854775807")->ToInt64(),
            std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(Number::Parse("-9223372036854775808")->ToInt64(),
            std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(Number::Parse("1e3")->ToInt64(), 1000);
  EXPECT_EQ(Number::Parse("9223372036854775808")->ToInt64(), std::nullopt);
  EXPECT_EQ(Number::Parse("1.5")->ToInt64(), std::nullopt);
  EXPECT_EQ(Number::Parse("Infinity")->ToInt64(), std::nullopt);
}

TEST(NumberTest, MeansByADoubleTheShortestDecimalThatReadsBackAsIt) {
  EXPECT_EQ(Number(0.1).text(), "0.1");
  EXPECT_EQ(Number(-0.0).text(), "0");
  EXPECT_EQ(Number(1e21).text(), "1000000000000000000000");
  EXPECT_EQ(Number(1e23).text(), "100000000000000000000000");
  EXPECT_EQ(Number(kInfinity).text(), "Infinity");
  EXPECT_EQ(Number(-kInfinity).text(), "-Infinity");
}

TEST(NumberTest, KnowsEveryDigitOfADouble) {
  EXPECT_EQ(Number::Exactly(0.5).text(), "0.5");
  EXPECT_EQ(Number::Exactly(0.1).text(),
            "0.1000000000000000055511151231257827021181583404541015625");
  EXPECT_EQ(Number::Exactly(1e23).text(), "99999999999999991611392");
  EXPECT_EQ(Number::Exactly(-0.0).text(), "0");
  EXPECT_EQ(Number::Exactly(std::numeric_limits<double>::max()).text().size(), 309u);
  EXPECT_EQ(Number::Exactly(std::numeric_limits<double>::denorm_min()).text().size(), 1076u);
  EXPECT_EQ(Number::Exactly(kInfinity).text(), "Infinity");
}

TEST(NumberTest, IsADoubleOnlyWhereNothingIsLost) {
  EXPECT_EQ(Number::Parse("0.5")->ToExactDouble(), 0.5);
  EXPECT_EQ(Number::Parse("-1024.25")->ToExactDouble(), -1024.25);
  EXPECT_EQ(Number::Parse("9007199254740992")->ToExactDouble(), 9007199254740992.0);
  EXPECT_EQ(Number::Parse("0")->ToExactDouble(), 0.0);
  EXPECT_EQ(Number::Parse("Infinity")->ToExactDouble(), kInfinity);
  EXPECT_EQ(Number::Parse("-Infinity")->ToExactDouble(), -kInfinity);

  EXPECT_EQ(Number::Parse("0.1")->ToExactDouble(), std::nullopt);
  EXPECT_EQ(Number::Parse("9007199254740993")->ToExactDouble(), std::nullopt);
  EXPECT_EQ(Number::Parse("1e400")->ToExactDouble(), std::nullopt);
  EXPECT_EQ(Number::Parse("1e-400")->ToExactDouble(), std::nullopt);
}

TEST(NumberTest, EveryDoubleIsExactlyItself) {
  for (const double value : {0.1, 1e-310, 5e-324, 1.7976931348623157e308, 3.141592653589793,
                             -2.2250738585072014e-308, 123456789.125}) {
    EXPECT_EQ(Number::Exactly(value).ToExactDouble(), value);
  }
}

TEST(NumberTest, IsFiniteUnlessItSaysOtherwise) {
  EXPECT_TRUE(Number(0.5).IsFinite());
  EXPECT_FALSE(Number(kInfinity).IsFinite());
  EXPECT_FALSE(Number(std::nan("")).IsFinite());
}

TEST(NumberTest, EqualDecimalsAreEqual) {
  EXPECT_EQ(*Number::Parse("1.50"), Number(1.5));
  EXPECT_EQ(*Number::Parse("1e0"), Number(std::int64_t{1}));
  EXPECT_NE(*Number::Parse("1.51"), Number(1.5));
}

}  // namespace
}  // namespace er
