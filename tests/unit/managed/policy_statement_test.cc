// A statement of a policy: what is read of a document, and what is written into it.
#include "managed/policy_statement.h"

#include <gtest/gtest.h>

#include "schema/loader.h"

namespace er::managed {
namespace {

using nlohmann::json;

// What the reader speaks of is what the file declares.
TEST(PolicyStatementTest, TheTypeHasWhatTheReaderSpeaksOf) {
  const schema::Schema* type =
      schema::BuiltInCatalog().Find(schema::Kind::kResource, PolicyStatement::kTypeName);
  ASSERT_NE(type, nullptr);
  for (const auto& [name, member] :
       std::map<std::string, std::string>{{"arn", "arn"},
                                          {"statement_id", "statementId"},
                                          {"effect", "effect"},
                                          {"action", "action"},
                                          {"principal", "principal"},
                                          {"condition", "condition"}}) {
    ASSERT_NE(type->FindAttribute(name), nullptr) << name;
    EXPECT_EQ(type->FindAttribute(name)->member, member);
  }
  EXPECT_TRUE(std::get<schema::Managed>(type->behaviour).in_document);
}

struct Form {
  std::string name;
  json principal;
  json members;
};

void PrintTo(const Form& form, std::ostream* out) { *out << form.name; }

class PrincipalTest : public ::testing::TestWithParam<Form> {};

TEST_P(PrincipalTest, IsReadAsTheOperationTakesIt) {
  const json members = FromStatement({{"Sid", "s"}, {"Principal", GetParam().principal}});
  EXPECT_EQ(members["principal"], GetParam().members);
}

INSTANTIATE_TEST_SUITE_P(
    All, PrincipalTest,
    ::testing::Values(
        Form{"Anybody", "*", {"*"}},
        Form{"OneAccount", {{"AWS", "arn:aws:iam::123456789012:root"}}, {"123456789012"}},
        Form{"AnAccountOfAnotherPartition",
             {{"AWS", "arn:aws-us-gov:iam::123456789012:root"}},
             {"123456789012"}},
        Form{"AnAccountById", {{"AWS", "123456789012"}}, {"123456789012"}},
        Form{"SeveralKinds",
             {{"AWS", {"arn:aws:iam::123456789012:root", "arn:aws:iam::210987654321:root"}},
              {"Service", "entityresolution.amazonaws.com"}},
             {"123456789012", "210987654321", "entityresolution.amazonaws.com"}},
        Form{"ARole",
             {{"AWS", "arn:aws:iam::123456789012:role/r"}},
             {"arn:aws:iam::123456789012:role/r"}},
        Form{"None", nullptr, json::array()}, Form{"SomethingElse", 5, json::array()}),
    [](const auto& tested) { return tested.param.name; });

TEST(PolicyStatementTest, AnActionMayStandAlone) {
  EXPECT_EQ(FromStatement({{"Action", "a:B"}})["action"], json({"a:B"}));
  EXPECT_EQ(FromStatement({{"Action", {"a:B", "a:C"}}})["action"], json({"a:B", "a:C"}));
}

TEST(PolicyStatementTest, AConditionIsATextToTheOperation) {
  const json condition = {{"Bool", {{"aws:SecureTransport", "true"}}}};
  EXPECT_EQ(FromStatement({{"Condition", condition}})["condition"], condition.dump());
  EXPECT_FALSE(FromStatement({{"Condition", json::object()}}).contains("condition"));
  EXPECT_FALSE(FromStatement(json::object()).contains("condition"));
}

TEST(PolicyStatementTest, WhatIsWrittenLeavesTheRestAsItIs) {
  json statement = {{"Sid", "s"},
                    {"Resource", "arn"},
                    {"NotKnown", 1},
                    {"Condition", {{"Bool", json::object()}}}};
  const json members = {{"arn", "arn"},
                        {"statementId", "s"},
                        {"effect", "Deny"},
                        {"action", {"a:B"}},
                        {"principal", {"123456789012", "a.amazonaws.com"}}};
  IntoStatement(members, statement);
  EXPECT_EQ(statement,
            (json{{"Sid", "s"},
                  {"Resource", "arn"},
                  {"NotKnown", 1},
                  {"Effect", "Deny"},
                  {"Action", {"a:B"}},
                  {"Principal", {{"AWS", {"123456789012"}}, {"Service", {"a.amazonaws.com"}}}}}));
  json read = FromStatement(statement);
  read["arn"] = "arn";
  EXPECT_EQ(read, members);
}

}  // namespace
}  // namespace er::managed
