#include "value/msgpack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_replace.h"
#include "any_value.h"
#include "support/value_printing.h"

namespace er {
namespace {

using ::testing::HasSubstr;

std::string Hex(absl::string_view digits) {
  return absl::HexStringToBytes(absl::StrReplaceAll(digits, {{" ", ""}}));
}

Type TypeOf(absl::string_view json) { return *Type::FromJson(json); }

Value Decimal(absl::string_view text) { return *Number::Parse(text); }

std::string Text(std::size_t size) { return std::string(size, 'x'); }

struct Example {
  std::string name;
  std::string bytes;
  std::string type;
  Value value;
};

void PrintTo(const Example& example, std::ostream* out) {
  *out << example.type << ' ' << absl::BytesToHexString(example.bytes.substr(0, 64));
}

template <typename Row>
std::string NameOf(const testing::TestParamInfo<Row>& info) {
  return info.param.name;
}

const char kString[] = R"("string")";
const char kNumber[] = R"("number")";
const char kBool[] = R"("bool")";
const char kDynamic[] = R"("dynamic")";
const char kStrings[] = R"(["list","string"])";
const char kMap[] = R"(["map","number"])";
const char kObject[] = R"(["object",{"a":"string","b":"number"}])";
const char kTuple[] = R"(["tuple",["string","bool"]])";

// What Terraform sends, byte by byte; it has to go back like that.
class SameBothWays : public testing::TestWithParam<Example> {};

TEST_P(SameBothWays, DecodesAndEncodes) {
  const Type type = TypeOf(GetParam().type);
  const absl::StatusOr<Value> value = DecodeMsgpack(GetParam().bytes, type);
  ASSERT_TRUE(value.ok()) << value.status();
  EXPECT_EQ(*value, GetParam().value);

  const absl::StatusOr<std::string> bytes = EncodeMsgpack(GetParam().value, type);
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  EXPECT_EQ(absl::BytesToHexString(*bytes), absl::BytesToHexString(GetParam().bytes));
}

const Example kBothWays[] = {
    {"NullString", Hex("c0"), kString, Value::Null()},
    {"NullList", Hex("c0"), kStrings, Value::Null()},
    {"NullObject", Hex("c0"), kObject, Value::Null()},
    {"NullDynamic", Hex("c0"), kDynamic, Value::Null()},
    {"UnknownString", Hex("d4 00 00"), kString, Value::Unknown()},
    {"UnknownObject", Hex("d4 00 00"), kObject, Value::Unknown()},
    {"UnknownDynamic", Hex("d4 00 00"), kDynamic, Value::Unknown()},
    {"UnknownNotNull", Hex("c7 03 0c 81 01 c2"), kString, Value::Unknown(Hex("81 01 c2"))},
    {"UnknownWithPrefix", Hex("c7 09 0c 82 01 c2 02 a4 70 72 65 2d"), kString,
     Value::Unknown(Hex("82 01 c2 02 a4 70 72 65 2d"))},
    {"UnknownFromZero", Hex("c7 07 0c 82 01 c2 03 92 00 c3"), kNumber,
     Value::Unknown(Hex("82 01 c2 03 92 00 c3"))},
    {"UnknownUpTo200", Hex("d7 0c 82 01 c2 04 92 cc c8 c2"), kNumber,
     Value::Unknown(Hex("82 01 c2 04 92 cc c8 c2"))},
    {"UnknownLength", Hex("c7 07 0c 83 01 c2 05 01 06 05"), kStrings,
     Value::Unknown(Hex("83 01 c2 05 01 06 05"))},
    {"False", Hex("c2"), kBool, false},
    {"True", Hex("c3"), kBool, true},
    {"EmptyText", Hex("a0"), kString, ""},
    {"ShortText", Hex("a3") + "abc", kString, "abc"},
    {"Text31", Hex("bf") + Text(31), kString, Text(31)},
    {"Text32", Hex("d9 20") + Text(32), kString, Text(32)},
    {"Text255", Hex("d9 ff") + Text(255), kString, Text(255)},
    {"Text256", Hex("da 01 00") + Text(256), kString, Text(256)},
    {"Text65535", Hex("da ff ff") + Text(65535), kString, Text(65535)},
    {"Text65536", Hex("db 00 01 00 00") + Text(65536), kString, Text(65536)},
    {"TextBeyondAscii", Hex("a6 c3 a9 f0 9f 8c 8d"), kString, "\xC3\xA9\xF0\x9F\x8C\x8D"},
    {"TextWithNul", Hex("a3 61 00 62"), kString, std::string("a\0b", 3)},
    {"Number0", Hex("00"), kNumber, Decimal("0")},
    {"Number127", Hex("7f"), kNumber, Decimal("127")},
    {"Number128", Hex("cc 80"), kNumber, Decimal("128")},
    {"Number255", Hex("cc ff"), kNumber, Decimal("255")},
    {"Number256", Hex("cd 01 00"), kNumber, Decimal("256")},
    {"Number65535", Hex("cd ff ff"), kNumber, Decimal("65535")},
    {"Number65536", Hex("ce 00 01 00 00"), kNumber, Decimal("65536")},
    {"Number32Bits", Hex("ce ff ff ff ff"), kNumber, Decimal("4294967295")},
    {"Number33Bits", Hex("cf 00 00 00 01 00 00 00 00"), kNumber, Decimal("4294967296")},
    {"Number63Bits", Hex("cf 7f ff ff ff ff ff ff ff"), kNumber, Decimal("9223372036854775807")},
    {"Number64Bits", Hex("b3") + "9223372036854775808", kNumber, Decimal("9223372036854775808")},
    {"NumberMinus1", Hex("ff"), kNumber, Decimal("-1")},
    {"NumberMinus32", Hex("e0"), kNumber, Decimal("-32")},
    {"NumberMinus33", Hex("d0 df"), kNumber, Decimal("-33")},
    {"NumberMinus128", Hex("d0 80"), kNumber, Decimal("-128")},
    {"NumberMinus129", Hex("d1 ff 7f"), kNumber, Decimal("-129")},
    {"NumberMinus32768", Hex("d1 80 00"), kNumber, Decimal("-32768")},
    {"NumberMinus32769", Hex("d2 ff ff 7f ff"), kNumber, Decimal("-32769")},
    {"NumberMinus31Bits", Hex("d2 80 00 00 00"), kNumber, Decimal("-2147483648")},
    {"NumberMinus32Bits", Hex("d3 ff ff ff ff 7f ff ff ff"), kNumber, Decimal("-2147483649")},
    {"NumberMinus63Bits", Hex("d3 80 00 00 00 00 00 00 00"), kNumber,
     Decimal("-9223372036854775808")},
    {"NumberHalf", Hex("cb 3f e0 00 00 00 00 00 00"), kNumber, Decimal("0.5")},
    {"NumberTenth", Hex("a3") + "0.1", kNumber, Decimal("0.1")},
    {"NumberTenthOfADouble", Hex("cb 3f b9 99 99 99 99 99 9a"), kNumber, Number::Exactly(0.1)},
    {"NumberOf23Digits", Hex("b7") + "12345678901234567890123", kNumber,
     Decimal("12345678901234567890123")},
    {"Infinity", Hex("cb 7f f0 00 00 00 00 00 00"), kNumber, Decimal("Infinity")},
    {"MinusInfinity", Hex("cb ff f0 00 00 00 00 00 00"), kNumber, Decimal("-Infinity")},
    {"EmptyList", Hex("90"), kStrings, Value::List{}},
    {"List", Hex("93 a1 61 c0 d4 00 00"), kStrings,
     Value::List{"a", Value::Null(), Value::Unknown()}},
    {"List15", Hex("9f") + std::string(15, '\xA0'), kStrings, Value::List(15, Value(""))},
    {"List16", Hex("dc 00 10") + std::string(16, '\xA0'), kStrings, Value::List(16, Value(""))},
    {"List65536", Hex("dd 00 01 00 00") + std::string(65536, '\xA0'), kStrings,
     Value::List(65536, Value(""))},
    {"Set", Hex("92 a1 61 a1 62"), R"(["set","string"])", Value::List{"a", "b"}},
    {"EmptyMap", Hex("80"), kMap, Value::Map{}},
    {"Map", Hex("82 a0 01 a1 6b c0"), kMap, Value::Map{{"", Decimal("1")}, {"k", Value::Null()}}},
    {"EmptyTuple", Hex("90"), R"(["tuple",[]])", Value::List{}},
    {"Tuple", Hex("92 a1 61 c3"), kTuple, Value::List{"a", true}},
    {"EmptyObject", Hex("80"), R"(["object",{}])", Value::Map{}},
    {"Object", Hex("82 a1 61 a1 78 a1 62 01"), kObject,
     Value::Map{{"a", "x"}, {"b", Decimal("1")}}},
    {"ObjectOfNulls", Hex("82 a1 61 c0 a1 62 c0"), kObject,
     Value::Map{{"a", Value::Null()}, {"b", Value::Null()}}},
    {"DynamicString", Hex("92 c4 08") + R"("string")" + Hex("a1 61"), kDynamic,
     Value::Dynamic(Type::String(), "a")},
    {"DynamicTypedNull", Hex("92 c4 08") + R"("string")" + Hex("c0"), kDynamic,
     Value::Dynamic(Type::String(), Value::Null())},
    {"DynamicTypedUnknown", Hex("92 c4 08") + R"("string")" + Hex("d4 00 00"), kDynamic,
     Value::Dynamic(Type::String(), Value::Unknown())},
    {"DynamicEmptyTuple", Hex("92 c4 0c") + R"(["tuple",[]])" + Hex("90"), kDynamic,
     Value::Dynamic(Type::Tuple({}), Value::List{})},
    {"DynamicBlocks",
     Hex("92 c4 25") + R"(["tuple",[["object",{"a":"number"}]]])" + Hex("91 81 a1 61 01"), kDynamic,
     Value::Dynamic(Type::Tuple({Type::Object({{"a", Type::Number()}})}),
                    Value::List{Value::Map{{"a", Decimal("1")}}})},
    {"ListOfDynamic", Hex("92 92 c4 06") + R"("bool")" + Hex("c3 d4 00 00"),
     R"(["list","dynamic"])", Value::List{Value::Dynamic(Type::Bool(), true), Value::Unknown()}},
};
INSTANTIATE_TEST_SUITE_P(Msgpack, SameBothWays, testing::ValuesIn(kBothWays), NameOf<Example>);

// The bytes of each example, but of the long ones, which repeat themselves, only the beginning.
std::size_t BytesWorthTrying(const Example& example) {
  return std::min<std::size_t>(example.bytes.size(), example.bytes.size() > 512 ? 16 : 512);
}

TEST(MsgpackTest, RefusesAMessageWhereverItIsCutOff) {
  for (const Example& example : kBothWays) {
    for (std::size_t size = 0; size < BytesWorthTrying(example); ++size) {
      const absl::Status status =
          DecodeMsgpack(example.bytes.substr(0, size), TypeOf(example.type)).status();
      EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << example.name << ' ' << size;
    }
  }
}

TEST(MsgpackTest, RefusesAMessageWithAByteMore) {
  for (const Example& example : kBothWays) {
    EXPECT_FALSE(DecodeMsgpack(example.bytes + '\xC0', TypeOf(example.type)).ok()) << example.name;
  }
}

TEST(MsgpackTest, ReadsAValueOrRefusesWhicheverByteChanges) {
  for (const Example& example : kBothWays) {
    if (example.bytes.size() > 512) continue;
    const Type type = TypeOf(example.type);
    for (std::size_t i = 0; i < example.bytes.size(); ++i) {
      std::string bytes = example.bytes;
      for (int byte = 0; byte < 256; ++byte) {
        bytes[i] = static_cast<char>(byte);
        const absl::StatusOr<Value> value = DecodeMsgpack(bytes, type);
        if (!value.ok()) continue;
        const absl::StatusOr<std::string> again = EncodeMsgpack(*value, type);
        ASSERT_TRUE(again.ok()) << absl::BytesToHexString(bytes) << ": " << again.status();
        EXPECT_EQ(*DecodeMsgpack(*again, type), *value) << absl::BytesToHexString(bytes);
      }
    }
  }
}

// Forms that Terraform does not send, but its format allows.
class ReadToo : public testing::TestWithParam<Example> {};

TEST_P(ReadToo, Decodes) {
  const absl::StatusOr<Value> value = DecodeMsgpack(GetParam().bytes, TypeOf(GetParam().type));
  ASSERT_TRUE(value.ok()) << value.status();
  EXPECT_EQ(*value, GetParam().value);
}

const Example kReadToo[] = {
    {"Bin8AsText", Hex("c4 01 61"), kString, "a"},
    {"Bin16AsText", Hex("c5 00 01 61"), kString, "a"},
    {"Bin32AsText", Hex("c6 00 00 00 01 61"), kString, "a"},
    {"Str8", Hex("d9 01 61"), kString, "a"},
    {"Str16", Hex("da 00 01 61"), kString, "a"},
    {"Str32", Hex("db 00 00 00 01 61"), kString, "a"},
    {"Int8", Hex("d0 01"), kNumber, Decimal("1")},
    {"Int16", Hex("d1 00 01"), kNumber, Decimal("1")},
    {"Int32", Hex("d2 00 00 00 01"), kNumber, Decimal("1")},
    {"Int64", Hex("d3 00 00 00 00 00 00 00 01"), kNumber, Decimal("1")},
    {"Uint8", Hex("cc 01"), kNumber, Decimal("1")},
    {"Uint64", Hex("cf ff ff ff ff ff ff ff ff"), kNumber, Decimal("18446744073709551615")},
    {"Float32", Hex("ca 3f 00 00 00"), kNumber, Decimal("0.5")},
    {"Float32Infinity", Hex("ca 7f 80 00 00"), kNumber, Decimal("Infinity")},
    {"FloatThatIsWhole", Hex("cb 40 08 00 00 00 00 00 00"), kNumber, Decimal("3")},
    {"FloatMinusZero", Hex("cb 80 00 00 00 00 00 00 00"), kNumber, Decimal("0")},
    {"TextAsNumber", Hex("a2") + "10", kNumber, Decimal("10")},
    {"BinAsNumber", Hex("c4 03") + "1.5", kNumber, Decimal("1.5")},
    {"TextWithExponentAsNumber", Hex("a3") + "1e3", kNumber, Decimal("1000")},
    {"Array16", Hex("dc 00 01 a1 61"), kStrings, Value::List{"a"}},
    {"Array32", Hex("dd 00 00 00 01 a1 61"), kStrings, Value::List{"a"}},
    {"Map16", Hex("de 00 01 a1 61 01"), kMap, Value::Map{{"a", Decimal("1")}}},
    {"Map32", Hex("df 00 00 00 01 a1 61 01"), kMap, Value::Map{{"a", Decimal("1")}}},
    {"MapWithBinKey", Hex("81 c4 01 61 01"), kMap, Value::Map{{"a", Decimal("1")}}},
    {"ObjectInAnyOrder", Hex("82 a1 62 01 a1 61 a1 78"), kObject,
     Value::Map{{"a", "x"}, {"b", Decimal("1")}}},
    {"UnknownOfNoBytes", Hex("c7 00 00"), kString, Value::Unknown()},
    {"UnknownOfAnotherType", Hex("d4 63 ff"), kString, Value::Unknown()},
    {"UnknownRefinedByOneByte", Hex("d4 0c 80"), kString, Value::Unknown()},
    {"UnknownInExt16", Hex("c8 00 03 0c 81 01 c2"), kString, Value::Unknown()},
    {"UnknownInExt32", Hex("c9 00 00 00 03 0c 81 01 c2"), kString, Value::Unknown()},
    {"UnknownInFixExt4", Hex("d6 0c 81 05 d0 01"), kStrings, Value::Unknown()},
    {"UnknownWithARefinementOfTheFuture", Hex("c7 09 0c 81 63 93 01 81 a1 61 c0 c2"), kString,
     Value::Unknown()},
    {"DynamicWithTextForAType", Hex("92 a8") + R"("string")" + Hex("a1 61"), kDynamic,
     Value::Dynamic(Type::String(), "a")},
    {"DynamicInDynamic",
     Hex("92 c4 09") + R"("dynamic")" + Hex("92 c4 08") + R"("string")" + Hex("a1 61"), kDynamic,
     Value::Dynamic(Type::String(), "a")},
};
INSTANTIATE_TEST_SUITE_P(Msgpack, ReadToo, testing::ValuesIn(kReadToo), NameOf<Example>);

struct Fault {
  std::string name;
  std::string bytes;
  std::string type;
  std::string message;
};

void PrintTo(const Fault& fault, std::ostream* out) {
  *out << fault.type << ' ' << absl::BytesToHexString(fault.bytes.substr(0, 64));
}

class Refused : public testing::TestWithParam<Fault> {};

TEST_P(Refused, SaysWhereAndWhy) {
  const absl::Status status = DecodeMsgpack(GetParam().bytes, TypeOf(GetParam().type)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().message));
}

// Payload of an extension of type 12 with a length in 16 bits.
std::string Refined(const std::string& payload) {
  return Hex("c8") + static_cast<char>(payload.size() >> 8) + static_cast<char>(payload.size()) +
         Hex("0c") + payload;
}

std::string Repeated(std::size_t count, const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < count; ++i) result += text;
  return result;
}

const Fault kFaults[] = {
    {"Nothing", "", kString, "ends early"},
    {"UnusedByte", Hex("c1"), kString, "0xc1"},
    {"Trailing", Hex("a1 61 00"), kString, "superfluous bytes after the value"},
    {"NumberForText", Hex("01"), kString, "not of type string"},
    {"TextForBool", Hex("a4") + "true", kBool, "not of type bool"},
    {"NumberForBool", Hex("01"), kBool, "not of type bool"},
    {"BoolForNumber", Hex("c3"), kNumber, "not of type number"},
    {"WordForNumber", Hex("a3") + "one", kNumber, "not a decimal number"},
    {"NaN64", Hex("cb 7f f8 00 00 00 00 00 00"), kNumber, "NaN"},
    {"NaN32", Hex("ca 7f c0 00 00"), kNumber, "NaN"},
    {"NaNText", Hex("a3") + "NaN", kNumber, "not a decimal number"},
    {"HugeExponent", Hex("a9") + "1e9999999", kNumber, "too large"},
    {"MapForList", Hex("80"), kStrings, "not of type list of string"},
    {"ListForMap", Hex("90"), kMap, "not of type map of number"},
    {"ListForObject", Hex("90"), kObject, "not of type object"},
    {"WrongElement", Hex("92 a1 61 01"), kStrings, "[1]: not of type string"},
    {"WrongMapElement", Hex("81 a1 6b c3"), kMap, R"(["k"]: not of type number)"},
    {"WrongDeepInside", Hex("81 a1 61 91 81 a1 62 81 a1 6b 07"),
     R"(["object",{"a":["list",["object",{"b":["map","string"]}]]}])",
     R"(a[0].b["k"]: not of type string)"},
    {"ShortTuple", Hex("91 a1 61"), kTuple, "a tuple of 2 is required, not of 1"},
    {"LongTuple", Hex("93 a1 61 c3 c3"), kTuple, "a tuple of 2 is required, not of 3"},
    {"MissingAttribute", Hex("81 a1 61 c0"), kObject,
     "an object of 2 attributes is required, not of 1"},
    {"EmptyMapForObject", Hex("80"), kObject, "an object of 2 attributes is required, not of 0"},
    {"SuperfluousAttribute", Hex("83 a1 61 c0 a1 62 c0 a1 63 c0"), kObject, "not of 3"},
    {"StrangeAttribute", Hex("82 a1 61 c0 a1 63 c0"), kObject, "c: there is no such attribute"},
    {"AttributeTwice", Hex("82 a1 61 c0 a1 61 c0"), kObject, "a: comes twice"},
    {"KeyTwice", Hex("82 a1 6b 01 a1 6b 02"), kMap, R"(["k"]: comes twice)"},
    {"KeyIsANumber", Hex("81 01 01"), kMap, "a key that is not text"},
    {"KeyIsNull", Hex("81 c0 01"), kMap, "a key that is not text"},
    {"InvalidUtf8", Hex("a1 ff"), kString, "not valid UTF-8"},
    {"OverlongUtf8", Hex("a2 c0 80"), kString, "not valid UTF-8"},
    {"SurrogateInUtf8", Hex("a3 ed a0 80"), kString, "not valid UTF-8"},
    {"HalfACharacter", Hex("a1 c3"), kString, "not valid UTF-8"},
    {"InvalidUtf8InBin", Hex("c4 01 80"), kString, "not valid UTF-8"},
    {"InvalidUtf8InKey", Hex("81 a1 ff 01"), kMap, "a key that is not valid UTF-8"},
    {"InvalidUtf8InAttribute", Hex("82 a1 ff c0 a1 61 c0"), kObject, "not valid UTF-8"},
    {"BareDynamic", Hex("a1 61"), kDynamic, "not an array of a type and a value"},
    {"DynamicOfThree", Hex("93 a1 61 a1 61 a1 61"), kDynamic, "not an array of a type"},
    {"DynamicTypeNull", Hex("92 c0 c0"), kDynamic, "the type is not text"},
    {"DynamicTypeNoType", Hex("92 c4 06") + R"("text")" + Hex("c0"), kDynamic,
     "not a type of Terraform"},
    {"DynamicTypeNoJson", Hex("92 c4 04") + "text" + Hex("c0"), kDynamic, "not valid JSON"},
    {"DynamicMisfit", Hex("92 c4 08") + R"("string")" + Hex("c3"), kDynamic, "not of type string"},
    {"ExtensionOfAnotherType", Hex("d5 00 00 00"), kString, "extension 0 is not defined"},
    {"TimestampExtension", Hex("d6 ff 00 00 00 00"), kString, "extension -1 is not defined"},
    {"RefinementsNoMap", Hex("d5 0c 90 90"), kString, "not a map"},
    {"RefinementsTrailing", Hex("d5 0c 80 c0"), kString, "superfluous bytes in refinements"},
    {"RefinementsCutOff", Hex("d5 0c 81 01"), kString, "ends early"},
    {"RefinementsByName", Hex("c7 04 0c 81 a1 61 c0"), kString, "without a number"},
    {"RefinementNullnessMisfit", Hex("c7 03 0c 81 01 01"), kString, "refinement 1 does not fit"},
    {"RefinementPrefixMisfit", Hex("c7 03 0c 81 02 01"), kString, "refinement 2 does not fit"},
    {"RefinementBoundMisfit", Hex("c7 03 0c 81 03 01"), kNumber, "refinement 3 does not fit"},
    {"RefinementBoundOfOne", Hex("d6 0c 81 04 91 01"), kNumber, "refinement 4 does not fit"},
    {"RefinementBoundInclusiveMisfit", Hex("c7 05 0c 81 04 92 01 01"), kNumber,
     "refinement 4 does not fit"},
    {"RefinementLengthMisfit", Hex("c7 03 0c 81 05 c0"), kStrings, "refinement 5 does not fit"},
    {"RefinementsTooLong", Refined(Hex("81 63 da 03 fb") + Text(1020)), kString, "over 1,024"},
    {"RefinementsTooDeep", Refined(Hex("81 63") + std::string(1000, '\x91') + Hex("c0")), kString,
     "nested too deeply"},
    {"Array32OfFourBillion", Hex("dd ff ff ff ff"), kStrings, "ends early"},
    {"Array16OfTooMany", Hex("dc ff ff c0"), kStrings, "ends early"},
    {"Map32OfFourBillion", Hex("df ff ff ff ff"), kMap, "ends early"},
    {"MapOfKeysWithoutValues", Hex("82 a0 c0 a0"), kMap, "ends early"},
    {"Str32OfFourBillion", Hex("db ff ff ff ff"), kString, "ends early"},
    {"Bin32OfFourBillion", Hex("c6 ff ff ff ff"), kString, "ends early"},
    {"Ext32OfFourBillion", Hex("c9 ff ff ff ff 0c"), kString, "ends early"},
    {"ObjectOfFourBillion", Hex("df ff ff ff ff"), kObject, "ends early"},
    {"DynamicInDynamicForever", Repeated(1000, Hex("92 c4 09") + R"("dynamic")"), kDynamic,
     "nested too deeply"},
    {"ListInListForever", Hex("92 c5 27 18") + Repeated(1000, R"(["list",)") + "...", kDynamic,
     "ends early"},
};
INSTANTIATE_TEST_SUITE_P(Msgpack, Refused, testing::ValuesIn(kFaults), NameOf<Fault>);

TEST(MsgpackTest, KeepsRefinementsAsTheyCame) {
  const std::string bytes = Hex("c7 09 0c 82 01 c2 02 a4 70 72 65 2d");
  const absl::StatusOr<Value> value = DecodeMsgpack(bytes, Type::String());
  ASSERT_TRUE(value.ok()) << value.status();
  EXPECT_EQ(value->Refinements(), bytes.substr(3));
}

TEST(MsgpackTest, TakesRefinementsOf1024Bytes) {
  const std::string bytes = Refined(Hex("81 63 da 03 fa") + Text(1018));
  EXPECT_TRUE(DecodeMsgpack(bytes, Type::String()).ok());
}

TEST(MsgpackTest, TakesListsInOneAnotherUpToTheLimit) {
  const auto bytes = [](std::size_t depth) { return std::string(depth - 1, '\x91') + '\x90'; };
  const auto type = [](std::size_t depth) {
    Type result = Type::String();
    for (; depth > 0; --depth) result = Type::List(std::move(result));
    return result;
  };
  EXPECT_TRUE(DecodeMsgpack(bytes(64), type(64)).ok());
  EXPECT_TRUE(DecodeMsgpack(bytes(65), type(65)).ok());
  EXPECT_FALSE(DecodeMsgpack(bytes(66), type(66)).ok());
}

TEST(MsgpackTest, WritesAMissingAttributeAsNull) {
  const absl::StatusOr<std::string> bytes =
      EncodeMsgpack(Value::Map{{"b", Decimal("1")}}, TypeOf(kObject));
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  EXPECT_EQ(*bytes, Hex("82 a1 61 c0 a1 62 01"));
}

TEST(MsgpackTest, RefusesToWriteWhatDoesNotFitItsType) {
  const struct {
    Value value;
    const char* type;
    const char* message;
  } rows[] = {
      {"a", kNumber, "not of type number"},
      {true, kString, "not of type string"},
      {Decimal("1"), kBool, "not of type bool"},
      {"a", kDynamic, "not of type dynamic"},
      {Value::Dynamic(Type::String(), true), kDynamic, "not of type string"},
      {Value::Dynamic(Type::String(), "a"), kString, "not of type string"},
      {Value::List{"a", true}, kStrings, "[1]: not of type string"},
      {Value::Map{}, kStrings, "not of type list of string"},
      {Value::List{}, kMap, "not of type map of number"},
      {Value::List{"a"}, kTuple, "a tuple of another length"},
      {Value::Map{{"c", "a"}}, kObject, "c: there is no such attribute"},
      {Value::Map{{"b", "a"}}, kObject, "b: not of type number"},
      {"\xFF", kString, "not valid UTF-8"},
      {Value::Map{{"\xFF", Decimal("1")}}, kMap, "not valid UTF-8"},
      {Number(std::nan("")), kNumber, "NaN"},
      {Value::Unknown("no map"), kString, "not a map"},
  };
  for (const auto& row : rows) {
    const absl::Status status = EncodeMsgpack(row.value, TypeOf(row.type)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInternal) << row.message;
    EXPECT_THAT(std::string(status.message()), HasSubstr(row.message));
  }
}

TEST(MsgpackTest, ReadsBackWhateverItWrites) {
  for (std::uint32_t seed = 0; seed < 2000; ++seed) {
    AnyValue any(seed, AnyValue::Kind::kPlan);
    const Type type = any.MakeType();
    const Value value = any.Make(type);
    const absl::StatusOr<std::string> bytes = EncodeMsgpack(value, type);
    ASSERT_TRUE(bytes.ok()) << seed << ": " << bytes.status();
    const absl::StatusOr<Value> again = DecodeMsgpack(*bytes, type);
    ASSERT_TRUE(again.ok()) << seed << ": " << again.status();
    EXPECT_EQ(*again, value) << seed;
    EXPECT_EQ(*EncodeMsgpack(*again, type), *bytes) << seed;
  }
}

}  // namespace
}  // namespace er
