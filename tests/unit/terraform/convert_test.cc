#include "terraform/convert.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "support/value_printing.h"

namespace er::terraform {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const Type& Thing() {
  static const Type* const thing = new Type(*Type::FromJson(R"(["object",{"a":"string"}])"));
  return *thing;
}

tfplugin6::DynamicValue Msgpack(std::string bytes) {
  tfplugin6::DynamicValue message;
  message.set_msgpack(std::move(bytes));
  return message;
}

tfplugin6::DynamicValue Json(std::string text) {
  tfplugin6::DynamicValue message;
  message.set_json(std::move(text));
  return message;
}

TEST(Convert, ReadsMsgpackAndJson) {
  const Value thing = Value::Map{{"a", "x"}};
  EXPECT_EQ(FromMessage(Msgpack("\x81\xa1\x61\xa1x"), Thing()).value(), thing);
  EXPECT_EQ(FromMessage(Json(R"({"a": "x"})"), Thing()).value(), thing);
}

TEST(Convert, ReadsNothingAsNull) {
  EXPECT_EQ(FromMessage({}, Thing()).value(), Value::Null());
  EXPECT_EQ(FromMessage(Msgpack("\xc0"), Thing()).value(), Value::Null());
  EXPECT_EQ(FromMessage(Json("null"), Thing()).value(), Value::Null());
}

TEST(Convert, ReadsUnknownPartsButNoUnknownWhole) {
  EXPECT_TRUE(FromMessage(Msgpack(std::string("\x81\xa1\x61\xd4\x00\x00", 6)), Thing())
                  .value()["a"]
                  .IsUnknown());
  EXPECT_EQ(FromMessage(Msgpack(std::string("\xd4\x00\x00", 3)), Thing()).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(Convert, ReadsNoExtraAttributesFromJson) {
  EXPECT_FALSE(FromMessage(Json(R"({"a": "x", "b": 1})"), Thing()).ok());
}

// A message that held the prior state keeps none of it.
TEST(Convert, WritesMsgpackOnly) {
  tfplugin6::DynamicValue message = Json(R"({"a": "prior"})");
  ASSERT_TRUE(ToMessage(Value(Value::Map{{"a", "x"}}), Thing(), message).ok());
  EXPECT_EQ(message.msgpack(), "\x81\xa1\x61\xa1x");
  EXPECT_EQ(message.json(), "");
}

// What could not be written leaves in the message what is true for certain.
TEST(Convert, LeavesTheMessageAloneOnAMistake) {
  tfplugin6::DynamicValue message = Json(R"({"a": "prior"})");
  EXPECT_FALSE(ToMessage(Value(Value::Map{{"a", true}}), Thing(), message).ok());
  EXPECT_EQ(message.json(), R"({"a": "prior"})");
  EXPECT_EQ(message.msgpack(), "");
}

TEST(Convert, WritesEachStepOfAPath) {
  tfplugin6::AttributePath message;
  ToMessage(Path("block").Index(2).Attribute("map").Key("a \xff"), message);
  ASSERT_EQ(message.steps_size(), 4);
  EXPECT_EQ(message.steps(0).attribute_name(), "block");
  EXPECT_EQ(message.steps(1).element_key_int(), 2);
  EXPECT_EQ(message.steps(2).attribute_name(), "map");
  EXPECT_EQ(message.steps(3).element_key_string(), "a \xef\xbf\xbd") << "UTF-8, or gRPC fails";
}

TEST(Convert, WritesDiagnostics) {
  DiagnosticMessages messages;
  ToMessages({{.summary = "Bad \xff", .detail = "Worse \xff", .path = Path("a")},
              {.severity = Diagnostic::Severity::kWarning, .summary = "Odd"}},
             messages);
  ASSERT_EQ(messages.size(), 2);
  EXPECT_EQ(messages[0].severity(), tfplugin6::Diagnostic::ERROR);
  EXPECT_EQ(messages[0].summary(), "Bad \xef\xbf\xbd");
  EXPECT_EQ(messages[0].detail(), "Worse \xef\xbf\xbd");
  EXPECT_EQ(messages[0].attribute().steps_size(), 1);
  EXPECT_EQ(messages[1].severity(), tfplugin6::Diagnostic::WARNING);
  EXPECT_FALSE(messages[1].has_attribute()) << "it speaks of the whole";
}

TEST(Convert, OfADiagnosticATerminalObeysNothing) {
  DiagnosticMessages messages;
  ToMessages({{.summary = "Bad\nError: forged", .detail = "One\x1b[31m\n\ntwo\r\xc2\x9b"}},
             messages);
  EXPECT_EQ(messages[0].summary(), "Bad\\nError: forged");
  EXPECT_EQ(messages[0].detail(), "One\\u001b[31m\n\ntwo\\u000d\\u009b");
}

TEST(Convert, SaysWhoseFaultIsWhat) {
  DiagnosticMessages messages;
  AddFault("ReadResource Failed", absl::InvalidArgumentError("a is no text."), messages);
  ASSERT_EQ(messages.size(), 1);
  EXPECT_EQ(messages[0].summary(), "ReadResource Failed");
  EXPECT_THAT(messages[0].detail(), StartsWith("a is no text."));
  EXPECT_THAT(messages[0].detail(), HasSubstr("please report it"));
}

TEST(Convert, WritesASchema) {
  using schema::Nesting;
  tfplugin6::Schema message;
  ToMessage(
      schema::Schema{.version = 3,
                     .description = "A thing.",
                     .attributes = {{.name = "name", .description = "Its name.", .required = true},
                                    {.name = "key", .optional = true, .sensitive = true},
                                    {.name = "parts",
                                     .nesting = Nesting::kMap,
                                     .attributes = {{.name = "weight", .type = Type::Number()}},
                                     .computed = true},
                                    {.name = "one", .nesting = Nesting::kSingle, .is_block = true},
                                    {.name = "many",
                                     .nesting = Nesting::kSet,
                                     .attributes = {{.name = "deep",
                                                     .nesting = Nesting::kList,
                                                     .is_block = true}},
                                     .is_block = true,
                                     .min_items = 1,
                                     .max_items = 4}}},
      message);
  EXPECT_EQ(message.version(), 3);
  const tfplugin6::Schema::Block& block = message.block();
  EXPECT_EQ(block.description(), "A thing.");
  EXPECT_EQ(block.description_kind(), tfplugin6::MARKDOWN);
  ASSERT_EQ(block.attributes_size(), 3);
  EXPECT_EQ(block.attributes(0).type(), R"("string")");
  EXPECT_TRUE(block.attributes(0).required());
  EXPECT_EQ(block.attributes(0).description(), "Its name.");
  EXPECT_TRUE(block.attributes(1).sensitive());
  const tfplugin6::Schema::Attribute& parts = block.attributes(2);
  EXPECT_EQ(parts.type(), "");
  EXPECT_EQ(parts.nested_type().nesting(), tfplugin6::Schema::Object::MAP);
  EXPECT_TRUE(parts.nested_type().attributes(0).computed()) << "as what is around it";
  ASSERT_EQ(block.block_types_size(), 2);
  EXPECT_EQ(block.block_types(0).nesting(), tfplugin6::Schema::NestedBlock::SINGLE);
  EXPECT_TRUE(block.block_types(0).has_block());
  EXPECT_EQ(block.block_types(1).nesting(), tfplugin6::Schema::NestedBlock::SET);
  EXPECT_EQ(block.block_types(1).min_items(), 1);
  EXPECT_EQ(block.block_types(1).max_items(), 4);
  ASSERT_EQ(block.block_types(1).block().block_types_size(), 1);
  EXPECT_EQ(block.block_types(1).block().block_types(0).type_name(), "deep");
}

}  // namespace
}  // namespace er::terraform
