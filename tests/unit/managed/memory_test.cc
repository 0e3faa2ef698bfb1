#include "managed/memory.h"

#include <gtest/gtest.h>

namespace er::managed {
namespace {

using nlohmann::json;

const schema::Attribute kWords{
    .name = "words", .type = Type::List(Type::String()), .optional = true, .member = "words"};
const schema::Attribute kNote{.name = "note", .optional = true, .member = "note"};

TEST(Memory, AgreesWithWhatItWasTold) {
  Memory memory;
  EXPECT_FALSE(memory.Agrees(kWords, {{"words", {"a", "b"}}}));
  memory.Remember(kWords, {{"words", {"a", "b"}}});
  EXPECT_TRUE(memory.Agrees(kWords, {{"words", {"b", "a"}}, {"more", 1}}));
  EXPECT_FALSE(memory.Agrees(kWords, {{"words", {"a"}}}));
  EXPECT_FALSE(memory.Agrees(kWords, json::object()));
  memory.Forget(kWords);
  EXPECT_FALSE(memory.Agrees(kWords, {{"words", {"a", "b"}}}));
}

TEST(Memory, KnowsNothingByAnyName) {
  Memory memory;
  memory.Remember(kNote, {{"note", ""}});
  EXPECT_TRUE(memory.Agrees(kNote, json::object()));
  EXPECT_TRUE(memory.Agrees(kNote, {{"note", nullptr}}));
}

TEST(Memory, TravelsInPrivateData) {
  Memory memory;
  memory.Remember(kNote, {{"note", "secret"}});
  const std::string data = memory.ToPrivateData();
  EXPECT_EQ(data.find("secret"), std::string::npos);
  EXPECT_TRUE(Memory::FromPrivateData(data).Agrees(kNote, {{"note", "secret"}}));
}

TEST(Memory, KnowsAnImportUntilTheFirstWrite) {
  EXPECT_FALSE(Memory().is_imported());
  Memory memory = Memory::FromPrivateData(Memory::OfImport().ToPrivateData());
  EXPECT_TRUE(memory.is_imported());
  memory.EndImport();
  EXPECT_FALSE(Memory::FromPrivateData(memory.ToPrivateData()).is_imported());
}

TEST(Memory, IsEmptyWhereThereIsNone) {
  for (const char* data : {"", "{", "[]", "{}", R"({"seen": 1})", R"({"seen": {"note": 1}})"}) {
    EXPECT_FALSE(Memory::FromPrivateData(data).Agrees(kNote, json::object())) << data;
  }
}

}  // namespace
}  // namespace er::managed
